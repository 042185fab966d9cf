"""When should the learning rate fall?

400 steps of plain SGD with many schedules, eleven rates each. The explanation by noise fails if
a drop in the first quarter ends as low as a late one, if averaging the weights gains less than
half of what the best schedule gains, if batches ten times as large gain less than half of a
drop by ten, or if slowing down gains as much without noise. Settings are chosen on three seeds
and judged on five.

It takes about 11 minutes. The page optimization/schedules uses the results.
"""

from functools import cache

import numpy as np

from nnlib import experiment
from nnlib.datasets import fashion_mnist

HIDDEN, BATCH, STEPS, LONGER = 32, 16, 400, 1200
RATES = tuple(2.0 ** (np.arange(-10, 1) / 2))
BEGIN = (
    0.1,
    0.25,
    0.4,
    0.55,
    0.7,
    0.8,
    0.9,
    0.95,
)  # where slowing begins, a share of all steps
RAMPS = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95)
SECOND = {  # the second number of a schedule
    "exponential": (0.1, 0.03, 0.01),  # share of the rate that is left at the end
    "inverse time": (3, 10, 30),  # k times the number of steps
    "square root": (10, 100, 1000),  # the same, below the root
    "plateau": (1, 2, 4),  # looks without a new best before the rate is divided by ten
    "averaged": (0.2, 0.4, 0.6),  # share of the steps over which the weights are averaged
    "larger batch": (0.55, 0.7, 0.8),  # where batches become ten times as large
}
FULL_STEPS, FULL_RATES = 80, tuple(2.0 ** (np.arange(-4, 3) / 2))  # with all samples in a step
SHOWN = (0.1, 0.4, 0.75)  # drops of one and the same rate, recorded on the way
SHOWN_RATE, EVERY = 0.25, 5
TOLERANCES = {"loss": {"relative": 0.1}, "way": {"relative": 0.1}}


@cache
def data(seed):
    """4,000 pictures to train with, 1,000 for validation and 4,000 for the test, 14 by 14."""
    (X, y), (Z, z) = fashion_mnist()
    X, Z = (p.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196) for p in (X, Z))
    order = np.random.default_rng(seed).permutation(len(X))
    X, y = X[order], y[order].astype(int)
    X, Z = (np.float32((p - X[:4000].mean(axis=0)) / X[:4000].std()) for p in (X, Z))
    return (X[:4000], y[:4000]), (X[4000:], y[4000:]), (Z, z.astype(int))


def start(seed):
    """Weights of a network with one hidden layer, by He's rule, and biases of zero."""
    rng = np.random.default_rng(1000 + seed)
    W = rng.normal(0, (2 / 196) ** 0.5, (196, HIDDEN))
    V = rng.normal(0, (1 / HIDDEN) ** 0.5, (HIDDEN, 10))
    return [np.float32(a) for a in (W, np.zeros(HIDDEN), V, np.zeros(10))]


def forward(theta, X):
    """Hidden activations and log-probabilities."""
    W, b, V, c = theta
    a = np.maximum(X @ W + b, 0)
    s = a @ V + c
    s = s - s.max(axis=1, keepdims=True)
    return a, s - np.log(np.exp(s).sum(axis=1, keepdims=True))


def judged(theta, X, y):
    """Mean cross-entropy in nats, and accuracy; a network that failed has the loss 9."""
    logp = forward(theta, X)[1]
    loss = float(-logp[np.arange(len(y)), y].mean())
    return [loss if loss < 9 else 9.0, float((logp.argmax(axis=1) == y).mean())]


def gradient(theta, X, y):
    """Gradient of the mean loss with respect to the four arrays."""
    a, logp = forward(theta, X)
    ds = np.exp(logp)
    ds[np.arange(len(y)), y] -= 1
    ds /= np.float32(len(y))
    dz = (ds @ theta[2].T) * (a > 0)
    return X.T @ dz, dz.sum(axis=0), a.T @ ds, ds.sum(axis=0)


