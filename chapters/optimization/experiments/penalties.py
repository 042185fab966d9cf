"""L1 or L2 for 500 images of which 100 have a wrong label?

A network with 64 hidden units and a linear classifier learn without a penalty, with L2 and with
L1. Inputs are 196 pixels, these pixels and 392 inputs of noise, or 16 coarse pixels and 572
inputs of noise. On 196 pixels, the network also learns with an elastic net; baselines have
fewer units, stop early, or penalise the hidden layer only. Each penalty has eight strengths,
and 1,000 validation images choose one; they also choose among eight numbers of units, and among
20 points to stop at.

It takes about 19 minutes. The page optimization/regularization uses the results.
"""

from itertools import pairwise

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn import functional as F

STEPS, RATE, UNITS, WRONG = 500, 0.5, 64, 100
KINDS = {"pixels": (14, 0), "pixels and noise": (14, 392), "few and noise": (4, 572)}
FINE = 2.0 ** (np.arange(8) / 2)
STRENGTHS = {  # eight for each contender
    "pixels": {"L2": 0.005 * 2.0 ** np.arange(8), "L1": 0.0005 * 2.0 ** np.arange(8)},
    "pixels and noise": {"L2": 0.08 * FINE, "L1": 0.0057 * FINE},
    "few and noise": {"L2": 0.08 * FINE, "L1": 0.0057 * FINE},
}
FEWER = (1, 2, 4, 8, 12, 16, 24, 32)
TOLERANCES = {"test": {"absolute": 0.03}}
(TRAIN, TEST) = fashion_mnist()


def coarse(X, side):
    """Images of side x side pixels, each pixel the mean of a block, one row per image."""
    block = 28 // side
    return X.reshape(-1, side, block, side, block).mean(axis=(2, 4)).reshape(-1, side**2)


class Data:
    """500 training images, the first 100 with wrong labels, and 1,000 for validation."""

    def __init__(self, seed, kind):
        side, noise = KINDS[kind]
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(TRAIN.X))
        rows, others = order[:500], order[500:1500]
        known = coarse(TRAIN.X, side)
        mean, spread = known.mean(), known.std()

        def inputs(X):
            X = (coarse(X, side) - mean) / spread
            return np.float32(np.hstack([X, rng.normal(size=(len(X), noise))]))

        self.useful = side**2
        self.y = TRAIN.y[rows].copy()
        self.y[:WRONG] = (self.y[:WRONG] + rng.integers(1, 10, WRONG)) % 10
        self.X = inputs(TRAIN.X[rows])
        self.X_val, self.y_val = inputs(TRAIN.X[others]), TRAIN.y[others]
        self.X_test, self.y_test = inputs(TEST.X), TEST.y


def network(seed, inputs, units=UNITS):
    """A hidden layer of ReLU units; with 0 units, a linear classifier from zeros."""
    rng, modules = np.random.default_rng(seed), []
    sizes = (inputs, units, 10) if units else (inputs, 10)
    for before, after in pairwise(sizes):
        layer = nn.Linear(before, after)
        weights = rng.normal(size=(after, before)) * np.sqrt(2 / before)
        with nnlib.no_grad():
            layer.weight.copy_(nnlib.tensor(np.float32(weights if units else 0 * weights)))
            layer.bias.zero_()
        modules += [layer, nn.ReLU()]
    return nn.Sequential(*modules[:-1])


def soft_threshold(w, by):
    """Move every number towards 0 by the same amount, and stop at 0."""
    return np.sign(w) * np.maximum(np.abs(w) - by, 0)


def train(net, X, y, l1=0.0, l2=0.0, watch=None, penalised=None, steps=STEPS):
    """Gradient descent on all images; penalties on weights, not on biases."""
    weights = penalised or [p for p in net.parameters() if p.ndim == 2]
    others = [p for p in net.parameters() if all(p is not w for w in weights)]
    sgd = optim.SGD([{"params": weights, "weight_decay": l2}, {"params": others}], lr=RATE)
    X, y = nnlib.tensor(X), nnlib.tensor(y)
    for step in range(steps):
        rate = RATE * (1 - step / steps)
        for group in sgd.param_groups:
            group["lr"] = rate
        loss = F.cross_entropy(net(X), y)
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        if l1:
            for w in weights:
                w.detach().copy_(
                    nnlib.tensor(soft_threshold(w.detach().numpy(), np.float32(rate * l1)))
                )
        if watch and step % 25 == 24:
            watch()


