"""Why does batch normalisation help ten hidden layers on three spirals?

Every network has seven learning rates, and the one with the best mean validation accuracy is
used. Jolts give every unit a new shift and scale in every step, after the normalisation, so
that the next layer's inputs keep changing.

It takes about 5 minutes. The page optimization/normalization uses the results.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

LAYERS, UNITS, STEPS, BATCH = 10, 50, 400, 100
JOLTS = {"small jolts": 1 / 16, "large jolts": 1 / 2}  # standard deviation of the shift
SEEDS = range(5)
TOLERANCES = {"plain": {"relative": 0.15}, "batch norm": {"relative": 0.15}}
RATES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0)
CONTENDERS = (
    "linear model",
    "plain",
    "plain, small jolts",
    "first batch only",
    "constants backwards",
    "batch norm",
    "batch norm, small jolts",
    "batch norm, large jolts",
    "batch norm, fixed lengths",
    "layer norm",
)


class Constants(nn.BatchNorm1d):
    """Batch normalisation whose mean and variance count as constants on the way back."""

    def forward(self, z):
        """Normalise with the batch's statistics, cut out of the graph."""
        if not self.training:
            return super().forward(z)
        with nnlib.no_grad():
            super().forward(z)  # updates the running averages
        mean, var = z.detach().mean(dim=0), z.detach().var(dim=0, unbiased=False)
        return (z - mean) / (var + self.eps) ** 0.5 * self.weight + self.bias


class Jolt(nn.Module):
    """A shift and a scale for each unit, drawn anew in every training step."""

    def __init__(self, size, seed, relative=False):
        super().__init__()
        self.size, self.relative = size, relative
        self.rng = np.random.default_rng(seed)

    def forward(self, y):
        """Jolt the batch in training; leave it alone in evaluation."""
        if not self.training:
            return y
        scale = np.exp(self.rng.normal(0, self.size / 2, y.shape[1])).astype(np.float32)
        shift = self.rng.normal(0, self.size, y.shape[1]).astype(np.float32)
        spread = np.float32(y.detach().numpy().std(axis=0)) if self.relative else np.float32(1)
        return y * nnlib.tensor(scale) + nnlib.tensor(shift * spread)


def norm(name, seed, k):
    """What stands between the linear layer and ReLU."""
    kind, _, jolt = name.partition(", ")
    kinds = {"batch norm": nn.BatchNorm1d, "layer norm": nn.LayerNorm}
    kinds["constants backwards"] = Constants
    between = [kinds[kind](UNITS)] if kind in kinds else []
    if jolt in JOLTS:
        between.append(Jolt(JOLTS[jolt], 1000 * seed + k, relative=kind == "plain"))
    return between


def build(name, seed):
    """A network with weights of variance 2 / inputs and biases 0."""
    rng, modules, inputs = np.random.default_rng(seed), [], 2
    for k in range(0 if name == "linear model" else LAYERS):
        modules += [linear(rng, inputs, UNITS), *norm(name, seed, k), nn.ReLU()]
        inputs = UNITS
    network = nn.Sequential(*modules, linear(rng, inputs, 3))
    if name == "first batch only":
        standardise(network, training_set(seed)[0][:500])
    return network


def linear(rng, inputs, outputs):
    """A linear layer with normally distributed weights."""
    layer = nn.Linear(inputs, outputs)
    weights = rng.normal(0, (2 / inputs) ** 0.5, (outputs, inputs))
    with nnlib.no_grad():
        layer.weight.copy_(nnlib.tensor(np.float32(weights)))
        layer.bias.zero_()
    return layer


def standardise(network, X):
    """Rescale weights and biases once, so that each hidden sum has mean 0 and variance 1."""
    a = nnlib.tensor(X)
    with nnlib.no_grad():
        for module in list(network)[:-1]:
            if isinstance(module, nn.Linear):
                z = module(a).numpy()
                mean, spread = z.mean(axis=0), z.std(axis=0) + 1e-5
                module.weight.copy_(module.weight / nnlib.tensor(spread[:, None]))
                module.bias.copy_((module.bias - nnlib.tensor(mean)) / nnlib.tensor(spread))
            a = module(a)


@cache
def spirals(samples, seed):
    """Points on three spiral arms that make one turn each, and the arm of each point."""
    rng = np.random.default_rng(seed)
    arm = rng.integers(3, size=samples)
    radius = rng.uniform(0.1, 1, size=samples)
    angle = 2 * np.pi * (radius + arm / 3) + rng.normal(scale=0.4, size=samples)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return np.float32(2 * X), arm


def training_set(seed):
    """The points that a seed is trained with."""
    return spirals(3000, 100 + seed)


def held_out(which):
    """The validation set or the test set."""
    return spirals(4000, 1000) if which == "validation" else spirals(10_000, 2000)


def gradient(network, X, y):
    """The loss and its gradient, as one vector."""
    network.zero_grad()
    loss = F.cross_entropy(network(nnlib.tensor(X)), nnlib.tensor(y))
    loss.backward()
    grads = [p.grad.numpy().ravel() for p in network.parameters()]
    return loss.item(), np.concatenate(grads).astype(float)


