"""Every submission of the catalogue: its result, graded by root and by another user."""

import json
import os
import shutil
import subprocess

import pytest

from .ordinary_user import IS_ROOT, as_ordinary_user, chown_tree, namespaces_work
from .orphan_processes import adopt_orphans
from .sample_course import NAME, command, environment, hand_in
from .submissions.catalogue import HOSTILE, ODD
from .submissions.kinds import differing

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
USERS = ["root", "an ordinary user"] if IS_ROOT else ["ourselves"]


@pytest.fixture(scope="module", params=USERS)
def graded(request, released, base, open_folder):
    """Return the results by student, the course, and processes left over."""
    other = request.param == "an ordinary user"
    if other and not namespaces_work():
        pytest.skip("this kernel lets no ordinary user make a namespace")
    home = open_folder / request.param.replace(" ", "-")
    course = shutil.copytree(released, home / "course")
    for student, odd in ODD.items():
        hand_in(course, student, odd.make(base).text())
    for student, hostile in HOSTILE.items():
        hand_in(course, student, hostile.fill(base.solved()).text())
    line = command(course, "grade", NAME, "--workers", "2", "--json", home / "r.json")
    if other:
        chown_tree(home)
        line = as_ordinary_user(line)
    how = {"capture_output": True, "text": True, "cwd": home}
    with adopt_orphans() as left:
        done = subprocess.run(line, env=environment() | {"HOME": str(home)}, **how)
    assert done.returncode == 0, done.stderr
    results = {r["student"]: r for r in json.loads((home / "r.json").read_text())}
    assert sorted(results) == sorted(os.listdir(course / "submitted"))
    return results, course, left


def test_hostile_and_odd_submissions_get_the_expected_points_and_flags(graded):
    assert differing(graded[0], HOSTILE | ODD) == {}


def test_hidden_inputs_and_processes_do_not_leave_the_sandbox(graded):
    results, course, left = graded
    assert left == []
    assert "LEAK" not in json.dumps({s: results[s] for s in HOSTILE})
    for student in HOSTILE:
        file = course / "autograded" / student / NAME / f"{NAME}.ipynb"
        cells = json.loads(file.read_text())["cells"]
        assert "LEAK" not in json.dumps([c.get("outputs", []) for c in cells]), student
