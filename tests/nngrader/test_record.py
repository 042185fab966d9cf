"""The gradebook after recording: as nbgrader fills it, whole, and kept through trouble."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.errors import CannotDo
from nngrader.gradebook import config_of, marks, quiet
from nngrader.gradebook import record as recording
from nngrader.gradebook.record import Journal, Recorder, with_results
from nngrader.storage.scratch import PREFIX

from .ordinary_user import IS_ROOT, chown_tree, run_as_ordinary_user
from .recorded_gradebook import gradebook, rebuilt, record, result, tables
from .sample_course import NAME, environment, hand_in, run

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


def by_nbgrader_alone(course, shares, folder):
    """Record as nbgrader does it: each step opens its own gradebook."""
    from nbgrader.converters import Autograde
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import AssignLatePenalties, CheckCellMetadata, SaveAutoGrades

    assignment = Assignment(Course(course), NAME)
    for student, share in shares.items():
        submitted = folder / student / NAME
        shutil.copytree(course / "submitted" / student / NAME, submitted)
        shown = with_results(rebuilt(assignment, student), result(assignment, student, share))
        (submitted / f"{NAME}.ipynb").write_text(json.dumps(shown))
    config = config_of(Course(course), NAME, submitted_directory=str(folder))
    steps = [SaveAutoGrades, AssignLatePenalties, CheckCellMetadata]
    config.Autograde.update({"sanitize_preprocessors": [], "autograde_preprocessors": steps})
    with quiet():
        Autograde(coursedir=CourseDirectory(config=config), config=config).start()


def test_the_gradebook_is_the_one_that_nbgrader_alone_would_fill(course, base, tmp_path):
    shares = {s: share for s, share in CLASS.items() if "[" not in s}
    fill(course, base, shares)
    other = shutil.copytree(course, tmp_path / "other")
    record(course, shares)
    by_nbgrader_alone(other, shares, tmp_path / "handed-in")
    assert tables(course) == tables(other)
    for student in shares:
        autograded = f"autograded/{student}/{NAME}"
        assert sorted(os.listdir(course / autograded)) == sorted(os.listdir(other / autograded))
        ours, theirs = ((c / autograded / f"{NAME}.ipynb").read_text() for c in (course, other))
        assert json.loads(ours) == json.loads(theirs)


def test_one_gradebook_and_one_converter_serve_a_class(filled, monkeypatch):
    import sqlalchemy.engine

    opened, commits = [], []
    connect, commit = sqlite3.connect, sqlalchemy.engine.default.DefaultDialect.do_commit

    def counted_connect(*a, **k):
        opened.append(a)
        return connect(*a, **k)

    def counted_commit(self, connection):
        commits.append(connection)
        commit(self, connection)

    monkeypatch.setattr(sqlite3.dbapi2, "connect", counted_connect)
    monkeypatch.setattr(sqlalchemy.engine.default.DefaultDialect, "do_commit", counted_commit)
    results = record(filled, CLASS)
    assert not any(r.get("failed") for r in results.values())
    assert len(opened) <= 1
    assert len(commits) <= len(CLASS) + 3


def test_what_is_recorded_is_not_converted_again(filled, monkeypatch):
    from nngrader.gradebook.converter import Record

    record(filled, CLASS)
    converted = []
    really = Record.convert

    def counted(self, notebook, before=None):
        converted.append(notebook.parent.parent.name)
        really(self, notebook, before)

    monkeypatch.setattr(Record, "convert", counted)
    record(filled, CLASS)
    assert converted == []
    record(filled, CLASS | {"ada": 0.5})
    assert converted == ["ada"]


@pytest.mark.deep(2)
@pytest.mark.parametrize("harm", ["the notebook", "the entry", "the journal", "the points"])
def test_what_was_changed_behind_our_back_is_recorded_again(filled, harm):
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
    found = record(filled, {"bob": 1.0, "ada": 1.0})
    assert found["bob"]["failed"]
    assert "No space left on device" in found["bob"]["flags"][-1]
    monkeypatch.undo()
    assert tables(filled) == before
    assert (filled / "autograded" / "bob" / NAME / f"{NAME}.ipynb").read_bytes() == page
    record(filled, {"bob": 1.0})
    assert marks(Course(filled), NAME)["bob"]["score"] == 100


def test_nothing_of_the_desk_is_left_even_of_a_run_that_was_killed(filled):
    desk = filled / ".results" / f"{PREFIX}killed"
    (desk / "in").mkdir(parents=True)
    os.utime(desk, (0, 0))
    assert run(filled, "grade", NAME, "--students", "nobody") == 2  # sweeps before it looks
    record(filled, CLASS)
    left = {f.name for f in (filled / ".results").iterdir()}
    assert left == {NAME, "seeds", f"recorded-{NAME}.jsonl"}


def test_a_timestamp_that_is_gone_counts_as_in_time(filled):
    record(filled, {"bob": 1.0})
    (filled / "submitted" / "bob" / NAME / "timestamp.txt").unlink()
    record(filled, {"bob": 1.0})
    with quiet(), gradebook(filled) as g:
        assert g.find_submission(NAME, "bob").timestamp is None


def test_a_student_whom_nbgrader_is_told_to_leave_out_is_said(filled):
    config = filled / "nbgrader_config.py"
    config.write_text(config.read_text() + 'c.CourseDirectory.student_id_exclude = "bob"\n')
    found = record(filled, {"ada": 1.0, "bob": 1.0})
    assert "leave this student out" in found["bob"]["flags"][0]
    assert not found["ada"]["flags"]


def test_a_gradebook_named_by_its_file_alone_lies_in_the_course(filled):
    config = filled / "nbgrader_config.py"
    line = 'c.CourseDirectory.db_url = "sqlite:///other.db"\n'
    config.write_text(config.read_text() + line)
    shutil.move(filled / "gradebook.db", filled / "other.db")
    record(filled, CLASS)
    assert marks(Course(filled), NAME)["ada"]["score"] == 100
    assert not (filled / "gradebook.db").exists()


def test_a_gradebook_that_is_gone_is_named_and_not_made_anew(filled):
    (filled / "gradebook.db").unlink()
    with pytest.raises(CannotDo, match=r"gradebook\.db is gone: .* `nngrader release"):
        record(filled, CLASS)
    with pytest.raises(CannotDo, match=r"gradebook\.db is gone"):
        marks(Course(filled), NAME)
    assert not (filled / "gradebook.db").exists()


def test_another_gradebook_is_named_with_what_it_lacks(filled):
    with quiet(), gradebook(filled) as g:
        g.remove_assignment(NAME)
    with pytest.raises(CannotDo, match=rf"gradebook\.db does not know {NAME}"):
        record(filled, CLASS)


def test_a_gradebook_locked_for_long_is_named_and_waited_for_once(filled, monkeypatch):
    assignment = Assignment(Course(filled), NAME)
    waits, locking = [], contextlib.closing(sqlite3.connect(filled / "gradebook.db"))
    monkeypatch.setattr(recording.time, "sleep", waits.append)
    monkeypatch.setattr("nngrader.gradebook.converter.OpenGradebook.wait_ms", 50)
    results = [result(assignment, s, share) for s, share in CLASS.items()]
    with locking as other, Recorder(assignment) as recorder:
        other.execute("begin immediate")
        for one in results:
            recorder.record(one, rebuilt(assignment, one["student"]))
        assert len(waits) == recording.TRIES - 1
        for one in results:
            assert one["failed"]
            (flag,) = one["flags"]
            assert f"{filled}/gradebook.db: another program holds it" in flag
        other.rollback()
        again = result(assignment, "ada")
        recorder.record(again, rebuilt(assignment, "ada"))
        assert not again["flags"]
    record(filled, CLASS)
    assert len(marks(Course(filled), NAME)) == len(CLASS)


RECORD = """
import resource, sys
from pathlib import Path
from nngrader.cli import skip_unused_imports
skip_unused_imports()
from tests.nngrader.recorded_gradebook import record
if {limit}:
    resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
    import signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
