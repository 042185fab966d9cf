"""classify_pictures: images of clothes, classified by a small CNN that students train at home.

We measure only the weights, as in ps2 to ps4. The measure computes the scores in float32 from
the file and 1,000 images, because it has the same limits as a call. The student's function only
has to agree on the first 500 images, which it classifies in half a second. The target therefore
contains all images with their labels, one row of 785 numbers per image.

Accuracy of our runs on the 4,000 hidden images (`tools/make_small_cnn.py`), with 16, 32 and 64
maps: 0.851 after 8 epochs with nothing else; 0.883 after 20 epochs with batch normalisation and
dropout; with shifted and mirrored images as well, 0.894 after 40 epochs and 0.907 after 80. The
best of ten dense networks on the same images reached 0.852 (`ps3_backprop/accuracies.json`).
"""

import numpy as np
from nngrader.engine import challenge
from nngrader.engine.declaration.weights import arrays_of, share_right

from .common import ELSEWHERE
from .conv2d_fast import conv2d_fast

TRIED, MEASURED = 500, 1000  # images: for the student's function, and for the accuracy


def right_by_the_network(args, labels):
    """Return the accuracy of the network in the file.

    Raise ValueError if the file doesn't contain a suitable network, or if the student's labels
    aren't the classes with the highest scores.
    """
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
        "the file must contain eight arrays: 0.weight, 0.bias, 3.weight, 3.bias, "
        "6.weight, 6.bias, 9.weight and 9.bias",
        "0.weight must have shape (A, 1, 3, 3), 3.weight (B, A, 3, 3), 6.weight (C, B, "
        "3, 3) and 9.weight (10, 49 * C), and each bias must be as long as its weight. "
        "A may be at most 16, B at most 32 and C at most 64",
        "all arrays must contain finite real numbers",
    )
    if p["9.weight"].shape[1] != 49 * len(p["6.bias"]):
        raise ValueError(
            "9.weight must have shape (10, 49 * C). How many inputs does the last layer "
            "have per image?"
        )

    def scores_of(images, largest=255, linear="", flip=1, pool=np.max, order=(0, 1, 2, 3)):
        h = np.float32(images.reshape(-1, 1, 28, 28)) / largest
        for name in ("0", "3", "6"):
            weight, bias = (np.float32(p[name + end]) for end in (".weight", ".bias"))
            (N, C, H, W), padded = h.shape, np.pad(h, ((0, 0), (0, 0), (1, 1), (1, 1)))
            columns = np.empty((C, 3, 3, N, H, W), np.float32)
            for k in range(3):
                for v in range(3):
                    columns[:, k, v] = padded[:, :, k : k + H, v : v + W].swapaxes(0, 1)
            weight = weight[:, :, ::flip, ::flip]
            flat = weight.reshape(len(bias), -1) @ columns.reshape(C * 9, -1) + bias[:, None]
            h = (
                (flat if name == linear else np.maximum(flat, 0))
                .reshape(len(bias), N, H, W)
                .swapaxes(0, 1)
            )
            if name != "6":
                h = pool(h.reshape(N, len(bias), H // 2, 2, W // 2, 2), axis=(3, 5))
        return h.transpose(order).reshape(N, -1) @ p["9.weight"].T + p["9.bias"]

    def far_apart(h, axis):
        N, C, H, _, W, _ = h.shape
        return h.reshape(N, C, 2, H, 2, W).max(axis=(2, 4))

    images, target = args["target"][:, :784], args["target"][:, 784].astype(int)
    with np.errstate(over="ignore", invalid="ignore"):  # sums may overflow
        scores = np.concatenate(
            [scores_of(images[k : k + 40]) for k in range(0, len(images), 40)]
        )
    tried, few = len(args["images"]), args["images"][:50]
    share_right(
        labels,
        scores[:tried],
        target[:tried],
        "your labels aren't the classes with the highest scores of the network in the "
        "file. Predict one image step by step, and compare each step, and the shape after "
        "it, with the problem statement.",
        {
            "your pixels aren't divided by 255, or your layers add no bias. Where does the "
            "problem statement divide the pixels, and where does it add a bias?": (
                lambda: scores_of(few, largest=1)
            ),
            "your pixels are only 0 and 1. What does `//` do to 200 / 255?": (
                lambda: scores_of(few // 255, largest=1)
            ),
            "one of your convolutions has no ReLU after it. How many layers have one?": (
                lambda: scores_of(few, linear="6")
            ),
            "your kernels are flipped. Does the formula in the problem begin with the "
            "first row of a kernel, or with the last?": lambda: scores_of(few, flip=-1),
            "you pool with the mean. Which number of each window does the text take?": (
                lambda: scores_of(few, pool=np.mean)
            ),
            "your pooling takes the maximum of pixels that are half an image apart. If you "
            "reshape H rows into two axes, which of them counts the rows of a window?": (
                lambda: scores_of(few, pool=far_apart)
            ),
            "your code flattens the maps in the wrong order. Which axis comes second before "
            "you flatten?": lambda: scores_of(few, order=(0, 2, 3, 1)),
        },
    )
    if not np.isfinite(scores).all():
        raise ValueError("the scores aren't finite. How large are the weights?")
    return np.mean(scores.argmax(axis=1) == target)


clothes = challenge(
    "classify_pictures",
    file="cnn.npz",
    most_bytes=500_000,
    thresholds={0.85: 1, 0.87: 2, 0.89: 2},
    measure=right_by_the_network,
    margin=0.015,
    forbidden={"all": ELSEWHERE},
)


@clothes.reference
def classify_pictures(file, images):
    """Predict the class of each image with a network of three convolutions.

    h = pool(relu(conv(images / 255, "0")))     (N, A, 14, 14)
    h = pool(relu(conv(h, "3")))                  (N, B, 7, 7)
    h = relu(conv(h, "6"))                        (N, C, 7, 7)
    scores = h.reshape(N, 49 * C) W^T + b         W, b: "9.weight", "9.bias"

    Here conv(h, "3") uses "3.weight" and "3.bias", with stride 1 and padding 1, and pool is max
    pooling with windows of 2 by 2 and stride 2. The label is the class with the highest score.

    file : dict with the eight arrays of cnn.npz, under these names
    images : (N, 28, 28) array of type uint8
    Returns labels : (N,) array of integers from 0 to 9.
    """
    h = images[:, None] / 255
    for name in ("0", "3", "6"):
        h = np.maximum(conv2d_fast(h, file[f"{name}.weight"], file[f"{name}.bias"], 1, 1), 0)
        if name != "6":
            N, C, H, W = h.shape
            h = h.reshape(N, C, H // 2, 2, W // 2, 2).max(axis=(3, 5))
    return (h.reshape(len(h), -1) @ file["9.weight"].T + file["9.bias"]).argmax(axis=1)


@clothes.on_visible
def packaged_pictures():
    """The first 1,000 test images of `nnlib.datasets`."""
    from nnlib.datasets import fashion_mnist

    X, y = fashion_mnist()[1]
    X = (X[:1000] * 255).round().astype(np.uint8)
    return X[:TRIED].reshape(-1, 28, 28), np.column_stack([X, y[:1000]]).astype(np.uint8)


@clothes.on_heldback
def heldback_pictures(heldback):
    """The first 1,000 hidden images."""
    data = heldback("fashion.npz")
    X, y = data["images"][:MEASURED], data["labels"][:MEASURED]
    return X[:TRIED], np.column_stack([X.reshape(-1, 784), y]).astype(np.uint8)
