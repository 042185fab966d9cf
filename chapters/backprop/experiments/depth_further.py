"""The small network that can fold, with one choice after another set free.

Other learning rates and four times as many epochs from random weights; three times the noise
on the folds; and whether the networks from random weights have died.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

DEPTH = runpy.run_path(str(Path(__file__).with_name("depth.py")))
FOLD, RATES, SPREADS = DEPTH["FOLD"], DEPTH["FOLD_RATES"], DEPTH["SPREADS"]["strip"]
TOLERANCES = {"accuracy": {"absolute": 0.1}}


def more_noise(rng, _spread):
    """The folds, with three times the noise."""
    noise = 3 * DEPTH["NOISE"]
    return [
        [p + noise * rng.standard_normal(p.shape) for p in layer] for layer in DEPTH["folds"]()
    ]


def crossings(layers):
    """How often the score changes its sign along the strip, and whether a layer is all 0."""
    kept = DEPTH["forward"](np.linspace(-1, 1, 4001)[:, None], layers)
    dead = any(float(values.max()) <= 0 for values in kept[1:-1])
    return int((np.diff(np.sign(kept[-1][:, 0])) != 0).sum()), int(dead)


def run(seed):
    """All trials on one draw."""
    judged, begin = DEPTH["data"]("strip", seed)[2], DEPTH["drawn"](FOLD)
    names = ("other rates", "more epochs", "more noise", "crossings", "dead")
    found = {name: [] for name in names}
    for k in range(DEPTH["STARTS"]):
        plain, _ = DEPTH["tuned"]("strip", begin, seed, 300, RATES, SPREADS, k)
        for name, value in zip(names[3:], crossings(plain), strict=True):
            found[name].append(value)
        for name, start, epochs, rates, spreads in (
            ("other rates", begin, 300, (0.01, 1.0, 3.0), SPREADS),
            ("more epochs", begin, 1200, RATES[1:], SPREADS),
            ("more noise", more_noise, 300, RATES, (0.0,)),
        ):
            layers, _ = DEPTH["tuned"]("strip", start, seed, epochs, rates, spreads, k)
            found[name].append(float(DEPTH["right"](layers, *judged).mean()))
    return found


def thin():
    """One start with three times the noise."""
    layers, _ = DEPTH["tuned"]("strip", more_noise, 0, 300, (0.1,), (0.0,), 0)
    return {"accuracy": float(DEPTH["right"](layers, *DEPTH["data"]("strip", 0)[2]).mean())}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
