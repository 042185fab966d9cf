"""relu_backward: the gradient goes through where ReLU let the number through."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

rectified = problem(
    "relu_backward",
    rtol=DIGITS,
    returns={"dx": "value"},
    points={
        "shape": (0.5, "an (N, D) array of `float64`"),
        "value": (3.5, "random numbers of either sign"),
        "zero": (1.5, "numbers of which many are exactly 0"),
        "inputs-unchanged": (0.5, "`dy` and `x` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@rectified.reference
def relu_backward(dy, x):
    """Gradient of the loss by what went into y = max(0, x), entry by entry.

    dx[n, d] = dy[n, d] where x[n, d] > 0, and 0 elsewhere: at exactly 0 the slope counts as 0

    dy : (N, D) array, float64: the gradient of the loss with respect to each y[n, d]
    x : (N, D) array, float64: what went in
    Returns dx : (N, D) array, float64. Both arrays stay as they are.
    """
    return dy * (x > 0)


rectified.example(
    np.array([[2.0, -1.0, 4.0], [-3.0, 5.0, 1.0]]),
    np.array([[1.0, 3.0, -2.0], [0.5, 0.0, -1.0]]),
)


@rectified.case("value", visible=2)
def both_signs(rng, N, D):
    """Numbers of either sign."""
    return rng.normal(size=(N, D)), rng.normal(size=(N, D))


@rectified.case("zero")
def many_zeros(rng, N, D):
    """Numbers of which many are exactly 0."""
    x = rng.normal(size=(N, D)) * rng.integers(2, size=(N, D))
    return rng.normal(size=(N, D)), x


@rectified.alternative
def by_where(dy, x):
    return np.where(x > 0, dy, 0.0)


@rectified.alternative
def in_place_on_a_copy(dy, x):
    dx = dy.copy()
    dx[x <= 0] = 0
    return dx


@rectified.alternative
def by_loops(dy, x):
    dx = np.zeros(dy.shape)
    for n in range(len(dy)):
        for d in range(dy.shape[1]):
            if x[n, d] > 0:
                dx[n, d] = dy[n, d]
    return dx


@rectified.alternative
def from_what_came_out(dy, x):
    y = np.maximum(0, x)
    return np.multiply(dy, np.sign(y))


@rectified.mistake(
    "it is dy that decides here what goes through. Whose sign did ReLU look at on the way "
    "forwards?",
    loses="value",
)
def mask_from_dy(dy, x):
    return dy * (dy > 0)


@rectified.mistake(
    "these are local derivatives, 0 and 1. By which upstream gradient are they multiplied?",
    loses="value",
)
def slope_alone(dy, x):
    return (x > 0) * 1.0


@rectified.mistake(
    "dy is multiplied by max(0, x). Is that the derivative of ReLU, or its value?",
    loses="value",
)
def value_for_slope(dy, x):
    return dy * np.maximum(x, 0)


@rectified.mistake("dy is multiplied by x. What is the derivative of x itself?", loses="value")
def times_x(dy, x):
    return dy * x


@rectified.mistake(
    "the gradient is passed on where it should be 0. For which x is max(0, x) flat?",
    loses="value",
)
def mask_turned_round(dy, x):
    return dy * (x < 0)


@rectified.mistake(
    "below 0 the sign is reversed. Which derivative has max(0, x) there?", loses="value"
)
def slope_of_the_absolute_value(dy, x):
    return dy * np.sign(x)


@rectified.mistake(
    "this is right except where x is exactly 0. Which derivative does the text give ReLU "
    "there?",
    loses="zero",
)
def one_at_zero(dy, x):
    return dy * (x >= 0)


@rectified.mistake(
    "where x is exactly 0, half of dy is passed on. Which derivative does the text give "
    "ReLU there?",
    loses="zero",
)
def half_at_zero(dy, x):
    return dy * np.heaviside(x, 0.5)


@rectified.mistake(
    "max(0, .) is taken of dy times the mask. May a gradient be negative?", loses="value"
)
def negative_upstream_dropped(dy, x):
    return np.maximum(dy * (x > 0), 0)


@rectified.mistake(
    "ReLU is applied to x dy. Whose sign decides, that of x or that of the product?",
    loses="value",
)
def relu_of_the_product(dy, x):
    return np.maximum(dy * x, 0)


@rectified.mistake(
    "a little of dy is passed on below 0. Which derivative has max(0, x) there?", loses="value"
)
def leaky(dy, x):
    return np.where(x > 0, dy, 0.01 * dy)


@rectified.mistake(
    "where x is above 0 there stands x, and not the gradient. What should go through?",
    loses="value",
)
def forwards_again(dy, x):
    return np.maximum(x, 0)
