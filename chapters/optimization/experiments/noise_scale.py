"""How many steps does training need with six batch sizes?

Batches are drawn with replacement, as the theory assumes. The rate of each batch size needs the
fewest steps on two seeds for tuning. The noise scale is measured during training, with and
without the Hessian.

It takes about 2 minutes. The page optimization/sgd uses the results.
"""

from functools import cache

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

SIZES = (1, 4, 16, 64, 256, 1024)
LOWEST = {1: -9, 4: -7, 16: -6, 64: -4, 256: -4, 1024: -4}  # exponents of 2
RATES = {B: tuple(2.0 ** (low + np.arange(7))) for B, low in LOWEST.items()}
TARGETS = (0.7, 0.6, 0.55)  # nats on the validation set
LONGEST = {1: 24_000, 4: 8000, 16: 3000, 64: 1500, 256: 800, 1024: 500}
HIDDEN = 32
TOLERANCES = {"steps": {"relative": 0.3}, "noise": {"relative": 0.3}}


@cache
def data(seed):
    """4,000 pictures to train with and 1,000 for validation, 14 by 14, centred."""
    (X, y), _ = fashion_mnist()
    X = X.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)
    order = np.random.default_rng(seed).permutation(len(X))[:5000]
    X, y = X[order].astype(np.float32), y[order].astype(int)
    X = X - X[:4000].mean(axis=0)
    return X[:4000], y[:4000], X[4000:], y[4000:]


def start(seed):
    """Weights of a network with one hidden layer, by He's rule, and biases of zero."""
    rng = np.random.default_rng(1000 + seed)
    W = (
        rng.normal(0, (2 / 196) ** 0.5, (196, HIDDEN)),
        rng.normal(0, (1 / HIDDEN) ** 0.5, (HIDDEN, 10)),
    )
    return [np.float32(a) for a in (W[0], np.zeros(HIDDEN), W[1], np.zeros(10))]


def forward(theta, X):
    """Hidden activations and log-probabilities."""
    W, b, V, c = theta
    a = np.maximum(X @ W + b, 0)
    s = a @ V + c
    s = s - s.max(axis=1, keepdims=True)
    return a, s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def loss(theta, X, y):
    """Mean cross-entropy in nats."""
    return float(-forward(theta, X)[1][np.arange(len(y)), y].mean())


def errors(theta, X, y):
    """Derivatives of each sample's loss with respect to both layers' sums."""
    a, logp = forward(theta, X)
    ds = np.exp(logp)
    ds[np.arange(len(y)), y] -= 1
    return a, (ds @ theta[2].T) * (a > 0), ds


def gradient(theta, X, y):
    """Gradient of the mean loss with respect to the four arrays."""
    a, dz, ds = errors(theta, X, y)
    n = np.float32(len(y))
    return X.T @ dz / n, dz.mean(axis=0), a.T @ ds / n, ds.mean(axis=0)


def noise_scale(theta, X, y):
    """Trace of the covariance of one sample's gradient over the squared length of the mean."""
    a, dz, ds = errors(theta, X, y)
    each = (dz**2).sum(axis=1) * (1 + (X**2).sum(axis=1))
    each += (ds**2).sum(axis=1) * (1 + (a**2).sum(axis=1))
    whole = sum(float((g**2).sum()) for g in gradient(theta, X, y))
    return float(each.mean()) / whole - 1


def curved(theta, X, y, rng, samples=150):
    """The noise scale weighted by the Hessian, the best rate of one step, and 2 / λ_max."""
    theta = [np.float64(p) for p in theta]
    sizes = np.cumsum([p.size for p in theta])[:-1]

    def flat(arrays):
        return np.concatenate([a.ravel() for a in arrays])

    def times(v):
        """Hessian times v, by the difference of two gradients."""
        h = 1e-3 / np.linalg.norm(v)
        parts = [
            part.reshape(p.shape) for part, p in zip(np.split(v, sizes), theta, strict=True)
        ]
        ends = []
        for sign in (1, -1):
            moved = [p + sign * h * part for p, part in zip(theta, parts, strict=True)]
            ends.append(flat(gradient(moved, X, y)))
        return (ends[0] - ends[1]) / (2 * h)

    g = flat(gradient(theta, X, y))
    along = g @ times(g)
    ones = [flat(gradient(theta, X[[i]], y[[i]])) for i in rng.integers(len(X), size=samples)]
    scale = float(np.mean([v @ times(v) for v in ones]) / along) - 1
    v = g
    for _ in range(15):
        v = times(v / np.linalg.norm(v))
    return [scale, float(g @ g / along), 2 / float(np.linalg.norm(v))]


def train(B, lr, seed, longest=None):
    """Steps at which each target was reached, -1 where it was not, and the noise on the way."""
    X, y, V, s = data(seed)
    theta, rng = start(seed), np.random.default_rng(2000 + seed)
    lr, steps, noise = np.float32(lr), [-1] * len(TARGETS), []
    longest = longest or LONGEST[B]
    every = max(1, 64 // B)
    for step in range(1, longest + 1):
        rows = rng.integers(len(X), size=B)
        for p, g in zip(theta, gradient(theta, X[rows], y[rows]), strict=True):
            p -= lr * g
        if step % every == 0 or step < 10:
            now = loss(theta, V, s)
            if not now < 10:
                break
            for k, target in enumerate(TARGETS):
                if steps[k] < 0 and now < target:
                    steps[k] = step
                    noise.append(noise_scale(theta, X, y))
            if steps[-1] > 0:
                break
    return steps, noise


def run(seed):
    """Every batch size with every rate, and the noise scale along a full-batch walk."""
    X, y, V, s = data(seed)
    found = {"steps": [[train(B, lr, seed)[0] for lr in RATES[B]] for B in SIZES]}
    theta, noise, losses, bent = start(seed), [], [], []
    rng = np.random.default_rng(3000 + seed)
    for step in range(401):
        if step % 10 == 0:
            losses.append(loss(theta, V, s))
            noise.append(noise_scale(theta, X, y))
            reached = sum(losses[-1] < target for target in TARGETS)
            while len(bent) < reached:
                bent.append([noise[-1], *curved(theta, X, y, rng)])
        for p, g in zip(theta, gradient(theta, X, y), strict=True):
            p -= np.float32(0.25) * g
        if losses[-1] < TARGETS[-1]:
            break
    return found | {"noise": noise, "losses": losses, "curved": bent}


def thin():
    """Steps with 64 pictures at one rate, and the noise where the first target was reached."""
    steps, noise = train(64, 0.25, 0)
    return {"steps": steps[0], "noise": noise[0]}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(7), thin=thin)
