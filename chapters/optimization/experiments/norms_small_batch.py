"""What changes for the networks of norms.py with batches of 10 instead of 100?

It takes about 1 minute. The page optimization/normalization uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

TOLERANCES = {"batch norm": {"relative": 0.25}}
norms = runpy.run_path(str(Path(__file__).with_name("norms.py")))
norms["train"].__globals__["BATCH"] = 10
CONTENDERS = ("plain", "first batch only", "batch norm", "layer norm")


def run(seed):
    """Validation accuracy at every rate, and test accuracy at the rate that was best."""
    found = {}
    for name in CONTENDERS:
        results = [norms["trained"](name, lr, seed) for lr in norms["RATES"]]
        best = norms["trained"](name, norms["best_rate"](name), seed)
        found[name] = {"validation": [one["validation"] for one in results]}
        found[name] |= {key: best[key] for key in ("test", "recounted")}
    return found


def thin():
    """Mean loss of twenty steps after forty steps at one rate."""
    return {"batch norm": np.mean(norms["train"]("batch norm", 0.1, 0, 60)[1][40:])}


if __name__ == "__main__":
    np.seterr(all="ignore")
    experiment.record(run, seeds=range(5), thin=thin)
