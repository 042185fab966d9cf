"""Does a smaller condition number mean fewer steps? Eight ways to prepare images.

A linear softmax classifier learns 14 by 14 images by gradient descent on the whole training
set, at eight multiples of 1 / λ_max.

It takes about 3 minutes. The page optimization/preprocessing uses the results.
"""

from functools import cache

import numpy as np

from nnlib import datasets, experiment

TRAIN, VALIDATE, CLASSES, STEPS, EVERY = 2000, 2000, 10, 600, 5
SEEDS = range(5)
TARGETS = (0.6, 0.5)
MULTIPLES = (0.5, 1, 2, 4, 8, 16, 32, 64)
SHARES = (0.5, 0.3, 0.1)
TOLERANCES = {  # several times the spread over seeds and processors
    "condition": {"relative": 1e-4},
    "steps": {"absolute": 5},
}


def shrink(X):
    """Pictures of 14 × 14 pixels from 0 to 255: the mean of each block of four."""
    blocks = X.reshape(len(X), 14, 2, 14, 2).astype(float)
    return 255 * blocks.mean(axis=(2, 4)).reshape(len(X), 196)


@cache
def data(seed):
    """Training, validation and test pictures with their labels."""
    train, test = datasets.fashion_mnist()
    order = np.random.default_rng(seed).permutation(len(train.X))
    a, b = order[:TRAIN], order[TRAIN : TRAIN + VALIDATE]
    X = shrink(train.X)
    return (X[a], train.y[a]), (X[b], train.y[b]), (shrink(test.X), test.y)


def preparations(X):
    """Functions that prepare pictures, with numbers taken from the pictures X alone."""
    mean, deviation = X.mean(axis=0), X.std(axis=0)
    deviation = np.where(deviation > 0, deviation, 1)
    variances, V = np.linalg.eigh(np.cov(X.T, bias=True))
    top = V[:, -40:]
    return {
        "raw": lambda Z: Z,
        "[0, 1]": lambda Z: Z / 255,
        "[−1, 1]": lambda Z: (Z - 127.5) / 127.5,
        "centred": lambda Z: (Z - mean) / 255,
        "standardised": lambda Z: (Z - mean) / deviation,
        "whitened": lambda Z: (Z - mean) @ V / np.sqrt(variances),
        "40 directions": lambda Z: (Z - mean) @ top / 255,
        "40 whitened": lambda Z: (Z - mean) @ top / np.sqrt(variances[-40:]),
    }


def with_ones(X):
    """Append a column of ones, whose weights are the biases."""
    return np.column_stack([X, np.ones(len(X))])


def softmax(Z):
    """Probabilities of the classes, a row for each sample."""
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return E / E.sum(axis=1, keepdims=True)


def mean_loss(P, y):
    """Mean cross-entropy of the probabilities P."""
    return -np.log(np.maximum(P[np.arange(len(y)), y], 1e-300)).mean()


def descend(X, y, lr, steps, watch):
    """Gradient descent on the whole training set from weights of zero."""
    W, T = np.zeros((X.shape[1], CLASSES)), np.eye(CLASSES)[y]
    for step in range(steps + 1):
        P = softmax(X @ W)
        watch(step, W, mean_loss(P, y))
        W = W - lr * X.T @ (P - T) / len(X)


def predicted_steps(X, y):
    """Steps of a least-squares fit at rate 1 / λ_max until each share of its excess is left."""
    lam, V = np.linalg.eigh(X.T @ X / len(X))
    lam, V = lam[lam > 1e-10 * lam[-1]], V[:, lam > 1e-10 * lam[-1]]
    T = np.eye(CLASSES)[y] - 1 / CLASSES
    share = ((V.T @ X.T @ T) ** 2).sum(axis=1) / lam
    share, factor = share / share.sum(), 1 - lam / lam[-1]
    left = np.array([share @ factor ** (2 * t) for t in range(2000)])
    return [int(np.argmax(left <= part)) for part in SHARES]


def trial(name, seed, multiple, steps=STEPS, targets=TARGETS):
    """One run: losses, first step at each target, accuracy where validation is best."""
    (X, y), (X_val, y_val), (X_test, y_test) = data(seed)
    prepare = preparations(X)[name]
    A, A_val, A_test = (with_ones(prepare(Z)) for Z in (X, X_val, X_test))
    best = {"validation loss": np.inf}
    losses, val_losses = [], []

    def watch(step, W, loss):
        losses.append(loss)
        if step % EVERY:
            return
        val_losses.append(mean_loss(softmax(A_val @ W), y_val))
        if val_losses[-1] < best["validation loss"]:
            best.update(
                {"validation loss": val_losses[-1], "stop": step, "W": W, "training loss": loss}
            )

    lr = multiple / np.linalg.eigvalsh(A.T @ A / len(A))[-1]
    descend(A, y, lr, steps, watch)
    W = best.pop("W")
    best["accuracy"] = (np.argmax(A_test @ W, axis=1) == y_test).mean()
    first = [next((k for k, v in enumerate(losses) if v < target), None) for target in targets]
    return {
        **best,
        "steps": first,
        "lr": lr,
        "multiple": multiple,
        "losses": losses,
        "val_losses": val_losses,
    }


def fewest(found, k):
    """The run that needed the fewest steps to the target, or none."""
    reached = [t for t in found if t["steps"][k] is not None]
    return min(reached, key=lambda t: t["steps"][k], default=None)


def run(seed):
    """Every contender with every rate."""
    X, y = data(seed)[0]
    result = {}
    for name, prepare in preparations(X).items():
        A = with_ones(prepare(X))
        lam = np.linalg.eigvalsh(A.T @ A / len(A))
        found = [trial(name, seed, m) for m in MULTIPLES]
        quickest = [fewest(found, k) or {"steps": [None] * 2, "multiple": None} for k in (0, 1)]
        judged = min(found, key=lambda t: t["validation loss"])
        result[name] = {
            "condition": lam[-1] / lam[0],
            "largest": lam[-1],
            "predicted": predicted_steps(A, y),
            "steps": [t["steps"][k] for k, t in enumerate(quickest)],
            "multiple": [t["multiple"] for t in quickest],
            "judged": {k: v for k, v in judged.items() if k not in ("losses", "val_losses")},
        }
        if seed == 0:
            quick = fewest(found, 1) or found[-1]
            result[name]["losses"] = np.round(quick["losses"][:301:5], 4)
            result[name]["val_losses"] = np.round(quick["val_losses"][:61], 4)
    return result


def thin():
    """Standardised pictures of the first seed: condition number, steps to the first target."""
    X = data(0)[0][0]
    A = with_ones(preparations(X)["standardised"](X))
    lam = np.linalg.eigvalsh(A.T @ A / len(A))
    return {
        "condition": lam[-1] / lam[0],
        "steps": trial("standardised", 0, 8, 100)["steps"][0],
    }


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)
