"""Save the best model and checkpoints in files, resume from one, and fine-tune from it."""

import tempfile
from pathlib import Path

import numpy as np
import torch
from drawn import tensor, weights
from torch import nn

rng = np.random.default_rng(11)
x, y = tensor(rng, 40, 6), tensor(rng, 40, 2)


class Net(nn.Module):
    def __init__(self, hidden=8):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, hidden), nn.BatchNorm1d(hidden), nn.Tanh())
        self.head = nn.Linear(hidden, 2)
        self.register_buffer("scale", torch.tensor([1.5]))

    def forward(self, x):
        return self.head(self.body(x)) * self.scale


def train(model, optimizer, epochs, path):
    best = float("inf")
    for epoch in epochs:
        model.train()
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(x), y)
        loss.backward()
        optimizer.step()
        print("epoch", epoch, "loss", loss.item())
        if loss.item() < best:
            best = loss.item()
            checkpoint = {
                "epoch": epoch,
                "model_state_dict": model.state_dict(),
                "optimizer_state_dict": optimizer.state_dict(),
                "loss": best,
                "shape": tuple(x.shape),
            }
            torch.save(checkpoint, path)


device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder) / "checkpoint.tar"
    model = weights(Net())
    train(model, torch.optim.Adam(model.parameters(), lr=0.02), range(10), path)

    resumed = Net().double()
    optimizer = torch.optim.Adam(resumed.parameters(), lr=1.0)
    checkpoint = torch.load(path, map_location=device, weights_only=True)
    print(sorted(checkpoint), checkpoint["epoch"], checkpoint["loss"], checkpoint["shape"])
    print(resumed.load_state_dict(checkpoint["model_state_dict"]))
    optimizer.load_state_dict(checkpoint["optimizer_state_dict"])
    train(resumed, optimizer, range(checkpoint["epoch"] + 1, 15), path)

    name = f"{folder}/head.pth"
    torch.save(resumed.head.state_dict(), name)
    other = weights(Net(), 3)
    other.head.load_state_dict(torch.load(name, map_location=lambda storage, loc: storage))
    print("head", torch.equal(other.head.weight, resumed.head.weight))
    print([p.name for p in sorted(Path(folder).iterdir())])
