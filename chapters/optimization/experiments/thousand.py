"""Is a network with dropout worth an ensemble of a thousand networks?

Every model gets 3,000 steps in all on 1,000 images and is tuned on its own validation images.
Ten plain networks share the steps. Also: averages of up to 200 masks, weight decay, Gaussian
noise, bagging, a wider network, and three times the steps.

It takes about 7 minutes. The page optimization/dropout uses the results.
"""

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn import functional as F

TRAINING, VALIDATION, HIDDEN, STEPS = 1000, 2000, 100, 3000
MEMBERS, STARTS, MASKS = 10, 5, (1, 2, 5, 10, 20, 50, 100, 200)
RATES, ETAS = (0.1, 0.3, 0.5, 0.7), (0.05, 0.1, 0.2, 0.4)
GRIDS = {  # eight settings for each: learning rate, steps, and how strong
    "plain": [{"eta": eta, "steps": steps} for steps in (300, STEPS) for eta in ETAS],
    "decay": [
        {"eta": eta, "decay": d} for d in (0.005, 0.01, 0.02, 0.04) for eta in (0.1, 0.2)
    ],
    "dropout": [{"eta": eta, "q": q} for q in RATES for eta in (0.05, 0.1)],
    "noise": [{"eta": eta, "q": q, "kind": "noise"} for q in RATES for eta in (0.05, 0.1)],
}
WIDE = [{"eta": eta, "q": 0.5, "hidden": 300} for eta in (0.05, 0.1)]
TOLERANCES = {"error": {"absolute": 0.02}, "accuracy": {"absolute": 0.03}}


class Noise(nn.Module):
    """Multiply by Gaussian numbers with the mean and the variance of dropout's factors."""

    def __init__(self, q):
        super().__init__()
        self.deviation = np.sqrt(q / (1 - q))

    def forward(self, x):
        """Map any shape to the same shape."""
        if not self.training or not self.deviation:
            return x
        return x * (1 + self.deviation * nnlib.randn(*x.shape, dtype=x.dtype))


def shrink(X):
    """The mean of each block of four pixels: 14 × 14 in place of 28 × 28."""
    return X.reshape(len(X), 14, 2, 14, 2).mean(axis=(2, 4)).reshape(len(X), 196)


def data(draw):
    """Training, validation and test pictures, prepared with the training pictures' numbers."""
    train, test = fashion_mnist()
    order = np.random.default_rng(draw).permutation(len(train.X))
    rows, others = order[:TRAINING], order[-VALIDATION:]
    pictures, unseen = shrink(train.X), shrink(test.X)
    mean, deviation = pictures[rows].mean(), pictures[rows].std()

    def ready(X):
        return np.float32((X - mean) / deviation)

    sets = (
        (pictures[rows], train.y[rows]),
        (pictures[others], train.y[others]),
        (unseen, test.y),
    )
    return [(ready(X), y) for X, y in sets]


def network(seed, q=0.0, hidden=HIDDEN, kind="dropout"):
    """196 inputs, two hidden layers of ReLU units with dropout or noise, 10 scores."""
    nnlib.manual_seed(seed)
    rng, modules = np.random.default_rng(seed), []
    for inputs, outputs in ((196, hidden), (hidden, hidden), (hidden, 10)):
        layer = nn.Linear(inputs, outputs)
        start = rng.normal(size=(outputs, inputs)) * np.sqrt(2 / inputs)
        with nnlib.no_grad():
            layer.weight.copy_(nnlib.tensor(np.float32(start)))
            layer.bias.zero_()
        modules += [layer, nn.ReLU(), nn.Dropout(q) if kind == "dropout" else Noise(q)]
    return nn.Sequential(*modules[:-2])


