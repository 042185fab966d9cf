"""Definitions in a folder, a file for each problem: read, copied and kept like one file."""

import pytest
from nngrader.course import Course
from nngrader.engine import pack
from nngrader.engine.declaration.challenge import solved_files

from .driver_course import NAME, POINTS, SOLVED, make_course

FIRST = '''"""All of them."""

from .every import PROBLEMS, folds
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


def test_private_definitions_can_change_the_definitions_of_a_folder(course, tmp_path):
    private = tmp_path / "private"
    private.mkdir()
    (private / f"{NAME}.py").write_text(
        "from nngrader.course import public_definitions\n"
        "public = public_definitions()\n"
        "public.folds.rtol = 0.5\n"
        "PROBLEMS = [public.folds]\n"
    )
    changed = {p.name: p.rtol for p in Course(course, problems=private).problems(NAME)}
    assert list(changed) == list(POINTS)
    assert changed["stratified_folds"] == 0.5
    assert 0.5 not in {p.rtol for p in Course(course).problems(NAME)}
