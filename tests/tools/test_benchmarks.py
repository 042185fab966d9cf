"""The benchmark programs run and print every row; their times are not tested."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[2] / "benchmarks" / "nnlib_against_torch.py"
ROWS = {
    (): [
        *("MLP", "LeNet", "VGG", "LSTM", "BatchNorm2d", "Depthwise", "LayerNorm", "GroupNorm"),
        *("cumsum(0)", "cumsum(1)", "cumprod(1)", "geometric mean"),
    ],
    ("--imports",): ["whole process", "minus an empty interpreter"],
}


def nnlib_against_torch_prints_every_row(*mode):
    command = [sys.executable, PROGRAM, "--rounds", "1", *mode]
    run = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert run.returncode == 0, run.stderr
    for row in ROWS[mode]:
        assert row in run.stdout


GRADING = PROGRAM.with_name("grading_against_nbgrader.py")


def grading_gives_the_scores_of_nbgrader_and_prints_every_row(mode, *rows):
    command = [sys.executable, "-W", "ignore", GRADING, "--count", "3", *mode]
    run = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    for row in rows:
        assert row in run.stdout


SCORES = ["3 submissions of six problems", "again", "two processes", "unequal scores: 0 []"]
GROWTH = ["   3 submissions", "s each", "MB"]
CASES = [(nnlib_against_torch_prints_every_row, mode) for mode in ROWS]
CASES += [
    pytest.param(
        grading_gives_the_scores_of_nbgrader_and_prints_every_row,
        [mode, *rows],
        marks=pytest.mark.sandbox,
    )
    for mode, rows in (([], SCORES), (["--growth"], GROWTH))
]


@pytest.mark.parametrize(("check", "arguments"), CASES)
@pytest.mark.slow
def test_a_benchmark_runs_and_prints_what_it_should(check, arguments):
    check(*arguments)
