"""The network on pixels and noise once more, now with 16 hidden units in place of 64.

In penalties.py L1 on both layers loses to L2 there by many points, which was put down to what
the network can learn by heart with a few large products. If so, the loss is smaller where there
are fewer units for it. The number of units alone is changed. In a pilot with division 6, and
every second strength, L1 was behind by one point.
"""

import runpy
from pathlib import Path

from nnlib import experiment

base = runpy.run_path(str(Path(__file__).with_name("penalties.py")))
KIND, UNITS = "pixels and noise", 16
TOLERANCES = {"test": {"absolute": 0.03}}


def trained(data, seed, steps=base["STEPS"], **strength):
    """The network of penalties.py with fewer units and a penalty on both layers."""
    net = base["network"](seed, data.X.shape[1], UNITS)
    base["train"](net, data.X, data.y, steps=steps, **strength)
    return net


def run(seed):
    """By penalty: what each of the eight strengths of penalties.py gives."""
    found, data = {}, base["Data"](seed, KIND)
    for name, key in (("L2", "l2"), ("L1", "l1")):
        nets = [trained(data, seed, **{key: v}) for v in base["STRENGTHS"][KIND][name]]
        rows = [base["judged"](net, data) for net in nets]
        found[name] = {k: [row[k] for row in rows] for k in ("val", "test", "kept")}
    return found


def thin():
    """Test accuracy of division 1 after 100 steps with L1."""
    data = base["Data"](1, KIND)
    net = trained(data, 1, steps=100, l1=0.016)
    return {"test": base["right"](net, data.X_test, data.y_test)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
