"""A small DCGAN on images of clothes: samples, losses and Fréchet distance, epoch by epoch.

It is trained on 5,000 images with 28 by 28 pixels. The Fréchet distance compares 2,000 samples
with 2,000 test images in the 64 hidden units of a classifier. The baselines are other real
images and samples of a Gaussian with the mean and the covariance of the pixels.

It takes about 3 minutes. The page generative/gan uses the results.
"""

import base64

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from nnlib import experiment
from nnlib.datasets import fashion_mnist

EPOCHS, CODE, SHOWN = 10, 64, (1, 3, 10)
TOLERANCES = {"distance": {"relative": 0.3}}


def networks():
    """Generator and discriminator by the rules of DCGAN."""
    G = nn.Sequential(
        nn.Linear(CODE, 64 * 7 * 7, bias=False), nn.Unflatten(1, (64, 7, 7)),
        nn.BatchNorm2d(64), nn.ReLU(),
        nn.ConvTranspose2d(64, 32, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(32), nn.ReLU(),
        nn.ConvTranspose2d(32, 1, 4, stride=2, padding=1), nn.Tanh(),
    )  # fmt: skip
    D = nn.Sequential(
        nn.Conv2d(1, 32, 4, stride=2, padding=1), nn.LeakyReLU(0.2),
        nn.Conv2d(32, 64, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(64), nn.LeakyReLU(0.2),
        nn.Flatten(), nn.Linear(64 * 7 * 7, 1),
    )  # fmt: skip
    for layer in [*G, *D]:
        if isinstance(layer, (nn.Linear, nn.Conv2d, nn.ConvTranspose2d)):
            nn.init.normal_(layer.weight, 0, 0.02)
    return G, D


def classifier(X, y):
    """Hidden units of a classifier, as a function of images."""
    torch.manual_seed(0)
    hidden = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 64))
    scores = nn.Sequential(nn.ReLU(), nn.Linear(64, 10))
    adam = torch.optim.Adam([*hidden.parameters(), *scores.parameters()], lr=0.001)
    for _ in range(10):
        for rows in torch.randperm(len(X)).split(64):
            adam.zero_grad()
            F.cross_entropy(scores(hidden(X[rows])), y[rows]).backward()
            adam.step()
    return lambda images: hidden(images).detach().double().numpy()


def frechet(A, B):
    """Fréchet distance between Gaussians fitted to two sets of features."""
    S, T = np.cov(A.T), np.cov(B.T)
    root = np.sqrt(np.linalg.eigvals(S @ T).real.clip(0)).sum()
    return float(((A.mean(0) - B.mean(0)) ** 2).sum() + np.trace(S) + np.trace(T) - 2 * root)


def train(X, seed, epochs, see):
    """Train, and yield the generator, the losses and the distance after each epoch."""
    torch.manual_seed(seed)
    G, D = networks()
    for_G = torch.optim.Adam(G.parameters(), lr=0.0005, betas=(0.5, 0.999))
    for_D = torch.optim.Adam(D.parameters(), lr=0.0005, betas=(0.5, 0.999))
    for _ in range(epochs):
        losses = []
        for rows in torch.randperm(len(X)).split(64):
            fake = G(torch.randn(64, CODE))
            loss_D = F.softplus(-D(X[rows])).mean() + F.softplus(D(fake.detach())).mean()
            for_D.zero_grad()
            loss_D.backward()
            for_D.step()
            loss_G = F.softplus(-D(fake)).mean()
            for_G.zero_grad()
            loss_G.backward()
            for_G.step()
            losses.append((loss_G.item(), loss_D.item()))
        G.eval()
        with torch.no_grad():
            yield G, np.mean(losses, axis=0), see(G(torch.randn(2000, CODE)))
        G.train()


def packed(images):
    """Images with pixels from -1 to 1 as one byte for each pixel."""
    whole = np.round(127.5 * (images.detach().numpy() + 1)).astype(np.uint8)
    return base64.b64encode(whole.tobytes()).decode()


def prepared():
    """Training images, a function that computes features, and features of test images."""
    learn, test = fashion_mnist()
    X = torch.tensor(2 * learn.X - 1).reshape(-1, 1, 28, 28)
    held = torch.tensor(2 * test.X - 1).reshape(-1, 1, 28, 28)
    see = classifier(X, torch.tensor(np.asarray(learn.y)).long())
    return X, see, see(held[:2000])


def run(seed):
    """Losses and distances by epoch.

    For seed 0 also samples, and images of codes along a line.
    """
    X, see, target = prepared()
    history = {"G": [], "D": [], "distance": []}
    fixed = torch.randn(8, CODE, generator=torch.Generator().manual_seed(1))
    for epoch, (G, losses, drawn) in enumerate(train(X, seed, EPOCHS, see), start=1):
        history["G"].append(losses[0])
        history["D"].append(losses[1])
        history["distance"].append(frechet(drawn, target))
        if seed == 0 and epoch in SHOWN:
            history[f"samples {epoch}"] = packed(G(fixed))
    if seed == 0:
        part = torch.linspace(0, 1, 8)[:, None]
        history["walk"] = packed(G((1 - part) * fixed[0] + part * fixed[1]))
    flat = X.reshape(len(X), -1).numpy()
    drawn = np.random.default_rng(seed).multivariate_normal(flat.mean(0), np.cov(flat.T), 2000)
    history["Gaussian"] = frechet(see(torch.tensor(drawn.clip(-1, 1)).float()), target)
    return history | {"real": frechet(see(X[:2000]), target)}


def thin():
    """The distance after one epoch."""
    X, see, target = prepared()
    _, _, drawn = next(iter(train(X, 0, 1, see)))
    return {"distance": frechet(drawn, target)}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(3), thin=thin)
