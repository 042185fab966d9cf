"""Random hidden layers without ReLU, to see what costs the points: ReLU, or the few units.

The hidden sums are those of hidden.py. If ReLU is at fault, a linear model of the sums loses
nothing against one of the pixels; if the few units are, it loses as much as with ReLU.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

HIDDEN = runpy.run_path(str(Path(__file__).with_name("hidden.py")))
UNITS, DEPTH = (128, 512), HIDDEN["DEPTH"]
TOLERANCES = {"accuracy": {"absolute": 0.05}}


def tuned(units, seed, rates=HIDDEN["LAST_RATES"]):
    """Test accuracy with the learning rate that is best on the validation set, and the rate."""
    sizes = (784, units, 10)
    (W, b), _ = HIDDEN["drawn"](sizes, seed)[0]
    (X, t), choose, judged = [(X @ W.T + b, t) for X, t in HIDDEN["data"](seed)]
    best = (-1,)
    for lr in rates:
        layers, rng = HIDDEN["drawn"](sizes, seed)
        last = layers[-1:]
        with np.errstate(all="ignore"):  # too large a rate overflows, its accuracy tells
            loss, epochs = HIDDEN["softmax_loss"], HIDDEN["LAST_EPOCHS"]
            DEPTH["train"](X, t, last, loss, lr, epochs, DEPTH["BATCH"], rng)
        accuracy = DEPTH["right"](last, *choose).mean()
        if accuracy > best[0]:
            best = accuracy, float(DEPTH["right"](last, *judged).mean()), lr
    return best[1:]


def run(seed):
    """128 and 512 random sums on one draw."""
    runs = [tuned(units, seed) for units in UNITS]
    return {"accuracy": [accuracy for accuracy, _ in runs], "chosen": [lr for _, lr in runs]}


def thin():
    """128 random sums on the first draw, with one learning rate."""
    return {"accuracy": tuned(128, 0, (1.0,))[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
