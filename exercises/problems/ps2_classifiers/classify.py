"""classify: clothes told apart by a linear classifier that was trained at home.

What is measured are the weights and nothing else. The file must hold one row of weights a class
and one bias a class; the scores are computed here, in float64, from the file and the pictures,
and so is the class of the highest score. A function of the student's could hold more than
weights: a table, a second classifier, another model in its text. So its answer earns nothing by
itself; it only has to agree with the file in 995 of 1,000 pictures, since float32 may decide a
tie in another way.

What was tried, in percent of the 1,000 visible and of the 4,000 held-back pictures
(tests/exercises/test_classify.py), each trained on the 5,000 of `nnlib.datasets` and chosen by
five-fold cross-validation on them, nothing by the held-back ones: `ridge_fit` for each class
against the others 79.8 and 79.9; 40 passes of ever smaller steps downhill with
`softmax_cross_entropy`, 100 pictures each, 81.5 and 81.2; the same on pixels that were blurred
a little and divided by their spread, with weight decay, 82.6 and 82.4
(`tools/make_challenges.py`).
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
        "the file is expected to hold two arrays, weight and bias",
        "weight is expected as (10, 784), bias as (10,)",
        "weight and bias are expected as finite real numbers",
    )
    with np.errstate(over="ignore", invalid="ignore"):  # sums may overflow
        scores = args["pictures"] / 255 @ read["weight"].T + read["bias"]
    return share_right(
        labels,
        scores,
        args["target"],
        "the labels are not the classes with the highest scores, weight times pixel / 255 plus "
        "bias. Is each pixel divided by 255, and is the bias added?",
    )


clothes = challenge(
    "classify",
    file="weights.npz",
    most_bytes=70_000,
    thresholds={0.78: 2, 0.81: 3, 0.82: 3},
    measure=right_by_the_file,
    forbidden={"all": ELSEWHERE},
)


@clothes.reference
def classify(file, pictures):
    """The class of each picture: the one with the highest score.

    scores[n, c] = (sum over k of weight[c, k] * pictures[n, k] / 255) + bias[c]

    file : dict of the arrays in weights.npz; file["weight"] is (10, 784), file["bias"] (10,)
    pictures : (N, 784) array of type uint8
    Returns labels : (N,) array of integers from 0 to 9.
    """
    return (pictures / 255 @ file["weight"].T + file["bias"]).argmax(axis=1)


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
