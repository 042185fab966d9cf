"""Private definitions over public ones, and the example of a folder of them."""

import json
import shutil

import pytest
from nngrader.course import Course
from nngrader.errors import CannotDo

from .sample_course import EXERCISES, NAME, ReleasedNotebook, grade, hand_in, make_course, run

pytestmark = pytest.mark.sandbox
WHOLE = EXERCISES / "private.example"
BARE = """```{code-cell} python
:name: bare_look
cosine_similarity(np.eye(2), np.eye(2))[0][1]
```
"""  # such as instructors write, without a try
BOTH = """
from nngrader.course import public_definitions
public = public_definitions()
public.softmax.points["shape"] = 3
PROBLEMS = [public.softmax]
"""


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """Return the example without the cells of a problem that the cut course does not have."""
    left_out = shutil.ignore_patterns("*knn_predict*")
    folder = tmp_path_factory.mktemp("private") / "example"
    shutil.copytree(WHOLE, folder, ignore=left_out)
    section = folder / NAME / "cosine_similarity.md"
    text = section.read_text().replace("knn_predict", "pairwise_distances", 1)
    section.write_text(f"{text}\n{BARE}")
    (folder / f"{NAME}.toml").write_text("[points]\nhinge_loss = 22\n")
    return folder


@pytest.fixture(scope="module")
def private_course(example, tmp_path_factory):
    """Return a course released with the example of a private folder."""
    course = make_course(tmp_path_factory.mktemp("private") / "course")
    assert run(course, "release", NAME, "--problems", example) == 0
    return course


@pytest.fixture
def own(private_course, tmp_path):
    return shutil.copytree(private_course, tmp_path / "course")


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "private").mkdir()
    return tmp_path / "private"


@pytest.mark.slow
def test_private_cells_and_a_new_problem_are_in_the_released_notebook(private_course, example):
    text = (private_course / "release" / NAME / f"{NAME}.ipynb").read_text()
    assert "Manhattan distance from each row" in text
    for other in ("Euclidean", "np.abs(X[:, None, :]", "x @ y.T", "after:"):
        assert other not in text
    ids = [c["metadata"]["nbgrader"]["grade_id"] for c in json.loads(text)["cells"]]
    at = ids.index("text_cosine_similarity")
    names = ["text_cosine_similarity", "cosine_similarity", "test_cosine_similarity"]
    assert ids[at : at + 4] == [*names, "look_cosine_similarity"]
    assert ids.index("test_pairwise_distances") < at < ids.index("softmax_cross_entropy")
    hidden = Course(private_course, problems=example).hidden(NAME)["softmax_cross_entropy"]
    visible = (private_course / "release" / NAME / f"{NAME}.cases.json").read_text()
    assert "far_away" in {c["group"] for c in hidden["cases"]}
    assert "far_away" not in visible


@pytest.mark.slow
def test_a_class_is_graded_by_the_private_definitions(own, example):
    base = ReleasedNotebook(own)
    hand_in(own, "ada", base.solved().text())
    euclid = "def pairwise_distances(X, Y):\n    d = X[:, None] * 1.0 - Y\n"
    euclid += "    return np.sqrt((d**2).sum(2))"
    hand_in(own, "ben", base.solved().write("pairwise_distances", euclid).text())
    shift = "def softmax_cross_entropy(scores, targets):\n    scores = scores + 0\n"
    shift += "    scores[scores < -9000] = -9000\n"
    rest = "".join(base.solved()["softmax_cross_entropy"]["source"]).partition(":\n")[2]
    hand_in(own, "cas", base.solved().write("softmax_cross_entropy", shift + rest).text())
    graded = grade(own, "--problems", example)
    assert graded["ada"]["score"] == 100
    assert graded["ada"]["problems"]["cosine_similarity"]["max"] == 8
    assert graded["ada"]["problems"]["hinge_loss"]["max"] == 22
    (mistake,) = graded["ben"]["problems"]["pairwise_distances"]["findings"]
    assert "Your distances are Euclidean" in mistake["text"]
    softmax = graded["cas"]["problems"]["softmax_cross_entropy"]
    assert softmax["aspects"]["stability"] == [4, 8]  # half of the kinds of cases


@pytest.mark.slow
def test_without_the_folder_of_the_release_nothing_is_graded_or_collected(
    own, example, tmp_path, capsys
):
    hand_in(own, "ada", ReleasedNotebook(own).solved().text())
    assert run(own, "grade", NAME) != 0
    assert "private definitions: name their folder" in capsys.readouterr().err
    folder = tmp_path / "download" / "bob"
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_text(ReleasedNotebook(own).solved().text())
    assert run(own, "collect", NAME, folder.parent) == 1
    assert run(own, "collect", NAME, folder.parent, "--problems", example) == 0
    assert (own / "submitted" / "bob" / NAME / f"{NAME}.ipynb").is_file()


def test_a_broken_private_file_is_reported_in_words(course, folder):
    for text, words in (
        ("def (", r"SyntaxError: .* \(line 1\)"),
        ("PROBLEMS = []\nPROBLEMS += [one]", r"'one' is not defined \(line 2\)"),
        ("import nowhere_at_all", "ModuleNotFoundError"),
        ("PROBLEMS = [3]", "PROBLEMS should be a list of problems"),
        (BOTH + "PROBLEMS *= 2", "softmax_cross_entropy twice"),
    ):
        (folder / f"{NAME}.py").write_text(text)
        with pytest.raises(CannotDo, match=words):
            Course(course, problems=folder).problems(NAME)
