"""Does the initialization or the activation let a simple network add two numbers?

The adding problem as in ``adding.py``, with the two combinations that ``adding.py`` doesn't
try: a ReLU network with PyTorch's weights, and a tanh network that starts with the identity.
"long": tanh networks with 2,000 steps. The rate is the best of seven, on two seeds for tuning.
"LSTM": the gates of the trained LSTM's most important cell. "GRU": how its units depend on both
numbers.

It takes about 3 minutes. The page rnn/lstm-gru uses the results.
"""

import runpy
from functools import cache
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.text import adding_problem

BASE = runpy.run_path(str(Path(__file__).with_name("adding.py")))
T, BATCH, RATES, TUNING = (BASE[name] for name in ("T", "BATCH", "RATES", "TUNING"))
STEPS = {"relu": 600, "tanh, identity": 600, "tanh, long": 2000, "tanh, orthogonal, long": 2000}
UNITS = 48
GATED = 0.1  # the rate that adding.py chose for the LSTM with bias 0 and for the GRU
TOLERANCES = {"error": {"absolute": 0.05}}


def network(name, seed):
    """Return the recurrent layer and the linear layer after it, before training."""
    nnlib.manual_seed(seed)
    kind = name.split(",")[0]
    layer = nn.RNN(2, UNITS, nonlinearity=kind, batch_first=True)
    head = nn.Linear(UNITS, 1)
    if "identity" in name:
        layer.weight_hh_l0.data.array[:] = np.eye(UNITS)
        layer.bias_ih_l0.data.array[:] = layer.bias_hh_l0.data.array[:] = 0
    if "orthogonal" in name:
        square = np.random.default_rng(seed).normal(size=(UNITS, UNITS))
        layer.weight_hh_l0.data.array[:] = np.linalg.qr(square).Q
    return layer, head


def train(name, rate, seed, steps):
    """Train with Adam, a rate that falls to zero, and clipping."""
    layer, head = network(name, seed)
    parameters = [*layer.parameters(), *head.parameters()]
    optimizer = optim.Adam(parameters, lr=rate)
    rng = np.random.default_rng(seed)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = rate * (1 - step / steps)
        X, y = adding_problem(BATCH, T, rng=rng)
        guess = BASE["answers"](layer, head, nnlib.tensor(X))
        loss = ((guess - nnlib.tensor(y)) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    return layer, head


@cache
def tuned(name):
    """Return the mean validation error of each rate."""
    errors = [
        float(
            np.mean(
                [
                    BASE["error_of"](*train(name, rate, seed, STEPS[name]), 1001)
                    for seed in TUNING
                ]
            )
        )
        for rate in RATES
    ]
    print(name, np.round(errors, 4), flush=True)
    return np.round(errors, 5)


def sigmoid(z):
    """Return the logistic function."""
    return 1 / (1 + np.exp(-z))


def inside_lstm(seed):
    """Return the gates of the cell that contributes most to the answer, and one example."""
    layer, head = BASE["train"]("LSTM, bias 0", GATED, seed)
    W, U, b1, b2 = (p.detach().numpy().astype(float) for p in layer.parameters())
    X, _ = adding_problem(500, T, rng=np.random.default_rng(1003))
    h, c = np.zeros((2, len(X), U.shape[1]))
    steps = []
    for x in X.transpose(1, 0, 2):
        i, f, v, o = np.split(x @ W.T + h @ U.T + b1 + b2, 4, axis=1)
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(v)
        h = sigmoid(o) * np.tanh(c)
        steps.append((sigmoid(i), sigmoid(f), c))
    k = int(np.argmax(np.abs(head.weight.detach().numpy()[0]) * h.std(axis=0)))
    i, f, c = np.array(steps)[..., k].transpose(1, 2, 0)  # (sequences, steps) each
    marked = X[..., 1] > 0.5
    return {
        "LSTM, i marked": float(i[marked].mean()),
        "LSTM, i other": float(i[~marked].mean()),
        "LSTM, f": float(f.mean()),
        "LSTM, example": np.round([*X[0].T, i[0], f[0], c[0]], 3),
    }


def inside_gru(seed):
    """Return the fraction of the answer from units that weight both numbers similarly."""
    layer, head = BASE["train"]("GRU", GATED, seed)
    X, _ = adding_problem(2000, T, rng=np.random.default_rng(1003))
    with nnlib.no_grad():
        h = layer(nnlib.tensor(X))[0].numpy()[:, -1]
    A = np.c_[[x[x[:, 1] > 0.5, 0] for x in X], np.ones(len(X))]
    first, second = np.linalg.lstsq(A, h)[0][:2] * head.weight.detach().numpy()[0]
    size = np.abs(first) + np.abs(second)
    alike = np.minimum(first / second, second / first) > 0.5
    return {"GRU, alike": float(size[alike].sum() / size.sum())}


def run(seed):
    """Return the test errors of all networks, and the rates."""
    results = inside_lstm(seed) | inside_gru(seed)
    for name, steps in STEPS.items():
        rate = RATES[int(np.argmin(tuned(name)))]
        results[name] = BASE["error_of"](*train(name, rate, seed, steps), 1002)
        results[f"{name}, rate"] = rate
        results[f"{name}, tuning"] = tuned(name)
        print(seed, name, rate, round(results[name], 4), flush=True)
    return results


def thin():
    """Return the error that a ReLU network reaches in 300 steps."""
    return {"error": BASE["error_of"](*train("relu", 0.003, 1, 300), 1002)}


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        experiment.record(run, seeds=range(10), thin=thin)
