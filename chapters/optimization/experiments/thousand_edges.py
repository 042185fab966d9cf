"""The networks of ``thousand.py`` with learning rates beyond the edges of their grids.

There the network with dropout took the smaller of its two rates, 0.05, on four of five draws,
and the ten plain networks the largest of their four, 0.4, on three. So each contender gets one
rate more, and takes a setting with it where its validation pictures prefer that. The verdict,
that ten plain networks have the lower squared error, is lost if they are behind on some draw.

Written after a look at single networks with dropout on draws 1 to 3, where the smaller rate
changed the squared error by up to 0.002 in either direction. With the rate 0.8 a plain network
diverged on draw 1, so the larger rate is 0.6; ten with one that diverges are not taken.
"""

import json
import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

HERE = Path(__file__)
FIRST = runpy.run_path(str(HERE.with_name("thousand.py")))
CHOSEN = json.loads(HERE.with_name("thousand.json").read_text(encoding="utf-8"))
SMALLER, LARGER = 0.025, 0.6
GRID = [{"eta": SMALLER, "q": q} for q in (0.1, 0.3, 0.5)]
TOLERANCES = {"error": {"absolute": 0.02}, "accuracy": {"absolute": 0.03}}


def run(draw):
    """Both contenders with one rate more, judged on the test pictures."""
    sets, found = FIRST["data"](draw), {}
    (X_val, y_val), (X_test, y_test) = sets[1:]
    probabilities, error, fitted = (FIRST[k] for k in ("probabilities", "error", "fitted"))
    before = CHOSEN["runs"][CHOSEN["seeds"].index(draw)]

    tried = [fitted(sets, 100 * draw, **setting) for setting in GRID]
    best = int(np.argmin([bad for _, bad, _ in tried]))
    taken = bool(tried[best][1] < min(before["dropout"]["tried"]))
    v = before["dropout"]["v"]
    if taken:
        starts = [100 * draw + k for k in range(1, FIRST["STARTS"])]
        nets = [tried[best][0], *(fitted(sets, s, **GRID[best])[0] for s in starts)]
        v = FIRST["judged"]([probabilities(net, X_test) for net in nets], y_test)["v"]
    found["dropout"] = {"v": v, "taken": taken, "setting": GRID[best]}

    teams = []
    for eta in (before["ensemble"]["eta"], LARGER):
        steps = FIRST["STEPS"] // FIRST["MEMBERS"]
        seeds = [100 * draw + k for k in range(FIRST["MEMBERS"])]
        try:
            team = [fitted(sets, s, eta, steps)[0] for s in seeds]
        except KeyError:  # no weights were kept, since the training diverged
            continue
        mean = np.mean([probabilities(net, X_val) for net in team], axis=0)
        teams.append((error(mean, y_val), eta, team))
    _, eta, team = min(teams, key=lambda t: t[0])
    found["ensemble"] = FIRST["judged"]([probabilities(net, X_test) for net in team], y_test)
    found["ensemble"]["eta"] = eta
    return found


def thin():
    """Draw 1: 300 steps with dropout at the smaller rate, its error on the test pictures."""
    sets = FIRST["data"](1)
    net, _, _ = FIRST["fitted"](sets, 100, eta=SMALLER, steps=300, q=0.5)
    P = FIRST["probabilities"](net, sets[2][0])
    return {
        "error": FIRST["error"](P, sets[2][1]),
        "accuracy": FIRST["accuracy"](P, sets[2][1]),
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
