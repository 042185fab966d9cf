import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FAULTS = sorted(HERE.glob("*.patch"))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.stem)
def test_a_planted_fault_says_what_it_breaks_and_still_applies(fault):
    words, blank, _ = fault.read_text(encoding="utf-8").split("\n", 2)
    assert words.endswith(".")
    assert not blank
    command = ["git", "apply", "--check", str(fault)]
    done = subprocess.run(command, cwd=HERE.parents[1], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
