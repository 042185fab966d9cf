"""Hinge loss or cross-entropy, with the same penalty?

Both are also trained without the images whose true class leads by the margin.

It takes about 15 minutes. The page classifiers/svm uses the results.
"""

import numpy as np
from scipy.optimize import minimize

from nnlib import experiment
from nnlib.classifiers import LinearSVM
from nnlib.datasets import fashion_mnist

NOISE = (0.0, 0.3)  # share of the labels that are drawn anew, whatever they were
PRICES = {  # of the loss beside the penalty ½‖W‖²; each contender has a range of its own
    "hinge": (3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1),
    "worst rival": (1e-3, 3e-3, 0.01, 0.03, 0.1),
    "softmax": (3e-3, 0.01, 0.03, 0.1, 0.3, 1.0),
    "least squares": (1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3),
}
RATES, EPOCHS = (3e-3, 0.01, 0.03, 0.1, 0.3, 1.0), 40  # of the trainings that are stopped
ON_LINE = 1e-3  # a lead that exceeds 1 by less counts as on the margin
TOLERANCES = {
    "hinge": {"absolute": 0.01},  # seeds: 0.003
    "softmax": {"absolute": 0.01},
    "support": {"absolute": 40},  # of 4,000
}


def data(noise, seed):
    """4,000 training and 1,000 validation images with label noise, and 4,000 test images."""
    (X, y), (X_test, y_test) = fashion_mnist()
    rng = np.random.default_rng(1000 + seed)
    bad = rng.random(len(y)) < noise
    t = np.where(bad, rng.integers(10, size=len(y)), y)
    learn, keep = np.split(rng.permutation(len(X)), [4000])
    mean = X[learn].mean(axis=0)
    A, V, A_test = (with_ones(np.float64(M - mean)) for M in (X[learn], X[keep], X_test))
    return A, t[learn], V, t[keep], A_test, y_test


def with_ones(X):
    """The inputs with a constant feature of 1, whose weight is the bias."""
    return np.column_stack([X, np.ones(len(X))])


def softmax(A, t, C):
    """Minimize ½‖W‖² + C Σ cross-entropy, until the gradient is below 0.001."""
    Q = np.eye(10)[t]

    def objective(w):
        W = w.reshape(10, -1)
        Z = A @ W.T
        Z -= Z.max(axis=1, keepdims=True)
        E = np.exp(Z)
        total = E.sum(axis=1)
        loss = np.log(total).sum() - (Z * Q).sum()
        G = W + C * (E / total[:, None] - Q).T @ A
        return w @ w / 2 + C * loss, G.ravel()

    start = np.zeros(10 * A.shape[1])
    limits = {"maxiter": 5000, "maxfun": 10_000, "gtol": 1e-3, "ftol": 1e-14, "maxcor": 20}
    optimum = minimize(objective, start, jac=True, method="L-BFGS-B", options=limits)
    return optimum.x.reshape(10, -1)


def svm(A, t, C, loss="weston_watkins", tol=1e-3):
    """Minimize ½‖W‖² + C Σ hinge loss, up to a proven relative duality gap."""
    how = {
        "loss": loss,
        "tol": tol,
        "max_iter": 3000,
        "fit_intercept": False,
        "random_state": 0,
    }
    return LinearSVM(C, **how).fit(A, t).coef_


def least_squares(A, t, C):
    """Ridge regression on the one-hot labels."""
    return np.linalg.solve(A.T @ A + np.eye(A.shape[1]) / C, A.T @ np.eye(10)[t]).T


FITS = {
    "hinge": svm,
    "worst rival": lambda A, t, C: svm(A, t, C, "crammer_singer"),
    "softmax": softmax,
    "least squares": least_squares,
}


def hits(W, A, t):
    """Which predictions are correct."""
    return (A @ W.T).argmax(axis=1) == t


def tuned(name, A, t, V, v):
    """The weights for the C with the most correct validation predictions, and this C."""
    models = {C: FITS[name](A, t, C) for C in PRICES[name]}
    best = max(models, key=lambda C: hits(models[C], V, v).mean())
    return models[best], best


def stopped(loss, A, t, V, v, seed):
    """Without a penalty: the rate and epoch with the most correct validation predictions."""
    best, A = (-1.0, None, None), np.float32(A)
    for rate in RATES:
        rng, W = np.random.default_rng(seed), np.zeros((10, A.shape[1]), np.float32)
        for epoch in range(EPOCHS):
            for i in np.split(rng.permutation(len(A)), range(50, len(A), 50)):
                W -= rate / len(i) * GRADIENTS[loss](A[i] @ W.T, t[i]).T @ A[i]
            right = hits(W, V, v).mean()
            if right > best[0]:
                best = right, W.copy(), [rate, epoch + 1]
    return best[1:]


