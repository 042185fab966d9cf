"""When is a hidden state worth having? We test sunspots, and a barrel whose level is hidden.

A weighted sum, a network on a window of the last inputs, and a recurrent network are trained on
the first part of a series. Their settings are those with the smallest error on the next part
(validation), and the error is measured on the last part (test). All networks of a kind, with
ten seeds and three learning rates, are trained at the same time as slices of one array.
"few": recurrent networks that learn from as many days as the window networks.

It takes about two minutes. The page rnn/recurrence uses the results.
"""

from functools import cache

import numpy as np
import torch

from nnlib import experiment
from nnlib.datasets import seattle_weather, sunspots
from nnlib.text import windows

CAPACITY, USE, CHECK, SEEDS = 40.0, 3.0, 25, 10
PENALTIES = (0.0, 0.01, 0.1, 1.0, 10.0, 100.0)
TASKS = {
    # steps of a piece (the first ones have no loss), windows of the sum and of the network
    "sun": {"length": 60, "first": 15, "sums": range(1, 21), "windows": (3, 5, 9)},
    "barrel": {"length": 120, "first": 60, "sums": (7, 14, 30, 60), "windows": (15, 30, 60)},
}
FEW = 2000 * 64 // (16 * 60)  # updates of a recurrent network on the barrel
TOLERANCES = {"slice": {"absolute": 0.05}}


def levels(rain):
    """Return the level of the barrel in the evening of each day."""
    level, evenings = 0.0, []
    for fallen in rain:
        level = min(CAPACITY, max(0.0, level + fallen - USE))
        evenings.append(level)
    return np.array(evenings)


def series(task):
    """Return inputs, targets, their unit, and the ends of training and validation."""
    if task == "barrel":
        rain = seattle_weather().X[:, 0]
        return rain / 10, levels(rain) / CAPACITY, CAPACITY, 731, 1096
    number = sunspots().number
    z = (number - number[:170].mean()) / number[:170].std()
    return (
        z[:-1],
        z[1:],
        number[:170].std(),
        169,
        208,
    )  # the test: 1909 to 2008


def rms(error):
    """Return the root of the mean square along the last axis."""
    return np.sqrt(np.mean(np.square(error), axis=-1))


def pasts(x, p):
    """Return the last p inputs of each step in one row, padded with copies of the first."""
    return windows(np.concatenate([np.full(p - 1, x[0]), x]), p)


def linear(task, x, y, train, valid):
    """Return the outputs of the best weighted sum."""
    outputs = []
    for p in TASKS[task]["sums"]:
        A = np.column_stack([np.ones(len(x)), pasts(x, p)])
        own = slice(p, train)
        for penalty in PENALTIES:
            R = penalty * np.diag([0.0] + [1.0] * p)
            w = np.linalg.lstsq(A[own].T @ A[own] + R, A[own].T @ y[own], rcond=None)[0]
            outputs.append(A @ w)
    return min(outputs, key=lambda z: rms((z - y)[train:valid]))


def uniform(networks, rows, columns, inputs):
    """Return weights (networks, rows, columns), drawn as in PyTorch."""
    return ((2 * torch.rand(networks, rows, columns) - 1) / inputs**0.5).requires_grad_()


def window_weights(networks, p):
    """Return weights and biases of networks with two hidden layers of 64 units."""
    shapes = ((p, 64, p), (1, 64, p), (64, 64, 64), (1, 64, 64), (64, 1, 64), (1, 1, 64))
    return [uniform(networks, *shape) for shape in shapes]


def window_outputs(weights, P):
    """Return the outputs (networks, N) for windows (networks, N, p)."""
    W1, b1, W2, b2, W3, b3 = weights
    h = torch.tanh(torch.baddbmm(b1, P, W1))
    return torch.baddbmm(b3, torch.tanh(torch.baddbmm(b2, h, W2)), W3)[..., 0]


def recurrent_weights(networks, D=16):
    """Return weights and biases of recurrent layers and of their linear outputs."""
    shapes = ((1, D, D), (D, D, D), (1, D, D), (D, 1, D), (1, 1, D))
    return [uniform(networks, *shape) for shape in shapes]


def recurrent_outputs(weights, x):
    """Return the outputs (T, networks, N) for sequences (T, networks, N)."""
    W_xh, W_hh, b, W_hy, b_y = weights
    inputs = x[..., None] * W_xh + b
    h, states = torch.zeros_like(inputs[0]), []
    for z in inputs:
        h = torch.tanh(torch.baddbmm(z, h, W_hh))
        states.append(h)
    return (torch.stack(states) @ W_hy + b_y)[..., 0]


