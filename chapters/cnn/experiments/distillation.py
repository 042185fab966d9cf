"""Does a student learn more from a teacher's probabilities than from labels?

The student sees 500 or 2,000 images, the teacher 4,000. The student learns from the labels,
from smoothed labels, or from the teacher's probabilities at three temperatures. Learning rate,
penalty and epochs are tuned for each kind of target, by the mean validation error over seeds.

It takes about 4 minutes. The page cnn/transfer uses the results.
"""

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn.functional import cross_entropy, softmax
from nnlib.training import fit, loaders, predict

SIZES = (500, 2000)
TEMPERATURES = (1, 2, 4)
SMOOTHINGS = (0.05, 0.2)
GRID = [(lr, lam) for lr in (0.03, 0.1, 0.3, 0.9) for lam in (0.0, 0.003, 0.01)]
EPOCHS = {500: (5, 15, 40, 120), 2000: (2, 4, 10, 30)}

TOLERANCES = {
    "labels": {"absolute": 0.03},
    "teacher": {"absolute": 0.03},
}  # 3 times the spread between seeds


def images():
    """4,000 training, 1,000 validation and 4,000 test images, minus the training mean."""
    (X, y), (X_test, y_test) = fashion_mnist()
    order = np.random.default_rng(0).permutation(5000)
    (X, V), (y, v) = (np.split(a[order], [4000]) for a in (X, y))
    mean = X.mean(axis=0)
    return X - mean, y, V - mean, v, X_test - mean, y_test


def network(X, y, seed, epochs=20):
    """A network with 64 hidden units."""
    nnlib.manual_seed(seed)
    model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    batches = loaders(X, y, batch_size=100, rng=np.random.default_rng(seed))
    fit(model, batches, cross_entropy, optim.SGD(model.parameters(), 0.3), epochs=epochs)
    return model


def every_setting(X, Q, epochs, size=50, seed=0):
    """Yield weights (10 S, 784) and biases (10 S,) of all S settings after each of the epochs.

    All settings are trained side by side, so that one product computes their scores.
    """
    lr, lam = (np.array(column, X.dtype)[:, None, None] for column in zip(*GRID, strict=True))
    S, rng = len(GRID), np.random.default_rng(seed)
    W, b = np.zeros((S * 10, 784), X.dtype), np.zeros(S * 10, X.dtype)
    rate, shrink = np.repeat(lr.ravel(), 10), np.repeat(1 - (lr * lam).ravel(), 10)
    for epoch in range(1, epochs[-1] + 1):
        for i in np.split(rng.permutation(len(X)), range(size, len(X), size)):
            Z = (X[i] @ W.T + b).reshape(len(i), S, 10)
            G = ((softmax(Z, dim=2) - Q[i][:, None]) / len(i)).reshape(len(i), -1) * rate
            W *= shrink[:, None]
            W -= G.T @ X[i]
            b -= G.sum(axis=0)
        if epoch in epochs:
            yield W, b


def targets(y, z):
    """Return the targets of each kind of student, by name: rows of ten probabilities."""
    Q = np.eye(10, dtype=z.dtype)[y]
    by_name = {"labels": Q}
    for e in SMOOTHINGS:
        by_name[f"smooth {e}"] = (1 - e) * Q + z.dtype.type(e / 10)
    for T in TEMPERATURES:
        by_name[f"teacher {T}"] = softmax(z / T, dim=1)
    return by_name


def run(seed):
    """All students of one teacher: validation and test errors for each setting."""
    X, y, V, v, X_test, y_test = images()
    teacher = network(X, y, seed)
    hits = predict(teacher, X_test).argmax(axis=1) == y_test
    out = {"teacher": float(hits.mean())}
    for n in SIZES:
        i = np.random.default_rng(100 + seed).permutation(4000)[:n]
        z = predict(teacher, X[i])
        out[f"contradicts {n}"] = float((z.argmax(axis=1) != y[i]).mean())
        for name, Q in targets(y[i], z).items():
            errors = {"V": [], "test": []}
            for W, b in every_setting(X[i], Q, EPOCHS[n], seed=seed):
                for where, A, t in (("V", V, v), ("test", X_test, y_test)):
                    Z = (A @ W.T + b).reshape(len(A), len(GRID), 10)
                    wrong = (Z.argmax(axis=2) != t[:, None]).sum(axis=0)
                    errors[where].append(wrong.tolist())
            for where, rows in errors.items():
                out[f"{name}, {n}, {where}"] = np.array(rows).T.ravel().tolist()
    return out


def thin():
    """Accuracies of students trained on labels and on the teacher's probabilities at T = 2.

    Only one setting and the first seed.
    """
    X, y, _, _, X_test, y_test = images()
    i = np.random.default_rng(100).permutation(4000)[:500]
    accuracies, rows = {}, targets(y[i], predict(network(X, y, 0), X[i]))
    at = GRID.index((0.3, 0.0))
    for name, key in (("labels", "labels"), ("teacher", "teacher 2")):
        *_, (W, b) = every_setting(X[i], rows[key], (15,))
        Z = X_test @ W[10 * at : 10 * at + 10].T + b[10 * at : 10 * at + 10]
        accuracies[name] = float((Z.argmax(axis=1) == y_test).mean())
    return accuracies


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
