"""Newton's method by products, other penalties, larger batches: choices set free.

Added after the run of `curvature.py`, on its five draws, with its models and its line search.

1. Newton's method takes its step by conjugate gradients, with products of the Hessian in place
   of the matrix; each product counts one pass. That exact curvature pays in this form is
   refuted if it arrives behind momentum.
2. Batches of 800 in place of 50. That larger batches are a safe cure is refuted if a run of
   L-BFGS ends above the start.
3. The length of the last step, where the pairs come from two batches and from one.
4. BFGS whose matrix starts at a given multiple of the identity, added after a reader's run on
   three of the draws. That the scale at the start is what holds BFGS up is refuted if with one
   of SCALES above 5 it needs more than three quarters of the passes of momentum.
"""

import runpy
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("curvature.py")))
SCOPE = FIRST["race"].__globals__  # where the functions look for PENALTY and BATCH
PENALTIES, RATES, LARGE = (1e-4, 1e-3, 1e-2), (1.0, 0.4, 0.16), 800
RESTS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)  # of the residual, where a step may stop
SCALES = (1, 5, 20, 100, 300)  # of BFGS's matrix at the start
TOLERANCES = {"passes": {"relative": 0.2}}


def by_products(model, until, rest=0.2):
    """Passes of Newton's method by products; a step stops at a share of the residual."""
    X, count = model.X, [0]

    def direction(w, g, s, y):
        p = 1 / (1 + np.exp(-X @ w))
        weights = p * (1 - p)
        d, r = np.zeros_like(g), -g
        q = r
        while r @ r > rest**2 * (g @ g):
            count[0] += 1
            Hq = X.T @ (weights * (X @ q)) / len(X) + SCOPE["PENALTY"] * q
            t = (r @ r) / (q @ Hq)
            d = d + t * q
            last, r = r, r - t * Hq
            q = r + (r @ r) / (last @ last) * q
        return d

    rule = SimpleNamespace(direction=direction, work=0.0)
    rows, _ = FIRST["race"](model, rule, 0.9, until=until)
    return rows[-1, 1] + count[0]


@cache
def tuned_rest():
    """The rest with the fewest passes on the worst of the draws for tuning."""
    draws = [(FIRST["least"](k)[0], FIRST["goal"](k, 1e-6)) for k in FIRST["TUNE"]]
    return min(RESTS, key=lambda rest: max(by_products(*draw, rest) for draw in draws))


def by_formula(model, end, until):
    """Passes of momentum with the rates of the formula for the Hessian at the minimum."""
    low, high = np.linalg.eigvalsh(model.hessian(end))[[0, -1]]
    part = ((high / low) ** 0.5 - 1) / ((high / low) ** 0.5 + 1)
    shares = [share * (1 + part) ** 2 / high for share in (0.9, 0.95, 1)]
    return min(FIRST["plain"](model, lr, part**2, 2000, until)[0][-1, 1] for lr in shares)


def with_penalty(seed, penalty):
    """Passes of L-BFGS, of Newton's method by products and of momentum."""
    SCOPE["PENALTY"] = penalty
    FIRST["least"].cache_clear()
    model, _, end = FIRST["least"](seed)
    until = FIRST["goal"](seed, FIRST["TARGETS"][-1])
    found = [
        FIRST["race"](model, FIRST["LBFGS"](30), 0.9, until=until)[0][-1, 1],
        by_products(model, until),
        by_formula(model, end, until),
    ]
    SCOPE["PENALTY"] = 1e-3
    FIRST["least"].cache_clear()
    return found


def from_scale(model, until, scale):
    """Passes of BFGS whose matrix starts as this multiple of the identity."""
    rule = FIRST["BFGS"](model)
    rule.M = scale * np.eye(len(model.start))
    return FIRST["race"](model, rule, 0.9, until=until)[0][-1, 1]


def left_over(seed, w):
    """The excess, a large number where it is not finite."""
    with np.errstate(all="ignore"):
        share = FIRST["excess"](seed, FIRST["least"](seed)[0](w)[0])
    return np.nan_to_num(share, nan=1e9, posinf=1e9)


def large_batches(seed):
    """The excess after the budget of passes, of momentum and of L-BFGS with three rates."""
    model, passes = FIRST["least"](seed)[0], FIRST["BUDGET"]
    SCOPE["BATCH"] = LARGE
    found = {"momentum": FIRST["momentum_on_batches"](model, 0.8, 0.9, seed, passes)}
    for lr in RATES:
        found[str(lr)] = FIRST["lbfgs_on_batches"](model, lr, 30, seed, passes, "two batches")
    SCOPE["BATCH"] = 50
    return {name: left_over(seed, w) for name, w in found.items()}


def last_step(seed, change):
    """The length of the last step of L-BFGS on batches, with its tuned setting."""
    stored = experiment.load("curvature", folder=Path(__file__).parent).runs[0]["batches"]
    lr, pairs = stored[f"L-BFGS, {change}"]["setting"]
    model = FIRST["Logistic"](seed)
    ends = [
        FIRST["lbfgs_on_batches"](model, lr, int(pairs), seed, passes, change)
        for passes in (20 - 1 / 16, 20)
    ]
    return np.linalg.norm(ends[1] - ends[0])


def run(seed):
    """Passes with each penalty, with 10 pairs, from each scale; larger batches; last steps."""
    found = {"rest": tuned_rest()}
    found["penalties"] = {str(p): with_penalty(seed, p) for p in PENALTIES}
    model, until = FIRST["least"](seed)[0], FIRST["goal"](seed, FIRST["TARGETS"][-1])
    rows = FIRST["race"](model, FIRST["LBFGS"](10), 0.9, until=until)[0]
    found["ten pairs"] = rows[-1, 1]
    found["start"] = {str(scale): from_scale(model, until, scale) for scale in SCALES}
    rows = FIRST["race"](model, FIRST["LBFGS"](30), 0.9, until=until)[0]
    found["whole"] = FIRST["excess"](seed, rows[rows[:, 1] <= FIRST["BUDGET"]][-1, 2])
    found["large"] = large_batches(seed)
    found["last step"] = {name: last_step(seed, name) for name in ("two batches", "one batch")}
    return found


def thin():
    """Passes of Newton's method by products on the first draw."""
    model, until = FIRST["least"](0)[0], FIRST["goal"](0, FIRST["TARGETS"][-1])
    return {"passes": by_products(model, until)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(5), thin=thin)
