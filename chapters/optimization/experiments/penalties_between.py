"""Between the root and the absolute value: L1 on the incoming weights, L2 on the outgoing ones.

In penalties.py the network with pixels and noise lost with L1 on both layers, and it did not in
penalties_output.py, where the outgoing weights were fixed. The explanation was the price of a
product: 2 sqrt(|c|) where both factors pay absolute values, |c| where one of them is fixed. If
one factor pays its absolute value and the other its square, the cheapest pair costs a multiple
of |c| to the power 2/3, which lies between the two. So the explanation predicts a test accuracy
that lies between those two too; it is refuted if this network is no better than with L1 on both
layers. In a pilot with divisions 1 to 3 and five strengths it was clearly better.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, optim
from nnlib.nn import functional as F

base = runpy.run_path(str(Path(__file__).parent / "penalties.py"))
KIND = "pixels and noise"
STRENGTHS = base["STRENGTHS"][KIND]["L1"]  # eight, the same as for L1 on both layers
OUTGOING = 4  # the strength of L2 is so many times that of L1
TOLERANCES = {"test": {"absolute": 0.03}}


def trained(data, seed, strength, steps=base["STEPS"]):
    """A network whose incoming weights pay absolute values and whose outgoing ones squares."""
    net, rate = base["network"](seed, data.X.shape[1]), base["RATE"]
    incoming, outgoing = (p for p in net.parameters() if p.ndim == 2)
    others = [p for p in net.parameters() if p.ndim == 1]
    groups = [
        {"params": [incoming, *others]},
        {"params": [outgoing], "weight_decay": OUTGOING * strength},
    ]
    sgd = optim.SGD(groups, lr=rate)
    X, y = nnlib.tensor(data.X), nnlib.tensor(data.y)
    for step in range(steps):
        now = rate * (1 - step / steps)
        for group in sgd.param_groups:
            group["lr"] = now
        loss = F.cross_entropy(net(X), y)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        w = incoming.detach()
        w.copy_(nnlib.tensor(base["soft_threshold"](w.numpy(), np.float32(now * strength))))
    return net


def run(seed):
    """What each strength gives on a division."""
    data = base["Data"](seed, KIND)
    rows = [base["judged"](trained(data, seed, float(v)), data) for v in STRENGTHS]
    return {KIND: {name: [row[name] for row in rows] for name in rows[0]}}


def thin():
    """Test accuracy of division 1 after 100 steps with a small strength."""
    data = base["Data"](1, KIND)
    net = trained(data, 1, 0.0057, steps=100)
    return {"test": base["right"](net, data.X_test, data.y_test)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
