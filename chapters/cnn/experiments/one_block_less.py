"""Take one block out of plain networks that started near the identity.

A residual network of ``shortcuts`` loses little with one block, a plain one nearly everything.
Two explanations: half of the residual network's paths skip the block, while the plain one has a
single path; or each block of the residual network changes its input only a little, so that the
next block hardly misses it. A plain network that started near the identity, with the factor
and the learning rate that ``starts`` chose, tells them apart, because it has a single path too.
The paths are refuted as the reason if it keeps more than half of its lead over guessing, in the
mean over the blocks, with every seed. Seeds 0 and 1 had been looked at before this was written.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment

START = runpy.run_path(str(Path(__file__).with_name("starts.py")))
FIRST, NAME, RATE = START["FIRST"], "identity, 0.1", 0.03
TOLERANCES = {"changed": {"relative": 0.3}}


def without(network, judged):
    """What is judged of the network without each block that keeps its shape, one at a time."""
    found = []
    for block in network.blocks:
        if block.stride == 1:
            block.deleted = True
            found.append(judged(network))
            block.deleted = False
    return found


def accuracy(network):
    """Accuracy on the 1,000 test pictures."""
    return FIRST["judge"](network, "test")[1]


def run(seed):
    """Test accuracy of the trained network, whole and without each block."""
    network = START["train"](NAME, RATE, seed)
    return {"test": accuracy(network), "deleted": without(network, accuracy)}


def thin():
    """How much the scores change without one block, before training, over their length."""
    network = START["started"](NAME, 0)
    pictures = nnlib.tensor(FIRST["pictures"]()["test"][0][:100])
    network.eval()

    def scores(network):
        with nnlib.no_grad():
            return network(pictures).numpy()

    whole = scores(network)
    changed = [np.linalg.norm(some - whole) for some in without(network, scores)]
    return {"changed": float(np.mean(changed) / np.linalg.norm(whole))}


if __name__ == "__main__":
    experiment.record(run, seeds=FIRST["SEEDS"], thin=thin)
