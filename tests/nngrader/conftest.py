"""One course, released once; one class, graded once by us and once by an ordinary user."""

import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from .catalogue import ALL, HONEST, ODD
from .making import (
    NAME,
    Base,
    command,
    environment,
    hand_in,
    make_course,
    problems,
    run,
)
from .ordinary import IS_ROOT, give_away, namespaces_work, run_as_ordinary_user
from .orphans import adopting

USERS = ["ourselves"] + ["an ordinary user"] * (IS_ROOT and namespaces_work())
ANSWERS = [
    (p.name, kind, name)
    for p in problems()
    for kind, table in (("mistake", p.mistakes), ("alternative", p.alternatives))
    for name in table
]


def student_of(problem, name):
    """Who gives this answer: each hands in one answer to every problem."""
    names = [n for p, _, n in ANSWERS if p == problem]
    return f"answers-number-{names.index(name)}"


@dataclass
class Graded:
    """A class that was graded."""

    course: Path
    done: subprocess.CompletedProcess
    results: dict
    renamed: dict
    left: list

    def __getitem__(self, student):
        return self.results[self.renamed.get(student, student)]


@pytest.fixture(scope="session")
def open_folder():
    """A folder that other users may look into."""
    with tempfile.TemporaryDirectory(prefix="nngrader-tests-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)


@pytest.fixture(scope="session")
def released(open_folder):
    """A released course without submissions; tests copy it."""
    course = make_course(open_folder / "released")
    assert run(course, "release", NAME) == 0
    return course


@pytest.fixture
def course(released, tmp_path):
    """A released course of the test's own."""
    return shutil.copytree(released, tmp_path / "course")


@pytest.fixture(scope="session")
def base(released):
    return Base(released)


@pytest.fixture(scope="session", params=USERS)
def graded(request, released, base, open_folder):
    """The whole class: odd, hostile, mistaken and right submissions."""
    home = open_folder / request.param.replace(" ", "-")
    course = shutil.copytree(released, home / "course")
    renamed = fill(course, base, answers=request.param == "ourselves")
    arguments = command(
        course, "grade", NAME, "--workers", "2", "--json", home / "results.json"
    )
    with adopting() as left:
        if request.param == "ourselves":
            done = subprocess.run(arguments, capture_output=True, text=True, env=environment())
        else:
            give_away(home)
            done = run_as_ordinary_user(arguments, home)
    assert (home / "results.json").exists(), done.stderr
    results = json.loads((home / "results.json").read_text())
    return Graded(course, done, {r["student"]: r for r in results}, renamed, left)


def fill(course, base, answers):
    """Hand in for the whole class; returns the names of those whose folder was renamed.

    Honest code and known answers come out the same whoever runs the grader: once is enough.
    """
    before, renamed = set(), {}
    for student, odd in ODD.items():
        if student in HONEST and not answers:
            continue
        odd.make(course, base, student)
        now = set(os.listdir(course / "submitted"))
        if student not in now:
            (renamed[student],) = now - before
        before = now
    for student, hostile in ALL.items():
        hand_in(course, student, hostile.fill(base.solved()).text())
    given = {}
    for problem, _, name in ANSWERS * answers:
        given.setdefault(student_of(problem, name), {})[problem] = name.replace(" ", "_")
    for student, answers_of_one in given.items():
        hand_in(course, student, base.answering(answers_of_one).text())
    return renamed
