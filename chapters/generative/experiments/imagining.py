"""Which way of drawing codes gives the best new images?

All decoders have 128 hidden units and read 16 numbers. An autoencoder, a VAE, and a VAE without
its noise or without its penalty are sampled by standard normal codes, by a Gaussian and by a
mixture of Gaussians fitted to their codes. Baselines use principal components or pixels. A
classifier's last hidden layer gives the Fréchet distance to 2,000 held-back images. Settings
are chosen on a different seed.

It takes about 5 minutes. The page generative/vae uses the results.
"""

from functools import cache

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist
from nnlib.nn import functional as F

CODE, HIDDEN, EPOCHS, BATCH, RATE = 16, 128, 15, 100, 0.002
SIGMA = 0.1  # of the decoder's noise
DRAWN, TUNING = 2000, 100
SETTINGS = {
    "plain": (0,),
    "VAE": (0.25, 1, 4, 16, 64),
    "penalty": (0.25, 4, 16, 64),
    "noise": (0.1, 0.25, 0.5),
}
PARTS = (10, 30)
TOLERANCES = {"elbo": {"absolute": 6}, "error": {"absolute": 0.002}}


def small(X):
    """Return pictures (N, 784) at half the size (N, 196)."""
    return X.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)


@cache
def pictures():
    """Return training pictures with labels, and two halves of the test pictures."""
    train, test = fashion_mnist()
    X = small(test.X)
    return small(train.X), train.y, X[:2000], X[2000:]


class Coder(nn.Module):
    """An encoder with two heads and a decoder."""

    def __init__(self, kind, setting, code=CODE):
        super().__init__()
        self.kind, self.setting = kind, setting
        self.body = nn.Sequential(nn.Linear(196, HIDDEN), nn.ReLU())
        self.mean, self.log_var = nn.Linear(HIDDEN, code), nn.Linear(HIDDEN, code)
        self.norm = nn.BatchNorm1d(code, affine=False) if kind == "noise" else nn.Identity()
        self.decoder = nn.Sequential(
            nn.Linear(code, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 196), nn.Sigmoid()
        )

    def encode(self, x):
        """Return mean and log-variance of the code."""
        h = self.body(x)
        return self.norm(self.mean(h)), self.log_var(h)

    def terms(self, x):
        """Return the squared error over 2 σ² and the penalty, each a mean over the pictures."""
        mean, log_var = self.encode(x)
        z, penalty, n = mean, nnlib.zeros(()), len(x)
        if self.kind == "VAE":
            z = mean + (log_var / 2).exp() * nnlib.randn(mean.shape)
            penalty = self.setting * kl_terms(mean, log_var).sum() / n
        if self.kind == "penalty":
            penalty = self.setting * (mean**2).sum() / 2 / n
        if self.kind == "noise":
            z = mean + self.setting * nnlib.randn(mean.shape)
        return ((self.decoder(z) - x) ** 2).sum() / (2 * SIGMA**2) / n, penalty


def kl_terms(mean, log_var):
    """Return the divergence to the standard normal, one number for each entry of the code."""
    return (mean**2 + log_var.exp() - 1 - log_var) / 2


