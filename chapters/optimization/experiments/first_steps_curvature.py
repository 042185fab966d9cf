"""What forbids a rate at the start: the length of the first gradients, or the curvature there.

Both fall along the first steps, and warm-up, clipping and better weights lessen the harm of
either. A contender that tells them apart: *hold* the rate at a small value for the first 30
steps, then go on at once with the line that falls from the full rate. For each hold and each
scale of the weights: the length of the gradients and the largest curvature where the full rate
begins, and the largest rate that survives. Written after trials on the draws 0 to 7 and before
this run, which has draws of its own:

1. if the length of the first gradients forbids a rate, a hold that leaves gradients several
   times as short must raise the surviving rate as much as warm-up does;
2. that the curvature orders the settings better than the length, over holds and scales, is
   refuted if its rank correlation with the surviving rate is not the stronger one.

A first run found the curvature by differences of gradients, which are wrong by a spike where a
unit of ReLU turns on between the two; here the products with the Hessian are exact.
"""

import runpy
from pathlib import Path

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from nnlib import experiment

FIRST = runpy.run_path(str(Path(__file__).with_name("first_steps.py")))
GAINS = (1.0, 1.25, 1.5)
HELD = 30  # steps of 300
HOLDS = (None, 2.0**-7, 2.0**-5, 2.0**-4, 2.0**-3)  # None: no hold
WARM = (0.1, 0.3)
RATES = tuple(2.0 ** (np.arange(-14, 3) / 4))
LOOKS = (0, 2, 5, 10, 20, 30, 45, 60, 90)
TOLERANCES = {"length": {"relative": 0.1}, "curvature": {"relative": 0.2}}


def flat(layers):
    """All weights and biases, or their gradients, as one vector."""
    return np.concatenate([p.ravel() for layer in layers for p in layer])


def layered(vector, like):
    """The same numbers as weights and biases, layer by layer."""
    parts, at = [], 0
    for W, b in like:
        parts.append((vector[at:][: W.size].reshape(W.shape), vector[at + W.size :][: b.size]))
        at += W.size + b.size
    return parts


def curvature(layers, X, y, small=1e-20):
    """The largest eigenvalue of the Hessian H.

    The gradient at w + i small d is that at w plus i small H d, so its imaginary part gives the
    product H d without a difference of two gradients.
    """
    w = flat(layers).astype(float)

    def product(d):
        moved = layered(w + 1j * small * d.ravel(), layers)
        return flat(FIRST["gradient"](moved, X.astype(float), y)).imag / small

    hessian = LinearOperator((w.size, w.size), matvec=product, dtype=float)
    begin = np.random.default_rng(0).normal(size=w.size)
    return float(eigsh(hessian, k=1, which="LA", tol=0.01, ncv=12, v0=begin)[0][0])


def length(layers, X, y):
    """The mean length of the gradient of sixteen batches."""
    batches = [slice(k, k + FIRST["BATCH"]) for k in range(0, 1024, FIRST["BATCH"])]
    lengths = [np.linalg.norm(flat(FIRST["gradient"](layers, X[s], y[s]))) for s in batches]
    return float(np.mean(lengths))


def measured(layers, seed):
    """Length of the gradient and largest curvature, on pictures of the training set."""
    X, y = FIRST["data"](seed)[0]
    return [round(length(layers, X, y), 3), round(curvature(layers, X[:512], y[:512]), 3)]


def rates_of(name, eta, setting):
    """A straight line to 0, with a warm-up or with a small rate held at first."""
    if name == "warm-up":
        return FIRST["rates_of"](name, eta, setting)
    rates = FIRST["rates_of"]("neither", eta, None)
    if setting:
        rates[:HELD] = np.minimum(rates[:HELD], setting)
    return rates


def survives(seed, gain, name, setting):
    """The largest rate up to which no training fails, that is, ends with a loss above 2."""
    last = 0.0
    for eta in RATES:
        layers, _ = FIRST["train"](seed, gain, rates_of(name, eta, setting))
        if FIRST["judged"](layers, *FIRST["data"](seed)[2]) > 2:
            break
        last = eta
    return last


def after(seed, gain, hold):
    """Length and curvature where the full rate begins."""
    rates = np.full(HELD, hold) if hold else []
    return measured(FIRST["train"](seed, gain, rates)[0], seed)


def path(seed, rates):
    """Length and curvature after some of these steps, from the larger weights."""
    looks = [k for k in LOOKS if k <= len(rates)]
    return [measured(FIRST["train"](seed, 1.5, rates[:k])[0], seed) for k in looks]


def run(seed):
    """Surviving rates, lengths and curvatures by scale and hold."""
    found = {}
    for gain in GAINS:
        found[f"{gain} hold"] = [survives(seed, gain, "hold", hold) for hold in HOLDS]
        found[f"{gain} warm-up"] = [survives(seed, gain, "warm-up", share) for share in WARM]
        found[f"{gain} after"] = [after(seed, gain, hold) for hold in HOLDS]
    warm = rates_of("warm-up", 2.0**-1.5, 0.3)
    return found | {
        "path held": path(seed, np.full(HELD, 2.0**-5)),
        "path warm-up": path(seed, warm),
    }


def thin():
    """Length and curvature at the start, from the larger weights."""
    return dict(zip(("length", "curvature"), after(8, 1.5, None), strict=True))


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(8, 16), thin=thin)
