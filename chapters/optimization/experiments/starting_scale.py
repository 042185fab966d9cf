"""From which standard deviations of the initial weights can we train 2, 10 and 30 ReLU layers?

We test nine standard deviations. For gradient descent and Adam, we choose the learning rate on
two random starts: first among powers of ten, then among the neighbours of the best one. Ten
other starts are tested.

It takes about 25 minutes. The page optimization/initialization uses the results.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

UNITS, STEPS, BATCH = 100, 500, 50
DEPTHS = (2, 10, 30)
SCALES = (0.02, 0.058, 0.08, 0.1, 0.12, 0.141, 0.17, 0.2, 0.4)  # standard deviations
RATES = tuple(10.0**-k for k in range(15))
ADAM_RATES = (1e-1, 1e-2, 1e-3, 1e-4, 1e-5)
TUNED_ON = (100, 101)
TOLERANCES = {"loss": {"relative": 0.1}}


def spirals(samples, seed):
    """Points on three spiral arms that make one turn each, and the arm of each point."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(3, size=samples)
    radius = rng.uniform(0.1, 1, size=samples)
    angle = 2 * np.pi * (radius + arm / 3) + rng.normal(scale=0.4, size=samples)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.float32(2 * X), arm


def build(depth, scale, seed):
    """A ReLU network with hidden layers of 100 units, biases 0, and weights of one scale.

    The first layer has only two inputs and the last one only three outputs; they start with
    variance 1 / inputs for every scale, so that only the layers between them differ.
    """
    rng, modules, inputs = np.random.default_rng(seed), [], 2
    for k in range(depth):
        modules += [linear(rng, inputs, UNITS, scale if k else inputs**-0.5), nn.ReLU()]
        inputs = UNITS
    return nn.Sequential(*modules, linear(rng, inputs, 3, inputs**-0.5))


def linear(rng, inputs, outputs, scale):
    """A linear layer with normally distributed weights."""
    layer = nn.Linear(inputs, outputs)
    with nnlib.no_grad():
        weights = scale * rng.normal(size=(outputs, inputs))
        layer.weight.copy_(nnlib.tensor(np.float32(weights)))
        layer.bias.zero_()
    return layer


def train(network, optimizer, seed, steps=STEPS):
    """Train on mini-batches with a learning rate that falls to zero; return the losses."""
    X, y = spirals(3000, 100 + seed)
    rng, losses = np.random.default_rng(seed), []
    falling = optim.lr_scheduler.LinearLR(optimizer, 1, 0, steps)
    for _ in range(steps):
        rows = rng.integers(len(X), size=BATCH)
        scores = network(nnlib.tensor(X[rows]))
        loss = F.cross_entropy(scores, nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()
        losses.append(loss.item())
        if not np.isfinite(loss.item()):
            break  # the rate is too large
    return losses


def accuracy(network, X, y):
    """Fraction of correct answers."""
    with nnlib.no_grad():
        return float((network(nnlib.tensor(X)).numpy().argmax(axis=1) == y).mean())


@cache
def trained(depth, scale, family, lr, seed, steps=STEPS):
    """Validation and test accuracy of a network after its training."""
    network = build(depth, scale, seed)
    train(network, family(network.parameters(), lr=lr), seed, steps)
    return accuracy(network, *spirals(4000, 1000)), accuracy(network, *spirals(10_000, 2000))


def best_rate(depth, scale, family, rates, steps=STEPS):
    """The learning rate with the best mean validation accuracy, in two rounds."""

    def mean(lr):
        return np.mean([trained(depth, scale, family, lr, s, steps)[0] for s in TUNED_ON])

    rough = max(rates, key=mean)
    return max((rough, 3 * rough, 0.3 * rough), key=mean)


def contenders():
    """Name, depth, scale, optimiser and its rates."""
    for depth in DEPTHS:
        for scale in SCALES:
            yield f"{depth} {scale}", depth, scale, optim.SGD, RATES
            if depth == 30:
                yield f"{depth} {scale} Adam", depth, scale, optim.Adam, ADAM_RATES


def run(seed):
    """The test accuracy of every contender with its best rate, and that rate."""
    results = {}
    for name, *what, rates in contenders():
        lr = best_rate(*what, rates)
        results[name] = {"lr": lr, "test": trained(*what, lr, seed)[1]}
    return results


def thin():
    """The mean loss of steps 51 to 100 of a network with ten ReLU layers and He's scale."""
    network = build(10, 0.141, 0)
    losses = train(network, optim.SGD(network.parameters(), lr=0.03), 0, 100)
    return {"loss": float(np.mean(losses[-50:]))}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(10), thin=thin)
