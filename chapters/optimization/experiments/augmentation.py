"""Does augmentation help, and does it depend on the test images?

Catalogue: the original images of clothes. Phone: the same images, smaller, and rotated, moved
and zoomed at random; training, validation and test images always come from the same world. For
each size of the training set, weight decay is tuned for training without augmentation, and the
strength of the augmentation for training with it, on 1,000 validation images. The claim that
the benefit depends on the test images is refuted if augmentation at its best strength gains as
much in the catalogue as in the phone images.

It takes about 20 minutes. The page optimization/data-and-noise uses the results.
"""

import numpy as np

import nnlib
from nnlib import experiment, nn, optim, transforms
from nnlib.datasets import fashion_mnist
from nnlib.nn import functional as F

SIZES = (125, 250, 500, 1000, 2000)
DECAYS = (0.0, 0.003, 0.01)
STRENGTHS = (0.25, 0.5, 1.0)
STEPS, COPIES, TEST = 800, 8, 2000
WORLDS = ("catalogue", "phone")
TOLERANCES = {
    # ruff: noqa: B023 (each inner function is called in the same pass of the loop)
    "accuracy": {"absolute": 0.04},
}


def camera(strength, rng):
    """Rotate by up to 20 degrees, and move and zoom by up to a tenth, times the strength."""
    far = 0.1 * strength
    return transforms.RandomAffine(20 * strength, (far, far), (1 - far, 1 + far), rng=rng)


def changed(X, transform):
    """Apply a transform to images that are rows of 784 pixels."""
    parts = np.array_split(X.reshape(-1, 1, 28, 28), max(1, len(X) // 500))
    return np.concatenate([np.float32(transform(part)) for part in parts]).reshape(-1, 784)


def data(world, seed):
    """Return training, validation and test images with their labels."""
    (X, y), (X_test, y_test) = fashion_mnist()
    order = np.random.default_rng(seed).permutation(len(X))[:3000]
    X, y, X_test, y_test = X[order], y[order], X_test[:TEST], y_test[:TEST]
    if world == "phone":
        rng = np.random.default_rng(1000 + seed)
        smaller = transforms.RandomAffine(0, scale=(0.8, 0.8), rng=rng)
        X, X_test = (changed(changed(A, smaller), camera(1, rng)) for A in (X, X_test))
    return (X[:2000], y[:2000]), (X[2000:], y[2000:]), (X_test, y_test)


def train(draw, y, mean, seed, decay=0.0, steps=STEPS):
    """Train a network with 64 hidden units; ``draw(rows, rng)`` returns the images."""
    nnlib.manual_seed(seed)
    net = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    rng = np.random.default_rng(seed)
    optimizer = optim.SGD(net.parameters(), lr=0.03, momentum=0.9, weight_decay=decay)
    for _ in range(steps):
        rows = rng.integers(len(y), size=50)
        loss = F.cross_entropy(net(nnlib.tensor(draw(rows, rng) - mean)), nnlib.tensor(y[rows]))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return net


def accuracy(net, X, y, mean):
    """Return the fraction of correct predictions."""
    scores = net(nnlib.tensor(X - mean)).detach().numpy()
    return float((scores.argmax(axis=1) == y).mean())


def run(seed):
    """Return validation and test accuracy for each world, size and setting."""
    results = {}
    for world in WORLDS:
        (X, y), (X_val, y_val), (X_test, y_test) = data(world, seed)
        rng = np.random.default_rng(seed)
        pools = {
            s: np.stack([changed(X, camera(s, rng)) for _ in range(COPIES)]) for s in STRENGTHS
        }
        for n in SIZES:
            mean = X[:n].mean(axis=0)

            def scores(draw, decay=0.0, n=n, mean=mean):
                net = train(draw, y[:n], mean, seed, decay)
                return [accuracy(net, X_val, y_val, mean), accuracy(net, X_test, y_test, mean)]

            plain = [scores(lambda rows, rng: X[rows], decay) for decay in DECAYS]
            copies = [
                scores(lambda rows, rng, s=s: pools[s][rng.integers(COPIES, size=50), rows])
                for s in STRENGTHS
            ]
            results[f"{world} {n}"] = {"plain": plain, "copies": copies}
    return results


def thin():
    """Return the test accuracy of one short run."""
    (X, y), _, (X_test, y_test) = data("catalogue", 0)
    mean = X[:125].mean(axis=0)
    net = train(lambda rows, rng: X[rows], y[:125], mean, 0, steps=200)
    return {"accuracy": accuracy(net, X_test, y_test, mean)}


if __name__ == "__main__":
    experiment.record(run, seeds=range(10), thin=thin)
