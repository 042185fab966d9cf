"""Dropout against plain networks once more, with the log loss as the judge.

Asks whether the verdict of thousand.py stands. Written after a look at draws 1 and 4, where it
did not: there one network with dropout was worth about one plain network. The settings are
those that thousand.py chose by the squared error on the validation pictures, which also decides
when to stop; nothing is tuned for the log loss.
"""

import json
import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("thousand.py")))
CHOSEN = json.loads(Path(__file__).with_name("thousand.json").read_text(encoding="utf-8"))
MEMBERS, COUNTS = FIRST["MEMBERS"], (1, 2, 3, 5, 10)
TOLERANCES = {"loss": {"absolute": 0.04}}


def log_loss(P, y):
    """Minus the logarithm of the probability of the true class, mean over pictures."""
    return float(-np.log(np.maximum(P[np.arange(len(y)), y], 1e-12)).mean())


def of_averages(members, k, y):
    """The log loss of averages of k neighbours in the ring of members, mean over the ring."""
    ring = np.concatenate([members, members])
    return np.mean([log_loss(ring[i : i + k].mean(axis=0), y) for i in range(len(members))])


def run(draw):
    """Log losses on the test pictures: averages of k plain networks, and one with dropout."""
    sets = FIRST["data"](draw)
    X, y = sets[2]
    chosen = CHOSEN["runs"][CHOSEN["seeds"].index(draw)]
    short = [setting["steps"] == 300 for setting in FIRST["GRIDS"]["plain"]]
    tried = np.where(short, chosen["plain"]["tried"], np.inf)
    plain = FIRST["GRIDS"]["plain"][int(np.argmin(tried))]
    members = [
        FIRST["probabilities"](FIRST["fitted"](sets, 100 * draw + k, **plain)[0], X)
        for k in range(MEMBERS)
    ]
    dropout = FIRST["fitted"](sets, 100 * draw, **chosen["dropout"]["setting"])[0]
    return {
        "plain": {"loss": [round(of_averages(np.array(members), k, y), 4) for k in COUNTS]},
        "dropout": {"loss": round(log_loss(FIRST["probabilities"](dropout, X), y), 4)},
    }


def thin():
    """One plain network of 60 steps on draw 1."""
    sets = FIRST["data"](1)
    net = FIRST["network"](0)
    FIRST["train"](net, *sets[0], 0.2, 60, 0)
    return {"loss": log_loss(FIRST["probabilities"](net.eval(), sets[2][0]), sets[2][1])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
