"""classify_pictures: clothes told apart by a small convolutional network, trained at home.

What is measured are the weights and nothing else, as in ps2 to ps4: the scores are computed
here, in float32, from the file and 1,000 pictures, since a measure has the limits of a call.
The student's function only has to agree, on the first 500 of them, which it classifies in half
a second; so all pictures and their labels travel in the target, a row of 785 numbers each.

What was tried, as accuracy on the 4,000 held-back pictures (`tools/make_small_cnn.py`), 16, 32
and 64 maps: 8 epochs with nothing else 0.851; batch normalisation, dropout, 20 epochs 0.883;
the same with moved and mirrored pictures 0.894 after 40 epochs, 0.907 after 80. Of ten dense
networks on the same pictures the best had 0.852 (`ps3_backprop/accuracies.json`).
"""

import numpy as np
from nngrader.engine import challenge
from nngrader.engine.declaration.weights import arrays_of, share_right

from .common import ELSEWHERE
from .conv2d_fast import conv2d_fast

TRIED, MEASURED = 500, 1000  # pictures: for the student's function, and for the accuracy


def right_by_the_network(args, labels):
    p = arrays_of(
        args["file"],
        {
            "0.weight": ("A", 1, 3, 3),
            "0.bias": ("A",),
            "3.weight": ("B", "A", 3, 3),
            "3.bias": ("B",),
            "6.weight": ("C", "B", 3, 3),
            "6.bias": ("C",),
            "9.weight": (10, "D"),
            "9.bias": (10,),
        },
        {"A": 16, "B": 32, "C": 64, "D": 3136},
        "the file is expected to hold eight arrays: 0.weight, 0.bias, 3.weight, 3.bias, "
        "6.weight, 6.bias, 9.weight and 9.bias",
        "0.weight is expected as (A, 1, 3, 3), 3.weight as (B, A, 3, 3), 6.weight as "
        "(C, B, 3, 3), each bias as long as its weight, 9.weight as (10, 49 * C), and A to 16, "
        "B to 32, C to 64",
        "all arrays are expected as finite real numbers",
    )
    if p["9.weight"].shape[1] != 49 * len(p["6.bias"]):
        raise ValueError(
            "9.weight is expected as (10, 49 * C): how many numbers has a picture?"
        )

    def scores_of(pictures):
        h = np.float32(pictures.reshape(-1, 1, 28, 28)) / 255
        for name in ("0", "3", "6"):
            weight, bias = (np.float32(p[name + end]) for end in (".weight", ".bias"))
            (N, C, H, W), padded = h.shape, np.pad(h, ((0, 0), (0, 0), (1, 1), (1, 1)))
            columns = np.empty((C, 3, 3, N, H, W), np.float32)
            for k in range(3):
                for v in range(3):
                    columns[:, k, v] = padded[:, :, k : k + H, v : v + W].swapaxes(0, 1)
            flat = weight.reshape(len(bias), -1) @ columns.reshape(C * 9, -1) + bias[:, None]
            h = np.maximum(flat, 0).reshape(len(bias), N, H, W).swapaxes(0, 1)
            if name != "6":
                h = h.reshape(N, len(bias), H // 2, 2, W // 2, 2).max(axis=(3, 5))
        return h.reshape(N, -1) @ p["9.weight"].T + p["9.bias"]

    pictures, target = args["target"][:, :784], args["target"][:, 784].astype(int)
    with np.errstate(over="ignore", invalid="ignore"):  # sums may overflow
        scores = np.concatenate(
            [scores_of(pictures[k : k + 40]) for k in range(0, len(pictures), 40)]
        )
    tried = len(args["pictures"])
    share_right(
        labels,
        scores[:tried],
        target[:tried],
        "the labels are not the classes with the highest scores of the network in the file. Is "
        "each pixel divided by 255, are there three ReLUs and two poolings, and is all padded?",
    )
    if not np.isfinite(scores).all():
        raise ValueError("the scores are not finite. How large are the weights?")
    return np.mean(scores.argmax(axis=1) == target)


clothes = challenge(
    "classify_pictures",
    file="cnn.npz",
    most_bytes=500_000,
    thresholds={0.85: 1, 0.87: 2, 0.89: 2},
    measure=right_by_the_network,
    forbidden={"all": ELSEWHERE},
)


@clothes.reference
def classify_pictures(file, pictures):
    """The class of each picture, by a network of three convolutions: its highest score.

    h = pool(relu(conv(pictures / 255, "0")))     (N, A, 14, 14)
    h = pool(relu(conv(h, "3")))                  (N, B, 7, 7)
    h = relu(conv(h, "6"))                        (N, C, 7, 7)
    scores = h.reshape(N, 49 * C) W^T + b         W, b: "9.weight", "9.bias"

    where conv(h, "3") has "3.weight" and "3.bias", stride 1 and padding 1, and pool takes the
    largest number of windows of 2 by 2, side by side.

    file : dict of the eight arrays in cnn.npz, by these names
    pictures : (N, 28, 28) array of type uint8
    Returns labels : (N,) array of integers from 0 to 9.
    """
    h = pictures[:, None] / 255
    for name in ("0", "3", "6"):
        h = np.maximum(conv2d_fast(h, file[f"{name}.weight"], file[f"{name}.bias"], 1, 1), 0)
        if name != "6":
            N, C, H, W = h.shape
            h = h.reshape(N, C, H // 2, 2, W // 2, 2).max(axis=(3, 5))
    return (h.reshape(len(h), -1) @ file["9.weight"].T + file["9.bias"]).argmax(axis=1)


@clothes.on_visible
def packaged_pictures():
    """The first 1,000 test pictures of `nnlib.datasets`."""
    from nnlib.datasets import fashion_mnist

    X, y = fashion_mnist()[1]
    X = (X[:1000] * 255).round().astype(np.uint8)
    return X[:TRIED].reshape(-1, 28, 28), np.column_stack([X, y[:1000]]).astype(np.uint8)


@clothes.on_heldback
def heldback_pictures(heldback):
    """The first 1,000 of the pictures that are held back."""
    data = heldback("fashion.npz")
    X, y = data["images"][:MEASURED], data["labels"][:MEASURED]
    return X[:TRIED], np.column_stack([X.reshape(-1, 784), y]).astype(np.uint8)
