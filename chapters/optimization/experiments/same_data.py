"""What helps a network that has only 500 photographs?

The catalogue shows clothes as they are; customers turn, move and zoom the camera. Helpers:
changed copies, changes borrowed from a different photograph, mirrored copies, input noise,
weight noise, weight decay, label smoothing, a decoder, early stopping. Claims: copies are worth
more than 1,000 photographs among customers and fewer than 100 in the catalogue; other helpers
and the two controls gain less than half as much; all helpers lower the loss. Each has four
settings, chosen on 1,000 validation photographs.

It takes about 23 minutes. The page optimization/data-and-noise uses the results.
"""

import contextlib
import functools

import numpy as np

import nnlib
from nnlib import experiment, nn, optim, transforms
from nnlib.datasets import fashion_mnist
from nnlib.nn import functional as F

FEW, HIDDEN, STEPS, COPIES = 500, 64, 1000, 20
LOOKS = (20, 40, 60, 80, 100, 150, 200, 300, 400, 500, 600, 700, 800, 900, 1000)
SIZES = (500, 1000, 2000, 4000)
HELPERS = {  # the four settings of each contender
    "plain": [{"lr": lr} for lr in (0.01, 0.03, 0.1, 0.2)],
    "weight decay": [{"decay": d} for d in (0.001, 0.003, 0.01, 0.03)],
    "input noise": [{"noise": s} for s in (0.1, 0.2, 0.4, 0.8)],
    "weight noise": [{"jolt": s} for s in (0.01, 0.03, 0.06, 0.1)],
    "label smoothing": [{"smoothing": e} for e in (0.05, 0.1, 0.2, 0.4)],
    "decoder": [{"decoder": a} for a in (1, 3, 10, 30)],
    "copies": [{"copies": s} for s in (0.25, 0.5, 1, 2)],
    "borrowed": [{"borrowed": s} for s in (0.25, 0.5, 1, 2)],
    "mirrored": [{"mirrored": p} for p in (0.1, 0.2, 0.3, 0.5)],
    "together": [
        {"copies": 1, "decay": 0.004 * s, "noise": 0.2 * s, "smoothing": 0.1 * s}
        for s in (0.25, 0.5, 1, 2)
    ],
}
TOLERANCES = {"accuracy": {"absolute": 0.03}}
TRAIN, TEST = fashion_mnist()
ORDER = np.random.default_rng(99).permutation(5000)
POOL, VALIDATION = ORDER[:4000], ORDER[4000:]


def camera(strength, rng):
    """Turn by up to 20 degrees, move by a tenth, zoom by a tenth, times the strength."""
    far = 0.1 * strength
    return transforms.RandomAffine(20 * strength, (far, far), (1 - far, 1 + far), rng=rng)


