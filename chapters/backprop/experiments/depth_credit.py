"""Why gradient descent misses the folds: strips that need one, two and three of them.

On strips of three and five stripes the network learns whose layers are just enough, and the
network of three folds. On nine stripes that network begins with its last layers as in the
folds and random weights before them. All weights are trained. If a fold is rewarded only
where the others are there, the single fold is found more often than two, and two more often
than three; if the network is too narrow or too deep to be trained, none is found.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

DEPTH = runpy.run_path(str(Path(__file__).with_name("depth.py")))
FURTHER = runpy.run_path(str(Path(__file__).with_name("depth_further.py")))
RATES, SPREADS, EPOCHS = DEPTH["FOLD_RATES"], DEPTH["SPREADS"]["strip"], 300
NETS = {"one fold": (1, (1, 2, 1)), "two folds": (2, (1, 2, 2, 1))}
NETS |= {"deep, one fold": (1, DEPTH["FOLD"]), "deep, two folds": (2, DEPTH["FOLD"])}
LAST = (1, 2, 3)  # layers, counted from the output, that begin as in the folds
TOLERANCES = {"accuracy": {"absolute": 0.1}}


def points(folds, seed):
    """Samples to learn from, to choose the settings by, and to judge by."""
    rng = np.random.default_rng(1000 + seed)
    return [DEPTH["strip"](n, rng, folds) for n in (400, 400, 2000)]


def tuned(folds, begin, seed, k):
    """Train with each setting; test accuracy and crossings of the best in validation."""
    (X, t), choose, judged = points(folds, seed)
    best = (-1,)
    for lr in RATES:
        for spread in SPREADS:
            rng = np.random.default_rng([seed, k])
            layers = begin(rng, spread)
            DEPTH["train"](X, t, layers, DEPTH["sigmoid_loss"], lr, EPOCHS, DEPTH["BATCH"], rng)
            accuracy = DEPTH["right"](layers, *choose).mean()
            if accuracy > best[0]:
                best = accuracy, layers
    return float(DEPTH["right"](best[1], *judged).mean()), FURTHER["crossings"](best[1])[0]


def last_given(count):
    """Random weights, and as many layers at the end as in the folds."""

    def begin(rng, spread):
        return DEPTH["start"](DEPTH["FOLD"], rng, spread)[:-count] + DEPTH["folds"]()[-count:]

    return begin


def run(seed):
    """All networks on one draw, from as many starts as in depth.py."""
    trials = {name: (folds, DEPTH["drawn"](net)) for name, (folds, net) in NETS.items()}
    trials |= {f"last {count} given": (3, last_given(count)) for count in LAST}
    found = {}
    for name, (folds, begin) in trials.items():
        results = [tuned(folds, begin, seed, k) for k in range(DEPTH["STARTS"])]
        found[name] = [accuracy for accuracy, _ in results]
        found[f"{name}, crossings"] = [crossed for _, crossed in results]
    return found


def thin():
    """One start of the single fold."""
    begin = DEPTH["drawn"](NETS["one fold"][1])
    return {"accuracy": tuned(1, begin, 0, 3)[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
