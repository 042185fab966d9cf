"""Two 3x3 convolutions instead of one 5x5: fewer weights, or the ReLU between them.

A small network for Fashion-MNIST at 14 x 14 pixels: a 3x3 convolution to 12 maps with ReLU, a
*block* that keeps 12 maps, ReLU, max pooling, and a linear layer. Only the block differs. All
see windows of 5x5 but "3×3" (the simplest rival), and "7×7" and "three 3×3", which see 7x7.

VGG's reasons would be refuted as follows. Fewer weights help: then the two 3x3 without ReLU,
which compute some of the functions of one 5x5 and no others, are better than one 5x5, and the
wide pair, with as many weights as the 5x5, is worse than the pair. The additional ReLU helps:
then the pair with ReLU is better than the pair without, and the 5x5 with ReLU and a 1x1
convolution better than the 5x5 alone. A difference counts if its mean over the five seeds is
more than twice its standard error. Each contender has its learning rate, of three, chosen on
1,000 validation pictures with seed 0, which does not count; seeds 1 to 5 have training
pictures and starting weights of their own, and all are judged on the same 4,000 test pictures.
"""

from concurrent.futures import ProcessPoolExecutor
from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn import functional as F

MAPS, WIDE, SAMPLES, EPOCHS, BATCH = 12, 17, 600, 6, 25
RATES = (0.002, 0.006, 0.018)
BLOCKS = {  # the kernels, the maps between, whether there is a ReLU between
    "3×3": ((3,), MAPS, True),
    "5×5": ((5,), MAPS, True),
    "5×5, 1×1": ((5, 1), MAPS, True),
    "two 3×3, linear": ((3, 3), MAPS, False),
    "two 3×3": ((3, 3), MAPS, True),
    "two 3×3, wide": ((3, 3), WIDE, True),
    "7×7": ((7,), MAPS, True),
    "three 3×3": ((3, 3, 3), MAPS, True),
}
TOLERANCES = {"two 3×3": {"absolute": 0.04}}
(TRAIN, TEST) = fashion_mnist()


def small(X):
    """Pictures of 14 x 14 pixels, each the mean of a block of four, of size about 1."""
    X = np.asarray(X, np.float32).reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5))
    return (X - np.float32(0.286)) / np.float32(0.32)


def block(name):
    """The layers between the first convolution and the pooling."""
    kernels, between, relu = BLOCKS[name]
    widths = [MAPS] + [between] * (len(kernels) - 1) + [MAPS]
    layers = []
    for k, before, after in zip(kernels, widths[:-1], widths[1:], strict=True):
        layers += [nn.Conv2d(before, after, k, padding=k // 2)] + [nn.ReLU()] * relu
    return layers if relu else [*layers, nn.ReLU()]


def started(layers, seed):
    """A network with the weights of He et al., and with 1/n where no ReLU follows."""
    rng = np.random.default_rng(seed)
    for layer, follower in zip(layers, [*layers[1:], None], strict=True):
        if hasattr(layer, "weight"):
            shape = layer.weight.shape
            gain = 2 if isinstance(follower, nn.ReLU) else 1
            w = rng.normal(size=shape) * np.sqrt(gain / np.prod(shape[1:]))
            with nnlib.no_grad():
                layer.weight.copy_(nnlib.tensor(np.float32(w)))
                layer.bias.zero_()
    return nn.Sequential(*layers)


def network(name, seed):
    """The whole network before training."""
    layers = [nn.Conv2d(1, MAPS, 3, padding=1), nn.ReLU(), *block(name)]
    return started([*layers, nn.MaxPool2d(2), nn.Flatten(), nn.Linear(MAPS * 49, 10)], seed)


def trained(name, seed, rate, epochs=EPOCHS):
    """A network after training with Adam, its rate falling to 0, and the validation rows."""
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(len(TRAIN.X))
    rows, others = order[:SAMPLES], order[SAMPLES : SAMPLES + 1000]
    X, y = small(TRAIN.X[rows]), TRAIN.y[rows]
    net = network(name, seed)
    adam = optim.Adam(net.parameters(), lr=rate)
    steps = epochs * SAMPLES // BATCH
    for step in range(steps):
        if step * BATCH % SAMPLES == 0:
            shuffled = rng.permutation(SAMPLES)
        at = step * BATCH % SAMPLES
        batch = shuffled[at : at + BATCH]
        adam.param_groups[0]["lr"] = rate * (1 - step / steps)
        loss = F.cross_entropy(net(nnlib.tensor(X[batch])), nnlib.tensor(y[batch]))
        adam.zero_grad()
        loss.backward()
        adam.step()
    return net, others


def accuracy(net, X, y):
    """The share of the pictures on which the network is right."""
    right = 0
    with nnlib.no_grad():
        for k in range(0, len(X), 500):
            scores = net(nnlib.tensor(small(X[k : k + 500]))).numpy()
            right += int((scores.argmax(axis=1) == y[k : k + 500]).sum())
    return right / len(X)


def validated(name, rate):
    """The accuracy on the validation pictures of seed 0."""
    net, others = trained(name, 0, rate)
    return accuracy(net, TRAIN.X[others], TRAIN.y[others])


def tested(name, seed, rate):
    """The accuracy on the first 4,000 test pictures."""
    net, _ = trained(name, seed, rate)
    return accuracy(net, TEST.X[:4000], TEST.y[:4000])


@cache
def chosen():
    """The rate of each contender with the best accuracy on the validation pictures."""
    tries = [(name, rate) for name in BLOCKS for rate in RATES]
    with ProcessPoolExecutor(3) as pool:
        found = dict(zip(tries, pool.map(validated, *zip(*tries, strict=True)), strict=True))
    return {name: max(RATES, key=lambda rate: found[name, rate]) for name in BLOCKS}


def run(seed):
    """Test accuracy of each contender, and the rates that were chosen."""
    rates = chosen()
    with ProcessPoolExecutor(3) as pool:
        found = pool.map(tested, BLOCKS, [seed] * len(BLOCKS), rates.values())
        return dict(zip(BLOCKS, found, strict=True)) | {"rates": rates}


def thin():
    """The pair of seed 1 after two epochs, on 1,000 test pictures."""
    net, _ = trained("two 3×3", 1, 0.006, epochs=2)
    return {"two 3×3": accuracy(net, TEST.X[:1000], TEST.y[:1000])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