def of_softmax(Z, t):
    """Gradient of each image's cross-entropy with respect to its scores."""
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    P[np.arange(len(t)), t] -= 1
    return P


def of_hinge(Z, t):
    """Gradient of each image's hinge loss with respect to its scores: 0, 1 or -count."""
    n = np.arange(len(t))
    G = (Z - Z[n, t][:, None] + 1 > 0).astype(Z.dtype)
    G[n, t] = 0
    G[n, t] = -G.sum(axis=1)
    return G


GRADIENTS = {"hinge": of_hinge, "softmax": of_softmax}


def leads(W, A, t):
    """How far the true class's score is above the largest other score."""
    Z, n = A @ W.T, np.arange(len(t))
    own = Z[n, t].copy()
    Z[n, t] = -np.inf
    return own - Z.max(axis=1)


def run(seed):
    """Tune and train all contenders on one draw of the images; then retrain on fewer images."""
    results = {}
    for noise, label in zip(NOISE, ("", ", noisy"), strict=True):
        A, t, V, v, A_test, y_test = data(noise, seed)
        models = {}
        for name in FITS:
            models[name], results[f"{name}{label}: chosen"] = tuned(name, A, t, V, v)
        for loss in GRADIENTS:
            name = f"{loss}, stopped"
            models[name], results[f"{name}{label}: chosen"] = stopped(loss, A, t, V, v, seed)
        right = {name: hits(W, A_test, y_test) for name, W in models.items()}
        for name in right:
            results[f"{name}{label}"] = float(right[name].mean())
        results[f"only hinge right{label}"] = int((right["hinge"] & ~right["softmax"]).sum())
        results[f"only softmax right{label}"] = int((right["softmax"] & ~right["hinge"]).sum())
        if not noise:
            prices = {name: results[f"{name}: chosen"] for name in GRADIENTS}
            draw = A, t, V, v, A_test, y_test
            results |= without_the_easy(models["softmax"], prices, draw, seed)
    return results


def without_the_easy(S, prices, draw, seed):
    """Train again on the support vectors only, on a random subset, and on the rest."""
    A, t, V, v, A_test, y_test = draw
    W = svm(A, t, prices["hinge"], tol=1e-6)
    lead = leads(W, A, t)
    support = lead < 1 + ON_LINE
    n = int(support.sum())
    some = np.isin(np.arange(len(A)), np.random.default_rng(seed).choice(len(A), n, False))
    out = {"support": n}
    for name, kept in (("support vectors", support), ("random", some), ("rest", ~support)):
        again = svm(A[kept], t[kept], prices["hinge"], tol=1e-6)
        out[f"hinge on {name}: moved"] = float(np.linalg.norm(again - W) / np.linalg.norm(W))
        out[f"hinge on {name}: changed"] = changed(again, W, A_test)
        out[f"hinge on {name}"] = float(hits(again, A_test, y_test).mean())
        again, out[f"softmax on {name}: chosen"] = tuned("softmax", A[kept], t[kept], V, v)
        out[f"softmax on {name}"] = float(hits(again, A_test, y_test).mean())
    again = softmax(A[support], t[support], prices["softmax"])
    out["softmax: moved"] = float(np.linalg.norm(again - S) / np.linalg.norm(S))
    out["softmax: changed"] = changed(again, S, A_test)
    pull = -of_softmax(A @ S.T, t)[np.arange(len(t)), t]  # 1 − p of the truth
    out["pull of right ones"] = float(pull[leads(S, A, t) > 0].sum() / pull.sum())
    out["right"] = float((leads(S, A, t) > 0).mean())
    out["pull of the rest"] = float(pull[~support].sum() / pull.sum())
    ranked = np.cumsum(pull[lead.argsort()]) / pull.sum()  # smallest leads first
    out["pull by rank"] = ranked[99::100].round(4)
    return out


def changed(one, other, A_test):
    """How many predictions on the test set differ."""
    return int(((A_test @ one.T).argmax(axis=1) != (A_test @ other.T).argmax(axis=1)).sum())


def thin():
    """The first draw, with one value of C for each loss."""
    A, t, _, _, A_test, y_test = data(0.0, 0)
    W = svm(A, t, 0.01)
    return {
        "hinge": float(hits(W, A_test, y_test).mean()),
        "softmax": float(hits(softmax(A, t, 0.1), A_test, y_test).mean()),
        "support": int((leads(W, A, t) < 1 + 0.02).sum()),
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
