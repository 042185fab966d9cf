"""The same net with eight activation functions, and with none: speed, accuracy, stuck units."""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn
from nnlib.datasets import fashion_mnist
from nnlib.nn import functional as F

BENDS = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "ReLU": nn.ReLU,
    "leaky ReLU": nn.LeakyReLU,
    "PReLU": nn.PReLU,
    "ELU": nn.ELU,
    "softplus": nn.Softplus,
    "maxout": lambda: nn.Maxout(2),
    "none": nn.Identity,
}
UNITS, EPOCHS, BATCH = (64, 64, 64), 15, 50
HIGH, MIDDLE, LOW = (0.27, 0.81, 2.4, 7.3), (0.03, 0.09, 0.27, 0.81), (0.01, 0.03, 0.09, 0.27)
MENUS = dict.fromkeys(BENDS, MIDDLE) | {"sigmoid": HIGH, "none": LOW}
MENUS["tanh"] = MENUS["softplus"] = (0.09, 0.27, 0.81, 2.4)
SEEDS = range(5)
TOLERANCES = {  # three times the spread over seeds; over processors it is 0.4% at most
    "sigmoid": {"relative": 0.2},
    "ReLU": {"relative": 0.07},
    "none": {"relative": 0.08},
}


def build(name, seed):
    """A net with three hidden layers; all bends but maxout begin at the same weights."""
    rng, layers, before = np.random.default_rng(seed), [], 784
    for units in UNITS:
        wide = units * (2 if name == "maxout" else 1)
        layers += [linear(rng, before, wide, np.sqrt(2 / before)), BENDS[name]()]
        before = units
    return nn.Sequential(*layers, linear(rng, before, 10, np.sqrt(1 / before)))


def linear(rng, inputs, outputs, spread):
    """A layer with normal weights of this standard deviation and biases 0."""
    layer = nn.Linear(inputs, outputs)
    with nnlib.no_grad():
        layer.weight.copy_(
            nnlib.tensor(np.float32(spread * rng.normal(size=(outputs, inputs))))
        )
        layer.bias.zero_()
    return layer


def slopes(name, bend, z):
    """Derivative of each unit's bend (maxout: 1 for the piece that wins), as z."""
    if name == "maxout":
        pairs = z.reshape(len(z), -1, 2)
        return (pairs == pairs.max(axis=2, keepdims=True)).reshape(z.shape).astype(float)
    z = nnlib.tensor(z, requires_grad=True)
    bend(z).sum().backward()
    return z.grad.numpy()


def hidden(net, X, name):
    """For each hidden layer the derivatives of its units for every picture."""
    found, a = [], nnlib.tensor(X)
    with nnlib.no_grad():
        for layer, bend in zip(net[0:6:2], net[1:6:2], strict=True):
            z = layer(a)
            found.append((bend, z.numpy()))
            a = bend(z)
    return [slopes(name, bend, z) for bend, z in found]


def states(net, X, name):
    """Share of flat answers, and number of units that are flat for every picture, by layer.

    Flat: the derivative is below 1% of the largest that the bend has.
    """
    top = 0.25 if name == "sigmoid" else 1.0
    flat = [np.abs(s) < 0.0099 * top for s in hidden(net, X, name)]
    return float(np.mean([f.mean() for f in flat])), [int(f.all(axis=0).sum()) for f in flat]


def accuracy(net, X, y):
    """Share of right answers."""
    with nnlib.no_grad():
        return float((net(nnlib.tensor(X)).numpy().argmax(axis=1) == y).mean())


def train(name, rate, X, y, seed, epochs=EPOCHS):
    """Mini-batches; the rate falls to 0 in a straight line. Net and mean loss of each epoch."""
    net, rng, curve = build(name, seed), np.random.default_rng(100 + seed), []
    optimizer = nnlib.optim.SGD(net.parameters(), lr=rate)
    for epoch in range(epochs):
        optimizer.param_groups[0]["lr"] = rate * (1 - epoch / EPOCHS)
        total = 0.0
        for i in np.split(rng.permutation(len(X)), range(BATCH, len(X), BATCH)):
            loss = F.cross_entropy(net(nnlib.tensor(X[i])), nnlib.tensor(y[i]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(i)
        curve.append(round(total / len(X), 5))
        if not np.isfinite(total):
            return net, [*curve[:-1], None]
    return net, curve


def pictures(seed):
    """4,000 pictures to learn from, 1,000 to choose by, the test pictures."""
    (X, y), (X_test, y_test) = fashion_mnist()
    order = np.random.default_rng(1000 + seed).permutation(len(X))
    learn, keep = order[:4000], order[4000:]
    mean = X[learn].mean(axis=0)
    X, X_test = np.float32(X - mean), np.float32(X_test - mean)
    return (X[learn], y[learn]), (X[keep], y[keep]), (X_test, y_test)


def first_gradients(name, X, y, seed):
    """Size of the gradient of the three hidden layers' weights before the first step."""
    net = build(name, seed)
    F.cross_entropy(net(nnlib.tensor(X)), nnlib.tensor(y)).backward()
    return [float(np.sqrt((layer.weight.grad.numpy() ** 2).mean())) for layer in net[0:6:2]]


@cache
def trained(name, rate, seed):
    """A trained net, its curve, and its accuracy on the pictures kept for choosing."""
    (X, y), keep, _ = pictures(seed)
    net, curve = train(name, rate, X, y, seed)
    return net, curve, accuracy(net, *keep)


@cache
def chosen(name):
    """The rate with the best accuracy on the pictures kept for choosing, mean of all seeds."""
    return max(MENUS[name], key=lambda r: np.mean([trained(name, r, s)[2] for s in SEEDS]))


def run(seed):
    """Every bend with every rate of its menu; the test pictures with the chosen one only."""
    (X, y), _, held_out = pictures(seed)
    found = {}
    for name, menu in MENUS.items():
        best, tried = chosen(name), [trained(name, rate, seed) for rate in menu]
        flat, stuck = zip(*(states(net, X, name) for net, *_ in tried), strict=True)
        net, curve, _ = tried[menu.index(best)]
        found[name] = {
            "menu": menu,
            "chosen": best,
            "kept": [kept for *_, kept in tried],
            "flat": flat,  # as the rest, one for each rate
            "stuck": stuck,
            "curve": curve,  # of the chosen rate only, as what follows
            "test": accuracy(net, *held_out),
            "start": first_gradients(name, X[:500], y[:500], seed),
        }
    return found


def thin():
    """One epoch of three bends."""
    (X, y), *_ = pictures(0)
    rates = {"sigmoid": 2.4, "ReLU": 0.27, "none": 0.09}
    return {name: train(name, rate, X, y, 0, 1)[1][0] for name, rate in rates.items()}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)
