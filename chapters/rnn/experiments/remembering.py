"""Does the gradient before training tell which network will learn to remember?

The adding problem over 32 steps, with marks anywhere or in the first eight steps; "quiet" has 0
for every number without a mark. tanh, ReLU, LSTM and GRU start as usual or so that the gradient
is kept. Variants: no clipping, Pascanu's penalty, and a GRU that starts at the mean.

It takes about 21 minutes. The page rnn/vanishing-gradients uses the results.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.text import adding_problem

T, UNITS, BATCH, STEPS, EVERY, GOAL = 32, 24, 32, 1500, 50, 0.02
RATES = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
STRENGTHS = (0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
TUNING = 1000  # steps at most in a trial of a rate or strength
LAYERS = {"tanh": nn.RNN, "ReLU": nn.RNN, "LSTM": nn.LSTM, "GRU": nn.GRU}
MAIN = ("tanh", "tanh, orthogonal", "ReLU", "ReLU, identity", "LSTM", "LSTM, bias 3", "GRU")
PLAN = {
    "anywhere": (*MAIN, "ReLU, identity, unclipped"),
    "early": (*MAIN, "ReLU, regularised", "GRU, mean known"),
    "quiet": ("tanh, orthogonal",),
}
TOLERANCES = {"gradient": {"absolute": 0.3}, "error": {"absolute": 0.1}}


def sequences(task, n, rng):
    """Return X (n, T, 2) and y (n,)."""
    if task == "anywhere":
        return adding_problem(n, T, rng=rng)
    X = np.zeros((n, T, 2), np.float32)
    X[..., 0] = rng.random((n, T), np.float32)
    rows, first, second = np.arange(n), rng.integers(4, size=n), rng.integers(4, 8, size=n)
    X[rows, first, 1] = X[rows, second, 1] = 1
    if task == "quiet":
        X[..., 0] *= X[..., 1]
    return X, X[rows, first, 0] + X[rows, second, 0]


def network(name, seed):
    """Return the recurrent layer and the linear layer behind it, at their start."""
    kind, *options = name.split(", ")
    nnlib.manual_seed(seed)
    layer = LAYERS[kind](
        2, UNITS, batch_first=True, **({"nonlinearity": "relu"} if kind == "ReLU" else {})
    )
    head = nn.Linear(UNITS, 1)
    if "orthogonal" in options or "identity" in options:
        square = np.random.default_rng(seed).normal(size=(UNITS, UNITS))
        W = np.eye(UNITS) if "identity" in options else np.linalg.qr(square).Q
        layer.weight_hh_l0.data.array[:] = W
        layer.bias_ih_l0.data.array[:] = layer.bias_hh_l0.data.array[:] = 0
    if "bias 3" in options:
        layer.bias_ih_l0.data.array[UNITS : 2 * UNITS] = 3
    if "mean known" in options:
        head.bias.data.array[:] = 1
    return layer, head


def outputs(layer, head, x):
    """Return the network's answers (n,) to sequences."""
    states, _ = layer(x)
    return head(states[:, -1])[:, 0]


def answers(layer, head, X):
    """Return the answers as an array, without a history."""
    with nnlib.no_grad():
        return outputs(layer, head, nnlib.tensor(X)).numpy()


def by_lag(layer, head, X):
    """Return the length of the gradient of the output with respect to the input of each lag."""
    x = nnlib.tensor(X, requires_grad=True)
    outputs(layer, head, x).sum().backward()
    lengths = np.sqrt((x.grad.numpy().astype(float) ** 2).sum(axis=2).mean(axis=0))[::-1]
    return lengths / max(lengths[0], 1e-300)


def error_of(layer, head, X, y):
    """Return the mean squared error; what is not finite counts as a thousand."""
    error = float(((answers(layer, head, X) - y) ** 2).mean())
    return error if np.isfinite(error) else 1000.0


def regulariser(h, W, g):
    """Pascanu's regulariser for ReLU, and its gradient with respect to W, states held fixed."""
    total, dW = 0.0, np.zeros_like(W)
    for t in reversed(range(1, h.shape[1])):
        v = g * (h[:, t] > 0)
        u = v @ W
        after = np.linalg.norm(u, axis=1, keepdims=True) + 1e-30
        ratio = after / (np.linalg.norm(g, axis=1, keepdims=True) + 1e-30)
        total += float(((ratio - 1) ** 2).mean())
        dW += (2 * (ratio - 1) * ratio / after**2 * v).T @ u / len(h)
        g = u / after  # its length cancels in the ratio
    return total, dW


