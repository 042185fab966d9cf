"""How many steps do momentum and Adam save in a network, with small and with large batches?

The network, the images and the target are those of ``batch_sizes.py``: we count the steps until
the validation loss is 0.55, for each batch size, optimiser and learning rate. The claim that
momentum helps more with large batches fails if it saves as large a fraction of the steps with 4
samples per step as with 1,024.

It takes about a minute. The pages optimization/momentum and optimization/adaptive use the
results.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

base = runpy.run_path(str(Path(__file__).with_name("batch_sizes.py")))
SIZES, TARGET = (4, 64, 1024), 0.55
LOWEST = {4: -4, 64: -1, 1024: 0}  # exponents of 2, of the effective rate of momentum
LOWEST_ADAM = {4: -9, 64: -7, 1024: -6}
LONGEST = {4: 4000, 64: 600, 1024: 250}
GAMMAS = {"no momentum": 0.0, "momentum 0.5": 0.5, "momentum 0.9": 0.9}
TOLERANCES = {"momentum": {"relative": 0.3}, "Adam": {"relative": 0.3}}


def momentum(gamma):
    """Return a function that computes momentum's step for one array."""

    def step(g, state, t):
        state["v"] = np.float32(gamma) * state.get("v", 0) + g
        return state["v"]

    return step


def adam(g, state, t):
    """Return Adam's step for one array, with the usual betas."""
    m = state["m"] = np.float32(0.9) * state.get("m", 0) + np.float32(0.1) * g
    v = state["v"] = np.float32(0.999) * state.get("v", 0) + np.float32(0.001) * g**2
    root = np.sqrt(v / np.float32(1 - 0.999**t)) + np.float32(1e-8)
    return m / np.float32(1 - 0.9**t) / root


def train(B, rule, lr, seed):
    """Return the step at which the validation loss reached the target, or -1."""
    X, y, X_val, y_val = base["data"](seed)
    theta, rng = base["start"](seed), np.random.default_rng(2000 + seed)
    states, lr, every = [{} for _ in theta], np.float32(lr), max(1, 64 // B)
    for t in range(1, LONGEST[B] + 1):
        rows = rng.integers(len(X), size=B)
        slopes = base["gradient"](theta, X[rows], y[rows])
        for p, g, state in zip(theta, slopes, states, strict=True):
            p -= lr * rule(g, state, t)
        if t % every == 0:
            now = base["loss"](theta, X_val, y_val)
            if not now < 10:
                return -1
            if now < TARGET:
                return t
    return -1


def run(seed):
    """Train with every optimiser, batch size and learning rate."""
    with np.errstate(all="ignore"):  # too large a rate overflows, and the loss shows it
        steps = {
            name: [
                [
                    train(B, momentum(g), (1 - g) * 2.0 ** (LOWEST[B] + k), seed)
                    for k in range(4)
                ]
                for B in SIZES
            ]
            for name, g in GAMMAS.items()
        }
        steps["Adam"] = [
            [train(B, adam, 2.0 ** (LOWEST_ADAM[B] + k), seed) for k in range(4)] for B in SIZES
        ]
    return steps


def thin():
    """Train with 1,024 samples per batch and one rate of each kind on the first seed."""
    return {
        "momentum": train(1024, momentum(0.9), 0.4, 0),
        "Adam": train(1024, adam, 0.016, 0),
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(12), thin=thin)
