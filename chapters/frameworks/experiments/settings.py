"""How long do runs with two pixel orders agree, for other learning rates and activations?

Both runs of a pair are in PyTorch in float32, from the same parameters and with the same
batches; in one of them the 784 pixels, and the weights of the first layer, are in reverse
order. The results are the numbers of steps (out of 500) until the losses differ by more than
1e-5 and, for ReLU, until an input of a ReLU has different signs in the two runs.

It takes less than a minute on one core. The page frameworks/two-runs uses the results.
"""

import numpy as np
import torch
from torch import nn

import nnlib
from nnlib import experiment
from nnlib.datasets import fashion_mnist

TOLERANCES = {"tanh, 0.05": {"absolute": 120}}
BATCH, STEPS = 50, 500
SETTINGS = {  # activation, learning rate, momentum
    "tanh, 0.1": (nn.Tanh, 0.1, 0.9),
    "tanh, 0.05": (nn.Tanh, 0.05, 0.9),
    "tanh, 0.01": (nn.Tanh, 0.01, 0.9),
    "tanh, no momentum": (nn.Tanh, 0.1, 0.0),
    "ReLU, 0.01": (nn.ReLU, 0.01, 0.9),
}

(X, y), _ = fashion_mnist()
X, y = X[:2000].reshape(2000, 784), torch.tensor(np.int64(y[:2000]))


def initial(seed):
    """The initial parameters of nnlib's network; they don't depend on the activation."""
    nnlib.manual_seed(seed)
    net = nnlib.nn.Sequential(
        nnlib.nn.Linear(784, 64),
        nnlib.nn.Tanh(),
        nnlib.nn.Linear(64, 64),
        nnlib.nn.Tanh(),
        nnlib.nn.Linear(64, 10),
    )
    return {name: p.numpy().copy() for name, p in net.state_dict().items()}


def train(start, activation, lr, momentum, reverse=False, steps=STEPS):
    """The losses of a run, and which inputs of its activations are positive in each step."""
    order = slice(None, None, -1 if reverse else 1)
    net = nn.Sequential(
        nn.Linear(784, 64), activation(), nn.Linear(64, 64), activation(), nn.Linear(64, 10)
    )
    start = start | {"0.weight": start["0.weight"][:, order]}
    net.load_state_dict({name: torch.tensor(p.copy()) for name, p in start.items()})
    images = torch.tensor(X[:, order].copy())
    sgd = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    losses, signs = [], []
    for step in range(steps):
        k = step * BATCH % len(X)
        first = net[0](images[k : k + BATCH])
        second = net[2](net[1](first))
        signs.append(torch.cat([first, second]) > 0)
        loss = nn.functional.cross_entropy(net[4](net[3](second)), y[k : k + BATCH])
        sgd.zero_grad()
        loss.backward()
        sgd.step()
        losses.append(loss.item())
    return np.array(losses), torch.stack(signs).numpy()


def first(different):
    """The number of steps before the first one that is different."""
    positions = np.flatnonzero(different)
    return int(positions[0]) if len(positions) else STEPS


def agree(start, setting):
    """The steps before the losses differ by more than 1e-5, and before a sign differs."""
    (usual, signs), (other, reverse) = (
        train(start, *setting, reverse=f) for f in (False, True)
    )
    return first(~(np.abs(usual - other) <= 1e-5)), first((signs != reverse).any(axis=(1, 2)))


def run(seed):
    """The number of steps for each setting, from one start."""
    torch.set_num_threads(1)
    start = initial(seed)
    both = {name: agree(start, setting) for name, setting in SETTINGS.items()}
    steps = {name: losses for name, (losses, _) in both.items()}
    return steps | {"ReLU, signs": both["ReLU, 0.01"][1]}


def thin():
    """One of the settings, from the first start."""
    return {"tanh, 0.05": agree(initial(0), SETTINGS["tanh, 0.05"])[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
