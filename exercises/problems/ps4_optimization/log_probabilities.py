"""log_probabilities: images of clothes, classified by a network trained on 500 of them.

As in ps2, we measure only the weights. The measure computes the cross-entropy in float64 from
the file; the student's function only has to agree with that network. We can't check how many
images it was trained on; the problem text requires 500.

Losses of our runs on the 4,000 hidden images, for five networks with 64 hidden units each
(`tools/make_few_pictures.py`): 1.07 to 1.11 after 60 epochs with momentum;
0.67 to 0.95 after 20 epochs of plain gradient descent; 0.65 to 0.66 with weight decay and a
decreasing learning rate; 0.61 to 0.62 with small shifts or blurred pixels, weight decay and
dropout; 0.592 for four of these networks in one file.
"""

import numpy as np
from nngrader.engine import challenge
from nngrader.engine.declaration.weights import arrays_of

from .common import ELSEWHERE


def cross_entropy(args, answer):
    p = arrays_of(
        args["file"],
        {"W1": ("H", 784), "b1": ("H",), "W2": (10, "H"), "b2": (10,)},
        {"H": 1000},
        "Your file should contain four arrays: W1, b1, W2 and b2.",
        "An array in your file has the wrong shape. Expected W1 (H, 784), b1 (H,), W2 (10, "
        "H) and b2 (10,), with H from 1 to 1000.",
        "Your file should contain only finite real numbers.",
    )
    target = args["target"]
    with np.errstate(over="ignore", invalid="ignore"):  # sums can overflow
        h = np.maximum(args["pictures"] / 255 @ p["W1"].T + p["b1"], 0)
        s = h @ p["W2"].T + p["b2"]
        s = s - s.max(axis=1, keepdims=True)
        right = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    if not np.isfinite(right).all():
        raise ValueError("The scores from your file aren't finite. How large are the weights?")
    if answer is None or answer.dtype.kind not in "iuf" or answer.shape != right.shape:
        raise ValueError(
            "Your function should return ten numbers for each image, as an array of shape "
            "(N, 10)."
        )
    near = np.isclose(answer, right, rtol=1e-3, atol=1e-3).all(axis=1)
    if not near.mean() >= 0.995:
        if np.isclose(answer, np.exp(right), rtol=1e-3, atol=1e-3).all(axis=1).mean() >= 0.995:
            raise ValueError(
                "Your function returns probabilities. Return their logarithms instead."
            )
        if np.isclose(answer - answer.max(axis=1, keepdims=True), s, 1e-3, 1e-3).all():
            raise ValueError(
                "Your function returns scores. What turns scores into log probabilities?"
            )
        raise ValueError(
            "Your numbers aren't the log probabilities of the network in your file. Do you "
            "divide each pixel by 255, add both biases, and apply the ReLU to the hidden "
            "layer?"
        )
    return -np.mean(right[np.arange(len(target)), target])


few = challenge(
    "log_probabilities",
    file="few.npz",
    most_bytes=500_000,
    thresholds={0.76: 1, 0.68: 1, 0.63: 2},
    measured="loss",
    measure=cross_entropy,
    lower=True,
    margin=0.02,
    forbidden={"all": ELSEWHERE},
)


@few.reference
def log_probabilities(file, pictures):
    """Compute the log probability that a network with one hidden layer assigns to each class.

    h = max(0, (pictures / 255) W1^T + b1),  s = h W2^T + b2,  ln p = s - ln(sum of exp(s))

    file : dict with the arrays of few.npz: W1 (H, 784), b1 (H,), W2 (10, H) and b2 (10,)
    pictures : (N, 784) array of type uint8
    Returns ln p : (N, 10) array.
    """
    h = np.maximum(pictures / 255 @ file["W1"].T + file["b1"], 0)
    s = h @ file["W2"].T + file["b2"]
    s = s - s.max(axis=1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=1, keepdims=True))


@few.on_visible
def packaged_pictures():
    """The first 1,000 test images of `nnlib.datasets`."""
    from nnlib.datasets import fashion_mnist

    X, y = fashion_mnist()[1]
    return (X[:1000] * 255).round().astype(np.uint8), y[:1000]


@few.on_heldback
def heldback_pictures(heldback):
    """The 4,000 hidden images."""
    data = heldback("fashion.npz")
    return data["images"].reshape(-1, 784), data["labels"].astype(np.int64)
