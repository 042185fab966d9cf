"""Does a code that was learned without labels help when labels are few?

Autoencoders learn from 4,500 images; softmax regression learns from 1, 10 or 100 labels a class
in their code of 256 numbers. One layer: plain, sparse, denoising, masking, contractive. "deep"
has two layers and fills in hidden patches of 4 by 4 pixels. They are compared with pixels, PCA,
random features, an untrained autoencoder, a network trained on the labelled images, and a code
made with all labels. Strengths and weight decay are chosen on 500 validation images.

It takes about 30 minutes. The page generative/autoencoders uses the results.
"""

import numpy as np

import nnlib
from nnlib import datasets, experiment, linalg, nn, optim
from nnlib.classifiers import LogisticRegression
from nnlib.nn import functional as F

TOLERANCES = {"accuracy": {"absolute": 0.04}}
CODE, BATCH, EPOCHS, KEPT = 256, 100, 15, 4500
RATES, DECAYS = (0.004,), (1e-4, 1e-3, 1e-2, 1e-1, 1.0, 10.0)
STRENGTHS = {
    "plain": (0.0,),
    "sparse": (0.003, 0.01, 0.03, 0.3, 1.0),
    "denoising": (0.01, 0.03, 0.1, 0.3, 0.6),
    "masking": (0.03, 0.1, 0.25, 0.5, 0.75),
    "contractive": (0.1, 0.3, 1.0),
}
SCALES = (0.05, 0.1, 0.3, 1.0, 3.0)  # of the random weights
DEEP = [(share, rate) for share in (0.25, 0.5, 0.75) for rate in (0.001, 0.003, 0.01)]
LABELS = {1: 10, 10: 10, 100: 2}  # a class: how often they are drawn
TRAIN, TEST = datasets.fashion_mnist()


def parts(seed):
    """Return training and validation pictures with their labels, drawn by the seed."""
    order = np.random.default_rng([seed, 0]).permutation(len(TRAIN.X))
    rows, others = order[:KEPT], order[KEPT:]
    return TRAIN.X[rows], TRAIN.y[rows], TRAIN.X[others], TRAIN.y[others]


def start(seed, scale=1 / 28):
    """Return W (256, 784) and both biases."""
    rng = np.random.default_rng([seed, 1])
    W = rng.normal(0, scale, (CODE, 784)).astype("f4")
    return [
        nn.Parameter(nnlib.tensor(a)) for a in (W, np.zeros(CODE, "f4"), np.zeros(784, "f4"))
    ]


def corrupted(x, kind, strength, rng):
    """Return a batch with Gaussian noise, or with a share of its pixels set to the mean."""
    if kind == "denoising":
        return x + strength * rng.standard_normal(x.shape, dtype="f4")
    if kind == "masking":
        return x * (rng.random(x.shape, dtype="f4") >= strength)
    return x


