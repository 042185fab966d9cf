"""Programs in the manner of PyTorch's tutorials print with nnlib what they print with torch.

One process runs them with torch, and another with nnlib in torch's place; weights and data are
NumPy's. The words of the two outputs must be equal, and their numbers, most of them losses,
close.
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
    """Run programs, whose output goes to files in a folder; return the errors and warnings."""
    done = subprocess.run(
        [sys.executable, "-W", "error", HERE / "run.py", library, out, *programs],
        cwd=HERE,
        env=os.environ | SETTINGS,
        capture_output=True,
        text=True,
    )
    return done.stderr


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Return the folders of what the programs print with nnlib and with torch."""
    out = {library: tmp_path_factory.mktemp(library) for library in ("nnlib", "torch")}
    assert [run(library, folder, *PROGRAMS) for library, folder in out.items()] == ["", ""]
    return out["nnlib"], out["torch"]


def words(text):
    """Return the words of a text, with its numbers replaced by `#`."""
    return NUMBER.sub("#", text.replace("torch.", "")).split()


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.stem)
def test_program_prints_what_it_prints_with_torch(program, folders):
    got, want = ((f / f"{program.stem}.txt").read_text("utf-8") for f in folders)
    assert words(got) == words(want)
    numbers = [[float(n) for n in NUMBER.findall(text)] for text in (got, want)]
    assert len(numbers[1]) >= 20
    assert numbers[0] == pytest.approx(numbers[1], rel=1e-5, abs=1e-5)
