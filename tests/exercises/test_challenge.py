"""Challenges: a file handed in beside the notebook, held-back data, thresholds, leaderboard."""

import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from nngrader.cli import main
from nngrader.course import Course
from nngrader.engine import caller, cases_json, judge, pack, with_file
from nngrader.engine.declaration.challenge import Challenge, solved_files
from nngrader.engine.declaration.gate import check_seed, over_seeds
from nngrader.engine.observation.observe import describe
from nngrader.grading.points import Stub, no_points, points
from nngrader.reports.leaderboard import code, leaderboard, own_code
from nngrader.sandbox.launch import Sandbox
from nngrader.sandbox.runner import Runner
from nngrader.settings import Limits
from nngrader.storage.results import Store
from nngrader.student.function import check_message

from tests.exercises.declared_problems import load, texts

NAME = "ps9_challenge"
DEFINITIONS = '''
import numpy as np
from nngrader.engine import challenge

best = challenge(
    "classify", file="weights.npz", most_bytes=4000, thresholds={0.5: 3, 0.8: 4}
)


@best.reference
def classify(weights, pictures):
    """Return the class of each picture, by the weights W (C, D) and b (C,)."""
    return (pictures.reshape(len(pictures), -1) @ weights["W"].T + weights["b"]).argmax(axis=1)


@best.on_visible
def some_pictures():
    """The 40 visible pictures."""
    return blobs(0, 40)


@best.on_heldback
def heldback_pictures(heldback):
    """The pictures that are held back."""
    data = heldback("pictures.npz")
    return data["pictures"], data["labels"]


def blobs(seed, n):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 4
    pictures = rng.integers(60, size=(n, 4, 4), dtype=np.uint8)
    pictures[np.arange(n), labels] += 100
    return pictures, labels


PROBLEMS = [best]
'''
LABELS = "lambda weights, pictures: pictures.sum(axis=2).argmax(axis=1)"


def npz(**arrays):
    """Return the bytes of an .npz file."""
    out = io.BytesIO()
    np.savez(out, **arrays)
    return out.getvalue()


SOLVED = npz(W=np.kron(np.eye(4), np.ones(4)), b=np.zeros(4))


@pytest.fixture
def course(tmp_path):
    """Make a course with one challenge, held-back pictures, and the solved file."""
    (tmp_path / "problems").mkdir()
    (tmp_path / "problems" / f"{NAME}.py").write_text(DEFINITIONS)
    (tmp_path / ".seed").write_text("7\n")
    (tmp_path / "heldback" / NAME).mkdir(parents=True)
    (tmp_path / "heldback" / NAME / "weights.npz").write_bytes(SOLVED)
    pictures, labels = load(tmp_path / "problems" / f"{NAME}.py").blobs(5, 60)
    held = npz(pictures=pictures, labels=labels)
    (tmp_path / "heldback" / "pictures.npz").write_bytes(held)
    return Course(tmp_path)


@pytest.fixture
def hidden(course):
    return course.hidden(NAME)["classify"]


@pytest.fixture
def visible(course):
    return pack(course.problems(NAME)[0], 1, visible=True)


def function(text):
    return eval(text, {"np": np})


def judged(data, f, raw=SOLVED):
    data = with_file(data, {"weights.npz": raw})
    return judge(data, caller(data, f))


def test_a_challenge_holds_to_its_declaration(course):
    (p,) = course.problems(NAME)
    assert over_seeds(p, 50) == check_seed(p, 3) == []


def test_points_are_given_by_thresholds(hidden):
    labels = hidden["cases"][0]["kept"]["target"]
    for share, score in (
        (1, 100),
        (0.8, 100),
        (0.7, 100 * 3 / 7),
        (0.5, 100 * 3 / 7),
        (0.4, 0),
    ):
        answer = np.where(np.arange(60) < round(60 * share), labels, 9)
        verdict = judged(hidden, lambda weights, pictures, a=answer: a)
        assert verdict.measured == pytest.approx(share)
        assert verdict.score == pytest.approx(score)


def test_what_is_not_reached_is_told_with_what_was_reached(hidden):
    verdict = judged(hidden, lambda weights, pictures: np.arange(60) % 4 * (np.arange(60) < 40))
    assert texts(verdict) == (
        "accuracy 0.8 is not reached: it is 0.75 with the pictures that are held back."
    )


