"""Does 1-2-2-2-1 find all three folds if it starts with their signs, or with signs and sizes?

The sizes are right to within a factor of 1.8 or 1.3. The program also counts the networks of
folds.py in which a hidden layer has died, so that no gradient reaches the weights below it.

It takes about 1 minute. The page backprop/finding-folds uses the results.
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


def with_sizes(most):
    """The folds, each weight and bias times a factor of its own between 1 / most and most."""
    return lambda rng, _: [
        [p * most ** rng.uniform(-1, 1, p.shape) for p in layer] for layer in STRIPS["FOLDS"]()
    ]


BEGINS = {"signs": with_signs, "within 1.8": with_sizes(1.8), "within 1.3": with_sizes(1.3)}


def dead(layers):
    """For each network whether one of its hidden layers is 0 at all places of the strip."""
    kept = STRIPS["forward_many"](np.linspace(-1, 1, 4001)[:, None], layers)
    return np.any([values.max(axis=(0, 1)) == 0 for values in kept[1:-1]], axis=0)


def run(seed):
    """Accuracy before and after training, and which random starts have died."""
    found, judged = {}, STRIPS["points"](3, seed)[2]
    for name, begin in BEGINS.items():
        starts = dict.fromkeys(range(STRIPS["STARTS"]), begin)
        found[name] = STRIPS["best_of"](3, seed, starts)[1].round(4)
        untrained = [begin(np.random.default_rng([seed, k]), 0.0) for k in starts]
        before = STRIPS["right"](STRIPS["side_by_side"](untrained), *judged)
        found[f"{name}, before"] = before.round(4)
    starts = dict.fromkeys(range(STRIPS["STARTS"]), STRIPS["random"](STRIPS["DEEP"]))
    *_, found["cuts"], layers = STRIPS["best_of"](3, seed, starts)
    return found | {"dead": dead(layers).astype(int)}


def thin():
    """The first start with sizes within a factor of 1.3."""
    return {"accuracy": float(STRIPS["best_of"](3, 0, {0: BEGINS["within 1.3"]})[1][0])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
