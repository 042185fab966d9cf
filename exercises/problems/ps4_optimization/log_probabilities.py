"""log_probabilities: clothes told apart by a network that has seen 500 pictures of them.

What is measured are the weights and nothing else, as in ps2 and ps3: the cross-entropy is
computed here, in float64, from the file and the pictures; the student's function only has to
agree. Nobody can tell on how many pictures the weights were trained; the text asks for 500.

What was tried, as losses on the 4,000 held-back pictures, of five networks with 64 hidden units
each (`tools/make_few_pictures.py`): 60 epochs with momentum and nothing else 1.07 to 1.11; 20
epochs of plain steps 0.67 to 0.95; weight decay, falling rate 0.65 to 0.66; small shifts or
blurred pixels with weight decay and dropout 0.61 to 0.62; four of these in one network 0.592.
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
        "the file is expected to hold four arrays, W1, b1, W2 and b2",
        "W1 is expected as (H, 784), b1 as (H,), W2 as (10, H), b2 as (10,), H from 1 to 1000",
        "W1, b1, W2 and b2 are expected as finite real numbers",
    )
    target = args["target"]
    with np.errstate(over="ignore", invalid="ignore"):  # sums may overflow
        h = np.maximum(args["pictures"] / 255 @ p["W1"].T + p["b1"], 0)
        s = h @ p["W2"].T + p["b2"]
        s = s - s.max(axis=1, keepdims=True)
        right = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    if not np.isfinite(right).all():
        raise ValueError("the scores are not finite. How large are the weights?")
    if answer is None or answer.dtype.kind not in "iuf" or answer.shape != right.shape:
        raise ValueError("expected ten numbers for each picture, as an array (N, 10)")
    near = np.isclose(answer, right, rtol=1e-3, atol=1e-3).all(axis=1)
    if not near.mean() >= 0.995:
        if np.isclose(answer, np.exp(right), rtol=1e-3, atol=1e-3).all(axis=1).mean() >= 0.995:
            raise ValueError("these are probabilities, and their logarithms are asked")
        if np.isclose(answer - answer.max(axis=1, keepdims=True), s, 1e-3, 1e-3).all():
            raise ValueError(
                "these are scores. What turns them into logarithms of probabilities?"
            )
        raise ValueError(
            "these are not the logarithms of the probabilities of the network in the file. Is "
            "each pixel divided by 255, are both biases added, and where is the ReLU?"
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
    forbidden={"all": ELSEWHERE},
)


@few.reference
def log_probabilities(file, pictures):
    """Logarithms of the probabilities that a network with one hidden layer gives to each class.

    h = max(0, (pictures / 255) W1^T + b1),  s = h W2^T + b2,  ln p = s - ln(sum of exp(s))

    file : dict of the arrays in few.npz: W1 (H, 784), b1 (H,), W2 (10, H) and b2 (10,)
    pictures : (N, 784) array of type uint8
    Returns ln p : (N, 10) array.
    """
    h = np.maximum(pictures / 255 @ file["W1"].T + file["b1"], 0)
    s = h @ file["W2"].T + file["b2"]
    s = s - s.max(axis=1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=1, keepdims=True))


@few.on_visible
def packaged_pictures():
    """The first 1,000 test pictures of `nnlib.datasets`."""
    from nnlib.datasets import fashion_mnist

    X, y = fashion_mnist()[1]
    return (X[:1000] * 255).round().astype(np.uint8), y[:1000]


@few.on_heldback
def heldback_pictures(heldback):
    """The 4,000 pictures that are held back."""
    data = heldback("fashion.npz")
    return data["images"].reshape(-1, 784), data["labels"].astype(np.int64)
