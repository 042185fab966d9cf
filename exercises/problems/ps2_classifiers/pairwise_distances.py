"""pairwise_distances: Euclidean distances between the rows of two arrays, in little memory.

All differences of 5,000 and 1,000 pictures of 784 numbers would be 31 GB; the distances are
40 MB. No case is as large as that: the visible ones run in a student's own process, which no
limit would stop politely, and five million numbers are more than a worker may answer. So
`never_at_once` looks at what a call holds where N, M and D are about fifty: a table of all
three axes is twice the limit, and what good answers hold is a third of it. The bytes are
counted beside the student's code, which could forge their number: it is worth half a point.
tests/exercises/test_memory.py runs the reference at full size.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

distances = problem(
    "pairwise_distances",
    rtol=DIGITS,
    returns={"distances": "value"},
    points={
        "shape": (1, "an (N, M) array of `float64`"),
        "value": (6, "random points get the right distances"),
        "stability": (
            2.75,
            "so do points far from the origin, where some of `X` are also in `Y` (to three "
            "millionths of the largest distance)",
        ),
        "integers": (3, "so do pictures of type `uint8`, whose numbers go from 0 to 255"),
        "loops": (
            0.5,
            "no loop of Python over the rows of `X` or of `Y`, nor over blocks of rows; a "
            "loop over the $D$ columns is allowed. `numpy.vectorize`, "
            "`numpy.apply_along_axis` and `numpy.frompyfunc` are such loops and cost these "
            "points wherever they stand",
        ),
        "memory": (
            0.5,
            r"at no time as much as $N \cdot M \cdot D$ numbers held, in arrays or lists: "
            r"four bytes for each would be too many",
        ),
        "inputs-unchanged": (0.25, "`X` and `Y` stay as they are"),
    },
    forbidden={
        "all": ELSEWHERE,
        "loops": ("numpy.vectorize", "numpy.apply_along_axis", "numpy.frompyfunc"),
    },
    no_loop_over="NM",
    never_at_once="NMD",
)


@distances.reference
def pairwise_distances(X, Y):
    """Euclidean distance from each row of X to each row of Y.

    d[n, m] = sqrt(sum over k of (X[n, k] - Y[m, k])^2)

    X : (N, D) array of numbers, float64 or integers (also pictures of type uint8)
    Y : (M, D) array of the same kind
    Returns d : (N, M) array, float64. X and Y stay as they are.
    No array of N * M * D numbers is made on the way.
    """
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    return np.sqrt(np.maximum((X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T, 0))


distances.example(
    np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 1.0], [3.0, 0.0], [0.0, 4.0]])
)


@distances.case("value", visible=2)
def points(rng, N, M, D):
    """Random points."""
    return rng.normal(size=(N, D)) + 1, rng.normal(size=(M, D))


@distances.case("stability", rtol=3e-6)
def coincident(rng, N, M, D):
    """Points far from the origin, some of X nearly those of Y."""
    X, Y = (rng.normal(size=(n, D)) * 300 + 5000 for n in (N, M))
    sizes = rng.permutation(np.arange(64, 91))[: max(min(N, M) - 2, 0)]
    for i, large in enumerate(sizes.tolist()):
        places = rng.permutation(D)[[0, -1]]
        for row, small in zip((X[-1 - i], Y[i]), close_together(rng, large << 24), strict=True):
            row[:] = 0
            row[places] = np.array([large << 24, small]) / 2**17
    return X, Y


def close_together(rng, large):
    """Return integers u, v for which the expanded formula gives less than 0.

    The formula is |x|² + |y|² - 2xy for x = (large, u) and y = (large, v). Its result is below
    0 on every processor: large² ends in so many binary zeros that each of the two products in a
    sum is exact, so only one addition rounds, in whatever order. It rounds u² and v² down, and
    u v up.
    """
    while True:
        u = int(rng.integers(100, 4000))
        v = u + int(rng.choice([-1, 1]))
        x, y, xy = (float(large**2 + product) for product in (u * u, v * v, u * v))
        if max((x + y) - 2 * xy, (x - 2 * xy) + y, (y - 2 * xy) + x) < 0:
            return u, v


@distances.case("integers")
def pictures(rng, N, M, D):
    """Pictures of type uint8."""
    X, Y = (rng.integers(256, size=(n, D), dtype=np.uint8) for n in (N, M))
    return X, Y


def columns(X, Y):
    """Return pairs of a column of X and the same column of Y, whose difference is small."""
    return zip(X.T, Y.T, strict=True)


@distances.alternative
def by_einsum(X, Y):
    X, Y = np.array(X.tolist()) * 1.0, np.array(Y.tolist()) * 1.0
    squares = np.add.outer(np.einsum("nd,nd->n", X, X), np.einsum("md,md->m", Y, Y))
    return np.clip(squares - 2 * np.einsum("nd,md->nm", X, Y), 0, None) ** 0.5


@distances.alternative
def by_feature(X, Y):
    total = np.zeros((len(X), len(Y)))
    for d in range(X.shape[1]):
        total += np.subtract.outer(X[:, d].astype(float), Y[:, d].astype(float)) ** 2
    return total**0.5


@distances.alternative
def by_hypot(X, Y):
    d = np.zeros((len(X), len(Y)))
    for x, y in columns(np.float64(X), np.float64(Y)):
        np.hypot(d, x[:, np.newaxis] - y, out=d)
    return d


@distances.alternative
def by_norm(X, Y):
    centre = Y.mean(axis=0)
    X, Y = X - centre, Y - centre
    n, m = np.linalg.norm(X, axis=1), np.linalg.norm(Y, axis=1)
    squares = np.square(n)[:, None] - 2 * np.dot(X, Y.T) + np.square(m)
    squares[squares < 0] = 0
    return np.sqrt(squares)


@distances.mistake("these are squared distances. What is still missing?", loses="value")
def squared(X, Y):
    return pairwise_distances(X, Y) ** 2


@distances.mistake(
    "|x - y| is added up. Which norm is that, and which is asked?", loses="value"
)
def manhattan(X, Y):
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    return sum(abs(x[:, None] - y) for x, y in columns(X, Y))


@distances.mistake("this is the largest |x - y| of a pair. Which norm is asked?", loses="value")
def largest_difference(X, Y):
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    largest = np.zeros((len(X), len(Y)))
    for x, y in columns(X, Y):
        np.maximum(largest, abs(x[:, None] - y), out=largest)
    return largest


@distances.mistake(
    "the squares are averaged over the features. What does the formula do with them?",
    loses="value",
)
def averaged_over_features(X, Y):
    return pairwise_distances(X, Y) / np.sqrt(X.shape[1])


@distances.mistake(
    "what can rounding do to |x|² + |y|² - 2xy when x and y are nearly equal, before the root?",
    loses="stability",
)
def negative_under_the_root(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt((X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T)


@distances.mistake("what is 3 - 5 in uint8? Print it.", loses="integers")
def wraps_around(X, Y):
    total = np.zeros((len(X), len(Y)))
    for x, y in columns(X, Y):
        total += (x[:, None] - y) ** 2
    return np.sqrt(total)


@distances.mistake(
    "the difference is taken in uint8. What is 3 - 5 there? Print it.", loses="integers"
)
def subtracted_in_uint8(X, Y):
    total = np.zeros((len(X), len(Y)))
    for x, y in columns(X, Y):
        total += np.float64(x[:, None] - y) ** 2
    return np.sqrt(total)


@distances.mistake(
    "differences, squares and their sum are all taken in uint8. What are 3 - 5 and 20 * 20 "
    "there? Print them.",
    loses="integers",
)
def added_up_in_uint8(X, Y):
    return np.sqrt(np.float64(sum((x[:, None] - y) ** 2 for x, y in columns(X, Y))))


@distances.mistake(
    "squares and products do not fit into uint8. What is 20 * 20 there? Print it.",
    loses="integers",
)
def expanded_in_uint8(X, Y):
    squares = (X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T
    return np.sqrt(np.maximum(squares, 0))


@distances.mistake("expand (x - y)² on paper: how many products x·y are there?", loses="value")
def one_cross_term(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt(np.maximum((X**2).sum(1)[:, None] + (Y**2).sum(1) - X @ Y.T, 0))


@distances.mistake("expand (x - y)² on paper: which sign has the product x·y?", loses="value")
def cross_term_added(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt((X**2).sum(1)[:, None] + (Y**2).sum(1) + 2 * X @ Y.T)


@distances.mistake(
    "expand (x - y)² on paper: which of its three terms is missing here?", loses="value"
)
def second_square_missing(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt((X**2).sum(1)[:, None] - 2 * X @ Y.T)


@distances.mistake(
    "one of the three terms of (x - y)² is missing here, and the root hides it. Which one?",
    loses="value",
)
def second_square_missing_and_clipped(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt(np.maximum((X**2).sum(1)[:, None] - 2 * X @ Y.T, 0))


@distances.mistake(
    "the differences are added before they are squared. Which comes first in the formula?",
    loses="value",
)
def sum_of_differences(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt(sum(x[:, None] - y for x, y in columns(X, Y)) ** 2)


@distances.mistake(
    "the last number of each row does not count here. Where does your loop or slice end?",
    loses="value",
)
def last_feature_left_out(X, Y):
    return pairwise_distances(X[:, :-1], Y[:, :-1])


@distances.mistake(
    "the last row of X has no distances here. Where does your loop or slice end?", loses="value"
)
def last_row_left_out(X, Y):
    d = pairwise_distances(X, Y)
    d[-1] = 0
    return d


@distances.mistake(
    "these are halves of the squares. What is 9**1/2 in Python? Print it.", loses="value"
)
def half_for_root(X, Y):
    return pairwise_distances(X, Y) ** 2 / 2


@distances.mistake(
    "the first number of each row does not count here. Where does your loop or slice begin?",
    loses="value",
)
def first_feature_left_out(X, Y):
    return pairwise_distances(X[:, 1:], Y[:, 1:])


@distances.mistake(
    "only the first number of each row counts. Where does the return stand?", loses="value"
)
def first_feature_alone(X, Y):
    return pairwise_distances(X[:, :1], Y[:, :1])


@distances.mistake(
    "only the last number of each row counts. What becomes of the sum in your loop?",
    loses="value",
)
def last_feature_alone(X, Y):
    return pairwise_distances(X[:, -1:], Y[:, -1:])


@distances.mistake(
    "squares do not fit into int16. What is 200 * 200 there? Print it.", loses="integers"
)
def squared_in_int16(X, Y):
    return np.sqrt(squares_in_int16(X, Y))


def squares_in_int16(X, Y):
    """Return the squared distances, with the differences of integers squared in int16."""
    if X.dtype.kind in "iu":
        X, Y = X.astype(np.int16), Y.astype(np.int16)
    total = np.zeros((len(X), len(Y)))
    for x, y in columns(X, Y):
        total += (x[:, None] - y) ** 2
    return total


@distances.mistake(
    "squares and their sum do not fit into int16. What is 200 * 200 there? Print it.",
    loses="integers",
)
def added_in_int16(X, Y):
    if X.dtype.kind in "iu":
        X, Y = X.astype(np.int16), Y.astype(np.int16)
    return np.sqrt(sum((x[:, None] - y) ** 2 for x, y in columns(X, Y)) * 1.0)
