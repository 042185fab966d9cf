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
def by_einsum(dy, x, W):
    dx = np.einsum("nh,hd->nd", dy, W)
    return dx, np.einsum("nh,nd->hd", dy, x), np.einsum("nh->h", dy)


@backwards.alternative
def bias_as_a_weight(dy, x, W):
    ones = np.ones((len(x), 1))
    both = (np.hstack([x, ones]).T @ dy).T
    return [(W.T @ dy.T).T, both[:, :-1], both[:, -1]]


@backwards.alternative
def entry_by_entry(dy, x, W):
    (N, H), D = dy.shape, x.shape[1]
    dx = [[sum(dy[n, h] * W[h, d] for h in range(H)) for d in range(D)] for n in range(N)]
    dW = [[sum(dy[n, h] * x[n, d] for n in range(N)) for d in range(D)] for h in range(H)]
    return np.array(dx), np.array(dW), np.array([sum(dy[:, h]) for h in range(H)])


@backwards.mistake(
    "Your `dW` is divided by N. `dy` already contains that factor, so don't divide again.",
    loses="weights",
)
def weights_averaged(dy, x, W):
    return dy @ W, dy.T @ x / len(x), dy.sum(axis=0)


@backwards.mistake(
    "Your `db` is divided by N. `dy` already contains that factor, so don't divide again.",
    loses="weights",
)
def bias_averaged(dy, x, W):
    return dy @ W, dy.T @ x, dy.mean(axis=0)


@backwards.mistake(
    "Your `dW` and `db` are divided by N. `dy` already contains that factor, so don't divide "
    "again.",
    loses="weights",
)
def both_averaged(dy, x, W):
    return dy @ W, dy.T @ x / len(x), dy.mean(axis=0)


@backwards.mistake(
    "Your `db` has a separate row for each sample. How many of the y[n, h] contain b[h], and "
    "how do you combine their gradients?",
    loses="shape weights",
)
def bias_not_summed(dy, x, W):
    return dy @ W, dy.T @ x, dy.copy()


@backwards.mistake(
    "Your `db` is a sum over the outputs. Which index does b have?", loses="shape weights"
)
def bias_summed_over_outputs(dy, x, W):
    return dy @ W, dy.T @ x, dy.sum(axis=1)


@backwards.mistake(
    "Your `db` is a single number. How many biases does the layer have?", loses="shape weights"
)
def one_bias(dy, x, W):
    return dy @ W, dy.T @ x, dy.sum()


@backwards.mistake(
    "Your `db` doesn't depend on `dy`. The derivative of y with respect to b is 1, but which "
    "upstream gradient should you multiply it by?",
    loses="weights",
)
def bias_without_dy(dy, x, W):
    return dy @ W, dy.T @ x, np.full(len(W), float(len(x)))


@backwards.mistake(
    "Your `dW` has the correct shape, but its entries are in the wrong order, as after a "
    "`reshape`. Which index of x^T dy is h?",
    loses="weights",
)
def weights_reshaped(dy, x, W):
    return dy @ W, (x.T @ dy).reshape(W.shape), dy.sum(axis=0)


@backwards.mistake(
    "Your `dx` has the correct shape, but it uses the entries of `W` in the wrong order, as "
    "after a `reshape`. Which index does the formula sum over, and is it the first or the "
    "second index of `W`?",
    loses="value",
)
def weights_reshaped_on_the_way(dy, x, W):
    return dy @ W.T.reshape(W.shape), dy.T @ x, dy.sum(axis=0)


@backwards.mistake(
    "Your `dW` contains only the last sample. Should each sample overwrite the earlier ones, "
    "or be added to them?",
    loses="weights",
)
def weights_of_the_last_sample(dy, x, W):
    return dy @ W, np.outer(dy[-1], x[-1]), dy.sum(axis=0)


@backwards.mistake(
    "Your `dW` and `db` contain only the last sample. Should each sample overwrite the "
    "earlier ones, or be added to them?",
    loses="weights",
)
def the_last_sample_alone(dy, x, W):
    return dy @ W, np.outer(dy[-1], x[-1]), dy[-1] * 1.0


@backwards.mistake(
    "Your `dW` contains only the first sample. Which index does the formula sum over?",
    loses="weights",
)
def weights_of_the_first_sample(dy, x, W):
    return dy @ W, np.outer(dy[0], x[0]), dy.sum(axis=0)


@backwards.mistake(
    "Your `dW` doesn't depend on `dy`. The derivative of y with respect to W is x, but which "
    "upstream gradient should you multiply it by?",
    loses="weights",
)
def weights_without_dy(dy, x, W):
    return dy @ W, np.tile(1.0 * x.sum(axis=0), (len(W), 1)), dy.sum(axis=0)


@backwards.mistake(
    "Your `dx` doesn't depend on `dy`. The derivative of y with respect to x is W, but which "
    "upstream gradient should you multiply it by?",
    loses="value",
)
def samples_without_dy(dy, x, W):
    return np.tile(W.sum(axis=0), (len(x), 1)), dy.T @ x, dy.sum(axis=0)


@backwards.mistake(
    "Your three gradients are all divided by N. `dy` already contains that factor, so don't "
    "divide again.",
    loses="value",
)
def everything_averaged(dy, x, W):
    return dy @ W / len(x), dy.T @ x / len(x), dy.mean(axis=0)


@backwards.mistake(
    "Your `dx` first sums `dy` and `W` over the outputs, and then multiplies the sums. Which "
    "dy[n, h] should each W[h, d] be multiplied by?",
    loses="value",
)
def outputs_alike(dy, x, W):
    return np.outer(dy.sum(axis=1), W.sum(axis=0)), dy.T @ x, dy.sum(axis=0)


@backwards.mistake(
    "Your `dW` first sums `dy` and `x` over the samples, and then multiplies the sums. Does "
    "the formula multiply first, or sum first?",
    loses="weights",
)
def summed_too_early(dy, x, W):
    return dy @ W, np.outer(dy.sum(axis=0), x.sum(axis=0)), dy.sum(axis=0)


@backwards.mistake(
    "Your `db` contains only the last sample. Should each sample overwrite the earlier ones, "
    "or be added to them?",
    loses="weights",
)
def bias_of_the_last_sample(dy, x, W):
    return dy @ W, dy.T @ x, dy[-1] * 1.0
