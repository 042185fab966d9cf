"""The networks of ``thousand.py`` with 300 hidden units a layer in the place of 100.

Written after the first run, in which one wide network with dropout did better than expected. A
wider network may need dropout more, and may be a better member of an ensemble too. If "worth
about two" holds for this size, one network with dropout stays behind ten plain ones of its own
width on every draw.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

HIDDEN, STARTS = 300, 3
first = runpy.run_path(str(Path(__file__).with_name("thousand.py")))
GRIDS = {  # six settings for each
    "decay": [
        {"eta": eta, "decay": decay} for decay in (0.005, 0.01, 0.02) for eta in (0.1, 0.2)
    ],
    "dropout": [{"eta": eta, "q": q} for q in (0.3, 0.5, 0.7) for eta in (0.05, 0.1)],
}
ETAS = (0.1, 0.2, 0.4)  # of the ten plain networks, three settings
TOLERANCES = {"error": {"absolute": 0.02}, "accuracy": {"absolute": 0.03}}


def run(draw):
    """Tune and judge networks with dropout, with weight decay, and ten plain ones."""
    sets, found = first["data"](draw), {}
    X_test, y_test = sets[2]
    probabilities, error = first["probabilities"], first["error"]
    for name, grid in GRIDS.items():
        tried = [first["fitted"](sets, 100 * draw, hidden=HIDDEN, **s) for s in grid]
        best = int(np.argmin([bad for _, bad, _ in tried]))
        nets = [tried[best][0]]
        for k in range(1, STARTS):
            more = first["fitted"](sets, 100 * draw + k, hidden=HIDDEN, **grid[best])
            nets.append(more[0])
        found[name] = first["judged"]([probabilities(net, X_test) for net in nets], y_test)
        found[name] |= {"setting": grid[best], "step": tried[best][2]}
    teams = []
    for eta in ETAS:
        steps, team = first["STEPS"] // first["MEMBERS"], []
        for k in range(first["MEMBERS"]):
            net = first["fitted"](sets, 100 * draw + k, eta, steps, hidden=HIDDEN)[0]
            team.append(net)
        X_val, y_val = sets[1]
        mean = np.mean([probabilities(net, X_val) for net in team], axis=0)
        teams.append((error(mean, y_val), eta, team))
    _, eta, team = min(teams, key=lambda t: t[0])
    members = [probabilities(net, X_test) for net in team]
    sums = np.cumsum(members, axis=0)
    averages = [round(error(sums[k] / (k + 1), y_test), 5) for k in range(len(team))]
    found["ensemble"] = first["judged"](members, y_test) | {"eta": eta, "first": averages}
    return found


def thin():
    """Draw 1: 200 steps with dropout, and its error on the test pictures."""
    sets = first["data"](1)
    net, _, _ = first["fitted"](sets, 100, eta=0.1, steps=200, q=0.5, hidden=HIDDEN)
    P = first["probabilities"](net, sets[2][0])
    return {
        "error": first["error"](P, sets[2][1]),
        "accuracy": first["accuracy"](P, sets[2][1]),
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
