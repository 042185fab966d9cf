"""The files of a new problem: written, named where they are to be filled in, and refused."""

import pytest
from nngrader.course import Course
from nngrader.course.notebooks import with_sections
from nngrader.errors import CannotDo
from nngrader.release.build import NotFit, release
from nngrader.release.new_problem import unfilled
from nngrader.release.points import points_complaints, worth_of

from .sample_course import EXERCISES, NAME, make_course, problems_folder, run

FILES = ("cosine_similarity.py", "cosine_similarity.md")
MARK = "{problem} "
TEXT = f"## 1. One\n\n```{MARK}one\n```\n\nLook.\n\n(end)=\n\n## 2. End\n"


@pytest.fixture
def own(tmp_path):
    return make_course(tmp_path / "course")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "private"


def contents(folder):
    """Return the bytes of each file but those that Python keeps for itself."""
    files = [f for f in folder.rglob("*") if f.is_file() and "__pycache__" not in f.parts]
    return {f: f.read_bytes() for f in files}


def written(course, *arguments):
    return run(course, "new-problem", NAME, *arguments)


@pytest.mark.sandbox
@pytest.mark.parametrize("private", [True, False])
def test_a_skeleton_is_refused_until_each_place_is_filled(own, folder, capsys, private):
    where = ["--problems", folder] * private
    assert written(own, "row_norms", "--points", 20, *where) == 0
    told = capsys.readouterr().out
    places = unfilled(Course(own, problems=folder if private else None), NAME)
    assert f"places that say FILL IN: {len(places)}" in told
    assert run(own, "release", NAME, *where) == 1
    refused = capsys.readouterr().err.splitlines()
    assert [line.strip() for line in refused[1:]] == places
    assert "row_norms.py, line 27: FILL IN the right answer" in places
    text = "row_norms.md, line 3" if private else f"{NAME}.md, line "
    assert any(p.startswith(text) and p.endswith("FILL IN the title") for p in places)
    course = Course(own, problems=folder if private else None)
    added = course.problems(NAME)[-1]
    assert (added.name, added.total) == ("row_norms", 20)
    assert len(added.mistakes) == 4
    cells = [c["id"] for c in course.instructor(NAME)["cells"]]
    assert cells.index("row_norms") > cells.index("hinge_loss")


def test_a_private_skeleton_changes_nothing_public(own, folder):
    before = contents(own)
    assert written(own, "row_norms", "--problems", folder) == 0
    assert contents(own) == before
    names = {f"{NAME}/row_norms.py", f"{NAME}/row_norms.md", f"test_{NAME}_row_norms.py"}
    names.add(f"{NAME}.toml")
    assert {str(f.relative_to(folder)) for f in contents(folder)} == names


def test_points_that_do_not_add_up_are_told_with_the_place_to_change_them(own, folder):
    (folder / NAME).mkdir(parents=True)
    for file in FILES:
        text = (EXERCISES / "private.example" / NAME / file).read_text()
        (folder / NAME / file).write_text(text.replace("after: knn_predict\n", ""))
    course = Course(own, problems=folder)
    found = points_complaints(course.problems(NAME), course.instructor(NAME))
    assert found == ["the cells add up to 108 points, not 100"]
    with pytest.raises(NotFit) as refused:
        release(course, NAME)
    assert refused.value.reasons == [
        *found,
        f"give problems other points under [points] in {folder / NAME}.toml",
        f"now: {', '.join(worth_of(course.problems(NAME), course.instructor(NAME)))}",
    ]
    assert "cosine_similarity 8" in refused.value.reasons[-1]
    (folder / f"{NAME}.toml").write_text("[points]\nhinge_loss = 22\n")
    assert points_complaints(course.problems(NAME), course.instructor(NAME)) == []
    (folder / f"{NAME}.toml").write_text("[limits]\nprocesses = 3\n")
    with pytest.raises(ValueError, match=r"\[limits\] belongs into nngrader.toml"):
        course.instructor(NAME)


def test_a_name_that_cannot_be_is_refused(own, capsys):
    for name in ("hinge_loss", "Norms", "class"):
        assert written(own, name) == 2
        assert name in capsys.readouterr().err
        assert not (problems_folder(own) / f"{name}.py").exists() or name == "hinge_loss"


def test_a_section_stands_behind_the_problem_that_it_names_or_the_last():
    section = f"## New\n\n```{MARK}new\n```"
    placed = f"Look.\n\n{section}\n\n(end)=\n\n## 2. End"
    assert placed in with_sections(TEXT, {"new": section})
    assert placed in with_sections(TEXT, {"new": f"after: one\n\n{section}"})
    for name in ("aim", "other"):  # behind another new one, whatever they are called
        pair = {"new": section, name: f"after: new\n## {name}\n\n```{MARK}{name}\n```"}
        for order in (pair, dict(reversed(pair.items()))):
            text = with_sections(TEXT, order)
            assert text.index("## New") < text.index(f"## {name}") < text.index("(end)=")
    with pytest.raises(CannotDo, match="stands after two: none there"):
        with_sections(TEXT, {"new": f"after: two\n{section}"})
    with pytest.raises(CannotDo, match=r"has no mark `\{problem\} other`"):
        with_sections(TEXT, {"other": section})