def test_neither_labels_nor_thresholds_go_to_the_worker(hidden):
    asked = []
    data = with_file(hidden, {"weights.npz": SOLVED})
    judge(data, lambda args: asked.append(args) or {"parts": []})
    assert list(asked[0]) == ["weights", "pictures"]
    assert asked[0]["weights"].tobytes() == SOLVED


def test_the_release_holds_nothing_that_is_held_back(visible, hidden):
    told = cases_json.dumps(visible)
    secret = hidden["cases"][0]["args"]["pictures"]
    shown = cases_json.loads(told)["cases"][0]["args"]["pictures"]
    assert not {p.tobytes() for p in secret} & {p.tobytes() for p in shown}
    assert "held back" not in told


def test_cases_for_students_need_no_held_back_data(course):
    (course / "heldback" / "pictures.npz").unlink()
    assert pack(course.problems(NAME)[0], 1, visible=True)
    with pytest.raises(
        FileNotFoundError, match=r"classify needs held-back data: .*pictures.npz"
    ):
        course.hidden(NAME)


@pytest.mark.parametrize("raw", [None, b""])
def test_without_a_file_there_are_no_points_and_a_reason(hidden, raw):
    verdict = judged(hidden, function(LABELS), raw)
    assert verdict.score == 0
    assert texts(verdict) == ("weights.npz is missing: without it there is nothing to try.")


def huge_shape():
    """Return a file whose header declares far more numbers than follow."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        header = io.BytesIO()
        about = {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**6)}
        np.lib.format.write_array_header_1_0(header, about)
        z.writestr("W.npy", header.getvalue() + b"\0" * 80)
    return out.getvalue()


def bomb():
    """Return a zip bomb: a small file that unpacks to much."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        z.writestr("W.npy", bytes(70 << 20))
    return out.getvalue()


def lying_bomb():
    """Return a zip bomb whose directory says that it unpacks to little."""
    raw = bytearray(bomb())
    for at in (raw.rindex(b"PK\1\2") + 24, 22):
        raw[at : at + 4] = (200).to_bytes(4, "little")
    return bytes(raw)


BROKEN = "weights.npz cannot be opened: it is not a complete .npz file."
FILES = {
    "no zip": (lambda: b"W = 3", BROKEN),
    "cut off": (lambda: SOLVED[: len(SOLVED) // 2], BROKEN),
    "garbled": (lambda: SOLVED[:60] + bytes(40) + SOLVED[100:], BROKEN),
    "a bare array": (lambda: npz(W=np.eye(3))[60:], BROKEN),
    "huge shape": (huge_shape, BROKEN),
    "lying bomb": (lying_bomb, BROKEN),
    "objects": (
        lambda: npz(W=np.array([{}, None], dtype=object)),
        "weights.npz holds Python objects, expected arrays of numbers.",
    ),
    "bomb": (bomb, "weights.npz holds more numbers than fit in memory."),
}
every_file = pytest.mark.parametrize("kind", FILES)


@every_file
def test_a_file_that_cannot_be_opened_is_told_so(hidden, kind):
    make, words = FILES[kind]
    verdict = judged(hidden, lambda *_: pytest.fail("the function is called"), make())
    assert (verdict.score, texts(verdict)) == (0, words)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("np.zeros(59)", "expected one label for each input, as an array of whole numbers"),
        ("np.zeros((60, 4))", "expected one label for each input"),
        ("3", "expected one label for each input"),
        ("None", "what it returns is None. Does every path"),
        ("['a'] * 60", "what it returns is a list that is no array of numbers"),
        ("(p for p in pictures)", "what it returns is a generator"),
        ("np.full(60, np.nan)", "accuracy 0.5 is not reached: it is 0 with"),
        ("np.full(60, 1j)", "expected one label for each input"),
        ("1 / 0", "using classify raised ZeroDivisionError"),
        ("weights['V']", "using classify raised KeyError"),
    ],
)
def test_what_is_wrong_with_the_labels_is_told(hidden, answer, words):
    verdict = judged(hidden, function(f"lambda weights, pictures: {answer}"))
    assert verdict.score == 0
    assert words in texts(verdict)
    assert "59" not in texts(verdict)


