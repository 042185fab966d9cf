"""The term of the page "For instructors": played again, it says what the page shows."""

import importlib.util
import json
import os
import re
import tempfile
from pathlib import Path

import pytest

from .sample_course import ROOT

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
PROGRAM = ROOT / "chapters" / "reference" / "experiments" / "instructors.py"
STORED = json.loads(PROGRAM.with_suffix(".json").read_text(encoding="utf-8"))
FREE = {"killed"}  # how far a run has come when it is killed


def lines(found):
    """Return command, status and lines by step; those on submissions are sorted."""
    steps = {}
    for c in found["commands"]:
        rows = [re.sub(r"^\[\d+/\d+\] ", "[] ", row) for row in c["output"]]
        done = sorted(row for row in rows if row.startswith("[] "))
        rest = [row for row in rows if row not in done]
        steps[c["step"]] = c["command"], c["status"], done, rest
    return steps


def test_commands_results_and_pages_are_those_that_are_stored():
    spec = importlib.util.spec_from_file_location("term_in_miniature", PROGRAM)
    played = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(played)
    with tempfile.TemporaryDirectory(prefix="term-") as folder:
        os.chmod(folder, 0o755)
        again = played.run(Path(folder))
    ours, theirs = lines(again), lines(STORED)
    assert list(ours) == list(theirs)
    for step in theirs.keys() - FREE:
        assert ours[step] == theirs[step], step
    for found in (ours, theirs):  # a killed run has told of some as the next one does
        assert set(found["killed"][2]) < set(found["grade"][2])
    for key in ("results", "same_again", "pages", "report", "ben", "students"):
        assert again[key] == STORED[key], key
