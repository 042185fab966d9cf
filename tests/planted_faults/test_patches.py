import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FAULTS = sorted(HERE.glob("*.patch"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.stem)
def test_a_planted_fault_says_what_it_breaks_and_still_applies(fault):
    words, *first = fault.read_text(encoding="utf-8").partition("\n\n")[0].split("\n")
    assert words.endswith(".")
    for line in first:
        named = [word for word in line.removeprefix("First: ").split() if "/" in word]
        assert named
        assert all((ROOT / word).exists() for word in named), line
    command = ["git", "apply", "--check", str(fault)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
