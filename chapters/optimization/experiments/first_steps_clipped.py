"""Is it enough to clip the gradients of the first tenth of the steps?

Settings as in first_steps.py.

It takes about 2 minutes. The page optimization/warm-up uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("first_steps.py")))
CLIPPED = 30  # steps of 300
TOLERANCES = {"loss": {"relative": 0.1}}


def train(seed, gain, eta, longest):
    """SGD along a straight line to 0, with gradients clipped in the first steps only."""
    (X, y), _, _ = FIRST["data"](seed)
    layers, rng = FIRST["start"](seed, gain), np.random.default_rng(2000 + seed)
    for step, rate in enumerate(FIRST["rates_of"]("neither", eta, None)):
        rows = rng.integers(len(X), size=FIRST["BATCH"])
        grads = FIRST["gradient"](layers, X[rows], y[rows])
        norm = float(np.sqrt(sum((g**2).sum() for pair in grads for g in pair)))
        short = np.float32(rate * (min(1, longest / norm) if step < CLIPPED else 1))
        for (W, b), (gW, gb) in zip(layers, grads, strict=True):
            W -= short * gW
            b -= short * gb
    return layers


def one(seed, gain, eta, longest):
    """Validation and test loss of one training."""
    _, validation, test = FIRST["data"](seed)
    layers = train(seed, gain, eta, longest)
    return [FIRST["judged"](layers, *validation), FIRST["judged"](layers, *test)]


def run(seed):
    """Each scale of the weights with every bound and rate."""
    return {
        f"{gain} clipped first": [
            [one(seed, gain, eta, longest) for eta in FIRST["RATES"]]
            for longest in FIRST["TRIES"]["clipped"]
        ]
        for gain in FIRST["GAINS"]
    }


def thin():
    """One training."""
    return {"loss": one(0, 1.0, 0.25, 1.0)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(8), thin=thin)
