"""Courses and the package, made once for all workers, and one class, graded once by each user.

Of the class, those hand in whom a test of the run asks for by the parameter ``student``.
"""

import contextlib
import functools
import json
import os
import shutil
import subprocess
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.engine.declaration.gate import seeds_needed
from nngrader.release.package import build_wheel
from nngrader.release.statements import code_forms
from nngrader.sandbox.launch import Sandbox
from nngrader.storage.results import Store

from tests.made_by_first import made_by_first

from .hand_marked_course import hand_marked_course
from .nbgrader_command import run_nbgrader
from .ordinary_user import IS_ROOT, as_ordinary_user, chown_tree, namespaces_work
from .orphan_processes import adopt_orphans
from .sample_course import (
    NAME,
    ReleasedNotebook,
    command,
    environment,
    hand_in,
    make_course,
    problems,
    run,
)
from .submissions.catalogue import HONEST, HOSTILE, ODD

RESULTS = "results.json"
FEW_SEEDS = 3  # on which a release is held to its declaration; all 50 in a deep run
USERS = ["ourselves"] + ["an ordinary user"] * (IS_ROOT and namespaces_work())
ANSWERS = [
    (p.name, kind, name)
    for p in problems()
    for kind, table in (("mistake", p.mistakes), ("alternative", p.alternatives))
    for name in table
]


def student_of(problem, name):
    """Return the student who hands in this answer; each student answers every problem."""
    names = [n for p, _, n in ANSWERS if p == problem]
    return f"answers-number-{names.index(name)}"


@dataclass
class Graded:
    """A graded class: its course, the finished process, the results, and orphans."""

    course: Path
    done: subprocess.CompletedProcess
    results: dict
    renamed: dict
    left: list

    def __getitem__(self, student):
        return self.results[self.renamed.get(student, student)]


@pytest.fixture(scope="session", autouse=True)
def seed_is_checked_once():
    """Check the problems' declarations once for each seed, not again in every course."""
    known, really = {}, Assignment.seed_complaints

    def once(self):
        if self.key not in known:
            known[self.key] = really(self)
        return known[self.key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Assignment, "seed_complaints", once)
        yield


@pytest.fixture(scope="session", autouse=True)
def sandbox_is_tried_once():
    """Try the sandbox once for the same limits, not again for each grading."""
    able = set()

    class TriedOnce(Sandbox):
        def require(self):
            key = (self.limits, self.unsafe, *self.uses, os.environ["PATH"])
            if key not in able:
                super().require()
                able.add(key)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nngrader.grading.command.Sandbox", TriedOnce)
        yield


@pytest.fixture(scope="session")
def made_once(request, tmp_path_factory):
    """Return a function: the path of a name, made by its first call of all workers."""
    folder = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        folder = folder.parent

    return lambda name, make: made_by_first(folder / name, make)


@pytest.fixture(scope="session", autouse=True)
def package_is_made_once(request, made_once):
    """Build and read the package once for all releases; with --deep, for each."""

    forms, others = {}, functools.cache(code_forms)  # by text

    def build_once(folder):
        made = made_once("package", make_package)
        forms.update({} if forms else json.loads((made / "forms.json").read_text()))
        (wheel,) = made.glob("*.whl")
        return Path(shutil.copy(wheel, folder))

    def forms_once(text):
        return forms[text] if text in forms else others(text)

    with pytest.MonkeyPatch.context() as patch:
        if not request.config.getoption("deep"):
            patch.setattr("nngrader.release.build.build_wheel", build_once)
            patch.setattr("nngrader.release.leaks.code_forms", forms_once)
        yield


def make_package(folder):
    """Build the package, and write beside it the forms in which a release searches its code."""
    folder.mkdir()
    with zipfile.ZipFile(build_wheel(folder)) as wheel:
        texts = [wheel.read(n).decode() for n in wheel.namelist() if n.endswith(".py")]
    (folder / "forms.json").write_text(json.dumps({text: code_forms(text) for text in texts}))


