"""Does the number of active entries in collapse.py depend on the training?

We train the VAE of collapse.py with beta 16 for 40 epochs in four ways: as there, at a
quarter of the learning rate, with a beta that grows during the first 20 epochs, and with a
linear encoder and decoder. We store the active entries, and minus the ELBO (with weight beta)
on test images, divided by beta and without its constant.

It takes about 2 minutes. The page generative/vae uses the results.
"""

import runpy
from pathlib import Path

import torch
from torch import nn

from nnlib import experiment
from nnlib.datasets import fashion_mnist

TOLERANCES = {"active": {"absolute": 4}, "loss": {"relative": 0.1}}
SHORT = runpy.run_path(str(Path(__file__).with_name("collapse.py")))
BETA, BATCH = 16, 200
WAYS = ("as before", "smaller rate", "growing beta", "linear")
LEARN, TEST = fashion_mnist()


def linear_model():
    """Return a VAE whose encoder and decoder are single linear layers."""
    model = SHORT["VAE"](SHORT["CODE"])
    model.body = nn.Identity()
    model.mean, model.log_var = (nn.Linear(196, SHORT["CODE"]) for _ in range(2))
    model.decoder = nn.Linear(SHORT["CODE"], 196)
    return model


def trained(way, seed, epochs):
    """Return a model trained by Adam, with a learning rate that falls to zero."""
    torch.manual_seed(seed)
    X = torch.tensor(SHORT["small"](LEARN.X))
    model = linear_model() if way == "linear" else SHORT["VAE"](SHORT["CODE"])
    rate = 0.001 if way == "smaller rate" else 0.004
    adam = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    decay = torch.optim.lr_scheduler.LinearLR(adam, 1, 0, epochs)
    for epoch in range(epochs):
        beta = BETA * min(1, (epoch + 1) / 20) if way == "growing beta" else BETA
        for rows in torch.randperm(len(X)).split(BATCH):
            adam.zero_grad()
            model.loss(X[rows], beta).backward()
            adam.step()
        decay.step()
    return model


def judged(way, seed, epochs=40):
    """Return the active entries and the loss divided by beta, on 2,000 test images."""
    model = trained(way, seed, epochs)
    X = torch.tensor(SHORT["small"](TEST.X)[:2000])
    with torch.no_grad():
        active = (model.mean(model.body(X)).var(dim=0) > 0.01).sum()
        return int(active), float(model.loss(X, BETA)) / BETA


def run(seed):
    """Active entries and losses for each way of training."""
    pairs = [judged(way, seed) for way in WAYS]
    return {"active": [pair[0] for pair in pairs], "loss": [pair[1] for pair in pairs]}


def thin():
    """Return the results of the smaller rate after three epochs."""
    active, loss = judged("smaller rate", 0, 3)
    return {"active": active, "loss": loss}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(10), thin=thin)
