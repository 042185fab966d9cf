"""The files of a new problem: they are written, and refused until all is filled in."""

import re

import pytest
from nngrader.course import Course
from nngrader.course.notebooks import with_sections
from nngrader.errors import CannotDo
from nngrader.release.new_problem import unfilled

from .sample_course import NAME, make_course, problems_folder, run

FILES = ("cosine_similarity.py", "cosine_similarity.md")
MARK = "{problem} "
TEXT = f"## 1. One\n\n```{MARK}one\n```\n\nLook.\n\n(end)=\n\n## 2. End\n"


@pytest.fixture
def own(tmp_path):
    return make_course(tmp_path / "course")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "private"


def written(course, *arguments):
    return run(course, "new-problem", NAME, *arguments)


@pytest.mark.sandbox
@pytest.mark.parametrize("private", [True, False])
def test_a_skeleton_is_refused_until_each_place_is_filled(own, folder, capsys, private):
    where = ["--problems", folder] * private
    assert written(own, "row_norms", "--points", 20, *where) == 0
    output = capsys.readouterr().out
    places = unfilled(Course(own, problems=folder if private else None), NAME)
    assert re.search(rf"\b{len(places)}\b.* FILL IN", output)
    assert run(own, "release", NAME, *where) == 1
    refused = capsys.readouterr().err.splitlines()
    assert [line.strip() for line in refused[1:]] == places
    assert "row_norms.py, line 27: FILL IN the correct answer" in places
    text = "row_norms.md, line 3" if private else f"{NAME}.md, line "
    assert any(p.startswith(text) and p.endswith("FILL IN the title") for p in places)
    course = Course(own, problems=folder if private else None)
    added = course.problems(NAME)[-1]
    assert (added.name, added.total) == ("row_norms", 20)
    assert len(added.mistakes) == 4
    cells = [c["id"] for c in course.instructor(NAME)["cells"]]
    assert cells.index("row_norms") > cells.index("hinge_loss")


def test_an_invalid_name_is_refused(own, capsys):
    for name in ("hinge_loss", "Norms", "class"):
        assert written(own, name) == 2
        assert name in capsys.readouterr().err
        assert not (problems_folder(own) / f"{name}.py").exists() or name == "hinge_loss"


def test_the_first_problem_is_declared_by_hand(own, folder, capsys):
    (problems_folder(own) / "__init__.py").write_text("PROBLEMS = []\n")
    for where in ([], ["--problems", folder]):
        assert written(own, "row_norms", *where) == 1
        assert "declare the first problem by hand" in capsys.readouterr().err


def test_a_section_follows_the_problem_that_it_names_or_the_last():
    section = f"## New\n\n```{MARK}new\n```"
    placed = f"Look.\n\n{section}\n\n(end)=\n\n## 2. End"
    assert placed in with_sections(TEXT, {"new": section})
    assert placed in with_sections(TEXT, {"new": f"after: one\n\n{section}"})
    for name in ("aim", "other"):  # behind another new one, whatever they are called
        pair = {"new": section, name: f"after: new\n## {name}\n\n```{MARK}{name}\n```"}
        for order in (pair, dict(reversed(pair.items()))):
            text = with_sections(TEXT, order)
            assert text.index("## New") < text.index(f"## {name}") < text.index("(end)=")
    with pytest.raises(CannotDo, match="the section of new should come after two"):
        with_sections(TEXT, {"new": f"after: two\n{section}"})
    with pytest.raises(CannotDo, match=r"has no directive `\{problem\} other`"):
        with_sections(TEXT, {"other": section})


def test_the_test_of_a_private_problem_uses_the_course_that_it_was_made_for(own, folder):
    assert written(own, "row_norms", "--points", 20, "--problems", folder) == 0
    (file,) = folder.glob("test_*.py")
    names = {"__file__": str(file)}
    exec(file.read_text().partition("def judged")[0], names)  # imports and constants
    assert names["COURSE"].resolve() == own.resolve()
    assert names["PROBLEM"].name == "row_norms"
    assert 'where="ordinary"' in (folder / NAME / "row_norms.py").read_text()
