"""Why two runs of ``parting.py`` part: the linear rule, with and without negative curvature.

By the linear rule a step of gradient descent changes a small difference of two runs by the
Hessian H of its batch: the difference d becomes d - rate H d, and with momentum the product
H d goes through the same memory as the gradient. Here a random vector is carried along the
training of the tanh network by this rule, one product with the exact H of each step, and
scaled back whenever it is noted. If the rule is what makes two runs part, then the vector
grows as fast as their difference, and settings part where it grows by more than the distance
from the rounding errors to the fifth decimal.

A second vector is multiplied by the Gauss-Newton matrix J'SJ in place of H, where J holds the
derivatives of the scores and S the second derivatives of the loss with respect to them. It is
H without the second derivatives of the network, and has no negative eigenvalue. If negative
curvature makes differences grow, this vector stays; if steps that overshoot do, or batches
that alternate, it grows like the first.

Momentum 0.5, which ``parting_rates.py`` does not try, is tried with the rates that are
partners of 0.3, 0.5 and 1.0 without momentum: half of them.
"""

import runpy
from pathlib import Path

import numpy as np
import torch
from torch.func import functional_call, grad, jvp, vjp

from nnlib import experiment
from nnlib.datasets import fashion_mnist

TOLERANCES = {"loss": {"relative": 0.1}, "rise": {"absolute": 0.05}}
rates = runpy.run_path(str(Path(__file__).with_name("parting_rates.py")))
parting, losses, start = rates["parting"], rates["losses"], rates["start"]
SETTINGS = rates["SETTINGS"]
HALF = {"0.15, half": (0.15, 0.5), "0.25, half": (0.25, 0.5), "0.5, half": (0.5, 0.5)}
SETTINGS |= HALF
STEPS, BATCH, PICTURES = 400, 50, 2000
cross_entropy = torch.nn.functional.cross_entropy
network = parting["make_network"](torch, "tanh").double()


def scores(parameters, x):
    """The outputs of the tanh network with given parameters."""
    return functional_call(network, parameters, (x,))


def hessian_product(parameters, vector, x, t):
    """The Hessian of a batch's loss, times a vector."""
    gradient = grad(lambda p: cross_entropy(scores(p, x), t))
    return jvp(gradient, (parameters,), (vector,))[1]


def gauss_newton_product(parameters, vector, x, _):
    """The Gauss-Newton matrix of a batch's loss, times a vector."""
    output, change = jvp(lambda p: scores(p, x), (parameters,), (vector,))
    chance = output.softmax(1)
    second = chance * (change - (chance * change).sum(1, keepdim=True)) / len(x)
    return vjp(lambda p: scores(p, x), parameters)[1](second)[0]


PRODUCTS = {"hessian": hessian_product, "gauss-newton": gauss_newton_product}


def rises(setting, parameters, steps=STEPS):
    """By how many powers of ten each vector has grown after every tenth step of a training."""
    train, _ = fashion_mnist()
    X = torch.tensor(train.X[:PICTURES].reshape(PICTURES, 784).astype("float64"))
    y = torch.tensor(np.int64(train.y[:PICTURES]))
    lr, momentum = SETTINGS[setting]
    here = {k: torch.tensor(v.astype("float64")) for k, v in parameters.items()}
    memory = {k: torch.zeros_like(v) for k, v in here.items()}
    generator = torch.Generator().manual_seed(0)
    noise = {
        k: torch.randn(v.shape, generator=generator, dtype=v.dtype) for k, v in here.items()
    }
    vectors = {name: {k: v / length(noise) for k, v in noise.items()} for name in PRODUCTS}
    memories = {name: {k: torch.zeros_like(v) for k, v in here.items()} for name in PRODUCTS}
    risen, found = dict.fromkeys(PRODUCTS, 0.0), {name: [] for name in PRODUCTS}
    for step in range(steps):
        rows = slice(step * BATCH % PICTURES, step * BATCH % PICTURES + BATCH)
        x, t = X[rows], y[rows]
        for name, product in PRODUCTS.items():
            turned = product(here, vectors[name], x, t)
            descend(vectors[name], memories[name], turned, lr, momentum)
            if step % 10 == 9:
                size = length(vectors[name])
                risen[name] += np.log10(size)
                found[name].append(round(risen[name], 3))
                for part in (vectors[name], memories[name]):
                    part.update({k: v / size for k, v in part.items()})
        gradient = grad(lambda p, x=x, t=t: cross_entropy(scores(p, x), t))(here)
        descend(here, memory, gradient, lr, momentum)
    return found


def length(vector):
    """The length of a vector that is a dictionary of tensors."""
    return torch.stack([v.square().sum() for v in vector.values()]).sum().sqrt().item()


def descend(values, memory, gradient, lr, momentum):
    """A step of gradient descent with momentum, as torch.optim.SGD makes it."""
    for k in values:
        memory[k] = momentum * memory[k] + gradient[k]
        values[k] = values[k] - lr * memory[k]


def run(seed):
    """The vectors at each setting, and two runs in both precisions with momentum 0.5."""
    torch.set_num_threads(1)
    here = start(seed)
    found = {}
    for setting in SETTINGS:
        for name, rise in rises(setting, here).items():
            found[f"{setting}, {name}"] = rise
    for setting in HALF:
        for dtype in ("float32", "float64"):
            mine = losses(torch, dtype, "tanh", setting, here)
            size = np.abs(losses(parting["nnlib"], dtype, "tanh", setting, here) - mine)
            beyond = np.flatnonzero(~(size <= 1e-5))
            name = f"tanh, {setting}, {dtype}"
            found[f"{name}, equal"] = int(beyond[0]) if len(beyond) else STEPS
            windows = np.nan_to_num(size, nan=1e9).reshape(-1, 10).max(axis=1)
            found[name] = [float(f"{w:.2e}") for w in windows]
            found[f"tanh, {setting}, loss"] = round(float(mine[-40:].mean()), 3)
    return found


def thin():
    """The first loss of a run, and how far a vector rises in ten steps at 1.0."""
    first = losses(torch, "float32", "tanh", "1.0", start(0), 1)
    return {"loss": float(first[0]), "rise": rises("1.0", start(0), 10)["hessian"][0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
