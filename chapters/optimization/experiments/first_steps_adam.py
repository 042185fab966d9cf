"""Does warm-up help Adam, whose first steps are equally long at both scales of weights?

Settings as in first_steps.py.

It takes about 7 minutes. The page optimization/warm-up uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("first_steps.py")))
RATES = tuple(2.0 ** (np.arange(-20, -7) / 2))
CONTENDERS = {"neither": (None,), "warm-up": (0.03, 0.1, 0.3)}
BETA1, BETA2, EPS = 0.9, 0.999, 1e-8
TOLERANCES = {"loss": {"relative": 0.1}}


def train(seed, gain, rates):
    """Steps of Adam, one for each rate."""
    (X, y), _, _ = FIRST["data"](seed)
    layers, rng = FIRST["start"](seed, gain), np.random.default_rng(2000 + seed)
    weights = [p for layer in layers for p in layer]
    means, squares = ([np.zeros_like(p) for p in weights] for _ in range(2))
    for t, rate in enumerate(rates, start=1):
        rows = rng.integers(len(X), size=FIRST["BATCH"])
        grads = [g for pair in FIRST["gradient"](layers, X[rows], y[rows]) for g in pair]
        first, second = np.float32(1 - BETA1**t), np.float32(1 - BETA2**t)
        for p, g, m, v in zip(weights, grads, means, squares, strict=True):
            m += np.float32(1 - BETA1) * (g - m)
            v += np.float32(1 - BETA2) * (g * g - v)
            p -= np.float32(rate) * (m / first) / (np.sqrt(v / second) + np.float32(EPS))
    return layers


def one(seed, gain, name, eta, setting):
    """Validation and test loss of one training."""
    _, validation, test = FIRST["data"](seed)
    layers = train(seed, gain, FIRST["rates_of"](name, eta, setting))
    return [FIRST["judged"](layers, *validation), FIRST["judged"](layers, *test)]


def run(seed):
    """Each scale of the weights and contender with every setting and rate."""
    return {
        f"{gain} {name}": [[one(seed, gain, name, eta, s) for eta in RATES] for s in settings]
        for gain in FIRST["GAINS"]
        for name, settings in CONTENDERS.items()
    }


def thin():
    """One training with warm-up."""
    return {"loss": one(0, 1.0, "warm-up", 2.0**-7, 0.1)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large may overflow, which is a result here
    experiment.record(run, seeds=range(8), thin=thin)
