"""Rivals that `slow_down.py` leaves out: momentum, larger batches, and a second drop.

Written after the rest had been seen, and after a first look at these three with fewer seeds.
The account (noise is lost within a few steps, distance is not) must hold for momentum 0.9 and
for batches of 64 as well: a drop after 70% of the steps gains more than one after 10%, and the
straight line at least as much. If the straight line gains more than a drop because a tenth of
the rate still leaves some noise, a second drop to a hundredth must make up for it.
Network, data, judging and grid of rates are those of `slow_down.py`; with momentum all rates
are ten times as small.
"""

import runpy
from pathlib import Path

import numpy as np

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("slow_down.py")))
STEPS, RATES = FIRST["STEPS"], FIRST["RATES"]
KINDS = {  # momentum and batch size
    "momentum 0.9": (0.9, 16),
    "batches of 64": (0.0, 64),
}
PLANS = {"constant": ((1.0, 0.1),)}  # from which share of the steps the rate has which factor
PLANS |= {f"drop {begin}": ((begin, 0.1),) for begin in (0.1, 0.25, 0.7, 0.95)}
SECOND = {f"second drop {b}": ((a, 0.1), (b, 0.01)) for a, b in ((0.5, 0.8), (0.7, 0.9))}
TOLERANCES = {"loss": {"relative": 0.1}}


def rates_of(plan, eta):
    """The rate of each step."""
    u = np.arange(STEPS) / STEPS
    if plan == "ramp":
        return eta * (1 - u)
    rates = np.full(STEPS, eta)
    for begin, factor in (PLANS | SECOND)[plan]:
        rates[u >= begin] = eta * factor
    return rates


def one(seed, plan, eta, momentum=0.0, batch=16):
    """Validation and test loss of one training."""
    (X, y), validation, test = FIRST["data"](seed)
    theta, rng = FIRST["start"](seed), np.random.default_rng(2000 + seed)
    velocity = [np.zeros_like(p) for p in theta]
    for rate in rates_of(plan, eta):
        rows = rng.integers(len(X), size=batch)
        gradients = FIRST["gradient"](theta, X[rows], y[rows])
        for p, v, g in zip(theta, velocity, gradients, strict=True):
            v *= np.float32(momentum)
            v += g
            p -= np.float32(rate) * v
    return [FIRST["judged"](theta, *validation)[0], FIRST["judged"](theta, *test)[0]]


def run(seed):
    """Every contender with every rate: validation and test loss."""
    found = {}
    for kind, (momentum, batch) in KINDS.items():
        scale = 1 - momentum
        for plan in (*PLANS, "ramp"):
            ends = [one(seed, plan, scale * eta, momentum, batch) for eta in RATES]
            found[f"{kind}, {plan}"] = np.round(ends, 4)
    for plan in SECOND:
        found[plan] = np.round([one(seed, plan, eta) for eta in RATES], 4)
    return found


def thin():
    """One training with momentum."""
    return {"loss": one(0, "drop 0.7", 0.025, 0.9)}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(8), thin=thin)
