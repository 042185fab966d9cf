"""Two to four hidden units learn XOR from random starts; what frees those that are stuck."""

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

X = np.array([[0.0, 0], [0, 1], [1, 0], [1, 1]])
T = np.array([[0.0], [1], [1], [0]])
STARTS = 200
SIZES = (0.1, 0.3, 1.0, 3.0)  # standard deviations of the numbers at the start
WIDTHS, RATES = (2, 3, 4), (0.3, 1.0, 3.0)
ADAM_RATES = (0.001, 0.003, 0.01, 0.03)
TOLERANCES = {"share": {"absolute": 0.06}}  # of 200 starts, over processors


def random_start(rng, networks, units, size=1.0):
    """Draw the weights and biases of many networks at once."""
    shapes = (2, units), (1, units), (units, 1), (1, 1)
    return [size * rng.normal(size=(networks, *shape)) for shape in shapes]


def train(start, lr=1.0, steps=2000, optimizer=optim.SGD):
    """Train all networks; return their parameters and the logits of the four samples."""
    W1, b1, W2, b2 = parameters = [nn.Parameter(p.copy()) for p in start]
    x, target = nnlib.tensor(X), nnlib.tensor(np.tile(T, (len(W1), 1, 1)))
    descent = optimizer(parameters, lr=lr)
    for _ in range(steps):
        z = F.sigmoid(x @ W1 + b1) @ W2 + b2
        loss = F.binary_cross_entropy_with_logits(z, target, reduction="sum")
        descent.zero_grad()
        loss.backward()
        descent.step()
    return [p.detach().numpy() for p in parameters], z.detach().numpy()


def solved(z):
    """Return of each network whether all four samples are right."""
    return ((z > 0) == (T == 1)).all(axis=(1, 2))


def by_size(rng, units, lr, optimizer=optim.SGD):
    """Return for each size of the start the share of networks that solve XOR."""
    start = [random_start(rng, STARTS, units, size) for size in SIZES]
    together = [np.concatenate(parts) for parts in zip(*start, strict=True)]
    ok = solved(train(together, lr, 10_000, optimizer)[1])
    return ok.reshape(len(SIZES), STARTS).mean(axis=1)


def one_more(rng, stuck, copy):
    """Add a unit with the output weight 0: a copy of the first one, or a random one."""
    W1, b1, W2, b2 = stuck
    V, c, _, _ = random_start(rng, len(W1), 1)
    if copy:
        V, c = W1[:, :, :1], b1[:, :, :1]
    return [
        np.concatenate([W1, V], 2),
        np.concatenate([b1, c], 2),
        np.pad(W2, ((0, 0), (0, 1), (0, 0))),
        b2,
    ]


def freed(rng, lr, optimizer=optim.SGD):
    """Return how many networks with two units are stuck, and how many each way frees."""
    parameters, z = train(random_start(rng, STARTS, 2), lr, 4000, optimizer)
    stuck = [p[~solved(z)] for p in parameters]
    ways = stuck, one_more(rng, stuck, copy=True), one_more(rng, stuck, copy=False)
    return [len(stuck[0]), *(solved(train(way, lr, 4000, optimizer)[1]).sum() for way in ways)]


def run(seed):
    """Share of networks that solve XOR, and numbers of those that are freed."""
    rng = np.random.default_rng(seed)
    return {
        "descent": [[by_size(rng, units, lr) for lr in RATES] for units in WIDTHS],
        "adam": [by_size(rng, 2, lr, optim.Adam) for lr in ADAM_RATES],
        "freed": [freed(rng, lr) for lr in RATES],
        "freed_adam": freed(rng, 0.01, optim.Adam),
    }


def thin():
    """Two units, starts of size 1, 2,000 steps."""
    start = random_start(np.random.default_rng(0), STARTS, 2)
    return {"share": solved(train(start)[1]).mean()}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
