"""An example of private definitions for ps2: a changed problem, and more cases for another."""

import numpy as np
from nngrader.course import public_definitions
from nngrader.engine import problem

public = public_definitions()

# The same function with a different formula. The folder ps2_classifiers contains its text.

manhattan = problem(
    "pairwise_distances",
    rtol=public.common.DIGITS,
    returns={"distances": "value"},
    points={
        "shape": (1.5, "an (N, M) array of `float64`"),
        "value": (8, "correct distances between random points"),
        "integers": (4, "correct distances between images of type `uint8`, from 0 to 255"),
        "inputs-unchanged": (0.5, "your function doesn't change `X` or `Y`"),
    },
    forbidden={"all": public.common.ELSEWHERE},
)


@manhattan.reference
def pairwise_distances(X, Y):
    """Compute the Manhattan distance from each row of X to each row of Y.

    d[n, m] = sum over k of |X[n, k] - Y[m, k]|

    X : (N, D) array of numbers, float64 or integers (also images of dtype uint8)
    Y : (M, D) array of the same kind
    Returns d : (N, M) array, float64.
    The function doesn't change X or Y.
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
    "Your distances are Euclidean: they square the differences. Which norm do we need here?",
    loses="value",
)
def euclidean(X, Y):
    return public.pairwise_distances.pairwise_distances(X, Y)


# An edit replaces text that occurs once in the source of the reference.

manhattan.mistake(
    "Your result is the largest difference of a pair. What happens to the other differences?",
    loses="value",
    name="largest_difference",
    edit=(".sum(axis=2)", ".max(axis=2)"),
)
manhattan.mistake(
    "Your code averages the differences over the features. What does the formula do instead?",
    loses="value",
    name="averaged_over_features",
    edit=(".sum(axis=2)", ".mean(axis=2)"),
)
manhattan.mistake(
    "Positive and negative differences cancel in your sum. Where do you take absolute values?",
    loses="value",
    name="sum_before_absolute",
    edit=(
        "np.abs(X[:, None, :] - Y[None, :, :]).sum(axis=2)",
        "np.abs((X[:, None] - Y).sum(2))",
    ),
)


@manhattan.mistake(
    "Your code subtracts in `uint8`, where 3 - 5 is 254. Convert X and Y to float first.",
    loses="integers",
)
def wraps_around(X, Y):
    return np.abs(X[:, None] - Y).sum(axis=2).astype(float)


# The public problem with one more kind of hidden case, for the same points.


@public.softmax.case("stability", visible=0)
def far_away(rng, N, C):
    """Scores that are all far below 0 in every second row, and far above 0 in the others."""
    middle = np.resize([-50_000, 50_000], N)[:, np.newaxis]
    return rng.normal(size=(N, C)) * 1000 + middle, rng.integers(C, size=N)


PROBLEMS = [manhattan, public.softmax]
