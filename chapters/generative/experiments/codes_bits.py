"""How many bits does the two-number code of codes.py need?

For each of the five splits of codes.py, we train the network with two numbers in the same way,
and round each number to 5 bits, between the quantiles 0.1% and 99.9% of the training codes. The
baseline is the index of the nearest training image, with all 4,500 images and with the first
1,000. We also train at a larger learning rate, 0.03.

It takes about 2 minutes. The page generative/autoencoders uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

TOLERANCES = {"exact": {"relative": 0.05}, "rounded": {"relative": 0.05}}
CODES = runpy.run_path(str(Path(__file__).with_name("codes.py")))
BITS, FEW = 5, 1000
TEST = CODES["TEST"].X


def rounded(codes, by, bits):
    """Return codes, each entry rounded to a number of bits, in the range of other codes."""
    low, high = np.quantile(by, [0.001, 0.999], axis=0)
    top = 2**bits - 1
    steps = np.clip(np.round((codes - low) / (high - low) * top), 0, top)
    return (low + steps / top * (high - low)).astype(np.float32)


def nearest(X):
    """Return the squared error of replacing each test image by the nearest of X."""
    A, B = TEST.astype(float), X.astype(float)
    squares = (A**2).sum(axis=1)[:, None] + (B**2).sum(axis=1) - 2 * A @ B.T
    return float(squares.min(axis=1).mean())


def errors(X, rate, seed, epochs):
    """Return the test errors of codes of two numbers, exact and rounded."""
    mean, through = X.mean(axis=0), CODES["through"]
    encoder, decoder = CODES["train"](X - mean, 2, rate, seed, epochs=epochs)
    codes = through(encoder, TEST - mean)
    short = rounded(codes, through(encoder, X - mean), BITS)
    return [CODES["error"](TEST - mean, through(decoder, Z)) for Z in (codes, short)]


def run(seed):
    """Errors: exact code, rounded code, exact code at a larger rate, and nearest image."""
    X = CODES["parts"](seed)[0]
    exact, short = errors(X, 0.01, seed, CODES["EPOCHS"])
    large = errors(X, 0.03, seed, CODES["EPOCHS"])[0]
    by_code = {"exact": exact, "rounded": short, "larger rate": large}
    return by_code | {"nearest": nearest(X), "nearest of few": nearest(X[:FEW])}


def thin():
    """Return the errors after three epochs."""
    exact, short = errors(CODES["parts"](1)[0], 0.01, 0, 3)
    return {"exact": exact, "rounded": short}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
