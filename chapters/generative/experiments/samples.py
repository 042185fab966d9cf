"""The first ten images drawn in six of the ways of imagining.py, with its settings.

Seed 0 and the first ten draws, so that nobody chose the images by eye.

It takes less than a minute. The page generative/vae uses the results.
"""

import json
import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

SHOWN = 10
TOLERANCES = {"mean": {"absolute": 0.05}}
WAYS = ("real", "plain, mixture", "PCA, mixture", "penalty, 0", "VAE, 0", "plain, 0")
BASE = runpy.run_path(str(Path(__file__).with_name("imagining.py")))
STORED = json.loads(Path(__file__).with_name("imagining.json").read_text("utf-8"))["runs"][0]


def drawn(way, seed):
    """Return ten pictures as whole numbers from 0 to 255."""
    if way == "real":
        found = BASE["pictures"]()[3]
    else:
        kind = way.split(",")[0]
        found = BASE["samples"](kind, STORED[f"{way}, setting"], STORED[f"{way}, parts"], seed)
    return np.round(255 * found[:SHOWN].clip(0, 1)).astype(int)


def run(seed):
    """The pictures of each way."""
    return {way: drawn(way, seed) for way in WAYS}


def thin():
    """The mean brightness of ten pictures of the mixture on principal components."""
    return {"mean": float(drawn("PCA, mixture", 0).mean() / 255)}


if __name__ == "__main__":
    experiment.record(run, seeds=[0], thin=thin)
