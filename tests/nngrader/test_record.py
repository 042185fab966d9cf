"""The gradebook after recording: as nbgrader fills it, complete, and intact after errors."""

import contextlib
import json
import sqlite3

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.errors import CannotDo
from nngrader.gradebook import marks, quiet
from nngrader.gradebook import record as recording
from nngrader.gradebook.record import Recorder
from nngrader.records.flag import FlagCode

from .recorded_gradebook import gradebook, rebuilt, record, result, tables
from .sample_course import NAME, hand_in

CLASS = {"ada": 1.0, "bob": 0.25, "[x] Zoë*": 0.5, "untouched": 0.0}


def fill(course, base, students=CLASS):
    for student in students:
        notebook = base.untouched() if student == "untouched" else base.solved()
        folder = hand_in(course, student, notebook.text())
        if student == "bob":
            (folder / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    return course


@pytest.fixture
def filled(course, base):
    return fill(course, base)


@pytest.mark.parametrize("harm", ["the notebook", "the entry", "the journal", "the points"])
def test_external_changes_are_recorded_again(filled, harm):
    record(filled, CLASS)
    before = tables(filled)
    if harm == "the notebook":
        file = filled / "autograded" / "bob" / NAME / f"{NAME}.ipynb"
        file.chmod(0o644)
        file.write_text("{}")
    elif harm == "the journal":
        (filled / ".results" / f"recorded-{NAME}.jsonl").write_text('["bob", nonsense\n[1]\n3')
    else:
        with quiet(), gradebook(filled) as g:
            if harm == "the entry":
                g.remove_submission(NAME, "bob")
            else:
                g.find_grade("test_hinge_loss", NAME, NAME, "bob").auto_score = 30
                g.db.commit()
        assert tables(filled) != before
    record(filled, CLASS)
    assert tables(filled) == before
    text = (filled / "autograded" / "bob" / NAME / f"{NAME}.ipynb").read_text()
    assert len(json.loads(text)["cells"]) > 5


def test_a_submission_is_recorded_whole_or_not_at_all(filled, monkeypatch):
    from nbgrader.preprocessors import SaveAutoGrades

    record(filled, {"bob": 0.25})
    before = tables(filled)
    page = (filled / "autograded" / "bob" / NAME / f"{NAME}.ipynb").read_bytes()
    saved = []
    really = SaveAutoGrades._add_score

    def failing(self, cell, resources):
        if len(saved) == 2:
            raise OSError(28, "No space left on device")
        saved.append(cell)
        really(self, cell, resources)

    monkeypatch.setattr(SaveAutoGrades, "_add_score", failing)
    actual = record(filled, {"bob": 1.0, "ada": 1.0})
    assert actual["bob"]["failed"]
    assert actual["bob"]["flags"][-1]["code"] == FlagCode.NOT_RECORDED
    assert "No space left on device" in actual["bob"]["flags"][-1]["data"]["reason"]
    monkeypatch.undo()
    assert tables(filled) == before
    assert (filled / "autograded" / "bob" / NAME / f"{NAME}.ipynb").read_bytes() == page
    record(filled, {"bob": 1.0})
    assert marks(Course(filled), NAME)["bob"]["score"] == 100


def test_a_missing_gradebook_is_named_and_not_created_again(filled):
    (filled / "gradebook.db").unlink()
    with pytest.raises(CannotDo, match=r"gradebook\.db is missing: .* `nngrader release"):
        record(filled, CLASS)
    with pytest.raises(CannotDo, match=r"gradebook\.db is missing"):
        marks(Course(filled), NAME)
    assert not (filled / "gradebook.db").exists()


@pytest.mark.slow
def test_a_gradebook_locked_for_long_is_named_and_waited_for_once(filled, monkeypatch):
    assignment = Assignment(Course(filled), NAME)
    waits, locking = [], contextlib.closing(sqlite3.connect(filled / "gradebook.db"))
    monkeypatch.setattr(recording.time, "sleep", waits.append)
    monkeypatch.setattr("nngrader.gradebook.autograder.OpenGradebook.wait_ms", 50)
    results = [result(assignment, s, share) for s, share in CLASS.items()]
    with locking as other, Recorder(assignment) as recorder:
        other.execute("begin immediate")
        for one in results:
            recorder.record(one, rebuilt(assignment, one["student"]))
        assert len(waits) == recording.TRIES - 1
        for one in results:
            assert one["failed"]
            (flag,) = one["flags"]
            reason = flag["data"]["reason"]
            assert f"{filled}/gradebook.db: another program is using it" in reason
        other.rollback()
        again = result(assignment, "ada")
        recorder.record(again, rebuilt(assignment, "ada"))
        assert not again["flags"]
    record(filled, CLASS)
    assert len(marks(Course(filled), NAME)) == len(CLASS)
