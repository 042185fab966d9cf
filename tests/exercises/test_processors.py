"""What one processor packs another one judges alike: points and hints."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exercises.declared_problems import DECLARED
from tools.processors import can_imitate, environment

ROOT = Path(__file__).parents[2]
ABLE = can_imitate()
OLD, NEW = (environment(ABLE[0]), environment(ABLE[-1])) if ABLE else ({}, {})


def elsewhere(switches, names, *steps):
    """Return the verdicts of each judging step, in a process that imitates a processor."""
    line = [sys.executable, "-m", "tests.exercises.other_process", ",".join(names), *steps]
    done = subprocess.run(
        line, cwd=ROOT, env=os.environ | switches, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(row) for row in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def verdicts_by_machine(request, tmp_path_factory):
    """Return each processor's verdicts on its own packed cases and on the other's."""
    names = [i.callspec.params["name"] for i in request.session.items if i.path == request.path]
    old, new = (tmp_path_factory.mktemp(kind) for kind in ("old", "new"))
    found = elsewhere(OLD, names, f"pack={old}", f"judge={old}")
    found += elsewhere(NEW, names, f"judge={old}", f"pack={new}", f"judge={new}")
    return found + elsewhere(OLD, names, f"judge={new}")


@pytest.mark.turn(0)  # at the others a class is graded on two
@pytest.mark.deep(18)
@pytest.mark.parametrize("name", DECLARED)
def test_points_and_hints_are_those_of_every_other_processor(name, verdicts_by_machine):
    first, *others = (verdicts[name] for verdicts in verdicts_by_machine)
    assert len(others) == 3
    for who, verdict in first.items():
        assert [other[who] for other in others] == [verdict] * 3, who
