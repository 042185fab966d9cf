"""The rule of 1958 and a network of today, each with few pictures and with many."""

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.classifiers import Perceptron
from nnlib.datasets import fashion_mnist
from nnlib.nn.functional import cross_entropy
from nnlib.training import accuracy, fit, loaders

SIZES = (250, 1000, 5000)
LOOKS = 100_000  # how many pictures each learner looks at, again and again
TOLERANCES = {  # twice the spread over seeds; over processors it is 0.001
    "perceptron": {"absolute": 0.04},
    "network": {"absolute": 0.04},
}


def taught(size, seed):
    """Accuracy on the test pictures of both, taught with the same pictures."""
    train, test = fashion_mnist()
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(train.y))[:size]
    X, y, passes = train.X[chosen], train.y[chosen], LOOKS // size
    rule = Perceptron(max_iter=passes, n_iter_no_change=passes, random_state=seed).fit(X, y)
    nnlib.manual_seed(seed)
    network = nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))
    sgd = optim.SGD(network.parameters(), lr=0.1)
    fit(network, loaders(X, y, rng=rng), cross_entropy, sgd, epochs=passes)
    return [float(rule.score(*test)), accuracy(network, *test)]


def run(seed):
    """Teach both learners at each size, on one draw of pictures."""
    rule, network = zip(*(taught(size, seed) for size in SIZES), strict=True)
    return {"perceptron": list(rule), "network": list(network)}


def thin():
    """The smallest size on the first draw."""
    rule, network = taught(SIZES[0], 0)
    return {"perceptron": rule, "network": network}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
