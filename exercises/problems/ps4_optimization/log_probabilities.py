"""log_probabilities: images of clothes, classified by a network trained on 500 of them.

As in ps2, we measure only the weights. The measure computes the cross-entropy in float64 from
the file; the student's function only has to agree with that network. We can't check how many
images it was trained on; the problem statement requires 500.

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

    def scores(x, relu=True, b1=1, b2=1):
        h = x @ p["W1"].T + b1 * p["b1"]
        return (np.maximum(h, 0) if relu else h) @ p["W2"].T + b2 * p["b2"]

    def log_softmax(s):
        s = s - s.max(axis=1, keepdims=True)
        return s - np.log(np.exp(s).sum(axis=1, keepdims=True))

    def near(a, b=answer):
        return np.isclose(a, b, rtol=1e-3, atol=1e-3).all(axis=1).mean() >= 0.995

    target = args["target"]
    with np.errstate(over="ignore", invalid="ignore"):  # sums can overflow
        s = scores(args["images"] / 255)
        shifted = s - s.max(axis=1, keepdims=True)
        sums = np.exp(shifted).sum(axis=1, keepdims=True)
        right = shifted - np.log(sums)
    if not np.isfinite(right).all():
        raise ValueError("The scores from your file aren't finite. How large are the weights?")
    if answer is None or answer.dtype.kind not in "iuf" or answer.shape != right.shape:
        raise ValueError(
            "Your function should return ten numbers for each image, as an array of shape "
            "(N, 10)."
        )
    if not near(right):
        x = args["images"] / 255
        with np.errstate(over="ignore", invalid="ignore"):
            if near(np.exp(right)):
                raise ValueError(
                    "Your function returns probabilities. Return their logarithms instead."
                )
            if near(s) or near(shifted):
                raise ValueError(
                    "Your function returns scores. What turns scores into log probabilities?"
                )
            if near(s - np.exp(s).sum(axis=1, keepdims=True)) or near(shifted - sums):
                raise ValueError(
                    "Your function subtracts the sum of exp(s). Which function of this sum "
                    "does the formula subtract?"
                )
            if near(s + (answer - s)[:1, :1]) or near(shifted + (answer - shifted)[:1, :1]):
                raise ValueError(
                    "Your function subtracts the same number from the scores of all images. "
                    "Which axis does the formula sum exp(s) over?"
                )
            if near(log_softmax(scores(args["images"] // 255))):
                raise ValueError(
                    "Your pixels are only 0 and 1. What does `//` do to 200 / 255?"
                )
            if near(log_softmax(scores(255 * x))):
                raise ValueError(
                    "Your pixels aren't divided by 255. Where does the formula divide them?"
                )
            if near(log_softmax(scores(x, relu=False))):
                raise ValueError(
                    "Your hidden layer has no ReLU. Which values of h does the formula "
                    "replace by 0?"
                )
            if near(log_softmax(scores(x, b1=0))) or near(log_softmax(scores(x, b2=0))):
                raise ValueError(
                    "One of the two biases is missing in your function. Where does the formula "
                    "add b1 and b2?"
                )
        raise ValueError(
            "Your numbers aren't the log probabilities of the network in your file. Compute "
            "one image step by step, and compare each step with the formula."
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
def log_probabilities(file, images):
    """Compute the log probability that a network with one hidden layer assigns to each class.

    h = max(0, (images / 255) W1^T + b1),  s = h W2^T + b2,  ln p = s - ln(sum of exp(s))

    file : dict with the arrays of few.npz: W1 (H, 784), b1 (H,), W2 (10, H) and b2 (10,)
    images : (N, 784) array of type uint8
    Returns ln p : (N, 10) array.
    """
    h = np.maximum(images / 255 @ file["W1"].T + file["b1"], 0)
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
