"""What is a memory worth: sunspots, temperature, and a barrel whose level is not measured?

Simple rules, a linear model and a network on a window of the last inputs, and a recurrent
network. Sunspots have three test periods; the weather of 2012 and 2013 is for training, 2014
for validation, 2015 for the test. In "barrel, seen" the level of yesterday is an input.
Settings are chosen on validation data for each seed.

It takes about 47 minutes. The page rnn/recurrence uses the results.
"""

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import seattle_weather, sunspots
from nnlib.nn.functional import mse_loss
from nnlib.text import windows

HIDDEN, CAPACITY, USE, CHECK = 16, 40.0, 3.0, 20
PENALTIES = (0.0, 0.01, 0.1, 1.0, 10.0, 100.0, 1000.0)
SUN = {"windows": (1, 2, 3, 5, 7, 9, 11, 15, 20, 30), "length": 60, "first": 15, "batch": 8}
WEATHER = {
    "windows": (1, 2, 3, 5, 7, 14, 30, 60, 90, 120),
    "length": 120,
    "first": 60,
    "batch": 16,
}
TASKS = {  # windows and learning rates of the window network, rates of the recurrent one
    "sun": SUN
    | {"short": (2, 3, 5, 9, 15), "rates": (0.001, 0.003, 0.01, 0.03)}
    | {"recurrent": (0.01, 0.03, 0.1, 0.3)},
    "temperature": WEATHER
    | {"short": (1, 2, 3, 7), "rates": (0.003, 0.01, 0.03, 0.1)}
    | {"recurrent": (0.001, 0.003, 0.01, 0.03, 0.1)},
    "barrel": WEATHER
    | {"short": (7, 14, 30, 60), "rates": (0.003, 0.01, 0.03, 0.1)}
    | {"recurrent": (0.003, 0.01, 0.03, 0.1)},
    "barrel, seen": WEATHER
    | {"short": (1, 2, 3), "rates": (0.003, 0.01, 0.03, 0.1, 0.3)}
    | {"recurrent": (0.01, 0.03, 0.1, 0.3)},
}
TOLERANCES = {"slice": {"absolute": 0.05}}


def levels(rain, capacity=CAPACITY, use=USE):
    """Return how high the water stands in the evening of each day."""
    level, found = 0.0, []
    for fallen in rain:
        level = min(capacity, max(0.0, level + fallen - use))
        found.append(level)
    return np.array(found)


def turns(day):
    """Return cosine and sine of the day's place in the year."""
    angle = 2 * np.pi * (day - day.astype("datetime64[Y]")).astype(int) / 365.25
    return np.column_stack([np.cos(angle), np.sin(angle)])


def season(day, target, train):
    """Return a smooth curve over the year, fitted to the training days."""
    c, s = turns(day).T
    A = np.column_stack([np.ones(len(c)), c, s, c * c - s * s, 2 * c * s])
    return A @ np.linalg.lstsq(A[train], target[train], rcond=None)[0]


def parts(task):
    """Yield inputs, targets, steps of training, validation and test, units, simple rules."""
    if task == "sun":
        number = sunspots().number
        for first, end in ((150, 200), (200, 250), (250, 309)):
            mean, scale = number[:first].mean(), number[:first].std()
            z = (number - mean) / scale
            cut = int(0.8 * (first - 1))
            steps = np.arange(cut), np.arange(cut, first - 1), np.arange(first - 1, end - 1)
            ago = np.concatenate([np.full(10, np.nan), number[:-11]])
            yield (
                z[:-1, None],
                z[1:],
                steps,
                (mean, scale),
                {"last value": number[:-1], "season": ago},
            )
        return
    weather = seattle_weather()
    steps = np.split(np.arange(1461), (731, 1096))
    if task == "temperature":
        t = weather.X[:, 1]
        mean, scale = t[steps[0]].mean(), t[steps[0]].std()
        z, turn = (t - mean) / scale, turns(weather.day)
        steps = [s[:-1] if s[-1] == 1460 else s for s in steps]
        rules = {"last value": t[:-1], "season": season(weather.day[1:], t[1:], steps[0])}
        yield np.column_stack([z, turn])[:-1], z[1:], steps, (mean, scale), rules
        return
    rain = weather.X[:, 0]
    level = levels(rain)
    before = np.concatenate([[0.0], level[:-1]])
    X = rain[:, None] / 10
    rules = {"season": season(weather.day, level, steps[0])}
    if task == "barrel, seen":
        X, rules = np.column_stack([X, before / CAPACITY]), rules | {"last value": before}
    yield X, level / CAPACITY, steps, (0.0, CAPACITY), rules


def rms(error):
    """Return the root of the mean square."""
    return float(np.sqrt(np.mean(np.square(error))))


def pasts(X, p):
    """Return the last p inputs of each step in one row; before the first, that is repeated."""
    return windows(np.concatenate([np.repeat(X[:1], p - 1, axis=0), X]), p).reshape(len(X), -1)


