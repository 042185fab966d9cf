"""Why L1 lost in the network with noise: L1 and L2 on the hidden layer, the other layer fixed.

In penalties.py the network with pixels and noise was 9 points worse with L1 than with L2, while
the linear classifier was not. A unit is a product of incoming and outgoing weights, and if both
pay absolute values, the product c costs at least the square root 2 sqrt(|c|) and not |c|, which
favours few units with large weights. With the outgoing weights fixed at their random start, the
price of a unit is that of its incoming weights. The explanation predicts that L1 then no longer
loses to L2; it is refuted if L1 still loses by more than half of the 9 points. That fixing the
layer helps by itself is the rival; then it should help L2 as much.
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