def train(X, kind, strength, rate, seed, epochs=EPOCHS):
    """Return W, b and c of an autoencoder after training on centred pictures."""
    W, b, c = start(seed)
    rng = np.random.default_rng([seed, 2])
    optimizer = optim.Adam([W, b, c], lr=rate)
    falling = optim.lr_scheduler.LinearLR(optimizer, 1, 0, epochs * (len(X) // BATCH))
    for _ in range(epochs):
        for rows in rng.permutation(len(X)).reshape(-1, BATCH):
            x = nnlib.tensor(X[rows])
            h = nnlib.sigmoid(nnlib.tensor(corrupted(X[rows], kind, strength, rng)) @ W.T + b)
            loss = ((h @ W + c - x) ** 2).sum() / BATCH
            if kind == "sparse":
                loss = loss + strength * h.sum() / BATCH
            if kind == "contractive":
                slopes = (h * (1 - h)) ** 2
                loss = loss + strength * (slopes @ (W**2).sum(dim=1)).sum() / BATCH
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            falling.step()
    return [p.detach().numpy() for p in (W, b, c)]


def train_deep(X, share, rate, seed, epochs=2 * EPOCHS):
    """Return an encoder of two layers, trained to fill in hidden patches."""
    nnlib.manual_seed(seed)
    rng = np.random.default_rng([seed, 2])
    encoder = nn.Sequential(
        nn.Linear(784, CODE), nn.ReLU(), nn.Linear(CODE, CODE), nn.Sigmoid()
    )
    decoder = nn.Sequential(nn.Linear(CODE, CODE), nn.ReLU(), nn.Linear(CODE, 784))
    optimizer = optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=rate)
    falling = optim.lr_scheduler.LinearLR(optimizer, 1, 0, epochs * (len(X) // BATCH))
    for _ in range(epochs):
        for rows in rng.permutation(len(X)).reshape(-1, BATCH):
            kept = rng.random((BATCH, 7, 1, 7, 1), dtype="f4") >= share
            hidden = (X[rows].reshape(-1, 7, 4, 7, 4) * kept).reshape(-1, 784)
            again = decoder(encoder(nnlib.tensor(hidden)))
            loss = ((again - nnlib.tensor(X[rows])) ** 2).sum() / BATCH
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            falling.step()
    return encoder


def train_network(A, y, decay, seed, activation, steps, rate=0.002):
    """Return a network with one hidden layer, trained on labelled pictures by AdamW."""
    nnlib.manual_seed(seed)
    rng = np.random.default_rng([seed, 4])
    net = nn.Sequential(nn.Linear(784, CODE), activation, nn.Linear(CODE, 10))
    optimizer = optim.AdamW(net.parameters(), lr=rate, weight_decay=decay)
    falling = optim.lr_scheduler.LinearLR(optimizer, 1, 0, steps)
    for _ in range(steps):
        rows = rng.permutation(len(A))[:BATCH]
        loss = F.cross_entropy(net(nnlib.tensor(A[rows])), nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        falling.step()
    return net


def output(module, X):
    """Return what a module makes of an array."""
    with nnlib.no_grad():
        return module(nnlib.tensor(X)).numpy()


def network_accuracy(X, y, judged, labels, count, decay, seed, draws):
    """Return the mean accuracy of networks trained on labelled pictures only."""
    found = []
    for draw in range(draws):
        rows = drawn(y, count, 100 * seed + draw)
        steps = 100 if count < 100 else 300
        net = train_network(X[rows], y[rows], decay, seed + draw, nn.ReLU(), steps)
        found.append((output(net, judged).argmax(axis=1) == labels).mean())
    return float(np.mean(found))


def encode(X, W, b):
    """Return the codes of centred pictures."""
    return 1 / (1 + np.exp(-(X @ W.T + b)))


def drawn(y, count, seed):
    """Return so many rows of each class."""
    rng = np.random.default_rng([seed, 3])
    return np.concatenate([rng.permutation(np.flatnonzero(y == k))[:count] for k in range(10)])


def accuracy(codes, y, judged, labels, count, decay, seed, draws):
    """Return the mean accuracy of softmax regression over draws of the labelled pictures."""
    middle, spread = codes.mean(axis=0), codes.std() + 1e-9
    A, B = (codes - middle) / spread, (judged - middle) / spread
    found = []
    for draw in range(draws):
        rows = drawn(y, count, 100 * seed + draw)
        model = LogisticRegression(C=1 / (decay * len(rows)), max_iter=100, tol=1e-3)
        found.append(model.fit(A[rows], y[rows]).score(B, labels))
    return float(np.mean(found))


def codes_of(name, setting, X, y, others, seed):
    """Return the codes of training pictures and of others under one setting of a contender."""
    if name in ("pixels", "network"):
        return X, others
    if name == "PCA":
        V = linalg.pca(X, CODE, method="covariance").components.T
        return X @ V, others @ V
    if name == "deep":
        encoder = train_deep(X, *setting, seed)
        return output(encoder, X), output(encoder, others)
    if name == "all labels":
        net = train_network(X, y, 0.01, seed, nn.Sigmoid(), 450)
        return output(net[:2], X), output(net[:2], others)
    if name == "random":
        W, b = (p.detach().numpy() for p in start(seed, setting[0])[:2])
    elif name == "untrained":
        W, b = (p.detach().numpy() for p in start(seed)[:2])
    else:
        W, b, _ = train(X, name, *setting, seed)
    return encode(X, W, b), encode(others, W, b)


SETTINGS = {
    "pixels": [()],
    "PCA": [()],
    "untrained": [()],
    "network": [()],
    "all labels": [()],
    "deep": DEEP,
    "random": [(scale,) for scale in SCALES],
    **{name: [(s, r) for s in kinds for r in RATES] for name, kinds in STRENGTHS.items()},
}
JUDGES = {"network": network_accuracy}
CHOSEN = {}


def choose():
    """Choose each contender's setting and the decay for each count of labels."""
    X, y, V, v = parts(100)
    X, V = X - X.mean(axis=0), V - X.mean(axis=0)
    for name, settings in SETTINGS.items():
        tried = {}
        for setting in settings:
            A, B = codes_of(name, setting, X, y, V, 100)
            for count in LABELS:
                for decay in DECAYS:
                    draws = 3 if count < 100 else 1
                    args = (A, y, B, v, count, decay, 100, draws)
                    tried[setting, count, decay] = JUDGES.get(name, accuracy)(*args)
        best = max(settings, key=lambda s: max(tried[s, 10, d] for d in DECAYS))
        decays = {c: max(DECAYS, key=lambda d: tried[best, c, d]) for c in LABELS}
        CHOSEN[name] = best, decays
        scores = [(s, round(max(tried[s, 10, d] for d in DECAYS), 4)) for s in settings]
        print(name, scores, decays, flush=True)


def run(seed):
    """Test accuracies by contender and count of labels, and the settings."""
    if not CHOSEN:
        choose()
    X, y, _, _ = parts(seed)
    mean = X.mean(axis=0)
    X, T = X - mean, TEST.X - mean
    found = {}
    for name in SETTINGS:
        setting, decays = CHOSEN[name]
        A, B = codes_of(name, setting, X, y, T, seed)
        found[name] = [
            JUDGES.get(name, accuracy)(A, y, B, TEST.y, count, decays[count], seed, draws)
            for count, draws in LABELS.items()
        ]
        found[f"{name}, setting"] = [list(setting), list(decays.values())]
        found[f"{name}, active"] = float((A > 0.1).mean())
    return found


def thin():
    """Accuracy with 10 labels a class on the code of a denoising autoencoder after 3 epochs."""
    X, y, _, _ = parts(0)
    mean = X.mean(axis=0)
    W, b, _ = train(X - mean, "denoising", 0.3, 0.001, 0, epochs=3)
    A, B = encode(X - mean, W, b), encode(TEST.X - mean, W, b)
    return {"accuracy": accuracy(A, y, B, TEST.y, 10, 1e-3, 0, 3)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 6), thin=thin)
