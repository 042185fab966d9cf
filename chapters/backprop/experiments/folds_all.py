"""All three folds at once, from the right signs, and from the right signs and sizes.

The first fold alone is found from opposite signs and slopes near 1. If the three folds together
are missed only for want of signs and slopes, networks 1-2-2-2-1 find them that begin with the
signs of the folds and weights near theirs, and fewer do whose weights have only the signs.

Of the networks of folds.py that begin with random weights, some end without any cut. If they
have died, a hidden layer is 0 at all places, and no gradient reaches the weights below it.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

STRIPS = runpy.run_path(str(Path(__file__).with_name("folds.py")))
TOLERANCES = {"accuracy": {"absolute": 0.1}}


def with_signs(rng, spread):
    """Random sizes, as in the random starts, with the signs of the folds."""
    drawn = STRIPS["START"](STRIPS["DEEP"], rng, spread)
    return [
        [np.abs(p) * np.sign(q) for p, q in zip(*pair, strict=True)]
        for pair in zip(drawn, STRIPS["FOLDS"](), strict=True)
    ]


def with_sizes(rng, _):
    """The folds, each weight and bias times a factor of its own between 0.78 and 1.28."""
    return [
        [p * np.exp(rng.uniform(-0.25, 0.25, p.shape)) for p in layer]
        for layer in STRIPS["FOLDS"]()
    ]


def dead(layers):
    """For each network whether one of its hidden layers is 0 at all places of the strip."""
    kept = STRIPS["forward_many"](np.linspace(-1, 1, 4001)[:, None], layers)
    return np.any([values.max(axis=(0, 1)) == 0 for values in kept[1:-1]], axis=0)


def run(seed):
    """Test accuracy of both on one draw of the points, and which random starts have died."""
    found = {}
    for name, begin in (("signs", with_signs), ("signs and sizes", with_sizes)):
        starts = dict.fromkeys(range(STRIPS["STARTS"]), begin)
        found[name] = STRIPS["best_of"](3, seed, starts)[1].round(4)
    starts = dict.fromkeys(range(STRIPS["STARTS"]), STRIPS["random"](STRIPS["DEEP"]))
    *_, found["cuts"], layers = STRIPS["best_of"](3, seed, starts)
    return found | {"dead": dead(layers).astype(int)}


def thin():
    """The first start with signs and sizes."""
    return {"accuracy": float(STRIPS["best_of"](3, 0, {0: with_sizes})[1][0])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
