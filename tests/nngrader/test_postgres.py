"""The gradebook on a PostgreSQL server, which several graders share."""

import shutil

import pytest
from nngrader.course import Course
from nngrader.errors import CannotDo
from nngrader.gradebook.database import display_name, marks, quiet
from nngrader.reports.export import table

from .postgres import server
from .recorded_gradebook import gradebook
from .sample_course import (
    NAME,
    ReleasedNotebook,
    hand_in,
    make_course,
    release_unchecked,
    run,
)

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]


@pytest.fixture(scope="module")
def postgres():
    with server() as new_database:
        yield new_database


def on_server(course, url):
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + f"c.CourseDirectory.db_url = {url!r}\n")
    (course / "gradebook.db").unlink(missing_ok=True)
    return course


@pytest.fixture(scope="module")
def shared(postgres, open_folder):
    """Return a course released into a database of a server."""
    course = on_server(make_course(open_folder / "on-a-server"), postgres("class"))
    shutil.rmtree(course / "release", ignore_errors=True)
    release_unchecked(course)
    return course


@pytest.fixture
def empty(shared, tmp_path):
    """Return the course without submissions, in its folder and in the database."""
    with quiet(), gradebook(shared) as g:
        for student in list(g.students):
            g.remove_student(student.id)
    return shutil.copytree(shared, tmp_path / "course")


def scores(course):
    return {s: m["score"] for s, m in marks(Course(course), NAME).items()}


def test_a_class_goes_from_release_to_export_on_a_server(empty, shared, nbgrader):
    base = ReleasedNotebook(shared)
    hand_in(empty, "ada", base.solved().text())
    hand_in(empty, "Zoë [x]", base.untouched().text())
    assert not (empty / "gradebook.db").exists()
    assert run(empty, "grade", NAME) == 0
    assert scores(empty) == {"Zoë [x]": 0, "ada": 100}
    with quiet(), gradebook(empty) as g:
        grade = g.find_grade("test_hinge_loss", NAME, NAME, "ada")
        grade.manual_score, grade.needs_manual_grade = 12, False
        g.db.commit()
    assert run(empty, "grade", NAME) == 0
    assert run(empty, "feedback", NAME) == 0
    assert "82" in (empty / "feedback" / "ada" / NAME / f"{NAME}.html").read_text()
    assert "ada,82.0,100.0" in table(Course(empty), NAME)
    feedback = ("generate_feedback", NAME, "--student", "ada", "--force")
    nbgrader(empty, feedback, ("export", "--to", "grades.csv"))
    assert "82" in (empty / "grades.csv").read_text()
    assert not (empty / "gradebook.db").exists()


# Records shares in several courses at once, each in a process forked from this one.


def test_a_server_that_does_not_answer_is_named_without_its_password(course):
    url = "postgresql+psycopg://grader:secret@/class?host=/nowhere"
    on_server(course, url)
    with pytest.raises(CannotDo, match="server cannot be reached") as refusal:
        marks(Course(course), NAME)
    assert "secret" not in str(refusal.value)
    assert display_name(url) in str(refusal.value)
