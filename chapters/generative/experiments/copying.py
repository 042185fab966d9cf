"""When does a diffusion model copy its training images?

A class-conditional DDPM is trained on 50, 200 or 800 digits of 8 by 8 pixels, for 800 or
8,000 steps. For each of 400 samples we measure whether the nearest training image is nearer
than the nearest of equally many unseen images (without copying, the expected fraction is one
half), how far away both are, and whether the nearest training image is less than a third as far
away as the second nearest. The baselines are new digits, samples of one Gaussian per class with
the mean and covariance of its training images, and samples drawn with the best possible
prediction of the noise.

We also draw samples with three guidance scales from the networks for 800 images and 800 steps.
With the first seed, we also train a flow, and store samples that it draws in few steps.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from nnlib import experiment
from nnlib.datasets import digits

T, PIXELS, BATCH, WIDTH, RATE = 100, 64, 64, 256, 0.003
SIZES, STEPS, LONG = (50, 200, 800), 800, 8000
DRAWN, NONE, SCALES, COUNTS = 400, 10, (0, 1, 3), (1, 2, 5, 20)
TOLERANCES = {"slice": {"relative": 0.1}}

beta = torch.cat([torch.zeros(1), torch.linspace(0.001, 0.2, T)])
alpha = 1 - beta
alpha_bar = alpha.cumprod(0)


class Denoiser(nn.Module):
    """Predict the noise in images, from their levels and labels."""

    def __init__(self):
        super().__init__()
        self.level = nn.Embedding(T + 1, 32)
        self.label = nn.Embedding(NONE + 1, 32)
        self.layers = nn.Sequential(
            nn.Linear(PIXELS + 64, WIDTH), nn.SiLU(),
            nn.Linear(WIDTH, WIDTH), nn.SiLU(),
            nn.Linear(WIDTH, WIDTH), nn.SiLU(),
            nn.Linear(WIDTH, PIXELS),
        )  # fmt: skip

    def forward(self, x, t, label):
        """Noise (N, 64) for images x (N, 64) at levels t (N,) with labels (N,)."""
        return x + self.layers(torch.cat([x, self.level(t), self.label(label)], dim=1))


def ddpm_loss(net, x0, label):
    """The mean squared error of the predicted noise, at random levels."""
    t = torch.randint(1, T + 1, (len(x0),))
    noise = torch.randn_like(x0)
    a = alpha_bar[t, None]
    return F.mse_loss(net(a.sqrt() * x0 + (1 - a).sqrt() * noise, t, label), noise)


def flow_loss(net, x0, label):
    """The mean squared error of the predicted velocity, at random levels."""
    level = torch.randint(1, T + 1, (len(x0),))
    t = level[:, None] / T
    noise = torch.randn_like(x0)
    return F.mse_loss(net((1 - t) * x0 + t * noise, level, label), noise - x0)


def train(X, y, steps, loss_of=ddpm_loss):
    """A network that was trained on images X with labels y, and the mean of its last losses."""
    net = Denoiser()
    optimizer = torch.optim.Adam(net.parameters(), lr=RATE, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    losses = []
    for _ in range(steps):
        chosen = torch.randint(len(X), (BATCH,))
        label = y[chosen]
        label[torch.rand(BATCH) < 0.1] = NONE
        loss = loss_of(net, X[chosen], label)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
    return net, float(np.mean(losses[-100:]))


@torch.no_grad()
def draw(predict, n):
    """Sample n images with DDPM; predict(x, t) returns the noise in x."""
    x = torch.randn(n, PIXELS)
    for t in range(T, 0, -1):
        x = (x - beta[t] / (1 - alpha_bar[t]).sqrt() * predict(x, t)) / alpha[t].sqrt()
        if t > 1:
            variance = (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * beta[t]
            x += variance.sqrt() * torch.randn_like(x)
    return x.clip(-1, 1)


def guided(net, label, scale=1):
    """The network's prediction for these labels, with a guidance scale."""

    def predict(x, t):
        level = torch.full_like(label, t)
        noise = net(x, level, label)
        if scale == 1:
            return noise
        free = net(x, level, torch.full_like(label, NONE))
        return free + scale * (noise - free)

    return predict


def perfect(X):
    """The best prediction of the noise for the training images X."""

    def predict(x, t):
        a, b = alpha_bar[t].sqrt(), (1 - alpha_bar[t]).sqrt()
        weights = torch.softmax(-(torch.cdist(x, a * X) ** 2) / (2 * b**2), dim=1)
        return (x - a * (weights @ X)) / b

    return predict


