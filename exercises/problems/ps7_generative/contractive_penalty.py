"""contractive_penalty: how much a code moves with its input, and the penalty's gradient."""

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
    """The mean squared Frobenius norm of an encoder's Jacobian, and its gradient.

    h = sigmoid(x W^T + b),  J[n] = dh[n] / dx[n], an array (H, D)
    penalty = the mean over n of the sum of all squared entries of J[n]

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
    """Random numbers."""
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
    """Return the answer with parts of it changed.

    ``first`` and ``second`` multiply the parts of dW that come through z and straight from W;
    ``turn(h)`` stands for the derivative of slope^2, ``power`` for the 2 of the slope.
    """
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    slope, lengths = h * (1 - h), (W**2).sum(axis=1)
    N = divide or len(x)
    turned = turn(h) if turn else power * slope**power * (1 - 2 * h)
    dz = turned * lengths / N
    dW = first * dz.T @ x + second * 2 * W * ((slope**power).sum(axis=0) / N)[:, None]
    return (slope**power @ lengths).sum() / N, dW, dz.sum(axis=0)


@contraction.mistake(
    "everything is the sum over the inputs. By how many is it divided in the formula?",
    loses="value gradient",
)
def summed(x, W, b):
    return made(x, W, b, divide=1)


@contraction.mistake(
    "penalty is the sum over the inputs, while its gradient is that of the mean. By how many "
    "is it divided in the formula?",
    loses="value",
)
def value_summed(x, W, b):
    penalty, dW, db = contractive_penalty(x, W, b)
    return penalty * len(x), dW, db


@contraction.mistake(
    "this is the gradient of the sum over the inputs. What became of the mean?",
    loses="gradient",
)
def gradient_summed(x, W, b):
    return contractive_penalty(x, W, b)[0], *made(x, W, b, divide=1)[1:]


@contraction.mistake(
    "the derivative of the sigmoid is not squared. Which power has it in a squared entry of "
    "the Jacobian?",
    loses="value gradient",
)
def slope_not_squared(x, W, b):
    return made(x, W, b, power=1)


@contraction.mistake(
    "penalty is the squared norm of W: the sigmoid has no part in it. What is the derivative "
    "of h with respect to x?",
    loses="value",
)
def weights_alone(x, W, b):
    return (W**2).sum(), *contractive_penalty(x, W, b)[1:]


@contraction.mistake(
    "the derivative of the sigmoid is taken as that of tanh. Which function makes h?",
    loses="value gradient",
)
def slope_of_tanh(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    slope, lengths = 1 - h**2, (W**2).sum(axis=1)
    dz = 2 * slope * (-2 * h) * h * (1 - h) * lengths / len(x)
    dW = dz.T @ x + 2 * W * (slope**2).mean(axis=0)[:, None]
    return (slope**2 @ lengths).mean(), dW, dz.sum(axis=0)


@contraction.mistake(
    "tanh makes the code here. Which function does the formula name?", loses="value gradient"
)
def code_of_tanh(x, W, b):
    h = np.tanh(x @ W.T + b)
    slope, lengths = 1 - h**2, (W**2).sum(axis=1)
    dz = -4 * h * slope**2 * lengths / len(x)
    dW = dz.T @ x + 2 * W * (slope**2).mean(axis=0)[:, None]
    return (slope**2 @ lengths).mean(), dW, dz.sum(axis=0)


@contraction.mistake(
    "penalty is the square of the code itself. Of what is the norm taken?",
    loses="value gradient",
)
def size_of_the_code(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    dz = 2 * h**2 * (1 - h) / len(x)
    return (h**2).sum(axis=1).mean(), dz.T @ x, dz.sum(axis=0)


@contraction.mistake(
    "penalty is the mean norm, and not the mean squared norm. Is a root taken in the formula?",
    loses="value",
)
def not_squared(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    norms = np.sqrt((h * (1 - h)) ** 2 @ (W**2).sum(axis=1))
    return norms.mean(), *contractive_penalty(x, W, b)[1:]


@contraction.mistake(
    "penalty is a mean over the entries of the Jacobian. Over what does the formula take a "
    "mean, and over what a sum?",
    loses="value",
)
def mean_of_the_entries(x, W, b):
    penalty, dW, db = contractive_penalty(x, W, b)
    return penalty / W.size, dW, db


@contraction.mistake("b is not added. What is the code of x = 0?", loses="value gradient")
def without_bias(x, W, b):
    return contractive_penalty(x, W, 0 * b)


@contraction.mistake(
    "dW has only the part in which W stands outside the sigmoid. Where else does the penalty "
    "depend on W?",
    loses="gradient",
)
def slope_held_fixed_in_W(x, W, b):
    return made(x, W, b, first=0.0)


@contraction.mistake(
    "dW has only the part that goes through the sigmoid. Where else does W stand in the "
    "Jacobian?",
    loses="gradient",
)
def weights_held_fixed(x, W, b):
    return made(x, W, b, second=0.0)


@contraction.mistake(
    "the part of dW that comes straight from W is half too small. What is the derivative of a "
    "square?",
    loses="gradient",
)
def a_two_forgotten(x, W, b):
    return made(x, W, b, second=0.5)


@contraction.mistake(
    "dW and db treat the derivative of h (1 - h) as if it were that of h. What is it, with "
    "respect to z?",
    loses="gradient",
)
def second_derivative_forgotten(x, W, b):
    return made(x, W, b, turn=lambda h: 2 * (h * (1 - h)) ** 2)


@contraction.mistake(
    "the derivative of h (1 - h) is taken with respect to h. How does h depend on the sum?",
    loses="gradient",
)
def with_respect_to_the_code(x, W, b):
    return made(x, W, b, turn=lambda h: 2 * h * (1 - h) * (1 - 2 * h))


@contraction.mistake(
    "the sign of 1 - 2h is the other one. Where does the sigmoid become less steep?",
    loses="gradient",
)
def turned_round(x, W, b):
    return made(x, W, b, turn=lambda h: -2 * (h * (1 - h)) ** 2 * (1 - 2 * h))


@contraction.mistake(
    "the part that goes through the sigmoid is half too small. What is the derivative of a "
    "square?",
    loses="gradient",
)
def another_two_forgotten(x, W, b):
    return made(x, W, b, turn=lambda h: (h * (1 - h)) ** 2 * (1 - 2 * h))


@contraction.mistake(
    "dW and db point downhill. Is the gradient asked, or minus the gradient?", loses="gradient"
)
def downhill(x, W, b):
    penalty, dW, db = contractive_penalty(x, W, b)
    return penalty, -dW, -db


@contraction.mistake(
    "the part of dW that comes straight from W is a sum over the inputs. Which part of the "
    "penalty is no mean?",
    loses="gradient",
)
def straight_part_summed(x, W, b):
    return made(x, W, b, second=len(x))


@contraction.mistake(
    "the part that goes through the sigmoid does not know how long the rows of W are. By what "
    "is (h (1 - h))^2 multiplied in the penalty?",
    loses="gradient",
)
def lengths_forgotten(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    dz = 2 * (h * (1 - h)) ** 2 * (1 - 2 * h) / len(x)
    penalty, dW, _ = made(x, W, b, first=0.0)
    return penalty, dz.T @ x + dW, dz.sum(axis=0)


@contraction.mistake(
    "the rows of W count by their lengths, and not by the squares of these. What is the sum of "
    "squared entries of a row?",
    loses="value",
)
def lengths_not_squared(x, W, b):
    h = 1 / (1 + np.exp(-(x @ W.T + b)))
    slope, (_, dW, db) = h * (1 - h), contractive_penalty(x, W, b)
    return (slope**2 @ np.linalg.norm(W, axis=1)).mean(), dW, db
