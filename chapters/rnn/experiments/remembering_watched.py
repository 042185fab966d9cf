"""The LSTM of ``remembering``, marks anywhere, with its gradient by lag every 4 steps.

If its memory grows from short lags to long ones, the gradient must reach a given share of
that of lag 0 at short lags before it does at long ones; if all rise at once, this is refuted.
The rate is 0.01, smaller than the best, since there is more to be seen. Seed 0 had been
looked at before.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("remembering.py")))
FIRST["train"].__globals__.update(EVERY=4)
LAGS, SHARE = (4, 8, 16, 28), 0.3
TOLERANCES = {"gradient": {"absolute": 0.3}}


def run(seed):
    """Return when the gradient at each lag first exceeds SHARE, and all curves around then."""
    ran = FIRST["train"]("LSTM", "anywhere", 0.01, seed)
    lags = np.array(ran["lags"])
    above = lags[5:] > SHARE  # the start itself is left out
    reached = [int(4 * (5 + np.argmax(above[:, lag]))) for lag in LAGS]
    around = range(reached[0] // 4 - 3, reached[-1] // 4 + 1)
    return {
        "reached": reached,
        "steps": ran["steps"],
        "at": [4 * k for k in around],
        "error": [round(ran["errors"][k], 4) for k in around],
        "curves": [np.log10(lags[k]).round(3) for k in around],
    }


def thin():
    """Return the gradient of the LSTM at lag 28 after 40 steps of training."""
    ran = FIRST["train"]("LSTM", "anywhere", 0.01, 0, steps=40)
    return {"gradient": float(np.log10(ran["lags"][-1][28]))}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
