"""How many entries of a VAE's code stay active as beta grows, and what does this cost?

The VAE has a code of 16 numbers and 128 hidden units, and is trained on 5,000 images of clothes
with 14 by 14 pixels for 40 epochs. An entry of the code is active if the variance of its mean
over 2,000 test images is above 0.01. The baseline is the linear VAE, in which a principal
direction is active if its variance is above beta times the variance of the decoder's noise.

It takes about 2 minutes. The page generative/vae uses the results, and train() for its first
figure.
"""

import numpy as np
import torch
from torch import nn

from nnlib import experiment
from nnlib.datasets import fashion_mnist

BETAS, CODE, EPOCHS, SIGMA = (1, 16, 64, 256), 16, 40, 0.1
TOLERANCES = {"active": {"absolute": 2}, "error": {"absolute": 0.002}}


def small(X):
    """Images (N, 784) at half the size (N, 196)."""
    return X.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)).reshape(-1, 196)


class VAE(nn.Module):
    """An encoder with two heads, and a decoder."""

    def __init__(self, code, hidden=128):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(196, hidden), nn.ReLU())
        self.mean, self.log_var = nn.Linear(hidden, code), nn.Linear(hidden, code)
        self.decoder = nn.Sequential(nn.Linear(code, hidden), nn.ReLU(), nn.Linear(hidden, 196))

    def loss(self, x, beta):
        """Minus the ELBO with weight beta, or the squared error of a plain autoencoder."""
        h = self.body(x)
        mean, log_var = self.mean(h), self.log_var(h)
        plain = beta == 0
        z = mean if plain else mean + (log_var / 2).exp() * torch.randn_like(mean)
        error = ((self.decoder(z) - x) ** 2).sum(dim=1) / (2 * SIGMA**2)
        kl = (mean**2 + log_var.exp() - 1 - log_var).sum(dim=1) / 2
        return (error + beta * kl).mean()


def train(X, code, beta, seed, epochs, hidden=128):
    """Train by Adam with a learning rate that falls to zero."""
    torch.manual_seed(seed)
    X, model = torch.tensor(X), VAE(code, hidden)
    adam = torch.optim.Adam(model.parameters(), lr=0.004, fused=True)
    decay = torch.optim.lr_scheduler.LinearLR(adam, 1, 0, epochs)
    for _ in range(epochs):
        for rows in torch.randperm(len(X)).split(200):
            adam.zero_grad()
            model.loss(X[rows], beta).backward()
            adam.step()
        decay.step()
    return model


def judged(beta, seed, epochs=EPOCHS):
    """Active entries, and the squared error per pixel, on test images."""
    learn, test = fashion_mnist()
    model = train(small(learn.X), CODE, beta, seed, epochs)
    X = torch.tensor(small(test.X)[:2000])
    with torch.no_grad():
        mean = model.mean(model.body(X))
        error = ((model.decoder(mean) - X) ** 2).mean()
    return int((mean.var(dim=0) > 0.01).sum()), float(error)


def run(seed):
    """Active entries and errors for each beta, and the variances for the linear baseline."""
    pairs = [judged(beta, seed) for beta in BETAS]
    learn, test = fashion_mnist()
    X, held = small(learn.X), small(test.X)[:2000]
    variances = np.linalg.eigvalsh(np.cov(X.T.astype(float)))[::-1][:CODE]
    measures = {"active": [p[0] for p in pairs], "error": [p[1] for p in pairs]}
    return measures | {
        "variances": variances,
        "mean image": ((held - X.mean(axis=0)) ** 2).mean(),
    }


def thin():
    """Active entries and error with beta 64 after 3 epochs."""
    active, error = judged(64, 0, 3)
    return {"active": active, "error": error}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(10), thin=thin)
