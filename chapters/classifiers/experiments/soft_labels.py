"""Does a linear student learn more from a teacher's probabilities than from labels?

The student sees 500 images, the teacher 4,000. Controls replace the teacher's doubts: shuffled
among the wrong classes or spread evenly, averaged or exchanged within a class, its decisions
only, its probabilities with the labels where it contradicts them, and three teachers that saw
the student's images only. Label smoothing, penalties, rates and epochs are tuned for all, by
the mean validation error over the seeds.

It takes about 4 minutes. The page classifiers/soft-labels uses the results.
"""

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn.functional import cross_entropy, softmax
from nnlib.training import fit, loaders, predict

TEMPERATURES = (1, 2, 4, 8)
SMOOTHINGS = (0.05, 0.2, 0.4)
GRID = [(lr, lam) for lr in (0.03, 0.1, 0.3, 0.9) for lam in (0.0, 0.003, 0.01)]
EPOCHS = (5, 15, 40, 120, 400)

TOLERANCES = {
    "labels": {"absolute": 0.03},
    "teacher": {"absolute": 0.03},
}  # 3 times that of seeds


def pictures():
    """4,000 for training, 1,000 for validation, 4,000 test pictures, less the training mean."""
    (X, y), (X_test, y_test) = fashion_mnist()
    order = np.random.default_rng(0).permutation(5000)
    (X, V), (y, v) = (np.split(a[order], [4000]) for a in (X, y))
    mean = X.mean(axis=0)
    return X - mean, y, V - mean, v, X_test - mean, y_test


def network(X, y, seed, epochs=20, V=None, v=None):
    """A network of 64 hidden units, and its validation loss after each epoch."""
    nnlib.manual_seed(seed)
    model = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    sgd = optim.SGD(model.parameters(), 0.3)
    rng, losses, best = np.random.default_rng(seed), [], None
    for _ in range(epochs):
        fit(model, loaders(X, y, batch_size=100, rng=rng), cross_entropy, sgd, epochs=1)
        if V is not None:
            losses.append(float(cross_entropy(predict(model, V), v)))
            if losses[-1] == min(losses):
                best = [p.array.copy() for p in model.parameters()]
    return model, losses, best


def stopped(X, y, seed, epochs, V, v):
    """The network of the lowest validation loss."""
    model, _, best = network(X, y, seed, epochs, V, v)
    for p, array in zip(model.parameters(), best, strict=True):
        p.array[...] = array
    return model


def crossed(X, y, seed, V, v, parts=5):
    """Scores of each picture by a network that saw the others and was stopped."""
    Z = np.zeros((len(X), 10), X.dtype)
    for k in range(parts):
        held = np.arange(len(X)) % parts == k
        Z[held] = predict(stopped(X[~held], y[~held], seed, 60, V, v), X[held])
    return Z


def every_setting(X, Q, size=50, seed=0):
    """Yield the weights and biases of all S settings of the grid, (10 S, 784), at EPOCHS.

    The same steps as those of linear, side by side: the scores of all settings are one product.
    """
    lr, lam = (np.array(column, X.dtype)[:, None, None] for column in zip(*GRID, strict=True))
    S, rng = len(GRID), np.random.default_rng(seed)
    W, b = np.zeros((S * 10, 784), X.dtype), np.zeros(S * 10, X.dtype)
    rate, keep = np.repeat(lr.ravel(), 10), np.repeat(1 - (lr * lam).ravel(), 10)
    for epoch in range(1, EPOCHS[-1] + 1):
        for i in np.split(rng.permutation(len(X)), range(size, len(X), size)):
            Z = (X[i] @ W.T + b).reshape(len(i), S, 10)
            G = ((softmax(Z, dim=2) - Q[i][:, None]) / len(i)).reshape(len(i), -1) * rate
            W *= keep[:, None]
            W -= G.T @ X[i]
            b -= G.sum(axis=0)
        if epoch in EPOCHS:
            yield W, b


def linear(X, Q, lr, lam, epochs, size=50, seed=0):
    """Yield weights and biases after each epoch of gradient descent from zero."""
    rng = np.random.default_rng(seed)
    W, b = np.zeros((10, 784), X.dtype), np.zeros(10, X.dtype)
    for _ in range(epochs):
        for i in np.split(rng.permutation(len(X)), range(size, len(X), size)):
            G = (softmax(X[i] @ W.T + b, dim=1) - Q[i]) / len(i)
            W -= lr * (G.T @ X[i] + lam * W)
            b -= lr * G.sum(axis=0)
        yield W.copy(), b.copy()


def shuffled(R, y, rng):
    """The rows of R, where the nine numbers of the wrong classes have changed places."""
    R = R.copy()
    for row, t in zip(R, y, strict=True):
        wrong = np.arange(10) != t
        row[wrong] = rng.permutation(row[wrong])
    return R


def swapped(R, y, rng):
    """The rows of R, exchanged among the pictures of each class."""
    R = R.copy()
    for k in range(10):
        R[y == k] = rng.permutation(R[y == k])
    return R


def entropy(R):
    """Entropy of each row, in nats."""
    return -(R * np.log(np.maximum(R, 1e-30))).sum(axis=-1)


def even(R, y):
    """Rows with the entropies of R whose doubts are spread evenly over the wrong classes."""
    low, high = np.full(len(R), 0.1), np.full(len(R), 1 - 1e-12)
    goal = np.minimum(entropy(R), np.log(10) - 1e-9)
    for _ in range(60):
        p = (low + high) / 2
        found = -p * np.log(p) - (1 - p) * np.log((1 - p) / 9)
        low, high = np.where(found > goal, p, low), np.where(found > goal, high, p)
    Q = np.repeat((1 - p)[:, None] / 9, 10, axis=1)
    Q[np.arange(len(R)), y] = p
    return Q.astype(R.dtype)


