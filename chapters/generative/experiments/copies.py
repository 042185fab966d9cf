"""When does a diffusion model draw copies of its training images?

A network learns to denoise images of 14 by 14 pixels with 100 noise levels. The best answer for
a training set is known: a weighted mean of its images. Both draw 300 images from the same noise
in the same steps, after training with few images or many. A drawn image is a copy if its
nearest training image is less than a third as far away as the second nearest. Variants have
four times the steps, or a narrower network.

It takes about 45 minutes. The page generative/diffusion uses the results.
"""

from itertools import pairwise

import numpy as np

import nnlib
from nnlib import experiment, nn, optim
from nnlib.datasets import fashion_mnist

T, PIXELS, DRAWN = 100, 196, 300
SIZES = (50, 200, 1000, 5000)
WIDTH, STEPS, BATCH, RATE = 512, 4000, 128, 0.001
LEVELS = (5, 15, 30, 50, 70, 90)
FURTHER = {"longer": (200, 4 * STEPS, WIDTH), "narrower": (200, STEPS, WIDTH // 4)}
TOLERANCES = {"slice": {"relative": 0.1}}


def small(X):
    """Pictures of 28 by 28 as rows of 14 by 14 pixels between -1 and 1."""
    means = X.reshape(len(X), 14, 2, 14, 2).mean(axis=(2, 4))
    return np.float32(2 * means.reshape(len(X), PIXELS) - 1)


def keeps():
    """The share of the picture's square that each level keeps: 1 at level 0, then less."""
    angle = (np.arange(T + 1) / T + 0.008) / 1.008 * np.pi / 2
    kept = np.cos(angle) ** 2 / np.cos(angle[0]) ** 2
    return np.float32(np.maximum(kept, 1e-5))


KEPT = keeps()


def add_noise(x, t, rng):
    """Pictures x (N, 196) with the noise of their levels t (N,)."""
    a = KEPT[t][:, None]
    return np.sqrt(a) * x + np.sqrt(1 - a) * np.float32(rng.standard_normal(x.shape))


def waves(t):
    """The levels t (N,) as 32 numbers each, waves of several lengths."""
    angles = t[:, None] * np.exp(np.linspace(0, np.log(100), 16)) * np.pi / (2 * T)
    return np.float32(np.concatenate([np.sin(angles), np.cos(angles)], axis=1))


class Denoiser(nn.Module):
    """Says what the clean picture was, from a noisy one and its level."""

    def __init__(self, width=WIDTH):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(PIXELS + 32, width), nn.SiLU(),
            nn.Linear(width, width), nn.SiLU(),
            nn.Linear(width, PIXELS),
        )  # fmt: skip

    def forward(self, x, t):
        """Clean pictures (N, 196) for noisy x (N, 196) at the levels t (N,)."""
        return self.layers(nnlib.cat([x, nnlib.tensor(waves(t))], 1))


def train(X, seed, steps=STEPS, width=WIDTH, rate=RATE):
    """A denoiser trained on the rows of X, with a rate that falls along a cosine."""
    rng = np.random.default_rng(seed)
    nnlib.manual_seed(seed)
    net = Denoiser(width)
    optimizer = optim.Adam(net.parameters(), lr=rate)
    schedule = optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        x = X[rng.integers(len(X), size=BATCH)]
        t = rng.integers(1, T + 1, size=BATCH)
        weight = np.minimum(1 / (1 - KEPT[t]), 20) ** 0.5  # little noise counts more
        error = net(nnlib.tensor(add_noise(x, t, rng)), t) - nnlib.tensor(x)
        loss = (nnlib.tensor(weight[:, None]) * error**2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return net


def guess(net):
    """The network as a function of noisy pictures and one level, on arrays."""

    def clean(x, t):
        with nnlib.no_grad():
            return net(nnlib.tensor(x), np.full(len(x), t)).numpy()

    return clean


def best_guess(X):
    """The best answer for training pictures X: their mean, weighted by the noisy picture."""

    def clean(x, t):
        squares = (
            (x**2).sum(1)[:, None] - 2 * np.sqrt(KEPT[t]) * x @ X.T + KEPT[t] * (X**2).sum(1)
        )
        logits = -squares / (2 * (1 - KEPT[t]))
        weights = np.exp(logits - logits.max(axis=1, keepdims=True))
        return (weights @ X) / weights.sum(axis=1, keepdims=True)

    return clean


def draw(clean, n, rng, steps=T, shape=(PIXELS,)):
    """Draw n pictures from noise, by some steps down the levels, each with fresh noise."""
    x = np.float32(rng.standard_normal((n, *shape)))
    levels = np.linspace(T, 0, steps + 1).round().astype(int)
    for t, s in pairwise(levels):
        picture = np.clip(clean(x, t), -1, 1)
        noise = (x - np.sqrt(KEPT[t]) * picture) / np.sqrt(1 - KEPT[t])
        fresh = (1 - KEPT[s]) / (1 - KEPT[t]) * (1 - KEPT[t] / KEPT[s])  # its variance
        old = np.sqrt(np.maximum(1 - KEPT[s] - fresh, 0))
        x = np.sqrt(KEPT[s]) * picture + old * noise
        x = np.float32(x + np.sqrt(fresh) * rng.standard_normal(x.shape))
    return x


def distances(A, B):
    """The distances of each row of A to its two nearest rows of B."""
    squares = (A**2).sum(1)[:, None] - 2 * A @ B.T + (B**2).sum(1)
    return np.sqrt(np.maximum(np.sort(squares, axis=1)[:, :2], 0))


def copies(A, X):
    """The share of A whose nearest row of X is less than a third as far as the second."""
    near = distances(A, X)
    return (near[:, 0] < near[:, 1] / 3).mean()


def errors(clean, X, seed=99):
    """The mean squared error of a guess per pixel, at each of the levels."""
    rng, found = np.random.default_rng(seed), []
    for t in LEVELS:
        noisy = add_noise(X, np.full(len(X), t), rng)
        found.append(float(((np.clip(clean(noisy, t), -1, 1) - X) ** 2).mean()))
    return found


def judged(clean, X, held, seed):
    """What a guess draws after training on X, and its errors there and on held pictures."""
    drawn = draw(clean, DRAWN, np.random.default_rng(1000 + seed))
    return drawn, {
        "copies": copies(drawn, X),
        "nearest": float(np.median(distances(drawn, X)[:, 0])),
        "training error": errors(clean, X[:1000]),
        "held-back error": errors(clean, held),
    }


def run(seed):
    """Train on each number of pictures and compare with the best answer for the same ones."""
    (X, _), (held, _) = fashion_mnist()
    X, held, found = small(X), small(held)[:1000], {}
    X = X[np.random.default_rng(seed).permutation(len(X))]
    conditions = {str(n): (n, STEPS, WIDTH) for n in SIZES} | FURTHER
    for name, (n, steps, width) in conditions.items():
        net = guess(train(X[:n], seed, steps, width))
        drawn, found[name] = judged(net, X[:n], held, seed)
        if name in ("50", "5000"):
            found[name]["drawn"] = np.round(127.5 * (drawn[:8].clip(-1, 1) + 1)).astype(int)
    for n in SIZES:
        found[f"best {n}"] = judged(best_guess(X[:n]), X[:n], held, seed)[1]
        found[f"held {n}"] = float(np.median(distances(held, X[:n])[:, 0]))
        found[f"held {n}, copies"] = copies(held, X[:n])
    return found


def thin():
    """The held-back error at level 50 of a narrow network after 300 steps on 200 pictures."""
    (X, _), (held, _) = fashion_mnist()
    X, held = small(X)[:200], small(held)[:200]
    return {"slice": errors(guess(train(X, 0, 300, 64)), held)[3]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(1, 4), thin=thin)
