"""`make rounding` computes with other processors' instructions and reports what fails."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import rounding

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import numpy as np, torch
a = np.random.default_rng(0).standard_normal((200, 200))
t = torch.from_numpy(a)
print(*(x.sum().item().hex() for x in (a @ a, np.exp(a), np.linalg.inv(a), t @ t)))
"""


def printed(variables: dict[str, str]) -> list[str]:
    """Return what the program prints with these environment variables."""
    command, environment = [sys.executable, "-c", PROGRAM], os.environ | variables
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.split()


def test_each_processor_rounds_differently():
    sums = [printed(rounding.variables(processor)) for processor in rounding.PROCESSORS]
    assert len({tuple(row) for row in sums}) > 1
    for same in zip(*sums, strict=True):
        assert [float.fromhex(x) for x in same] == pytest.approx([float.fromhex(same[0])] * 3)


def test_a_page_that_fails_is_reported_with_its_line(tmp_path, monkeypatch):
    page = tmp_path / "chapters/part/page.md"
    page.parent.mkdir(parents=True)
    header = (ROOT / "chapters/maths/vectors.md").read_text().partition("# ")[0]
    monkeypatch.syspath_prepend(ROOT / "chapters/_ext")
    monkeypatch.setattr(rounding, "ROOT", tmp_path)
    for condition, result in ("0.1 + 0.2 == 0.3", "AssertionError"), ("0.1 + 0.2 > 0.3", ""):
        page.write_text(f"{header}# Page\n\n```{{code-cell}} python\nassert {condition}\n```\n")
        assert rounding.pages() == ["part/page"]
        assert result in rounding.run_page("part/page")
    assert rounding.run_page("part/page") == ""


def test_answers_are_judged_on_packed_cases():
    packed = rounding.pack_problem("ps2_classifiers", "hinge_loss")
    assert rounding.run_problem("ps2_classifiers", "hinge_loss", packed) == ""
    first, second, *_ = packed[0]["cases"]
    first["want"] = second["want"]
    assert "hinge_loss" in rounding.run_problem("ps2_classifiers", "hinge_loss", packed)


def test_the_table_has_a_row_for_a_page_and_a_column_for_a_processor():
    claim = f"{rounding.CLAIM}it wins (here: x = 1)"
    columns = {
        "Prescott": {"seconds": 3, "rows": {"maths/a": "", "maths/b": claim}},
        "Haswell": {"seconds": 4, "rows": {"maths/a": "maths/a.md:3: cell 1 fails"}},
    }
    assert [line.split() for line in rounding.table(columns)] == [
        ["Prescott", "Haswell"],
        ["maths/a", "ok", "fails"],
        ["maths/b", "1", "untrue", "-"],
        ["3", "s", "4", "s"],
    ]
