"""Whether the LSTM of ``stories`` fails for want of training or of room.

With 26 names it gets four times as many updates, or 128 units in place of 61, at the rate that
``stories`` found for it or a third of it, whichever answers more validation stories in the end.
Written after ``stories`` had been seen; the seeds 5 and 6 are new.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

STORIES = runpy.run_path(str(Path(__file__).with_name("stories.py")))
PLAN = {"longer": (61, 4), "larger": (128, 1)}
RATES = (0.003, 0.01)
TOLERANCES = {"correct": {"absolute": 0.1}}


def trained(units, updates, rate, seed):
    """Return an LSTM with this many units after training, and its curve."""
    STORIES["SIZES"]["LSTM"] = units
    net = STORIES["network"]("LSTM", 26, seed)
    told = STORIES["stories"](200, 26, np.random.default_rng(1))
    return net, STORIES["train"](net, rate, 26, seed, updates, told)


def run(seed):
    """Return the correct answers of both, and how many parameters they have."""
    found, told = {}, STORIES["stories"](1000, 26, np.random.default_rng(2))
    for name, (units, times) in PLAN.items():
        runs = [trained(units, times * 2 * STORIES["UPDATES"], rate, seed) for rate in RATES]
        net, curve = max(runs, key=lambda one: one[1][-1])
        found[f"{name}, correct"] = STORIES["correct"](net, told)
        found[f"{name}, curve"] = curve
        found[f"{name}, rate"] = RATES[[one[0] for one in runs].index(net)]
        found[f"{name}, parameters"] = sum(p.numel() for p in net.parameters())
        print(seed, name, found[f"{name}, rate"], found[f"{name}, correct"], flush=True)
    return found


def thin():
    """Return what the larger LSTM answers with 4 names in place of 26 after 60 updates."""
    STORIES["SIZES"]["LSTM"] = 128
    net = STORIES["network"]("LSTM", 4, 0)
    STORIES["train"](net, 0.01, 4, 0, 60)
    told = STORIES["stories"](200, 4, np.random.default_rng(1))
    return {"correct": STORIES["correct"](net, told)}


if __name__ == "__main__":
    experiment.record(run, seeds=(5, 6), thin=thin)
