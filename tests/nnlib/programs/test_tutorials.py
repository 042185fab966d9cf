"""Programs in the manner of PyTorch's tutorials print with nnlib what they print with torch.

Each runs in two processes of its own, with torch and with nnlib in torch's place; weights and
data are NumPy's. The words of the output are to be equal, the numbers, most of them losses,
near.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
NO_PROGRAMS = {"conftest", "drawn", "run", "test_tutorials"}
PROGRAMS = sorted(p for p in HERE.glob("*.py") if p.stem not in NO_PROGRAMS)
NUMBER = re.compile(r"-?\d+\.?\d*(?:e[+-]\d+)?|nan|inf")
SETTINGS = {
    **{"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"},
    "PYTHONPATH": str(HERE.parents[2]),
}


def run(library, out, *programs):
    """Run programs, whose output goes to a folder, and give their warnings and errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", HERE / "run.py", library, out, *programs],
        cwd=HERE,
        env=os.environ | SETTINGS,
        capture_output=True,
        text=True,
    )
    return done.stderr


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """The folder of what all programs print with torch."""
    out = tmp_path_factory.mktemp("torch")
    assert run("torch", out, *PROGRAMS) == ""
    return out


def words(text):
    """The text without its numbers; spaces may differ, as numbers may be as long."""
    return NUMBER.sub("#", text.replace("torch.", "")).split()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_program_prints_what_it_prints_with_torch(program, expected, tmp_path):
    assert run("nnlib", tmp_path, program) == ""
    got, want = (
        (folder / f"{program.stem}.txt").read_text(encoding="utf-8")
        for folder in (tmp_path, expected)
    )
    assert words(got) == words(want)
    numbers = [[float(n) for n in NUMBER.findall(text)] for text in (got, want)]
    assert len(numbers[1]) >= 20
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-5, abs=1e-5)


def test_torch_itself_is_out_of_reach(tmp_path):
    program = tmp_path / "program.py"
    program.write_text("import torch\nimport torch.fx\n")
    assert "torch.fx has no place in nnlib" in run("nnlib", tmp_path, program)


def test_programs_are_pure_torch():
    assert len(PROGRAMS) >= 12
    for program in PROGRAMS:
        assert "nnlib" not in program.read_text(encoding="utf-8")
