"""What do the skip connections of a U-Net contribute?

Each scene shows two garments of Fashion-MNIST in front of a crop of a photograph. Three
networks label each pixel as background or one of four classes: a U-Net, the same network with
zeros in the skip connections, and a stack of convolutions without pooling. A separate seed
chooses the learning rate of each network. For the first seed, the first two networks also train
three times as long.

It takes about 2 minutes. The page cnn/detection uses the results.
"""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F
from scipy.ndimage import binary_fill_holes
from torch import nn

from nnlib import datasets, experiment

CLASSES = (0, 1, 8, 9)  # T-shirt, trouser, bag, ankle boot
SIDE, GARMENT, STEPS, BATCH = 24, 14, 200, 8
RATES = (0.01, 0.03)
NAMES = ("U-Net", "no skips", "no pooling")
TOLERANCES = {"dice": {"absolute": 0.1}}


@cache
def garments():
    """Images to train, to test and to validate with: (images, masks, labels 1 to 4) of each."""
    (X, y), (T, t) = datasets.fashion_mnist()
    found = []
    for V, v in ((X[:4000], y[:4000]), (T, t), (X[4000:], y[4000:])):
        keep = np.isin(v, CLASSES)
        images = V[keep].reshape(-1, 28, 28)
        masks = np.stack([binary_fill_holes(image > 0) for image in images])
        half = [A.reshape(-1, 14, 2, 14, 2).mean(axis=(2, 4)) for A in (images, masks)]
        found.append((half[0], half[1] > 0.5, 1 + np.searchsorted(CLASSES, v[keep])))
    return found


@cache
def textures():
    """Photographs of bricks and grass, half as bright: the left part and the right part."""
    photos = datasets.photographs()
    both = [p.astype(np.float32) / 510 for p in (photos.brick, photos.grass)]
    return [[p[:, :128] for p in both], [p[:, 128:] for p in both]]


def scenes(part, number, rng):
    """Scenes, and the label of each pixel; part: 0 to train, 1 to test, 2 to validate."""
    images, masks, labels = garments()[part]
    X = np.empty((number, SIDE, SIDE), np.float32)
    Y = np.zeros((number, SIDE, SIDE), np.int64)
    for x, y in zip(X, Y, strict=True):
        photo = textures()[part % 2][rng.integers(2)]
        i, j = rng.integers(0, np.array(photo.shape) - SIDE + 1)
        x[:] = photo[i : i + SIDE, j : j + SIDE]
        for k in rng.integers(0, len(images), 2):
            i, j = rng.integers(0, SIDE - GARMENT + 1, 2)
            window = np.s_[i : i + GARMENT, j : j + GARMENT]
            x[window] = np.where(masks[k], images[k], x[window])
            y[window] = np.where(masks[k], labels[k], y[window])
    return torch.tensor(X)[:, None], torch.tensor(Y)


@cache
def pool():
    """One thousand scenes to train with."""
    return scenes(0, 1000, np.random.default_rng(0))


def block(inputs, outputs):
    """A convolution that preserves the size, batch normalisation, and a ReLU."""
    convolution = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU())


class UNet(nn.Module):
    """Two poolings, two transposed convolutions, and a skip connection at each size."""

    def __init__(self, skips=True, channels=(8, 16, 32)):
        super().__init__()
        self.skips = skips
        self.down = nn.ModuleList(map(block, (1, *channels), channels))
        pairs = list(zip(channels[:0:-1], channels[-2::-1], strict=True))
        self.up = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in pairs)
        self.join = nn.ModuleList(block(2 * b, b) for _, b in pairs)
        self.last = nn.Conv2d(channels[0], len(CLASSES) + 1, 1)

    def forward(self, x):
        """Scores of shape (N, 5, H, W)."""
        saved = []
        for layer in self.down[:-1]:
            x = layer(x)
            saved.append(x if self.skips else torch.zeros_like(x))
            x = F.max_pool2d(x, 2)
        x = self.down[-1](x)
        for up, join in zip(self.up, self.join, strict=True):
            x = join(torch.cat([up(x), saved.pop()], dim=1))
        return self.last(x)


def network(name):
    """One of the three networks."""
    if name == "no pooling":
        layers = [block(a, b) for a, b in ((1, 8), *[(8, 8)] * 4)]
        return nn.Sequential(*layers, nn.Conv2d(8, len(CLASSES) + 1, 1))
    return UNet(skips=name == "U-Net")


def train(name, rate, seed, steps=STEPS):
    """Train a network on 1,000 scenes."""
    torch.manual_seed(seed)
    X, Y = pool()
    net = network(name)
    optimizer = torch.optim.Adam(net.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        rows = torch.randint(len(X), (BATCH,))
        loss = F.cross_entropy(net(X[rows]), Y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return net


def predict(net, X):
    """The class with the largest score at each pixel."""
    net.eval()
    with torch.no_grad():
        return torch.cat([net(x).argmax(dim=1) for x in X.split(50)])


def dice(P, Y):
    """The Dice score of each class but the background, over all pixels."""
    pairs = [(P == k, Y == k) for k in range(1, len(CLASSES) + 1)]
    return [float(2 * (p & y).sum() / (p.sum() + y.sum())) for p, y in pairs]


def border(Y):
    """Pixels with a different label among their eight neighbours."""
    padded = F.pad(Y[:, None].double(), (1, 1, 1, 1), mode="replicate")
    largest, least = F.max_pool2d(padded, 3, 1), -F.max_pool2d(-padded, 3, 1)
    return (largest != least)[:, 0]


@cache
def chosen(name):
    """The learning rate with the largest mean Dice score on scenes for validation."""
    X, Y = scenes(2, 100, np.random.default_rng(10_000))
    scores = {}
    for rate in RATES:
        scores[rate] = float(np.mean(dice(predict(train(name, rate, 100), X), Y)))
    print(name, scores, flush=True)
    return max(scores, key=scores.get)


def run(seed):
    """Scores of the three networks on 200 test scenes."""
    X, Y = scenes(1, 200, np.random.default_rng(20_000))
    found = {}
    for name in NAMES:
        P = predict(train(name, chosen(name), seed), X)
        edge = border(Y)
        right = (P == Y).double()
        found |= {
            f"{name}, dice": float(np.mean(dice(P, Y))),
            f"{name}, border": float(right[edge].mean()),
            f"{name}, inside": float(right[~edge].mean()),
            f"{name}, rate": chosen(name),
        }
        if seed == 0 and name != "no pooling":
            longer = predict(train(name, chosen(name), seed, 3 * STEPS), X)
            found[f"{name}, longer"] = [float(np.mean(dice(longer, Y)))]
        if seed == 0:
            found |= {f"{name}, labels": "".join(map(str, P[:2].flatten().tolist()))}
    return found


def thin():
    """The Dice score of a U-Net after 25 steps."""
    X, Y = scenes(1, 50, np.random.default_rng(20_000))
    return {"dice": float(np.mean(dice(predict(train("U-Net", 0.03, 0, 25), X), Y)))}


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(10), thin=thin)
