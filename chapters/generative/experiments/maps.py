"""How well do two-dimensional maps of images preserve neighbours and distances?

Each run draws 500 images of clothes and makes maps of them with two random directions, PCA,
t-SNE and UMAP. "neighbours" is the fraction of the 10 nearest images by pixels that are also
among the 10 nearest on the map; "distances" is Spearman's correlation of all distances on the
map with those between the images. The first run also stores the maps.

It takes about 5 minutes on one core. The page generative/dimensionality-reduction uses the
results.
"""

import numpy as np
from scipy.spatial.distance import pdist, squareform
from scipy.stats import spearmanr
from sklearn.manifold import TSNE

from nnlib import datasets, experiment, linalg

TOLERANCES = {"PCA": {"absolute": 0.02}, "t-SNE": {"absolute": 0.1}, "UMAP": {"absolute": 0.1}}
COUNT, NEAR, FIRST = 500, 10, 1
A, B = 1.577, 0.895  # the curve 1 / (1 + A d^(2B)) for min_dist = 0.1
IMAGES = datasets.fashion_mnist()[0].X


def umap_graph(D, k):
    """Return the symmetric weights of UMAP's graph of k neighbours, from distances."""
    W = np.zeros_like(D)
    for i, row in enumerate(D):
        near = np.argsort(row)[1 : k + 1]
        beyond = row[near] - row[near[0]]
        low, high = 1e-6, 1e3
        for _ in range(60):
            sigma = (low * high) ** 0.5
            too_wide = np.exp(-beyond / sigma).sum() > np.log2(k)
            low, high = (low, sigma) if too_wide else (sigma, high)
        W[i, near] = np.exp(-beyond / sigma)
    return W + W.T - W * W.T


def umap(D, start, k, seed, epochs=300, negatives=5):
    """Return a map of points with distances D by UMAP, from a start of shape (N, 2)."""
    W, N = umap_graph(D, k), len(D)
    heads, tails = np.nonzero(W)
    chance = W[heads, tails] / W.max()
    rng = np.random.default_rng(seed)
    Y = 10 * start / np.abs(start).max()
    for epoch in range(epochs):
        rate = 1 - epoch / epochs
        drawn = rng.permutation(np.flatnonzero(rng.random(len(chance)) < chance))
        for edges in np.array_split(drawn, max(1, 4 * len(drawn) // N)):
            i, j = heads[edges], tails[edges]
            apart = Y[i] - Y[j]
            d2 = (apart**2).sum(axis=1, keepdims=True) + 1e-12
            pull = np.clip(2 * A * B * d2 ** (B - 1) / (1 + A * d2**B) * apart, -4, 4)
            np.add.at(Y, i, -rate * pull)
            np.add.at(Y, j, rate * pull)
            i = np.repeat(i, negatives)
            apart = Y[i] - Y[rng.integers(N, size=len(i))]
            d2 = (apart**2).sum(axis=1, keepdims=True)
            push = np.clip(2 * B / ((0.001 + d2) * (1 + A * d2**B)) * apart, -4, 4)
            np.add.at(Y, i, rate * push)
    return Y


def maps(X, seed, perplexities=(5, 30, 100), sizes=(5, 15, 50)):
    """Yield the name and the points of each map of the rows of X."""
    rng, D = np.random.default_rng([seed, 1]), squareform(pdist(X))
    flat = linalg.pca(X, 2).scores
    yield "random", X @ rng.normal(size=(X.shape[1], 2)) / X.shape[1] ** 0.5
    yield "PCA", flat
    for p in perplexities:
        made = TSNE(perplexity=p, init="pca", method="exact", random_state=seed)
        yield f"t-SNE {p}", made.fit_transform(X)
    for k in sizes:
        yield f"UMAP {k}", umap(D, flat, k, [seed, 2])


def scores(X, Y):
    """Return how well a map preserves neighbours and the order of distances."""
    far, near = pdist(X), pdist(Y)
    a, b = (np.argsort(squareform(d), axis=1)[:, 1 : NEAR + 1] for d in (far, near))
    both = [len(set(p) & set(q)) / NEAR for p, q in zip(a, b, strict=True)]
    return float(np.mean(both)), float(spearmanr(far, near).statistic)


def run(seed):
    """Both scores of each map; for the first seed also the images' indices and the maps."""
    rows = np.random.default_rng([seed, 0]).permutation(len(IMAGES))[:COUNT]
    X, measures, points = IMAGES[rows].astype(float), {}, {}
    for name, Y in maps(X, seed):
        measures[f"{name}, neighbours"], measures[f"{name}, distances"] = scores(X, Y)
        points[name] = ((Y - Y.mean(axis=0)) / Y.std()).round(2)
    if seed == FIRST:
        measures |= {"rows": rows, "maps": points}
    return measures


def thin():
    """How well maps of 100 images preserve neighbours."""
    X = IMAGES[:100].astype(float)
    preserved = {name: scores(X, Y)[0] for name, Y in maps(X, 0, (10,), (10,))}
    keys = {"PCA": "PCA", "t-SNE": "t-SNE 10", "UMAP": "UMAP 10"}
    return {name: preserved[key] for name, key in keys.items()}


if __name__ == "__main__":
    experiment.record(run, seeds=range(FIRST, FIRST + 10), thin=thin)
