"""classify_deep: images of clothes, classified by a network that students train at home.

We measure only the weights, as in ps2. The measure computes the scores in float64 from the file
and the images, and the student's function only has to agree.

The last threshold is midway between the best of ten linear classifiers and the median of ten
networks with 64 hidden units. We trained all twenty on the 5,000 images of `nnlib.datasets`,
prepared in the same way, and measured them on the 4,000 hidden images
(`tools/measure_networks.py`; the accuracies are in `heldback/ps3_backprop/accuracies.json`).
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
        "Your file should contain four arrays: W1, b1, W2 and b2.",
        "An array in your file has the wrong shape. Expected W1 (H, 784), b1 (H,), W2 (10, H) "
        "and b2 (10,), with H from 1 to 1000.",
        "Your file should contain only finite real numbers.",
    )

    def scores_of(x, relu=True, b1=1, b2=1):
        h = x @ p["W1"].T + b1 * p["b1"]
        return (np.maximum(h, 0) if relu else h) @ p["W2"].T + b2 * p["b2"]

    with np.errstate(over="ignore", invalid="ignore"):  # sums may overflow
        scores = scores_of(args["images"] / 255)
    few = args["images"][:200]
    return share_right(
        labels,
        scores,
        args["target"],
        "Your labels aren't the classes with the highest scores of the network in your "
        "file. Predict one image step by step, and compare each step, from the division of "
        "the pixels to the index of the largest score, with the problem statement.",
        {
            "Your pixels aren't divided by 255. Where does the problem statement divide "
            "them?": (lambda: scores_of(few)),
            "Your pixels are only 0 and 1. What does `//` do to 200 / 255?": (
                lambda: scores_of(few // 255)
            ),
            "Your hidden layer has no ReLU. Which values of h does the formula replace by 0?": (
                lambda: scores_of(few / 255, relu=False)
            ),
            "Your hidden layer has no b1, or a tiny one. Where does the formula add it?": (
                lambda: scores_of(few / 255, b1=0)
            ),
            "Your scores have no b2, or a tiny one. Where does the formula add it?": (
                lambda: scores_of(few / 255, b2=0)
            ),
        },
    )


clothes = challenge(
    "classify_deep",
    file="network.npz",
    most_bytes=500_000,
    thresholds={0.8: 1, 0.82: 1, 0.836: 2},
    measure=right_by_the_network,
    margin=0.01,
    forbidden={"all": ELSEWHERE},
)


@clothes.reference
def classify_deep(file, images):
    """Predict the class of each image with a network that has one hidden layer.

    h = max(0, (images / 255) W1^T + b1),  scores = h W2^T + b2
    The label is the class with the highest score.

    file : dict of the arrays in network.npz: W1 (H, 784), b1 (H,), W2 (10, H) and b2 (10,)
    images : (N, 784) array of type uint8
    Returns labels : (N,) array of integers from 0 to 9.
    """
    h = np.maximum(images / 255 @ file["W1"].T + file["b1"], 0)
    return (h @ file["W2"].T + file["b2"]).argmax(axis=1)


@clothes.on_visible
def packaged_pictures():
    """The first 1,000 test images of `nnlib.datasets`."""
    from nnlib.datasets import fashion_mnist

    X, y = fashion_mnist()[1]
    return (X[:1000] * 255).round().astype(np.uint8), y[:1000]


@clothes.on_heldback
def heldback_pictures(heldback):
    """The 4,000 hidden images."""
    data = heldback("fashion.npz")
    return data["images"].reshape(-1, 784), data["labels"].astype(np.int64)
