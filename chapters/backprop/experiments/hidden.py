"""What do hidden layers, random or trained, gain over a linear model?

Networks with one, two and three hidden layers have about the same number of parameters. Each is
trained as a whole, and again with only its last layer trained, here also with up to 4,096
random units. The linear model and the networks of which only the last layer is trained get
twice as many epochs.

It takes about 8 minutes. The page backprop/deep-network uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

DEPTH = runpy.run_path(str(Path(__file__).with_name("depth.py")))
TRAINED = ((784, 10), (784, 128, 10), (784, 112, 112, 10), (784, 102, 102, 102, 10))
RANDOM = (*TRAINED[1:], (784, 512, 10), (784, 2048, 10), (784, 4096, 10))
RATES, EPOCHS = (0.03, 0.1, 0.3, 1.0, 3.0), 15
LAST_RATES, LAST_EPOCHS = (0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0), 30
WIDE_RATES = (0.03, 0.1, 0.3, 1.0)  # for more than a thousand inputs of the last layer
TOLERANCES = {"last layer only": {"absolute": 0.05}}


def softmax_loss(Z, t):
    """Return the loss and its gradient with respect to the scores."""
    Z = Z - Z.max(axis=1, keepdims=True)
    log_p = Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))
    G, rows = np.exp(log_p), np.arange(len(t))
    G[rows, t] -= 1
    return -log_p[rows, t].mean(), G / len(t)


def data(seed):
    """Training, validation and test images."""
    (X, t), (X_test, t_test) = fashion_mnist()
    mean, order = X.mean(axis=0), np.random.default_rng(1000 + seed).permutation(len(X))
    learn, choose = order[:4000], order[4000:]
    return (X[learn] - mean, t[learn]), (X[choose] - mean, t[choose]), (X_test - mean, t_test)


def drawn(sizes, seed):
    """Untrained layers, and the generator that drew their weights."""
    rng = np.random.default_rng([seed, 0])
    layers = DEPTH["start"](sizes, rng)
    return [[p.astype(np.float32) for p in pair] for pair in layers], rng


def tuned(sizes, seed, last_only=False):
    """The rate with the best validation accuracy, and which test images are then correct."""
    rates, epochs, sets = RATES, EPOCHS, data(seed)
    if last_only or len(sizes) == 2:
        rates, epochs = WIDE_RATES if sizes[-2] > 1000 else LAST_RATES, LAST_EPOCHS
    if last_only:  # what random hidden layers make of the pictures stays the same
        random, _ = drawn(sizes, seed)
        sets = [(DEPTH["forward"](X, random)[-2], t) for X, t in sets]
    (X, t), choose, judged = sets
    best = (-1,)
    for lr in rates:
        layers, rng = drawn(sizes, seed)
        layers = layers[-1:] if last_only else layers
        with np.errstate(all="ignore"):  # too large a rate overflows, its accuracy tells
            DEPTH["train"](X, t, layers, softmax_loss, lr, epochs, DEPTH["BATCH"], rng)
        accuracy = DEPTH["right"](layers, *choose).mean()
        if accuracy > best[0]:
            best = accuracy, lr, DEPTH["right"](layers, *judged)
    return best[1:]


def run(seed):
    """All networks on one draw."""
    results = {}
    for name, nets, last_only in (("trained", TRAINED, False), ("random", RANDOM, True)):
        runs = [tuned(sizes, seed, last_only) for sizes in nets]
        results[name] = [float(right.mean()) for _, right in runs]
        results[f"{name} chosen"] = [lr for lr, _ in runs]
        for sizes, (_, right) in zip(nets, runs, strict=True):
            words = "-".join(map(str, sizes))
            results[f"{name} {words} right"] = np.packbits(right).tobytes().hex()
    return results


def thin():
    """One hidden layer on the first draw, of which only the last layer is trained."""
    return {"last layer only": float(tuned((784, 128, 10), 0, last_only=True)[1].mean())}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
