"""Tomorrow's rain in Seattle, from today's weather, with three losses and by three measures.

Each year is the test set once. Of the other three, every fifth week is for validation: there
each contender chooses its learning rate and its number of epochs, by its own loss.
"""

import numpy as np

import nnlib
import nnlib.nn.functional as F
from nnlib import experiment, nn, optim
from nnlib.datasets import seattle_weather

RATES, EPOCHS, CHECK, BATCH, UNITS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0), 120, 6, 50, 16
EDGES = (0.05, 1.05, 2.05, 4.05, 8.05, 16.05)  # mm; the first bin holds the dry days
LOSSES = {"squared": F.mse_loss, "absolute": F.l1_loss, "bins": F.cross_entropy}
TOLERANCES = {
    "root of the squared error": {"absolute": 0.4},
    "absolute error": {"absolute": 0.4},
    "within a millimetre": {"absolute": 0.15},
}


def days():
    """Return what is known on each day, the rain of the next day, its year and its month."""
    weather = seattle_weather()
    day, X = weather.day[:-1], weather.X[:-1].copy()
    X[:, 0] = np.log1p(X[:, 0])
    turn = 2 * np.pi * (day - day.astype("datetime64[Y]")).astype(int) / 365.25
    X = np.column_stack([X, np.cos(turn), np.sin(turn)])
    year = day.astype("datetime64[Y]").astype(int) + 1970
    month = day.astype("datetime64[M]").astype(int)
    return X, weather.X[1:, 0], year, month - month[0]


def split(year, test):
    """Return the days for training, for validation and for the test."""
    rest, week = np.flatnonzero(year != test), np.arange(len(year)) // 7
    return rest[week[rest] % 5 != 0], rest[week[rest] % 5 == 0], np.flatnonzero(year == test)


def outputs(net, A):
    """Return what a network puts out, without a tape."""
    with nnlib.no_grad():
        return net(nnlib.tensor(A)).numpy().astype(float)


def descend(net, loss, sgd, A, target, batches):
    """Train for one epoch."""
    for rows in batches:
        sgd.zero_grad()
        output = net(nnlib.tensor(A[rows]))
        loss(output, nnlib.tensor(target[rows])).backward()
        sgd.step()


def fit(kind, hidden, A, target, learn, keep, seed, rates=RATES):
    """Return the least validation loss, the outputs there for all days, rate and epoch."""
    best, loss, K = (np.inf,), LOSSES[kind], len(EDGES) + 1 if kind == "bins" else 1
    for rate in rates:
        nnlib.manual_seed(seed)
        rng = np.random.default_rng(seed)
        layers = [nn.Linear(A.shape[1], UNITS), nn.ReLU(), nn.Linear(UNITS, K)]
        net = nn.Sequential(*layers) if hidden else nn.Linear(A.shape[1], K)
        sgd = optim.SGD(net.parameters(), lr=rate)
        for epoch in range(1, EPOCHS + 1):
            batches = np.array_split(rng.permutation(learn), len(learn) // BATCH)
            with np.errstate(all="ignore"):  # a rate that is too large diverges
                descend(net, loss, sgd, A, target, batches)
            if epoch % CHECK == 0:
                Z = np.nan_to_num(outputs(net, A), nan=1e9, posinf=1e9, neginf=-1e9)
                now = float(loss(nnlib.tensor(Z[keep]), nnlib.tensor(target[keep])).item())
                if now < best[0]:
                    best = now, Z, rate, epoch
    return best


def readings(weights, seen):
    """Return mean, median and the best interval's centre of weighted rains, for each day."""
    order = np.argsort(seen)
    seen, weights = seen[order], weights[:, order]
    below = np.cumsum(weights, axis=1) / weights.sum(axis=1, keepdims=True)
    median = seen[(below >= 0.5).argmax(axis=1)]
    centres = np.arange(0, 30, 0.5)
    inside = (abs(seen[:, None] - centres) <= 1.0001).astype(float)
    return (
        weights @ seen / weights.sum(axis=1),
        median,
        centres[(weights @ inside).argmax(axis=1)],
    )


def distribution(Z, bins, learn):
    """Return a weight for each day of training: its bin's probability, shared equally."""
    P = np.exp(Z - Z.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    return P[:, bins[learn]] / np.bincount(bins[learn], minlength=P.shape[1])[bins[learn]]


def predictions(test, seed):
    """Return each contender's predictions for a test year, and the rain that fell."""
    X, rain, year, _ = days()
    learn, keep, judge = split(year, test)
    A = np.float32((X - X[learn].mean(axis=0)) / X[learn].std(axis=0))
    scale, known = rain[learn].std(), rain[learn]
    said, chosen, names = {}, {}, ("mean", "median", "interval")
    for name, value in zip(names, readings(np.ones((1, len(known))), known), strict=True):
        said[f"constant, {name}"] = np.full(len(judge), value[0])
    for model in ("network", "linear"):
        hidden = model == "network"
        for kind in ("squared", "absolute"):
            y = np.float32(rain / scale)[:, None]
            _, Z, *picked = fit(kind, hidden, A, y, learn, keep, seed)
            said[f"{model}, {kind}"], chosen[f"{model}, {kind}"] = Z[judge, 0] * scale, picked
        bins = np.digitize(rain, EDGES)
        _, Z, *chosen[f"{model}, bins"] = fit("bins", hidden, A, bins, learn, keep, seed)
        found = readings(distribution(Z[judge], bins, learn), known)
        said |= {f"{model}, bins, {name}": v for name, v in zip(names, found, strict=True)}
    return said, rain[judge], judge, chosen


def scores(said, rain):
    """Return squared error, absolute error, and 1 where a forecast is within a millimetre."""
    off = abs(said - rain)
    return np.array([off**2, off, off <= 1.0001])


def run(seed):
    """Return every contender's scores for each month of the four years."""
    month, table, chosen = days()[3], {}, {}
    for test in (2012, 2013, 2014, 2015):
        said, rain, judge, picked = predictions(test, seed)
        chosen[str(test)] = picked
        for name, value in said.items():
            s = scores(value, rain)
            for m in np.unique(month[judge]):
                here = month[judge] == m
                table.setdefault(name, []).append(
                    [*s[:, here].sum(axis=1).round(5), int(here.sum())]
                )
    return {"table": table, "chosen": chosen}


def thin():
    """Return the scores of one network in one year, without a search."""
    X, rain, year, _ = days()
    learn, keep, judge = split(year, 2015)
    A = np.float32((X - X[learn].mean(axis=0)) / X[learn].std(axis=0))
    scale = rain[learn].std()
    y = np.float32(rain / scale)[:, None]
    Z = fit("squared", True, A, y, learn, keep, 0, rates=(0.1,))[1]
    squared, absolute, within = scores(Z[judge, 0] * scale, rain[judge]).mean(axis=1)
    return {
        "root of the squared error": squared**0.5,
        "absolute error": absolute,
        "within a millimetre": within,
    }


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
