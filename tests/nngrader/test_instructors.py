"""The term of the page "For instructors": played again, it says what the page shows."""

import contextlib
import hashlib
import importlib.util
import io
import json
import os
import re
import tempfile
from pathlib import Path

import pytest
from nngrader.cli import main

from .sample_course import ROOT

pytestmark = [pytest.mark.sandbox, pytest.mark.turn(1)]

PROGRAM = ROOT / "chapters" / "reference" / "experiments" / "instructors.py"
STORED = json.loads(PROGRAM.with_suffix(".json").read_text(encoding="utf-8"))
STEPS = [c["step"] for c in STORED["commands"]]
FREE = {"killed"}  # how far a run has come when it is killed


def program():
    spec = importlib.util.spec_from_file_location("term_in_miniature", PROGRAM)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def typed_here(term, step, line, expected=0):
    """Run a command of the term in this process, and record its output."""
    printed = io.StringIO()
    with (
        contextlib.chdir(term.home),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        status = main(["--course", str(term.course), *line.split()[1:]])
    assert status == expected, printed.getvalue()
    rows = printed.getvalue().replace(f"{term.home}/", "").splitlines()
    term.said.append({"step": step, "command": line, "output": rows, "status": status})


@pytest.fixture(scope="module")
def again(request, few_seeds):
    """Return what the commands of the term print in this process, none of them killed."""
    played, deep = program(), request.config.getoption("deep")
    if not deep:
        played.Term.type = typed_here
    with few_seeds(), tempfile.TemporaryDirectory(prefix="term-") as folder:
        os.chmod(folder, 0o755)
        return played.run(Path(folder))


def lines(found, step):
    """Return a step's command, its status, its lines on submissions sorted, and the others."""
    (command,) = (c for c in found["commands"] if c["step"] == step)
    rows = [re.sub(r"^\[\d+/\d+\] ", "[] ", row) for row in command["output"]]
    done = sorted(row for row in rows if row.startswith("[] "))
    return command["command"], command["status"], done, [r for r in rows if r not in done]


def test_the_results_are_those_of_the_program():
    assert STORED["program"] == hashlib.sha256(PROGRAM.read_bytes()).hexdigest()


def test_the_results_hold_no_path_of_a_machine():
    assert re.findall(r"/tmp/|/home/|/root/|/work/", json.dumps(STORED)) == []


def test_the_term_takes_the_same_steps(again):
    assert [c["step"] for c in again["commands"]] == STEPS


@pytest.mark.parametrize("step", [s for s in STEPS if s not in FREE])
def test_a_command_says_what_the_page_shows(again, step):
    assert lines(again, step) == lines(STORED, step)


def test_a_killed_run_has_told_of_submissions_as_the_next_one_does(again):
    for found in (again, STORED):
        killed, after = (lines(found, step)[2] for step in ("killed", "grade"))
        assert len(killed) == 4
        assert set(killed) < set(after)


@pytest.mark.parametrize("key", ["results", "same_again", "pages", "report", "ben", "students"])
def test_results_and_report_are_those_that_are_stored(again, key):
    assert again[key] == STORED[key]