@torch.no_grad()
def follow(net, label, steps):
    """One image for each label, by Euler steps along the velocity, from fixed noise."""
    x = torch.randn(len(label), PIXELS, generator=torch.Generator().manual_seed(0))
    for k in range(steps, 0, -1):
        x = x - net(x, torch.full_like(label, k * T // steps), label) / steps
    return x.clip(-1, 1)


def gaussians(X, y, label):
    """A sample for each label: Gaussian, with the mean and covariance of its images in X."""
    samples = []
    for k in label:
        own = X[y == k]
        mean = own.mean(dim=0)
        samples.append(
            mean + torch.randn(len(own)) @ (own - mean) / max(len(own) - 1, 1) ** 0.5
        )
    return torch.stack(samples).clip(-1, 1)


def compare(drawn, training, unseen):
    """Distances from the samples to the training images and to as many unseen images."""
    first, second = torch.cdist(drawn, training).topk(2, dim=1, largest=False).values.T
    other = torch.cdist(drawn, unseen).min(dim=1).values
    return {
        "nearer": float((first < other).float().mean()),
        "distance": float(first.median()),
        "unseen": float(other.median()),
        "copied": float((first < second / 3).float().mean()),
    }


def agree(drawn, label, X, y):
    """Return the fraction of samples whose nearest image in X has the requested label."""
    return float((y[torch.cdist(drawn, X).argmin(dim=1)] == label).float().mean())


def apart(drawn, label):
    """The mean distance between two images with the same label."""
    same = (label[:, None] == label).float().fill_diagonal_(0)
    return float((torch.cdist(drawn, drawn) * same).sum() / same.sum())


def stored(images):
    """Images with values between -1 and 1 as bytes."""
    return np.round(127.5 * (images.clip(-1, 1).numpy() + 1)).astype(int)


def data(seed):
    """All digits between -1 and 1, and their labels, in random order."""
    train, test = digits()
    order = np.random.default_rng(seed).permutation(len(train.X) + len(test.X))
    X = 2 * np.concatenate([train.X, test.X])[order] - 1
    return torch.tensor(X), torch.tensor(np.concatenate([train.y, test.y])[order])


def run(seed):
    """Train on each number of images, and compare the samples with seen and unseen images."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    X, y = data(seed)
    unseen, labels, others = X[800:1600], y[800:1600], X[1600:]
    results = {}
    for n in SIZES:
        asked = y[torch.randint(n, (DRAWN,))]
        drawings = {
            "perfect": draw(perfect(X[:n]), DRAWN),
            "gauss": gaussians(X[:n], y[:n], asked),
            "new": others,
        }
        for name, steps in (("short", STEPS), ("long", LONG)):
            net, loss = train(X[:n], y[:n], steps)
            drawings[name] = draw(guided(net, asked), DRAWN)
            with torch.no_grad():
                fresh = [ddpm_loss(net, unseen, labels).item() for _ in range(20)]
            results[f"loss {name} {n}"] = {"train": loss, "unseen": float(np.mean(fresh))}
            if name == "short" and n == 800:
                for scale in SCALES:
                    scaled = draw(guided(net, asked, scale), DRAWN)
                    right = agree(scaled, asked, unseen, labels)
                    results[f"scale {scale}"] = {"agree": right, "apart": apart(scaled, asked)}
        for name, drawn in drawings.items():
            results[f"{name} {n}"] = compare(drawn, X[:n], unseen[:n])
            if name in ("short", "long", "gauss"):
                results[f"{name} {n}"]["agree"] = agree(drawn, asked, unseen, labels)
        if seed == 0 and n != 200:
            results[f"drawn {n}"] = {
                "label": asked[:8].tolist(),
                "images": stored(drawings["long"][:8]),
            }
    results["new"] = {
        "agree": agree(others, y[1600:], unseen, labels),
        "apart": apart(X[:800], y[:800]),
    }
    if seed == 0:
        flow, _ = train(X[:800], y[:800], 3 * STEPS, flow_loss)
        label = torch.arange(5)
        results["flow"] = {str(count): stored(follow(flow, label, count)) for count in COUNTS}
    return results


def thin():
    """The loss after 200 steps on 50 images."""
    torch.manual_seed(0)
    X, y = data(0)
    return {"slice": train(X[:50], y[:50], 200)[1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(3), thin=thin)
