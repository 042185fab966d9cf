"""Who is speaking? Recurrent networks and linear models on spoken vowels.

Recordings of 7 to 29 frames with 12 numbers. tanh, LSTM, GRU, minimal GRU, and two LSTM layers
plain, with dropout or with layer normalisation; softmax regression on the mean of all frames or
of three thirds. Rates are chosen on 90 of the 270 training recordings.

It takes about 3 minutes. The page rnn/lstm-gru uses the results.
"""

from functools import cache
from itertools import pairwise

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import japanese_vowels
from nnlib.nn import functional as F

EPOCHS, BATCH = 30, 30
RATES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3)
DECAYS = (0.0, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
LAYERS = {"tanh": (nn.RNN, 48), "LSTM": (nn.LSTM, 24), "GRU": (nn.GRU, 28)}
LAYERS["minimal GRU"] = (nn.MinimalGRU, 34)
STACKED = ("LSTM, two layers", "LSTM, dropout", "LSTM, layer norm")
NAMES = (*LAYERS, *STACKED)
TOLERANCES = {"mean of all frames": {"absolute": 0.02}, "LSTM": {"absolute": 0.06}}
TRAIN, TEST = japanese_vowels()
CHOSEN = np.arange(270) % 3 > 0  # 180 for training while a setting is chosen


class Network(nn.Module):
    """One or two recurrent layers, each with what stands behind it, and a linear output."""

    def __init__(self, name):
        super().__init__()
        kind, units = LAYERS[name.split(", ")[0]]
        sizes = (12, units, units) if name in STACKED else (12, units)
        self.layers = nn.ModuleList([kind(a, b, batch_first=True) for a, b in pairwise(sizes)])
        behind = {"LSTM, dropout": lambda: nn.Dropout(0.3)}
        behind["LSTM, layer norm"] = lambda: nn.LayerNorm(units)
        self.behind = nn.ModuleList([behind.get(name, nn.Identity)() for _ in self.layers])
        self.head = nn.Linear(units, 9)

    def forward(self, X, lengths):
        """Return logits (N, 9) from the state at the last real frame of each."""
        h = nnlib.tensor(X)
        for layer, behind in zip(self.layers, self.behind, strict=True):
            h = behind(layer(h)[0])
        return self.head(h[np.arange(len(X)), lengths - 1])


def network(name, seed):
    """Return a network at its start."""
    nnlib.manual_seed(seed)
    net = Network(name)
    if name == "tanh":
        square = np.random.default_rng(seed).normal(size=(48, 48))
        net.layers[0].weight_hh_l0.data.array[:] = np.linalg.qr(square).Q
    return net


def scaled(X, lengths):
    """Return frames with mean 0 and deviation 1 over the training set, zeros behind them."""
    real = np.concatenate([x[:n] for x, n in zip(TRAIN.X, TRAIN.lengths, strict=True)])
    inside = np.arange(X.shape[1]) < lengths[:, None]
    return ((X - real.mean(0)) / real.std(0) * inside[..., None]).astype(np.float32)


def train(name, rate, rows, seed):
    """Train on some of the recordings, with a rate that falls to zero."""
    net, rng = network(name, seed), np.random.default_rng(seed)
    X, parameters = scaled(TRAIN.X, TRAIN.lengths), list(net.parameters())
    optimizer = optim.Adam(parameters, lr=rate)
    for epoch in range(EPOCHS):
        optimizer.param_groups[0]["lr"] = rate * (1 - epoch / EPOCHS)
        order = rng.permutation(rows)
        for some in np.array_split(order, len(rows) // BATCH):
            loss = F.cross_entropy(
                net(X[some], TRAIN.lengths[some]), nnlib.tensor(TRAIN.y[some])
            )
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
    return net


def judge(net, part, rows):
    """Return loss and error rate."""
    net.eval()
    with nnlib.no_grad():
        out = net(scaled(part.X, part.lengths)[rows], part.lengths[rows])
        loss = F.cross_entropy(out, nnlib.tensor(part.y[rows])).item()
    loss = loss if np.isfinite(loss) else 1000.0
    return loss, float((out.numpy().argmax(axis=1) != part.y[rows]).mean())


def climb(score, values, first):
    """Return the best value, from two neighbours on outwards until it is at neither edge."""
    low, high, scores = first, first + 1, {}
    while True:
        for k in (low, high):
            scores[k] = scores[k] if k in scores else score(values[k])
        best = min(scores, key=scores.get)
        if low < best < high or (best == low == 0) or (best == high == len(values) - 1):
            return values[best]
        low, high = (low - 1, high) if best == low else (low, high + 1)


@cache
def rate_of(name):
    """Return the rate of the lowest validation loss, on a seed of its own."""

    def score(rate):
        net = train(name, rate, np.flatnonzero(CHOSEN), 100)
        return judge(net, TRAIN, np.flatnonzero(~CHOSEN))[0]

    return climb(score, RATES, 2)


def means(part, pieces):
    """Return the mean frame of each of some pieces of a recording, (N, pieces * 12)."""
    rows = zip(scaled(part.X, part.lengths), part.lengths, strict=True)
    return np.stack(
        [np.concatenate([p.mean(0) for p in np.array_split(x[:n], pieces)]) for x, n in rows]
    )


def softmax_regression(A, y, decay, steps=1000):
    """Return the weights of a softmax regression by full gradient descent with momentum."""
    W, speed, hot = np.zeros((A.shape[1], 9)), 0, np.eye(9)[y]
    for _ in range(steps):
        z = A @ W
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        speed = 0.9 * speed - 0.1 * (A.T @ (p - hot) / len(A) + decay * W)
        W = W + speed
    return W


@cache
def linear(pieces):
    """Return test error rate and decay of softmax regression on the means of pieces."""
    A, B = (np.c_[means(part, pieces), np.ones(len(part.y))] for part in (TRAIN, TEST))

    def score(decay):
        z = A[~CHOSEN] @ softmax_regression(A[CHOSEN], TRAIN.y[CHOSEN], decay)
        z -= np.log(np.exp(z).sum(axis=1, keepdims=True))
        return -z[np.arange(len(z)), TRAIN.y[~CHOSEN]].mean()

    decay = climb(score, DECAYS, 3)
    z = B @ softmax_regression(A, TRAIN.y, decay)
    return float((z.argmax(axis=1) != TEST.y).mean()), decay


def run(seed):
    """Error rates on the test recordings."""
    found = {}
    for name in NAMES:
        rate = rate_of(name)
        net = train(name, rate, np.arange(270), seed)
        found[name] = judge(net, TEST, np.arange(370))[1]
        found[f"{name}, rate"] = rate
        print(seed, name, rate, round(found[name], 4), flush=True)
    for name, pieces in (("mean of all frames", 1), ("means of thirds", 3)):
        found[name], found[f"{name}, decay"] = linear(pieces)
    return found


def thin():
    """Return the errors of one linear model and, at a fixed rate, of one LSTM."""
    net = train("LSTM", 0.01, np.arange(270), 0)
    return {
        "mean of all frames": linear(1)[0],
        "LSTM": judge(net, TEST, np.arange(370))[1],
    }


if __name__ == "__main__":
    with np.errstate(all="ignore"):
        experiment.record(run, seeds=range(5), thin=thin)
