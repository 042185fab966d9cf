"""Learning rates that fall on batches, in place of constant ones: a choice set free.

Added after a reader's run on some of the draws. The contenders, draws, batches and passes are
those of `curvature.py`; every rate falls in a straight line to 0 at the end of the budget, and
each contender tries twelve settings on the three draws for tuning. That known curvature helps
on batches, whatever the schedule, is refuted for each contender that does not get lower than
momentum; that pairs from two batches are the harm is refuted if L-BFGS with them gets as low
as momentum. Added after a first run, in which exact changes y got less low than momentum:
L-BFGS that keeps 300 exact pairs; that it had too few of them is refuted if this is no lower.
"""

import runpy
from functools import cache
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("curvature.py")))
TOLERANCES = {"excess": {"relative": 0.2}}


def momentum(model, gamma):
    """The direction of momentum on a batch, and the gradients of pictures that it cost."""
    v = 0.0

    def direction(w, rows):
        nonlocal v
        v = gamma * v + model(w, rows)[1]
        return -v, len(rows)

    return direction


def lbfgs(model, m, change):
    """The direction of L-BFGS, with y as in `curvature.py`."""
    rule, old = FIRST["LBFGS"](m), None

    def direction(w, rows):
        nonlocal old
        g, cost, s, y = model(w, rows)[1], len(rows), None, None
        here = model(w)[1] if change == "exact" else g
        if old:
            w_old, before, rows_old = old
            s, y = w - w_old, here - before
            if change == "one batch":
                y, cost = model(w, rows_old)[1] - before, cost + len(rows_old)
        old = (w, here, rows)
        return rule.direction(w, g, s, y), cost

    return direction


def newton(model):
    """The gradient of a batch times the inverse of the exact Hessian, new for each pass."""
    inverse, seen = None, 0

    def direction(w, rows):
        nonlocal inverse, seen
        if seen % len(model.X) == 0:
            inverse = np.linalg.inv(model.hessian(w))
        seen += len(rows)
        return -inverse @ model(w, rows)[1], len(rows)

    return direction


CONTENDERS = {  # name: rule, and twelve settings, the rate at the start first
    "momentum": (
        momentum,
        [(lr * (1 - g), g) for g in (0, 0.9) for lr in np.geomspace(0.5, 16, 6)],
    ),
    **{
        f"L-BFGS, {change}": (
            lambda model, m, change=change: lbfgs(model, m, change),
            [(lr, m) for m in (10, 30) for lr in np.geomspace(low, 300 * low, 6)],
        )
        for change, low in (("two batches", 0.003), ("one batch", 0.02), ("exact", 0.02))
    },
    "L-BFGS, 300 exact pairs": (
        lambda model, m: lbfgs(model, m, "exact"),
        [(lr, 300) for lr in np.geomspace(0.05, 2, 12)],
    ),
    "exact Hessian": (newton, [(lr,) for lr in np.geomspace(0.01, 1, 12)]),
}


def left_over(seed, name, setting):
    """The share of the excess left after the budget, with a falling rate; and the weights."""
    rule, _ = CONTENDERS[name]
    lr, *rest = setting
    model = FIRST["least"](seed)[0]
    direction, w, share = rule(model, *rest), model.start, 0.0
    for rows in FIRST["batches"](len(model.X), FIRST["BATCH"], seed):
        if share >= 1:
            break
        d, cost = direction(w, rows)
        w = w + lr * (1 - share) * d
        share += cost / (FIRST["BUDGET"] * len(model.X))
    left = FIRST["excess"](seed, model(w)[0])
    return np.nan_to_num(left, nan=1e9, posinf=1e9), w


@cache
def tuned(name):
    """The setting with the lowest loss after the budget, on the draws for tuning."""

    def loss(setting):
        return np.mean([left_over(seed, name, setting)[0] for seed in FIRST["TUNE"]])

    return min(CONTENDERS[name][1], key=loss)


def run(seed):
    """The excess after the budget, and the accuracy on the test pictures."""
    found = {}
    for name in CONTENDERS:
        left, w = left_over(seed, name, tuned(name))
        found[name] = {
            "excess": left,
            "test": FIRST["least"](seed)[0].accuracy(w, 2),
            "setting": [float(v) for v in tuned(name)],
        }
    return found


def thin():
    """The excess of SGD whose rate falls from 4, on the first draw."""
    return {"excess": left_over(0, "momentum", (4.0, 0.0))[0]}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(5), thin=thin)
