"""Train small convolutional networks on the packaged images, for the challenge of ps5.

Run this program by hand. It takes four minutes on one core, writes the solution file, which we
commit, and prints the accuracies of each method on the visible and on the held-back images. It
needs torch, because torch trains three times faster than nnlib.
"""

import numpy as np
import torch
from make_challenges import HELDBACK
from torch import nn
from torch.nn import functional as F

from nnlib.datasets import fashion_mnist

MAPS, BATCH, MOVED = (16, 32, 64), 100, 2
PLAIN = dict(epochs=8, normalised=False, dropout=0.0, augmented=False, seed=0)
NORMALISED = dict(epochs=20, normalised=True, dropout=0.3, augmented=False, seed=1)
AUGMENTED = NORMALISED | dict(epochs=40, augmented=True, seed=0)
LONG = AUGMENTED | dict(epochs=80, seed=1)
WAYS = {"plain": PLAIN, "batch norm": NORMALISED, "augmented": AUGMENTED, "long": LONG}


def tensors(images: np.ndarray, labels: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images with values from 0 to 1 as (N, 1, 28, 28), and their labels."""
    X = torch.tensor(images.reshape(-1, 1, 28, 28), dtype=torch.float32)
    return X, torch.tensor(labels).long()


def network(normalised: bool, dropout: float) -> nn.Sequential:
    """Return three convolutions, the first two with pooling, and a linear layer."""
    layers, before = [], 1
    for k, maps in enumerate(MAPS):
        layers += [nn.Conv2d(before, maps, 3, padding=1)]
        layers += [nn.BatchNorm2d(maps)] if normalised else []
        layers += [nn.ReLU(), nn.MaxPool2d(2)][: 2 if k < 2 else 1]
        before = maps
    return nn.Sequential(*layers, nn.Flatten(), nn.Dropout(dropout), nn.Linear(49 * before, 10))


def augmented(X: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Return images, each shifted by up to two pixels and mirrored with probability 1/2."""
    mirrored = torch.rand(len(X), generator=rng) < 0.5
    X = torch.where(mirrored[:, None, None, None], X.flip(3), X)
    padded = F.pad(X, (MOVED,) * 4)
    i, j = torch.randint(0, 2 * MOVED + 1, (2, len(X)), generator=rng)
    rows, columns = i[:, None] + torch.arange(28), j[:, None] + torch.arange(28)
    n = torch.arange(len(X))[:, None, None]
    return padded[n, 0, rows[:, :, None], columns[:, None, :]][:, None]


def trained(**way) -> nn.Sequential:
    """Return a network that was trained on the 5,000 packaged images."""
    torch.manual_seed(way["seed"])
    rng = torch.Generator().manual_seed(way["seed"])
    (X, y), net = tensors(*fashion_mnist()[0]), network(way["normalised"], way["dropout"])
    most = 4e-3 if way["normalised"] else 1.5e-3
    optimizer = torch.optim.AdamW(net.parameters(), lr=most, weight_decay=0.05)
    steps = way["epochs"] * len(X) // BATCH
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, most, steps, pct_start=0.2)
    for _ in range(way["epochs"]):
        for batch in torch.randperm(len(X), generator=rng).split(BATCH):
            pictures = augmented(X[batch], rng) if way["augmented"] else X[batch]
            loss = F.cross_entropy(net(pictures), y[batch], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rate.step()
    return net.eval()


def folded(net: nn.Sequential) -> dict[str, np.ndarray]:
    """Return the arrays of the file: each normalisation is folded into the convolution."""
    arrays, names = {}, iter(("0", "3", "6", "9"))
    for layer in net:
        if isinstance(layer, nn.Conv2d | nn.Linear):
            name = next(names)
            arrays[f"{name}.weight"] = layer.weight.detach().numpy()
            arrays[f"{name}.bias"] = layer.bias.detach().numpy()
        elif isinstance(layer, nn.BatchNorm2d):
            root = torch.sqrt(layer.running_var + layer.eps)
            scale, mean = (layer.weight / root).detach().numpy(), layer.running_mean.numpy()
            arrays[f"{name}.weight"] = arrays[f"{name}.weight"] * scale[:, None, None, None]
            moved = arrays[f"{name}.bias"] - mean
            arrays[f"{name}.bias"] = layer.bias.detach().numpy() + scale * moved
    return {name: array.astype(np.float16) for name, array in arrays.items()}


def accuracy(net: nn.Sequential, X: torch.Tensor, y: torch.Tensor) -> float:
    """Return the accuracy of a network."""
    with torch.no_grad():
        scores = torch.cat([net(part) for part in X.split(500)])
    return float((scores.argmax(1) == y).float().mean())


def main() -> None:
    """Write the solution file, and print the accuracies of a network of each kind."""
    test = fashion_mnist()[1]
    with np.load(HELDBACK / "fashion.npz") as data:
        hidden = tensors(data["images"] / 255.0, data["labels"].astype(int))
    folder = HELDBACK / "ps5_cnn"
    folder.mkdir(exist_ok=True)
    for name, way in WAYS.items():
        net = trained(**way)
        accuracies = (
            accuracy(net, *tensors(test.X[:1000], test.y[:1000])),
            accuracy(net, *hidden),
        )
        print(f"{name:12}", *(f"{a:.3f}" for a in accuracies))
        if name == "long":
            np.savez_compressed(folder / "cnn.npz", **folded(net))


if __name__ == "__main__":
    main()