def lessons(X, y, i, z, own, seed):
    """What each student is taught, by name: rows of ten probabilities for its 500 pictures."""
    Q = np.eye(10, dtype=X.dtype)[y[i]]
    rng = np.random.default_rng(1000 + seed)
    found = {"labels": Q, "decisions": np.eye(10, dtype=X.dtype)[z.argmax(axis=1)]}
    for e in SMOOTHINGS:
        found[f"smooth {e}"] = (1 - e) * Q + e / 10
    for T in TEMPERATURES:
        R = softmax(z / T, dim=1)
        found[f"teacher {T}"] = R
        found[f"shuffled {T}"] = shuffled(R, y[i], rng)
        found[f"swapped {T}"] = swapped(R, y[i], rng)
        found[f"class {T}"] = np.array([R[y[i] == k].mean(axis=0) for k in range(10)])[y[i]]
        found[f"even {T}"] = even(R, y[i])
        found[f"agreed {T}"] = np.where((z.argmax(axis=1) != y[i])[:, None], Q, R)
        for name, scores in own.items():
            found[f"{name} {T}"] = softmax(scores / T, dim=1)
    return found


def students(taught, X, V, v, X_test, y_test, i, seed):
    """Validation and test errors of each student, for each setting and number of epochs."""
    out = {}
    for name, R in taught.items():
        errors = {"V": [], "test": []}
        for W, b in every_setting(X[i], R, seed=seed):
            for where, A, t in (("V", V, v), ("test", X_test, y_test)):
                Z = (A @ W.T + b).reshape(len(A), len(GRID), 10)
                errors[where].append((Z.argmax(axis=2) != t[:, None]).sum(axis=0).tolist())
        for where, rows in errors.items():
            out[f"{name} on {where}"] = np.array(rows).T.ravel().tolist()
    return out


def calibrated(Z_V, v, Z, t):
    """T, then accuracy, confidence, loss and gap on the test scores, before and after."""
    grid = np.linspace(0.4, 4, 361)
    T = float(grid[np.argmin([float(cross_entropy(Z_V / s, v)) for s in grid])])
    found = [T]
    for scores in (Z, Z / T):
        p = softmax(scores, dim=1)
        hit, sure = p.argmax(axis=1) == t, p.max(axis=1)
        bins = np.minimum((10 * sure).astype(int), 9)
        gap = np.abs(np.bincount(bins, sure - hit)).sum() / len(t)
        found += [
            float(hit.mean()),
            float(sure.mean()),
            float(cross_entropy(scores, t)),
            float(gap),
        ]
    return found


def run(seed):
    """Five classifiers and their temperatures; all students."""
    X, y, V, v, X_test, y_test = pictures()
    out = {}
    teacher, losses, best = network(X, y, seed, V=V, v=v)
    z_V, z_test = predict(teacher, V), predict(teacher, X_test)
    out["network, 20 epochs"] = calibrated(z_V, v, z_test, y_test)
    out["epochs of the network"] = int(np.argmin(losses)) + 1
    best_net = network(X, y, seed, epochs=0)[0]
    for p, array in zip(best_net.parameters(), best, strict=True):
        p.array[...] = array
    out["network, stopped"] = calibrated(
        predict(best_net, V), v, predict(best_net, X_test), y_test
    )
    Q = np.eye(10, dtype=X.dtype)[y]
    path = list(linear(X, Q, 0.1, 0.0, 25, seed=seed))
    on_V = [float(cross_entropy(V @ W.T + b, v)) for W, b in path]
    W, b = path[int(np.argmin(on_V))]
    out["linear, stopped"] = calibrated(V @ W.T + b, v, X_test @ W.T + b, y_test)
    *_, (W, b) = linear(X, Q, 0.5, 0.0, 100, seed=seed)
    out["linear, 100 epochs"] = calibrated(V @ W.T + b, v, X_test @ W.T + b, y_test)
    i = np.random.default_rng(100 + seed).permutation(4000)[:500]
    small, _, _ = network(X[i], y[i], seed, epochs=30)
    early = stopped(X[i], y[i], seed, 60, V, v)
    z = predict(teacher, X[i])
    own = {
        "own": predict(small, X[i]),
        "early": predict(early, X[i]),
        "crossed": crossed(X[i], y[i], seed, V, v),
    }
    for name, scores in (("", z), *((f" of {name}", own[name]) for name in own)):
        out[f"right on the 500{name}"] = float((scores.argmax(axis=1) == y[i]).mean())
        out[f"entropies{name}"] = [
            float(entropy(softmax(scores / T, dim=1)).mean()) for T in TEMPERATURES
        ]
    out["doubt"] = [
        float(1 - softmax(z / T, dim=1)[np.arange(500), y[i]].mean()) for T in TEMPERATURES
    ]
    for name, model in (("small", small), ("early", early)):
        hits = predict(model, X_test).argmax(axis=1) == y_test
        out[f"{name} teacher"] = float(hits.mean())
    taught = lessons(X, y, i, z, own, seed)
    return out | students(taught, X, V, v, X_test, y_test, i, seed)


def thin():
    """The student of labels and that of the teacher at T = 2, of the first seed."""
    X, y, _, _, X_test, y_test = pictures()
    i = np.random.default_rng(100).permutation(4000)[:500]
    z = predict(network(X, y, 0)[0], X[i])
    found = {}
    for name, R in (
        ("labels", np.eye(10, dtype=X.dtype)[y[i]]),
        ("teacher", softmax(z / 2, dim=1)),
    ):
        *_, (W, b) = linear(X[i], R, 0.3, 0.0, 30)
        found[name] = float(((X_test @ W.T + b).argmax(axis=1) == y_test).mean())
    return found


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
