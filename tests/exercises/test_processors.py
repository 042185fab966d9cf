"""What one processor packs another one judges alike: points and hints."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exercises.declared import DECLARED
from tools.processors import can_imitate, environment

ROOT = Path(__file__).parents[2]
ABLE = can_imitate()
OLD, NEW = (environment(ABLE[0]), environment(ABLE[-1])) if ABLE else ({}, {})


def elsewhere(switches, names, *steps):
    """The verdicts of each step that judges, in one process under a processor's switches."""
    line = [sys.executable, "-m", "tests.exercises.elsewhere", ",".join(names), *steps]
    done = subprocess.run(
        line, cwd=ROOT, env=os.environ | switches, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(row) for row in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def told(request, tmp_path_factory):
    """What each processor says of cases that it packed and of those that the other did."""
    names = [i.callspec.params["name"] for i in request.session.items if i.path == request.path]
    old, new = (tmp_path_factory.mktemp(kind) for kind in ("old", "new"))
    found = elsewhere(OLD, names, f"pack={old}", f"judge={old}")
    found += elsewhere(NEW, names, f"judge={old}", f"pack={new}", f"judge={new}")
    return found + elsewhere(OLD, names, f"judge={new}")


@pytest.mark.deep(9)
@pytest.mark.parametrize("name", DECLARED)
def test_points_and_hints_are_those_of_every_other_processor(name, told):
    first, *others = (verdicts[name] for verdicts in told)
    assert len(others) == 3
    for who, verdict in first.items():
        assert [other[who] for other in others] == [verdict] * 3, who