@pytest.mark.parametrize(
    "said",
    [
        None,
        {"parts": []},
        {"parts": [describe(np.zeros(3))]},
        {"parts": [describe(77), describe(3)]},
        {"parts": [describe(None), describe(np.zeros(60)), 4]},
        {"parts": [describe(0.5)] * 9},
    ],
)
def test_a_worker_may_say_anything_of_a_challenge(hidden, said):
    data = with_file(hidden, {"weights.npz": SOLVED})
    verdict = judge(data, lambda args: said)
    assert verdict.score == 0
    assert verdict.findings


def test_labels_as_a_list_or_as_floats_are_labels(hidden):
    for change in ("tolist()", "astype(float)", "astype('int8')"):
        assert judged(hidden, function(f"{LABELS}.{change}")).score == 100


def declared(**changes):
    about = {"file": "weights.npz", "most_bytes": 10, "thresholds": {0.5: 3}}
    p = Challenge("f", **about | changes.get("about", {}))

    def f(weights, x):
        """Labels."""

    def data(heldback=None):
        """Some."""
        return np.zeros(3), np.zeros(3)

    p.reference(changes.get("reference", f))
    p.on_visible(changes.get("data", data))
    p.on_heldback(data)
    return p


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"about": {"file": "../weights.npz"}}, "expected a plain name that ends in .npz"),
        ({"about": {"file": "weights.pkl"}}, "expected a plain name that ends in .npz"),
        ({"about": {"most_bytes": 0}}, "expected a number of bytes above 0"),
        ({"about": {"thresholds": {}}}, "expected the easiest first"),
        ({"about": {"thresholds": {0.8: 1, 0.5: 1}}}, "expected the easiest first"),
        ({"about": {"thresholds": {0.5: 1, 0.8: 1}, "lower": True}}, "the easiest first"),
        ({"about": {"thresholds": {0.5: 0}}}, "points above 0"),
        ({"about": {"forbidden": {"style": ["torch"]}}}, "no points for style"),
        ({"about": {"measure": len}}, "its measure must be a plain def"),
        ({"reference": lambda w, x: 0}, "a reference with a docstring"),
        ({"data": lambda: 0}, "data by on_visible, with a docstring"),
    ],
)
def test_a_challenge_declared_wrongly_is_refused(changes, fault):
    with pytest.raises(ValueError, match=fault):
        pack(declared(**changes), 1, visible=True)


def error_and_size(args, answer):
    if answer is None or answer.shape != args["target"].shape:
        raise ValueError("a picture of the size of the one given is expected")
    near = np.abs(answer - args["target"]).max() < 0.1
    return len(args["numbers"]) if near else np.inf


def test_fewer_may_be_better_and_the_size_of_the_file_be_measured():
    p = Challenge(
        "unpack",
        file="few.npz",
        most_bytes=9000,
        measured="bytes",
        thresholds={2000: 1, 700: 2},
        measure=error_and_size,
        lower=True,
    )

    @p.reference
    def unpack(numbers, shape):
        """The picture."""
        return np.outer(numbers["a"], numbers["b"])

    @p.on_visible
    @p.on_heldback
    def picture(heldback=None):
        """The picture."""
        return [20, 30], np.outer(np.arange(20.0), np.arange(30.0))

    data = pack(p, 1, visible=False)
    a, b = np.arange(20.0), np.arange(30.0)
    for raw, score in ((npz(a=a, b=b), 100 / 3), (npz(a=a, b=b + 1), 0)):
        given = with_file(data, {"few.npz": raw})
        assert judge(given, caller(given, unpack)).score == pytest.approx(score)


# The gate


def test_the_gate_wants_the_solved_file(course):
    (p,) = course.problems(NAME)
    assert solved_files([p]) == {"weights.npz": SOLVED}
    (course / "heldback" / NAME / "weights.npz").write_bytes(
        npz(W=np.ones((4, 16)), b=np.ones(4))
    )
    assert check_seed(p, 1) == ["classify: the reference scores 0, expected 100"]
    (course / "heldback" / NAME / "weights.npz").unlink()
    assert "the solved weights.npz is missing" in check_seed(p, 1)[0]


def test_the_gate_holds_the_solved_file_to_the_cap(course):
    (p,) = course.problems(NAME)
    p.most_bytes = 50
    assert check_seed(p, 1) == ["classify: the solved weights.npz is larger than it may be"]


