"""Why does a window of thirty days lose to a recurrent network on the barrel of memory.py?

The recurrent network starts from the state 0 and reads only the last p days; the window network
gets 40 years of data, and then a second hidden layer.

It takes about 29 minutes. The page rnn/recurrence uses the results.
"""

import runpy
from copy import deepcopy
from pathlib import Path

import numpy as np

import nnlib
from nnlib import experiment, nn, optim

FIRST = runpy.run_path(str(Path(__file__).with_name("memory.py")))
NAMES = "CAPACITY CHECK HIDDEN Network descend levels parts pasts rms"
CAPACITY, CHECK, HIDDEN, Network, descend, levels, parts, pasts, rms = (
    FIRST[name] for name in NAMES.split()
)
CUTS, RATES, YEARS, PIECE = (1, 3, 7, 14, 30, 60), (0.003, 0.01, 0.03), 40, 60
TOLERANCES = {"slice": {"absolute": 0.05}}


def recurrent(seed, rates=RATES, updates=600):
    """Return the network of least validation error, trained as in `memory.py`."""
    X, y, (train, valid, _), *_ = next(parts("barrel"))
    X, Y = X.astype("f4"), y[:, None].astype("f4")
    best = (np.inf, None)
    for rate in rates:
        nnlib.manual_seed(seed)
        rng = np.random.default_rng(seed)
        net = Network(1)
        adam = optim.Adam(net.parameters(), lr=rate)
        for update in range(1, updates + 1):
            piece = rng.integers(0, len(train) - 119, 16) + np.arange(120)[:, None]
            descend(net, adam, X[piece], Y[piece], 60)
            if update % CHECK == 0:
                with nnlib.no_grad():
                    z = net(nnlib.tensor(X[: valid[-1] + 1, None])).numpy()[valid, 0, 0]
                if rms(z - y[valid]) < best[0]:
                    best = rms(z - y[valid]), deepcopy(net)
    return best


def cut_off(net, p):
    """Return the test error of a network that starts p days before each day, in mm."""
    X, y, (_, _, test), *_ = next(parts("barrel"))
    last = pasts(X, p)[test].T[..., None].astype("f4")  # (p, days, 1)
    with nnlib.no_grad():
        z = net(nnlib.tensor(last)).numpy()[-1, :, 0]
    return CAPACITY * rms(z - y[test])


def longer(seed):
    """Return inputs, targets and steps with 40 years of training in the place of two."""
    X, _, (train, *_), *_ = next(parts("barrel"))
    rain, rng = 10 * X[:, 0], np.random.default_rng(seed)
    days = 365 * YEARS
    starts = rng.integers(0, len(train) - PIECE + 1, days // PIECE + 1)
    made = np.concatenate([rain[s : s + PIECE] for s in starts])[:days]
    rain = np.concatenate([made, rain[len(train) :]])
    steps = np.split(np.arange(len(rain)), (days, days + 365))
    return rain[:, None] / 10, levels(rain) / CAPACITY, steps


def window(p, data, seed, deep=False, updates=2000):
    """Return the test error in mm of a network that reads the last p days."""
    X, y, (train, valid, test) = data
    P, Y = pasts(X, p).astype("f4"), y[:, None].astype("f4")
    best = (np.inf, None)
    for rate in RATES:
        nnlib.manual_seed(seed)
        rng = np.random.default_rng(seed)
        wide = 2 * HIDDEN
        second = [nn.Linear(wide, wide), nn.Tanh()] if deep else []
        net = nn.Sequential(nn.Linear(p, wide), nn.Tanh(), *second, nn.Linear(wide, 1))
        adam = optim.Adam(net.parameters(), lr=rate)
        for update in range(1, updates + 1):
            rows = rng.choice(train[p:], 64)
            descend(net, adam, P[rows], Y[rows], 0)
            if update % CHECK == 0:
                with nnlib.no_grad():
                    z = net(nnlib.tensor(P[valid[0] :])).numpy()[:, 0]
                error = rms(z[: len(valid)] - y[valid])
                if error < best[0]:
                    best = error, CAPACITY * rms(z[len(valid) :] - y[test])
    return best[1]


def run(seed):
    """Return the test errors of all, in mm."""
    X, y, steps, *_ = next(parts("barrel"))
    net = recurrent(seed)[1]
    found = {f"recurrent {p}": cut_off(net, p) for p in CUTS}
    found |= {f"window {p}": window(p, (X, y, steps), seed) for p in CUTS}
    many = longer(seed)
    found["years"] = window(30, many, seed)
    found["years, deep"] = window(30, many, seed, deep=True, updates=4000)
    return found


def thin():
    """Return the validation error of a recurrent network after few updates."""
    return {"slice": recurrent(0, (0.01,), 60)[0]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(2, 7), thin=thin)
