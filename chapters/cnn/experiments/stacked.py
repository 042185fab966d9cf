"""Two 3x3 convolutions instead of one 5x5: do the fewer weights help, or the ReLU between them?

Images of 14 x 14 pixels pass a 3x3 convolution to 16 maps, a block, a max pooling and another
block, with ReLU behind each. Then every map is replaced by its mean, and a linear layer
follows, so a unit of the last maps knows only what it sees in its own window. Fewer weights
help if the two 3x3 without ReLU are ahead of one 5x5. The ReLU helps if the pair with it is
ahead of the pair without it.

Settings: 1,500 training images, 8 epochs with Adam; then 16 epochs with Adam, and 8 epochs with
momentum. Each block has the learning rate with the best mean accuracy on 1,000 validation
images for seeds 101 and 102; the longer training uses the rate of the shorter one. Seeds 1 to
13 have training images and initial weights of their own and share 4,000 test images.

The page cnn/architectures-classic uses the results. All seeds take about an hour.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn import functional as F

MAPS, SAMPLES, BATCH = 16, 1500, 50
TUNING, SEEDS = (101, 102), range(1, 14)
BLOCKS = {  # the kernel sizes, and whether there is a ReLU between the layers
    "5×5": ((5,), False),
    "two 3×3, linear": ((3, 3), False),
    "two 3×3": ((3, 3), True),
}
RATES = {"Adam": (0.002, 0.006, 0.018), "momentum": (0.01, 0.03, 0.1, 0.3)}
TRAININGS = {  # the optimiser, the epochs, and the blocks
    "Adam": ("Adam", 8, tuple(BLOCKS)),
    "longer": ("Adam", 16, ("5×5", "two 3×3, linear")),
    "momentum": ("momentum", 8, tuple(BLOCKS)),
}
TOLERANCES = {"Adam": {"relative": 0.1}, "momentum": {"relative": 0.1}}
(TRAIN, TEST) = fashion_mnist()


class Means(nn.Module):
    """The mean of each map over all places."""

    def forward(self, x):
        """Map (N, C, H, W) to (N, C)."""
        return x.mean((2, 3))


def small(X):
    """Return images of 14 x 14 pixels, each the mean of four, roughly standardised."""
    X = np.asarray(X, np.float32).reshape(-1, 1, 14, 2, 14, 2).mean(axis=(3, 5))
    return (X - np.float32(0.286)) / np.float32(0.32)


def block(name):
    """Return the convolutions of a block, and the ReLU behind it."""
    kernels, between = BLOCKS[name]
    layers = []
    for k in kernels:
        layers += [nn.Conv2d(MAPS, MAPS, k, padding=k // 2)] + [nn.ReLU()] * between
    return layers if between else [*layers, nn.ReLU()]


def network(name, seed):
    """Return the network with He's weights, and with variance 1/n where no ReLU follows."""
    layers = [nn.Conv2d(1, MAPS, 3, padding=1), nn.ReLU(), *block(name), nn.MaxPool2d(2)]
    layers += [*block(name), Means(), nn.Linear(MAPS, 10)]
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


def trained(name, seed, optimiser, rate, epochs):
    """Train with a rate that falls to 0; return network, training rows, other rows, losses."""
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(len(TRAIN.X))
    rows, others = order[:SAMPLES], order[SAMPLES : SAMPLES + 1000]
    X, y, net, losses = small(TRAIN.X[rows]), TRAIN.y[rows], network(name, seed), []
    if optimiser == "Adam":
        steps = optim.Adam(net.parameters(), lr=rate)
    else:
        steps = optim.SGD(net.parameters(), lr=rate, momentum=0.9)
    falling = optim.lr_scheduler.LinearLR(steps, 1, 0, epochs * SAMPLES // BATCH)
    for _ in range(epochs):
        for batch in rng.permutation(SAMPLES).reshape(-1, BATCH):
            loss = F.cross_entropy(net(nnlib.tensor(X[batch])), nnlib.tensor(y[batch]))
            steps.zero_grad()
            loss.backward()
            steps.step()
            falling.step()
            losses.append(loss.item())
    return net, rows, others, losses


def accuracy(net, X, y):
    """Return the fraction of images that the network classifies correctly."""
    right = 0
    with nnlib.no_grad():
        for k in range(0, len(X), 500):
            scores = net(nnlib.tensor(small(X[k : k + 500]))).numpy()
            right += int((scores.argmax(axis=1) == y[k : k + 500]).sum())
    return right / len(X)


@cache
def best_rate(name, optimiser):
    """Return the rate with the best mean validation accuracy over the seeds for tuning."""

    def validated(rate, seed):
        net, _, others, _ = trained(name, seed, optimiser, rate, epochs=8)
        return accuracy(net, TRAIN.X[others], TRAIN.y[others])

    rates = RATES[optimiser]
    means = [np.mean([validated(rate, seed) for seed in TUNING]) for rate in rates]
    return rates[int(np.argmax(means))]


def run(seed):
    """Return rate, test accuracy and training accuracy of each block in each training."""
    found = {}
    for training, (optimiser, epochs, names) in TRAININGS.items():
        found[training] = {}
        for name in names:
            rate = best_rate(name, optimiser)
            net, rows, _, _ = trained(name, seed, optimiser, rate, epochs)
            found[training][name] = {
                "rate": rate,
                "test": accuracy(net, TEST.X, TEST.y),
                "training": accuracy(net, TRAIN.X[rows], TRAIN.y[rows]),
            }
    return found


def thin():
    """Return the mean loss of the second epoch of seed 1, with each optimiser."""
    adam = trained("two 3×3", 1, "Adam", 0.006, epochs=2)[3]
    momentum = trained("5×5", 1, "momentum", 0.1, epochs=2)[3]
    return {"Adam": np.mean(adam[30:]), "momentum": np.mean(momentum[30:])}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, and its accuracy shows it
    experiment.record(run, seeds=SEEDS, thin=thin)
