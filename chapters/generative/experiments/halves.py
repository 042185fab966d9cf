"""Which half of an autoencoder has to be bent: a linear encoder before a bent decoder.

Pictures, layers, training and judging are those of ``codes``, for 2, 8 and 32 numbers; the
encoder is now a single linear layer. A bent encoder before a linear decoder is left out, since
its reconstructions lie in a plane of as many dimensions and no plane is nearer to the training
pictures than that of PCA.

Written down before the run. If the bent decoder is the reason for the lead over PCA, the linear
encoder keeps at least half of it at each size, on the test pictures and in the mean over five
seeds; refuted at a size where it keeps less.
"""

import numpy as np

import nnlib
from nnlib import datasets, experiment, nn, optim

TOLERANCES = {"error": {"relative": 0.05}}
SIZES, HIDDEN, BATCH, EPOCHS, KEPT = (2, 8, 32), 128, 100, 25, 4500
RATES = (0.001, 0.003, 0.01)
TRAIN, TEST = datasets.fashion_mnist()


def parts(seed):
    """Return training and validation pictures, drawn by the seed as in ``codes``."""
    order = np.random.default_rng([seed, 0]).permutation(len(TRAIN.X))
    return TRAIN.X[order[:KEPT]], TRAIN.X[order[KEPT:]]


def train(X, size, rate, seed, epochs=EPOCHS):
    """Return encoder and decoder after training on pictures from which their mean was taken."""
    nnlib.manual_seed(seed)
    rng = np.random.default_rng([seed, 1])
    encoder = nn.Linear(784, size)
    decoder = nn.Sequential(nn.Linear(size, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 784))
    optimizer = optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=rate)
    falling = optim.lr_scheduler.LinearLR(optimizer, 1, 0, epochs * (len(X) // BATCH))
    for _ in range(epochs):
        for rows in rng.permutation(len(X)).reshape(-1, BATCH):
            x = nnlib.tensor(X[rows])
            loss = ((decoder(encoder(x)) - x) ** 2).sum() / BATCH
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            falling.step()
    return encoder, decoder


def error(X, encoder, decoder):
    """Return the squared error of a picture, summed over the pixels, in the mean."""
    with nnlib.no_grad():
        again = decoder(encoder(nnlib.tensor(X))).numpy()
    return float(((X - again) ** 2).sum(axis=1).mean())


def chosen(size):
    """Return the rate that is best on validation pictures, by a seed that does not count."""
    X, V = parts(100)
    mean = X.mean(axis=0)
    return min(RATES, key=lambda r: error(V - mean, *train(X - mean, size, r, 100)))


RATE = {}


def run(seed):
    """Test errors with a linear encoder and a bent decoder, by size."""
    X, _ = parts(seed)
    mean = X.mean(axis=0)
    for size in SIZES:
        if size not in RATE:
            RATE[size] = chosen(size)
    networks = [train(X - mean, size, RATE[size], seed) for size in SIZES]
    return {
        "error": [error(TEST.X - mean, *pair) for pair in networks],
        "train": [error(X - mean, *pair) for pair in networks],
        "rate": [RATE[size] for size in SIZES],
    }


def thin():
    """The test error with two numbers, after five epochs."""
    X = TRAIN.X[:KEPT]
    mean = X.mean(axis=0)
    return {"error": error(TEST.X - mean, *train(X - mean, 2, 0.003, 0, epochs=5))}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
