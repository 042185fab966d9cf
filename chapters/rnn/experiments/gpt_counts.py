"""Character n-gram counts with modified Kneser-Ney smoothing, on the windows of ``gpt.py``.

Their only hyperparameter is the length of the longest sequence, and they are measured like both
networks: 1,000 windows of the validation text and of the new play, from the ninth character of
a window on. ``curve`` is the loss on the 200 windows of the curves in ``gpt.py``.

It takes about 10 seconds. The page rnn/transformers uses the results.
"""

import runpy
from pathlib import Path

import numpy as np
import torch

from nnlib import experiment

HERE = Path(__file__).parent
BASE = runpy.run_path(str(HERE / "gpt.py"))
WRITERS = runpy.run_path(str(HERE / "writers.py"))
discounts, look = WRITERS["discounts"], WRITERS["look"]
SIZE, SKIP, T = len(BASE["LETTERS"]), BASE["SKIP"], BASE["T"]
ORDERS = range(1, 9)
TOLERANCES = {"counts 3, valid": {"absolute": 1e-6}}


def keys(ids, n):
    """Return an integer code for each sequence of n characters, along the last axis."""
    grams = np.lib.stride_tricks.sliding_window_view(ids, n, axis=-1)
    return grams @ (SIZE ** np.arange(n)[::-1]).astype(np.int64)


def loss(text, n, many=1000):
    """Return the mean loss of counts of sequences of up to n characters on many windows."""
    train = BASE["TRAIN"].numpy()
    batch = BASE["windows"](text, many, torch.Generator().manual_seed(1)).numpy()
    p = np.full((len(batch), T - SKIP), 1 / SIZE)
    for k in range(1, n + 1):
        # below the longest, a sequence counts once for each character that came before it
        ids = keys(train, k) if k == n else np.unique(keys(train, k + 1)) % SIZE**k
        grams, counts = np.unique(ids, return_counts=True)
        contexts, first = np.unique(grams // SIZE, return_index=True)
        totals = np.add.reduceat(counts, first)
        less = discounts(counts)[np.minimum(counts, 3)]
        rest = np.add.reduceat(less, first) / totals
        wanted = keys(batch, k)[:, SKIP + 2 - k :]
        here = look(grams, counts - less, wanted)
        total, other = (look(contexts, v, wanted // SIZE) for v in (totals, rest))
        p = np.where(total > 0, here / np.maximum(total, 1) + other * p, p)
    return float(-np.log(p).mean())


def run(seed):
    """Return the losses for each length; the seed isn't used."""
    losses = {}
    for n in ORDERS:
        for name in ("valid", "test"):
            losses[f"counts {n}, {name}"] = loss(BASE[name.upper()], n)
        losses[f"counts {n}, curve"] = loss(BASE["VALID"], n, 200)
        print(n, losses[f"counts {n}, valid"], losses[f"counts {n}, test"], flush=True)
    return losses


def thin():
    """Return the loss of counts of sequences of up to three characters."""
    return {"counts 3, valid": loss(BASE["VALID"], 3)}


if __name__ == "__main__":
    experiment.record(run, seeds=[0], thin=thin)
