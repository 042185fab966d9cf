"""Which networks find the folds of a striped strip, and what do the others lack?

Strips of three, five and nine stripes need one, two and three folds. The network 1-2-2-2-1
competes with 1-6-1, which has as many parameters and can make seven cuts, and with 1-7-1, which
can make eight. Then all layers but the first start at the folds, and the first starts with
opposite signs, or with slopes near 1. Each start chooses its learning rate and biases on the
validation set. All starts of a draw are trained side by side: the last axis of an array numbers
the networks.

It takes about 6 minutes. The page backprop/finding-folds uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

DEPTH = runpy.run_path(str(Path(__file__).with_name("depth.py")))
START, FOLDS, DEEP = DEPTH["start"], DEPTH["folds"], DEPTH["FOLD"]
STARTS, EPOCHS, BATCH = 10, 300, DEPTH["BATCH"]
SETTINGS = [(rate, spread) for rate in (0.03, 0.1, 0.3, 1.0, 3.0) for spread in (0.0, 1.0)]
TOLERANCES = {"accuracy": {"absolute": 0.1}}


def points(folds, seed):
    """Samples to learn from, to choose the settings by, and to judge by."""
    rng = np.random.default_rng(1000 + seed)
    return [DEPTH["strip"](n, rng, folds) for n in (400, 400, 2000)]


def forward_many(x, layers):
    """Input and outputs of all layers, (units, samples, networks)."""
    kept = [np.broadcast_to(x.T[:, :, None], (*x.T.shape, layers[0][0].shape[-1]))]
    for number, (W, b) in enumerate(layers, 1):
        Z = np.einsum("jis,ins->jns", W, kept[-1]) + b[:, None]
        kept.append(np.maximum(Z, 0) if number < len(layers) else Z)
    return kept


def train_many(x, t, layers, rates, rng, only_first=False, epochs=EPOCHS):
    """Mini-batch descent as in depth.py, for many networks with a rate each."""
    for epoch in range(epochs):
        order, rate = rng.permutation(len(x)), rates * (1 - epoch / epochs)
        for i in np.split(order, range(BATCH, len(x), BATCH)):
            kept = forward_many(x[i], layers)
            G = (1 / (1 + np.exp(-kept[-1])) - t[i][:, None]) / len(i)
            for k in reversed(range(len(layers))):
                W, b = layers[k]
                by_W, by_b = np.einsum("jns,ins->jis", G, kept[k]), G.sum(axis=1)
                if k > 0:
                    G = np.einsum("jns,jis->ins", G, W) * (kept[k] > 0)
                if k == 0 or not only_first:
                    W -= rate * by_W
                    b -= rate * by_b


def side_by_side(networks):
    """Many lists of layers as one, with a last axis for the networks."""
    return [
        [np.stack(parts, axis=-1) for parts in zip(*layers, strict=True)]
        for layers in zip(*networks, strict=True)
    ]


def right(layers, x, t):
    """The share of correct labels of each network."""
    return ((forward_many(x, layers)[-1][0] > 0) == t[:, None]).mean(axis=0)


def cuts(layers):
    """How often the score of each network changes its sign along the strip."""
    score = forward_many(np.linspace(-1, 1, 4001)[:, None], layers)[-1][0]
    return (np.diff(score > 0, axis=0) != 0).sum(axis=0)


def best_of(folds, seed, begins, **training):
    """Train each start with each setting.

    ``begins`` is a function of generator and spread for each start. Validation and test
    accuracy, sign changes and layers of the setting with the best validation accuracy.
    """
    (x, t), choose, judged = points(folds, seed)
    networks = [
        begin(np.random.default_rng([seed, k]), spread)
        for k, begin in begins.items()
        for _, spread in SETTINGS
    ]
    layers = side_by_side(networks)
    rates = np.tile([rate for rate, _ in SETTINGS], len(begins))
    with np.errstate(all="ignore"):  # too large a rate overflows, its accuracy tells
        train_many(x, t, layers, rates, np.random.default_rng([seed, 99]), **training)
    chosen = right(layers, *choose).reshape(-1, len(SETTINGS)).argmax(axis=1)
    chosen += len(SETTINGS) * np.arange(len(begins))
    layers = [[p[..., chosen] for p in layer] for layer in layers]
    return right(layers, *choose), right(layers, *judged), cuts(layers), layers


def random(sizes):
    """Begin from random weights."""
    return lambda rng, spread: START(sizes, rng, spread)


def noisy(noise):
    """Begin from the folds after noise."""
    return lambda rng, _: [
        [p + noise * rng.standard_normal(p.shape) for p in layer] for layer in FOLDS()
    ]


def rest_given(folds, kind):
    """Begin with later layers as in the folds, and a first layer of this kind."""

    def begin(rng, spread):
        W, b = START((1, 2), rng, spread)[0]
        if kind != "drawn":
            W = np.abs(W) * [[1.0], [-1.0]]
        if kind == "near":
            W = np.exp(rng.uniform(-0.25, 0.25, (2, 1))) * [[1.0], [-1.0]]
        return [[W, b], *FOLDS()[-folds:]]

    return begin


def with_signs(first, last):
    """Begin 1-2-1 with these signs of its two first and two last weights."""

    def begin(rng, spread):
        (W, b), (V, c) = START((1, 2, 1), rng, spread)
        return [[np.abs(W) * np.array(first)[:, None], b], [np.abs(V) * last, c]]

    return begin


TRIALS = {
    "1-2-1 on 3": (1, random((1, 2, 1))),
    "1-2-2-2-1 on 3": (1, random(DEEP)),
    "1-2-2-1 on 5": (2, random((1, 2, 2, 1))),
    "1-2-2-2-1 on 5": (2, random(DEEP)),
    "1-2-2-2-1 on 9": (3, random(DEEP)),
    "1-6-1 on 9": (3, random((1, 6, 1))),
    "1-7-1 on 9": (3, random((1, 7, 1))),
    "noise 0.1": (3, noisy(0.1)),
    "noise 0.3": (3, noisy(0.3)),
    "opposite, both negative": (1, with_signs([1, -1], [-1, -1])),
    "opposite, one negative": (1, with_signs([1, -1], [-1, 1])),
    "opposite, none negative": (1, with_signs([1, -1], [1, 1])),
    "same, both negative": (1, with_signs([1, 1], [-1, -1])),
    "drawn 1": (1, rest_given(1, "drawn")),
    "drawn 2": (2, rest_given(2, "drawn")),
    "drawn 3": (3, rest_given(3, "drawn")),
    "opposite 1": (1, rest_given(1, "opposite")),
    "opposite 2": (2, rest_given(2, "opposite")),
    "opposite 3": (3, rest_given(3, "opposite")),
    "near 3": (3, rest_given(3, "near")),
    "only first": (3, rest_given(3, "opposite")),
    "1-2-2-2-1, long": (3, random(DEEP)),
    "1-7-1, long": (3, random((1, 7, 1))),
}
SPECIAL = {
    "only first": {"only_first": True},
    "1-2-2-2-1, long": {"epochs": 4 * EPOCHS},
    "1-7-1, long": {"epochs": 4 * EPOCHS},
}


def run(seed):
    """All trials on one draw of the points."""
    found = {}
    for name, (folds, begin) in TRIALS.items():
        starts = dict.fromkeys(range(STARTS), begin)
        _, accuracy, crossed, _ = best_of(folds, seed, starts, **SPECIAL.get(name, {}))
        found[name], found[f"{name}, cuts"] = accuracy.round(4), crossed
    return found


def thin():
    """The first start of 1-2-1 on three stripes."""
    return {"accuracy": float(best_of(1, 0, {0: TRIALS["1-2-1 on 3"][1]})[1][0])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
