"""Does L1 still lose to L2 with noisy inputs if the outgoing weights are fixed?

As in penalties.py, with the outgoing weights fixed at their random start. If L1 on both layers
loses because a product of two weights costs the root of its size, then L1 must not lose here by
more than half as much.

It takes about 11 minutes. The page optimization/regularization uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

base = runpy.run_path(str(Path(__file__).parent / "penalties.py"))
FINE = 2.0 ** (np.arange(8) / 2)
STRENGTHS = {  # eight for each contender
    "pixels": {"L2": 0.005 * 2.0 ** np.arange(8), "L1": 0.000125 * 2.0 ** np.arange(8)},
    "pixels and noise": {"L2": 0.32 * FINE, "L1": 0.0057 * FINE},
    "few and noise": {"L2": 0.32 * FINE, "L1": 0.0057 * FINE},
}
TOLERANCES = {"test": {"absolute": 0.03}}


def trained(data, seed, steps=base["STEPS"], **strength):
    """A network whose outgoing weights stay as they start."""
    net = base["network"](seed, data.X.shape[1])
    net[2].weight.requires_grad_(False)
    base["train"](net, data.X, data.y, penalised=[net[0].weight], steps=steps, **strength)
    return net


def run(seed):
    """By set of inputs: each penalty's results at each of its strengths."""
    found = {}
    for kind, strengths in STRENGTHS.items():
        data = base["Data"](seed, kind)
        for name, key in (("L2", "l2"), ("L1", "l1")):
            rows = [
                base["judged"](trained(data, seed, **{key: float(v)}), data)
                for v in strengths[name]
            ]
            found[f"{kind}, {name}"] = {k: [row[k] for row in rows] for k in rows[0]}
    return found


def thin():
    """Test accuracy of division 1 after 100 steps with L1."""
    data = base["Data"](1, "pixels")
    net = trained(data, 1, steps=100, l1=0.004)
    return {"test": base["right"](net, data.X_test, data.y_test)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
