"""Do smaller rates help the networks of starting_scale.py with large weights?

These are the ReLU networks that chose the smallest rate. Two starts choose the rate, five are
tested.

It takes about 7 minutes. The page optimization/initialization uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

FIRST = runpy.run_path(str(Path(__file__).with_name("starting_scale.py")))
TOLERANCES = {"gradients": {"relative": 0.05}}
# hidden layers and standard deviation: rates to choose from
CONTENDERS = {
    (10, 0.4): (1e-4, 3e-5, 1e-5),
    (10, 1.0): (3e-8, 1e-8, 3e-9),
    (30, 0.17): (3e-3, 1e-3, 3e-4),
    (30, 0.2): (3e-5, 1e-5, 3e-6),
    (30, 0.4): (3e-13, 1e-13, 3e-14, 1e-14),
}
LAST_LAYER = {(10, 0.4): (1e-4, 1e-5, 1e-6), (10, 1.0): (1e-7, 1e-8, 1e-9)}


def last_layer(depth, scale, lr, seed):
    """Validation and test accuracy if only the last layer of a ReLU network is trained."""
    network = FIRST["build"](depth, nn.ReLU, scale, seed)
    FIRST["train"](network, optim.SGD(network[-1].parameters(), lr=lr), seed)
    sets = FIRST["spirals"](4000, 1000), FIRST["spirals"](10_000, 2000)
    return [FIRST["accuracy"](network, *each) for each in sets]


def run(seed):
    """The test accuracy of every contender with its best rate, and that rate."""
    found = {}
    for (depth, scale), rates in CONTENDERS.items():
        what = depth, nn.ReLU, scale, optim.SGD
        lr = FIRST["best_rate"](*what, rates)
        test = FIRST["trained"](*what, lr, seed)[1]
        found[f"{depth} ReLU {scale}"] = {"lr": lr, "test": test}
    for (depth, scale), rates in LAST_LAYER.items():
        tried = [(*last_layer(depth, scale, lr, seed), lr) for lr in rates]
        _, test, lr = max(tried)
        found[f"{depth} ReLU {scale}, last layer"] = {"lr": lr, "test": test}
    return found


def thin():
    """The size of the loss's gradient before training, by layer, for two of the networks."""
    return {"gradients": np.log10([sizes(10, 0.4), sizes(10, 1.0)])}


def sizes(depth, scale):
    """Root mean square of the loss's gradient with respect to each layer's weights."""
    network = FIRST["build"](depth, nn.ReLU, scale, 0)
    X, y = FIRST["spirals"](500, 0)
    F.cross_entropy(network(nnlib.tensor(X)), nnlib.tensor(y)).backward()
    weights = (layer.weight.grad.numpy().astype(float) for layer in network[0::2])
    return [np.sqrt(np.mean(W**2)) for W in weights]


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(5), thin=thin)
