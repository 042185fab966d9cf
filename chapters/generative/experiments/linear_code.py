"""Does a linear autoencoder find the plane of PCA, and how fast?

Codes have 2, 8 or 32 numbers; SGD, momentum and Adam train for 40 epochs in batches of 100,
with rates chosen on a different seed. After each epoch the program records the error above that
of PCA, and the largest principal angle between the two planes.

It takes about 4 minutes. The page generative/dimensionality-reduction uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, linalg, nn, optim

TOLERANCES = {"above": {"absolute": 0.02}, "angle": {"absolute": 6}}
SIZES, EPOCHS = (2, 8, 32), 40
BASE = runpy.run_path(str(Path(__file__).with_name("codes.py")))
OPTIMISERS = {
    "SGD": (lambda ps, lr: optim.SGD(ps, lr=lr), (0.003, 0.01, 0.03, 0.1)),
    "momentum": (
        lambda ps, lr: optim.SGD(ps, lr=lr, momentum=0.9),
        (0.0003, 0.001, 0.003, 0.01),
    ),
    "Adam": (lambda ps, lr: optim.Adam(ps, lr=lr), (0.001, 0.003, 0.01, 0.03)),
}
X = BASE["TRAIN"].X - BASE["TRAIN"].X.mean(axis=0)
WHOLE = linalg.pca(X, max(SIZES) + 1, method="covariance")
TOTAL = float((X.astype(float) ** 2).sum() / len(X))


def best(size):
    """Return the error of PCA with so many numbers, for a picture."""
    return TOTAL - WHOLE.explained_variance[:size].sum() * (len(X) - 1) / len(X)


def train(size, name, rate, seed, epochs=EPOCHS):
    """Return, each epoch, the error above PCA's and largest angle; the last angles; and D."""
    nnlib.manual_seed(seed)
    rng = np.random.default_rng([seed, 1])
    encoder, decoder = nn.Linear(784, size, bias=False), nn.Linear(size, 784, bias=False)
    for layer in (encoder, decoder):
        nn.init.normal_(layer.weight, 0, 0.01)
    optimizer = OPTIMISERS[name][0]([encoder.weight, decoder.weight], rate)
    above, angles = [], []
    for _ in BASE["each_epoch"](X, encoder, decoder, optimizer, rng, epochs):
        E, D = (layer.weight.detach().numpy().astype(float) for layer in (encoder, decoder))
        lost = float(((X - X @ E.T @ D.T) ** 2).sum() / len(X))
        if not np.isfinite(lost):
            return [1e9] * epochs, [90.0] * epochs, [90.0] * size, D
        above.append(lost / best(size) - 1)
        found = linalg.principal_angles(D, WHOLE.components[:size].T)
        angles.append(float(np.degrees(found.max())))
    return above, angles, np.degrees(found).tolist(), D


def chosen(size, name):
    """Return the rate that ends nearest to PCA with a seed that does not count."""
    return min(OPTIMISERS[name][1], key=lambda rate: train(size, name, rate, 100, 20)[0][-1])


RATE = {}


def run(seed):
    """Shares above PCA's error and angles after each epoch, for each size and optimiser."""
    found = {}
    for size in SIZES:
        for name in OPTIMISERS:
            key = f"{name}, {size}"
            if key not in RATE:
                RATE[key] = chosen(size, name)
            above, angles, last, D = train(size, name, RATE[key], seed)
            found[f"{key}, above"], found[f"{key}, angle"] = above, angles
            found[f"{key}, last angles"] = last
            rows = D.T / np.linalg.norm(D.T, axis=1, keepdims=True)
            cosines = np.abs(rows @ WHOLE.components[:size].T)
            found[f"{key}, cosine"] = float(cosines.max(axis=1).mean())
            found[f"{key}, rate"] = RATE[key]
    return found


def thin():
    """Ten epochs of Adam with two numbers."""
    above, angles, _, _ = train(2, "Adam", 0.003, 0, epochs=10)
    return {"above": above[-1], "angle": angles[-1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
