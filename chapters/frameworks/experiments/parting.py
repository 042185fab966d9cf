"""For how many steps do nnlib and PyTorch give the same losses?

A 784-64-64-10 network is trained for 400 steps on 2,000 images, in a fixed order, by nnlib and
by PyTorch in float32 and float64, and once more by PyTorch with one bias changed in its last
bit. Rates and momentum: 0.1; 0.01, 0.1 and 0.3 with momentum 0.9; with ReLU and with tanh.
"corners" counts pre-activations that are positive in only one of the libraries.

It takes about 8 minutes. The page frameworks/two-runs uses the results.
"""

import numpy as np
import torch

import nnlib
from nnlib import experiment
from nnlib.datasets import fashion_mnist

STEPS, BATCH, PICTURES = 400, 50, 2000
SETTINGS = {"0.1": (0.1, 0), "0.01, momentum": (0.01, 0.9)}
SETTINGS |= {"0.1, momentum": (0.1, 0.9), "0.3, momentum": (0.3, 0.9)}
ACTIVATIONS = ("relu", "tanh")
TOLERANCES = {"loss": {"relative": 0.1}, "equal": {"absolute": 0}}


def make_network(torch, activation):
    """The network 784-64-64-10, built from the modules of a library."""
    nn, f = torch.nn, getattr(torch, activation)

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc1 = nn.Linear(784, 64)
            self.fc2 = nn.Linear(64, 64)
            self.fc3 = nn.Linear(64, 10)

        def forward(self, x):
            return self.fc3(f(self.fc2(f(self.fc1(x)))))

    return Network()


def fit(torch, net, X, y, lr, momentum, steps):
    """Train by gradient descent, and return the loss of every step."""
    utils = torch.utils.data
    data = utils.TensorDataset(torch.tensor(X), torch.tensor(y))
    loader = utils.DataLoader(data, batch_size=BATCH)
    sgd = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    losses = []
    while len(losses) < steps:
        for x, t in loader:
            sgd.zero_grad()
            loss = torch.nn.functional.cross_entropy(net(x), t)
            loss.backward()
            sgd.step()
            losses.append(loss.item())
    return np.array(losses[:steps])


def start(seed):
    """Parameters drawn as nn.Linear draws them, as arrays of float32."""
    nnlib.manual_seed(seed)
    return {k: v.numpy().copy() for k, v in make_network(nnlib, "relu").state_dict().items()}


def losses(library, dtype, activation, setting, parameters, steps=STEPS):
    """The losses of one run from given parameters."""
    train, _ = fashion_mnist()
    X, y = train.X[:PICTURES].reshape(PICTURES, 784).astype(dtype), np.int64(train.y[:PICTURES])
    net = make_network(library, activation)
    if dtype == "float64":
        net.double()
    net.load_state_dict({k: library.tensor(v.astype(dtype)) for k, v in parameters.items()})
    return fit(library, net, X, y, *SETTINGS[setting], steps)


def corners(setting, dtype, parameters, steps=STEPS):
    """How many hidden sums are positive in one library only, for each step of two ReLU runs."""
    train, _ = fashion_mnist()
    X, y = train.X[:PICTURES].reshape(PICTURES, 784).astype(dtype), np.int64(train.y[:PICTURES])
    lr, momentum = SETTINGS[setting]
    runs = []
    for library in (nnlib, torch):
        net = make_network(library, "relu")
        if dtype == "float64":
            net.double()
        net.load_state_dict({k: library.tensor(v.astype(dtype)) for k, v in parameters.items()})
        runs.append(
            (library, net, library.optim.SGD(net.parameters(), lr=lr, momentum=momentum))
        )
    counts = []
    for step in range(steps):
        rows, active = slice(step * BATCH % PICTURES, step * BATCH % PICTURES + BATCH), []
        for library, net, sgd in runs:
            sgd.zero_grad()
            first = net.fc1(library.tensor(X[rows]))
            second = net.fc2(library.relu(first))
            scores = net.fc3(library.relu(second))
            library.nn.functional.cross_entropy(scores, library.tensor(y[rows])).backward()
            sgd.step()
            active.append([(z.detach().numpy() > 0) for z in (first, second)])
        counts.append(int(sum((a != b).sum() for a, b in zip(*active, strict=True))))
    return counts


def run(seed):
    """For each activation and setting the differences, of 40 windows of 10 steps each."""
    torch.set_num_threads(1)
    here = start(seed)
    near = {k: v.copy() for k, v in here.items()}
    near["fc1.bias"][0] = np.nextafter(near["fc1.bias"][0], np.float32(1))
    found = {}
    for activation in ACTIVATIONS:
        for setting in SETTINGS:
            rest = activation, setting
            single = losses(torch, "float32", *rest, here)
            apart = {
                "float32": losses(nnlib, "float32", *rest, here) - single,
                "float64": losses(nnlib, "float64", *rest, here)
                - losses(torch, "float64", *rest, here),
                "itself": losses(torch, "float32", *rest, near) - single,
            }
            for pair, difference in apart.items():
                size = np.abs(difference)
                name = f"{activation}, {setting}, {pair}"
                found[name] = [float(f"{w.max():.2e}") for w in size.reshape(-1, 10)]
                beyond = np.flatnonzero(~(size <= 1e-5))
                found[f"{name}, equal"] = int(beyond[0]) if len(beyond) else STEPS
            found[f"{activation}, {setting}, loss"] = round(float(single[-40:].mean()), 3)
    for setting in SETTINGS:
        for dtype in ("float32", "float64"):
            found[f"{setting}, {dtype}, corners"] = corners(setting, dtype, here)
    return found


def thin():
    """The first 40 steps at the smallest step, with tanh, whose derivative does not jump."""
    both = [
        losses(library, "float32", "tanh", "0.1", start(0), 40) for library in (nnlib, torch)
    ]
    return {"loss": both[0][-10:].mean(), "equal": bool(np.allclose(*both, rtol=0, atol=1e-5))}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
