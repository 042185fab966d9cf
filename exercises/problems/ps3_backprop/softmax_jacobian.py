"""softmax_jacobian: how each probability answers to each score."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

slopes = problem(
    "softmax_jacobian",
    rtol=DIGITS,
    returns={"jacobian": "value"},
    points={
        "shape": (0.5, "a (C, C) array of `float64`"),
        "value": (3.5, "random scores"),
        "stability": (
            1.5,
            "scores near 1,000 and near -2,000 side by side. The probabilities are numbers "
            "between 0 and 1 there, too",
        ),
        "inputs-unchanged": (0.5, "`z` stays as it is"),
    },
    forbidden={"all": ELSEWHERE},
)


@slopes.reference
def softmax_jacobian(z):
    """Derivative of each probability p = softmax(z) by each score.

    p[i] = exp(z[i]) / (sum over k of exp(z[k]))
    J[i, j] = the derivative of p[i] with respect to z[j]

    z : (C,) array, float64, numbers of any size (also 1000 or -1000)
    Returns J : (C, C) array, float64. z stays as it is.
    """
    e = np.exp(z - z.max())
    p = e / e.sum()
    return np.diag(p) - np.outer(p, p)


slopes.example(np.log(np.array([1.0, 2.0, 1.0])))


@slopes.case("value", visible=2)
def ordinary(rng, C):
    """Ordinary scores."""
    return rng.normal(size=C)


@slopes.case("stability")
def far_apart(rng, C):
    """Scores near 1,000 and near -2,000, side by side."""
    up = rng.permutation(np.arange(C) < max(2, C // 2))
    return rng.normal(size=C) + np.where(up, 1000, -2000)


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum()


@slopes.alternative
def by_loops(z):
    e = np.exp(z - np.max(z))
    p = e / np.sum(e)
    J = np.empty((len(z), len(z)))
    for i in range(len(z)):
        for j in range(len(z)):
            J[i, j] = p[i] * (1 - p[i]) if i == j else -p[i] * p[j]
    return J


@slopes.alternative
def by_kronecker(z):
    p = np.exp(z - np.logaddexp.reduce(z))
    return p[:, None] * (np.eye(z.size) - p)


@slopes.alternative
def diagonal_added(z):
    p = 1 / np.exp(z[None, :] - z[:, None]).sum(axis=1)
    J = -p.reshape(-1, 1) @ p.reshape(1, -1)
    J[np.diag_indices(len(p))] += p
    return J


@slopes.alternative
def column_by_column(z):
    p = np.exp(z - np.amax(z)) / np.exp(z - np.amax(z)).sum()
    return np.column_stack([p * (e - p @ e) for e in np.identity(len(z))])


@slopes.mistake(
    "what is exp(1000), and what is exp(-1000)? Which number, taken off all scores, keeps "
    "every exp finite and one of them above 0?",
    loses="stability",
)
def no_shift(z):
    p = np.exp(z) / np.exp(z).sum()
    return np.diag(p) - np.outer(p, p)


@slopes.mistake(
    "beside the diagonal the sign is turned. If one score grows, what must the other "
    "probabilities do?",
    loses="value",
)
def others_grow_too(z):
    p = softmax(z)
    J = np.outer(p, p)
    np.fill_diagonal(J, p * (1 - p))
    return J


@slopes.mistake("only the diagonal is there. Does p[0] change when z[1] does?", loses="value")
def diagonal_alone(z):
    p = softmax(z)
    return np.diag(p * (1 - p))


@slopes.mistake(
    "these are the derivatives of each probability with respect to its own score. How many "
    "scores does each probability depend on?",
    loses="shape value",
)
def own_derivatives(z):
    p = softmax(z)
    return p * (1 - p)


@slopes.mistake(
    "on the diagonal something is missing: z[i] stands above the fraction line of p[i], too. "
    "What does that add?",
    loses="value",
)
def diagonal_forgotten(z):
    p = softmax(z)
    return -np.outer(p, p)


@slopes.mistake(
    "on the diagonal stands p[i] itself. Does z[i] not stand below the fraction line, too?",
    loses="value",
)
def denominator_forgotten_on_the_diagonal(z):
    p = softmax(z)
    J = -np.outer(p, p)
    np.fill_diagonal(J, p)
    return J


@slopes.mistake("every sign is turned. If z[i] grows, what does p[i] do?", loses="value")
def sign_turned(z):
    p = softmax(z)
    return np.outer(p, p) - np.diag(p)


@slopes.mistake(
    "everywhere stands p[i] (1 - p[j]), and that holds on the diagonal alone. What is it where "
    "i and j differ?",
    loses="value",
)
def diagonal_everywhere(z):
    p = softmax(z)
    return np.outer(p, 1 - p)


@slopes.mistake(
    "p stands in every row, and not on the diagonal alone. Which derivatives does "
    "p[j] (1 - p[i]) describe?",
    loses="value",
)
def p_in_every_row(z):
    p = softmax(z)
    return p - np.outer(p, p)


@slopes.mistake("this is the derivative of log p. What is that of p?", loses="value")
def of_the_logarithm(z):
    return np.eye(len(z)) - softmax(z)


@slopes.mistake(
    "this is p with 1 taken from the diagonal, as in the gradient of cross-entropy. Is there a "
    "loss here, and are there targets?",
    loses="value",
)
def as_with_cross_entropy(z):
    return softmax(z) - np.eye(len(z))


@slopes.mistake(
    "the sum of the exponentials is treated as if it did not depend on z. Which probabilities "
    "change when one score grows?",
    loses="value",
)
def sum_held_fixed(z):
    return np.diag(softmax(z))


@slopes.mistake(
    "beside the diagonal the scores stand where probabilities should. Which is it, z or p?",
    loses="value",
)
def scores_in_the_product(z):
    p = softmax(z)
    return np.diag(p) - np.outer(p, z)


@slopes.mistake(
    "the exponentials are not divided by their sum. What do the probabilities add up to?",
    loses="value",
)
def not_normalised(z):
    e = np.exp(z - z.max())
    return np.diag(e) - np.outer(e, e)


@slopes.mistake(
    "each score goes through a sigmoid by itself. Do the others not count?",
    loses="value stability",
)
def sigmoid_of_each(z):
    s = 1 / (1 + np.exp(-z))
    return np.diag(s * (1 - s))


@slopes.mistake(
    "the products are added. If one score grows, what must the other probabilities do?",
    loses="value",
)
def products_added(z):
    p = softmax(z)
    return np.diag(p) + np.outer(p, p)


@slopes.mistake(
    "exp is taken of minus the scores. Which probability should be largest, that of the "
    "largest score or of the smallest?",
    loses="value",
)
def scores_negated(z):
    p = softmax(-z)
    return np.diag(p) - np.outer(p, p)
