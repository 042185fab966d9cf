"""Which learning rate do k workers need, if one worker's rate is known?

Each worker contributes 16 images to a step, so k workers are equivalent to one process with
batches of 16 k. All runs see the same images for eight epochs. The rules are the same rate,
times the square root of k, times k, times k with a warm-up of two epochs, and the best rate of
a grid. Seeds 100 to 102 are for tuning, seeds 0 to 4 for testing. "longer" trains 64 workers
for 16 times as many epochs.

It takes about 3 minutes. The page frameworks/scaling uses the results.
"""

import functools

import numpy as np

import nnlib
from nnlib import experiment, nn
from nnlib.datasets import fashion_mnist
from nnlib.nn import functional as F

TOLERANCES = {"loss": {"relative": 0.1}}
WORKERS = (1, 4, 16, 64)
BATCH, EPOCHS, MOMENTUM, WARM = 16, 8, 0.9, 2
RATES = [2.0**e for e in range(-10, 4)]
TUNING = (100, 101, 102)


@functools.cache
def data():
    """4,000 training, 1,000 validation and 4,000 test images, without their mean."""
    (X, y), (T, t) = fashion_mnist()
    mean = X[:4000].mean(axis=0)
    return X[:4000] - mean, y[:4000], X[4000:] - mean, y[4000:], T - mean, t


def train(k, lr, seed, warm=0, epochs=EPOCHS, stop=None):
    """Train with k workers; return the network and the loss of each step."""
    X, y = data()[:2]
    nnlib.manual_seed(seed)
    net = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    weights = list(net.parameters())
    speed = [np.zeros(w.shape, dtype=np.float32) for w in weights]
    rng, losses, size = np.random.default_rng(seed), [], BATCH * k
    each = len(X) // size
    for step in range(stop or epochs * each):
        if step % each == 0:
            order = rng.permutation(len(X))
        rows = order[(step % each) * size :][:size]
        loss = F.cross_entropy(net(nnlib.tensor(X[rows])), y[rows])
        for w in weights:
            w.grad = None
        loss.backward()
        losses.append(loss.item())
        if not losses[-1] < 1e3:
            return None, losses
        rate = lr * (1 - step / (epochs * each))
        if warm:
            rate *= min(1.0, (step + 1) / (warm * each))
        for w, m in zip(weights, speed, strict=True):
            m *= MOMENTUM
            m += w.grad.numpy()
            w.data -= np.float32(rate) * m
    return net, losses


@functools.cache
def score(k, lr, seed, warm=0, epochs=EPOCHS):
    """Validation and test accuracy of a training run; 0.1, as for guessing, if it diverges."""
    net, _ = train(k, lr, seed, warm, epochs)
    if net is None:
        return 0.1, 0.1
    V, v, T, t = data()[2:]
    with nnlib.no_grad():
        guesses = [net(nnlib.tensor(A)).numpy().argmax(axis=1) for A in (V, T)]
    return float((guesses[0] == v).mean()), float((guesses[1] == t).mean())


def validation(k, warm=0, epochs=EPOCHS, rates=RATES):
    """Mean validation accuracy at every rate, on the seeds for tuning."""
    return [float(np.mean([score(k, r, s, warm, epochs)[0] for s in TUNING])) for r in rates]


@functools.cache
def best(k, warm=0, epochs=EPOCHS):
    """The rate with the best validation accuracy."""
    rates = RATES if epochs == EPOCHS else RATES[4:10]
    return rates[int(np.argmax(validation(k, warm, epochs, rates)))]


def run(seed):
    """Test accuracy of every rule, and of every rate, at every number of workers."""

    def test(k, lr, *more):
        return score(k, lr, seed, *more)[1]

    base = best(1)
    by_rule = {
        "base": base,
        "best": [best(k) for k in WORKERS],
        "validation": [validation(k) for k in WORKERS],
        "grid": [[test(k, r) for r in RATES] for k in WORKERS],
        "same": [test(k, base) for k in WORKERS],
        "root": [test(k, base * k**0.5) for k in WORKERS],
        "linear": [test(k, base * k) for k in WORKERS],
        "tuned": [test(k, best(k)) for k in WORKERS],
        "warm": [test(k, base * k, WARM) for k in WORKERS],
        "warm best": [best(k, WARM) for k in WORKERS],
        "warm tuned": [test(k, best(k, WARM), WARM) for k in WORKERS],
    }
    if MOMENTUM:
        longer = best(64, 0, 16 * EPOCHS)
        by_rule |= {"longer best": longer, "longer": test(64, longer, 0, 16 * EPOCHS)}
    return by_rule


def thin():
    """Mean loss of the first twenty steps of one and of sixteen workers."""
    return {"loss": [float(np.mean(train(k, 2.0**-6, 0, stop=20)[1])) for k in (1, 16)]}


if __name__ == "__main__":
    np.seterr(all="ignore")
    experiment.record(run, seeds=range(5), thin=thin)
