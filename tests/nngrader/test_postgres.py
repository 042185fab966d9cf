"""The gradebook on a PostgreSQL server, which several graders share."""

import json
import shutil
import subprocess
import sys

import pytest
from nngrader.course import Course
from nngrader.errors import CannotDo
from nngrader.gradebook.database import display_name, marks, quiet
from nngrader.reports.export import table

from .formgrader import formgrader
from .postgres import server
from .recorded_gradebook import gradebook, record, tables
from .sample_course import (
    NAME,
    ReleasedNotebook,
    environment,
    hand_in,
    make_course,
    release_unchecked,
    run,
)

pytestmark = [pytest.mark.sandbox, pytest.mark.turn(1)]


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


def test_formgrader_asks_the_server(empty, shared):
    hand_in(empty, "ada", ReleasedNotebook(shared).solved().text())
    record(empty, {"ada": 0.5})
    with formgrader(empty) as site:
        (assignment,) = [a for a in site.get("assignments") if a["name"] == NAME]
        assert assignment["average_score"] == 50
        (student,) = [s for s in site.get("students") if s["id"] == "ada"]
        assert student["score"] == 50
        (submission,) = site.get(f"submitted_notebooks/{NAME}/{NAME}")
        grades = site.get(f"grades?submission_id={submission['id']}")
        assert sum(g["auto_score"] for g in grades) == 50
        assert "hinge_loss" in site.page(f"submissions/{submission['id']}/")


# Records shares in several courses at once, each in a process forked from this one.
RECORD_AT_ONCE = """
import json, os, sys
from pathlib import Path
from nngrader.cli import skip_unused_imports
skip_unused_imports()
import nngrader.gradebook.converter
from tests.nngrader.recorded_gradebook import record
children = []
for course, shares in json.loads(sys.argv[1]):
    if not (child := os.fork()):
        results = record(Path(course), shares)
        print([r["flags"] for r in results.values()])
        sys.exit()
    children.append(child)
sys.exit(any([os.waitpid(child, 0)[1] for child in children]))
"""


def at_once(*parts):
    """Record shares in courses at the same time, given as pairs of course and shares."""
    told = json.dumps([(str(course), shares) for course, shares in parts])
    line = [sys.executable, "-W", "ignore", "-c", RECORD_AT_ONCE, told]
    done = subprocess.run(line, capture_output=True, text=True, env=environment(), timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("\n") == len(parts)
    assert "could not" not in done.stdout, done.stdout


def two_folders(empty, shared, tmp_path, first, second):
    """Return two graders' course folders with the same database."""
    other, base = shutil.copytree(empty, tmp_path / "other"), ReleasedNotebook(shared)
    for course, students in ((empty, first), (other, second)):
        for student in students:
            hand_in(course, student, base.solved().text())
    return other


@pytest.fixture
def most(request):
    """Return how many students each of two graders records at once."""
    return 15 if request.config.getoption("deep") else 5


def test_two_graders_record_different_students_at_once(empty, shared, tmp_path, most):
    first, second = ([f"{x}{n}" for n in range(most)] for x in "ab")
    other = two_folders(empty, shared, tmp_path, first, second)
    at_once((empty, dict.fromkeys(first, 1.0)), (other, dict.fromkeys(second, 0.5)))
    assert scores(empty) == dict.fromkeys(first, 100) | dict.fromkeys(second, 50)
    assert tables(empty) == tables(other)


def test_two_graders_record_the_same_students_at_once(empty, shared, tmp_path, most):
    students = [f"s{n}" for n in range(most)]
    other = two_folders(empty, shared, tmp_path, students, students)
    record(empty, {"s3": 0.0})
    with quiet(), gradebook(empty) as g:
        grade = g.find_grade("test_hinge_loss", NAME, NAME, "s3")
        grade.manual_score, grade.extra_credit = 29, 2
        g.db.commit()
    backwards = dict.fromkeys(reversed(students), 0.5)
    at_once((empty, dict.fromkeys(students, 1.0)), (other, backwards))
    with quiet(), gradebook(empty) as g:
        for student in students:
            (notebook,) = g.find_submission(NAME, student).notebooks
            grades = {x.name: x for x in notebook.grades}
            assert len(grades) == 3
            shares = {x.auto_score / x.max_score for x in grades.values()}
            assert len(shares) == 1, "the points of two graders are mixed"
            assert shares <= {0.5, 1.0}
        kept = g.find_grade("test_hinge_loss", NAME, NAME, "s3")
        assert (kept.manual_score, kept.extra_credit) == (29, 2)
    assert set(scores(empty)) == set(students)


def test_a_server_that_does_not_answer_is_named_without_its_password(course):
    url = "postgresql+psycopg://grader:secret@/class?host=/nowhere"
    on_server(course, url)
    with pytest.raises(CannotDo, match="server cannot be reached") as refusal:
        marks(Course(course), NAME)
    assert "secret" not in str(refusal.value)
    assert display_name(url) in str(refusal.value)
