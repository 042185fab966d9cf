"""Partners of ``parting_rates.py``, and the vector of the linear rule, in batches of 100.

All other runs have batches of 50. If the long-run rate alone decided whether two runs part,
then partners would part together with other batches too, at another rate perhaps. A first run
of this program, without the vector, had shown that they do not: the runs at 0.3 part, and those
at its partner 0.03 with momentum agree; those at 0.5 part, and one of five at its partner. So
the vector is carried along too: if the linear rule makes two runs part, it foretells these
runs as well, partners or not. And if negative curvature is the cause here too, the second
vector, with the Gauss-Newton matrix, does not rise.
"""

import runpy
from pathlib import Path

import numpy as np
import torch

from nnlib import experiment

TOLERANCES = {"loss": {"relative": 0.1}, "rise": {"absolute": 0.05}}
tangent = runpy.run_path(str(Path(__file__).with_name("parting_tangent.py")))
parting, losses, start = tangent["parting"], tangent["losses"], tangent["start"]
rises = tangent["rises"]
for function in (parting["fit"], rises):
    function.__globals__["BATCH"] = 100
SETTINGS, STEPS = ("0.3", "0.03, momentum", "0.5", "0.05, momentum"), 400


def run(seed):
    """For how many steps two tanh runs agree in float32, and how far the vector rises."""
    torch.set_num_threads(1)
    here, found = start(seed), {}
    for setting in SETTINGS:
        mine = losses(torch, "float32", "tanh", setting, here)
        size = np.abs(losses(parting["nnlib"], "float32", "tanh", setting, here) - mine)
        beyond = np.flatnonzero(~(size <= 1e-5))
        found[f"{setting}, equal"] = int(beyond[0]) if len(beyond) else STEPS
        found[f"{setting}, loss"] = round(float(mine[-20:].mean()), 3)
        for name, rise in rises(setting, here).items():
            found[f"{setting}, {name}"] = rise
    return found


def thin():
    """The first loss of a run, and how far the vector rises in ten steps at 0.5."""
    first = losses(torch, "float32", "tanh", "0.5", start(0), 1)
    return {"loss": float(first[0]), "rise": rises("0.5", start(0), 10)["hessian"][0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
