"""Find why with 256 units the frozen layer of tops is worse than random weights.

``transfer_further.py`` found that features for shoes vary in few directions, which drown the
others. If this is what ails the layer of tops too, then features that vary equally along all
of their principal axes must bring it to random weights that are treated alike, or beyond.
Refuted if with 240 labels it is still behind them by more than half of the distance before.
Written down before the run.
"""

import runpy
from pathlib import Path

from nnlib import experiment

TOLERANCES = {"directions": {"absolute": 0.5}}
FURTHER = runpy.run_path(str(Path(__file__).with_name("transfer_further.py")))
FIRST, inside = FURTHER["FIRST"], FURTHER["inside"]
NARROW, WIDE = inside["HIDDEN"], 256


def run(seed):
    """Return both measures of three layers, and what they do with equal spreads."""
    inside["HIDDEN"] = WIDE
    (X, y), sources = FIRST["drawn"](seed)
    held_out, few = FIRST["held_out"](), (X[:240], y[:240])
    layers = {name: FIRST["source"](seed, *sources[name])[0] for name in ("tops", "shoes")}
    layers["random"] = FIRST["network"](seed + 40)[0]
    found = {
        f"spread {n}": FURTHER["spread"](FIRST["features"](w, X), y) for n, w in layers.items()
    }
    for name, layer in layers.items():
        inside["features"] = FURTHER["whitened"](layer, X)
        found[f"240 whitened {name}"] = FIRST["frozen"](layer, *few, *held_out, seed)
    inside.update(features=FIRST["features"], HIDDEN=NARROW)
    return found


def thin():
    """Return in how many directions the features of 256 random units vary, first draw."""
    inside["HIDDEN"] = WIDE
    X, y = FIRST["drawn"](0)[0]
    directions = FURTHER["spread"](FIRST["features"](FIRST["network"](40)[0], X), y)[0]
    inside["HIDDEN"] = NARROW
    return {"directions": directions}


if __name__ == "__main__":
    experiment.record(run, seeds=range(8), thin=thin)
