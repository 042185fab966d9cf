"""The blocks of ``stacked`` in a network that is deeper and cannot see where things are.

There a linear layer saw all places of the last maps, and a single 3x3 was as good as any block:
the task did not need a larger window. Here a 3x3 convolution to 16 maps with ReLU is followed
by a block, a max pooling and another block, each behind a ReLU; then every map is replaced by
its mean, and a linear layer follows. So what a unit of the last maps does not see in its own
window is lost, and two blocks make twice the difference. Training lasts longer, with twice and
more the pictures.

The task can show something if one 5x5 is ahead of one 3x3. The fewer weights help if the two
3x3 without ReLU are ahead of one 5x5; the ReLU helps if the pair with it is ahead of the pair
without.

Three more blocks stand between the pair without ReLU and one 5x5, and each step changes one
thing. "exact border" is the pair with all its zeros around the picture and none around the
maps between, so that it computes at the border, too, what one 5x5 computes. "5×5, product" is
one 5x5 that starts at the product of this pair's kernels: the two are the same function
before the first step. "5×5, centred" starts at independent numbers with the variances of such
a product, which fall from the middle of the kernel to its corners.

A difference counts if its mean over the five seeds is more than 2.8 times its standard
error, the bound of 95% for five numbers. Each block has the learning rate, of three, with the
best mean validation accuracy over seeds 101 and 102, which do not count.
"""

import runpy
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

FIRST = runpy.run_path(str(Path(__file__).with_name("stacked.py")))
small, accuracy, started = (FIRST[name] for name in ("small", "accuracy", "started"))
TRAIN, TEST = FIRST["TRAIN"], FIRST["TEST"]
MAPS, SAMPLES, EPOCHS, BATCH = 16, 1500, 8, 50
RATES, TUNING, SEEDS = (0.002, 0.006, 0.018), (101, 102), range(1, 6)
BLOCKS = {  # the kernels, their paddings, and whether there is a ReLU between them
    "3×3": ((3,), (1,), False),
    "5×5": ((5,), (2,), False),
    "two 3×3, linear": ((3, 3), (1, 1), False),
    "two 3×3": ((3, 3), (1, 1), True),
    "exact border": ((3, 3), (2, 0), False),
    "5×5, product": ((5,), (2,), False),
    "5×5, centred": ((5,), (2,), False),
}
TOLERANCES = {"two 3×3": {"relative": 0.1}}


class Means(nn.Module):
    """The mean of each map over all places."""

    def forward(self, x):
        """Map (N, C, H, W) to (N, C)."""
        return x.mean((2, 3))


def block(name):
    """The convolutions of a block, and the ReLU behind it."""
    kernels, paddings, between = BLOCKS[name]
    layers = []
    for k, padding in zip(kernels, paddings, strict=True):
        layers += [nn.Conv2d(MAPS, MAPS, k, padding=padding)] + [nn.ReLU()] * between
    return layers if between else [*layers, nn.ReLU()]


def whole(name, seed):
    """The network with the weights that ``stacked`` draws."""
    layers = [nn.Conv2d(1, MAPS, 3, padding=1), nn.ReLU(), *block(name), nn.MaxPool2d(2)]
    return started([*layers, *block(name), Means(), nn.Linear(MAPS, 10)], seed)


def product(first, second):
    """The 5x5 kernels of two convolutions of 3x3, one behind the other."""
    a, b = first.weight.array, second.weight.array
    kernels = np.zeros((MAPS, MAPS, 5, 5), np.float32)
    for i in range(3):
        for j in range(3):
            kernels[:, :, i : i + 3, j : j + 3] += np.einsum("om,mikl->oikl", b[:, :, i, j], a)
    return kernels


def network(name, seed):
    """The whole network before training."""
    net = whole(name, seed)
    large = [layer for layer in net if getattr(layer, "kernel_size", None) == (5, 5)]
    with nnlib.no_grad():
        if name == "5×5, product":
            pair = whole("exact border", seed)
            for layer, k in zip(large, (2, 6), strict=True):
                layer.weight.copy_(nnlib.tensor(product(pair[k], pair[k + 1])))
            net[0].weight.copy_(pair[0].weight)
            net[-1].weight.copy_(pair[-1].weight)
        if name == "5×5, centred":
            ways = np.convolve([1, 1, 1], [1, 1, 1])  # to be a sum of two offsets
            share = np.float32(np.outer(ways, ways) / 81)
            for layer in large:
                layer.weight.copy_(layer.weight * nnlib.tensor(np.sqrt(25 * share)))
    return net


def trained(name, seed, rate, epochs=EPOCHS):
    """A network after training with Adam, its rate falling to 0; rows and losses."""
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(len(TRAIN.X))
    rows, others = order[:SAMPLES], order[SAMPLES : SAMPLES + 1000]
    X, y, net, losses = small(TRAIN.X[rows]), TRAIN.y[rows], network(name, seed), []
    adam = optim.Adam(net.parameters(), lr=rate)
    falling = optim.lr_scheduler.LinearLR(adam, 1, 0, epochs * SAMPLES // BATCH)
    for _ in range(epochs):
        for batch in rng.permutation(SAMPLES).reshape(-1, BATCH):
            loss = F.cross_entropy(net(nnlib.tensor(X[batch])), nnlib.tensor(y[batch]))
            adam.zero_grad()
            loss.backward()
            adam.step()
            falling.step()
            losses.append(loss.item())
    return net, rows, others, losses


def validated(name, rate, seed):
    """The accuracy on 1,000 validation pictures."""
    net, _, others, _ = trained(name, seed, rate)
    return accuracy(net, TRAIN.X[others], TRAIN.y[others])


def measured(name, rate, seed):
    """The accuracy on the training pictures and on the 4,000 test pictures."""
    net, rows, _, _ = trained(name, seed, rate)
    return accuracy(net, TRAIN.X[rows], TRAIN.y[rows]), accuracy(net, TEST.X, TEST.y)


def together(function, cases):
    """Results of a function by its arguments, two at the same time."""
    with ProcessPoolExecutor(2) as pool:
        found = pool.map(function, *zip(*cases, strict=True))
        return dict(zip(cases, found, strict=True))


@cache
def chosen():
    """The rate of each block with the best mean validation accuracy, and all the means."""
    found = together(validated, [(n, r, s) for n in BLOCKS for r in RATES for s in TUNING])
    means = {n: [np.mean([found[n, r, s] for s in TUNING]) for r in RATES] for n in BLOCKS}
    return {n: RATES[int(np.argmax(means[n]))] for n in BLOCKS}, means


def run(seed):
    """Test and training accuracy of each block, and the rates that were chosen."""
    rates, means = chosen()
    found = together(measured, [(name, rates[name], seed) for name in BLOCKS])
    results = {name: test for (name, _, _), (_, test) in found.items()}
    training = {name: right for (name, _, _), (right, _) in found.items()}
    return results | {"training": training, "rates": rates, "validation": means}


def thin():
    """Mean loss of the second epoch of the pair of seed 1."""
    return {"two 3×3": float(np.mean(trained("two 3×3", 1, 0.006, epochs=2)[3][30:]))}


if __name__ == "__main__":
    experiment.record(run, seeds=SEEDS, thin=thin)
