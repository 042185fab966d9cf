"""Private definitions over public ones, and the example of a folder of them."""

import json
import shutil
import tempfile
from pathlib import Path

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.course.folder import public_definitions, read_problems
from nngrader.engine import caller, judge, pack
from nngrader.engine.declaration.gate import over_seeds
from nngrader.errors import CannotDo, NotThere
from nngrader.release.points import points_complaints
from nngrader.student.notebook import run_cells

from .sample_course import (
    EXERCISES,
    NAME,
    ReleasedNotebook,
    hand_in,
    joined_definitions,
    make_course,
    problems_folder,
    run,
)

pytestmark = pytest.mark.sandbox
WHOLE = EXERCISES / "private.example"
EXAMPLE = Path(tempfile.mkdtemp(prefix="private-")) / "example"  # for the cut course
BARE = """```{code-cell} python
:name: bare_look
cosine_similarity(np.eye(2), np.eye(2))[0][1]
```
"""  # such as instructors write, without a try
STUB = "def cosine_similarity(X, Y):\n    raise NotImplementedError\n"
BOTH = """
from nngrader.course import public_definitions
public = public_definitions()
public.softmax.points["shape"] = 3
PROBLEMS = [public.softmax]
"""


@pytest.fixture(scope="module", autouse=True)
def example():
    """Yield the example without the cells of a problem that the cut course does not have."""
    left_out = shutil.ignore_patterns("*knn_predict*")
    shutil.copytree(WHOLE, EXAMPLE, ignore=left_out, dirs_exist_ok=True)
    section = EXAMPLE / NAME / "cosine_similarity.md"
    text = section.read_text().replace("knn_predict", "pairwise_distances", 1)
    section.write_text(f"{text}\n{BARE}")
    (EXAMPLE / f"{NAME}.toml").write_text("[points]\nhinge_loss = 22\n")
    yield EXAMPLE
    shutil.rmtree(EXAMPLE.parent)


@pytest.fixture(scope="module")
def private_course(tmp_path_factory, release_quickly):
    """Return a course released with the example of a private folder."""
    course = make_course(tmp_path_factory.mktemp("private") / "course")
    release_quickly(course, "--problems", EXAMPLE)
    return course


@pytest.fixture
def own(private_course, tmp_path):
    return shutil.copytree(private_course, tmp_path / "course")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "private").mkdir()
    return tmp_path / "private"


def refused(course, *arguments, capsys):
    assert run(course, "grade", NAME, *arguments) != 0
    return capsys.readouterr().err


def test_the_example_has_the_problems_of_the_assignment_and_one_more():
    course = Course(EXERCISES, problems=WHOLE)
    names = [p.name for p in Course(EXERCISES).problems(NAME)]
    assert [p.name for p in course.problems(NAME)] == [*names, "cosine_similarity"]
    assert points_complaints(course.problems(NAME), course.instructor(NAME)) == []


@pytest.mark.deep(4)
@pytest.mark.parametrize("part", range(8))
def test_the_example_holds_to_its_declaration(part):
    found = Course(EXERCISES, problems=WHOLE).problems(NAME)
    assert [c for p in found[part::8] for c in over_seeds(p, 3)] == []


def test_under_the_example_the_solved_assignment_is_right_in_every_problem():
    course = Course(EXERCISES, problems=WHOLE)
    cells = course.instructor(NAME)["cells"]
    texts = ["".join(c["source"]) for c in cells if c["cell_type"] == "code"]
    functions = run_cells([t for t in texts if "points(" not in t], seconds=60)
    for problem in course.problems(NAME):
        if problem.name != "classify":
            data = pack(problem, 1, visible=False)
            verdict = judge(data, caller(data, functions[problem.name]))
            assert verdict.score == pytest.approx(100), problem.name


def test_private_cells_stand_in_the_released_notebook(private_course):
    text = (private_course / "release" / NAME / f"{NAME}.ipynb").read_text()
    assert "Manhattan distance from each row" in text
    assert "Euclidean" not in text
    assert "np.abs(X[:, None, :]" not in text


