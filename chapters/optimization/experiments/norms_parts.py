"""Which part of batch normalisation is needed?

The networks of norms.py subtract only the mean, or divide only by the deviation; a loss of 10
points gets its statistics from 100; layer normalisation leaves out the first layer.

It takes about 3 minutes. The page optimization/normalization uses the results.
"""

import runpy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.nn import functional as F

TOLERANCES = {"only centred": {"relative": 0.25}}
norms = runpy.run_path(str(Path(__file__).with_name("norms.py")))
inside = norms["train"].__globals__
every_layer = inside["norm"]


class Centred(nn.BatchNorm1d):
    """Batch normalisation that does not divide."""

    def forward(self, z):
        """Subtract the mean, then scale and shift."""
        mean = self.running_mean
        if self.training:
            with nnlib.no_grad():
                super().forward(z)  # updates the running averages
            mean = z.mean(dim=0)
        return (z - mean) * self.weight + self.bias


class Scaled(nn.BatchNorm1d):
    """Batch normalisation that does not subtract."""

    def forward(self, z):
        """Divide by the standard deviation, then scale and shift."""
        var = self.running_var
        if self.training:
            with nnlib.no_grad():
                super().forward(z)  # updates the running averages
            var = z.var(dim=0, unbiased=False)
        return z / (var + self.eps) ** 0.5 * self.weight + self.bias


def norm(name, seed, k):
    """What stands between the linear layer and ReLU."""
    if name == "layer norm, first layer free":
        return every_layer("layer norm", seed, k) if k else []
    kinds = {"only centred": Centred, "only scaled": Scaled}
    return [kinds[name](norms["UNITS"])] if name in kinds else every_layer(name, seed, k)


inside["norm"] = norm


def train_on_ten(lr, seed, steps=norms["STEPS"]):
    """Batch normalisation over 100 points, with a loss of the first 10 of them."""
    network, (X, y) = norms["build"]("batch norm", seed), norms["training_set"](seed)
    rng = np.random.default_rng(seed)
    optimizer = optim.SGD(network.parameters(), lr=lr)
    falling = optim.lr_scheduler.LinearLR(optimizer, 1, 0, norms["STEPS"])
    for _ in range(steps):
        rows = rng.integers(len(X), size=100)
        scores = network(nnlib.tensor(X[rows]))[:10]
        optimizer.zero_grad()
        F.cross_entropy(scores, nnlib.tensor(y[rows[:10]])).backward()
        optimizer.step()
        falling.step()
    return network


def run(seed):
    """Accuracy on the validation and the test set, and the first losses, at every rate."""
    found = {}
    for name in ("plain", "only centred", "only scaled", "layer norm, first layer free"):
        steps = 10 if name == "plain" else norms["STEPS"]  # plain: its losses only
        trained = [norms["train"](name, lr, seed, steps) for lr in norms["RATES"]]
        first = [np.minimum(np.nan_to_num(losses, nan=1e30), 1e30) for _, losses, _ in trained]
        found[name] = {"highest": [float(losses[:10].max()) for losses in first]}
        if name != "plain":
            for which in ("validation", "test"):
                found[name][which] = [norms["accuracy"](one[0], which) for one in trained]
    trained = [train_on_ten(lr, seed) for lr in norms["RATES"]]
    found["loss of 10 in 100"] = {
        which: [norms["accuracy"](network, which) for network in trained]
        for which in ("validation", "test")
    }
    return found


def thin():
    """Mean loss of twenty steps after forty steps at one rate."""
    return {"only centred": np.mean(norms["train"]("only centred", 0.1, 0, 60)[1][40:])}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=range(5), thin=thin)
