"""The network of the front page, which reads digits that a visitor draws.

A drawing becomes 64 numbers as those of the packaged digits were made: it is centred and scaled
to a bitmap of 32 by 32, whose black pixels are counted in blocks of 4 by 4. All bitmaps get
equally many black pixels, so that a thin pen and a thick one give the same numbers. The script
``chapters/_extra/_play/digit.js`` does the same with what a reader draws.
"""

import numpy as np

import nnlib
from nnlib import nn, optim, transforms
from nnlib.datasets import digits
from nnlib.nn.functional import cross_entropy
from nnlib.training import fit, loaders

SIDE = 32  # of a bitmap
WIDEST = 20  # of what stands in it
DARK = 310  # black pixels, as in the packaged digits
BLUR = 1.5  # pixels
HIDDEN = 96
# Ways to write each digit, on a sheet of 10 by 15, for the thirteen who wrote the packaged
# digits have no 4 of two upright strokes and no 1 with a foot. Strokes are parted by "|"; a
# stroke runs smoothly through its points, but a point that stands twice is a corner.
WAYS = {
    0: [
        "5,0 1,3 0,8 2,13 5,15 8,13 10,8 9,3 5,0",
        "5,0 2,5 2,10 5,15 8,10 8,5 5,0",
        "7,1 3,1 0,6 1,12 5,15 9,12 10,6 7,1 4,1",
    ],
    1: [
        "5,0 5,15",
        "2,3 5,0 5,0 5,15",
        "1,5 6,0 6,0 6,15",
        "2,3 5,0 5,0 5,15|2,15 8,15",
        "7,0 4,15",
        "3,1 5,0 5,0 5,15|1,15 9,15",
    ],
    2: [
        "1,4 3,0 7,0 9,4 6,9 0,15 0,15 10,15",
        "1,3 5,0 9,3 7,8 1,14 2,14 5,13 10,15",
        "0,2 6,0 9,3 5,9 0,15 0,15 9,14",
    ],
    3: [
        "1,2 5,0 9,3 7,6 4,7 4,7 8,8 9,11 6,15 0,13",
        "1,0 9,0 9,0 4,6 4,6 8,7 9,11 6,15 0,14",
        "1,1 6,0 9,4 3,7 3,7 9,9 8,13 4,15 0,14",
    ],
    4: [
        "2,0 1,8 1,8 10,8|8,0 8,15",
        "7,0 0,10 0,10 10,10|7,0 7,15",
        "1,1 2,7 5,8 8,7|9,0 8,15",
        "2,0 0,9 0,9 9,9|7,5 7,15",
        "1,0 1,8 1,8 9,8|9,0 9,15",
        "3,0 0,8 0,8 9,7|8,4 5,15",
        "8,15 8,0 8,0 0,9 0,9 10,9",
    ],
    5: [
        "9,0 2,0 2,0 1,6 1,6 6,6 9,10 6,15 0,14",
        "2,0 1,7 1,7 6,6 9,10 6,15 0,13|2,0 9,0",
        "9,0 3,1 2,6 7,8 8,12 4,15 0,14",
    ],
    6: [
        "8,0 3,4 0,10 3,15 7,14 9,11 6,8 1,10",
        "6,0 1,8 1,13 5,15 9,12 7,8 2,9",
        "9,2 5,0 1,5 0,11 4,15 8,14 9,10 5,8 1,10",
        "3,0 1,7 1,13 5,15 8,12 6,9 1,10",
    ],
    7: [
        "0,0 9,0 9,0 3,15",
        "0,0 9,0 9,0 4,15|2,7 8,7",
        "0,3 0,0 0,0 9,0 9,0 4,15",
        "0,1 5,1 9,0 9,0 6,6 4,15",
        "0,3 1,0 9,0 9,0 3,15|2,8 8,7",
        "1,0 8,0 8,0 7,15",
    ],
    8: [
        "8,2 5,0 2,2 3,6 8,9 9,13 5,15 1,13 2,9 7,6 8,2",
        "5,0 2,2 2,5 5,7 8,5 8,2 5,0|5,7 1,10 2,14 5,15 8,14 9,10 5,7",
        "9,1 4,0 1,3 5,7 9,12 5,15 1,12 5,8 8,4 9,1",
    ],
    9: [
        "8,3 4,0 1,3 2,7 6,8 8,3 8,3 8,15",
        "8,4 5,0 1,2 2,7 6,7 9,3 8,10 5,15 1,14",
        "9,1 4,0 0,4 3,8 8,5 9,1 9,1 6,15",
        "8,1 4,0 1,3 2,7 6,7 9,2|9,0 9,15",
        "7,1 3,0 1,4 4,7 8,4 8,4 9,10 6,15 2,15",
    ],
}


