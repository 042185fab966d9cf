"""Why does the hinge loss lose to softmax: its corner, or the sum over the other classes?

Both losses are tried with a sum and with a log-sum over the other classes.

It takes less than a minute. The page classifiers/svm uses the results.
"""

import runpy
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from nnlib import experiment

main = runpy.run_path(str(Path(__file__).with_name("margin_or_likelihood.py")))
data, hits, FITS = main["data"], main["hits"], main["FITS"]

PRICES = (3e-3, 0.01, 0.03, 0.1, 0.3)
TOLERANCES = {"summed": {"absolute": 0.01}}  # seeds: 0.004


def summed(A, t, C):
    """Least ½‖W‖² + C Σ ln(1 + exp(rival − truth)), over photographs and their rivals."""
    n, truth = np.arange(len(t)), np.eye(10)[t] > 0

    def objective(w):
        W = w.reshape(10, -1)
        Z = A @ W.T
        gaps = Z - Z[n, t][:, None]
        losses = np.where(truth, 0, np.logaddexp(0, gaps))
        G = np.where(truth, 0, np.exp(-np.logaddexp(0, -gaps)))
        G[n, t] = -G.sum(axis=1)
        return w @ w / 2 + C * losses.sum(), (W + C * G.T @ A).ravel()

    start = np.zeros(10 * A.shape[1])
    limits = {"maxiter": 5000, "maxfun": 10_000, "gtol": 1e-3, "ftol": 1e-14, "maxcor": 20}
    found = minimize(objective, start, jac=True, method="L-BFGS-B", options=limits)
    return found.x.reshape(10, -1)


def run(seed):
    """Which test photographs four losses classify correctly in one draw, as bits."""
    stored = experiment.load("margin_or_likelihood", Path(__file__).parent)
    A, t, V, v, A_test, y_test = data(0.0, seed)
    models = {
        name: FITS[name](A, t, stored.runs[seed][f"{name}: chosen"])
        for name in ("hinge", "worst rival", "softmax")
    }
    tried = {C: summed(A, t, C) for C in PRICES}
    best = max(PRICES, key=lambda C: hits(tried[C], V, v).mean())
    models["summed"] = tried[best]
    right = {name: hits(W, A_test, y_test) for name, W in models.items()}
    return {
        "chosen": best,
        "bits": {name: np.packbits(r).tobytes().hex() for name, r in right.items()},
        **{name: float(r.mean()) for name, r in right.items()},
    }


def thin():
    """The new loss on 1,000 photographs, at one price."""
    A, t, _, _, A_test, y_test = data(0.0, 0)
    return {"summed": float(hits(summed(A[:1000], t[:1000], 0.1), A_test, y_test).mean())}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
