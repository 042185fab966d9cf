"""Does guidance cost variety after longer training too?

The same measurements as in copying.py, but after 8,000 steps instead of 800 on 800 digits.
"agree" is the fraction of 400 samples whose nearest unseen image has the requested label, and
"apart" is the mean distance between two samples with the same label.

It takes about 1 minute. The page generative/diffusion uses the results.
"""

import runpy
from pathlib import Path

import torch

from nnlib import experiment

first = runpy.run_path(str(Path(__file__).with_name("copying.py")))
TOLERANCES = {"slice": {"relative": 0.1}}
SCALES = (1, 3, 5)


def run(seed):
    """Both measures for each guidance scale."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    X, y = first["data"](seed)
    unseen, labels = X[800:1600], y[800:1600]
    net, _ = first["train"](X[:800], y[:800], first["LONG"])
    asked = y[torch.randint(800, (first["DRAWN"],))]
    measures = {}
    for scale in SCALES:
        drawn = first["draw"](first["guided"](net, asked, scale), first["DRAWN"])
        right = first["agree"](drawn, asked, unseen, labels)
        measures[f"scale {scale}"] = {"agree": right, "apart": first["apart"](drawn, asked)}
    return measures


def thin():
    """The loss after 200 steps on 800 images."""
    torch.manual_seed(0)
    X, y = first["data"](0)
    return {"slice": first["train"](X[:800], y[:800], 200)[1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(3), thin=thin)
