"""Which recurrent networks learn to add two marked numbers?

The adding problem over 20 steps. "LSTM" has a forget bias of 3. The rate is the best of
seven, on two seeds for tuning. "before" and "after" training: the length of the gradient of the
answer with respect to the input at each lag (log10, relative to lag 0).

It takes about 5 minutes. The pages rnn/lstm-gru and rnn/vanishing-gradients use the results.
"""

from functools import cache, partial

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.text import adding_problem

T, BATCH, STEPS = 20, 32, 600
RATES = (0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
TUNING = (100, 101)  # seeds
LAYERS = {
    "LSTM": (nn.LSTM, 24),
    "GRU": (nn.GRU, 28),
    "tanh": (nn.RNN, 48),
    "relu": (partial(nn.RNN, nonlinearity="relu"), 48),
}
NAMES = ("LSTM", "LSTM, bias 0", "GRU", "tanh", "tanh, orthogonal", "relu, identity")
TOLERANCES = {"error": {"absolute": 0.05}}


def network(name, seed):
    """Return the recurrent layer and the linear layer after it, before training."""
    nnlib.manual_seed(seed)
    kind, units = LAYERS[name.split(",")[0]]
    layer, head = kind(2, units, batch_first=True), nn.Linear(units, 1)
    if "orthogonal" in name:
        square = np.random.default_rng(seed).normal(size=(units, units))
        layer.weight_hh_l0.data.array[:] = np.linalg.qr(square).Q
    if "identity" in name:  # the start of Le, Jaitly and Hinton (2015)
        layer.weight_hh_l0.data.array[:] = np.eye(units)
        layer.bias_ih_l0.data.array[:] = layer.bias_hh_l0.data.array[:] = 0
    if name == "LSTM":
        layer.bias_ih_l0.data.array[units : 2 * units] = 3
    return layer, head


def answers(layer, head, X):
    """Return the network's sums (n,)."""
    return head(layer(X)[0][:, -1])[:, 0]


def by_lag(layer, head, X):
    """Return log10 of the gradient of the answer at each lag, relative to lag 0."""
    x = nnlib.tensor(X, requires_grad=True)
    answers(layer, head, x).sum().backward()
    lengths = np.sqrt((x.grad.numpy().astype(float) ** 2).sum(axis=2).mean(axis=0))[::-1]
    return np.log10(lengths / max(lengths[0], 1e-300) + 1e-30).round(3)


def train(name, rate, seed, steps=STEPS):
    """Train with Adam, a rate that falls to zero, and clipping."""
    layer, head = network(name, seed)
    parameters = [*layer.parameters(), *head.parameters()]
    optimizer = optim.Adam(parameters, lr=rate)
    rng = np.random.default_rng(seed)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate * (1 - step / steps)
        X, y = adding_problem(BATCH, T, rng=rng)
        loss = ((answers(layer, head, nnlib.tensor(X)) - nnlib.tensor(y)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    return layer, head


def error_of(layer, head, seed):
    """Return the mean squared error on 1,000 sequences, or 1,000 if it is not finite."""
    X, y = adding_problem(1000, T, rng=np.random.default_rng(seed))
    with nnlib.no_grad():
        error = float(((answers(layer, head, nnlib.tensor(X)).numpy() - y) ** 2).mean())
    return error if np.isfinite(error) else 1000.0


@cache
def tuned(name):
    """Return the mean validation error of each rate."""
    errors = [
        float(np.mean([error_of(*train(name, rate, seed), 1001) for seed in TUNING]))
        for rate in RATES
    ]
    print(name, np.round(errors, 4), flush=True)
    return np.round(errors, 5)


def run(seed):
    """Return the test errors of all networks, and their gradients by lag."""
    X, y = adding_problem(5000, T, rng=np.random.default_rng(seed))
    A = np.c_[X.reshape(len(X), -1), np.ones(len(X))]
    fit = np.linalg.lstsq(A[:4000], y[:4000])[0]
    results = {"linear": float(((A[4000:] @ fit - y[4000:]) ** 2).mean())}
    for name in NAMES:
        rate = RATES[int(np.argmin(tuned(name)))]
        trained = train(name, rate, seed)
        results[name], results[f"{name}, rate"] = error_of(*trained, 1002), rate
        results[f"{name}, tuning"] = tuned(name)
        results[f"{name}, before"] = by_lag(*network(name, seed), X[:200])
        results[f"{name}, after"] = by_lag(*trained, X[:200])
        print(seed, name, rate, round(results[name], 4), flush=True)
    return results


def thin():
    """Return the error that a GRU reaches in 300 steps."""
    return {"error": error_of(*train("GRU", 0.03, 0, steps=300), 1002)}


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        experiment.record(run, seeds=range(10), thin=thin)
