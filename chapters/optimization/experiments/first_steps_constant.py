"""Warm-up and clipping before a rate that stays constant, instead of one that falls to 0.

Written after a reader had set this choice of `first_steps.py` free on three draws and found no
gain. If warm-up helps because it makes larger rates usable, it must gain less where noise keeps
the best rate small to the end.

Extended after a second reader asked why clipping at 1 ended higher than no help, and what
smaller rates do. Larger weights; all lengths of the warm-up and all bounds of
`first_steps.py`, with rates down to 1/64; network, data and judging are those of that program.
Written before this run: if clipping at 1 is worse because it shortens most of the later
gradients as well, then

1. most gradients of its training are longer than 1, and with a bound of 4 most are shorter;
2. clipping the first 30 steps only, at whichever bound, ends no higher than neither;
3. a bound of 4 ends lower than a bound of 1.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("first_steps.py")))
RATES = tuple(2.0 ** (np.arange(-12, 1) / 2))
TRIES = FIRST["TRIES"] | {"clipped first": FIRST["TRIES"]["clipped"]}
CLIPPED = 30  # steps of 300, for "clipped first"
TOLERANCES = {"loss": {"relative": 0.1}, "share": {"absolute": 0.1}}


def train(seed, rates, longest, clipped):
    """SGD with one rate for each step; the first so many gradients are clipped."""
    (X, y), _, _ = FIRST["data"](seed)
    layers, rng, norms = FIRST["start"](seed, 1.5), np.random.default_rng(2000 + seed), []
    for step, rate in enumerate(rates):
        rows = rng.integers(len(X), size=FIRST["BATCH"])
        grads = FIRST["gradient"](layers, X[rows], y[rows])
        norms.append(float(np.sqrt(sum((g**2).sum() for pair in grads for g in pair))))
        short = np.float32(rate * (min(1, longest / norms[-1]) if step < clipped else 1))
        for (W, b), (gW, gb) in zip(layers, grads, strict=True):
            W -= short * gW
            b -= short * gb
    return layers, np.array(norms)


def one(seed, name, setting, eta):
    """Validation and test loss; the share of later gradients that are above the bound."""
    _, validation, test = FIRST["data"](seed)
    rates = np.full(FIRST["STEPS"], eta)
    if name == "warm-up":
        rates *= np.minimum(1, np.arange(1, len(rates) + 1) / (setting * len(rates)))
    longest = setting if "clipped" in name else np.inf
    clipped = CLIPPED if name == "clipped first" else len(rates)
    layers, norms = train(seed, rates, longest, clipped)
    share = float(np.mean(norms[CLIPPED:] > longest))
    losses = [FIRST["judged"](layers, *part) for part in (validation, test)]
    return [*losses, round(share, 3)]


def run(seed):
    """Each contender with every setting and every rate."""
    names = ("neither", "warm-up", "clipped", "clipped first")
    return {
        name: [[one(seed, name, setting, eta) for eta in RATES] for setting in TRIES[name]]
        for name in names
    }


def thin():
    """Two trainings."""
    loss, share = one(0, "clipped", 1.0, 0.125)[1:]
    return {"loss": [one(0, "warm-up", 0.1, 0.125)[1], loss], "share": share}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(8), thin=thin)
