"""Fold by fold, to see whether a network that grows finds what one trained at once misses.

A network 1-2-1 learns the strip of three stripes. Its hidden layer is kept, two new units and
a new output take the place of the old output, and the network learns the strip of five; then
once more for nine. All weights are trained in every lesson. A lesson that does not reach 0.95
on the validation set is repeated with other random units, up to ten times. If a fold is missed
only because nothing cuts behind it, the nine stripes are found after a few trials of every
lesson. The rival is an ordinary curriculum: the whole network 1-2-2-2-1 learns three stripes,
then five, then nine, with the same weights.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

STRIPS = runpy.run_path(str(Path(__file__).with_name("folds.py")))
START, SETTINGS, RIGHT = STRIPS["START"], STRIPS["SETTINGS"], STRIPS["right"]
LESSONS, ENOUGH, TRIALS = (1, 2, 3), 0.95, 10
TOLERANCES = {"accuracy": {"absolute": 0.1}}


def grow(kept, trial):
    """Begin with the layers kept, two random units and a random output."""

    def begin(rng, spread):
        rng = np.random.default_rng([int(rng.integers(2**31)), len(kept), trial])
        return [[p.copy() for p in layer] for layer in kept] + START(
            (2 if kept else 1, 2, 1), rng, spread
        )

    return begin


def grown(seed, grow=grow, carried=slice(None, -1)):
    """For each start the trials that every lesson took, and the test accuracy of the last.

    The layers that are carried into the next lesson go to `grow`, with the number of the trial.
    """
    starts = range(STRIPS["STARTS"])
    kept, counts = {k: [] for k in starts}, {k: [] for k in starts}
    for folds in LESSONS:
        best, waiting = {}, list(starts)
        for trial in range(TRIALS):
            begins = {k: grow(kept[k], trial) for k in waiting}
            validation, test, _, layers = STRIPS["best_of"](folds, seed, begins)
            for n, k in enumerate(waiting):
                if k not in best or validation[n] > best[k][0]:
                    network = [[p[..., n] for p in layer] for layer in layers]
                    best[k] = validation[n], test[n], network[carried]
                counts[k] = [*counts[k][: folds - 1], trial + 1]
            waiting = [k for k in waiting if best[k][0] <= ENOUGH]
            if not waiting:
                break
        kept = {k: best[k][2] for k in starts}
    return [counts[k] for k in starts], [float(best[k][1]) for k in starts]


def lessons(seed):
    """Test accuracy of 1-2-2-2-1 after three lessons with the same weights."""
    starts = range(STRIPS["STARTS"])
    drawn = [
        START(STRIPS["DEEP"], np.random.default_rng([seed, k]), spread)
        for k in starts
        for _, spread in SETTINGS
    ]
    layers, rng = STRIPS["side_by_side"](drawn), np.random.default_rng([seed, 99])
    rates = np.tile([rate for rate, _ in SETTINGS], len(starts))
    with np.errstate(all="ignore"):  # too large a rate overflows, its accuracy tells
        for folds in LESSONS:
            (x, t), choose, judged = STRIPS["points"](folds, seed)
            STRIPS["train_many"](x, t, layers, rates, rng)
    chosen = RIGHT(layers, *choose).reshape(-1, len(SETTINGS)).argmax(axis=1)
    return RIGHT(layers, *judged).reshape(-1, len(SETTINGS))[starts, chosen]


def run(seed):
    """Both, from the starts of folds.py."""
    trials, accuracy = grown(seed)
    return {"grown": accuracy, "trials": trials, "lessons": lessons(seed).round(4)}


def thin():
    """The first lesson of the first start."""
    return {"accuracy": float(STRIPS["best_of"](1, 0, {0: grow([], 0)})[1][0])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