def train(net, X, y, eta, steps, seed, decay=0.0, watch=None):
    """Mini-batches of 50 pictures; the learning rate falls to 0 along a straight line."""
    rng = np.random.default_rng(seed)
    optimizer = optim.SGD(net.parameters(), lr=eta, weight_decay=decay)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = eta * (1 - step / steps)
        rows = rng.integers(len(X), size=50)
        scores = net(nnlib.tensor(X[rows]))
        loss = F.cross_entropy(scores, nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if watch is not None and (step + 1) % 100 == 0:
            watch(step + 1, net)


def probabilities(net, X):
    """Softmax of the scores, in whichever mode the network is."""
    with nnlib.no_grad():
        return F.softmax(net(nnlib.tensor(X)), dim=1).numpy().astype(float)


def error(P, y):
    """The squared error of probabilities: summed over classes, mean over pictures."""
    return float(((P - np.eye(10)[y]) ** 2).sum(axis=1).mean())


def accuracy(P, y):
    """The share of pictures whose most probable class is right."""
    return float((P.argmax(axis=1) == y).mean())


def fitted(sets, seed, eta, steps=STEPS, decay=0.0, rows=None, **shape):
    """Train, keep the weights that were best on the validation pictures; their error there."""
    (X, y), (X_val, y_val), _ = sets
    if rows is not None:
        X, y = X[rows], y[rows]
    net, best = network(seed, **shape), {"error": np.inf}

    def watch(step, net):
        net.eval()
        now = error(probabilities(net, X_val), y_val)
        if now < best["error"]:
            weights = {name: value.numpy().copy() for name, value in net.state_dict().items()}
            best.update(error=now, step=step, weights=weights)
        net.train()

    train(net, X, y, eta, steps, seed, decay, watch)
    net.load_state_dict({name: nnlib.tensor(w) for name, w in best["weights"].items()})
    return net.eval(), best["error"], best["step"]


def v_and_c(members, y):
    """Mean square v of one member's error, and mean product c of two members' errors."""
    E = np.array(members) - np.eye(10)[y]
    products = np.einsum("ins,jns->ij", E, E) / len(y)
    k, own = len(E), np.trace(products)
    return own / k, (products.sum() - own) / (k * (k - 1))


def judged(members, y):
    """One network of these, and their average."""
    v, c = v_and_c(members, y)
    together = np.mean(members, axis=0)
    return {
        "v": round(v, 5),
        "c": round(c, 5),
        "one": round(float(np.mean([accuracy(P, y) for P in members])), 5),
        "together": [round(error(together, y), 5), round(accuracy(together, y), 5)],
    }


def by_masks(net, sets):
    """Averages over random masks of a trained network, and one pass with scaled weights."""
    X, y = sets[2]
    scaled = probabilities(net, X)
    nnlib.manual_seed(0)
    net.train()
    members = [probabilities(net, X) for _ in range(max(MASKS))]
    net.eval()
    v, c = v_and_c(members[:50], y)
    sums = np.cumsum(members, axis=0)
    return {
        "v": round(v, 5),
        "c": round(c, 5),
        "averages": [round(error(sums[k - 1] / k, y), 5) for k in MASKS],
        "one accuracy": round(float(np.mean([accuracy(P, y) for P in members[:50]])), 5),
        "average accuracy": round(accuracy(sums[-1] / len(members), y), 5),
        "scaled": [round(error(scaled, y), 5), round(accuracy(scaled, y), 5)],
        "agree": float((scaled.argmax(axis=1) == sums[-1].argmax(axis=1)).mean()),
    }


def run(draw):
    """Tune, then judge: each contender alone, in an ensemble, and under masks."""
    sets, found = data(draw), {}
    X_test, y_test = sets[2]
    nets = {}
    for name, grid in {**GRIDS, "wide": WIDE}.items():
        tried = [fitted(sets, 100 * draw, **setting) for setting in grid]
        best = int(np.argmin([bad for _, bad, _ in tried]))
        nets[name], setting = tried[best][0], grid[best]
        row = {
            "setting": setting,
            "step": tried[best][2],
            "tried": [round(t[1], 5) for t in tried],
        }
        if name == "dropout":  # the rates figure: each rate with its better learning rate
            on_test = [error(probabilities(net, X_test), y_test) for net, _, _ in tried]
            pairs = [min((tried[k][1], on_test[k]) for k in (i, i + 1)) for i in (0, 2, 4, 6)]
            row["rates"] = [round(test, 5) for _, test in pairs]
        starts = [100 * draw + k for k in range(1, STARTS)]
        more = [] if name == "wide" else [fitted(sets, s, **setting)[0] for s in starts]
        if more:
            row |= judged([probabilities(net, X_test) for net in (nets[name], *more)], y_test)
        else:
            row["alone"] = round(error(probabilities(nets[name], X_test), y_test), 5)
        found[name] = row
    for name in ("ensemble", "bagging"):  # ten networks of 300 steps, four settings
        teams = []
        for eta in ETAS:
            team, rng = [], np.random.default_rng(draw)
            for k in range(MEMBERS):
                rows = rng.integers(TRAINING, size=TRAINING) if name == "bagging" else None
                steps = STEPS // MEMBERS
                team.append(fitted(sets, 100 * draw + k, eta, steps, rows=rows)[0])
            X_val, y_val = sets[1]
            mean = np.mean([probabilities(net, X_val) for net in team], axis=0)
            teams.append((error(mean, y_val), eta, team))
        _, eta, team = min(teams, key=lambda t: t[0])
        members = [probabilities(net, X_test) for net in team]
        sums = np.cumsum(members, axis=0)
        first = [round(error(sums[k] / (k + 1), y_test), 5) for k in range(MEMBERS)]
        found[name] = judged(members, y_test) | {"eta": eta, "first": first}
    longer = {**found["dropout"]["setting"], "steps": 3 * STEPS}
    net = fitted(sets, 100 * draw, **longer)[0]
    found["long"] = {"alone": round(error(probabilities(net, X_test), y_test), 5)}
    found["masks"] = by_masks(nets["dropout"], sets)
    half = network(0, q=0.5)  # the plain network, masked only in use
    half.load_state_dict(nets["plain"].state_dict())
    found["masks of the plain"] = by_masks(half.eval(), sets)
    return found


def thin():
    """Draw 1: 300 steps with dropout, and its error on the test pictures."""
    sets = data(1)
    net, _, _ = fitted(sets, 100, eta=0.1, steps=300, q=0.5)
    P = probabilities(net, sets[2][0])
    return {"error": error(P, sets[2][1]), "accuracy": accuracy(P, sets[2][1])}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
