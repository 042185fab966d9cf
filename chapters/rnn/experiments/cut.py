"""What can a network learn if its gradients only go back within pieces of k steps?

Sequences have 20 steps and two inputs: signs, and noise. Echo: at each step, the target is the
sign from eight steps ago. Hold: only the first step contains a sign, which is the target of
every step, or of the last one, or of the first five. The state is passed from piece to piece as
a constant. Ten networks with different seeds are trained at the same time as slices of one
array. The learning rate is chosen on validation sequences. "long" and "wide": echo with four
times as many updates, or with five times as many units.

It takes about two minutes. The page rnn/bptt uses the results.
"""

from functools import cache

import numpy as np
import torch

from nnlib import experiment

STEPS, LAG, D, BATCH, UPDATES, SEEDS = 20, 8, 20, 32, 400, 10
PIECES, RATES = (2, 5, 7, 10, 20), (0.001, 0.003, 0.01)
LONG, WIDE = 1600, 100  # updates, units
TASKS = {"echo": range(LAG, STEPS), "hold": range(STEPS), "end": range(STEPS - 1, STEPS)}
TASKS["first"] = range(5)  # hold, but only the first five steps have a loss
TOLERANCES = {"slice": {"absolute": 0.15}}


def draw(task, n, rng):
    """Return inputs (T, seeds, n, 2) and targets (T, seeds, n)."""
    x = np.stack(
        [rng.choice([-1, 1], (STEPS, SEEDS, n)), rng.normal(size=(STEPS, SEEDS, n))], -1
    )
    if task == "echo":
        y = np.roll(x[..., 0], LAG, axis=0)
    else:
        y = np.broadcast_to(x[0, ..., 0], (STEPS, SEEDS, n)).copy()
        x[1:, ..., 0] = x[0, ..., 1] = 0
    return torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)


def uniform(rows, columns, inputs):
    """Return weights (seeds, rows, columns), drawn as in PyTorch."""
    return ((2 * torch.rand(SEEDS, rows, columns) - 1) / inputs**0.5).requires_grad_()


def outputs(weights, x, k):
    """Return the outputs (T, seeds, n); gradients stop at the border of a piece of k steps."""
    W_xh, W_hh, b, W_hy, b_y = weights
    h, states = torch.zeros(SEEDS, x.shape[2], W_hh.shape[1]), []
    for t, z in enumerate(x @ W_xh + b):
        if t % k == 0:
            h = h.detach()
        h = torch.tanh(torch.baddbmm(z, h, W_hh))
        states.append(h)
    return (torch.stack(states) @ W_hy + b_y)[..., 0]


def train(task, k, rate, updates=UPDATES, units=D):
    """Return validation losses and test accuracies, one for each seed."""
    torch.manual_seed(0)
    rng, asked = np.random.default_rng(0), list(TASKS[task])
    n = units
    shapes = ((2, n, n), (n, n, n), (1, n, n), (n, 1, n), (1, 1, n))
    weights = [uniform(*shape) for shape in shapes]
    adam = torch.optim.Adam(weights, lr=rate)
    for _ in range(updates):
        x, y = draw(task, BATCH, rng)
        errors = (outputs(weights, x, k) - y)[asked]
        adam.zero_grad()
        (errors**2).mean(dim=(0, 2)).sum().backward()
        adam.step()
    with torch.no_grad():
        x, y = draw(task, 500, np.random.default_rng(1000))
        losses = ((outputs(weights, x, k) - y)[asked] ** 2).mean(dim=(0, 2))
        x, y = draw(task, 500, np.random.default_rng(2000))
        shown = asked if task == "echo" else [STEPS - 1]
        right = (outputs(weights, x, k) * y > 0)[shown].float().mean(dim=(0, 2))
    return losses.numpy(), right.numpy()


@cache
def accuracies(task, k, updates=UPDATES, units=D):
    """Return the test accuracy of each seed, at its best learning rate."""
    by_rate = [train(task, k, rate, updates, units) for rate in RATES]
    losses, right = zip(*by_rate, strict=True)
    return np.take_along_axis(np.array(right), np.argmin(losses, axis=0)[None], 0)[0]


def run(seed):
    """Return the accuracy for each task and length of the pieces."""
    settings = {f"{task}, {k}": (task, k) for task in ("echo", "hold", "end") for k in PIECES}
    settings["first, 5"] = ("first", 5)
    settings |= {f"long, {k}": ("echo", k, LONG) for k in (5, 7)}
    settings["wide, 5"] = ("echo", 5, UPDATES, WIDE)
    return {name: float(accuracies(*one)[seed]) for name, one in settings.items()}


def thin():
    """Return the mean accuracy of hold in pieces of five steps, after few updates."""
    return {"slice": float(train("hold", 5, 0.01, 60)[1].mean())}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(SEEDS), thin=thin)