@pytest.fixture(scope="session")
def open_folder():
    """Yield a folder that other users may enter."""
    with tempfile.TemporaryDirectory(prefix="nngrader-tests-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def few_seeds(request):
    """Return a context manager in which a release checks its problems on few seeds."""

    def few(problem, n):
        return seeds_needed(problem, n if request.config.getoption("deep") else FEW_SEEDS)

    @contextlib.contextmanager
    def context():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("nngrader.release.seeds.seeds_needed", few)
            yield

    return context


@pytest.fixture(scope="session")
def release_quickly(few_seeds):
    """Return a function that releases a course, its problems checked on few seeds."""

    def release(course, *arguments):
        with few_seeds():
            assert run(course, "release", NAME, *arguments) == 0

    return release


@pytest.fixture(scope="session")
def nbgrader():
    """Return a function that runs nbgrader's own command in a course."""
    return run_nbgrader


@pytest.fixture(scope="session")
def released(made_once, release_quickly):
    """Return a released course with a valid seed, made once for all workers."""

    def make(course):
        release_quickly(make_course(course))
        assignment = Assignment(Course(course), NAME)
        assert assignment.seed_complaints() == []
        Store(course / ".results").part(NAME).put(f"{assignment.key[:16]}-seed", [])

    return made_once("released", make)


@pytest.fixture(scope="session")
def hand_marked(made_once):
    """Return a released course of which a person marks two answers, made once for all."""
    return made_once("hand-marked", hand_marked_course)


@pytest.fixture
def course(released, tmp_path):
    """Return a copy of the released course that the test may change."""
    return shutil.copytree(released, tmp_path / "course")


@pytest.fixture(scope="session")
def base(released):
    return ReleasedNotebook(released)


@pytest.fixture(scope="session")
def gradings(request, released, base, open_folder):
    """Return the graded class by the user who graded it; both gradings run at one time."""
    twice = any("graded_twice" in item.fixturenames for item in request.session.items)
    users = USERS if twice else USERS[:1]
    handed = {u: handed_in_for(u, request.session, released, base, open_folder) for u in users}
    with adopt_orphans() as left:
        going = {user: begin_grading(user, course) for user, (course, _) in handed.items()}
        outputs = {user: running.communicate() for user, running in going.items()}
    return {u: read_graded(*handed[u], going[u], outputs[u], left) for u in users}


@pytest.fixture(scope="session")
def graded(gradings):
    """Return the whole class as graded by this user: odd, hostile, mistaken and right."""
    return gradings["ourselves"]


@pytest.fixture(params=USERS)
def graded_twice(request, gradings):
    """Return the class as one of the users graded it, for what depends on the user."""
    return gradings[request.param]


def asked_for(session, *fixtures, user=None):
    """Return the values of `student` in the collected tests that use one of these fixtures.

    Of tests of a class that is graded twice, those who are asked for as this user graded them.
    """
    asking = [
        item.callspec.params
        for item in session.items
        if hasattr(item, "callspec") and set(fixtures) & set(item.fixturenames)
    ]
    asking = [p for p in asking if p.get("graded_twice", user) == user]
    answers = {student_of(p["problem"], p["name"]) for p in asking if "name" in p}
    return answers | {p.get("student") for p in asking}


def handed_in_for(user, session, released, base, folder):
    """Return a course in which the class has handed in, and the students who were renamed."""
    home = folder / user.replace(" ", "-")
    course = shutil.copytree(released, home / "course")
    students = asked_for(session, "graded", "graded_twice", user=user) | {"honest-perfect"}
    students.add(student_of("pairwise_distances", "squared"))
    return course, fill(course, base, students, answers=user == "ourselves")


def begin_grading(user, course):
    """Return a started process that grades a course as a user."""
    home = course.parent
    line = command(course, "grade", NAME, "--workers", "2", "--json", home / RESULTS)
    if user != "ourselves":
        chown_tree(home)
    return subprocess.Popen(
        line if user == "ourselves" else as_ordinary_user(line),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment() | ({} if user == "ourselves" else {"HOME": str(home)}),
        cwd=home,
    )


def read_graded(course, renamed, running, outputs, left):
    """Return the results of a grading that has ended."""
    done = subprocess.CompletedProcess(running.args, running.returncode, *outputs)
    file = course.parent / RESULTS
    assert file.exists(), done.stderr
    results = json.loads(file.read_text())
    return Graded(course, done, {r["student"]: r for r in results}, renamed, left)


def fill(course, base, students, answers):
    """Hand in for these students; return the folder names of those who were renamed.

    Honest code and known answers come out the same whoever runs the grader: once is enough.
    """
    before, renamed = set(), {}
    (course / "submitted").mkdir()  # whoever is first may be but a link in it
    for student, odd in ODD.items():
        if student not in students or (student in HONEST and not answers):
            continue
        odd.make(course, base, student)
        now = set(os.listdir(course / "submitted"))
        if student not in now:
            (renamed[student],) = now - before
        before = now
    for student in sorted(students & set(HOSTILE)):
        hand_in(course, student, HOSTILE[student].fill(base.solved()).text())
    given = {}
    for problem, _, name in ANSWERS * answers:
        given.setdefault(student_of(problem, name), {})[problem] = name.replace(" ", "_")
    for student in sorted(students & set(given)):
        hand_in(course, student, base.answering(given[student]).text())
    return renamed
