"""The files of a new problem: written, named where they are to be filled in, and refused."""

import inspect
import shutil

import numpy as np
import pytest
from nngrader.course import Course
from nngrader.course.notebooks import with_sections
from nngrader.engine.declaration.gate import over_seeds
from nngrader.errors import CannotDo
from nngrader.release import build
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


@pytest.mark.parametrize("private", [True, False])
def test_a_skeleton_has_the_arguments_and_parts_that_are_named(own, folder, private):
    where = ["--problems", folder] * private
    asked = ["--takes", "scores, labels, k=1", "--returns", "hits, share"]
    assert written(own, "top_k", *asked, *where) == 0
    course = Course(own, problems=folder if private else None)
    added = course.problems(NAME)[-1]
    assert list(added.parameters) == ["scores", "labels", "k"]
    assert list(added.returns) == ["hits", "share"]
    assert all(len(values) == 3 for values in (added.by_hand, made(added)))
    functions = [m.solve for m in added.mistakes.values()] + [*added.alternatives.values()]
    assert {str(inspect.signature(f)) for f in functions} == {"(scores, labels, k=1)"}
    section = folder / NAME / "top_k.md" if private else course.source(NAME)
    for line in ("| `share` | FILL IN | FILL IN |", "k = FILL IN", "top_k(scores, labels, k)"):
        assert line in section.read_text()


def test_a_skeleton_forbids_what_all_other_problems_of_the_assignment_forbid(own, folder):
    assert written(own, "row_norms", "--problems", folder) == 0
    course = Course(own, problems=folder)
    *others, added = [set(p.forbidden["all"]) for p in course.problems(NAME)]
    assert added == set.intersection(*others) == {"scipy", "sklearn", "torch", "nnlib"}


def test_what_forbids_nothing_makes_no_skeleton_that_does(own, folder, monkeypatch):
    for problem in (problems := Course(own).problems(NAME)):
        problem.forbidden = {}
    monkeypatch.setattr(Course, "problems", lambda *_: problems)
    assert written(own, "row_norms", "--problems", folder) == 0
    assert "forbidden" not in (folder / NAME / "row_norms.py").read_text()


def test_an_argument_whose_default_is_a_number_is_drawn_as_one(own, folder):
    asked = ["--takes", "X, k=3, rate=0.1, mean=True, name='a'"]
    assert written(own, "row_norms", *asked, "--problems", folder) == 0
    added = Course(own, problems=folder).problems(NAME)[-1]
    for values in (added.by_hand, made(added)):
        kinds = [type(value) for value in values]
        assert kinds == [np.ndarray, int, float, np.ndarray, np.ndarray]


@pytest.mark.parametrize(
    ("takes", "given"), [("X, k=1, tol=0.1", 1), ("X=1", 0), ("X, Y", None)]
)
def test_a_second_case_leaves_out_each_argument_with_a_default(own, folder, takes, given):
    assert written(own, "row_norms", "--takes", takes, "--problems", folder) == 0
    _, *others = Course(own, problems=folder).problems(NAME)[-1].cases
    made = [case.make(np.random.default_rng(0), N=5, D=7) for case in others]
    assert [len(values) for values in made] == [given] * (given is not None)


def test_the_table_of_points_says_what_each_cell_is_worth_and_changes_nothing(own, folder):
    assert written(own, "row_norms", "--points", 6, "--problems", folder) == 0
    table = folder / f"{NAME}.toml"
    text = table.read_text()
    assert "6 points for row_norms are taken from others" in text
    course = Course(own)
    worth = worth_of(course.problems(NAME), course.instructor(NAME))
    assert [line[2:].replace(" =", "") for line in text.splitlines()[3:]] == worth
    with_it = Course(own, problems=folder)
    (told,) = points_complaints(with_it.problems(NAME), with_it.instructor(NAME))
    assert told == "the cells add up to 106 points, not 100"
    table.write_text(text.replace("# hinge_loss = 30", "hinge_loss = 24"))
    assert not points_complaints(with_it.problems(NAME), with_it.instructor(NAME))


def test_a_table_of_points_that_is_there_stays(own, folder):
    folder.mkdir()
    (folder / f"{NAME}.toml").write_text("[points]\nhinge_loss = 20\n")
    (folder / f"{NAME}.py").write_text("PROBLEMS = []\n")
    assert written(own, "row_norms", "--problems", folder) == 0
    assert (folder / f"{NAME}.toml").read_text() == "[points]\nhinge_loss = 20\n"


def made(problem):
    return problem.cases[0].make(np.random.default_rng(0), N=5, D=7)


def test_a_private_skeleton_can_be_tested_at_once_and_says_what_is_missing(own, folder):
    assert written(own, "row_norms", "--problems", folder) == 0
    test = (folder / f"test_{NAME}_row_norms.py").read_text()
    assert "import numpy as np" in test
    assert (folder / NAME / "row_norms.md").read_text().startswith("after: hinge_loss\n")
    (complaint,) = over_seeds(Course(own, problems=folder).problems(NAME)[-1], 2)
    assert "raises NotImplementedError (FILL IN the right answer" in complaint


