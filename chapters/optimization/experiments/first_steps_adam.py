"""Warm-up before Adam, from both scales of weights.

Written before the run. Adam divides each entry of the gradient by the root of an average of its
squares, so that its first steps are equally long at both scales of the weights. If warm-up
helps only by shortening the steps that long gradients make long, then

1. from the larger weights it must gain less than half of the 0.10 that it gains with SGD in
   `first_steps.py`, and
2. by He's rule it must gain nothing: a gain above 0.01 in the mean and on every draw that
   judges would mean that Adam has a reason of its own, such as averages that are uncertain in
   the first steps.

Network, data, steps, fall of the rate, lengths of the warm-up and judging are those of that
program: three draws choose rate and length, five others are judged.
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
