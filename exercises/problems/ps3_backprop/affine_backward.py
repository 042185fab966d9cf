"""affine_backward: the three gradients of a layer, from the gradient of its outputs."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

backwards = problem(
    "affine_backward",
    rtol=DIGITS,
    returns={"dx": "value", "dW": "weights", "db": "weights"},
    points={
        "shape": (1, "three `float64` arrays of these shapes, in this order"),
        "value": (5, "`dx`"),
        "weights": (7, "`dW` and `db`, half each"),
        "inputs-unchanged": (1, "your function doesn't change `dy`, `x` or `W`"),
    },
    forbidden={"all": ELSEWHERE},
)


@backwards.reference
def affine_backward(dy, x, W):
    """Compute the gradients of the loss with respect to x, W and b of a layer y = x W^T + b.

    dx[n, d] = (sum over h of dy[n, h] * W[h, d])
    dW[h, d] = (sum over n of dy[n, h] * x[n, d])
    db[h]    = (sum over n of dy[n, h])

    dy : (N, H) array, the gradient of the loss with respect to y
    x : (N, D) array, one sample per row
    W : (H, D) array
    Returns (dx, dW, db): arrays of shape (N, D), (H, D) and (H,).
    """
    return dy @ W, dy.T @ x, dy.sum(axis=0)


backwards.example(
    np.array([[1.0, 0.0, -1.0], [2.0, 1.0, 0.0]]),
    np.array([[1.0, 2.0], [3.0, -1.0]]),
    np.array([[1.0, 0.0], [2.0, 1.0], [-1.0, 1.0]]),
)


@backwards.case("value", visible=2)
def random_numbers(rng, N, D, H):
    """Random numbers."""
    return rng.normal(size=(N, H)), rng.normal(size=(N, D)), rng.normal(size=(H, D))


@backwards.alternative
def sample_by_sample(dy, x, W):
    dx, dW, db = np.zeros(x.shape), np.zeros(W.shape), np.zeros(len(W))
    for n in range(len(x)):
        dx[n] = dy[n] @ W
        dW += np.outer(dy[n], x[n])
        db += dy[n]
    return dx, dW, db


@backwards.alternative
def bias_as_a_weight(dy, x, W):
    ones = np.ones((len(x), 1))
    both = (np.hstack([x, ones]).T @ dy).T
    return [(W.T @ dy.T).T, both[:, :-1], both[:, -1]]


backwards.known["weights"] = {
    "Your `db` adds up the rows of `dW`. Which gradient does b receive from each sample?": {
        "bias_from_the_weights": {"dy.sum(axis=0)": "(dy.T @ x).sum(axis=1)"}
    },
    "Your `dW` is divided by N, although `dy` already accounts for any averaging over the "
    "samples. Where does your code divide by N?": {
        "weights_averaged": {"dy.T @ x": "dy.T @ x / len(x)"}
    },
    "Your `db` is divided by N, although `dy` already accounts for any averaging over the "
    "samples. Where does your code divide by N?": {"bias_averaged": {"dy.sum": "dy.mean"}},
    "Your `dW` and `db` are divided by N, although `dy` already accounts for any averaging "
    "over the samples. Where does your code divide by N?": {
        "both_averaged": {"dy.T @ x, dy.sum": "dy.T @ x / len(x), dy.mean"}
    },
    "Your `db` doesn't depend on `dy`. Which gradient does the chain rule multiply by the "
    "derivative of y with respect to "
    "b?": {"bias_without_dy": {"dy.sum(axis=0)": "np.full(len(W), float(len(x)))"}},
    "Your `dW` has the correct shape, but its entries are in the wrong order, as if you had "
    "reshaped x^T dy. Is h the first or the second index of x^T "
    "dy?": {"weights_reshaped": {"dy.T @ x": "(x.T @ dy).reshape(W.shape)"}},
    "Your `dW` comes only from the last sample. Should the contribution of a sample replace "
    "the earlier ones, or be added to "
    "them?": {"weights_of_the_last_sample": {"dy.T @ x": "np.outer(dy[-1], x[-1])"}},
    "Your `dW` and `db` come only from the last sample. Should the contribution of a sample "
    "replace the earlier ones, or be added to them?": {
        "the_last_sample_alone": {
            "dy.T @ x, dy.sum(axis=0)": "np.outer(dy[-1], x[-1]), dy[-1] * 1.0"
        }
    },
    "Your `dW` doesn't depend on `dy`. Which gradient does the chain rule multiply by the "
    "derivative of y with respect to "
    "W?": {"weights_without_dy": {"dy.T @ x": "np.ones(dy.shape).T @ x"}},
    "For `dW`, you first sum `dy` and `x` over the samples, and then multiply the sums. Does "
    "the formula multiply before or after it sums over "
    "n?": {"summed_too_early": {"dy.T @ x": "np.outer(dy.sum(axis=0), x.sum(axis=0))"}},
}
backwards.known["shape weights"] = {
    "Your `db` has a separate row for each sample. How many of the y[n, h] depend on b[h], and "
    "how should you combine their "
    "gradients?": {"bias_not_summed": {"dy.sum(axis=0)": "dy.copy()"}},
    "Your `db` is a sum over the outputs. Which index does `db` have in the formula, and which "
    "index does the formula sum over?": {"bias_summed_over_outputs": {"axis=0": "axis=1"}},
    "Your `db` is a single number. How many biases does the layer have?": {
        "one_bias": {"axis=0": ""}
    },
}
backwards.known["value"] = {
    "Your `dx` has the correct shape, but it uses the entries of `W` in the wrong order, as if "
    "you had reshaped `W`. Which index does the formula sum over, and is it the first or the "
    "second index of "
    "`W`?": {"weights_reshaped_on_the_way": {"dy @ W": "dy @ W.T.reshape(W.shape)"}},
    "Your `dx` doesn't depend on `dy`. Which gradient does the chain rule multiply by the "
    "derivative of y with respect to "
    "x?": {"samples_without_dy": {"dy @ W": "np.ones(dy.shape) @ W"}},
    "All three of your gradients are divided by N, although `dy` already accounts for any "
    "averaging over the samples. Where does your code divide by N?": {
        "everything_averaged": "dy = dy / len(x)"
    },
}