def train(name, task, rate, seed, strength=0.0, steps=STEPS):
    """Train until the validation error is below GOAL; return what was seen on the way."""
    layer, head = network(name, seed)
    parameters = [*layer.parameters(), *head.parameters()]
    optimizer = optim.Adam(parameters, lr=rate)
    rng = np.random.default_rng(seed)
    X_val, y_val = sequences(task, 500, np.random.default_rng(1))
    errors, lags = [], []
    for step in range(steps + 1):
        if step % EVERY == 0:
            errors.append(error_of(layer, head, X_val, y_val))
            lags.append(by_lag(layer, head, X_val[:100]))
            if errors[-1] < GOAL or step == steps or errors[-1] == 1000:
                break
        X, y = sequences(task, BATCH, rng)
        states, _ = layer(nnlib.tensor(X))
        loss = ((head(states[:, -1])[:, 0] - nnlib.tensor(y)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        if strength:
            W, U = layer.weight_hh_l0, head.weight.detach().numpy()
            _, dW = regulariser(states.detach().numpy(), W.detach().numpy(), U)
            W.grad.array[:] += np.float32(strength) * dW
        if "unclipped" not in name:
            nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    return {"errors": errors, "lags": lags, "steps": step, "network": (layer, head)}


def climb(score, values, first):
    """Return the best value, from two neighbours on outwards until it is at neither edge."""
    low, high, scores = first, first + 1, {}
    while True:
        for k in (low, high):
            scores[k] = scores.get(k) or score(values[k])
        best = min(scores, key=scores.get)
        if low < best < high:
            return values[best]
        low, high = (low - 1, high) if best == low else (low, high + 1)
        if low < 0 or high == len(values):
            return values[best]


@cache
def settings(name, task):
    """Return the rate and the strength of a regulariser that need fewest steps, on one seed."""
    enough = TUNING

    def score(rate, strength):
        nonlocal enough
        ran = train(name, task, rate, 100, strength, steps=enough)
        if ran["errors"][-1] < GOAL:
            enough = ran["steps"]
            return ran["steps"], ran["errors"][-1]
        return STEPS + 1, float(np.median(ran["errors"][-10:]))

    strength = 0.3 if "regularised" in name else 0.0
    rate = climb(lambda rate: score(rate, strength), RATES, 3)
    if strength:
        strength = climb(lambda strength: score(rate, strength), STRENGTHS, 5)
    return rate, strength


def run(seed):
    """Steps to the goal, test error, and the gradient by lag at the start and along the way."""
    found = {}
    for task, names in PLAN.items():
        X, y = sequences(task, 2000, np.random.default_rng(2))
        for name in names:
            rate, strength = settings(name, task)
            ran = train(name, task, rate, seed, strength)
            key, errors = f"{name}, {task}", ran["errors"]
            logs = [
                [round(float(np.log10(max(v, 1e-40))), 3) for v in one] for one in ran["lags"]
            ]
            found[f"{key}, error"] = error_of(*ran["network"], X, y)
            found[f"{key}, steps"] = ran["steps"] if errors[-1] < GOAL else 0
            found[f"{key}, rate"], found[f"{key}, strength"] = rate, strength
            found[f"{key}, curve"] = [round(e, 4) for e in errors]
            found[f"{key}, start"], found[f"{key}, end"] = logs[0], logs[-1]
            found[f"{key}, far"] = [one[28] for one in logs]
            print(seed, key, rate, strength, ran["steps"], round(errors[-1], 4), flush=True)
        A, b = sequences(task, 4000, np.random.default_rng(3 + seed))
        A, B = (np.c_[V.reshape(len(V), -1), np.ones(len(V))] for V in (A, X))
        fit = np.linalg.lstsq(A, b, rcond=None)[0]
        found[f"linear, {task}, error"] = float(((B @ fit - y) ** 2).mean())
    return found


def thin():
    """Return the gradient of ReLU at the start, and an error of ReLU with the identity."""
    X, _ = sequences("early", 100, np.random.default_rng(1))
    ran = train("ReLU, identity", "early", 0.003, 0, steps=300)
    return {
        "gradient": float(np.log10(by_lag(*network("ReLU", 0), X)[28])),
        "error": ran["errors"][-1],
    }


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        experiment.record(run, seeds=range(5), thin=thin)
