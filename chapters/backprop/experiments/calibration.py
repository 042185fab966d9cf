"""How well do three methods repair a network's probabilities, also if the images change?

A network learns ten classes of clothes from 4,000 images. Temperature scaling, Platt scaling
and isotonic regression are fitted to 1,000 or 100 other images and compared on 4,000 test
images, unchanged and with noise or a rotation. The temperatures of the network and of a linear
classifier are recorded after each epoch.

It takes about 2 minutes. The page backprop/calibration uses the results.
"""

import numpy as np
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn.functional import cross_entropy, softmax
from nnlib.training import fit, loaders, predict
from nnlib.transforms import rotate

SIZES = (1000, 100)
EPOCHS = 30
SHOWN = 20  # the epoch at which the page stops the network
SHIFTS = {"none": 0, "noise 0.1": 0.1, "noise 0.2": 0.2, "rotation 10": 10, "rotation 20": 20}

TOLERANCES = {
    "temperature": {"absolute": 0.25},
    "loss": {"absolute": 0.05},
    "loss with temperature": {"absolute": 0.05},
}  # 3 times that of seeds


def images(seed):
    """4,000 training, 1,000 validation and 4,000 test images, minus the training mean."""
    (X, y), (X_test, y_test) = fashion_mnist()
    order = np.random.default_rng(seed).permutation(5000)
    (X, V), (y, v) = (np.split(a[order], [4000]) for a in (X, y))
    mean = X.mean(axis=0)
    return X - mean, y, V - mean, v, X_test, y_test, mean


def network():
    """A network with 64 hidden units."""
    return nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))


def linear():
    """A linear classifier."""
    return nn.Sequential(nn.Linear(784, 10))


def loss_of(p, t):
    """Mean log loss of probabilities p (N, 10); a probability of 0 counts as 1e-6."""
    return float(-np.log(np.maximum(p[np.arange(len(t)), t], 1e-6)).mean())


def measures(p, t):
    """Accuracy, mean confidence, log loss, Brier score, ECE, zeros for the true class."""
    hit, sure = p.argmax(axis=1) == t, p.max(axis=1)
    bins = np.minimum((10 * sure).astype(int), 9)
    gap = np.abs(np.bincount(bins, sure - hit)).sum() / len(t)
    brier = ((p - np.eye(10)[t]) ** 2).sum(axis=1).mean()
    zeros = int((p[np.arange(len(t)), t] < 1e-6).sum())
    return [float(v) for v in (hit.mean(), sure.mean(), loss_of(p, t), brier, gap)] + [zeros]


def best_temperature(Z, t):
    """The temperature with the lowest loss."""
    grid = np.geomspace(0.4, 6, 200)
    return float(grid[np.argmin([loss_of(softmax(Z / T, dim=1), t) for T in grid])])


def one_against_rest(kind, Z, t, new):
    """Probabilities of new scores from a curve for each class, normalised in each row."""
    P, Q = softmax(Z, dim=1), softmax(new, dim=1)
    out = np.zeros(Q.shape)
    for k in range(10):
        is_k = (t == k).astype(int)
        if kind == "isotonic":
            curve = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
            out[:, k] = curve.fit(P[:, k], is_k).predict(Q[:, k])
        else:
            logit = [np.log(p[:, k] + 1e-12) - np.log1p(1e-12 - p[:, k]) for p in (P, Q)]
            curve = LogisticRegression(C=1e6, max_iter=1000).fit(logit[0][:, None], is_k)
            out[:, k] = curve.predict_proba(logit[1][:, None])[:, 1]
    total = out.sum(axis=1, keepdims=True)
    return np.where(total > 0, out / np.where(total > 0, total, 1), 0.1)


def shifted(X, name, rng):
    """Test images with noise or a rotation."""
    kind, _, size = name.partition(" ")
    if kind == "noise":
        return (X + rng.normal(0, float(size), X.shape)).astype(X.dtype)
    if kind == "rotation":
        angles = rng.choice([-1.0, 1.0], len(X)) * float(size)
        return rotate(X.reshape(-1, 1, 28, 28), angles).reshape(len(X), 784).astype(X.dtype)
    return X


def path(make, lr, X, y, V, v, seed):
    """Yield the model and its validation scores after each epoch."""
    nnlib.manual_seed(seed)
    model = make()
    sgd, rng = optim.SGD(model.parameters(), lr), np.random.default_rng(seed)
    for _ in range(EPOCHS):
        fit(model, loaders(X, y, batch_size=100, rng=rng), cross_entropy, sgd, epochs=1)
        yield model, predict(model, V).astype(float)


def run(seed):
    """All methods on one network, and the temperatures during two training runs."""
    X, y, V, v, X_test, y_test, mean = images(seed)
    rng, out = np.random.default_rng(1000 + seed), {}
    tests = {name: shifted(X_test, name, rng) - mean for name in SHIFTS}
    for kind, make, lr in (("network", network, 0.3), ("linear", linear, 0.3)):
        rows, lowest = [], np.inf
        for epoch, (model, Z_V) in enumerate(path(make, lr, X, y, V, v, seed), start=1):
            on_V = loss_of(softmax(Z_V, dim=1), v)
            T = best_temperature(Z_V, v)
            p_V, hit = softmax(Z_V, dim=1), Z_V.argmax(axis=1) == v
            on_X = predict(model, X).astype(float)
            rows.append(
                [
                    loss_of(softmax(on_X, dim=1), y),
                    float((on_X.argmax(axis=1) == y).mean()),
                    on_V,
                    float(hit.mean()),
                    float(p_V.max(axis=1).mean()),
                    T,
                ]
            )
            if on_V < lowest:
                lowest = on_V
                Z_best = predict(model, tests["none"]).astype(float)
                out[f"{kind}, stopped"] = [T, *measures(softmax(Z_best, dim=1), y_test)]
                out[f"{kind}, epoch"] = epoch
            if kind == "network" and epoch == SHOWN:
                Z_fit = Z_V
                Z_new = {name: predict(model, A).astype(float) for name, A in tests.items()}
        Z_end = predict(model, tests["none"]).astype(float)
        out[f"{kind}, end"] = [rows[-1][-1], *measures(softmax(Z_end, dim=1), y_test)]
        out[f"{kind}, path"] = rows
    for size in SIZES:
        Z, t = Z_fit[:size], v[:size]
        T = best_temperature(Z, t)
        out[f"temperature {size}"] = T
        for name, new in Z_new.items():
            methods = {
                "temperature": softmax(new / T, dim=1),
                "platt": one_against_rest("platt", Z, t, new),
                "isotonic": one_against_rest("isotonic", Z, t, new),
            }
            if size == SIZES[0]:
                out[f"as trained, {name}"] = measures(softmax(new, dim=1), y_test)
                own = best_temperature(new, y_test)
                out[f"own temperature, {name}"] = [
                    own,
                    *measures(softmax(new / own, dim=1), y_test),
                ]
            for method, p in methods.items():
                out[f"{method} {size}, {name}"] = measures(p, y_test)
    return out


def thin():
    """The network of the first seed after a few epochs, and its temperature."""
    X, y, V, v, X_test, y_test, mean = images(0)
    steps = path(network, 0.3, X, y, V, v, 0)
    for _ in range(5):
        model, Z_V = next(steps)
    T, Z = best_temperature(Z_V, v), predict(model, X_test - mean).astype(float)
    before, after = (loss_of(softmax(Z / s, dim=1), y_test) for s in (1, T))
    return {"temperature": T, "loss": before, "loss with temperature": after}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