def right(net, X, y):
    """The fraction of the images that the network classifies correctly."""
    with nnlib.no_grad():
        return float((net(nnlib.tensor(X)).numpy().argmax(axis=1) == y).mean())


def judged(net, data):
    """Accuracies, the fraction of wrong labels reproduced, and fractions of zero weights."""
    measures = {
        "val": right(net, data.X_val, data.y_val),
        "test": right(net, data.X_test, data.y_test),
        "kept": right(net, data.X[:WRONG], data.y[:WRONG]),
        "true": right(net, data.X[WRONG:], data.y[WRONG:]),
    }
    weights = [p.detach().numpy() for p in net.parameters() if p.ndim == 2]
    measures["zeros"] = float(np.mean(np.concatenate([w.ravel() for w in weights]) == 0))
    measures["zeros useful"] = float(np.mean(weights[0][:, : data.useful] == 0))
    measures["zeros noise"] = (
        float(np.mean(weights[0][:, data.useful :] == 0))
        if weights[0].shape[1] > data.useful
        else 0.0
    )
    if len(weights) == 2:
        into, out = np.linalg.norm(weights[0], axis=1), np.linalg.norm(weights[1], axis=0)
        strength = into * out
        on = strength > 0.01 * strength.max()
        bias = net[0].bias.detach().numpy()
        dead = (data.X @ weights[0].T + bias <= 0).all(axis=0)
        measures |= {"on": int(on.sum()), "dead": int((dead & ~on).sum())}
        measures["balance"] = (
            float(np.median(into[on] / out[on])) if on.any() and strength.max() > 0 else 0.0
        )
    return {name: round(value, 4) for name, value in measures.items()}


def series(data, seed, units, settings):
    """Results of each setting: a dict of lists, with one entry per setting."""
    rows = []
    for setting in settings:
        net = network(seed, data.X.shape[1], setting.pop("units", units))
        if setting.pop("hidden only", False):
            setting["penalised"] = [net[0].weight]
        train(net, data.X, data.y, **setting)
        rows.append(judged(net, data))
    return {name: [row[name] for row in rows] for name in rows[0]}


def run(seed):
    """By kind of inputs and model: each contender's results at each of its settings."""
    results = {}
    for kind in KINDS:
        data, strengths = Data(seed, kind), STRENGTHS[kind]
        l1, l2 = (strengths[name].tolist() for name in ("L1", "L2"))
        for model, units in (("network", UNITS), ("linear", 0)):
            contenders = {
                "none": [{}],
                "L2": [{"l2": v} for v in l2],
                "L1": [{"l1": v} for v in l1],
            }
            if kind == "pixels" and units:
                contenders["elastic"] = [
                    {"l1": a / 2, "l2": b / 2} for a, b in zip(l1, l2, strict=True)
                ]
                contenders["fewer"] = [{"units": k} for k in FEWER]
                contenders["hidden"] = [{"l2": v, "hidden only": True} for v in l2]
            for name, settings in contenders.items():
                results[f"{kind}, {model}, {name}"] = series(data, seed, units, settings)
        if kind == "pixels":
            net, rows = network(seed, data.X.shape[1]), []
            train(
                net,
                data.X,
                data.y,
                watch=lambda net=net, data=data, rows=rows: rows.append(judged(net, data)),
            )
            results["pixels, network, early"] = {
                k: [row[k] for row in rows] for k in ("val", "test", "kept", "true")
            }
    return results


def thin():
    """Test accuracy of split 1 after 100 steps with L2."""
    data = Data(1, "pixels")
    net = network(1, data.X.shape[1])
    train(net, data.X, data.y, l2=0.04, steps=100)
    return {"test": right(net, data.X_test, data.y_test)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
