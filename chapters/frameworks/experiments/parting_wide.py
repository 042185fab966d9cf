"""Partners of ``parting_rates.py``, in a network with 256 units a hidden layer.

All other runs have 64 units a layer. If the long-run rate alone decided whether two runs part,
partners would part together in a wider network too. A reader's first run of three starts had
shown that at 0.5 they do not: without momentum the training itself fails.
"""

import runpy
from pathlib import Path

import numpy as np
import torch

from nnlib import experiment

TOLERANCES = {"loss": {"relative": 0.1}}
rates = runpy.run_path(str(Path(__file__).with_name("parting_rates.py")))
parting, losses, start = rates["parting"], rates["losses"], rates["start"]
SETTINGS, STEPS, WIDTH = ("0.3", "0.03, momentum", "0.5", "0.05, momentum"), 400, 256
make_narrow = parting["make_network"]


def make_network(torch, activation):
    """The network 784-256-256-10, built from the modules of a library."""
    net, nn = make_narrow(torch, activation), torch.nn
    net.fc1, net.fc2, net.fc3 = (
        nn.Linear(784, WIDTH),
        nn.Linear(WIDTH, WIDTH),
        nn.Linear(WIDTH, 10),
    )
    return net


losses.__globals__["make_network"] = make_network


def run(seed):
    """For how many steps two tanh runs agree in float32, and the loss that they reach."""
    torch.set_num_threads(1)
    here, found = start(seed), {}
    for setting in SETTINGS:
        mine = losses(torch, "float32", "tanh", setting, here)
        size = np.abs(losses(parting["nnlib"], "float32", "tanh", setting, here) - mine)
        beyond = np.flatnonzero(~(size <= 1e-5))
        found[f"{setting}, equal"] = int(beyond[0]) if len(beyond) else STEPS
        found[f"{setting}, loss"] = round(float(mine[-40:].mean()), 3)
    return found


def thin():
    """The first loss of a run."""
    return {"loss": float(losses(torch, "float32", "tanh", "0.5", start(0), 1)[0])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
