"""Random hidden layers without ReLU, to see what costs the points: ReLU, or the few units.

The hidden sums are those of hidden.py. If ReLU is at fault, a linear model of the sums loses
nothing against one of the pixels; if the few units are, it loses as much as with ReLU. With two
and three layers the same is asked again: what is lost more than with ReLU left out, ReLU loses.
Three layers of 102 sums hold what one layer of 102 holds, so one such layer is trained too:
what it loses is due to the units, and what three lose beyond it is not.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

HIDDEN = runpy.run_path(str(Path(__file__).with_name("hidden.py")))
NETS = ((784, 128, 10), (784, 512, 10), *HIDDEN["RANDOM"][1:3], (784, 102, 10))
DEPTH = HIDDEN["DEPTH"]
TOLERANCES = {"accuracy": {"absolute": 0.05}}


def sums(X, layers):
    """What random layers without an activation function make of the pictures."""
    for W, b in layers:
        X = X @ W.T + b
    return X


def tuned(sizes, seed, rates=HIDDEN["LAST_RATES"]):
    """Test accuracy with the learning rate that is best on the validation set, and the rate."""
    random = HIDDEN["drawn"](sizes, seed)[0][:-1]
    (X, t), choose, judged = [(sums(X, random), t) for X, t in HIDDEN["data"](seed)]
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
    """Layers of 128 and of 512 random sums, two layers, three, and one of 102, on one draw."""
    runs = [tuned(sizes, seed) for sizes in NETS]
    return {"accuracy": [accuracy for accuracy, _ in runs], "chosen": [lr for _, lr in runs]}


def thin():
    """128 random sums on the first draw, with one learning rate."""
    return {"accuracy": tuned((784, 128, 10), 0, (1.0,))[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
