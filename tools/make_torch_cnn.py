"""Train convolutional networks of at most 100,000 parameters with torch, for ps8's challenge.

Run this program by hand. It takes about ten minutes on one core, writes the solution file,
which we commit, and prints the accuracies of each method on the visible and on the held-back
images.
"""

import numpy as np
import torch
from make_challenges import HELDBACK
from make_small_cnn import accuracy, augmented, tensors
from torch import nn
from torch.nn import functional as F

from nnlib.datasets import fashion_mnist

MAPS, BATCH, RATE = (24, 48, 64, 88), 100, 5e-3
PLAIN = dict(epochs=6, augmented=False, seed=0)
LONGER = dict(epochs=16, augmented=False, seed=0)
AUGMENTED = LONGER | dict(augmented=True)
LONG = AUGMENTED | dict(epochs=60, seed=1)
WAYS = {"plain": PLAIN, "longer": LONGER, "augmented": AUGMENTED, "long": LONG}


def network() -> nn.Sequential:
    """Return four convolutions with batch norm, a mean over each map, and a linear layer."""
    A, B, C, D = MAPS
    return nn.Sequential(
        *(nn.Conv2d(1, A, 3, padding=1), nn.BatchNorm2d(A), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(A, B, 3, padding=1), nn.BatchNorm2d(B), nn.ReLU()),
        *(nn.Conv2d(B, C, 3, padding=1), nn.BatchNorm2d(C), nn.ReLU(), nn.MaxPool2d(2)),
        *(nn.Conv2d(C, D, 3, padding=1), nn.BatchNorm2d(D), nn.ReLU()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(D, 10)),
    )


def erased(X: torch.Tensor, rng: torch.Generator, side: int = 10) -> torch.Tensor:
    """Return images; about half of them have a square of zeros at a random position."""
    i, j = torch.randint(-side // 2, 28 - side // 2, (2, len(X)), generator=rng)
    # 99 puts the square outside the image, so nothing is erased.
    i = torch.where(torch.rand(len(X), generator=rng) < 0.5, i, 99)
    place = torch.arange(28)
    rows = (place >= i[:, None]) & (place < i[:, None] + side)
    columns = (place >= j[:, None]) & (place < j[:, None] + side)
    return X * ~(rows[:, None, :, None] & columns[:, None, None, :])


def trained(epochs: int, augment: bool, seed: int) -> nn.Sequential:
    """Return a network that was trained on the 5,000 packaged images."""
    torch.manual_seed(seed)
    rng = torch.Generator().manual_seed(seed)
    (X, y), net = tensors(*fashion_mnist()[0]), network()
    net = net.to(memory_format=torch.channels_last)  # faster, with the same results
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=0.05)
    steps = epochs * len(X) // BATCH
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, RATE, steps, pct_start=0.2)
    for _ in range(epochs):
        for batch in torch.randperm(len(X), generator=rng).split(BATCH):
            pictures = erased(augmented(X[batch], rng), rng) if augment else X[batch]
            loss = F.cross_entropy(net(pictures), y[batch], label_smoothing=0.05)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rate.step()
    return net.eval()


def main() -> None:
    """Write the solution file, and print the accuracies of a network of each kind."""
    test = fashion_mnist()[1]
    with np.load(HELDBACK / "fashion.npz") as data:
        X, y = tensors(data["images"] / 255.0, data["labels"].astype(int))
    folder = HELDBACK / "ps8_pytorch"
    folder.mkdir(exist_ok=True)
    print("method       visible, first 1,000 held-back, all held-back")
    for name, way in WAYS.items():
        net = trained(way["epochs"], way["augmented"], way["seed"])
        groups = tensors(test.X[:1000], test.y[:1000]), (X[:1000], y[:1000]), (X, y)
        print(f"{name:12}", *(f"{accuracy(net, *group):.3f}" for group in groups), flush=True)
        if name == "long":
            arrays = {key: p.numpy() for key, p in net.state_dict().items()}
            np.savez_compressed(folder / "small.npz", **arrays)


if __name__ == "__main__":
    main()