def test_the_gate_wants_a_file_that_counts(course):
    (p,) = course.problems(NAME)
    p.alternatives["guess"] = lambda weights, pictures: np.zeros(60)
    assert check_seed(p, 1) == ["classify: guess scores 0, expected 100"]


# The sandbox


def graded(hidden, cell, raw):
    reports, data = {}, {"classify": hidden}
    with Sandbox(Limits(memory_mb=400, call_seconds=5.0)) as sandbox:
        runner = Runner([("cell", cell, False)], sandbox, 0)
        try:
            stub = Stub("classify", runner, data, [], reports, {"weights.npz": raw})
            stub.points("classify", 7)
        finally:
            runner.close()
    return reports["classify"]


SOLUTION = DEFINITIONS[
    DEFINITIONS.index("def classify") : DEFINITIONS.index("@best.on_visible")
]


@pytest.mark.sandbox
def test_a_challenge_is_graded_in_the_sandbox(hidden):
    report = graded(hidden, SOLUTION, SOLVED)
    assert (report["score"], report["findings"]) == (7, [])
    assert report["challenge"] == {"measured": 1.0, "bytes": len(SOLVED), "lower": False}
    json.dumps(report)


@pytest.mark.sandbox
@every_file
def test_a_hostile_file_ends_in_the_worker_with_a_message(hidden, kind):
    make, words = FILES[kind]
    report = graded(hidden, SOLUTION, make())
    assert report["score"] == 0
    assert [text for _, text, _ in report["findings"]] == [words]


@pytest.mark.sandbox
def test_without_a_file_the_report_says_so(hidden):
    report = graded(hidden, SOLUTION, None)
    assert report["challenge"] == {"measured": None, "bytes": 0, "lower": False}
    assert "is missing" in report["findings"][0][1]


@pytest.mark.sandbox
def test_a_file_made_when_the_cells_are_loaded_is_not_read(hidden):
    cell = "np.savez('weights.npz', W=np.kron(np.eye(4), np.ones(4)), b=np.zeros(4))\n"
    assert graded(hidden, f"import numpy as np\n{cell}{SOLUTION}", None)["score"] == 0


@pytest.mark.parametrize(("raw", "most"), [(SOLVED, 7), (None, 0), (bytes(4001), 0)])
def test_plain_autograde_reads_the_file_beside_the_notebook(
    hidden, tmp_path, monkeypatch, raw, most
):
    monkeypatch.setattr("nngrader.grading.points._hidden_here", lambda: {"classify": hidden})
    monkeypatch.chdir(tmp_path)
    if raw:
        (tmp_path / "weights.npz").write_bytes(raw)
    assert points("classify", classify, 7) == most


def test_a_test_cell_that_came_to_no_end_gives_no_points(hidden):
    assert no_points(hidden, 7)["score"] == 0


# What a student runs


@pytest.fixture
def home(tmp_path, visible):
    folder = tmp_path / "home"
    folder.mkdir()
    cases_json.save({"classify": visible}, folder / f"{NAME}.cases.json")
    return folder


def classify(weights, pictures):
    return (pictures.reshape(len(pictures), -1) @ weights["W"].T + weights["b"]).argmax(axis=1)


def test_check_names_the_file_that_is_missing(home):
    said = check_message(classify, home)
    assert said.startswith("classify: 0 of 7 points on the visible cases.")
    assert "weights.npz does not lie beside the notebook: save your arrays there." in said


def test_check_tells_a_file_that_is_too_large(home):
    (home / "weights.npz").write_bytes(bytes(4001))
    assert "weights.npz has 4,001 bytes, at most 4,000 are read" in check_message(
        classify, home
    )


def test_check_tells_how_good_the_file_is_and_what_decides(home):
    (home / "weights.npz").write_bytes(SOLVED)
    said = check_message(classify, home)
    assert said.startswith("classify: 7 of 7 points on the visible cases.")
    assert f"weights.npz has {len(SOLVED):,} of at most 4,000 bytes. Hand it in" in said
    assert (
        "accuracy with the 40 visible pictures: 1. The points are given on inputs that are held"
        in said
    )


def test_check_tells_what_is_wrong_with_the_function(home):
    (home / "weights.npz").write_bytes(npz(V=np.zeros(3)))
    assert "KeyError: " in check_message(classify, home)


