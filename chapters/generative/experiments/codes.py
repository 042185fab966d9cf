"""How many numbers does the code of an image of clothes need, with PCA and with an autoencoder?

The network has one hidden layer of 128 ReLUs on both sides of the code and is trained by Adam;
its rate is the best of three on validation images. Both learn from 4,500 images. A code is
judged by the squared error on 4,000 test images, by softmax regression and by the 10 nearest
neighbours.

It takes about 7 minutes. The page generative/autoencoders uses the results.
"""

import numpy as np

import nnlib
from nnlib import datasets, experiment, linalg, nn, optim
from nnlib.classifiers import KNeighborsClassifier, LogisticRegression

TOLERANCES = {"error": {"relative": 0.05}}
SIZES, HIDDEN, BATCH, EPOCHS, KEPT = (1, 2, 4, 8, 16, 32, 64), 128, 100, 25, 4500
RATES = (0.001, 0.003, 0.01)
TUNED = {1: 2, 2: 2, 4: 2, 8: 16, 16: 16, 32: 64, 64: 64}  # whose rate a size takes
DECAYS = (1e-4, 1e-3, 1e-2)
TRAIN, TEST = datasets.fashion_mnist()


def parts(seed):
    """Return training and validation images with their labels, drawn with the seed."""
    order = np.random.default_rng([seed, 0]).permutation(len(TRAIN.X))
    rows, others = order[:KEPT], order[KEPT:]
    return TRAIN.X[rows], TRAIN.y[rows], TRAIN.X[others], TRAIN.y[others]


def halves(size, bent_encoder=True):
    """Return an encoder and a decoder with a hidden layer; the encoder may be linear."""
    if bent_encoder:
        encoder = nn.Sequential(nn.Linear(784, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, size))
    else:
        encoder = nn.Linear(784, size)
    decoder = nn.Sequential(nn.Linear(size, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 784))
    return encoder, decoder


def each_epoch(X, encoder, decoder, optimizer, rng, epochs):
    """Train both networks on batches, with a rate that falls to 0; yield after each epoch."""
    falling = optim.lr_scheduler.LinearLR(optimizer, 1, 0, epochs * (len(X) // BATCH))
    for epoch in range(epochs):
        for rows in rng.permutation(len(X)).reshape(-1, BATCH):
            x = nnlib.tensor(X[rows])
            loss = ((decoder(encoder(x)) - x) ** 2).sum() / BATCH
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            falling.step()
        yield epoch


def train(X, size, rate, seed, bent_encoder=True, epochs=EPOCHS):
    """Return encoder and decoder after training on centred images."""
    nnlib.manual_seed(seed)
    rng = np.random.default_rng([seed, 1])
    encoder, decoder = halves(size, bent_encoder)
    optimizer = optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=rate)
    for _ in each_epoch(X, encoder, decoder, optimizer, rng, epochs):
        pass
    return encoder, decoder


def through(network, X):
    """Return a network's outputs for rows."""
    with nnlib.no_grad():
        return network(nnlib.tensor(X)).numpy()


def error(X, again):
    """Return the squared error summed over the pixels, averaged over the images."""
    return float(((X - again) ** 2).sum(axis=1).mean())


def classified(codes, labels):
    """Return test accuracies of softmax regression and of 10 neighbours on codes.

    ``codes`` and ``labels`` contain those of the training, validation and test images.
    """
    spread = codes[0].std() + 1e-9
    (A, B, C), (a, b, c) = ([(z - codes[0].mean(axis=0)) / spread for z in codes], labels)
    tried = []
    for decay in DECAYS:
        model = LogisticRegression(C=1 / (decay * len(A)), max_iter=300).fit(A, a)
        tried.append((model.score(B, b), model.score(C, c)))
    near = KNeighborsClassifier(10).fit(A, a).score(C, c)
    return max(tried)[1], float(near)


def chosen(size, bent_encoder=True):
    """Return the rate that is best on the validation images of a separate seed."""
    X, _, V, _ = parts(100)
    mean = X.mean(axis=0)

    def loss(rate):
        encoder, decoder = train(X - mean, size, rate, 100, bent_encoder)
        return error(V - mean, through(decoder, through(encoder, V - mean)))

    return min(RATES, key=loss)


def run(seed):
    """Errors and accuracies of both codes for each size."""
    X, y, V, v = parts(seed)
    mean = X.mean(axis=0)
    sets, labels = [A - mean for A in (X, V, TEST.X)], (y, v, TEST.y)
    whole = linalg.pca(X, max(SIZES), method="covariance")
    rates = {size: chosen(size) for size in set(TUNED.values())} if seed == 1 else RATE
    RATE.update(rates)
    measures = {"rate": [RATE[TUNED[size]] for size in SIZES], "spread": error(TEST.X, mean)}
    for name in ("PCA", "network"):
        rows = []
        for size in SIZES:
            if name == "PCA":
                W = whole.components[:size].T
                codes = [A @ W for A in sets]
                again = [Z @ W.T for Z in codes]
            else:
                encoder, decoder = train(sets[0], size, RATE[TUNED[size]], seed)
                codes = [through(encoder, A) for A in sets]
                again = [through(decoder, Z) for Z in codes]
            rows.append(
                [error(sets[0], again[0]), error(sets[2], again[2]), *classified(codes, labels)]
            )
        for k, what in enumerate(("train", "error", "softmax", "neighbours")):
            measures[f"{name}, {what}"] = [row[k] for row in rows]
    return measures


RATE = {}


def thin():
    """The test error with codes of two numbers, after five epochs."""
    X = TRAIN.X[:KEPT]
    mean = X.mean(axis=0)
    encoder, decoder = train(X - mean, 2, 0.003, 0, epochs=5)
    return {"error": error(TEST.X - mean, through(decoder, through(encoder, TEST.X - mean)))}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
