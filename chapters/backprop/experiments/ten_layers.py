"""Can ten hidden layers learn three spirals? It depends on activation function and start.

Every network has five learning rates, and the one with the best validation accuracy is used.

It takes about 48 minutes. The page backprop/activations uses the results.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

LAYERS, UNITS, STEPS, BATCH = 10, 50, 1000, 50
SEEDS = range(5)
TOLERANCES = {  # several times the spread over seeds of a loss after a hundred steps
    "sigmoid": {"relative": 0.03},
    "rewritten from tanh": {"relative": 0.1},
}
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


class CentredSigmoid(nn.Module):
    """A sigmoid minus ½, which has its values around 0 and the sigmoid's derivative."""

    def forward(self, z):
        """Return σ(z) - ½."""
        return F.sigmoid(z) - 0.5


# activation function, gain of the starting weights, which five of the rates are tried
CONTENDERS = {
    "linear model": (None, 1.0, 2),
    "sigmoid": (nn.Sigmoid, 1.0, 4),
    "larger weights only": (nn.Sigmoid, 1.0, 3),
    "shifted biases only": (nn.Sigmoid, 1.0, 4),
    "rewritten from tanh": (nn.Sigmoid, 1.0, 3),
    "centred sigmoid": (CentredSigmoid, 1.0, 4),
    "tanh": (nn.Tanh, 1.0, 2),
    "ReLU": (nn.ReLU, np.sqrt(2), 2),
    "ReLU, weights × ½": (nn.ReLU, np.sqrt(2) / 2, 3),
    "GELU": (nn.GELU, np.sqrt(2), 3),
    "SiLU": (nn.SiLU, np.sqrt(2), 3),
    "ELU": (nn.ELU, np.sqrt(2), 1),
    "sigmoid, Adam": (nn.Sigmoid, 1.0, 0),
}


def spirals(samples, seed):
    """Points on three spiral arms that make one turn each, and the arm of each point."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(3, size=samples)
    radius = rng.uniform(0.1, 1, size=samples)
    angle = 2 * np.pi * (radius + arm / 3) + rng.normal(scale=0.4, size=samples)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.float32(2 * X), arm


def build(name, seed):
    """A network whose weights have standard deviation gain / √(inputs), and biases 0."""
    activation, gain, _ = CONTENDERS[name]
    rng, modules, inputs = np.random.default_rng(seed), [], 2
    for _ in range(LAYERS if activation else 0):
        modules += [linear(rng, inputs, UNITS, gain), activation()]
        inputs = UNITS
    network = nn.Sequential(*modules, linear(rng, inputs, 3, 1.0))
    change_start(name, network[0::2])
    return network


def linear(rng, inputs, outputs, gain):
    """A linear layer with normally distributed weights."""
    layer = nn.Linear(inputs, outputs)
    weights = gain / np.sqrt(inputs) * rng.normal(size=(outputs, inputs))
    with nnlib.no_grad():
        layer.weight.copy_(nnlib.tensor(np.float32(weights)))
        layer.bias.zero_()
    return layer


def change_start(name, layers):
    """Change the weights and biases of sigmoids so that they start as tanh would.

    As tanh z = 2 σ(2z) - 1, each layer but the first gets twice its weights, since it reads σ,
    and a shift of its bias for the -1; each layer but the last is doubled, since σ wants 2z.
    """
    first, last = layers[0], layers[-1]
    with nnlib.no_grad():
        for layer in layers:
            W, b = layer.weight, layer.bias
            if layer is not first and name == "rewritten from tanh":
                b.copy_(b - W.sum(dim=1))
            if layer is not first and name == "shifted biases only":
                b.copy_(b - W.sum(dim=1) / 2)
            if name in ("rewritten from tanh", "larger weights only", "centred sigmoid"):
                double = (layer is not first) + (layer is not last)
                W.copy_(2**double * W)
                b.copy_(2 ** (layer is not last) * b)


def train(network, X, y, optimizer, seed, steps=STEPS):
    """Mini-batch descent with a learning rate that falls to zero."""
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
    """Share of right answers."""
    with nnlib.no_grad():
        return float((network(nnlib.tensor(X)).numpy().argmax(axis=1) == y).mean())


def signals(name, seed):
    """Size of both signals in each hidden layer before training.

    Forward it is the spread of the layer's outputs between samples, a root mean square over
    units; backward it is that of the loss's gradient with respect to z, over samples and units.
    """
    X, y = spirals(500, seed)
    a, outputs, sums = nnlib.tensor(X), [], []
    for module in build(name, seed):
        a = module(a)
        if isinstance(module, nn.Linear):
            a.retain_grad()
            sums.append(a)
        else:
            outputs.append(a.detach().numpy())
    F.cross_entropy(a, nnlib.tensor(y)).backward()
    forward = [np.sqrt(a.astype(float).var(axis=0).mean()) for a in outputs]
    backward = [np.sqrt((z.grad.numpy().astype(float) ** 2).mean()) for z in sums[:-1]]
    return {"forward": forward, "backward": backward}


def rates(name):
    """The five learning rates that a contender may choose from."""
    first = CONTENDERS[name][2]
    return RATES[first : first + 5]


@cache
def trained(name, lr, seed):
    """A trained network, its losses and its validation accuracy."""
    network = build(name, seed)
    family = optim.Adam if name.endswith("Adam") else optim.SGD
    optimizer = family(network.parameters(), lr=lr)
    losses = train(network, *spirals(3000, 100 + seed), optimizer, seed)
    return network, losses, accuracy(network, *spirals(4000, 1000))


@cache
def best_rate(name):
    """The learning rate with the best mean validation accuracy."""
    return max(rates(name), key=lambda lr: np.mean([trained(name, lr, s)[2] for s in SEEDS]))


def run(seed):
    """Every contender with every rate; the test set with the chosen rate only."""
    found = {}
    for name in CONTENDERS:
        network, losses, _ = trained(name, best_rate(name), seed)
        whole = len(losses) // 50 * 50  # all, unless a rate was too large
        found[name] = {
            "rates": rates(name),
            "validation": [trained(name, lr, seed)[2] for lr in rates(name)],
            "lr": best_rate(name),
            "losses": np.reshape(losses[:whole], (-1, 50)).mean(axis=1).round(4),
            "test": accuracy(network, *spirals(10_000, 2000)),
        }
        if name != "linear model":
            found[name] |= {k: np.float32(v) for k, v in signals(name, seed).items()}
    return found


def thin():
    """Losses after a hundred steps from two starts of the sigmoid."""
    found = {}
    for name in ("sigmoid", "rewritten from tanh"):
        network = build(name, 0)
        optimizer = optim.SGD(network.parameters(), lr=0.3)
        found[name] = np.mean(train(network, *spirals(3000, 100), optimizer, 0, 100)[-50:])
    return found


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)