def test_nngrader_check_looks_for_the_file_beside_the_notebook(home):
    (home / "weights.npz").write_bytes(SOLVED)
    cells = [
        {"cell_type": "code", "metadata": {}, "source": text}
        for text in ("import numpy as np\nimport os\nos.chdir('/')", SOLUTION)
    ]
    notebook = home / f"{NAME}.ipynb"
    notebook.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
    command = [sys.executable, "-m", "nngrader", "check", str(notebook)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "classify: 7 of 7 points" in ran.stdout


# The leaderboard


def result(student, measured, size=100, lower=False):
    told = {"measured": measured, "bytes": size, "lower": lower}
    report = {"score": 1, "challenge": told}
    return {"student": student, "assignment": NAME, "problems": {"classify": report, "f": {}}}


def board(*results):
    text = leaderboard({r["student"]: r for r in results}, 7)["classify"]
    return [line.split(",") for line in text.splitlines()]


def test_the_leaderboard_has_the_best_first_and_no_names():
    anna, bert, cleo = result("anna", 0.81), result("bert", 0.91234), result("cleo", None)
    rows = board(anna, bert, cleo)
    assert rows[0] == ["rank", "measured", "bytes", "code"]
    assert [row[:3] for row in rows[1:]] == [["1", "0.9123", "100"], ["2", "0.81", "100"]]
    assert "anna" not in str(rows)


def test_equal_results_share_a_rank_and_of_equals_the_smaller_file_is_first():
    rows = board(
        result("a", 0.8, 9), result("b", 0.8, 9), result("c", 0.8, 5), result("d", 0.7)
    )
    assert [row[0] for row in rows[1:]] == ["1", "2", "2", "4"]


def test_where_lower_is_better_the_lowest_is_first():
    rows = board(result("a", 500, lower=True), result("b", 90, lower=True))
    assert [row[1] for row in rows[1:]] == ["90", "500"]


def test_a_student_finds_the_own_row_by_a_code():
    anna = result("anna", 0.81)
    own = code(7, NAME, "anna")
    assert own in board(anna, result("bert", 0.7))[1][3]
    assert own_code(anna, 7) == own
    assert own_code(result("anna", None), 7) == ""


@pytest.mark.parametrize(
    "other", [(8, NAME, "anna"), (7, "ps1", "anna"), (7, NAME, "ann\ud800")]
)
def test_a_code_depends_on_seed_assignment_and_name(other):
    assert code(*other) != code(7, NAME, "anna")


def test_feedback_writes_the_leaderboard_and_names_the_own_row(course, monkeypatch):
    monkeypatch.setattr("nngrader.gradebook.database.marks", lambda *_: {})
    source = course / "source" / NAME / f"{NAME}.md"
    source.parent.mkdir(parents=True)
    source.write_text("# the assignment\n")
    empty = {"status": "graded", "flags": [], "score": 1.0, "max_score": 7.0}
    empty |= {"cells": {}, "seconds": {}, "fingerprints": {}}
    report = {"score": 1, "max": 7, "aspects": {}, "findings": [], "tried": {}}
    results = {}
    for r in (result("anna", 0.81), result("bert", 0.9)):
        r["problems"] = {"classify": report | r["problems"]["classify"]}
        results[r["student"]] = empty | r
    Store(course / ".results").put(f"latest-{NAME}", results)
    assert main(["--course", str(course.root), "feedback", NAME]) == 0
    own = code(7, NAME, "anna")
    table = (course / "feedback" / f"leaderboard-{NAME}-classify.csv").read_text()
    assert table.splitlines()[2] == f"2,0.81,100,{own}"
    page = (course / "feedback" / "anna" / NAME / f"{NAME}.html").read_text()
    assert f"your row has the code <code>{own}</code>." in page


def test_where_there_is_no_challenge_there_is_no_leaderboard():
    assert leaderboard({"a": {"assignment": NAME, "problems": {"f": {}}}}, 7) == {}


def test_large_arrays_are_written_in_few_bytes_and_come_back_as_they_were():
    for dtype in ("uint8", "float64", "int32", "bool", "float32"):
        big = np.arange(5000).reshape(50, 100).astype(dtype)
        text = cases_json.dumps({"a": big})
        back = cases_json.loads(text)["a"]
        assert len(text) < 20_000
        assert (back.dtype, back.tolist()) == (big.dtype, big.tolist())
        assert back.flags.writeable