def train(name, lr, seed, steps=STEPS, watch=None):
    """Mini-batch descent with a learning rate that falls to zero."""
    network, (X, y) = build(name, seed), training_set(seed)
    rng, losses, start = np.random.default_rng(seed), [], lengths(network)
    optimizer = optim.SGD(network.parameters(), lr=lr)
    falling = optim.lr_scheduler.LinearLR(optimizer, 1, 0, STEPS)
    for step in range(steps):
        if watch and step % 40 == 20:
            watch(network)
        rows = rng.integers(len(X), size=BATCH)
        loss = F.cross_entropy(network(nnlib.tensor(X[rows])), nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()
        if name.endswith("fixed lengths"):
            restore(network, start)
        if watch and step % 40 == 20:
            watch(network)
        losses.append(loss.item())
        if not np.isfinite(losses[-1]):
            break
    return network, losses, start


def hidden(network):
    """The linear layers that a ReLU follows."""
    return [module for module in network if isinstance(module, nn.Linear)][:-1]


def lengths(network):
    """The length of the weights of each hidden unit, a column for each layer."""
    weights = [layer.weight.detach().numpy().astype(float) for layer in hidden(network)]
    return [np.linalg.norm(W, axis=1, keepdims=True) for W in weights]


def restore(network, start):
    """Give the weights of each hidden unit the length that they had at the start."""
    with nnlib.no_grad():
        for layer, old, new in zip(hidden(network), start, lengths(network), strict=True):
            layer.weight.copy_(layer.weight * nnlib.tensor(np.float32(old / new)))


def recount(network, seed):
    """Take the running averages anew, over large batches that are not jolted."""
    X, rng = training_set(seed)[0], np.random.default_rng(seed)
    network.train()
    for module in network:
        if isinstance(module, Jolt):
            module.eval()
    with nnlib.no_grad():
        for _ in range(40):
            network(nnlib.tensor(X[rng.integers(len(X), size=500)]))


def accuracy(network, which):
    """Share of right answers, in evaluation mode."""
    X, y = held_out(which)
    network.eval()
    with nnlib.no_grad():
        scores = np.concatenate(
            [network(nnlib.tensor(part)).numpy() for part in np.split(X, 4)]
        )
    return float((scores.argmax(axis=1) == y).mean())


def inputs_of_relu(network, X):
    """Mean and spread, over the probe, of what each ReLU is given."""
    a, found = nnlib.tensor(X), []
    with nnlib.no_grad():
        for module in network:
            if isinstance(module, nn.ReLU):
                z = a.numpy().astype(float)
                found.append([z.mean(axis=0), z.std(axis=0)])
            a = module(a)
    return np.array(found)  # (layers, 2, units)


def moved(before, after):
    """How far the means of the units moved in a step, in spreads over the probe."""
    change = after[:, 0] - before[:, 0]
    return float(np.sqrt((change**2).mean() / (before[:, 1] ** 2).mean()))


def turn(network, X, y, lr):
    """Change of the gradient after a step of this rate, relative to the gradient's length."""
    jolts = [module for module in network if isinstance(module, Jolt)]
    state = [jolt.rng.bit_generator.state for jolt in jolts]
    start = [p.detach().numpy().copy() for p in network.parameters()]
    _, g = gradient(network, X, y)
    with nnlib.no_grad():
        for p, old in zip(network.parameters(), start, strict=True):
            p.copy_(nnlib.tensor(old - np.float32(lr) * p.grad.numpy()))
    for jolt, before in zip(jolts, state, strict=True):
        jolt.rng.bit_generator.state = before  # the same jolt for both gradients
    _, h = gradient(network, X, y)
    with nnlib.no_grad():
        for p, old in zip(network.parameters(), start, strict=True):
            p.copy_(nnlib.tensor(old))
    return np.linalg.norm(h - g) / np.linalg.norm(g)


@cache
def trained(name, lr, seed):
    """Everything that is recorded of one training."""
    X, y = spirals(500, 3000 + seed)
    seen, shifts, turns = [], [], []

    def watch(network):
        buffers = [b.numpy().copy() for b in network.buffers()]
        seen.append(inputs_of_relu(network, X))
        if len(seen) % 2:
            turns.append(turn(network, X, y, lr))
        else:
            shifts.append(moved(*seen[-2:]))
        with nnlib.no_grad():
            for b, old in zip(network.buffers(), buffers, strict=True):
                b.copy_(nnlib.tensor(old))

    deep = name != "linear model"
    network, losses, start = train(name, lr, seed, watch=watch if deep else None)
    if "jolts" in name:  # evaluation has no jolts, so neither may the averages
        recount(network, seed)
    found = {"validation": accuracy(network, "validation"), "test": accuracy(network, "test")}
    recount(network, seed)
    found["recounted"] = accuracy(network, "test")
    whole = len(losses) // 20 * 20  # all, unless a rate was too large
    found["losses"] = np.reshape(losses[:whole], (-1, 20)).mean(axis=1).round(4)
    if deep:
        ratios = [new / old for new, old in zip(lengths(network), start, strict=True)]
        found |= {"shift": middle(shifts), "turn": middle(turns), "growth": middle(ratios)}
    return found


def middle(values, highest=1000.0):
    """The median; a training that broke down counts as a very large number."""
    found = np.median(values) if len(values) else highest
    return float(np.clip(np.nan_to_num(found, nan=highest), 0, highest))


@cache
def best_rate(name):
    """The learning rate with the best mean validation accuracy."""
    return max(
        RATES, key=lambda lr: np.mean([trained(name, lr, s)["validation"] for s in SEEDS])
    )


def run(seed):
    """Every contender with every rate; losses and the test set with the chosen rate only."""
    found = {"rates": RATES}
    for name in CONTENDERS:
        all_rates = [trained(name, lr, seed) for lr in RATES]
        best = trained(name, best_rate(name), seed)
        kept = [key for key in best if key not in ("losses", "test")]
        found[name] = {key: [one[key] for one in all_rates] for key in kept}
        found[name] |= {key: best[key] for key in ("losses", "test")} | {"lr": best_rate(name)}
    return found


def thin():
    """Mean loss of twenty steps after forty steps at one rate."""
    return {name: np.mean(train(name, 0.1, 0, 60)[1][40:]) for name in ("plain", "batch norm")}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=SEEDS, thin=thin)