def fit(weights, rates, updates, loss, outputs, y, train, valid):
    """Train with Adam; return the best validation error of each seed, and its outputs."""
    rate = torch.tensor(np.repeat(rates, SEEDS), dtype=torch.float32)[:, None, None]
    first, second = ([torch.zeros_like(w) for w in weights] for _ in range(2))
    best = [(np.inf, None)] * SEEDS
    for update in range(1, updates + 1):
        grads = torch.autograd.grad(loss(weights), weights)
        norm = sum((g**2).sum(dim=(1, 2), keepdim=True) for g in grads).sqrt()
        with torch.no_grad():
            for w, g, m, v in zip(weights, grads, first, second, strict=True):
                g = g / norm.clamp(min=1)  # each network is clipped on its own
                m.mul_(0.9).add_(0.1 * g)
                v.mul_(0.999).add_(0.001 * g**2)
                step = (m / (1 - 0.9**update)) / ((v / (1 - 0.999**update)).sqrt() + 1e-8)
                w -= rate * step
            if update % CHECK == 0:
                z = outputs(weights).numpy().astype(float)
                errors = rms((z - y)[:, train:valid])
                for k, error in enumerate(errors):
                    if error < best[k % SEEDS][0]:
                        best[k % SEEDS] = float(error), z[k]
    return best


def window(task, x, y, train, valid, rates=(0.001, 0.003, 0.01), updates=2000):
    """Return the same as `fit` for networks on a window, with the best of several windows."""
    Y, networks, best = torch.tensor(y, dtype=torch.float32), len(rates) * SEEDS, []
    for p in TASKS[task]["windows"]:
        torch.manual_seed(0)
        rng = np.random.default_rng(0)
        P = torch.tensor(pasts(x, p), dtype=torch.float32)
        every = P.expand(networks, -1, -1)

        def loss(weights, P=P, p=p, rng=rng):
            rows = rng.integers(p, train, (networks, 64))
            return ((window_outputs(weights, P[rows]) - Y[rows]) ** 2).mean(dim=1).sum()

        def outputs(weights, every=every):
            return window_outputs(weights, every)

        weights = window_weights(networks, p)
        best.append(fit(weights, rates, updates, loss, outputs, y, train, valid))
    return [min(of_seed, key=lambda one: one[0]) for of_seed in zip(*best, strict=True)]


def recurrent(task, x, y, train, valid, rates=(0.003, 0.01, 0.03), updates=600):
    """Return the same as `fit` for recurrent networks on pieces of the training part."""
    torch.manual_seed(0)
    rng, networks = np.random.default_rng(0), len(rates) * SEEDS
    X, Y = (torch.tensor(v, dtype=torch.float32) for v in (x, y))
    length, first = TASKS[task]["length"], TASKS[task]["first"]

    def loss(weights):
        starts = rng.integers(0, train - length + 1, (networks, 16))
        steps = starts + np.arange(length)[:, None, None]
        errors = recurrent_outputs(weights, X[steps]) - Y[steps]
        return (errors[first:] ** 2).mean(dim=(0, 2)).sum()

    def outputs(weights):  # the whole series, from its first step on
        return recurrent_outputs(weights, X[:, None, None].expand(-1, networks, 1))[..., 0].T

    weights = recurrent_weights(networks)
    return fit(weights, rates, updates, loss, outputs, y, train, valid)


@cache
def everything(task):
    """Return the outputs of each contender, one row for each seed."""
    x, y, _, train, valid = series(task)
    sums = [linear(task, x, y, train, valid)] * SEEDS
    outputs = {"linear": sums}
    for contender in (window, recurrent):
        best = contender(task, x, y, train, valid)
        outputs[contender.__name__] = [z for _, z in best]
    if task == "barrel":
        best = recurrent(task, x, y, train, valid, updates=FEW)
        outputs["few"] = [z for _, z in best]
    return outputs


def run(seed):
    """Return the test error of each contender, and the last outputs for the barrel."""
    results = {}
    for task in TASKS:
        _, y, unit, _, valid = series(task)
        for name, outputs in everything(task).items():
            z = outputs[seed]
            results[f"{task}: {name}"] = float(rms(unit * (z - y)[valid:]))
            if task == "barrel" and name != "few":
                results["barrel: truth"] = (unit * y[-120:]).round(2)
                results[f"{task}: {name}: values"] = (unit * z[-120:]).round(2)
    return results


def thin():
    """Return the validation error of a recurrent network on the sunspots, after few updates."""
    x, y, _, train, valid = series("sun")
    return {"slice": recurrent("sun", x, y, train, valid, (0.01,), 25)[0][0]}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(SEEDS), thin=thin)
