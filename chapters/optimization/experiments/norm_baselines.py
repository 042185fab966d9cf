"""How much of batch normalisation's lead do clipped gradients and more steps make up for?

The spirals and the networks are those of ``norms.py``. The plain network also trains with the
gradient clipped to a norm of 1, and with 1,600 steps instead of 400. Plain and batch-normalised
networks start from He's weights times different factors, at a rate of 0.1. Networks that learn
from batches of 4, at the rates that the page chooses, are evaluated with running averages, and
with the mean and variance of all training points.

It takes about four minutes. The page optimization/normalization uses the results.
"""

import importlib.util
from functools import cache
from pathlib import Path

import numpy as np

from nnlib import experiment

path = Path(__file__).with_name("norms.py")
spec = importlib.util.spec_from_file_location("norms", path)
base = importlib.util.module_from_spec(spec)
spec.loader.exec_module(base)
build, gradient = base.build, base.gradient

SEEDS, SCALES, LOW = range(10), (0.5, 0.8, 1.0, 1.5, 3.0), (0.003, 0.01)
SMALL = {2000: 0.03, 10_000: 0.1}  # the rate for each number of steps
TOLERANCES = {"loss": {"relative": 0.15}}


def clipped(*inputs):
    """Return losses and gradients; each network's gradient is shortened to a norm of 1."""
    loss, grads = gradient(*inputs)
    squares = sum((g**2).sum(axis=(1, 2)) for g in grads if np.ndim(g) == 3)
    factor = np.float32(1) / np.maximum(np.sqrt(squares), np.float32(1))[:, None, None]
    return loss, [g * factor if np.ndim(g) == 3 else g for g in grads]


@cache
def with_clipping():
    """Return the plain networks of all seeds, trained with clipped gradients."""
    base.gradient = clipped
    networks = base.train("plain", base.RATES, SEEDS, 100, 400)
    base.gradient = gradient
    return networks


@cache
def with_more_steps():
    """Return the plain networks of all seeds after 1,600 steps."""
    return base.train("plain", LOW, SEEDS, 100, 1600)


@cache
def scaled(kind, scale):
    """Return the networks of all seeds from weights that are ``scale`` times He's."""

    def start(rates, seeds):
        parameters = build(rates, seeds)
        for k in range(0, len(parameters), 4):
            parameters[k] = np.float32(scale) * parameters[k]
        return parameters

    base.build = start
    networks = base.train(kind, (0.1,), SEEDS, 100, 400)
    base.build = build
    return networks


@cache
def small_batches(steps):
    """Return batch-normalised networks of all seeds, with averages and exact statistics."""
    parameters, running, _ = base.train("batch norm", (SMALL[steps],), SEEDS, 4, steps)
    points, exact = np.array([base.spirals(3000, 100 + seed)[0] for seed in SEEDS]), {}
    base.forward(parameters, points, 1, exact)
    exact = {k: (mean / 0.1, (var - 0.9) / 0.1) for k, (mean, var) in exact.items()}
    return parameters, running, exact


def score(kind, networks, seed, rates=1, running=None):
    """Return the test accuracies of the networks of one seed."""
    own = slice(SEEDS.index(seed) * rates, (SEEDS.index(seed) + 1) * rates)
    running = networks[1] if running is None else running
    averages = {k: [u[own] for u in pair] for k, pair in running.items()}
    points = base.spirals(5000, 2000)
    return base.accuracy(kind, [p[own] for p in networks[0]], averages, *points)


def run(seed):
    """Return the test accuracies of all networks of one seed."""
    accuracies = {
        "clipped": score("plain", with_clipping(), seed, len(base.RATES)),
        "more steps": score("plain", with_more_steps(), seed, len(LOW)),
    }
    for kind in ("plain", "batch norm"):
        accuracies[f"scales {kind}"] = [
            float(score(kind, scaled(kind, s), seed)[0]) for s in SCALES
        ]
    for steps in SMALL:
        *networks, exact = small_batches(steps)
        accuracies[f"averages {steps}"] = float(score("batch norm", networks, seed)[0])
        accuracies[f"exact {steps}"] = float(score("batch norm", networks, seed, 1, exact)[0])
    return accuracies


def thin():
    """Return the mean loss of the last twenty of sixty steps with clipped gradients."""
    base.gradient = clipped
    losses = base.train("plain", (0.1,), (0,), 100, 60)[2]
    base.gradient = gradient
    return {"loss": float(losses[40:].mean())}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)
