"""What do centring, standardising and whitening change, with 500, 2,000 and 8,000 images?

A linear softmax classifier learns 14 by 14 images by gradient descent on the whole training
set. Each preparation tries three multiples of its own 1 / λ_max. We count the steps to a
training loss of 0.6, and stop for the test where the validation loss is lowest. Images in
[0, 1] learn so slowly that we only count their steps with 2,000 images.

It takes about 5 minutes. The page optimization/preprocessing uses the results.
"""

from functools import cache

import numpy as np

from nnlib import datasets, experiment

SIZES, VALIDATE, CLASSES, TARGET = (500, 2000, 8000), 1000, 10, 0.6
MULTIPLES = {"whitened": (1, 4, 8)}  # the other preparations: 8, 16, 32
STEPS = {"whitened": 40}  # the other preparations: 300
SEEDS = range(10)
TOLERANCES = {"condition": {"relative": 1e-3}, "steps": {"absolute": 5}}


def shrink(X):
    """Images of 14 × 14 pixels from 0 to 1: the mean of each block of four."""
    blocks = X.reshape(len(X), 14, 2, 14, 2).astype(np.float64)
    return blocks.mean(axis=(2, 4)).reshape(len(X), 196)


@cache
def small_images():
    """Both sets of Fashion-MNIST, small, with their labels."""
    return [(shrink(part.X), part.y) for part in datasets.fashion_mnist()]


def data(seed, size):
    """Training, validation and test images with their labels."""
    (X, y), test = small_images()
    order = np.random.default_rng(seed).permutation(len(X))
    a, b = order[VALIDATE : VALIDATE + size], order[:VALIDATE]
    return (X[a], y[a]), (X[b], y[b]), test


def preparations(X):
    """Functions that prepare images, with numbers taken from the images X only."""
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1)
    variances, V = np.linalg.eigh(np.cov(X.T, bias=True))
    kept = variances > 1e-10 * variances[-1]
    return {
        "[0, 1]": lambda Z: Z,
        "centred": lambda Z: Z - mean,
        "standardised": lambda Z: (Z - mean) / deviation,
        "whitened": lambda Z: (Z - mean) @ V[:, kept] / np.sqrt(variances[kept]),
    }


def with_ones(X):
    """Append a column of ones, whose weights are the biases."""
    return np.column_stack([X, np.ones(len(X))]).astype(np.float32)


def softmax(Z):
    """Probabilities of the classes, a row for each sample."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def mean_loss(P, y):
    """Mean cross-entropy of the probabilities P."""
    return float(-np.log(np.maximum(P[np.arange(len(y)), y], 1e-30)).mean())


def descend(X, y, lr, steps, watch):
    """Gradient descent on the whole training set from weights of zero."""
    W, T = np.zeros((X.shape[1], CLASSES), X.dtype), np.eye(CLASSES, dtype=X.dtype)[y]
    for step in range(steps + 1):
        P = softmax(X @ W)
        watch(step, W, mean_loss(P, y))
        W = W - X.dtype.type(lr) * X.T @ (P - T) / len(X)


def largest(A):
    """The eigenvalues of the Hessian of a least-squares fit, the smallest first."""
    A = A.astype(float)
    return np.linalg.eigvalsh(A.T @ A / len(A))


def trial(prepare, sets, multiple, steps):
    """Training losses of one run, and the test accuracy where the validation loss is lowest."""
    (X, y), (X_val, y_val), (X_test, y_test) = sets
    A, A_val, A_test = (with_ones(prepare(Z)) for Z in (X, X_val, X_test))
    best, losses, every = {"validation": np.inf}, [], 5 if steps > 100 else 1

    def watch(step, W, loss):
        losses.append(loss)
        if step % every:
            return
        now = mean_loss(softmax(A_val @ W), y_val)
        if now < best["validation"]:
            best.update({"validation": now, "stop": step, "W": W, "training": loss})

    descend(A, y, multiple / largest(A)[-1], steps, watch)
    W = best.pop("W")
    best["accuracy"] = float((np.argmax(A_test @ W, axis=1) == y_test).mean())
    reached = [k for k, loss in enumerate(losses) if loss < TARGET]
    return best | {"steps": reached[0] if reached else None, "multiple": multiple}, losses


def run(seed):
    """Every preparation and every number of training images."""
    result = {}
    for size in SIZES:
        sets = data(seed, size)
        for name, prepare in preparations(sets[0][0]).items():
            if name == "[0, 1]" and size != 2000:
                continue
            multiples, steps = MULTIPLES.get(name, (8, 16, 32)), STEPS.get(name, 300)
            found = [trial(prepare, sets, m, steps) for m in multiples]
            eigenvalues = largest(with_ones(prepare(sets[0][0])))
            quick = [one for one in found if one[0]["steps"] is not None]
            quickest = min(quick, key=lambda one: one[0]["steps"], default=None)
            judged = min((one for one, _ in found), key=lambda one: one["validation"])
            result[f"{name} {size}"] = {
                "condition": eigenvalues[-1] / max(eigenvalues[0], 1e-12),
                "steps": quickest[0]["steps"] if quickest else None,
                "judged": judged,
            }
            if seed == 0 and size == 2000 and quickest:
                result[f"{name} {size}"]["losses"] = np.round(quickest[1], 4)
    return result


def thin():
    """Standardised images of the first seed: condition number and steps to the target."""
    sets = data(0, 2000)
    prepare = preparations(sets[0][0])["standardised"]
    eigenvalues = largest(with_ones(prepare(sets[0][0])))
    found, _ = trial(prepare, sets, 8, 60)
    return {"condition": eigenvalues[-1] / eigenvalues[0], "steps": found["steps"]}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)
