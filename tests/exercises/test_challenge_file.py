"""The file of a challenge, submitted with the notebook: read, graded, tried by a student."""

import io
import json
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from nngrader import points
from nngrader.engine import cases_json
from nngrader.grading.one_submission import Judge, no_points
from nngrader.records.codes import Code
from nngrader.sandbox.launch import Sandbox
from nngrader.sandbox.runner import Runner
from nngrader.settings import Limits
from nngrader.student.function import check_message

from tests.exercises.declared_problems import has
from tests.exercises.one_challenge import (
    DEFINITIONS,
    LABELS,
    NAME,
    SOLVED,
    bomb,
    function,
    judged,
    npz,
)


@pytest.mark.parametrize("raw", [None, b""])
def test_without_a_file_there_are_no_points_but_a_reason(hidden, raw):
    verdict = judged(hidden, function(LABELS), raw)
    assert verdict.score == 0
    assert has(verdict, Code.FILE_MISSING, file="weights.npz")


def huge_shape():
    """Return a file whose header declares far more numbers than follow."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        header = io.BytesIO()
        about = {"descr": "<f8", "fortran_order": False, "shape": (10**9, 10**6)}
        np.lib.format.write_array_header_1_0(header, about)
        z.writestr("W.npy", header.getvalue() + b"\0" * 80)
    return out.getvalue()


def lying_bomb():
    """Return a zip bomb whose directory says that it unpacks to little."""
    raw = bytearray(bomb())
    for at in (raw.rindex(b"PK\1\2") + 24, 22):
        raw[at : at + 4] = (200).to_bytes(4, "little")
    return bytes(raw)


BROKEN = "broken"
FILES = {
    "no zip": (lambda: b"W = 3", BROKEN),
    "cut off": (lambda: SOLVED[: len(SOLVED) // 2], BROKEN),
    "garbled": (lambda: SOLVED[:60] + bytes(40) + SOLVED[100:], BROKEN),
    "a bare array": (lambda: npz(W=np.eye(3))[60:], BROKEN),
    "huge shape": (huge_shape, BROKEN),
    "lying bomb": (lying_bomb, BROKEN),
    "objects": (lambda: npz(W=np.array([{}, None], dtype=object)), "objects"),
    "bomb": (bomb, "memory"),
}
every_file = pytest.mark.parametrize("kind", FILES)


@every_file
def test_a_file_that_cannot_be_opened_is_reported(hidden, kind):
    make, why = FILES[kind]
    verdict = judged(hidden, lambda *_: pytest.fail("the function is called"), make())
    assert verdict.score == 0
    assert has(verdict, Code.FILE_UNREADABLE, file="weights.npz", why=why)


# The sandbox


def graded(hidden, cell, raw):
    with Sandbox(Limits(memory_mb=400, call_seconds=5.0)) as sandbox:
        runner = Runner([("cell", cell, False)], sandbox, 0)
        try:
            judging = Judge(runner, {"classify": hidden}, files={"weights.npz": raw})
            judging.points("classify", 7)
        finally:
            runner.close()
    return judging.reports["classify"]


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
@pytest.mark.parametrize(
    "kind", ["bomb", *(pytest.param(k, marks=pytest.mark.slow) for k in FILES if k != "bomb")]
)
def test_a_hostile_file_ends_in_the_worker_with_a_message(hidden, kind):
    make, why = FILES[kind]
    report = graded(hidden, SOLUTION, make())
    assert report["score"] == 0
    (result,) = report["findings"]
    assert (result["code"], result["data"]["why"]) == (Code.FILE_UNREADABLE, why)


@pytest.mark.slow
@pytest.mark.sandbox
def test_without_a_file_the_report_says_so(hidden):
    report = graded(hidden, SOLUTION, None)
    assert report["challenge"] == {"measured": None, "bytes": 0, "lower": False}
    assert report["findings"][0]["code"] == Code.FILE_MISSING


@pytest.mark.sandbox
def test_a_file_made_when_the_cells_are_loaded_is_not_read(hidden):
    cell = "np.savez('weights.npz', W=np.kron(np.eye(4), np.ones(4)), b=np.zeros(4))\n"
    assert graded(hidden, f"import numpy as np\n{cell}{SOLUTION}", None)["score"] == 0


@pytest.mark.parametrize(("raw", "most"), [(SOLVED, 7), (None, 0), (bytes(4001), 0)])
def test_plain_autograde_reads_the_file_next_to_the_notebook(
    hidden, tmp_path, monkeypatch, raw, most
):
    monkeypatch.setattr("nngrader.cells._hidden_here", lambda: {"classify": hidden})
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


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (None, "weights.npz isn't in the folder of your notebook."),
        (bytes(4001), "weights.npz has 4,001 bytes, but may have at most 4,000"),
        (npz(V=np.zeros(3)), "KeyError on line 2"),
    ],
)
def test_check_reports_what_is_wrong_with_file_or_function(home, raw, words):
    if raw:
        (home / "weights.npz").write_bytes(raw)
    message = check_message(classify, home)
    assert message.startswith("classify: 0 of 7 points on the visible cases.")
    assert words in message


def test_check_reports_how_good_the_file_is_and_what_decides(home):
    (home / "weights.npz").write_bytes(SOLVED)
    message = check_message(classify, home)
    assert message.startswith("classify: 7 of 7 points on the visible cases.")
    assert f"weights.npz has {len(SOLVED):,} bytes (limit: 4,000). Submit it" in message
    assert "accuracy with the 40 visible pictures: 1. " in message


@pytest.mark.parametrize(("margin", "printed"), [(0.1, False), (0.2, True)])
def test_check_reports_that_a_threshold_is_near(home, visible, margin, printed):
    cases_json.save({"classify": visible | {"margin": margin}}, home / f"{NAME}.cases.json")
    (home / "weights.npz").write_bytes(SOLVED)  # which reaches 1, and the threshold is 0.8
    message = check_message(classify, home)
    assert ("threshold 0.8 (accuracy), so grading may decide differently" in message) == printed


def check_notebook(home, *sources):
    """Check a notebook of these cells with the command."""
    cells = [{"cell_type": "code", "metadata": {}, "source": text} for text in sources]
    notebook = home / f"{NAME}.ipynb"
    notebook.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}))
    command = [sys.executable, "-m", "nngrader", "check", str(notebook)]
    return subprocess.run(command, capture_output=True, text=True)


def test_nngrader_check_looks_for_the_file_next_to_the_notebook(home):
    (home / "weights.npz").write_bytes(SOLVED)
    ran = check_notebook(home, "import numpy as np\nimport os\nos.chdir('/')", SOLUTION)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "classify: 7 of 7 points" in ran.stdout


UNTOUCHED = "def classify(weights, pictures):\n    raise NotImplementedError()"


@pytest.mark.parametrize(
    ("source", "begun"), [(UNTOUCHED, False), ("x = 1", False), (SOLUTION, True)]
)
def test_a_challenge_that_was_not_begun_does_not_count(home, source, begun):
    ran = check_notebook(home, source)
    assert ran.returncode == int(begun), ran.stdout + ran.stderr
    assert f"In total: 0 of {7 if begun else 0} points" in ran.stdout, ran.stdout
    assert ("weights.npz isn't in the folder" in ran.stdout) == begun
