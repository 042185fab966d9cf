"""A linear model, one hidden layer, or a small convolutional network?

The convolutional network also learns images whose pixels are shuffled in one fixed way. A
deeper and a wider dense network have batch normalisation, but nobody tells them which pixels
are neighbours.

It takes about 13 minutes. The pages start/welcome and backprop/deep-network use the results.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn.functional import cross_entropy
from nnlib.training import predict

RATES = {
    "linear": (0.01, 0.03, 0.1, 0.3),
    "dense": (0.01, 0.03, 0.1, 0.3),
    "convolutional": (0.003, 0.01, 0.03),
    "shuffled": (0.003, 0.01, 0.03),
    "deeper": (0.001, 0.003, 0.01, 0.03),
    "wider": (0.003, 0.01, 0.03, 0.1),
}
EPOCHS, BATCH, MOMENTUM, DECAY, HELD_BACK = 25, 50, 0.9, 5e-4, 1000
SEEDS = range(5)
ORDER = np.random.default_rng(7).permutation(784)  # of the shuffled pixels
TOLERANCES = {"linear": {"absolute": 0.03}, "convolutional": {"absolute": 0.06}}


class Shuffle(nn.Module):
    """The same pixels of each picture, in another order."""

    def forward(self, input):
        """Return pictures (N, 784) with their pixels in that order."""
        return input[:, ORDER]


def build(name):
    """The model of this name, from 784 numbers to ten scores."""
    if name == "linear":
        return nn.Sequential(nn.Linear(784, 10))
    if name == "dense":
        return nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    if name in ("deeper", "wider"):
        width = 128 if name == "deeper" else 512
        return nn.Sequential(
            *(nn.Linear(784, width), nn.BatchNorm1d(width), nn.ReLU()),
            *(nn.Linear(width, width), nn.BatchNorm1d(width), nn.ReLU()),
            nn.Linear(width, 10),
        )
    if name == "shuffled":
        return nn.Sequential(Shuffle(), *build("convolutional"))
    return nn.Sequential(
        nn.Unflatten(1, (1, 28, 28)),
        *(nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2)),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, 10),
    )


def train(name, rate, mirrored, X, y, seed, epochs=EPOCHS):
    """The trained model; the rate falls to 0 in a line, each picture is mirrored at random."""
    nnlib.manual_seed(seed)
    rng, model, step = np.random.default_rng(seed), build(name), 0
    sgd = optim.SGD(model.parameters(), lr=rate, momentum=MOMENTUM, weight_decay=DECAY)
    steps = epochs * -(-len(X) // BATCH)
    for _ in range(epochs):
        for i in np.split(rng.permutation(len(X)), range(BATCH, len(X), BATCH)):
            sgd.param_groups[0]["lr"] = rate * (1 - step / steps)
            some = X[i].reshape(-1, 28, 28)
            turn = mirrored & (rng.random(len(i)) < 0.5)
            some = np.where(turn[:, None, None], some[:, :, ::-1], some).reshape(-1, 784)
            loss = cross_entropy(model(nnlib.tensor(some)), nnlib.tensor(y[i]))
            sgd.zero_grad()
            loss.backward()
            sgd.step()
            step += 1
    return model.eval()


def right(model, X, y):
    """For each picture whether the model gives it its right label."""
    return predict(model, X).argmax(axis=1) == y


@cache
def chosen(name):
    """Rate and mirroring with the best accuracy on 1,000 training pictures held back."""
    (X, y), _ = fashion_mnist()
    learn, keep = np.split(np.random.default_rng(99).permutation(len(X)), [-HELD_BACK])
    tried = {
        (rate, mirrored): right(
            train(name, rate, mirrored, X[learn], y[learn], 99), X[keep], y[keep]
        ).mean()
        for rate in RATES[name]
        for mirrored in (False, True)
    }
    return max(tried, key=tried.get), [float(value) for value in tried.values()]


def run(seed):
    """All six, trained on the 5,000 pictures as each has chosen; what they get right."""
    (X, y), test = fashion_mnist()
    found = {}
    for name in RATES:
        settings, tried = chosen(name)
        answers = right(train(name, *settings, X, y, seed), *test)
        found[name] = float(answers.mean())
        found[f"{name} right"] = np.packbits(answers).tobytes().hex()
        found[f"{name} chosen"], found[f"{name} tried"] = list(settings), tried
    return found


def thin():
    """One pass of two of them over 2,000 pictures, judged on 1,000."""
    (X, y), (X_test, y_test) = fashion_mnist()
    found = {}
    for name, rate in (("linear", 0.03), ("convolutional", 0.01)):
        model = train(name, rate, False, X[:2000], y[:2000], 0, epochs=1)
        found[name] = float(right(model, X_test[:1000], y_test[:1000]).mean())
    return found


if __name__ == "__main__":
    experiment.record(run, seeds=SEEDS, thin=thin)
