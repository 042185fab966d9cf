"""Does a stride of 2 draw a grid into the gradient with respect to the image?

With a kernel of 3 and stride 2, a pixel at an even row and column is read up to four times, and
one at an odd row and column once. The claim is that after training the mean absolute gradient
is at least 1.5 times as large at even pixels, on each of five seeds, and that the factor is
within 0.1 of 1 with stride 1. With a kernel of 4 and stride 2 the pattern should have no fixed
place.

It takes less than a minute. The page cnn/backward uses the results.
"""

import numpy as np

import nnlib
from nnlib import datasets, experiment, nn, optim

CASES = {
    "kernel 3, stride 2": (3, 2),
    "kernel 4, stride 2": (4, 2),
    "kernel 3, stride 1": (3, 1),
}
TRAIN, EPOCHS, RATE = 1000, 3, 3e-3
TOLERANCES = {"factor": {"relative": 0.8}}


def network(kernel, stride):
    """Return two convolutional layers and a linear one."""
    sizes = [28]
    for _ in range(2):
        sizes.append((sizes[-1] - kernel) // stride + 1)
    return nn.Sequential(
        *(nn.Conv2d(1, 8, kernel, stride=stride), nn.ReLU()),
        *(nn.Conv2d(8, 16, kernel, stride=stride), nn.ReLU()),
        *(nn.Flatten(), nn.Linear(16 * sizes[-1] ** 2, 10)),
    )


def train(net, X, y, seed):
    """Train by Adam with batches of 64."""
    optimizer = optim.Adam(net.parameters(), lr=RATE)
    rng = np.random.default_rng(seed)
    for _ in range(EPOCHS):
        for batch in np.array_split(rng.permutation(len(X)), len(X) // 64):
            loss = nn.functional.cross_entropy(net(X[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def saliency(net, X, y):
    """Return the absolute gradient of the score of the class with respect to each pixel."""
    X = nnlib.tensor(X, requires_grad=True)
    net(X)[np.arange(len(X)), y].sum().backward()
    return abs(X.grad.numpy()[:, 0])


def factors(S):
    """Return the mean at (even, even), (even, odd), (odd, even), divided by (odd, odd)."""
    inner = S.mean(axis=0)[4:24, 4:24]
    mean = np.array([[inner[a::2, b::2].mean() for b in (0, 1)] for a in (0, 1)])
    return (mean / mean[1, 1]).ravel()[:3]


def measure(case, seed):
    """Return the factors before and after training, and the accuracy."""
    first, second = datasets.fashion_mnist()
    X, V = (np.float32(s.X).reshape(-1, 1, 28, 28) for s in (first, second))
    nnlib.manual_seed(seed)
    net = network(*CASES[case])
    before = factors(saliency(net, V[:300], second.y[:300]))
    train(net, X[:TRAIN], first.y[:TRAIN], seed)
    after = factors(saliency(net, V[:300], second.y[:300]))
    with nnlib.no_grad():
        right = net(V).numpy().argmax(axis=1) == second.y
    return [*before, *after, right.mean()]


def run(seed):
    """Return the measurements of the three networks."""
    return {case: measure(case, seed) for case in CASES}


def thin():
    """Return the factor of the first network and seed."""
    return {"factor": float(measure("kernel 3, stride 2", 0)[3])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
