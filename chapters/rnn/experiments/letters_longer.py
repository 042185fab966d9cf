"""Three times as many updates as in ``letters``, with the rates found there or a third of them.

Written after ``letters`` had been seen; the seeds 5 and 6 are new.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

LETTERS = runpy.run_path(str(Path(__file__).with_name("letters.py")))
RATES = {"LSTM": (0.01, 0.03), "attention": (0.003, 0.01), "attention, near": (0.01, 0.03)}
TOLERANCES = {"bits": {"absolute": 0.15}}


def run(seed):
    """Return the bits on the test play at the rate that is best on validation text."""
    data = LETTERS["windows"](LETTERS["TEST"], 400, np.random.default_rng(2))
    valid, found = LETTERS["windows"](LETTERS["VALID"], 100, np.random.default_rng(1)), {}
    for kind, rates in RATES.items():
        best = np.inf
        for rate in rates:
            net = LETTERS["network"](kind, seed)
            curve = LETTERS["train"](kind, net, rate, seed, 3 * LETTERS["UPDATES"], valid)
            if curve[-1] < best:
                best = curve[-1]
                found[f"{kind}, rate"], found[f"{kind}, curve"] = rate, curve
                found[f"{kind}, bits"] = LETTERS["bits"](kind, net, data)
        print(seed, kind, found[f"{kind}, rate"], found[f"{kind}, bits"], flush=True)
    return found


def thin():
    """Return the validation loss of the LSTM after 60 updates."""
    net, valid = LETTERS["network"]("LSTM", 5), LETTERS["VALID"]
    LETTERS["train"]("LSTM", net, 0.03, 5, 60)
    data = LETTERS["windows"](valid, 100, np.random.default_rng(1))
    return {"bits": LETTERS["bits"]("LSTM", net, data)}


if __name__ == "__main__":
    experiment.record(run, seeds=(5, 6), thin=thin)
