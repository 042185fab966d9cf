"""The question of ``thousand.py`` with a quarter and with four times the training pictures.

Written after the first two runs, and after a look at draws 1 and 2: with more pictures, 300
steps are too few for a plain network, so ten that share 3,000 steps lost there to one with
dropout. To tell that apart from what dropout is worth, here are the ten that share the steps,
and five plain networks that may each take up to 3,000. "Worth about two" is lost for a size
where the plain networks that take as many steps as they like show another number.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

SIZES, MEMBERS, STARTS = (250, 4000), 5, 3
first = runpy.run_path(str(Path(__file__).with_name("thousand.py")))
GRIDS = {  # six settings for each
    "plain": [{"eta": eta, "steps": n} for n in (300, 1000, 3000) for eta in (0.1, 0.2)],
    "dropout": [{"eta": eta, "q": q} for q in (0.1, 0.3, 0.5) for eta in (0.05, 0.1)],
}
SHARED = (0.1, 0.2, 0.4)  # learning rates of the ten that share the steps
TOLERANCES = {"error": {"absolute": 0.02}, "accuracy": {"absolute": 0.03}}


def sized(draw, size):
    """The pictures of one draw, the first of them for training."""
    (X, y), validation, test = first["data"](draw)
    if size > len(X):
        return more(draw, size)
    return [(X[:size], y[:size]), validation, test]


def more(draw, size):
    """As ``data`` of the first program, with more training pictures."""
    settings = first["data"].__globals__
    before, settings["TRAINING"] = settings["TRAINING"], size
    sets = first["data"](draw)
    settings["TRAINING"] = before
    return sets


def run(draw):
    """Plain networks and networks with dropout, for each number of training pictures."""
    found = {}
    for size in SIZES:
        sets, row = sized(draw, size), {}
        X_test, y_test = sets[2]
        probabilities, error = first["probabilities"], first["error"]
        for name, grid in GRIDS.items():
            tried = [first["fitted"](sets, 100 * draw, **setting) for setting in grid]
            best = int(np.argmin([bad for _, bad, _ in tried]))
            nets = [tried[best][0]]
            for k in range(1, MEMBERS if name == "plain" else STARTS):
                nets.append(first["fitted"](sets, 100 * draw + k, **grid[best])[0])
            row[name] = first["judged"]([probabilities(net, X_test) for net in nets], y_test)
            row[name] |= {"setting": grid[best], "step": tried[best][2]}
        teams = []
        for eta in SHARED:
            team = [first["fitted"](sets, 100 * draw + k, eta, 300)[0] for k in range(10)]
            mean = np.mean([probabilities(net, sets[1][0]) for net in team], axis=0)
            teams.append((error(mean, sets[1][1]), eta, team))
        _, eta, team = min(teams, key=lambda t: t[0])
        row["shared"] = first["judged"]([probabilities(net, X_test) for net in team], y_test)
        row["shared"] |= {"eta": eta}
        found[str(size)] = row
    return found


def thin():
    """Draw 1, 250 pictures: 300 steps with dropout, and its error on the test pictures."""
    sets = sized(1, 250)
    net, _, _ = first["fitted"](sets, 100, eta=0.1, steps=300, q=0.5)
    P = first["probabilities"](net, sets[2][0])
    return {
        "error": first["error"](P, sets[2][1]),
        "accuracy": first["accuracy"](P, sets[2][1]),
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
