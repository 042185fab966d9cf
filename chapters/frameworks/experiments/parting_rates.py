"""Is it the learning rate, the momentum or the long-run rate that makes two runs separate?

Each rate of 0.1, 0.3, 0.5 and 1.0 without momentum has a partner of a tenth with momentum 0.9.
The program measures the growth of the difference per step, between 1e-6 (1e-14 in float64) and
1e-2, and the smallest and largest eigenvalue of the Hessian of a batch, by Lanczos, times the
rate.

It takes about 3 minutes. The page frameworks/two-runs uses the results.
"""

import runpy
from pathlib import Path

import numpy as np
import torch

from nnlib import experiment
from nnlib.datasets import fashion_mnist

TOLERANCES = {"loss": {"relative": 0.1}, "largest": {"relative": 0.1}}
parting = runpy.run_path(str(Path(__file__).with_name("parting.py")))
SETTINGS = parting["SETTINGS"]
NEW = {"0.3": (0.3, 0), "0.5": (0.5, 0), "1.0": (1.0, 0)}
NEW |= {"0.03, momentum": (0.03, 0.9), "0.05, momentum": (0.05, 0.9)}
SETTINGS |= NEW
CALM = ("0.3", "0.03, momentum")
losses, corners, start = parting["losses"], parting["corners"], parting["start"]
STEPS, BATCH, PICTURES = 400, 50, 2000


def growth(size, low, high):
    """By what factor a step the largest difference grows from ``low`` to ``high``, or 0."""
    largest = np.maximum.accumulate(np.nan_to_num(size, nan=np.inf))
    if largest[-1] < high:
        return 0.0
    first, last = np.argmax(largest >= low), np.argmax(largest >= high)
    if last == first:
        return 0.0
    rise = np.log(min(largest[last], 1e3)) - np.log(largest[first])
    return round(float(np.exp(rise / (last - first))), 4)


def lanczos(product, vector, sweeps):
    """An orthonormal basis that begins with a vector, and a symmetric matrix in this basis.

    The matrix is given by its products with vectors, and is tridiagonal in the basis.
    """
    basis, diagonal, beside = [vector / vector.norm()], [], []
    for _ in range(sweeps):
        w = product(basis[-1])
        diagonal.append((w @ basis[-1]).item())
        rows = torch.stack(basis)
        for _ in range(2):  # once leaves rounding errors
            w = w - rows.T @ (rows @ w)
        beside.append(w.norm().item())
        basis.append(w / w.norm())
    small = np.diag(diagonal) + np.diag(beside[:-1], 1) + np.diag(beside[:-1], -1)
    return torch.stack(basis[:-1]), small


def hessian_of(loss, parameters):
    """The gradient of a loss as one vector, and a function that multiplies by its Hessian."""
    parts = torch.autograd.grad(loss, parameters, create_graph=True)
    gradient = torch.cat([part.flatten() for part in parts])

    def product(vector):
        turned = torch.autograd.grad(gradient, parameters, vector, retain_graph=True)
        return torch.cat([part.flatten() for part in turned])

    return gradient.detach(), product


def extreme_eigenvalues(net, x, t, sweeps=30):
    """The smallest and the largest eigenvalue of the Hessian of the loss, by Lanczos."""
    loss = torch.nn.functional.cross_entropy(net(x), t)
    gradient, product = hessian_of(loss, list(net.parameters()))
    generator = torch.Generator().manual_seed(0)
    vector = torch.randn(len(gradient), dtype=x.dtype, generator=generator)
    values = np.linalg.eigvalsh(lanczos(product, vector, sweeps)[1])
    return values[0], values[-1]


def curvatures(setting, parameters, steps):
    """Rate times smallest and largest eigenvalue for tanh, at every tenth of these steps."""
    train, _ = fashion_mnist()
    X = torch.tensor(train.X[:PICTURES].reshape(PICTURES, 784).astype("float64"))
    y = torch.tensor(np.int64(train.y[:PICTURES]))
    lr, momentum = SETTINGS[setting]
    net = parting["make_network"](torch, "tanh").double()
    net.load_state_dict({k: torch.tensor(v.astype("float64")) for k, v in parameters.items()})
    sgd = torch.optim.SGD(net.parameters(), lr=lr, momentum=momentum)
    found = []
    for step in range(steps):
        rows = slice(step * BATCH % PICTURES, step * BATCH % PICTURES + BATCH)
        if step % max(1, steps // 10) == 0:
            both = extreme_eigenvalues(net, X[rows], y[rows])
            found.append([round(lr * float(value), 4) for value in both])
        sgd.zero_grad()
        torch.nn.functional.cross_entropy(net(X[rows]), y[rows]).backward()
        sgd.step()
    return found


def run(seed):
    """Agreement, growth and loss: tanh with curvatures, and ReLU at the new settings."""
    torch.set_num_threads(1)
    here = start(seed)
    found = {}
    for activation in ("tanh", "relu"):
        for setting in SETTINGS if activation == "tanh" else NEW:
            single = losses(torch, "float32", activation, setting, here)
            for dtype in ("float32", "float64"):
                other = losses(parting["nnlib"], dtype, activation, setting, here)
                mine = single
                if dtype == "float64":
                    mine = losses(torch, dtype, activation, setting, here)
                size = np.abs(other - mine)
                name = f"{activation}, {setting}, {dtype}"
                beyond = np.flatnonzero(~(size <= 1e-5))
                found[f"{name}, equal"] = int(beyond[0]) if len(beyond) else STEPS
                low = 1e-6 if dtype == "float32" else 1e-14
                found[f"{name}, growth"] = growth(size, low, 1e-2)
                windows = np.nan_to_num(size, nan=1e9).reshape(-1, 10).max(axis=1)
                found[name] = [float(f"{w:.2e}") for w in windows]
            found[f"{activation}, {setting}, loss"] = round(float(single[-40:].mean()), 3)
            if activation == "tanh":
                steps = min(200, found[f"tanh, {setting}, float64, equal"])
                found[f"{setting}, curvatures"] = curvatures(setting, here, steps)
    for setting in CALM:
        found[f"{setting}, corners"] = corners(setting, "float32", here)
    return found


def thin():
    """The first loss of a run, and the largest curvature at its start."""
    first = losses(torch, "float32", "tanh", "1.0", start(0), 1)
    return {"loss": float(first[0]), "largest": curvatures("1.0", start(0), 1)[0][1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
