"""What happens to the test error when a model gets more and more random features?

Ten outputs are fitted by least squares to the one-hot labels of 300 images. Among the exact
fits, we take the one with the smallest weights. With a penalty, lambda is chosen on 1,000
validation images for each number of features. All errors are measured on the test set.

The claims, from a trial with seed 0: without a penalty the error rate has a peak where there
are as many features as training images, and with 2,000 features it is lower than anywhere
before the peak. With a penalty there is no peak. Three settings are then changed: 100 training
images, 40% random labels, and tanh features. For these, only the peak is claimed.

It takes about a minute. The page classifiers/generalization uses the results.
"""

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

SIZES = (10, 20, 40, 70, 100, 150, 200, 250, 300, 350, 400, 600, 1000, 2000)
PENALTIES = (0.01, 0.1, 0.3, 1, 3, 10, 30, 100, 300)
SETS = 4  # training sets without a common image, for the variance
TOLERANCES = {"rate": {"absolute": 0.03}}


def relu(z):
    """The larger of 0 and z."""
    return np.maximum(0, z)


def prepared(seed, N, activation, share, most):
    """Features and one-hot targets of the training sets, and features of the other images."""
    (X, y), (X_test, y_test) = fashion_mnist()
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(X))
    train, val = order[: SETS * N], order[SETS * N :][:1000]
    mean = X[train].mean(axis=0)
    R = rng.standard_normal((784, most), dtype="float32") / 28
    t = y[train].copy()
    drawn = rng.random(len(t)) < share
    t[drawn] = rng.integers(0, 10, drawn.sum())

    def features(images):
        return activation((images - mean) @ R).astype(float)

    return (
        features(X[train]).reshape(SETS, N, most),
        np.eye(10)[t].reshape(SETS, N, 10),
        (features(X[val]), y[val]),
        (features(X_test), y_test),
    )


def smallest(F, T):
    """Least squares; if several fits are exact, the one with the smallest weights."""
    if F.shape[1] > 1.3 * len(F):  # well conditioned
        return F.T @ np.linalg.solve(F @ F.T, T)
    return np.linalg.lstsq(F, T, rcond=None)[0]


def ridges(F, T):
    """The weights for each penalty, (penalties, k, 10)."""
    values, U = np.linalg.eigh(F @ F.T)
    return np.array([F.T @ (U @ ((U.T @ T) / (values + p)[:, None])) for p in PENALTIES])


def errors(outputs, y):
    """The fraction of wrong predictions."""
    return (outputs.argmax(axis=-1) != y).mean(axis=-1)


def curve(seed, N=300, activation=relu, share=0.0, sizes=SIZES, penalised=True):
    """Error rates, and the parts of the squared error, for each number of features."""
    F, T, (V, v), (E, e) = prepared(seed, N, activation, share, sizes[-1])
    curves = {"rate": [], "variance": [], "rest": [], "train": [], "ridge": []}
    for k in sizes:
        W = [smallest(f[:, :k], t) for f, t in zip(F, T, strict=True)]
        outputs = np.array([E[:, :k] @ w for w in W])  # (SETS, 4000, 10)
        square = ((outputs - np.eye(10)[e]) ** 2).sum(axis=2).mean()
        variance = outputs.var(axis=0, ddof=1).sum(axis=1).mean()
        curves["rate"].append(errors(outputs, e).mean())
        curves["variance"].append(variance)
        curves["rest"].append(square - variance)
        known = np.array([f[:, :k] @ w for f, w in zip(F, W, strict=True)])
        curves["train"].append((known.argmax(axis=2) != T.argmax(axis=2)).mean())
        if penalised:
            judged = []
            for f, t in zip(F, T, strict=True):
                each = ridges(f[:, :k], t)
                best = errors(V[:, :k] @ each, v).argmin()
                judged.append(errors(E[:, :k] @ each[best], e))
            curves["ridge"].append(np.mean(judged))
    return {name: np.round(values, 5) for name, values in curves.items() if values}


def run(seed):
    """The curves of one draw of images and features, and of three variants of the settings."""
    curves = curve(seed)
    free = {
        "few": {"N": 100},
        "noisy": {"share": 0.4},
        "tanh": {"activation": np.tanh},
    }
    for name, setting in free.items():
        part = curve(seed, **setting)
        curves |= {f"{name}_rate": part["rate"], f"{name}_ridge": part["ridge"]}
    return curves


def thin():
    """Error rates for three numbers of features, with the first seed."""
    return {"rate": curve(1, sizes=(30, 100, 400), penalised=False)["rate"]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 11), thin=thin)