results = record(Path({course!r}), {shares!r})
print([r["flags"] for r in results.values()])
"""


def line_of(course, shares, limit=0):
    code = RECORD.format(limit=limit, course=str(course), shares=shares)
    return [sys.executable, "-W", "ignore", "-c", code]


def in_a_process(course, shares, limit=0):
    path = {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    line, env = line_of(course, shares, limit), environment() | path
    return subprocess.run(line, env=env, capture_output=True, text=True)


def test_a_full_disk_is_told_and_loses_nothing(filled):
    record(filled, {"ada": 1.0})
    before = tables(filled)
    size = (filled / "gradebook.db").stat().st_size
    done = in_a_process(filled, CLASS | {"ada": 0.5}, limit=size + 2000)
    assert "could not be recorded" in done.stdout, done
    with contextlib.closing(sqlite3.connect(filled / "gradebook.db")) as db:
        assert db.execute("pragma integrity_check").fetchall() == [("ok",)]
    assert tables(filled)["assignment"] == before["assignment"]
    record(filled, CLASS)
    assert {s: m["score"] for s, m in marks(Course(filled), NAME).items()} == {
        s: 100 * share for s, share in CLASS.items()
    }


@pytest.mark.deep(3)
@pytest.mark.parametrize("closed", ["gradebook.db", ".", "autograded"])
def test_what_may_not_be_written_is_told_to_an_ordinary_user(
    open_folder, released, base, closed
):
    home = open_folder / f"closed-{closed.strip('.') or 'folder'}"
    course = fill(shutil.copytree(released, home / "course"), base)
    (course / "autograded").mkdir()
    (course / ".results").mkdir(exist_ok=True)
    if IS_ROOT:
        chown_tree(home)
    path = course / closed
    mode = path.stat().st_mode
    path.chmod(0o444 if path.is_file() else 0o555)
    os.environ["PYTHONPATH"] = os.pathsep.join(p for p in sys.path if p)
    done = run_as_ordinary_user(line_of(course, CLASS), home)
    path.chmod(mode)
    output = done.stdout + (done.stderr.splitlines() or [""])[-1]
    where = "autograded" if closed == "autograded" else "gradebook.db"
    assert where in output, done
    assert any(w in output for w in ("may not be written", "cannot be opened", "denied")), (
        output
    )
    with contextlib.closing(sqlite3.connect(course / "gradebook.db")) as db:
        (found,) = db.execute("select count(*) from grade").fetchone()
    assert found == 0 or closed == "autograded"


def test_a_journal_forgets_half_a_line_and_keeps_the_last(tmp_path):
    file = tmp_path / "journal"
    journal = Journal(file)
    for n in range(200):
        journal.add("ada\n", [n])
    with open(file, "a") as f:
        f.write('["bob", [1')
    journal.add("cy", None)
    again = Journal(file)
    assert again.entries == {"ada\n": [199], "cy": None}
    assert len(file.read_text().splitlines()) == 2
    assert Journal(file).entries == again.entries


def test_rubrics_stand_below_the_answers_and_nowhere_else(filled):
    assignment = Assignment(Course(filled), NAME)
    notebook, one = rebuilt(assignment, "ada"), result(assignment, "ada")
    source = "### BEGIN SOLUTION\nbecause\n### END SOLUTION"
    shown = with_results(notebook, one, {"hinge_loss": source})
    before = [c["source"] for c in with_results(notebook, one)["cells"]]
    (added,) = [c for c in shown["cells"] if c["source"] not in before]
    assert added["source"].endswith("answer and rubric**\n\n> because")
    position = shown["cells"].index(added)
    assert shown["cells"][position - 1]["metadata"]["nbgrader"]["grade_id"] == "hinge_loss"