def test_a_whole_new_problem_stands_in_the_released_notebook_at_its_place(private_course):
    notebook = json.loads((private_course / "release" / NAME / f"{NAME}.ipynb").read_text())
    ids = [c["metadata"]["nbgrader"]["grade_id"] for c in notebook["cells"]]
    at = ids.index("text_cosine_similarity")
    names = ("text_cosine_similarity", "cosine_similarity", "test_cosine_similarity")
    assert ids[at : at + 4] == [*names, "look_cosine_similarity"]
    assert ids.index("test_pairwise_distances") < at < ids.index("softmax_cross_entropy")
    text = "".join(notebook["cells"][at]["source"])
    assert "| 2 | integers | so do rows of whole numbers" in text
    assert "after:" not in text
    assert "x @ y.T" not in json.dumps(notebook)


def test_a_student_who_leaves_the_new_problem_out_has_the_points_of_the_others(own):
    base = ReleasedNotebook(own)
    hand_in(own, "ada", base.solved().write("cosine_similarity", STUB).text())
    out = own / "results.json"
    assert run(own, "grade", NAME, "--problems", EXAMPLE, "--json", out) == 0
    (ada,) = json.loads(out.read_text())
    assert ada["score"] == 92
    assert ada["flags"] == ["bare_look: raised NotImplementedError when it was loaded"]


def test_added_hidden_cases_are_hidden_alone(private_course):
    course = Course(private_course, problems=EXAMPLE)
    groups = {c["group"] for c in course.hidden(NAME)["softmax_cross_entropy"]["cases"]}
    visible = (private_course / "release" / NAME / f"{NAME}.cases.json").read_text()
    assert "far_below" in groups
    assert "far_below" not in visible
    assert "far below 0" not in visible


def test_a_class_is_graded_by_the_private_definitions(own):
    base = ReleasedNotebook(own)
    hand_in(own, "ada", base.solved().text())
    euclid = "def pairwise_distances(X, Y):\n    d = X[:, None] * 1.0 - Y\n"
    euclid += "    return np.sqrt((d**2).sum(2))"
    hand_in(own, "ben", base.solved().write("pairwise_distances", euclid).text())
    shift = "def softmax_cross_entropy(scores, targets):\n    scores = scores + 0\n"
    shift += "    scores[scores < -9000] = -9000\n"
    rest = "".join(base.solved()["softmax_cross_entropy"]["source"]).partition(":\n")[2]
    hand_in(own, "cas", base.solved().write("softmax_cross_entropy", shift + rest).text())
    out = own / "results.json"
    assert run(own, "grade", NAME, "--problems", EXAMPLE, "--json", out) == 0
    graded = {r["student"]: r for r in json.loads(out.read_text())}
    assert graded["ada"]["score"] == 100
    assert graded["ada"]["problems"]["cosine_similarity"]["max"] == 8
    assert graded["ada"]["problems"]["hinge_loss"]["max"] == 22
    (mistake,) = graded["ben"]["problems"]["pairwise_distances"]["mistakes"]
    assert "the differences are squared" in mistake
    softmax = graded["cas"]["problems"]["softmax_cross_entropy"]
    assert softmax["aspects"]["stability"] == [4, 8]  # half of the kinds of cases


def test_grading_without_the_folder_of_the_release_is_refused(own, capsys):
    hand_in(own, "ada", ReleasedNotebook(own).solved().text())
    message = refused(own, capsys=capsys)
    assert f"{NAME} was released with private definitions: name their folder" in message


def test_submissions_are_collected_with_the_folder_of_the_release(own, tmp_path, capsys):
    there = tmp_path / "download" / "ada"
    there.mkdir(parents=True)
    (there / f"{NAME}.ipynb").write_text(ReleasedNotebook(own).solved().text())
    assert run(own, "collect", NAME, there.parent) == 1
    assert "name their folder with --problems" in capsys.readouterr().err
    assert run(own, "collect", NAME, there.parent, "--problems", EXAMPLE) == 0
    assert (own / "submitted" / "ada" / NAME / f"{NAME}.ipynb").is_file()


def test_points_are_changed_with_the_folder_of_the_release(own, capsys):
    hand_in(own, "ada", ReleasedNotebook(own).solved().text())
    assert run(own, "grade", NAME, "--problems", EXAMPLE) == 0
    assert run(own, "reweight", NAME, "--drop", "cosine_similarity") == 1
    assert "name their folder with --problems" in capsys.readouterr().err
    drop = ("--drop", "cosine_similarity", "--problems", EXAMPLE)
    assert run(own, "reweight", NAME, *drop) == 0
    assert "cosine_similarity: 8 points, now 0: dropped" in capsys.readouterr().out


