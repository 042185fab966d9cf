"""What students do to a notebook counts, or its cause is named, in `check` and in grading."""

import base64
import json
import shutil

import pytest
from nngrader.grading.one_submission import Judge
from nngrader.records.codes import Code
from nngrader.records.flag_rendering import for_student
from nngrader.student.function import check_message
from nngrader.student.notebook import checkup

from .sample_course import NAME, ReleasedNotebook, grade, hand_in

pytestmark = pytest.mark.sandbox
PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()
FULL = 15  # points of hinge_loss


def cells(base):
    """Return changed sources by cell, for students whose work counts or doesn't."""
    hinge = base.solved()["hinge_loss"]["source"]
    setup, test = (base.solved()[name]["source"] for name in ("setup", "test_hinge_loss"))
    most = hinge.replace("np.maximum", "most")
    assert most != hinge
    counts = {
        "import in the setup": {
            "setup": f"{setup}\nfrom numpy import maximum as most",
            "hinge_loss": most,
        },
        "helper in the test": {
            "test_hinge_loss": f"def most(*a):\n    return np.maximum(*a)\n\n{test}",
            "hinge_loss": most,
        },
        "timed": {"hinge_loss": f"%%timeit -n1\n{hinge}"},
    }
    lost = {  # with the cause, and what is named
        "to a file": ({"hinge_loss": f"%%writefile h.py\n{hinge}"}, "magic", "`%%writefile`"),
        "run from a file": ({"hinge_loss": "%run h.py"}, "line", "`%run` on line 1"),
        "merged": ({"hinge_loss": f"<<<<<<< HEAD\n{hinge}"}, "merge", "git on line 1"),
        "zero width": (
            {"hinge_loss": hinge.replace("margin", "mar\u200bgin")},
            "invisible",
            "line 1 (zero width space, U+200B)",
        ),
        "curly quotes": (
            {"hinge_loss": f"{hinge}\n    x = \u201ca\u201d"},
            "character",
            "left double quotation mark",
        ),
        "bracket": ({"hinge_loss": hinge.replace("(", "", 1)}, "syntax", "error on line 1"),
    }
    return counts, lost


def changed(base, sources):
    """Return a solved notebook with other sources."""
    notebook = base.solved()
    for cell, source in sources.items():
        notebook.write(cell, source)
    return notebook


@pytest.fixture(scope="module")
def graded(hand_marked, open_folder):
    """Return the graded course, its released notebook, and the results by student."""
    course = shutil.copytree(hand_marked, open_folder / "faults")
    base = ReleasedNotebook(course)
    counts, lost = cells(base)
    for student, sources in (counts | {s: one[0] for s, one in lost.items()}).items():
        hand_in(course, student, changed(base, sources).text())
    drawn = base.solved().add_cell("1 + 1")
    (code,) = [c for c in drawn.cells if c["source"] == "1 + 1"]
    code["outputs"] = [
        {"output_type": "display_data", "metadata": {}, "data": {"image/png": PNG}}
    ]
    image = {
        "cell_type": "markdown",
        "metadata": {},
        "id": "mine",
        "source": "![d](attachment:d.png)",
    }
    drawn.cells.append(image | {"attachments": {"d.png": {"image/png": PNG}}})
    drawn.cells.append(image | {"id": "other", "source": "![d](d.png)"})
    drawn["draw"]["source"] += "\n\nMy arrows point up."
    hand_in(course, "draws", drawn.text())
    return course, base, grade(course)


class Runner:
    """Gives a number as the value of a test cell's last line."""

    notebook = 0

    def __init__(self, value):
        self.value = value

    def test(self, gid, source):
        return {"raised": None, "value": self.value, "undefined": None}


@pytest.mark.parametrize(
    ("value", "points", "odd"),
    [
        *[
            (50.0, 10, "50"),
            (-7.0, 0, "-7"),
            (float("nan"), 0, "nan"),
            (float("inf"), 10, "inf"),
        ],
        *[(10.0, 10, None), (0.0, 0, None), (2.5, 2.5, None), (None, 10, None)],
    ],
)
def test_points_outside_of_the_range_are_flagged(value, points, odd):
    judge = Judge(Runner(value), {}, ordinary={"test_angle": ""})
    assert judge.ordinary_points("test_angle", 10) == points
    assert [f.data["given"] for f in judge.flags] == [odd] * bool(odd)
    assert all(odd not in for_student(f) for f in judge.flags)  # it may encode a hidden input


def flags(result):
    return {f["code"]: f for f in result["flags"]}


def test_what_was_added_to_a_given_cell_counts(graded):
    _, base, results = graded
    for student in cells(base)[0]:
        assert results[student]["problems"]["hinge_loss"]["score"] == FULL, student
    for student in ("import in the setup", "helper in the test"):
        assert "Lines that were added to it were kept." in str(results[student]["flags"])


def test_a_function_that_is_not_defined_has_a_cause(graded):
    _, base, results = graded
    for student, (_, cause, words) in cells(base)[1].items():
        (finding,) = results[student]["problems"]["hinge_loss"]["findings"]
        assert finding["code"] == Code.NOT_DEFINED, student
        assert finding["data"]["obstacle"]["cause"] == cause, student
        missing = flags(results[student])["function-missing"]["text"]
        assert words in missing, student


@pytest.mark.slow
def test_check_names_the_same_cause_and_points(graded, tmp_path, capsys):
    course, base, _ = graded
    for file in (course / "release" / NAME).glob("*.cases.json"):
        shutil.copy(file, tmp_path)
    counts, lost = cells(base)
    for student, sources in counts.items():
        (tmp_path / f"{NAME}.ipynb").write_text(changed(base, sources).text())
        assert checkup(tmp_path / f"{NAME}.ipynb") == 0, student
    for student, (sources, _, words) in lost.items():
        (tmp_path / f"{NAME}.ipynb").write_text(changed(base, sources).text())
        capsys.readouterr()
        assert checkup(tmp_path / f"{NAME}.ipynb") == 1, student
        assert words in capsys.readouterr().out, student


def test_a_marker_sees_the_images_that_a_student_added(graded):
    course, _, results = graded
    file = course / "autograded" / "draws" / NAME / f"{NAME}.ipynb"
    shown = {c["id"]: c for c in json.loads(file.read_text())["cells"]}
    attached = [c for c in shown.values() if "pasted-1.png" in c.get("attachments", {})]
    assert ["".join(c["source"]) for c in attached] == [
        "![pasted image](attachment:pasted-1.png)"
    ]
    sources = ["".join(c["source"]) for c in shown.values()]
    assert "My arrows point up." in sources  # written into the cell of the task
    (_, plot) = shown["own-cell-1"]["outputs"]
    assert plot["data"] == {"image/png": PNG}
    assert "own-image-not-shown" in flags(results["draws"])  # the one from a file


@pytest.mark.parametrize("text", ['{"format": 1}', "[]", '{"a": {"name": "a"}}', '{"a', ""])
def test_a_file_of_cases_that_was_changed_is_named(text, tmp_path):
    (tmp_path / f"{NAME}.cases.json").write_text(text)
    with pytest.raises(Exception, match="is damaged or has been changed") as caught:
        check_message(lambda: 1, tmp_path)
    assert type(caught.value).__name__ == "CannotDo"
