"""Does whitening cost less accuracy if there are more training images?

The network, its training program and the preparations are those of ``preparations.py``, with
500, 2,000 or 4,000 training images, 1,000 validation images and the five largest rates.

It takes about a minute. The page optimization/preprocessing uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import datasets, experiment

base = runpy.run_path(str(Path(__file__).with_name("preparations.py")))
SIZES, VALIDATE, RATES = (500, 2000, 4000), 1000, base["RATES"][:5]
NAMES = ("standardised", "whitened", "whitened, epsilon")
TOLERANCES = {"accuracy": {"absolute": 0.06}}


def data(seed, size):
    """Return training, validation and test images from 0 to 255, with their labels."""
    train, test = datasets.fashion_mnist()
    order = np.random.default_rng(seed).permutation(len(train.X))
    parts = [order[VALIDATE:][:size], order[:VALIDATE]]
    sets = [(train.X[rows], train.y[rows]) for rows in parts] + [(test.X, test.y)]
    halves = [(255 * X.reshape(-1, 14, 2, 14, 2).mean((2, 4)), y) for X, y in sets]
    return [(X.reshape(-1, 196), y) for X, y in halves]


def judged(seed, size, name):
    """Return the test accuracy at the rate with the best validation accuracy."""
    (X, y), (X_val, y_val), (X_test, y_test) = data(seed, size)
    prepare = base["preparations"](X)[name]
    with np.errstate(all="ignore"):  # too large a rate overflows, and the accuracy shows it
        layers = base["train"]((196, 50, 10), prepare(X), y, RATES, seed)
        on_val = base["accuracy"](layers, prepare(X_val), y_val)
        on_test = base["accuracy"](layers, prepare(X_test), y_test)
    return float(on_test[on_val.argmax()])


def run(seed):
    """Return the test accuracy for each preparation and number of training images."""
    return {f"{name} {size}": judged(seed, size, name) for name in NAMES for size in SIZES}


def thin():
    """Return the test accuracy of the first draw with 500 standardised images."""
    return {"accuracy": judged(0, 500, "standardised")}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
