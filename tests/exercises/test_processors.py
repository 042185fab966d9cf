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


def elsewhere(switches, *words):
    line = [sys.executable, "-m", "tests.exercises.elsewhere", *map(str, words)]
    done = subprocess.run(
        line, cwd=ROOT, env=os.environ | switches, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.deep(9)
@pytest.mark.parametrize("name", DECLARED)
def test_points_and_hints_are_those_of_every_other_processor(name, tmp_path):
    told = []
    for switches, others in ((OLD, NEW), (NEW, OLD)):
        elsewhere(switches, "pack", name, tmp_path)
        told += [json.loads(elsewhere(s, "judge", name, tmp_path)) for s in (switches, others)]
    for who, verdict in told[0].items():
        assert [other[who] for other in told[1:]] == [verdict] * 3, who
