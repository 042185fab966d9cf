"""Pack problems' cases into files, or judge answers to cases in files, as a program.

python -m tests.exercises.other_process PROBLEM,PROBLEM pack=FOLDER judge=FOLDER ...
"""

import json
import sys
from pathlib import Path

import numpy as np
from nngrader.engine import cases_json

from tests.exercises.declared_problems import DECLARED, judged, packed

SEED = 7


def answers(p):
    """Return right, mistaken and hostile answers to a problem by name."""
    found = {"the reference": p.solve, **p.alternatives}
    found |= {name: m.solve for name, m in p.mistakes.items()}
    return found | {
        "nothing": lambda *args: None,
        "an error": lambda *args: int("none"),
        "an exit": lambda *args: sys.exit(),
        "nan": lambda *args: np.full(5, np.nan),
        "its first argument": lambda *args: args[0],
        "objects": lambda *args: np.array([object()] * 5),
    }


def pack_into(folder, name):
    """Write a problem's visible and hidden cases into a folder."""
    for visible in (True, False):
        cases_json.save(packed(name, SEED, visible), folder / f"{name}-{visible}.json")


def verdicts(folder, name):
    """Return each answer's points by aspect and its findings, judged on stored cases."""
    found = {}
    for visible in (True, False):
        data = cases_json.load(folder / f"{name}-{visible}.json")
        for who, f in answers(DECLARED[name]).items():
            v = judged(data, f)
            points = {aspect: round(earned, 6) for aspect, (earned, _) in v.points.items()}
            found[f"{who}, {'visible' if visible else 'hidden'}"] = [points, v.findings]
    return found


if __name__ == "__main__":
    names, steps = sys.argv[1].split(","), [step.partition("=") for step in sys.argv[2:]]
    for what, _, folder in steps:
        found = {}
        for name in names:
            if what == "pack":
                pack_into(Path(folder), name)
            else:
                found[name] = verdicts(Path(folder), name)
        if found:
            print(json.dumps(found))
