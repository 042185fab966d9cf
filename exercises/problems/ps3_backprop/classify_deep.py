"""classify_deep: clothes told apart by a network with a hidden layer, trained at home.

What is measured are the weights and nothing else, as in ps2: the scores are computed here, in
float64, from the file and the pictures; the student's function only has to agree.

The threshold lies midway between the best of ten linear
classifiers and the median of ten networks with 64 hidden units. All twenty were trained on the
5,000 pictures of `nnlib.datasets`, prepared alike, and measured on the 4,000 that are held back
(`tools/measure_networks.py`; their accuracies are in `heldback/ps3_backprop/accuracies.json`).
"""

import numpy as np
from nngrader.engine import challenge
from nngrader.engine.declaration.weights import arrays_of, share_right

from .common import ELSEWHERE


def right_by_the_network(args, labels):
    p = arrays_of(
        args["file"],
        {"W1": ("H", 784), "b1": ("H",), "W2": (10, "H"), "b2": (10,)},
        {"H": 1000},
        "the file is expected to hold four arrays, W1, b1, W2 and b2",
        "W1 is expected as (H, 784), b1 as (H,), W2 as (10, H), b2 as (10,), H from 1 to 1000",
        "W1, b1, W2 and b2 are expected as finite real numbers",
    )
    with np.errstate(over="ignore", invalid="ignore"):  # sums may overflow
        h = np.maximum(args["pictures"] / 255 @ p["W1"].T + p["b1"], 0)
        scores = h @ p["W2"].T + p["b2"]
    return share_right(
        labels,
        scores,
        args["target"],
        "the labels are not the classes with the highest scores of the network in the file. Is "
        "each pixel divided by 255, are both biases added, and where is the ReLU?",
    )


clothes = challenge(
    "classify_deep",
    file="network.npz",
    most_bytes=500_000,
    thresholds={0.8: 1, 0.82: 1, 0.836: 2},
    measure=right_by_the_network,
    forbidden={"all": ELSEWHERE},
)


@clothes.reference
def classify_deep(file, pictures):
    """The class of each picture, by a network with one hidden layer: its highest score.

    h = max(0, (pictures / 255) W1^T + b1),  scores = h W2^T + b2

    file : dict of the arrays in network.npz: W1 (H, 784), b1 (H,), W2 (10, H) and b2 (10,)
    pictures : (N, 784) array of type uint8
    Returns labels : (N,) array of integers from 0 to 9.
    """
    h = np.maximum(pictures / 255 @ file["W1"].T + file["b1"], 0)
    return (h @ file["W2"].T + file["b2"]).argmax(axis=1)


@clothes.on_visible
def packaged_pictures():
    """The first 1,000 test pictures of `nnlib.datasets`."""
    from nnlib.datasets import fashion_mnist

    X, y = fashion_mnist()[1]
    return (X[:1000] * 255).round().astype(np.uint8), y[:1000]


@clothes.on_heldback
def heldback_pictures(heldback):
    """The 4,000 pictures that are held back."""
    data = heldback("fashion.npz")
    return data["images"].reshape(-1, 784), data["labels"].astype(np.int64)
