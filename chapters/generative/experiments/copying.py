"""When does a diffusion model copy its training images?

A class-conditional DDPM learns 50, 200 or 800 digits of 8 by 8 pixels. For each of 400 drawings
we look whether the nearest training image is nearer than the nearest of equally many unseen
images. Without copying, the expected fraction is one half. One variant has three times the
steps. The baselines are new digits and samples of a Gaussian fitted to the training images.

A copying network was expected for 50 images, and a fraction below 0.6 for 800. The network for
800 images also draws with three guidance scales. The first seed trains a flow as well, and
stores what it draws in few steps.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from nnlib import experiment
from nnlib.datasets import digits

T, PIXELS, BATCH, WIDTH, STEPS, RATE = 100, 64, 64, 256, 800, 0.003
SIZES, DRAWN, NONE, SCALES, COUNTS = (50, 200, 800), 400, 10, (0, 1, 3), (1, 2, 5, 20)
CONDITIONS = {
    "50": (50, STEPS),
    "200": (200, STEPS),
    "longer": (200, 3 * STEPS),
    "800": (800, STEPS),
}
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
def draw(net, label, scale=1):
    """One image for each label, by DDPM sampling with a guidance scale."""
    x = torch.randn(len(label), PIXELS)
    for t in range(T, 0, -1):
        level = torch.full_like(label, t)
        noise = net(x, level, label)
        if scale != 1:
            free = net(x, level, torch.full_like(label, NONE))
            noise = free + scale * (noise - free)
        x = (x - beta[t] / (1 - alpha_bar[t]).sqrt() * noise) / alpha[t].sqrt()
        if t > 1:
            variance = (1 - alpha_bar[t - 1]) / (1 - alpha_bar[t]) * beta[t]
            x += variance.sqrt() * torch.randn_like(x)
    return x.clip(-1, 1)


@torch.no_grad()
def follow(net, label, steps):
    """One image for each label, by Euler steps along the velocity."""
    x = torch.randn(len(label), PIXELS)
    for k in range(steps, 0, -1):
        x = x - net(x, torch.full_like(label, k * T // steps), label) / steps
    return x.clip(-1, 1)


def nearer(drawn, seen, unseen):
    """The fraction of drawings whose nearest image is in seen, not in unseen."""
    a, b = (torch.cdist(drawn, images).min(dim=1).values for images in (seen, unseen))
    return float((a < b).float().mean())


def agree(drawn, label, X, y):
    """The fraction of drawings whose nearest image in X has the label that was asked for."""
    return float((y[torch.cdist(drawn, X).argmin(dim=1)] == label).float().mean())


def apart(drawn, label):
    """The mean distance of two images with the same label."""
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
    """Train on each number of images and compare the drawings with seen and unseen ones."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    X, y = data(seed)
    unseen, labels, others = X[800:1600], y[800:1600], X[1600:]
    found = {}
    for name, (n, steps) in CONDITIONS.items():
        net, loss = train(X[:n], y[:n], steps)
        asked = y[torch.randint(n, (DRAWN,))]
        drawn = draw(net, asked)
        near = nearer(drawn, X[:n], unseen[:n])
        found[name] = {
            "nearer": near,
            "agree": agree(drawn, asked, unseen, labels),
            "loss": loss,
        }
        if seed == 0 and name in ("50", "800"):
            found[name]["drawn"] = stored(drawn[:8])
    for scale in SCALES:
        drawn = draw(net, asked, scale)
        right = agree(drawn, asked, unseen, labels)
        found[f"scale {scale}"] = {"agree": right, "apart": apart(drawn, asked)}
    for n in SIZES:
        mean, covariance = X[:n].mean(dim=0).numpy(), np.cov(X[:n].T.numpy())
        gauss = np.random.default_rng(seed).multivariate_normal(mean, covariance, DRAWN)
        found[f"gauss {n}"] = nearer(torch.tensor(np.float32(gauss)), X[:n], unseen[:n])
        found[f"new {n}"] = nearer(others, X[:n], unseen[:n])
    found["new"] = {
        "agree": agree(others, y[1600:], unseen, labels),
        "apart": apart(X[:800], y[:800]),
    }
    if seed == 0:
        flow, _ = train(X[:800], y[:800], STEPS, flow_loss)
        label = torch.arange(8)
        found["flow"] = {str(count): stored(follow(flow, label, count)) for count in COUNTS}
    return found


def thin():
    """The loss after 200 steps on 50 images."""
    torch.manual_seed(0)
    X, y = data(0)
    return {"slice": train(X[:50], y[:50], 200)[1]}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
