"""The trainings of ``workers.py`` without momentum, on a grid of rates ten times as high."""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

TOLERANCES = {"loss": {"relative": 0.1}}
workers = runpy.run_path(str(Path(__file__).with_name("workers.py")))
workers["train"].__globals__["MOMENTUM"] = 0.0
workers["train"].__globals__["RATES"] = [2.0**e for e in range(-7, 7)]


def run(seed):
    """Test accuracy of every rule, and of every rate, at every number of workers."""
    rates = workers["train"].__globals__["RATES"]
    workers["validation"].__defaults__ = (0, workers["EPOCHS"], rates)
    return workers["run"](seed)


def thin():
    """Mean loss of the first twenty steps of one and of sixteen workers."""
    return {
        "loss": [float(np.mean(workers["train"](k, 2.0**-4, 0, stop=20)[1])) for k in (1, 16)]
    }


if __name__ == "__main__":
    np.seterr(all="ignore")
    experiment.record(run, seeds=range(5), thin=thin)
