"""How far do two runs drift apart if they add the same numbers in different orders?

"libraries" compares nnlib with PyTorch, and "reversed" compares PyTorch with itself, where one
run has the 784 pixels, and the weights of the first layer, in reverse order. "float64" repeats
"libraries" in double precision, and "slow" repeats "reversed" at a rate of 0.01. The two runs
of each pair compute the same function in exact arithmetic. The results are the largest
difference of the losses in each window of 10 steps, the number of steps until the losses differ
by more than 1e-5 and by more than 1e-2, and test accuracies.

It takes about five minutes. The page frameworks/two-runs uses the results.
"""

import numpy as np
import torch

import nnlib
from nnlib import experiment
from nnlib.datasets import fashion_mnist

TOLERANCES = {"loss": {"relative": 1e-4}, "reversed": {"absolute": 1e-4}}
BATCH, STEPS = 50, 500


def make_network(library):
    """The network 784-64-64-10 with tanh."""
    nn = library.nn
    return nn.Sequential(
        nn.Linear(784, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 10)
    )


def fit(library, net, X, y, lr, steps, momentum=0.9):
    """Train in a fixed order, and return the loss of every step."""
    X, y = library.tensor(X), library.tensor(y)
    sgd = library.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    losses = []
    for step in range(steps):
        k = step * BATCH % len(X)
        loss = library.nn.functional.cross_entropy(net(X[k : k + BATCH]), y[k : k + BATCH])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        losses.append(loss.item())
    return np.array(losses)


(X, y), (X_test, y_test) = fashion_mnist()
X, y = X[:2000].reshape(2000, 784), np.int64(y[:2000])
X_test, y_test = X_test[:2000].reshape(-1, 784), y_test[:2000]


def initial(seed):
    """The initial parameters of nnlib's network."""
    nnlib.manual_seed(seed)
    return {k: p.numpy().copy() for k, p in make_network(nnlib).state_dict().items()}


def train(library, start, lr=0.1, dtype="float32", reverse=False, steps=STEPS):
    """The losses of a run, and its accuracy on the first 2,000 test images."""
    order = slice(None, None, -1) if reverse else slice(None)
    start = {k: p[:, order] if k == "0.weight" else p for k, p in start.items()}
    net = make_network(library)
    net = net.double() if dtype == "float64" else net
    net.load_state_dict({k: library.tensor(p.astype(dtype)) for k, p in start.items()})
    losses = fit(library, net, X[:, order].astype(dtype), y, lr, steps)
    with library.no_grad():
        scores = net(library.tensor(X_test[:, order].astype(dtype))).numpy()
    return losses, float((scores.argmax(axis=1) == y_test).mean())


def steps_until(size, limit):
    """The number of steps before a difference exceeds the limit."""
    beyond = np.flatnonzero(~(size <= limit))
    return int(beyond[0]) if len(beyond) else STEPS


def run(seed):
    """The differences of four pairs of runs from the same parameters."""
    torch.set_num_threads(1)
    start, differences = initial(seed), {}
    base, accuracy = train(torch, start)
    base64, _ = train(torch, start, dtype="float64")
    slow, slow_accuracy = train(torch, start, lr=0.01)
    pairs = {
        "libraries": (train(nnlib, start), base),
        "reversed": (train(torch, start, reverse=True), base),
        "float64": (train(nnlib, start, dtype="float64"), base64),
        "slow": (train(torch, start, lr=0.01, reverse=True), slow),
    }
    for name, ((losses, other_accuracy), reference) in pairs.items():
        size = np.abs(losses - reference)
        windows = size.reshape(-1, 10).max(axis=1)
        differences[name] = [float(f"{w:.2e}") for w in windows]
        differences[f"{name}, fifth"] = steps_until(size, 1e-5)
        differences[f"{name}, second"] = steps_until(size, 1e-2)
        differences[f"{name}, accuracy"] = other_accuracy
    return differences | {"accuracy": accuracy, "slow accuracy": slow_accuracy}


def thin():
    """The fifth loss, and how far the two orders are apart by then."""
    first, _ = train(torch, initial(0), steps=5)
    second, _ = train(torch, initial(0), reverse=True, steps=5)
    return {"loss": float(first[-1]), "reversed": float(abs(first[-1] - second[-1]))}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