def changed(X, transform):
    """Apply a transform to photographs that are rows of 784 pixels."""
    parts = np.array_split(X.reshape(-1, 1, 28, 28), max(1, len(X) // 500))
    return np.concatenate([np.float32(transform(part)) for part in parts]).reshape(-1, 784)


@functools.cache
def world(name):
    """Return training pool, validation and test photographs with their labels."""
    X, X_test = TRAIN.X, TEST.X
    if name == "customers":
        rng = np.random.default_rng(7)
        smaller = transforms.RandomAffine(0, scale=(0.8, 0.8), rng=rng)
        X, X_test = (changed(changed(A, smaller), camera(1, rng)) for A in (X, X_test))
    mean = X[POOL].mean(axis=0)
    sets = (X[POOL], TRAIN.y[POOL]), (X[VALIDATION], TRAIN.y[VALIDATION]), (X_test, TEST.y)
    return mean, sets


def network(seed, classes=10):
    """784 inputs, 64 ReLU units, a score for each class."""
    nnlib.manual_seed(seed)
    return nn.Sequential(nn.Linear(784, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, classes))


@contextlib.contextmanager
def jolted(net, sigma, rng):
    """Add noise to all weights for the gradient of one step, then take it away."""
    noise = [np.float32(sigma * rng.normal(size=p.shape)) for p in net.parameters()]
    with nnlib.no_grad():
        for p, e in zip(net.parameters(), noise, strict=True):
            p.add_(nnlib.tensor(e))
    yield
    with nnlib.no_grad():
        for p, e in zip(net.parameters(), noise, strict=True):
            p.sub_(nnlib.tensor(e))


def train(
    net,
    draw,
    labels,
    *,
    lr=0.03,
    decay=0.0,
    smoothing=0.0,
    jolt=0.0,
    decoder=0.0,
    seed=0,
    steps=STEPS,
    look=None,
    parameters=None,
):
    """Train on batches of 50, as the page shows; ``draw`` gives the pictures of some rows."""
    rng = np.random.default_rng(seed)
    parameters = list(net.parameters() if parameters is None else parameters)
    pixels = nn.Linear(HIDDEN, 784) if decoder else None
    parameters += list(pixels.parameters()) if decoder else []
    optimizer = optim.SGD(parameters, lr=lr, momentum=0.9, weight_decay=decay)
    for step in range(1, steps + 1):
        rows = rng.integers(len(labels), size=50)
        x, y = nnlib.tensor(draw(rows, rng)), nnlib.tensor(labels[rows])
        with jolted(net, jolt, rng) if jolt else contextlib.nullcontext():
            hidden = net[1](net[0](x))
            loss = F.cross_entropy(net[2](hidden), y, label_smoothing=smoothing)
            if decoder:
                loss = loss + decoder * F.mse_loss(pixels(hidden), x)
            optimizer.zero_grad()
            loss.backward()
        optimizer.step()
        if look and step in LOOKS:
            look(net)


def judged(net, X, y):
    """Return the loss, the accuracy, and the scores."""
    with nnlib.no_grad():
        scores = net(nnlib.tensor(X))
        loss = F.cross_entropy(scores, nnlib.tensor(y)).item()
    scores = scores.numpy()
    return loss, float((scores.argmax(axis=1) == y).mean()), scores


def tempered(scores, y, scores_test, y_test):
    """Return the test loss at the temperature that is best on the validation pictures."""
    best = min(np.geomspace(0.5, 12, 40), key=lambda T: F.cross_entropy(scores / T, y).item())
    return F.cross_entropy(scores_test / best, y_test).item()


def trained(mean, sets, rows, draw, seed, setting):
    """Train one network; return what it does at the end, when stopped, and by step."""
    (_, labels), (V, v), (A, a) = sets
    V, A, seen = V - mean, A - mean, []

    def look(net):
        *val, scores = judged(net, V, v)
        *test, scores_test = judged(net, A, a)
        seen.append((*val, *test))
        look.last = scores, scores_test

    net = network(seed)
    train(net, draw, labels[rows], seed=seed, look=look, **setting)
    seen = np.array(seen)
    stop = seen[:, 0].argmin()
    calm = tempered(look.last[0], v, look.last[1], a)
    return {
        "end": seen[-1],
        "stop": seen[stop],
        "stopped_at": LOOKS[stop],
        "tempered": calm,
        "steps": seen,
    }


def drawing(X, mean, *, noise=0.0, copies=None, borrowed=None, mirrored=0.0):
    """Return the function that gives the pictures of a batch, changed anew each time."""

    def draw(rows, rng):
        x = X[rows]
        if copies is not None:
            x = copies[rng.integers(len(copies), size=len(rows)), rows]
        if borrowed is not None:
            other = rng.integers(len(X), size=len(rows))
            x = x + borrowed[rng.integers(len(borrowed), size=len(rows)), other] - X[other]
        if mirrored:
            back = x.reshape(-1, 28, 28)[:, :, ::-1].reshape(-1, 784)
            x = np.where(rng.random((len(x), 1)) < mirrored, back, x)
        if noise:
            x = x + np.float32(noise) * rng.normal(size=x.shape).astype(np.float32)
        return x - mean

    return draw


IN_THE_PICTURE = ("noise", "copies", "borrowed", "mirrored")


def contenders(name, seed, helpers=HELPERS):
    """Return what every setting of every contender does with 500 photographs of a world."""
    mean, sets = world(name)
    rows = np.random.default_rng(seed).permutation(len(POOL))[:FEW]
    X, rng, pools, found = sets[0][0][rows], np.random.default_rng(seed + 50), {}, {}
    for helper, settings in helpers.items():
        results = []
        for setting in settings:
            here = {key: setting[key] for key in IN_THE_PICTURE if key in setting}
            for key in ("copies", "borrowed"):
                if key in here:
                    s = here[key]
                    if s not in pools:
                        pools[s] = np.array([changed(X, camera(s, rng)) for _ in range(COPIES)])
                    here[key] = pools[s]
            draw = drawing(X, mean, **here)
            rest = {key: value for key, value in setting.items() if key not in here}
            results.append(trained(mean, sets, rows, draw, seed, rest))
        found[f"{name} {helper}"] = {
            key: np.round([r[key] for r in results], 4)
            for key in ("end", "stop", "stopped_at", "tempered")
        }
        if helper in ("plain", "copies"):
            found[f"{name} {helper}"]["steps"] = np.round([r["steps"] for r in results], 4)
    return found


def curve(name, seed):
    """Return what plain training does with more photographs, at two rates."""
    mean, sets = world(name)
    order, found = np.random.default_rng(seed).permutation(len(POOL)), []
    for size in SIZES:
        rows = order[:size]
        draw = drawing(sets[0][0][rows], mean)
        ends = [trained(mean, sets, rows, draw, seed, {"lr": lr})["end"] for lr in (0.03, 0.1)]
        found.append(ends)
    return {f"{name} sizes": np.round(found, 4)}


def classes_of(X, y, low):
    """Return the photographs of classes low to low + 4, labelled from 0."""
    rows = np.flatnonzero((y >= low) & (y < low + 5))
    return X[rows], y[rows] - low


TARGETS = (25, 100, 500)
STARTS = (
    "from scratch",
    "frozen",
    "fine-tuned",
    "frozen, random",
    "fine-tuned, shuffled labels",
)


def transfer(seed):
    """Learn classes 5 to 9 from few photographs, from networks that know classes 0 to 4."""
    mean, sets = world("catalogue")
    order = np.random.default_rng(seed).permutation(len(POOL))
    pool, (V, v), (A, a) = sets
    pool = pool[0][order], pool[1][order]
    (S, s), (X, y) = classes_of(*pool, 0), classes_of(*pool, 5)
    (V, v), (A, a) = classes_of(V, v, 5), classes_of(A, a, 5)
    S, V, A, X, found = S - mean, V - mean, A - mean, X - mean, {}
    sources = {}
    for kind in ("known", "shuffled"):
        labels = s if kind == "known" else np.random.default_rng(seed).permutation(s)
        sources[kind] = network(seed, 5)
        train(sources[kind], lambda rows, rng: S[rows], labels, seed=seed)
    for size in TARGETS:
        for start in STARTS:
            ends = []
            for lr in (0.01, 0.03, 0.1, 0.3):
                net = network(seed + 20, 5)
                if start.startswith("fine-tuned") or start == "frozen":
                    source = sources["shuffled" if "shuffled" in start else "known"]
                    net[0].load_state_dict(source[0].state_dict())
                only = net[2].parameters() if start.startswith("frozen") else None
                few = X[:size]
                train(
                    net,
                    lambda rows, rng, few=few: few[rows],
                    y[:size],
                    lr=lr,
                    seed=seed,
                    steps=300,
                    parameters=only,
                )
                ends.append([*judged(net, V, v)[:2], *judged(net, A, a)[:2]])
            found[f"{size} {start}"] = np.round(ends, 4)
    return found


def run(seed):
    """Return everything for one draw of the photographs."""
    found = transfer(seed)
    for name in ("catalogue", "customers"):
        found |= contenders(name, seed) | curve(name, seed)
    return found


def thin():
    """Return the test accuracy with copies among the customers, first seed, strength 1."""
    found = contenders("customers", 0, {"copies": [{"copies": 1}]})
    return {"accuracy": float(found["customers copies"]["end"][0][3])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
