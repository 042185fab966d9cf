"""Does the verdict of keras_defaults.py hang on the learning rate of Adam?

Set free afterwards: there all networks are trained at Adam's default of 0.001, here at rates
from 0.0003 to 0.01, all else being equal, for one pass. The contenders are the Keras network
with its own defaults, with PyTorch's momentum of batch normalisation, with all four defaults of
PyTorch, and without batch normalisation; "recomputed" is the first with its averages computed
anew. The verdict falls at a rate where PyTorch's momentum alone does not gain what all four
defaults gain.
"""

import runpy
from pathlib import Path

import torch

from nnlib import experiment

DEFAULTS = runpy.run_path(str(Path(__file__).with_name("keras_defaults.py")))
RATES = (0.0003, 0.001, 0.003, 0.01)
CONTENDERS = ("Keras", "BatchNorm momentum", "all four", "no BatchNorm")
TOLERANCES = {"Keras": {"absolute": 0.1}, "BatchNorm momentum": {"absolute": 0.05}}


def trained(seed, name, rate):
    """The test accuracy after one pass, and that with recomputed averages."""
    changed = DEFAULTS["AS_TORCH"].get(name, {})
    net = DEFAULTS["keras_network"](seed, changed, normalized=name != "no BatchNorm")
    net.optimizer.learning_rate = rate
    again = DEFAULTS["recomputed"] if name == "Keras" else None
    found, other = DEFAULTS["with_keras"](net, seed, DEFAULTS["BATCH"], 1, again)
    return found[0], other


def run(seed):
    """The test accuracy of all contenders, an entry for each rate."""
    found = {name: [] for name in (*CONTENDERS, "recomputed")}
    for rate in RATES:
        for name in CONTENDERS:
            accuracy, other = trained(seed, name, rate)
            found[name].append(accuracy)
            found["recomputed"] += other
    return found


def thin():
    """Seed 1 at the rate 0.003, with Keras's momentum and with PyTorch's."""
    return {name: trained(1, name, 0.003)[0] for name in TOLERANCES}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(1, 11), thin=thin)