def train(seed, rates, batches=None, look=None):
    """Steps of SGD, one for each rate; look(step, theta) gives a factor for later rates."""
    (X, y), _, _ = data(seed)
    theta, rng, factor = start(seed), np.random.default_rng(2000 + seed), 1.0
    for step, rate in enumerate(rates):
        rows = rng.integers(len(X), size=BATCH if batches is None else batches[step])
        for p, g in zip(theta, gradient(theta, X[rows], y[rows]), strict=True):
            p -= np.float32(factor * rate) * g
        if look:
            factor *= look(step + 1, theta) or 1.0
    return theta


def schedule(name, eta, second, steps=STEPS):
    """The rate of each step."""
    u = np.arange(steps) / steps
    shapes = {
        "drop": lambda: np.where(u < second, 1, 0.1),
        "ramp": lambda: np.minimum(1, (1 - u) / (1 - second)),
        "cosine": lambda: (1 + np.cos(np.pi * u)) / 2,
        "exponential": lambda: second**u,
        "inverse time": lambda: 1 / (1 + second * u),
        "square root": lambda: 1 / np.sqrt(1 + second * u),
    }
    return eta * shapes.get(name, lambda: np.ones(steps))()


def one(seed, name, eta, second, steps=STEPS):
    """Validation loss, test loss and test accuracy of one training."""
    _, validation, test = data(seed)
    rates, batches, look, kept = schedule(name, eta, second, steps), None, None, []
    if name == "larger batch":
        batches = np.where(np.arange(steps) < second * steps, BATCH, 10 * BATCH)
    if name == "averaged":

        def look(step, theta):
            if step == round((1 - second) * steps) + 1:
                kept.extend(np.zeros_like(p) for p in theta)
            for total, p in zip(kept, theta, strict=False):
                total += p / np.float32(round(second * steps))

    if name == "plateau":
        best, since = [9.0], [0]

        def look(step, theta):
            if step % 20:
                return 1.0
            now = judged(theta, *validation)[0]
            since[0] = 0 if now < best[0] else since[0] + 1
            best[0] = min(best[0], now)
            if since[0] < second:
                return 1.0
            since[0] = 0
            return 0.1

    theta = train(seed, rates, batches, look)
    end = [p.copy() for p in kept] or theta
    return [judged(end, *validation)[0], *judged(end, *test)]


def with_all(seed, ramp, eta):
    """The training loss after steps with all samples, at a constant rate or along a ramp."""
    (X, y), _, _ = data(seed)
    theta = start(seed)
    for rate in schedule("ramp" if ramp else "constant", eta, 0.0, FULL_STEPS):
        for p, g in zip(theta, gradient(theta, X, y), strict=True):
            p -= np.float32(rate) * g
    return judged(theta, X, y)[0]


def way(seed, begin):
    """Validation losses on the way of one rate that drops at a step, or never."""
    losses, validation = [], data(seed)[1]

    def look(step, theta):
        if step % EVERY == 0:
            losses.append(round(judged(theta, *validation)[0], 4))

    train(seed, schedule("drop", SHOWN_RATE, begin), look=look)
    return losses


def run(seed):
    """Every contender with every setting: [validation loss, test loss, test accuracy]."""
    tries = {"constant": [None], "drop": BEGIN, "ramp": RAMPS, "cosine": [None], **SECOND}
    found = {}
    for name, seconds in tries.items():
        ends = [[one(seed, name, eta, s) for eta in RATES] for s in seconds]
        found[name] = np.round(ends, 4)
    for name, second in (("constant", None), ("drop", 0.25), ("drop", 0.7), ("ramp", 0.0)):
        ends = [one(seed, name, eta, second, LONGER) for eta in RATES[:-2]]
        found[f"longer {name} {second}"] = np.round(ends, 4)
    ends = [[with_all(seed, ramp, eta) for eta in FULL_RATES] for ramp in (0, 1)]
    found["all samples"] = np.round(ends, 4)
    return found | {"way": [way(seed, begin) for begin in (*SHOWN, 2.0)]}


def thin():
    """One training along a ramp, and the way of one that drops."""
    return {"loss": one(0, "ramp", 0.25, 0.0)[:2], "way": way(0, 0.4)[-3:]}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(8), thin=thin)
