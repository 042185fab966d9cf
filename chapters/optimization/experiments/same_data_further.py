"""What the experiment same_data.py leaves open about copies of 500 photographs.

1. All helpers together in the catalogue, with the weak copies that were best there: there the
   other program combines only copies that are far too strong.
2. Is it the size of the network, or the learning rate? Among the customers plain training,
   input noise and copies are run again with 256 hidden units, and with a rate of 0.1. That
   copies win is refuted if they gain less than 3 points there, or the noise half as much.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

TOLERANCES = {"accuracy": {"absolute": 0.03}}
FIRST = runpy.run_path(str(Path(__file__).with_name("same_data.py")))
TOGETHER = [
    {"copies": 0.25, "decay": 0.004 * s, "noise": 0.2 * s, "smoothing": 0.1 * s}
    for s in (0.25, 0.5, 1, 2)
]
THREE = {"plain": {}, "input noise": {"noise": 0.4}, "copies": {"copies": 1}}


def contenders(name, seed, helpers):
    """Return what the other program does with these helpers, without its longer results."""
    found = FIRST["contenders"](name, seed, helpers)
    return {key: {"end": value["end"]} for key, value in found.items()}


def run(seed):
    """Return everything for one draw of the photographs."""
    found = contenders("catalogue", seed, {"together": TOGETHER})
    faster = {name: [{**setting, "lr": 0.1}] for name, setting in THREE.items()}
    wide = {name: [setting] for name, setting in THREE.items()}
    for label, hidden, helpers in (("rate", 64, faster), ("wide", 256, wide)):
        FIRST["network"].__globals__["HIDDEN"] = hidden
        for key, value in contenders("customers", seed, helpers).items():
            found[f"{label} {key}"] = value
    FIRST["network"].__globals__["HIDDEN"] = 64
    return found


def thin():
    """Return the test accuracy of all helpers together in the catalogue, first seed."""
    found = contenders("catalogue", 0, {"together": TOGETHER[:1]})
    return {"accuracy": float(np.array(found["catalogue together"]["end"])[0][3])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
