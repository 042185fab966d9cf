"""Which learning rates train ten layers on three spirals, with and without normalisation?

Plain, batch-normalised and layer-normalised networks are trained by gradient descent with nine
learning rates, in batches of 100 and of 4. As a baseline, Adam trains the plain network. The
first hidden layer is never normalised, because layer normalisation would remove the length of
its two inputs.

It takes about 10 minutes. The page optimization/normalization uses the results.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

LAYERS, UNITS, STEPS = 10, 50, 400
BATCHES = (100, 4)
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
ADAM_RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1)
KINDS = {"plain": None, "batch norm": nn.BatchNorm1d, "layer norm": nn.LayerNorm}
SEEDS = range(10)
TOLERANCES = {"plain": {"relative": 0.15}, "batch norm": {"relative": 0.15}}


def build(kind, seed):
    """A ReLU network with He's weights; the norm is between linear layer and ReLU."""
    rng, modules, inputs = np.random.default_rng(seed), [], 2
    for k in range(LAYERS):
        modules.append(linear(rng, inputs, UNITS))
        if k > 0 and KINDS[kind]:
            modules.append(KINDS[kind](UNITS))
        modules.append(nn.ReLU())
        inputs = UNITS
    return nn.Sequential(*modules, linear(rng, inputs, 3))


def linear(rng, inputs, outputs):
    """A linear layer with normally distributed weights of variance 2 / inputs."""
    layer = nn.Linear(inputs, outputs)
    weights = rng.normal(0, (2 / inputs) ** 0.5, (outputs, inputs))
    with nnlib.no_grad():
        layer.weight.copy_(nnlib.tensor(np.float32(weights)))
        layer.bias.zero_()
    return layer


@cache
def spirals(samples, seed):
    """Points on three spiral arms that make one turn each, and the arm of each point."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(3, size=samples)
    radius = rng.uniform(0.1, 1, size=samples)
    angle = 2 * np.pi * (radius + arm / 3) + rng.normal(scale=0.4, size=samples)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.float32(2 * X), arm


def train(network, optimizer, seed, batch, steps=STEPS):
    """Mini-batch descent with a learning rate that falls to zero; the losses."""
    X, y = spirals(3000, 100 + seed)
    rng, losses = np.random.default_rng(seed), []
    falling = optim.lr_scheduler.LinearLR(optimizer, 1, 0, steps)
    for _ in range(steps):
        rows = rng.integers(len(X), size=batch)
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
    """Fraction of correct answers in evaluation mode."""
    network.eval()
    with nnlib.no_grad():
        return float((network(nnlib.tensor(X)).numpy().argmax(axis=1) == y).mean())


def trained(kind, family, lr, batch, seed):
    """Validation and test accuracy of a network after its training."""
    network = build(kind, seed)
    train(network, family(network.parameters(), lr=lr), seed, batch)
    return [accuracy(network, *spirals(4000, 1000)), accuracy(network, *spirals(10_000, 2000))]


def run(seed):
    """Validation and test accuracy of every network with every rate."""
    found = {}
    for batch in BATCHES:
        for kind in KINDS:
            name = f"{kind} {batch}"
            found[name] = [trained(kind, optim.SGD, lr, batch, seed) for lr in RATES]
        name = f"Adam {batch}"
        found[name] = [trained("plain", optim.Adam, lr, batch, seed) for lr in ADAM_RATES]
    return found


def thin():
    """Mean loss of the last twenty of sixty steps."""
    found = {}
    for kind in ("plain", "batch norm"):
        network = build(kind, 0)
        losses = train(network, optim.SGD(network.parameters(), lr=0.1), 0, 100, 60)
        found[kind] = float(np.mean(losses[40:]))
    return found


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)
