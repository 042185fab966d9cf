"""How much of a convolutional layer's lead comes from locality, how much from sharing?

Clothes of 14 by 14 pixels are placed in a frame of 20 by 20: in the middle, anywhere (moved in
every epoch), or anywhere but never moved (once). A layer with ReLU leads to ten scores. Local
layers have 16 units at each of 256 places that see 5 by 5 pixels, with max pooling over 4 by 4
places. Two choices vary: whether the places share their weights, and whether the 25 pixels are
neighbours or scattered by one fixed permutation.

It takes about 10 minutes. The page cnn/layers uses the results.
"""

from functools import cache, lru_cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist

PICTURES, EPOCHS, BATCH = 400, 30, 50
RATES = (0.002, 0.006, 0.018)
FRAME, KERNEL, MAPS, HIDDEN = 20, 5, 16, 256
SIDE, POOL = FRAME - KERNEL + 1, 4
TASKS = ("middle", "anywhere", "once")
CONTENDERS = {  # what a unit sees, and whether the places share their weights
    "linear": ("none", False),
    "dense": ("all", False),
    "local": ("near", False),
    "convolutional": ("near", True),
    "local, scattered": ("scattered", False),
    "convolutional, scattered": ("scattered", True),
}
TOLERANCES = {"slice": {"absolute": 0.05}}


@cache
def pictures():
    """Training and test pictures, 14 by 14, with labels."""
    (X, y), (T, t) = fashion_mnist()
    return *((V.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4))) for V in (X, T)), y, t


def framed(X, task, rng):
    """Pictures in a black frame, in the middle or each at a random place."""
    room = FRAME - 14
    shape = (2, len(X), 1, 1)
    down, right = np.full(shape, 3) if task == "middle" else rng.integers(0, room + 1, shape)
    padded = np.pad(X, ((0, 0), (room, room), (room, room)))
    rows = room - down + np.arange(FRAME)[:, None]
    columns = room - right + np.arange(FRAME)
    return padded[np.arange(len(X))[:, None, None], rows, columns] - np.float32(0.14)


def seen(X, sees):
    """What the units see: (places, pictures, pixels of a unit).

    Places that are pooled together are SIDE**2 / POOL**2 apart, so pooling takes the largest
    over the first axis of (POOL**2, SIDE**2 / POOL**2, ...).
    """
    if sees in ("all", "none"):
        return X.reshape(1, len(X), -1)
    if sees == "scattered":
        order = np.random.default_rng(0).permutation(FRAME**2)
        X = X.reshape(len(X), -1)[:, order].reshape(X.shape)
    windows = np.lib.stride_tricks.sliding_window_view(X, (KERNEL, KERNEL), axis=(1, 2))
    few = SIDE // POOL
    patches = windows.reshape(len(X), few, POOL, few, POOL, KERNEL**2)
    return patches.transpose(2, 4, 1, 3, 0, 5).reshape(SIDE**2, len(X), KERNEL**2)


class Network(nn.Module):
    """One layer with ReLU, then ten scores; or the scores alone."""

    def __init__(self, sees, shared, rng):
        super().__init__()
        self.sees = sees
        self.windows = sees in ("near", "scattered")
        places, inputs, units = (SIDE**2, KERNEL**2, MAPS) if self.windows else (1, 400, HIDDEN)
        if sees != "none":
            kinds = 1 if shared else places
            W = rng.normal(0, (2 / inputs) ** 0.5, (kinds, inputs, units))
            self.W = nn.Parameter(nnlib.tensor(W.astype(np.float32)))
            self.b = nn.Parameter(nnlib.tensor(np.zeros((kinds, 1, units), np.float32)))
        last = {"none": 400, "all": HIDDEN}.get(sees, (SIDE // POOL) ** 2 * MAPS)
        V = rng.normal(0, (1 / last) ** 0.5, (last, 10)).astype(np.float32)
        self.V = nn.Parameter(nnlib.tensor(V))
        self.c = nn.Parameter(nnlib.tensor(np.zeros(10, np.float32)))

    def forward(self, P):
        """Scores of pictures, given what the units see."""
        if self.sees == "none":
            return P[0] @ self.V + self.c
        z = P @ self.W + self.b
        if self.windows:  # the largest, then ReLU: the same as ReLU, then the largest
            few, count = (SIDE // POOL) ** 2, z.shape[1]
            z = z.reshape(POOL**2, few, count, MAPS).amax(dim=0)
            z = z.transpose(0, 1).reshape(1, count, few * MAPS)
        return nnlib.relu(z)[0] @ self.V + self.c


def accuracy(network, P, y):
    """Share of the pictures whose largest score is that of their class."""
    with nnlib.no_grad():
        scores = network(nnlib.tensor(P)).numpy()
    return float((scores.argmax(axis=1) == y).mean())


def train(name, task, rate, seed, epochs=EPOCHS):
    """Return the network after the last epoch, and its accuracy in validation and training."""
    sees, shared = CONTENDERS[name]
    X, _, y, _ = pictures()
    order = np.random.default_rng(1000 + seed).permutation(5000)
    own, held = order[:PICTURES], order[-1000:]
    rng = np.random.default_rng(seed)
    network = Network(sees, shared, rng)
    optimizer = optim.Adam(network.parameters(), lr=rate)
    P = None
    for _ in range(epochs):
        if P is None or task == "anywhere":
            P = seen(framed(X[own], task, rng), sees)
        rows = rng.permutation(PICTURES)
        for k in range(0, PICTURES, BATCH):
            some = rows[k : k + BATCH]
            scores = network(nnlib.tensor(P[:, some]))
            loss = nn.functional.cross_entropy(scores, nnlib.tensor(y[own[some]]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    valid = seen(framed(X[held], task, np.random.default_rng(2)), sees)
    return network, accuracy(network, valid, y[held]), accuracy(network, P, y[own])


@lru_cache(maxsize=1)
def test_views(middle, sees):
    """What the units see of 2,000 test pictures."""
    task = "middle" if middle else "anywhere"
    return seen(framed(pictures()[1][:2000], task, np.random.default_rng(3)), sees)


def run(seed):
    """Test accuracy of every contender in each task, with the rate that validation chose."""
    found = {}
    for task in TASKS:
        for name, (sees, _) in CONTENDERS.items():
            if task == "once" and sees == "scattered":
                continue
            runs = [train(name, task, rate, seed) for rate in RATES]
            best = int(np.argmax([validation for _, validation, _ in runs]))
            P, t = test_views(task == "middle", sees), pictures()[3][:2000]
            found[f"{name}, {task}"] = accuracy(runs[best][0], P, t)
            found[f"{name}, {task}, training"] = runs[best][2]
            found[f"{name}, {task}, rate"] = RATES[best]
    return found


def thin():
    """The validation accuracy of the convolutional layer, anywhere, after four epochs."""
    return {"slice": train("convolutional", "anywhere", 0.006, 0, epochs=4)[1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(3, 8), thin=thin)
