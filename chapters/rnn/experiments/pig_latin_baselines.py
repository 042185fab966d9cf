"""Does doubling the units, or tripling the updates, close the gap to attention in Pig Latin?

The model without attention from ``pig_latin.py`` gets 128 units instead of 64, with the
learning rate 0.005 (at the rate of the smaller model, 0.02, it learns worse), or 2,400 updates
instead of 800. The test phrases are the same.

It takes about 3 minutes. The page rnn/seq2seq uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

BASE = runpy.run_path(str(Path(__file__).with_name("pig_latin.py")))
TOLERANCES = {"loss": {"absolute": 0.05}}


def correct(model):
    """Return the fraction of correct translations, by length."""
    _, _, unread = BASE["words"]()
    fractions = []
    for low, high in BASE["LENGTHS"]:
        rows = BASE["phrases"](unread, 300, high, np.random.default_rng(low), low)
        pairs = zip(
            BASE["translate"](model, rows)[0], map(BASE["pig_latin"], rows), strict=True
        )
        fractions.append(round(float(np.mean([a == b for a, b in pairs])), 4))
    return fractions


def run(seed):
    """Return the fractions of correct translations of both models."""
    fractions = {}
    for name, rate, updates, units in (
        ("128 units", 0.005, 800, 128),
        ("2,400 updates", 0.02, 2400, 64),
    ):
        model, _ = BASE["train"](False, seed, rate, updates, units=units)
        fractions[name] = correct(model)
        print(name, fractions[name], flush=True)
    return fractions


def thin():
    """Return the loss of the larger model after 5 updates."""
    _, curve = BASE["train"](False, 0, 0.005, 5, 5, units=128)
    return {"loss": curve[-1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1), thin=thin)
