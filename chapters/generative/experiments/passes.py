"""Do fewer training images lead to more copies after equally many passes over them?

copying.py trains on 50 images for 800 or 8,000 steps, on 200 images for 8,000 steps (2,560
passes) and on 800 images for 8,000 steps (640 passes). Here 50 images get 2,560 and 640 passes,
and 200 images get 640 passes.

It takes about 1 minute. The page generative/diffusion uses the results.
"""

import runpy
from pathlib import Path

import torch

from nnlib import experiment

first = runpy.run_path(str(Path(__file__).with_name("copying.py")))
TOLERANCES = {"slice": {"relative": 0.1}}
PAIRS = ((50, 2000), (50, 500), (200, 2000))  # images and steps


def run(seed):
    """Compare the samples with seen and unseen images, for each number of images and steps."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    X, y = first["data"](seed)
    unseen, comparisons = X[800:1600], {}
    for n, steps in PAIRS:
        asked = y[torch.randint(n, (first["DRAWN"],))]
        net, _ = first["train"](X[:n], y[:n], steps)
        drawn = first["draw"](first["guided"](net, asked), first["DRAWN"])
        comparisons[f"{n}, {steps}"] = first["compare"](drawn, X[:n], unseen[:n])
    return comparisons


def thin():
    """The loss after 200 steps on 50 images."""
    torch.manual_seed(0)
    X, y = first["data"](0)
    return {"slice": first["train"](X[:50], y[:50], 200)[1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(3), thin=thin)