def darkest(fields: np.ndarray, number) -> np.ndarray:
    """Return bitmaps (N, 32, 32): as many of the largest values of each field as are asked for.

    Places at which a field is zero stay white.
    """
    values = fields.reshape(len(fields), -1)
    place = values.shape[1] - np.broadcast_to(number, len(values))
    ordered = np.partition(values, np.unique(place), axis=1)  # sorted as far as is needed
    least = ordered[np.arange(len(values)), place]
    return (values >= np.maximum(least, 1e-9)[:, None]).reshape(-1, SIDE, SIDE)


def enlarged(pictures: np.ndarray) -> np.ndarray:
    """Return pictures (N, 8, 8) as smooth fields (N, 32, 32)."""
    at = (np.arange(SIDE) + 0.5) / 4 - 0.5  # where a pixel lies, in old pixels
    weight = np.maximum(0, 1 - abs(at[:, None] - np.arange(8)))
    return weight @ pictures @ weight.T


def bitmaps(X: np.ndarray) -> np.ndarray:
    """Return packaged digits (N, 64) as bitmaps of as many black pixels as were counted."""
    ink = np.rint(16 * X.sum(axis=1)).astype(int)
    return darkest(enlarged(X.reshape(-1, 8, 8)), ink)


def counts(ink: np.ndarray, dark=DARK) -> np.ndarray:
    """Return what the network reads of drawings (N, R, R): 64 shares of black, as float32."""
    top, bottom = _ends(ink.any(axis=2))
    left, right = _ends(ink.any(axis=1))
    scale = SIDE / np.maximum(bottom - top, right - left)
    narrow = np.minimum(scale, WIDEST / (right - left))
    size = ink.shape[1]
    down, across = _shares(top + bottom, scale, size), _shares(left + right, narrow, size)
    apart = np.arange(SIDE)[:, None] - np.arange(SIDE)
    blur = np.exp(-0.5 * (apart / BLUR) ** 2)
    black = darkest(blur @ down @ ink @ across.swapaxes(1, 2) @ blur, dark)
    return black.reshape(-1, 8, 4, 8, 4).mean(axis=(2, 4), dtype="f4").reshape(-1, 64)


