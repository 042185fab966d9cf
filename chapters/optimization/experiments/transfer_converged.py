"""Frozen layers with a last layer that is at the minimum of its loss.

``transfer.py`` trains a new last layer in 300 steps, and features that vary mostly in a few
directions are slow to learn from. Here the last layer is softmax regression with an L2 penalty
that scikit-learn minimises, on features divided by their common standard deviation; of five
penalties each layer gets its best on the validation photographs. 240 labels, 64 and 256 units.

Asked after a look at six draws, with four of the penalties: what is left of the distances
between the frozen layers if none of them is held back by its training?
"""

import runpy
import warnings
from pathlib import Path

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from nnlib import experiment

TOLERANCES = {"accuracy": {"absolute": 0.04}}
FIRST = runpy.run_path(str(Path(__file__).with_name("transfer.py")))
inside = FIRST["frozen"].__globals__  # where the width stands
NARROW, WIDTHS = inside["HIDDEN"], (64, 256)
PENALTIES = (0.001, 0.01, 0.1, 1.0, 10.0)  # scikit-learn's C, the inverse of a penalty
LABELS = 240


def converged(layer, X, y, V, A):
    """Return validation and test accuracy of softmax regression with each penalty."""
    H = FIRST["features"](layer, X)
    scale, ends = H.std(), []
    for C in PENALTIES:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = LogisticRegression(C=C, max_iter=500).fit(H / scale, y)
        sets = ((FIRST["features"](layer, Z) / scale, z) for Z, z in (V, A))
        ends.append([model.score(Z, z) for Z, z in sets])
    return np.round(ends, 4)


def layers_of(seed, sources, width):
    """Return four first layers of a width."""
    inside["HIDDEN"] = width
    layers = {name: FIRST["source"](seed, *some)[0] for name, some in sources.items()}
    layers["random"] = FIRST["network"](seed + 40)[0]
    layers["tops, components"] = FIRST["components"](sources["tops"][0])
    inside["HIDDEN"] = NARROW
    return layers


def run(seed):
    """Return what a converged last layer does on each frozen layer of each width."""
    (X, y), sources = FIRST["drawn"](seed)
    few, held_out, found = (X[:LABELS], y[:LABELS]), FIRST["held_out"](), {}
    for width in WIDTHS:
        for name, layer in layers_of(seed, sources, width).items():
            found[f"{width} {name}"] = converged(layer, *few, *held_out)
    return found


def thin():
    """Return the test accuracy on 64 random units with the middle penalty, first draw."""
    (X, y), _ = FIRST["drawn"](0)
    layer = FIRST["network"](40)[0]
    ends = converged(layer, X[:LABELS], y[:LABELS], *FIRST["held_out"]())
    return {"accuracy": float(ends[2][1])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(8), thin=thin)
