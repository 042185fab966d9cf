"""Why is a plain network of 32 layers behind: unequal gradients, or its start?

Two remedies are tried on the networks of shortcuts.py. Each kernel's gradient is multiplied by
a fixed number that makes all gradients as long as the last one. Or each kernel starts with a 1
in the middle for its own map and small random weights, with one of three factors. An
explanation fails if its remedy makes up less than a tenth of the lead of the residual network.

It takes about 25 minutes. The page cnn/architectures-modern uses the results.
"""

import runpy
from functools import cache
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, optim
from nnlib.nn import functional as F

FIRST = runpy.run_path(str(Path(__file__).with_name("shortcuts.py")))
FACTORS = (0.03, 0.1, 0.3)
NAMES = ("equal gradients", *(f"identity, {factor}" for factor in FACTORS))
TOLERANCES = {"plain": {"relative": 0.3}, "residual": {"relative": 0.3}}


def kernels(network):
    """Return the weights of the 31 convolutions, from the input on."""
    return [p for p in network.parameters() if p.ndim == 4]


def near_identity(network, factor, seed):
    """Set each kernel behind the first to the identity plus small random weights."""
    rng = np.random.default_rng(seed)
    with nnlib.no_grad():
        for p in kernels(network)[1:]:
            weights = factor * rng.normal(0, (2 / p[0].numel()) ** 0.5, p.shape)
            for k in range(p.shape[1]):
                weights[k, k, 1, 1] += 1
            p.copy_(nnlib.tensor(np.float32(weights)))


def started(name, seed):
    """A network of 32 layers before its first step."""
    network = FIRST["Network"]("residual" if name == "residual" else "plain", 32, seed)
    if name.startswith("identity"):
        near_identity(network, float(name.split(", ")[1]), seed)
    return network


def lengths(network):
    """Euclidean norm of the gradient of the mean loss, for each kernel."""
    X, y = FIRST["pictures"]()["training"]
    network.train()
    network.zero_grad()
    F.cross_entropy(network(nnlib.tensor(X[:250])), nnlib.tensor(y[:250])).backward()
    return np.array([float(np.linalg.norm(p.grad.numpy())) for p in kernels(network)])


def train(name, lr, seed):
    """The training of ``shortcuts``, with each kernel's gradient multiplied if need be."""
    network, rng = started(name, seed), np.random.default_rng(100 + seed)
    found = lengths(network)
    factors = found[-1] / found if name == "equal gradients" else np.ones(len(found))
    X, y = FIRST["pictures"]()["training"]
    steps = FIRST["EPOCHS"] * len(X) // FIRST["BATCH"]
    sgd = optim.SGD(network.parameters(), lr, momentum=0.9, weight_decay=1e-4)
    falling = optim.lr_scheduler.LinearLR(sgd, 1, 0, steps)
    for _ in range(FIRST["EPOCHS"]):
        for rows in rng.permutation(len(X)).reshape(-1, FIRST["BATCH"]):
            loss = F.cross_entropy(network(nnlib.tensor(X[rows])), nnlib.tensor(y[rows]))
            sgd.zero_grad()
            loss.backward()
            for p, factor in zip(kernels(network), factors, strict=True):
                p.grad *= float(factor)
            sgd.step()
            falling.step()
    return network


@cache
def tried(name):
    """The mean validation accuracy of a contender with each learning rate."""

    def judged(lr, seed):
        return FIRST["judge"](train(name, lr, seed), "validation")[1]

    return {
        lr: float(np.mean([judged(lr, seed) for seed in FIRST["TUNING"]]))
        for lr in FIRST["RATES"]
    }


def run(seed):
    """Norms at the start, and what each contender reaches at its own rate."""
    found = {}
    for name in NAMES:
        rate = max(tried(name), key=tried(name).get)
        network = train(name, rate, seed)
        found[name] = {part: FIRST["judge"](network, part)[1] for part in ("training", "test")}
        found[name] |= {"lr": rate, "validated": tried(name)[rate]}
    for name in ("plain", "residual", *NAMES[1:]):
        found[f"{name}, norms"] = lengths(started(name, seed))
    return found


def thin():
    """How much longer the gradient of the second kernel is than that of the last."""
    found = {name: lengths(started(name, 0)) for name in ("plain", "residual")}
    return {name: norms[1] / norms[-1] for name, norms in found.items()}


if __name__ == "__main__":
    np.seterr(all="ignore")  # a rate that is too large overflows, which is a result here
    experiment.record(run, seeds=FIRST["SEEDS"], thin=thin)
