"""Find why a frozen layer of shoes is worse than random weights in ``transfer.py``.

Its features vary in few directions, which do not separate the classes of the target. If that is
the cause, then features that vary equally in all directions must bring the two layers together:
here their principal axes, over the unlabelled photographs of the target, get the same variance.
Refuted if with 240 labels more than half of the distance to random weights is left. A look at
four draws had come before.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

TOLERANCES = {"directions": {"absolute": 0.5}}
FIRST = runpy.run_path(str(Path(__file__).with_name("transfer.py")))
inside = FIRST["frozen"].__globals__
as_they_are = FIRST["features"]


def whitened(layer, X):
    """Return features along their principal axes, divided by the spread along each."""
    H = as_they_are(layer, X)
    centre = H.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(H.T))
    scale = axes / np.sqrt(values + 0.01 * values.max())
    return lambda layer, Z: np.float32((as_they_are(layer, Z) - centre) @ scale)


def spread(H, y):
    """Return in how many directions features vary, and the share between the classes."""
    values, centre = np.linalg.eigvalsh(np.cov(H.T)), H.mean(axis=0)
    means = np.array([H[y == c].mean(axis=0) for c in range(3)])
    between = (np.bincount(y) / len(y)) @ ((means - centre) ** 2).sum(axis=1)
    total = ((H - centre) ** 2).sum(axis=1).mean()
    return [values.sum() ** 2 / (values**2).sum(), between / total]


def run(seed):
    """Return both measures of three layers, and what two of them do before and after."""
    (X, y), sources = FIRST["drawn"](seed)
    V, A = FIRST["held_out"]()
    layers = {name: FIRST["source"](seed, *sources[name])[0] for name in ("tops", "shoes")}
    layers["random"] = FIRST["network"](seed + 40)[0]
    found = {f"spread {n}": spread(as_they_are(w, X), y) for n, w in layers.items()}
    for name in ("shoes", "random"):
        inside["features"] = whitened(layers[name], X)
        for size in (60, 240):
            few = X[:size], y[:size]
            found[f"{size} whitened {name}"] = FIRST["frozen"](layers[name], *few, V, A, seed)
    inside["features"] = as_they_are
    return found


def thin():
    """Return in how many directions the features of random weights vary, first draw."""
    X, y = FIRST["drawn"](0)[0]
    return {"directions": spread(as_they_are(FIRST["network"](40)[0], X), y)[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(8), thin=thin)
