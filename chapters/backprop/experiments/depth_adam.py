"""The spirals with Adam, to see whether a second hidden layer helps under it too.

The networks, samples and batches are those of depth.py, trained for 300 epochs. The rates are
a factor of about three apart, and each network chooses one on its validation set.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

DEPTH = runpy.run_path(str(Path(__file__).with_name("depth.py")))
RATES = (0.01, 0.03)
TOLERANCES = {"accuracy": {"absolute": 0.08}}


def train(X, t, layers, lr, epochs, rng):
    """Mini-batches of depth.py with Adam, whose learning rate falls to zero."""
    parts = [p for layer in layers for p in layer]
    means, squares, k = [0 * p for p in parts], [0 * p for p in parts], 0
    for epoch in range(epochs):
        order = rng.permutation(len(X))
        for i in np.split(order, range(DEPTH["BATCH"], len(X), DEPTH["BATCH"])):
            kept = DEPTH["forward"](X[i], layers)
            _, G = DEPTH["sigmoid_loss"](kept[-1], t[i])
            found = [g for pair in DEPTH["backward"](G, kept, layers) for g in pair]
            k += 1
            rate = lr * (1 - epoch / epochs) * (1 - 0.999**k) ** 0.5 / (1 - 0.9**k)
            for p, g, m, v in zip(parts, found, means, squares, strict=True):
                m += 0.1 * (g - m)
                v += 0.001 * (g * g - v)
                p -= rate * m / (np.sqrt(v) + 1e-8)


def tuned(task, sizes, seed, epochs=300, rates=RATES):
    """Train with each setting; return the test accuracy of the best, and its setting."""
    (X, t), choose, judged = DEPTH["data"](task, seed)
    best = (-1,)
    for lr in rates:
        for spread in DEPTH["SPREADS"][task]:
            rng = np.random.default_rng([seed, 0])
            layers = DEPTH["start"](sizes, rng, spread)
            train(X, t, layers, lr, epochs, rng)
            accuracy = DEPTH["right"](layers, *choose).mean()
            if accuracy > best[0]:
                best = accuracy, float(DEPTH["right"](layers, *judged).mean()), [lr, spread]
    return best[1:]


def run(seed):
    """One and two hidden layers on one draw."""
    runs = [tuned("spirals", sizes, seed) for sizes in DEPTH["NETS"]["spirals"][1:3]]
    return {
        "spirals": [accuracy for accuracy, _ in runs],
        "chosen": [chosen for _, chosen in runs],
    }


def thin():
    """One hidden layer on the first draw of spirals, for 60 epochs."""
    return {"accuracy": tuned("spirals", (2, 80, 1), 0, 60, (0.03,))[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
