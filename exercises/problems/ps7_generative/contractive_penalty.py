"""contractive_penalty: a penalty on the Jacobian of an encoder, and its gradient."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

contraction = problem(
    "contractive_penalty",
    rtol=DIGITS,
    returns={"penalty": "value", "dW": "gradient", "db": "gradient"},
    points={
        "shape": (1, "a number and two arrays of these shapes, in this order"),
        "value": (5, "`penalty`"),
        "gradient": (8, "`dW` and `db`"),
    },
    forbidden={"all": ELSEWHERE},
)


@contraction.reference
def contractive_penalty(x, W, b):
    """Compute the mean squared Frobenius norm of an encoder's Jacobian, and its gradient.

    The encoder is h = sigmoid(x W^T + b), and its Jacobian J[n] = dh[n] / dx[n] has the shape
    (H, D). The penalty is the mean over n of the sum of all squared entries of J[n].

    x : (N, D) array; W : (H, D) array; b : (H,) array
    Returns (penalty, dW, db): a number, and its derivatives with respect to W and b.
    """
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    slope, lengths = h * (1 - h), (W**2).sum(axis=1)
    dz = 2 * slope**2 * (1 - 2 * h) * lengths / len(x)
    dW = dz.T @ x + 2 * W * (slope**2).mean(axis=0)[:, None]
    return (slope**2 @ lengths).mean(), dW, dz.sum(axis=0)


contraction.example(
    np.array([[0.0, 0.0], [1.0, 0.0]]),
    np.array([[np.log(3.0), 2.0], [0.0, 4.0]]),
    np.array([0.0, np.log(3.0)]),
)


@contraction.case("value", visible=2)
def random_numbers(rng, N, D, H):
    """Random inputs, weights and biases."""
    return rng.normal(size=(N, D)), 1.5 * rng.normal(size=(H, D)) / D**0.5, rng.normal(size=H)


@contraction.alternative
def by_jacobians(x, W, b):
    N, (H, D) = len(x), W.shape
    penalty, dW, db = 0.0, np.zeros((H, D)), np.zeros(H)
    for n in range(N):
        h = 1 / (1 + np.exp(-(W @ x[n] + b)))
        s = h * (1 - h)
        J = s[:, None] * W
        penalty += np.sum(J * J) / N
        for j in range(H):
            turn = 2 / N * J[j] @ W[j] * s[j] * (1 - 2 * h[j])
            dW[j] += 2 / N * J[j] * s[j] + turn * x[n]
            db[j] += turn
    return penalty, dW, db


@contraction.alternative
def by_einsum(x, W, b):
    t = np.tanh((np.einsum("nd,hd->nh", x, W) + b) / 2)
    s = (1 - t**2) / 4
    J = np.einsum("nh,hd->nhd", s, W)
    dJ = 2 * J / len(x)
    dz = np.einsum("nhd,hd->nh", dJ, W) * s * -t
    dW = np.einsum("nhd,nh->hd", dJ, s) + np.einsum("nh,nd->hd", dz, x)
    return np.einsum("nhd,nhd->", J, J) / len(x), dW, np.einsum("nh->h", dz)


@contraction.alternative
def by_powers_of_the_code(x, W, b):
    h = (1 / (1 + np.exp(-(W @ x.T + b[:, None])))).T
    q = (h - h**2) ** 2
    dq = 2 * (h - h**2) * (1 - 2 * h) * (h - h**2)
    norms = np.linalg.norm(W, axis=1) ** 2
    dz = dq * norms / h.shape[0]
    return q.sum(0).dot(norms) / len(h), dz.T.dot(x) + 2 * q.mean(0)[:, None] * W, dz.sum(0)


def made(x, W, b, *, first=1.0, second=1.0, turn=None, power=2, divide=None):
    """Return the result with some parts changed.

    ``first`` multiplies the term of dW that goes through z, and ``second`` multiplies the term
    that comes directly from W. ``turn(h)`` replaces the derivative of slope^2, ``power``
    replaces the exponent 2 of the slope, and ``divide`` replaces the number of inputs.
    """
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    slope, lengths = h * (1 - h), (W**2).sum(axis=1)
    N = divide or len(x)
    turned = turn(h) if turn else power * slope**power * (1 - 2 * h)
    dz = turned * lengths / N
    dW = first * dz.T @ x + second * 2 * W * ((slope**power).sum(axis=0) / N)[:, None]
    return (slope**power @ lengths).sum() / N, dW, dz.sum(axis=0)


@contraction.mistake(
    "Your `penalty` and its gradients are sums over the inputs. What does the formula divide "
    "the sum by?",
    loses="value gradient",
)
def summed(x, W, b):
    return made(x, W, b, divide=1)


@contraction.mistake(
    "Your `penalty` is a sum over the inputs. What does the formula for `penalty` divide by?",
    loses="value",
)
def value_summed(x, W, b):
    penalty, dW, db = contractive_penalty(x, W, b)
    return penalty * len(x), dW, db


@contraction.mistake(
    "Your gradient belongs to the sum over the inputs, not to the mean. What is the gradient "
    "of a sum that is divided by N?",
    loses="gradient",
)
def gradient_summed(x, W, b):
    return contractive_penalty(x, W, b)[0], *made(x, W, b, divide=1)[1:]


@contraction.mistake(
    "Your result uses `h (1 - h)` where the penalty contains its square. What is the square "
    "of an entry of the Jacobian?",
    loses="value gradient",
)
def slope_not_squared(x, W, b):
    return made(x, W, b, power=1)


@contraction.mistake(
    "Your `penalty` is the squared norm of `W`, so it doesn't depend on `x`. What is the "
    "derivative of `h` with respect to `x`?",
    loses="value",
)
def weights_alone(x, W, b):
    return (W**2).sum(), *contractive_penalty(x, W, b)[1:]


@contraction.mistake(
    "You use `1 - h^2`, the derivative of tanh, for the Jacobian. Which function computes `h`?",
    loses="value gradient",
)
def slope_of_tanh(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    slope, lengths = 1 - h**2, (W**2).sum(axis=1)
    dz = 2 * slope * (-2 * h) * h * (1 - h) * lengths / len(x)
    dW = dz.T @ x + 2 * W * (slope**2).mean(axis=0)[:, None]
    return (slope**2 @ lengths).mean(), dW, dz.sum(axis=0)


@contraction.mistake(
    "You compute `h` with tanh. Which function does the formula for `h` contain?",
    loses="value gradient",
)
def code_of_tanh(x, W, b):
    h = np.tanh(x @ W.T + b)
    slope, lengths = 1 - h**2, (W**2).sum(axis=1)
    dz = -4 * h * slope**2 * lengths / len(x)
    dW = dz.T @ x + 2 * W * (slope**2).mean(axis=0)[:, None]
    return (slope**2 @ lengths).mean(), dW, dz.sum(axis=0)


@contraction.mistake(
    "You penalise the squared norm of `h` itself. Which matrix does the penalty take the norm "
    "of?",
    loses="value gradient",
)
def size_of_the_code(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    dz = 2 * h**2 * (1 - h) / len(x)
    return (h**2).sum(axis=1).mean(), dz.T @ x, dz.sum(axis=0)


@contraction.mistake(
    "Your `penalty` is the mean of the norms instead of the squared norms. Does the formula "
    "contain a square root?",
    loses="value",
)
def not_squared(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    norms = np.sqrt((h * (1 - h)) ** 2 @ (W**2).sum(axis=1))
    return norms.mean(), *contractive_penalty(x, W, b)[1:]


@contraction.mistake(
    "Your `penalty` also averages over the entries of the Jacobian. Which index does the "
    "formula average over, and which ones does it sum over?",
    loses="value",
)
def mean_of_the_entries(x, W, b):
    penalty, dW, db = contractive_penalty(x, W, b)
    return penalty / W.size, dW, db


@contraction.mistake(
    "Your `h` doesn't contain `b`. What should `h` be for an input that contains only zeros?",
    loses="value gradient",
)
def without_bias(x, W, b):
    return contractive_penalty(x, W, 0 * b)


@contraction.mistake(
    "Your `dW` contains only the term for the `W` outside the sigmoid. Where else does the "
    "penalty depend on `W`?",
    loses="gradient",
)
def slope_held_fixed_in_W(x, W, b):
    return made(x, W, b, first=0.0)


@contraction.mistake(
    "Your `dW` contains only the term that goes through the sigmoid. Where else does `W` "
    "appear in the Jacobian?",
    loses="gradient",
)
def weights_held_fixed(x, W, b):
    return made(x, W, b, second=0.0)


@contraction.mistake(
    "The term of your `dW` for the `W` outside the sigmoid is too small by a factor of 2. "
    "What is the derivative of the squared length of a row?",
    loses="gradient",
)
def a_two_forgotten(x, W, b):
    return made(x, W, b, second=0.5)


@contraction.mistake(
    "Your gradient uses the derivative of `h` where it needs the derivative of `h (1 - h)`. "
    "What is this derivative with respect to the sum `z`?",
    loses="gradient",
)
def second_derivative_forgotten(x, W, b):
    return made(x, W, b, turn=lambda h: 2 * (h * (1 - h)) ** 2)


@contraction.mistake(
    "Your gradient uses the derivative of `h (1 - h)` with respect to `h`. How does `h` "
    "depend on the sum `z`?",
    loses="gradient",
)
def with_respect_to_the_code(x, W, b):
    return made(x, W, b, turn=lambda h: 2 * h * (1 - h) * (1 - 2 * h))


@contraction.mistake(
    "The factor `1 - 2h` has the wrong sign in your gradient. Does `h (1 - h)` grow or shrink "
    "when `h` moves from 0 towards one half?",
    loses="gradient",
)
def turned_round(x, W, b):
    return made(x, W, b, turn=lambda h: -2 * (h * (1 - h)) ** 2 * (1 - 2 * h))


@contraction.mistake(
    "The term of your gradient that goes through the sigmoid is too small by a factor of 2. "
    "What is the derivative of the square of `h (1 - h)`?",
    loses="gradient",
)
def another_two_forgotten(x, W, b):
    return made(x, W, b, turn=lambda h: (h * (1 - h)) ** 2 * (1 - 2 * h))


@contraction.mistake(
    "Your gradient points downhill. Should you return the gradient or minus the gradient?",
    loses="gradient",
)
def downhill(x, W, b):
    penalty, dW, db = contractive_penalty(x, W, b)
    return penalty, -dW, -db


@contraction.mistake(
    "The term of your `dW` for the `W` outside the sigmoid is a sum over the inputs. Which "
    "terms of the penalty does the formula average?",
    loses="gradient",
)
def straight_part_summed(x, W, b):
    return made(x, W, b, second=len(x))


@contraction.mistake(
    "The term of your gradient that goes through the sigmoid doesn't contain the lengths of "
    "the rows of `W`. What does the penalty multiply the square of `h (1 - h)` by?",
    loses="gradient",
)
def lengths_forgotten(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    dz = 2 * (h * (1 - h)) ** 2 * (1 - 2 * h) / len(x)
    penalty, dW, _ = made(x, W, b, first=0.0)
    return penalty, dz.T @ x + dW, dz.sum(axis=0)


@contraction.mistake(
    "Your `penalty` uses the lengths of the rows of `W` without the square. What is the sum "
    "of the squared entries of a row?",
    loses="value",
)
def lengths_not_squared(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    slope, (_, dW, db) = h * (1 - h), contractive_penalty(x, W, b)
    return (slope**2 @ np.linalg.norm(W, axis=1)).mean(), dW, db
