"""Two hidden units learn XOR: which signs the weights have at the start and at the end.

Only the hidden weights start at other sizes, or only all other numbers.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

STARTS = runpy.run_path(str(Path(__file__).with_name("xor_starts.py")))
SIZES = (0.1, 0.3, 1.0, 3.0)  # standard deviations of the hidden weights
TOLERANCES = {"share": {"absolute": 0.06}}  # of 200 starts, over processors


def signs(parameters):
    """Return whether hidden weights can have the signs of XOR, and whether all weights do."""
    W1, _, W2, _ = parameters
    ways = W1 * W2.swapaxes(1, 2)  # v_j w_ji: (networks, inputs, units)
    return W1.prod(axis=(1, 2)) > 0, (ways.prod(axis=2) < 0).all(axis=1)


def trial(seed, hidden, others=1.0, steps=10_000):
    """Train 200 networks; return what is solved, by sign, and which signs the end has."""
    W1, *rest = STARTS["random_start"](np.random.default_rng(100 + seed), STARTS["STARTS"], 2)
    start = [hidden * W1, *(others * p for p in rest)]
    end, z = STARTS["train"](start, 1.0, steps)
    ok, possible, right = STARTS["solved"](z), signs(start)[0], signs(end)[1]
    return {
        "solved": ok.mean(),
        "positive": ok[possible].mean(),
        "negative": ok[~possible].mean(),
        "changed": (np.sign(end[0]) != np.sign(start[0])).mean(),
        "right": int(right.sum()),
        "right_solved": int((right & ok).sum()),
        "wrong_solved": int((~right & ok).sum()),
    }


def run(seed):
    """All sizes of the hidden weights, and small other numbers."""
    trials = [trial(seed, size) for size in SIZES]
    found = {name: [one[name] for one in trials] for name in trials[0]}
    return found | {"others": trial(seed, 1.0, 0.1)["solved"]}


def thin():
    """Hidden weights of size 3, 2,000 steps."""
    return {"share": trial(0, 3.0, steps=2000)["solved"]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