def linear(task, X, y, steps, seed):
    """Yield validation error, outputs and settings of weighted sums of the last p inputs."""
    train, valid, _ = steps
    for p in TASKS[task]["windows"]:
        A = np.column_stack([np.ones(len(X)), pasts(X, p)])
        own = train[train >= p]
        for penalty in PENALTIES:
            R = penalty * np.diag([0.0] + [1.0] * (A.shape[1] - 1))
            w = np.linalg.lstsq(A[own].T @ A[own] + R, A[own].T @ y[own], rcond=None)[0]
            yield rms(A[valid] @ w - y[valid]), A @ w, {"window": p, "penalty": penalty}


def window(task, X, y, steps, seed):
    """Yield the same of networks with one hidden layer."""
    train, valid, _ = steps
    updates = 2000 if task == "barrel" else 1000
    for p in TASKS[task]["short"]:
        P, Y = pasts(X, p).astype("f4"), y[:, None].astype("f4")
        own = train[train >= p]
        for rate in TASKS[task]["rates"]:
            nnlib.manual_seed(seed)
            rng = np.random.default_rng(seed)
            net = nn.Sequential(
                nn.Linear(P.shape[1], 2 * HIDDEN), nn.Tanh(), nn.Linear(2 * HIDDEN, 1)
            )
            adam = optim.Adam(net.parameters(), lr=rate)
            for update in range(1, updates + 1):
                rows = rng.choice(own, 64, replace=False)
                descend(net, adam, P[rows], Y[rows], 0)
                if update % CHECK == 0:
                    with nnlib.no_grad():
                        z = net(nnlib.tensor(P)).numpy()[:, 0].astype(float)
                    yield (
                        rms(z[valid] - y[valid]),
                        z,
                        {"window": p, "rate": rate, "updates": update},
                    )


class Network(nn.Module):
    """A recurrent layer, and a linear one that reads its state at each step."""

    def __init__(self, inputs, kind="tanh"):
        super().__init__()
        self.recurrent = nn.RNN(inputs, HIDDEN, nonlinearity=kind)
        self.output = nn.Linear(HIDDEN, 1)

    def forward(self, x):
        """Return the outputs (T, N, 1) of sequences (T, N, D)."""
        h, _ = self.recurrent(x)
        return self.output(h)


def descend(net, adam, x, y, first):
    """Update once, by the loss of all steps from the given one on."""
    loss = mse_loss(net(nnlib.tensor(x))[first:], nnlib.tensor(y[first:]))
    adam.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    adam.step()


def recurrent(task, X, y, steps, seed, rates=None, updates=600, kind="tanh"):
    """Yield the same of recurrent networks, trained on pieces of the training part."""
    train, valid, _ = steps
    length, first, batch = (TASKS[task][key] for key in ("length", "first", "batch"))
    X, Y = X.astype("f4"), y[:, None].astype("f4")
    for rate in rates or TASKS[task]["recurrent"]:
        nnlib.manual_seed(seed)
        rng = np.random.default_rng(seed)
        net = Network(X.shape[1], kind)
        adam = optim.Adam(net.parameters(), lr=rate)
        for update in range(1, updates + 1):
            starts = rng.integers(0, len(train) - length + 1, batch)
            piece = starts + np.arange(length)[:, None]  # (T, N)
            descend(net, adam, X[piece], Y[piece], first)
            if update % CHECK == 0:
                with nnlib.no_grad():  # the whole series, from its first step on
                    z = net(nnlib.tensor(X[:, None])).numpy()[:, 0, 0].astype(float)
                yield rms(z[valid] - y[valid]), z, {"rate": rate, "updates": update}


CONTENDERS = {"linear": linear, "window": window, "recurrent": recurrent}


def compare(task, seed, contenders=CONTENDERS):
    """Return what each contender forecast for the test, the truth, and what was chosen."""
    found, chosen = {}, []
    for X, y, steps, (shift, scale), rules in parts(task):
        test = steps[2]
        for name, outputs in rules.items():
            found.setdefault(name, []).extend(outputs[test])
        found.setdefault("truth", []).extend(shift + scale * y[test])
        for name, contender in contenders.items():
            best = min(contender(task, X, y, steps, seed), key=lambda one: one[0])
            found.setdefault(name, []).extend(shift + scale * best[1][test])
            chosen.append({"model": name} | best[2])
    return {name: np.array(values) for name, values in found.items()}, chosen


def run(seed):
    """Return the error of each contender in each task, its settings and some forecasts."""
    found = {}
    for task in TASKS:
        forecasts, chosen = compare(task, seed)
        truth = forecasts.pop("truth")
        for name, values in forecasts.items():
            found[f"{task}: {name}"] = rms(values - truth)
        found[f"{task}: chosen"] = chosen
        if task in ("sun", "barrel"):
            kept = {"truth": truth} | {name: forecasts[name] for name in CONTENDERS}
            found |= {
                f"{task}: {name}: values": v.round(1).tolist() for name, v in kept.items()
            }
    return found


def thin():
    """Return the validation error of a recurrent network for the sun, after few updates."""
    X, y, steps, *_ = next(parts("sun"))
    return {"slice": [one for one, *_ in recurrent("sun", X, y, steps, 0, (0.01,), 60)][-1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(2, 7), thin=thin)
