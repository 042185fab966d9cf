"""Measure the benefit of a hidden layer, with ten linear classifiers and ten networks.

Run this program by hand, and commit its output. The last threshold of the challenge of
ps3 is halfway between the best linear classifier and the median network. Models of the same
kind differ only in the seed.
"""

import json

import numpy as np
from make_challenges import HELDBACK, classifier, network

from nnlib.datasets import fashion_mnist

SEEDS = range(10)
FILE = HELDBACK / "ps3_backprop" / "accuracies.json"


def heldback() -> tuple[np.ndarray, np.ndarray]:
    """Return the held-back images, scaled to [0, 1], and their labels."""
    with np.load(HELDBACK / "fashion.npz") as data:
        return data["images"].reshape(-1, 784) / 255, data["labels"]


def linear_accuracy(seed: int) -> float:
    """Return the accuracy of a linear classifier on the held-back images."""
    train, (X, y) = fashion_mnist()[0], heldback()
    weight, bias = classifier(train.X.astype(float), train.y, seed)
    return float(((X @ weight.T + bias).argmax(axis=1) == y).mean())


def network_accuracy(seed: int) -> float:
    """Return the accuracy of a network with one hidden layer on the held-back images."""
    train, (X, y) = fashion_mnist()[0], heldback()
    p = network(train.X.astype(float), train.y, seed)
    h = np.maximum(X @ p["W1"].T + p["b1"], 0)
    return float(((h @ p["W2"].T + p["b2"]).argmax(axis=1) == y).mean())


def main() -> None:
    """Train ten linear classifiers and ten networks, and write their accuracies."""
    accuracies = {
        "linear": [round(linear_accuracy(seed), 5) for seed in SEEDS],
        "dense": [round(network_accuracy(seed), 5) for seed in SEEDS],
    }
    FILE.write_text(json.dumps(accuracies, indent=1) + "\n")
    midway = (max(accuracies["linear"]) + float(np.median(accuracies["dense"]))) / 2
    print(
        f"best linear {max(accuracies['linear'])}, "
        f"median dense {np.median(accuracies['dense'])}"
    )
    print(f"midway {midway:.4f}")


if __name__ == "__main__":
    main()
