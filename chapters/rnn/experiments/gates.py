"""Which gate can an LSTM do without?

Tasks: the adding problem over 20 steps, three adding problems of 8 steps in a row, and copying
three signs after 8 steps. A bias of 100 holds a gate open. Also: a GRU, a tanh network with an
orthogonal matrix and a linear regression. The rate is the best of six on three seeds for
tuning.

It takes about 13 minutes. The page rnn/lstm-gru uses the results.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.text import adding_problem, copy_problem

T, PROBLEM, STREAM, BATCH = 20, 8, 60, 32
LENGTH, DELAY, SYMBOLS = 3, 8, 4
STEPS = {"once": 600, "row": 400, "copy": 600}
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
LAYERS = {
    "LSTM": (nn.LSTM, 24),
    "GRU": (nn.GRU, 28),
    "tanh": (nn.RNN, 48),
}
GATES = {"no input gate": 0, "no forget gate": 1, "no output gate": 3}  # blocks of the weights
NAMES = ("LSTM", *GATES, "GRU", "tanh")
TUNING = (100, 101, 102)  # seeds
TOLERANCES = {"first": {"absolute": 0.05}, "error": {"absolute": 0.05}}


def additions(n, problems, length, rng):
    """Return X (n, problems · length, 3) and the sums y (n, problems)."""
    parts = [adding_problem(n, length, rng=rng) for _ in range(problems)]
    start = np.zeros((n, problems * length, 1), np.float32)
    start[:, ::length] = 1
    X = np.concatenate([X for X, _ in parts], axis=1)
    return np.concatenate([X, start], axis=2), np.stack([y for _, y in parts], axis=1)


def sequences(task, n, rng):
    """Return inputs and targets of a task."""
    if task == "copy":
        x, y = copy_problem(n, LENGTH, DELAY, symbols=SYMBOLS, rng=rng)
        return np.eye(SYMBOLS + 2, dtype=np.float32)[x], y
    return additions(n, *((1, T) if task == "once" else (3, PROBLEM)), rng)


def network(name, task, seed):
    """Return the recurrent layer and the linear layer behind it, at their start."""
    nnlib.manual_seed(seed)
    kind, units = LAYERS["LSTM" if name in GATES else name]
    inputs, outputs = (SYMBOLS + 2, SYMBOLS + 1) if task == "copy" else (3, 1)
    layer, head = kind(inputs, units, batch_first=True), nn.Linear(units, outputs)
    if name == "tanh":
        square = np.random.default_rng(seed).normal(size=(units, units))
        layer.weight_hh_l0.data.array[:] = np.linalg.qr(square).Q
        return layer, head
    blocks = layer.bias_ih_l0.data.array.reshape(-1, units)
    if kind is nn.LSTM:
        blocks[1] = 3
    if name in GATES:
        blocks[GATES[name]] = 100
    return layer, head


def outputs(layer, head, X, task):
    """Return the answers: sums (n, problems) or logits (n, T, classes)."""
    out = head(layer(nnlib.tensor(X))[0])
    length = T if task == "once" else PROBLEM
    return out if task == "copy" else out[:, length - 1 :: length, 0]


def loss_of(out, y, task):
    """Return the loss that is minimised."""
    if task == "copy":
        return nn.functional.cross_entropy(
            out.reshape(-1, SYMBOLS + 1), nnlib.tensor(y.reshape(-1))
        )
    return ((out - nnlib.tensor(y)) ** 2).mean()


def train(name, task, rate, seed):
    """Train for the steps of the task, with a rate that falls to zero."""
    layer, head = network(name, task, seed)
    parameters = [*layer.parameters(), *head.parameters()]
    optimizer = optim.Adam(parameters, lr=rate)
    rng = np.random.default_rng(seed)
    for step in range(STEPS[task]):
        optimizer.param_groups[0]["lr"] = rate * (1 - step / STEPS[task])
        X, y = sequences(task, BATCH, rng)
        loss = loss_of(outputs(layer, head, X, task), y, task)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    return layer, head


def judge(layer, head, task, seed, n=1000):
    """Return loss and error: the mean squared one, or the share of wrong signs."""
    X, y = sequences(task, n, np.random.default_rng(seed))
    with nnlib.no_grad():
        out = outputs(layer, head, X, task)
        loss = loss_of(out, y, task).item()
    if not np.isfinite(loss):
        return 1000.0, 1000.0
    return loss, wrong(out.numpy(), y) if task == "copy" else loss


def wrong(out, y):
    """Return the share of the signs to be said again that are wrong."""
    return float((out[:, -LENGTH:].argmax(axis=2) != y[:, -LENGTH:]).mean())


@cache
def tuned(name, task):
    """Return the mean validation loss over the seeds for tuning, of each rate."""
    losses = [
        np.mean([judge(*train(name, task, rate, seed), task, 1)[0] for seed in TUNING])
        for rate in RATES
    ]
    print(name, task, np.round(losses, 5), flush=True)
    return losses


def rate_of(name, task):
    """Return the rate of the lowest of these losses."""
    return RATES[int(np.argmin(tuned(name, task)))]


def along(layer, head, seed):
    """Return the mean squared error of each of the problems of a long stream."""
    X, y = additions(200, STREAM, PROBLEM, np.random.default_rng(seed))
    with nnlib.no_grad():
        return ((outputs(layer, head, X, "row").numpy() - y) ** 2).mean(axis=0)


def linear(task, seed):
    """Return the test error of a least-squares fit on the inputs of one problem."""
    if task == "copy":
        X, y = sequences(task, 3000, np.random.default_rng(seed))
        back = LENGTH + DELAY  # the window: these inputs and the present one
        windows = np.stack([X[:, t - back : t + 1] for t in range(back, X.shape[1])], axis=1)
        A, b = windows.reshape(len(X), LENGTH, -1), np.eye(SYMBOLS + 1)[y[:, -LENGTH:]]
        fit = np.linalg.lstsq(A[:2000].reshape(-1, A.shape[2]), b[:2000].reshape(-1, 5))[0]
        return float(((A[2000:] @ fit).argmax(axis=2) != y[2000:, -LENGTH:]).mean())
    length = T if task == "once" else PROBLEM
    X, y = additions(5000, 1, length, np.random.default_rng(seed))
    A = np.c_[X.reshape(len(X), -1), np.ones(len(X))]
    fit = np.linalg.lstsq(A[:4000], y[:4000])[0]
    return float(((A[4000:] @ fit - y[4000:]) ** 2).mean())


def run(seed):
    """Test errors of all contenders on all tasks, and along the stream."""
    found = {}
    for task in STEPS:
        for name in NAMES:
            rate = rate_of(name, task)
            trained = train(name, task, rate, seed)
            key = f"{name}, {task}"
            found[key] = judge(*trained, task, 2)[1]
            found[f"{key}, rate"] = rate
            found[f"{key}, tuning"] = np.round(tuned(name, task), 5)
            if task == "row":
                found[f"{name}, stream"] = along(*trained, 3).round(5)
            print(seed, key, rate, round(found[key], 5), flush=True)
        found[f"linear, {task}"] = linear(task, 3 + seed)
    return found


def thin():
    """Return what a GRU reaches on one task: its error before training and after."""
    first = judge(*network("GRU", "row", 0), "row", 2)[1]
    return {"first": first, "error": judge(*train("GRU", "row", 0.03, 0), "row", 2)[1]}


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        experiment.record(run, seeds=range(10), thin=thin)
