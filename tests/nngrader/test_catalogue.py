"""Every submission of the catalogue: its result, graded by root and by another user."""

import functools
import json
import os
import shutil
import subprocess

import pytest

from .ordinary_user import IS_ROOT, as_ordinary_user, chown_tree, namespaces_work
from .orphan_processes import adopt_orphans
from .sample_course import NAME, command, environment, hand_in, problems
from .submissions.catalogue import HONEST, HOSTILE, ODD

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
USERS = ["root", "an ordinary user"] if IS_ROOT else ["ourselves"]


@functools.cache
def answers():
    """Return, by student, one mistake or alternative in each problem."""
    given = {p.name: [*p.mistakes, *p.alternatives] for p in problems()}
    return {
        f"answers-number-{n}": {
            name: names[n].replace(" ", "_") for name, names in given.items() if n < len(names)
        }
        for n in range(max(map(len, given.values())))
    }


@pytest.fixture(scope="module", params=USERS)
def graded(request, released, base, open_folder):
    """Return results by the name in the catalogue, the course, and processes left over.

    Honest code and known answers get the same result from every user, so once is enough.
    """
    first = request.param == USERS[0]
    if not first and not namespaces_work():
        pytest.skip("this kernel lets no ordinary user make a namespace")
    home = open_folder / request.param.replace(" ", "-")
    course = shutil.copytree(released, home / "course")
    (course / "submitted").mkdir()  # whoever is first may be but a link in it
    whose, handed_in = {}, set()
    for student, odd in ODD.items():
        if first or student not in HONEST or student == "honest-perfect":
            odd.make(course, base, student)
            (whose[student],) = set(os.listdir(course / "submitted")) - handed_in
            handed_in.add(whose[student])
    for student, hostile in HOSTILE.items():
        hand_in(course, student, hostile.fill(base.solved()).text())
    for student, given in answers().items() if first else ():
        hand_in(course, student, base.answering(given).text())
    line = command(course, "grade", NAME, "--workers", "2", "--json", home / "r.json")
    if not first:
        chown_tree(home)
        line = as_ordinary_user(line)
    how = {"capture_output": True, "text": True, "cwd": home}
    with adopt_orphans() as left:
        done = subprocess.run(line, env=environment() | {"HOME": str(home)}, **how)
    assert done.returncode == 0, done.stderr
    results = {r["student"]: r for r in json.loads((home / "r.json").read_text())}
    assert sorted(results) == sorted(os.listdir(course / "submitted"))
    return {s: results[whose.get(s, s)] for s in (*whose, *HOSTILE)} | results, course, left


def differing(results, table):
    """Return what differs from what is expected, by submission."""
    wrong = {}
    for student, e in table.items():
        if student not in results:
            continue
        r = results[student]
        least, most = (e.least, e.most) if student in HOSTILE else (e.score, e.score)
        fits = least - 1e-6 <= r["score"] <= most + 1e-6 and r["status"] == e.status
        if not fits or (e.flag and not e.flag.is_among(r["flags"])):
            wrong[student] = r["score"], r["status"], r["flags"]
    return wrong


def test_hostile_submissions_gain_nothing_and_are_flagged(graded):
    results, _, _ = graded
    assert differing(results, HOSTILE) == {}


def test_odd_submissions_are_graded_as_far_as_they_can_be(graded):
    assert all(odd.score == 100 for odd in HONEST.values())
    results, _, _ = graded
    assert differing(results, ODD) == {}


def test_hidden_inputs_and_processes_do_not_leave_the_sandbox(graded):
    results, course, left = graded
    assert left == []
    assert "LEAK" not in json.dumps({s: results[s] for s in HOSTILE})
    for student in HOSTILE:
        file = course / "autograded" / student / NAME / f"{NAME}.ipynb"
        cells = json.loads(file.read_text())["cells"]
        assert "LEAK" not in json.dumps([c.get("outputs", []) for c in cells]), student


def test_mistakes_are_charged_once_and_alternatives_have_all_points(graded):
    results, _, _ = graded
    wrong = []
    for student in answers().keys() & results.keys():
        for p in problems():
            if (name := answers()[student].get(p.name)) is None:
                continue
            report = results[student]["problems"][p.name]
            lost = {a for a, (earned, most) in report["aspects"].items() if earned < most}
            mistake = {n.replace(" ", "_"): m for n, m in p.mistakes.items()}.get(name)
            if mistake is None:
                right = lost == set()
            else:
                shown = any(mistake.hint in f["text"] for f in report["findings"])
                right = len(lost) == 1 and lost <= mistake.loses and shown
            wrong += [(p.name, name, report)] * (not right)
    assert wrong == []