@pytest.mark.parametrize("asked", [["--takes", "a b"], ["--takes", ""], ["--returns", "a-b"]])
def test_arguments_and_parts_that_cannot_be_are_refused(own, folder, asked):
    assert written(own, "row_norms", *asked, "--problems", folder) == 2
    assert not folder.exists()


def test_a_public_problem_has_wrong_answers_planted_where_others_have_them(own, tmp_path):
    planted = tmp_path / "tests" / "exercises" / "wrong_answers"
    planted.mkdir(parents=True)
    (planted / "catalogue.py").write_text("from . import (\n    networks,\n    softmax,\n)\n")
    assert written(own, "row_norms") == 0
    text = (planted / "catalogue.py").read_text()
    assert text == "from . import (\n    networks,\n    row_norms,\n    softmax,\n)\n"
    assert "FILL IN words that it is told" in (planted / "row_norms.py").read_text()
    assert any(
        place.startswith("row_norms.py, line 8") for place in unfilled(Course(own), NAME)
    )


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


def test_points_in_tenths_are_no_other_points_than_their_sum(own, folder):
    (folder / NAME).mkdir(parents=True)
    for file in FILES:
        text = (EXERCISES / "private.example" / NAME / file).read_text()
        text = text.replace("after: knn_predict\n", "")
        text = text.replace("(4.4,", "(4.8,").replace("(2,", "(1.6,")
        (folder / NAME / file).write_text(text)
    (folder / f"{NAME}.toml").write_text("[points]\nhinge_loss = 22\n")
    course = Course(own, problems=folder)
    (added,) = [p for p in course.problems(NAME) if p.name == "cosine_similarity"]
    assert sorted(added.points.values()) == [0.8, 0.8, 1.6, 4.8]
    assert sum(added.points.values()) != 8
    assert points_complaints(course.problems(NAME), course.instructor(NAME)) == []


def test_an_untouched_version_that_cannot_be_graded_is_no_version_that_earns_nothing(
    own, monkeypatch
):
    def broken(grader, students):
        for student in students:
            failed = {"failed": True, "flags": ["the grader itself failed: Raised"]}
            yield {"student": student, "score": 0.0, "problems": {}} | failed, None

    monkeypatch.setattr(build.Grader, "grade_all", broken)
    with pytest.raises(NotFit, match="the untouched version cannot be graded: the grader itse"):
        release(Course(own), NAME)


def test_private_files_that_change_while_they_are_tried_are_not_released(
    own, folder, monkeypatch
):
    (folder / NAME).mkdir(parents=True)
    for name in FILES:
        shutil.copy(EXERCISES / "private.example" / NAME / name, folder / NAME)
    declaration, section = (folder / NAME / file for file in FILES)
    section.write_text(section.read_text().replace("after: knn_predict", "after: hinge_loss"))
    (folder / f"{NAME}.toml").write_text("[points]\nhinge_loss = 22\n")

    def edited(*_):
        declaration.write_text(declaration.read_text() + "\n# one more case\n")
        return []

    monkeypatch.setattr(build, "score_complaints", lambda *_: [])
    monkeypatch.setattr(build, "seed_complaints", edited)
    with pytest.raises(NotFit, match="changed while they were tried: release again"):
        release(Course(own, problems=folder), NAME)
    assert not (own / "release" / f"{NAME}.zip").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("hinge_loss", "has a problem hinge_loss already"),
        ("Norms", "'Norms' cannot be called"),
        ("class", "'class' cannot be called"),
    ],
)
def test_a_name_that_cannot_be_is_refused(own, capsys, name, words):
    assert written(own, name) == 2
    assert words in capsys.readouterr().err
    assert not (problems_folder(own) / f"{name}.py").exists() or name == "hinge_loss"


def test_a_file_that_is_there_is_not_written_over(own, folder, capsys):
    assert written(own, "row_norms", "--problems", folder) == 0
    (folder / NAME / "row_norms.md").rename(folder / "mine.md")
    assert written(own, "row_norms", "--problems", folder) == 1
    assert "row_norms.py is there already" in capsys.readouterr().err


def test_a_new_problem_has_a_new_name_and_its_file_that_name(own, folder):
    shutil.copytree(EXERCISES / "private.example" / NAME, folder / NAME)
    for name, words in (("hinge_loss", "hinge_loss alone"), ("row_norms", "row_norms alone")):
        for file in FILES:
            shutil.copy(folder / NAME / file, folder / NAME / file.replace(FILES[0][:-3], name))
        with pytest.raises(CannotDo, match=words):
            Course(own, problems=folder).problems(NAME)
        for file in FILES:
            (folder / NAME / file.replace(FILES[0][:-3], name)).unlink()
    with_same = (folder / NAME / FILES[0]).read_text().replace(FILES[0][:-3], "hinge_loss")
    (folder / NAME / "hinge_loss.py").write_text(with_same)
    (folder / NAME / "hinge_loss.md").write_text("")
    with pytest.raises(CannotDo, match="hinge_loss is a problem already"):
        Course(own, problems=folder).problems(NAME)


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
