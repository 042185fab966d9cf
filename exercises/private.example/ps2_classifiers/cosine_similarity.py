"""cosine_similarity: the cosine of the angle between each two rows."""

import numpy as np
from nngrader.engine import problem

declared = problem(
    "cosine_similarity",
    returns={"cosines": "value"},
    points={
        "shape": (0.8, "an (N, M) array of `float64`"),
        "value": (4.4, "random rows get the right cosines"),
        "integers": (2, "so do rows of whole numbers, type `int64`"),
        "inputs-unchanged": (0.8, "`X` and `Y` stay as they are"),
    },
    forbidden={"all": ["scipy", "sklearn", "torch", "nnlib"]},  # as in all problems here
)


@declared.reference
def cosine_similarity(X, Y):
    """Cosine of the angle between each row of X and each row of Y.

    c[n, m] = (sum over k of X[n, k] * Y[m, k]) / (|X[n]| * |Y[m]|)

    X : (N, D) array of numbers, float64 or integers; no row is 0
    Y : (M, D) array of the same kind
    Returns c : (N, M) array, float64. X and Y stay as they are.
    """
    x = X / np.linalg.norm(X, axis=1, keepdims=True)
    y = Y / np.linalg.norm(Y, axis=1, keepdims=True)
    return x @ y.T


declared.example(np.array([[3.0, 4.0], [1.0, 0.0]]), np.array([[4.0, 3.0], [0.0, 2.0]]))


@declared.case("value", visible=2)
def random_rows(rng, N, M, D):
    """Random rows of several lengths."""
    return rng.normal(size=(N, D)) * 3, rng.normal(size=(M, D)) + 1


@declared.case("integers")
def whole_numbers(rng, N, M, D):
    """Rows of whole numbers."""
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


@declared.mistake("these are products of whole rows. What becomes of lengths?", loses="value")
def lengths_left_in(X, Y):
    return (X @ Y.T).astype(float)


@declared.mistake(
    "only X loses its lengths here. Whose lengths does c divide by?", loses="value"
)
def only_x_divided(X, Y):
    return X / np.linalg.norm(X, axis=1, keepdims=True) @ Y.T


@declared.mistake(
    "the products are divided by squares. What is the length of a row?", loses="value"
)
def divided_by_squares(X, Y):
    return (X @ Y.T) / np.outer((X**2).sum(1), (Y**2).sum(1))


@declared.mistake(
    "one length is taken of the whole array. Over which axis goes the sum?", loses="value"
)
def one_length_for_all(X, Y):
    return (X @ Y.T) / (np.linalg.norm(X) * np.linalg.norm(Y))


@declared.mistake("this is 1 - c, a distance. Which of the two is asked?", loses="value")
def distance_of_cosines(X, Y):
    return 1 - cosine_similarity(X, Y)


@declared.mistake(
    "the fractions are gone. Of which type is an array made like one of whole numbers?",
    loses="integers",
)
def made_like_the_rows(X, Y):
    found = np.zeros_like(X, shape=(len(X), len(Y)))
    found[:] = cosine_similarity(X, Y)
    return found


PROBLEMS = [declared]
