"""What may widen the window of starting scales: smaller rates, more steps, one layer alone.

Networks of `starting_scale` with 10 and 30 hidden layers, three starts each.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

FIRST = runpy.run_path(str(Path(__file__).with_name("starting_scale.py")))
LONG = 3000
TOLERANCES = {"gradients": {"relative": 0.05}}
# thirty ReLU layers: standard deviation, steps, rates to choose from
CONTENDERS = {
    "0.17": (0.17, 500, (0.0001, 0.0003, 0.001)),
    "0.2": (0.2, 500, (0.000001, 0.00001, 0.0001)),
    "0.1": (0.1, 500, (3.0, 10.0, 100.0)),
    "0.1, 3,000 steps": (0.1, LONG, (0.1, 0.3, 1.0)),
    "0.12, 3,000 steps": (0.12, LONG, (0.03, 0.1, 0.3)),
    "0.2, 3,000 steps": (0.2, LONG, (0.000001, 0.00001, 0.0001)),
}
ADAM = {"0.08, Adam": 1e-8, "0.08, Adam, small ε": 1e-12}  # what is added to the denominator
LAST_LAYER = {"10 tanh, 1.0": 10, "30 tanh, 1.0": 30}


def train(network, optimizer, seed, steps):
    """As in the first program, for other numbers of steps."""
    X, y = FIRST["spirals"](3000, 100 + seed)
    rng = np.random.default_rng(seed)
    falling = optim.lr_scheduler.LinearLR(optimizer, 1, 0, steps)
    for _ in range(steps):
        rows = rng.integers(len(X), size=FIRST["BATCH"])
        loss = F.cross_entropy(network(nnlib.tensor(X[rows])), nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()
        if not np.isfinite(loss.item()):
            break  # the rate is too large


def accuracies(network):
    """Validation and test accuracy."""
    sets = FIRST["spirals"](4000, 1000), FIRST["spirals"](10_000, 2000)
    return [FIRST["accuracy"](network, *each) for each in sets]


def gradients(scale):
    """Root mean square of the loss's gradient before training, for each layer's parameters."""
    network = FIRST["build"](30, nn.ReLU, scale, 0)
    X, y = FIRST["spirals"](500, 0)
    F.cross_entropy(network(nnlib.tensor(X)), nnlib.tensor(y)).backward()
    layers = network[0::2]
    size = [
        [
            np.sqrt(np.mean(p.grad.numpy().astype(float) ** 2))
            for p in (layer.weight, layer.bias)
        ]
        for layer in layers
    ]
    return np.transpose(size)


def run(seed):
    """Every contender with its best rate on this start; the last layer alone."""
    found = {}
    for name, (scale, steps, rates) in CONTENDERS.items():
        tried = []
        for lr in rates:
            network = FIRST["build"](30, nn.ReLU, scale, seed)
            train(network, optim.SGD(network.parameters(), lr=lr), seed, steps)
            tried.append((*accuracies(network), lr))
        _, test, lr = max(tried)
        found[name] = {"test": test, "lr": lr}
    for name, eps in ADAM.items():
        network = FIRST["build"](30, nn.ReLU, 0.08, seed)
        train(network, optim.Adam(network.parameters(), lr=0.001, eps=eps), seed, 500)
        found[name] = {"test": accuracies(network)[1]}
    for name, depth in LAST_LAYER.items():
        network = FIRST["build"](depth, nn.Tanh, 1.0, seed)
        train(network, optim.SGD(network[-1].parameters(), lr=0.1), seed, 500)
        found[name] = {"test": accuracies(network)[1]}
    return found


def thin():
    """The size of the gradients of thirty ReLU layers with two scales, in float32."""
    return {"gradients": np.log10([gradients(0.1), gradients(0.141)])}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(3), thin=thin)