def _ends(inked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first row with ink, and the first one below all ink."""
    return inked.argmax(axis=1), inked.shape[1] - inked[:, ::-1].argmax(axis=1)


def _shares(both_ends: np.ndarray, scale: np.ndarray, size: int) -> np.ndarray:
    """Return (N, 32, size): how much of each old pixel lies in each new one, after scaling."""
    edges = (np.arange(SIDE + 1) - SIDE / 2) / scale[:, None] + both_ends[:, None] / 2
    low = np.maximum(edges[:, :-1, None], np.arange(size))
    high = np.minimum(edges[:, 1:, None], np.arange(1, size + 1))
    return np.maximum(high - low, 0)


def varied(X: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return packaged digits as bitmaps, each turned, slanted, squeezed, bolder or thinner."""
    n = len(X)
    turn, slant = np.radians(rng.normal(0, 7, n)), rng.normal(0, 0.15, n)
    wide, high = 1.1 * np.exp(rng.normal(0, 0.12, n)), 1.1
    A = np.zeros((n, 2, 3))
    A[:, 0, 0], A[:, 0, 1] = np.cos(turn) * wide, slant - np.sin(turn) * high
    A[:, 1, 0], A[:, 1, 1] = np.sin(turn) * wide, np.cos(turn) * high
    fields = enlarged(X.reshape(-1, 8, 8))[:, None].astype("f4")
    return darkest(transforms.warp(fields, A), rng.integers(180, 330, n))


def path(way: str, steps: int = 10) -> np.ndarray:
    """Return points (n, 2) on the strokes of a way, by splines of Catmull and Rom."""
    curves = []
    for stroke in way.split("|"):
        p = np.array([point.split(",") for point in stroke.split()], float)
        a, b, c, d = (np.r_[p[:1], p, p[-1:]][k : k + len(p) - 1] for k in range(4))
        t = np.linspace(0, 1, steps)[:, None]
        a, b, c, d = (points[:, None] for points in (a, b, c, d))
        bend = a - 2.5 * b + 2 * c - d / 2
        curves.append(b + t / 2 * (c - a) + t**2 * bend + t**3 * (1.5 * (b - c) + (d - a) / 2))
    return np.concatenate([points.reshape(-1, 2) for points in curves])


def drawn(number: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return bitmaps of so many of each digit as a program draws them, and their labels."""
    pixels = np.indices((SIDE, SIDE)).reshape(2, -1)[::-1] + 0.5
    images = []
    for ways in WAYS.values():
        paths = [path(way) - [5, 7.5] for way in ways]
        for k in range(number):
            p = _by_hand(paths[k % len(ways)], rng)
            low, high = p.min(axis=0), p.max(axis=0)
            p = (p - (low + high) / 2) * 26 / (high - low).max() + SIDE / 2
            away = ((p**2).sum(axis=1)[:, None] - 2 * p @ pixels).min(axis=0)
            images.append(away + (pixels**2).sum(axis=0) < rng.uniform(1.2, 3) ** 2)
    return np.reshape(images, (-1, SIDE, SIDE)), np.repeat(list(WAYS), number)


def _by_hand(p: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return points with some waves in them, turned, slanted and squeezed at random."""
    much, phase = rng.normal(0, 0.3, (2, 3)), rng.uniform(0, 2 * np.pi, (2, 3))
    waves = np.arange(1, 4) * p[:, ::-1, None] * 2 * np.pi / 15 + phase
    p = p + (much * np.sin(waves)).sum(axis=2)
    slant, wide = rng.normal(0, 0.15), np.exp(rng.normal(0, 0.15))
    c, s = np.cos(a := np.radians(rng.normal(0, 7))), np.sin(a)
    return p @ [[wide, 0], [slant, 1]] @ [[c, s], [-s, c]]


def examples(copies: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what the network is trained on, inputs and labels.

    Every packaged training digit as it is and in `copies` variations, and `each` drawings of
    each digit, which count twice.
    """
    rng, (train, _) = np.random.default_rng(0), digits()
    X = [bitmaps(train.X), *(varied(train.X, rng) for _ in range(copies))]
    strokes, labels = drawn(each, rng)
    inputs = [*map(counts, X), *[counts(strokes)] * 2]
    return np.concatenate(inputs), np.concatenate([*[train.y] * len(X), labels, labels])


def trained(X: np.ndarray, y: np.ndarray) -> nn.Sequential:
    """Return a network of one hidden layer, trained by Adam with a falling learning rate."""
    nnlib.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 10))
    batches = loaders(X, y, batch_size=100, rng=np.random.default_rng(0))
    for lr in (3e-3, 1e-3, 3e-4):
        adam = optim.Adam(model.parameters(), lr=lr)
        fit(model, batches, cross_entropy, adam, epochs=5)
    return model