def test_a_report_needs_no_definitions(own):
    hand_in(own, "ada", ReleasedNotebook(own).solved().text())
    assert run(own, "grade", NAME, "--problems", EXAMPLE) == 0
    shutil.rmtree(problems_folder(own))
    assert run(own, "report", NAME) == 0


def test_grading_with_another_folder_is_refused(own, folder, capsys):
    hand_in(own, "ada", ReleasedNotebook(own).solved().text())
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    with open(folder / f"{NAME}.py", "a") as f:
        f.write("# changed\n")
    message = refused(own, "--problems", folder, capsys=capsys)
    assert "was released with other private definitions than those in" in message


def test_grading_with_a_folder_what_was_released_without_is_refused(course, base, capsys):
    hand_in(course, "ada", base.solved().text())
    definitions = Course(course, problems=EXAMPLE)
    with pytest.raises(CannotDo, match="was released without --problems: grade it without"):
        definitions.hidden(NAME)


def test_results_follow_the_private_files(own, folder):
    shutil.copytree(EXAMPLE, folder, dirs_exist_ok=True)
    keys = [key_as_released(Course(own, problems=folder))]
    for file in (
        f"{NAME}.py",
        f"{NAME}/pairwise_distances.py",
        f"{NAME}/text_pairwise_distances.md",
        f"{NAME}/cosine_similarity.py",
        f"{NAME}/cosine_similarity.md",
        f"{NAME}.toml",
    ):
        with open(folder / file, "a") as f:
            f.write("\n# changed\n")
        keys.append(key_as_released(Course(own, problems=folder)))
    assert len(set(keys)) == 7


def key_as_released(course):
    """Return the key of results, had the release been made with these files."""
    course.memory(NAME).write_text(json.dumps(course.made_with(NAME)))
    return Assignment(course, NAME).key


def test_a_folder_that_holds_nothing_for_the_assignment_is_refused(own, folder, capsys):
    hand_in(own, "ada", "{}")
    message = refused(own, "--problems", folder, capsys=capsys)
    assert f"holds nothing for {NAME}, no {NAME}.py" in message
    message = refused(own, "--problems", folder / "none", capsys=capsys)
    assert "no folder of private definitions" in message


def test_a_cell_that_the_notebook_lacks_is_refused(course, folder):
    (folder / NAME).mkdir()
    (folder / NAME / "argmax_rows.py").write_text("def argmax_rows(X): pass\n")
    with pytest.raises(CannotDo, match="the notebook has no code cell 'argmax_rows'"):
        Course(course, problems=folder).instructor(NAME)


def test_a_cell_of_the_other_kind_is_refused(course, folder):
    (folder / NAME).mkdir()
    (folder / NAME / "pairwise_distances.md").write_text("text\n")
    with pytest.raises(CannotDo, match="has no markdown cell 'pairwise_distances'"):
        Course(course, problems=folder).instructor(NAME)


def test_a_changed_problem_leaves_the_public_one_as_it_is(course, folder):
    (folder / f"{NAME}.py").write_text(BOTH.replace('"shape"] = 3', '"shape"] = 1'))
    found = read_problems(problems_folder(course), folder / f"{NAME}.py")
    changed = {p.name: p.points["shape"] for p in found}
    assert changed["softmax_cross_entropy"] == 1
    assert {p.points["shape"] for p in read_problems(problems_folder(course))} == {3}


def test_a_private_file_may_declare_all_there_is(course, folder):
    (folder / f"{NAME}.py").write_text(joined_definitions())
    found = read_problems(course / "nowhere.py", folder / f"{NAME}.py")
    assert len(found) == 3


def test_public_definitions_are_for_private_files_alone():
    with pytest.raises(NotThere, match="only a file of private definitions"):
        public_definitions()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def (", r"cannot be read: SyntaxError: .* \(line 1\)"),
        ("PROBLEMS = []\nPROBLEMS += [one]", r"name 'one' is not defined \(line 2\)"),
        ("import nowhere_at_all", "cannot be read: ModuleNotFoundError: No module named"),
        ("", "PROBLEMS should be a list of problems"),
        ("PROBLEMS = [3]", "PROBLEMS should be a list of problems"),
        (BOTH + "PROBLEMS *= 2", "PROBLEMS holds softmax_cross_entropy twice"),
    ],
)
def test_a_broken_private_file_is_told_in_words(course, folder, text, words):
    (folder / f"{NAME}.py").write_text(text)
    with pytest.raises(CannotDo, match=words):
        Course(course, problems=folder).problems(NAME)
