"""Do two or three hidden layers learn nine stripes better than one?

All networks have about 100 parameters and are trained by the functions of the page
backprop/deep-network.

It takes about 6 minutes. The page backprop/finding-folds uses the results.
"""

from itertools import pairwise

import numpy as np

from nnlib import experiment

NETS = ((1, 33, 1), (1, 9, 8, 1), (1, 6, 6, 5, 1))
RATES, SPREADS = (0.03, 0.1, 0.3, 1.0, 3.0), (0.0, 1.0)  # the second of the biases
EPOCHS, BATCH = 1200, 50
FOLD = (1, 2, 2, 2, 1)  # can fold a strip three times, as folds.py asks it to
TOLERANCES = {"one hidden layer": {"absolute": 0.1}}


def start(sizes, rng, spread=0.0):
    """Draw weights of variance 2 / inputs, and biases up to spread."""
    return [
        [
            rng.normal(0, (2 / n) ** 0.5, (m, n)),
            rng.uniform(-spread, spread, m),
        ]
        for n, m in pairwise(sizes)
    ]


def forward(X, layers):
    """Return the input and the output of each layer."""
    kept = [X]
    for W, b in layers[:-1]:
        kept.append(np.maximum(kept[-1] @ W.T + b, 0))
    W, b = layers[-1]
    return [*kept, kept[-1] @ W.T + b]


def backward(G, kept, layers):
    """Return the gradients of all layers, given the gradient of the scores."""
    gradients = []
    for k in reversed(range(len(layers))):
        A, (W, _) = kept[k], layers[k]  # A is the layer's input
        gradients.insert(0, (G.T @ A, G.sum(axis=0)))
        if k > 0:
            G = (G @ W) * (A > 0)
    return gradients


def sigmoid_loss(Z, t):
    """Return the loss and its gradient with respect to the scores."""
    z = Z[:, 0]
    loss = np.mean(np.logaddexp(0, z) - t * z)
    p = np.exp(-np.logaddexp(0, -z))
    return loss, ((p - t) / len(t))[:, None]


def train(X, t, layers, loss_of, lr, epochs, batch, rng):
    """Train on mini-batches with a learning rate that falls to zero."""
    losses = []
    for epoch in range(epochs):
        rate = lr * (1 - epoch / epochs)
        order = rng.permutation(len(X))
        for i in np.split(order, range(batch, len(X), batch)):
            kept = forward(X[i], layers)
            loss, G = loss_of(kept[-1], t[i])
            gradients = backward(G, kept, layers)
            for layer, gradient in zip(layers, gradients, strict=True):
                for p, g in zip(layer, gradient, strict=True):
                    p -= rate * g
            losses.append(loss)
    return losses


def right(layers, X, t):
    """For each sample, whether its predicted label is correct."""
    Z = forward(X, layers)[-1]
    return ((Z[:, 0] > 0) if Z.shape[1] == 1 else Z.argmax(axis=1)) == t


def strip(n, rng, folds=3):
    """Return n points of a strip from −1 to 1, and the colour of each."""
    x = rng.uniform(-1, 1, n)
    folded = x
    for _ in range(folds):
        folded = 1 - 2 * np.abs(folded)
    return x[:, None], (folded > 0).astype(int)


def data(seed):
    """Training, validation and test samples."""
    rng = np.random.default_rng(1000 + seed)
    return [strip(n, rng) for n in (400, 400, 2000)]


def tuned(sizes, seed, epochs, rates, spreads):
    """Train with each setting; return the network with the best validation accuracy."""
    (X, t), choose, _ = data(seed)
    best = (-1,)
    for lr in rates:
        for spread in spreads:
            rng = np.random.default_rng([seed, 0])
            layers = start(sizes, rng, spread)
            with np.errstate(all="ignore"):  # too large a rate overflows, its accuracy tells
                train(X, t, layers, sigmoid_loss, lr, epochs, BATCH, rng)
            accuracy = right(layers, *choose).mean()
            if accuracy > best[0]:
                best = accuracy, layers, [lr, spread]
    return best[1:]


def folds():
    """The weights that fold a strip three times."""
    fold = [[np.array([[-2.0, -2], [2, 2]]), np.array([1.0, -1])] for _ in range(2)]
    first = [np.array([[1.0], [-1]]), np.zeros(2)]
    return [first, *fold, [np.array([[-2.0, -2]]), np.array([1.0])]]


def run(seed):
    """All networks on one draw."""
    runs = [tuned(sizes, seed, EPOCHS, RATES, SPREADS) for sizes in NETS]
    return {
        "accuracy": [float(right(layers, *data(seed)[2]).mean()) for layers, _ in runs],
        "chosen": [chosen for _, chosen in runs],
    }


def thin():
    """One hidden layer on the first draw, for 300 epochs."""
    layers, _ = tuned(NETS[0], 0, 300, (1.0,), (1.0,))
    return {"one hidden layer": float(right(layers, *data(0)[2]).mean())}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
