"""Steps and noise scale of `noise_on_the_way` for a network four times as wide."""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

WAY = runpy.run_path(str(Path(__file__).with_name("noise_on_the_way.py")))
WAY["FIRST"]["train"].__globals__["HIDDEN"] = 128
RATES = {16: (1 / 4, 1 / 2, 1.0), 64: (1 / 2, 1.0, 2.0), 1024: (1.0, 2.0, 4.0)}
TOLERANCES = {"steps": {"relative": 0.3}, "scale": {"relative": 0.5}}


def run(seed):
    """Steps to the last target, -1 where it was not reached, and the noise scale there."""
    found = {}
    for B, rates in RATES.items():
        steps, scales = [], []
        for lr in rates:
            steps.append(WAY["FIRST"]["train"](B, lr, seed)[0][-1])
            way = (
                WAY["walk"](B, lr, seed)[1] if steps[-1] > 0 else {"trace": -1.0, "square": 1.0}
            )
            scales.append(way["trace"] / way["square"])
        found[str(B)] = {"steps": steps, "scale": scales}
    quiet = WAY["walk"](WAY["ALL"], 1 / 4, seed)[1]
    return found | {"quiet": quiet["trace"] / quiet["square"]}


def thin():
    """64 pictures at their best rate, from the first draw."""
    way = WAY["walk"](64, 1.0, 2)[1]
    return {"steps": way["steps"], "scale": way["trace"] / way["square"]}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(2, 5), thin=thin)
