"""cosine_similarity: the cosine of the angle between each row of X and each row of Y."""

import numpy as np
from nngrader.engine import problem

declared = problem(
    "cosine_similarity",
    returns={"cosines": "value"},
    points={
        "shape": (0.8, "an (N, M) array of `float64`"),
        "value": (4.4, "the cosines of random rows"),
        "integers": (2, "the cosines of rows of integers, dtype `int64`"),
        "inputs-unchanged": (0.8, "your function doesn't change `X` or `Y`"),
    },
    forbidden={"all": ["scipy", "sklearn", "torch", "nnlib"]},  # as in the public problems
)


@declared.reference
def cosine_similarity(X, Y):
    """Compute the cosine of the angle between each row of X and each row of Y.

    c[n, m] = (sum over k of X[n, k] * Y[m, k]) / (|X[n]| * |Y[m]|)

    X : (N, D) array, float64 or integers; no row contains only zeros
    Y : (M, D) array of the same kind
    Returns c : (N, M) array, float64.
    The function doesn't change X or Y.
    """
    x = X / np.linalg.norm(X, axis=1, keepdims=True)
    y = Y / np.linalg.norm(Y, axis=1, keepdims=True)
    return x @ y.T


declared.example(np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[4.0, 3.0], [0.0, 2.0]]))


@declared.case("value", visible=2)
def random_rows(rng, N, M, D):
    """Random rows of different lengths."""
    return rng.normal(size=(N, D)) * 3, rng.normal(size=(M, D)) + 1


@declared.case("integers")
def integer_rows(rng, N, M, D):
    """Rows of integers."""
    return rng.integers(1, 9, size=(N, D)), rng.integers(-9, -1, size=(M, D))


@declared.alternative
def by_loops(X, Y):
    cosines = np.zeros((len(X), len(Y)))
    for n, x in enumerate(X):
        for m, y in enumerate(Y):
            cosines[n, m] = x @ y / np.sqrt((x @ x) * (y @ y))
    return cosines


@declared.alternative
def products_divided_by_lengths(X, Y):
    products = np.einsum("nd,md->nm", X, Y)
    return products / np.outer(np.sqrt((X**2).sum(1)), np.sqrt((Y**2).sum(1)))


@declared.mistake(
    "Your result contains dot products. What does the formula divide them by?", loses="value"
)
def lengths_left_in(X, Y):
    return (X @ Y.T).astype(float)


@declared.mistake(
    "Your code divides only by the lengths of the rows of `X`. Which lengths does the formula "
    "divide by?",
    loses="value",
)
def only_x_divided(X, Y):
    return X / np.linalg.norm(X, axis=1, keepdims=True) @ Y.T


@declared.mistake(
    "Your code divides by the squares of the lengths. How do you compute the length of a row?",
    loses="value",
)
def divided_by_squares(X, Y):
    return (X @ Y.T) / np.outer((X**2).sum(1), (Y**2).sum(1))


@declared.mistake(
    "Your code computes one length for the whole array. Which axis should the norm add up?",
    loses="value",
)
def one_length_for_all(X, Y):
    return (X @ Y.T) / (np.linalg.norm(X) * np.linalg.norm(Y))


@declared.mistake(
    "Your result is 1 - c, the cosine distance. Which of the two does the problem require?",
    loses="value",
)
def distance_of_cosines(X, Y):
    return 1 - cosine_similarity(X, Y)


@declared.mistake(
    "Your result contains only integers. Which dtype does an array get when you create it like "
    "`X`?",
    loses="integers",
)
def made_like_the_rows(X, Y):
    cosines = np.zeros_like(X, shape=(len(X), len(Y)))
    cosines[:] = cosine_similarity(X, Y)
    return cosines


PROBLEMS = [declared]
