"""Private definitions of ps2, as an example: one problem made anew, more cases for another."""

import numpy as np
from nngrader.course import public_definitions
from nngrader.engine import problem

public = public_definitions()

# A variant: the same function, another formula. Its text stands in the folder ps2_classifiers.

manhattan = problem(
    "pairwise_distances",
    rtol=public.common.DIGITS,
    returns={"distances": "value"},
    points={
        "shape": (1.5, "an (N, M) array of `float64`"),
        "value": (8, "random points get the right distances"),
        "integers": (4, "so do pictures of type `uint8`, whose numbers go from 0 to 255"),
        "inputs-unchanged": (0.5, "`X` and `Y` stay as they are"),
    },
    forbidden={"all": public.common.ELSEWHERE},
)


@manhattan.reference
def pairwise_distances(X, Y):
    """Manhattan distance from each row of X to each row of Y.

    d[n, m] = sum over k of |X[n, k] - Y[m, k]|

    X : (N, D) array of numbers, float64 or integers (also pictures of type uint8)
    Y : (M, D) array of the same kind
    Returns d : (N, M) array, float64. X and Y stay as they are.
    """
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    return np.abs(X[:, None, :] - Y[None, :, :]).sum(axis=2)


manhattan.example(
    np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [3.0, 0.0], [0.0, 4.0]])
)
manhattan.case("value", visible=2)(public.pairwise_distances.points)
manhattan.case("integers")(public.pairwise_distances.pictures)


@manhattan.alternative
def by_feature(X, Y):
    total = np.zeros((len(X), len(Y)))
    for d in range(X.shape[1]):
        total += abs(np.subtract.outer(X[:, d].astype(float), Y[:, d].astype(float)))
    return total


@manhattan.alternative
def by_norm(X, Y):
    X, Y = X.astype(float), Y.astype(float)
    return np.array([[np.linalg.norm(x - y, ord=1) for y in Y] for x in X])


@manhattan.mistake(
    "the differences are squared. Which norm is that, and which is asked?", loses="value"
)
def euclidean(X, Y):
    return public.pairwise_distances.pairwise_distances(X, Y)


@manhattan.mistake("this is the largest |x - y| of a pair. Which norm is asked?", loses="value")
def largest_difference(X, Y):
    return public.pairwise_distances.largest_difference(X, Y)


@manhattan.mistake(
    "the differences are averaged over the features. What does the formula do with them?",
    loses="value",
)
def averaged_over_features(X, Y):
    return pairwise_distances(X, Y) / X.shape[1]


@manhattan.mistake(
    "differences of both signs cancel. Which comes first, the sum or the absolute value?",
    loses="value",
)
def sum_before_absolute(X, Y):
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    return np.abs((X[:, None] - Y).sum(axis=2))


@manhattan.mistake("what is 3 - 5 in uint8? Print it.", loses="integers")
def wraps_around(X, Y):
    return np.abs(X[:, None] - Y).sum(axis=2).astype(float)


# More hidden cases: the public problem as it is, and one more kind of case for its points.


@public.softmax.case("stability", visible=0)
def far_below(rng, N, C):
    """Scores that all lie far below 0."""
    return rng.normal(size=(N, C)) * 1000 - 50_000, rng.integers(C, size=N)


PROBLEMS = [manhattan, public.softmax]
