"""The VAE of collapse.py with beta 16, trained five times as long.

It takes about 3 minutes. The page generative/vae uses the results.
"""

import runpy
from pathlib import Path

import torch

from nnlib import experiment

TOLERANCES = {"active": {"absolute": 3}, "error": {"absolute": 0.002}}
SHORT = runpy.run_path(str(Path(__file__).with_name("collapse.py")))


def run(seed, epochs=200):
    """Active entries, and the squared error per pixel, on test images."""
    active, error = SHORT["judged"](16, seed, epochs)
    return {"active": active, "error": error}


def thin():
    """Return the results after three epochs."""
    return run(0, epochs=3)


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(5), thin=thin)
