"""classify: images of clothes, classified by a linear classifier that students train at home.

We measure only the weights. The file must contain one row of weights and one bias per class.
The measure computes the scores in float64 from the file and the images, and takes the class
with the highest score. A student's function could contain more than weights: a table, a second
classifier, or a different model in its text. Therefore its labels earn no points by themselves.
They only have to agree with the file on 995 of 1,000 images, because float32 may decide a tie
differently.

Accuracy of our runs in percent, on the 1,000 visible and the 4,000 hidden images
(tests/exercises/test_classify.py). We trained each classifier on the 5,000 images of
`nnlib.datasets` and chose it by five-fold cross-validation, without looking at the hidden
images. `ridge_fit`, one class against all others, reached 79.8 and 79.9. SGD with
`softmax_cross_entropy`, batches of 100 images and a decreasing learning rate reached 81.5 and
81.2 after 40 epochs. The same on slightly blurred and standardised pixels, with weight decay,
reached 82.6 and 82.4 (`tools/make_challenges.py`).
"""

import numpy as np
from nngrader.engine import challenge
from nngrader.engine.declaration.weights import arrays_of, share_right

from .common import ELSEWHERE


def right_by_the_file(args, labels):
    read = arrays_of(
        args["file"],
        {"weight": (10, 784), "bias": (10,)},
        {},
        "Your file should contain two arrays: weight and bias.",
        "An array in your file has the wrong shape. Expected weight (10, 784) and bias (10,).",
        "Your file should contain only finite real numbers.",
    )
    with np.errstate(over="ignore", invalid="ignore"):  # sums may overflow
        scores = args["images"] / 255 @ read["weight"].T + read["bias"]
    images, weight, bias = args["images"][:200], read["weight"].T, read["bias"]
    return share_right(
        labels,
        scores,
        args["target"],
        "Your labels aren't the classes with the highest scores that the weights in your "
        "file produce. Predict one image step by step, and compare each step, from the "
        "division of the pixels to the index of the largest score, with the problem "
        "statement.",
        {
            "Your pixels are only 0 and 1. What does `//` do to 200 / 255?": (
                lambda: images // 255 @ weight + bias
            ),
            "Compared with the pixels, the bias in your scores is 255 times too small, or it's "
            "missing. What does the problem statement divide by 255, and what does it "
            "add?": lambda: images / 255 @ weight + bias / 255,
            "Your code subtracts the mean of these images. Which steps does the problem "
            "statement list before the product?": lambda: (
                (images - images.mean(axis=0)) / 255 @ weight + bias
            ),
            "Your scores contain the bias with the wrong sign. What does the problem "
            "statement do with it?": lambda: images / 255 @ weight - bias,
            "Your code reshapes `weight` to (784, 10), which mixes the classes. How do you "
            "transpose it?": lambda: images / 255 @ weight.T.reshape(784, 10) + bias,
        },
    )


clothes = challenge(
    "classify",
    file="weights.npz",
    most_bytes=70_000,
    thresholds={0.78: 2, 0.81: 3, 0.82: 3},
    measure=right_by_the_file,
    margin=0.01,
    forbidden={"all": ELSEWHERE},
)


@clothes.reference
def classify(file, images):
    """Return the class with the highest score for each image.

    scores[n, c] = (sum over k of weight[c, k] * images[n, k] / 255) + bias[c]

    file : dict of the arrays in weights.npz; file["weight"] is (10, 784), file["bias"] (10,)
    images : (N, 784) array of type uint8, one image per row
    Returns labels : (N,) array of integers from 0 to 9.
    """
    return (images / 255 @ file["weight"].T + file["bias"]).argmax(axis=1)


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
