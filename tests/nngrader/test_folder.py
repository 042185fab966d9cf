"""Definitions in a folder, a file for each problem: read, copied and kept like one file."""

import shutil

import pytest
from nngrader.course import Course
from nngrader.course.folder import definitions_path, read_problems
from nngrader.engine import pack
from nngrader.engine.declaration.challenge import solved_files
from nngrader.errors import CannotDo
from nngrader.release.build import trial_course
from nngrader.release.leaks import secrets_of
from nngrader.release.statements import secret_statements

from .driver_course import NAME, POINTS, SOLVED, make_course

FIRST = '''"""All of them."""

from .every import PROBLEMS, closure
'''


@pytest.fixture
def flat(tmp_path):
    """Return a course whose definitions are one file."""
    return make_course(tmp_path / "flat")


@pytest.fixture
def course(tmp_path):
    """Return the same course, with its definitions in a folder."""
    root = make_course(tmp_path / "course")
    folder = root / "problems" / NAME
    folder.mkdir()
    (root / "problems" / f"{NAME}.py").rename(folder / "every.py")
    (folder / "__init__.py").write_text(FIRST)
    return root


def test_a_folder_declares_what_the_file_did(flat, course):
    one, other = (Course(root).problems(NAME) for root in (flat, course))
    assert [p.name for p in one] == [p.name for p in other] == list(POINTS)
    for p, q in zip(one, other, strict=True):
        assert p.moving == q.moving
        assert pack(p, 3, visible=True)["points"] == pack(q, 3, visible=True)["points"]


def test_a_challenge_in_a_folder_finds_its_files(course):
    problems = Course(course).problems(NAME)
    assert problems[-1].solved_path == course / "heldback" / NAME / "weights.npz"
    assert solved_files(problems) == {"weights.npz": SOLVED}
    assert pack(problems[-1], 1, visible=False)["cases"][0]["kept"]["target"].size == 60


def test_each_reading_has_modules_of_its_own(course):
    path = definitions_path(course / "problems", NAME)
    one, other = read_problems(path), read_problems(path)
    one[0].points["value"] = 0.5
    assert other[0].points["value"] != 0.5
    assert not {id(p.solve) for p in one} & {id(p.solve) for p in other}


def test_a_changed_file_is_read_anew(course):
    every = course / "problems" / NAME / "every.py"
    before = Course(course).problems(NAME)
    every.write_text(every.read_text() + "\nPROBLEMS = PROBLEMS[:2]\n")
    assert [p.name for p in Course(course).problems(NAME)] == [p.name for p in before[:2]]


def test_private_definitions_change_those_of_a_folder(course, tmp_path):
    private = tmp_path / "private"
    private.mkdir()
    (private / f"{NAME}.py").write_text(
        "from nngrader.course import public_definitions\n"
        "public = public_definitions()\n"
        "public.closure.rtol = 0.5\n"
        "PROBLEMS = [public.closure]\n"
    )
    changed = {p.name: p.rtol for p in Course(course, problems=private).problems(NAME)}
    assert list(changed) == list(POINTS)
    assert changed["make_average"] == 0.5
    assert 0.5 not in {p.rtol for p in Course(course).problems(NAME)}


def test_every_file_of_the_folder_counts_and_is_kept_back(course):
    here = Course(course)
    files = here.problem_files(NAME)
    assert [f.name for f in files] == ["__init__.py", "every.py"]
    secrets = secrets_of(here, NAME, here.instructor(NAME))
    assert {f"{f.name}, which is held back" for f in files} <= set(secrets.digests.values())


def test_a_helper_in_another_file_of_the_folder_is_a_secret_too(course):
    folder = course / "problems" / NAME
    (folder / "common.py").write_text(
        "def halved(numbers):\n    return [number / 2 for number in numbers]\n"
    )
    (folder / "every.py").write_text(
        f"from .common import halved\n{(folder / 'every.py').read_text()}\n"
        "@closure.alternative\ndef with_a_helper(*args):\n    return halved(args)\n"
    )
    secret = secret_statements({"cells": []}, Course(course).problems(NAME))
    assert any("number/2fornumberinnumbers" in statement for statement in secret)


def test_a_release_is_tried_with_the_whole_folder(course, tmp_path):
    (course / "problems" / NAME / "__pycache__").mkdir(exist_ok=True)
    trial = trial_course(Course(course), NAME, tmp_path / "trial")
    assert [p.name for p in trial.problems(NAME)] == list(POINTS)
    copied = [f.relative_to(trial.root / "problems") for f in trial.problem_files(NAME)]
    assert [str(f) for f in copied] == [f"{NAME}/__init__.py", f"{NAME}/every.py"]


def test_a_file_beside_a_folder_of_the_same_name_is_refused(course):
    shutil.copy(course / "problems" / NAME / "every.py", course / "problems" / f"{NAME}.py")
    with pytest.raises(CannotDo, match="is defined twice"):
        Course(course).problems(NAME)


def test_a_broken_file_of_a_folder_is_told_in_words(course):
    (course / "problems" / NAME / "every.py").write_text("import nowhere_at_all\n")
    with pytest.raises(CannotDo, match="cannot be read: ModuleNotFoundError"):
        Course(course).problems(NAME)


def test_a_folder_without_definitions_is_none(course):
    (course / "problems" / NAME / "__init__.py").unlink()
    assert definitions_path(course / "problems", NAME) == course / "problems" / f"{NAME}.py"