def fit(module, loss, X, seed, epochs, y=None):
    """Train by Adam with a rate that falls to zero."""
    adam, rng = optim.Adam(module.parameters(), lr=RATE), np.random.default_rng(seed)
    steps, done = epochs * (len(X) // BATCH), 0
    for _ in range(epochs):
        order = rng.permutation(len(X))
        for k in range(0, len(X) - BATCH + 1, BATCH):
            adam.param_groups[0]["lr"] = RATE * (1 - done / steps)
            rows, done = order[k : k + BATCH], done + 1
            adam.zero_grad()
            batch = (X[rows],) if y is None else (X[rows], y[rows])
            loss(*map(nnlib.tensor, batch)).backward()
            adam.step()
    return module.eval()


@cache
def coder(kind, setting, seed, code=CODE, epochs=EPOCHS):
    """Return a trained encoder and decoder."""
    nnlib.manual_seed(seed)
    net = Coder(kind, setting, code)
    return fit(net, lambda x: sum(net.terms(x)), pictures()[0], seed, epochs)


@cache
def judge(seed):
    """Return the classifier that judges."""
    nnlib.manual_seed(seed + 1000)
    net = nn.Sequential(
        nn.Linear(196, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 32), nn.ReLU(), nn.Linear(32, 10)
    )
    X, y = pictures()[:2]
    return fit(net, lambda x, t: F.cross_entropy(net(x), t), X, seed, 10, y)


def array(module, X):
    """Return a module's output for an array."""
    with nnlib.no_grad():
        return module(nnlib.tensor(X.astype(np.float32))).numpy()


def frechet(A, B):
    """Return the Fréchet distance between Gaussians fitted to two sets of vectors."""
    S, T = np.cov(A.T), np.cov(B.T)
    values, V = np.linalg.eigh(S)
    root = (V * np.sqrt(values.clip(0))) @ V.T
    mixed = np.sqrt(np.linalg.eigvalsh(root @ T @ root).clip(0)).sum()
    return float(((A.mean(0) - B.mean(0)) ** 2).sum() + np.trace(S) + np.trace(T) - 2 * mixed)


def distance(samples, real, seed):
    """Return the Fréchet distance in the last hidden layer of the classifier."""
    features = judge(seed)[:4]
    return frechet(array(features, samples), array(features, real))


def em(Z, parts, seed, rounds=15):
    """Return weights, means and covariances of a mixture of Gaussians."""
    rng, (n, d) = np.random.default_rng(seed), Z.shape
    Z = Z.astype(float)
    floor = 1e-3 * np.trace(np.cov(Z.T)) / d * np.eye(d)
    weights, means = np.full(parts, 1 / parts), Z[rng.choice(n, parts, replace=False)]
    covs = np.stack([np.cov(Z.T) + floor] * parts)
    for _ in range(rounds if parts > 1 else 1):
        logs = np.empty((n, parts))
        for k in range(parts):
            L = np.linalg.cholesky(covs[k])
            r2 = (np.linalg.solve(L, (Z - means[k]).T) ** 2).sum(0)
            logs[:, k] = np.log(weights[k]) - r2 / 2 - np.log(np.diag(L)).sum()
        share = np.exp(logs - logs.max(1, keepdims=True))
        share /= share.sum(1, keepdims=True)
        total = share.sum(0) + 1e-6
        weights, means = total / total.sum(), (share.T @ Z) / total[:, None]
        for k in range(parts):
            C = Z - means[k]
            covs[k] = (share[:, k, None] * C).T @ C / total[k] + floor
    return weights, means, covs


def draw(mixture, n, rng):
    """Return n samples of a mixture."""
    weights, means, covs = mixture
    which = rng.choice(len(weights), n, p=weights)
    roots = np.linalg.cholesky(covs)
    return means[which] + np.einsum(
        "nij,nj->ni", roots[which], rng.normal(size=(n, means.shape[1]))
    )


def codes(net):
    """Return the codes of the training pictures, with their noise where there is any."""
    mean, log_var = (part.numpy() for part in _encode(net, pictures()[0]))
    noise = np.random.default_rng(0).normal(size=mean.shape)
    width = {"VAE": np.exp(log_var / 2), "noise": net.setting}.get(net.kind, 0)
    return mean + width * noise


def _encode(net, X):
    with nnlib.no_grad():
        return net.encode(nnlib.tensor(X))


@cache
def components():
    """Return mean, principal axes and codes of the training pictures."""
    X = pictures()[0].astype(float)
    axes = np.linalg.svd(X - X.mean(0), full_matrices=False).Vh
    return X.mean(0), axes[:CODE], (X - X.mean(0)) @ axes[:CODE].T


def samples(way, setting, parts, seed):
    """Return pictures: parts 0 are standard normal codes, 1 a Gaussian, more a mixture."""
    rng = np.random.default_rng(seed + 50)
    X = pictures()[0]
    if way == "copies":
        return X[rng.choice(len(X), DRAWN, replace=False)]
    if way == "pixels":
        return draw(em(X, 1, seed), DRAWN, rng).clip(0, 1)
    if way == "PCA":
        mean, axes, Z = components()
        return (mean + draw(em(Z, parts, seed), DRAWN, rng) @ axes).clip(0, 1)
    net = coder(way, setting, seed)
    Z = (
        draw(em(codes(net), parts, seed), DRAWN, rng)
        if parts
        else rng.normal(size=(DRAWN, CODE))
    )
    return array(net.decoder, Z)


WAYS = [
    *((kind, parts) for kind in SETTINGS for parts in (0, 1, "mixture")),
    ("PCA", 1), ("PCA", "mixture"), ("pixels", 1), ("copies", 0),
]  # fmt: skip


@cache
def chosen(way, parts):
    """Return setting and number of parts with the least distance on the seed for tuning."""
    counts = PARTS if parts == "mixture" else (parts,)
    cases = [(setting, count) for setting in SETTINGS.get(way, (0,)) for count in counts]
    if len(cases) == 1:
        return cases[0]
    scores = {
        case: distance(samples(way, *case, TUNING), pictures()[2], TUNING) for case in cases
    }
    print(way, parts, {case: round(score, 2) for case, score in scores.items()}, flush=True)
    return min(scores, key=scores.get)


def nearest(A, X):
    """Return the distance of each picture to the nearest training picture."""
    squares = (A**2).sum(1)[:, None] + (X**2).sum(1) - 2 * A @ X.T
    return np.sqrt(squares.min(1).clip(0))


def log_weights(net, x, K, rng):
    """Return log p(x, z) - log q(z | x) for K codes of each picture (N, K)."""
    mean, log_var = (part.numpy()[:, None] for part in _encode(net, x))
    eps = rng.normal(size=(len(x), K, mean.shape[2]))
    z = mean + np.exp(log_var / 2) * eps
    out = array(net.decoder, z.reshape(-1, z.shape[2])).reshape(len(x), K, -1)
    fits = -((out - x[:, None]) ** 2).sum(2) / (2 * SIGMA**2) - 98 * np.log(
        2 * np.pi * SIGMA**2
    )
    return fits - (z**2).sum(2) / 2 + (eps**2).sum(2) / 2 + log_var.sum(2) / 2


def estimate(logs):
    """Return the mean over pictures of the logarithm of the mean weight."""
    top = logs.max(1, keepdims=True)
    return float((top[:, 0] + np.log(np.exp(logs - top).mean(1))).mean())


def gaussian_log_density(X, real):
    """Return the mean log density under a Gaussian whose variances are at least σ²."""
    C = np.cov(X.T)
    values, V = np.linalg.eigh(C)
    values = values.clip(SIGMA**2)
    r2 = (((real - X.mean(0)) @ V) ** 2 / values).sum(1)
    return float(-(r2.mean() + np.log(2 * np.pi * values).sum()) / 2)


def run(seed):
    """Distances of all ways, and how the VAE fits held-back pictures."""
    X, _, _, real = pictures()
    found = {"real, nearest": float(np.median(nearest(real, X)))}
    for way, parts in WAYS:
        setting, count = chosen(way, parts)
        S, key = samples(way, setting, count, seed), f"{way}, {parts}"
        p = softmax(array(judge(seed), S))
        shares = p.mean(0)
        found[key] = distance(S, real, seed)
        found[f"{key}, setting"], found[f"{key}, parts"] = setting, count
        found[f"{key}, sure"] = float((p.max(1) > 0.9).mean())
        found[f"{key}, classes"] = float(np.exp(-(shares * np.log(shares)).sum()))
        found[f"{key}, nearest"] = float(np.median(nearest(S.astype(np.float32), X)))
    found["real"] = distance(pictures()[2], real, seed)
    found["real, sure"] = float((softmax(array(judge(seed), real)).max(1) > 0.9).mean())
    for kind in SETTINGS:
        for setting in (1, 16) if kind == "VAE" else (chosen(kind, 0)[0],):
            net, rng = coder(kind, setting, seed), np.random.default_rng(seed)
            mean, log_var = _encode(net, real)
            out = array(net.decoder, mean.numpy())
            found[f"{kind} {setting}, error"] = float(((out - real) ** 2).mean())
            if kind == "VAE":
                each = kl_terms(mean, log_var).numpy().mean(0)
                found[f"{kind} {setting}, KL"] = np.sort(each)[::-1].round(4)
                logs = log_weights(net, real[:300], 100, rng)
                found[f"{kind} {setting}, bounds"] = [
                    estimate(logs[:, :k]) if k > 1 else float(logs.mean()) for k in (1, 10, 100)
                ]
    found["pixels, log-likelihood"] = gaussian_log_density(X.astype(float), real[:300])
    coder.cache_clear()
    return found


def softmax(logits):
    """Return probabilities."""
    p = np.exp(logits - logits.max(1, keepdims=True))
    return p / p.sum(1, keepdims=True)


def thin():
    """Return what three epochs make of a VAE: its bound and its squared error."""
    net, real = coder("VAE", 1, 0, CODE, 3), pictures()[3][:300]
    out = array(net.decoder, _encode(net, real)[0].numpy())
    logs = log_weights(net, real, 20, np.random.default_rng(0))
    return {"elbo": float(logs.mean()), "error": float(((out - real) ** 2).mean())}


if __name__ == "__main__":
    experiment.record(run, seeds=range(5), thin=thin)
