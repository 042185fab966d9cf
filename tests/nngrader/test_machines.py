"""Two machines share a gradebook, and neither undoes what the other wrote unnoticed."""

import shutil
import sqlite3

import pytest
from nngrader.course import Course
from nngrader.gradebook import marks

from .sample_course import NAME, hand_in, problems_folder, run

pytestmark = pytest.mark.sandbox
POINTS = ("--points", "hinge_loss=30", "why=5", "--yes")


@pytest.fixture
def two(hand_marked, base, tmp_path, monkeypatch):
    """Return two machines' copies of a graded course with one gradebook, and `run` on each."""
    first = shutil.copytree(hand_marked, tmp_path / "a")
    hand_in(first, "ada", base.solved().text())
    shared = tmp_path / "gradebook.db"
    shutil.move(first / "gradebook.db", shared)
    config = first / "nbgrader_config.py"
    config.write_text(
        config.read_text() + f'\nc.CourseDirectory.db_url = "sqlite:///{shared}"\n'
    )
    assert run(first, "grade", NAME) == 0
    return first, shutil.copytree(first, tmp_path / "b")


def points(course):
    return marks(Course(course), NAME)["ada"]["score"]


@pytest.mark.slow
def test_points_that_another_machine_changed_are_not_undone(two, capsys):
    a, b = two
    assert run(b, "reweight", NAME, *POINTS) == 0
    after = points(b)
    for command in (["grade", NAME], ["reweight", NAME, "--points", "why=7", "--yes"]):
        capsys.readouterr()
        assert run(a, *command) == 1
        printed = capsys.readouterr().err
        assert "hinge_loss: " in printed
        assert "30 points in the gradebook" in printed
        assert f"source/{NAME}/nngrader.toml" in printed
        assert "--this-machine" in printed
        assert points(a) == after
    shutil.copy(b / "source" / NAME / "nngrader.toml", a / "source" / NAME)
    shutil.rmtree(a / "release")
    shutil.copytree(b / "release", a / "release")
    assert run(a, "grade", NAME) == 0  # with the copied files
    assert points(a) == after
    assert run(a, "reweight", NAME, "--points", "why=6", "--yes") == 0  # its turn
    assert run(b, "grade", NAME) == 1


def test_this_machine_can_be_declared_to_be_right(two, capsys):
    a, b = two
    before = points(a)
    assert run(b, "reweight", NAME, *POINTS) == 0
    after = points(a)
    assert run(a, "grade", NAME) == 1
    assert "30 points in the gradebook" in capsys.readouterr().err
    assert points(a) == after != before
    assert run(a, "grade", NAME, "--this-machine") == 0
    assert points(a) == before


@pytest.mark.slow
def test_a_gradebook_without_notes_is_compared_by_its_points(two, capsys):
    a, b = two
    assert run(b, "reweight", NAME, *POINTS) == 0
    with sqlite3.connect(a.parent / "gradebook.db") as database:
        database.execute("DROP TABLE nngrader_state")
    capsys.readouterr()
    assert run(a, "grade", NAME) == 1
    assert "30 points in the gradebook" in capsys.readouterr().err
    assert run(b, "grade", NAME) == 0


@pytest.mark.slow
def test_earlier_definitions_and_another_seed_are_refused(two, capsys):
    a, b = two
    file = problems_folder(b) / "hinge_loss.py"
    file.write_text(file.read_text() + "\n\nADDED = 1\n")
    assert run(b, "grade", NAME) == 0
    capsys.readouterr()
    assert run(a, "grade", NAME) == 1
    assert "earlier definitions of hinge_loss" in capsys.readouterr().err
    shutil.copy(file, problems_folder(a))
    assert run(a, "grade", NAME) == 0
    kept = (a.parent / "gradebook.seed").read_text()
    (b / ".seed").write_text("77\n")
    assert run(b, "grade", NAME) == 1
    assert "another seed" in capsys.readouterr().err
    assert (a.parent / "gradebook.seed").read_text() == kept


@pytest.mark.slow
def test_one_machine_may_go_back_to_what_it_had(two):
    a, _ = two
    settings = a / "source" / NAME / "nngrader.toml"
    text = settings.read_text()
    for words in ("due = 2030-01-01T00:00:00+00:00\n", "", "due = 2030-01-02T00:00:00+00:00\n"):
        settings.write_text(words + text)
        assert run(a, "grade", NAME) == 0
    assert run(a, "reweight", NAME, *POINTS) == 0
    assert run(a, "grade", NAME) == 0
