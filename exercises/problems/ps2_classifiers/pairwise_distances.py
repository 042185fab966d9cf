"""pairwise_distances: Euclidean distances between the rows of two arrays, in little memory.

All differences between 5,000 and 1,000 images of 784 pixels would need 31 GB, although the
distances need only 40 MB. Our cases are much smaller, because the visible ones run in the
student's own process, where no limit would stop them gently, and because a worker can't return
five million numbers. Instead, `never_at_once` measures how much memory a call uses when N, M
and D are about fifty. An array with all three axes needs twice the limit, and good solutions
need a third. Since the student's code runs in the process that counts the bytes, it could forge
the count, so this aspect has only half a point. tests/exercises/test_memory.py runs the
reference at full size.
"""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

distances = problem(
    "pairwise_distances",
    rtol=DIGITS,
    returns={"distances": "value"},
    points={
        "shape": (1, "a `float64` array of shape (N, M)"),
        "value": (6, "the distances between random points"),
        "stability": (
            2.75,
            "the distances between points far from the origin, if some rows of `X` also appear "
            "in `Y` (to three millionths of the largest distance)",
        ),
        "integers": (
            3,
            "the distances between images of type `uint8`, with values from 0 to 255",
        ),
        "loops": (
            0.5,
            "no Python loop over the rows of `X` or `Y`, or over blocks of rows; a loop over "
            "the $D$ columns is allowed. `numpy.vectorize`, `numpy.apply_along_axis` and "
            "`numpy.frompyfunc` are such loops, and any use costs these points",
        ),
        "memory": (
            0.5,
            r"your function never stores $N \cdot M \cdot D$ numbers at the same time, in "
            r"arrays or lists, not even with four bytes per number",
        ),
        "inputs-unchanged": (0.25, "your function doesn't change `X` or `Y`"),
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
    """Compute the Euclidean distance from each row of X to each row of Y.

    d[n, m] = sqrt(sum over k of (X[n, k] - Y[m, k])^2)

    X : (N, D) array of numbers, float64 or integers (including images of type uint8)
    Y : (M, D) array of the same kind
    Returns d : (N, M) array, float64. The function doesn't change X or Y, and it never creates
    an array of N * M * D numbers.
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
    """Points far from the origin, with some rows of X nearly equal to rows of Y."""
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

    The formula is |x|² + |y|² - 2xy for x = (large, u) and y = (large, v). The result is
    negative on every processor: large² ends in so many binary zeros that both products in a sum
    are exact. Therefore only the addition rounds, in any order. It rounds u² and v² down, and
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
    """Images of type uint8."""
    X, Y = (rng.integers(256, size=(n, D), dtype=np.uint8) for n in (N, M))
    return X, Y


def columns(X, Y):
    """Return pairs of a column of X and the same column of Y; their difference is small."""
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


@distances.mistake(
    "Your results are squared distances. Which step of the formula is missing?",
    loses="value",
)
def squared(X, Y):
    return pairwise_distances(X, Y) ** 2


@distances.mistake(
    "Your distances add up |x - y|. Which norm does the formula use?",
    loses="value",
)
def manhattan(X, Y):
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    return sum(abs(x[:, None] - y) for x, y in columns(X, Y))


@distances.mistake(
    "Your distances are the largest |x - y| of each pair. Which norm does the formula use?",
    loses="value",
)
def largest_difference(X, Y):
    X, Y = np.asarray(X, float), np.asarray(Y, float)
    largest = np.zeros((len(X), len(Y)))
    for x, y in columns(X, Y):
        np.maximum(largest, abs(x[:, None] - y), out=largest)
    return largest


@distances.mistake(
    "Your code takes the mean of the squares over the features. What does the formula do with "
    "the squares?",
    loses="value",
)
def averaged_over_features(X, Y):
    return pairwise_distances(X, Y) / np.sqrt(X.shape[1])


@distances.mistake(
    "Your distances contain `nan` for rows that are nearly equal. What can rounding do to "
    "|x|² + |y|² - 2xy before you take the root?",
    loses="stability",
)
def negative_under_the_root(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt((X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T)


@distances.mistake(
    "Your code computes the differences and their squares in `uint8`. Print 3 - 5 and 20 * 20 "
    "in this type to see what happens.",
    loses="integers",
)
def wraps_around(X, Y):
    total = np.zeros((len(X), len(Y)))
    for x, y in columns(X, Y):
        total += (x[:, None] - y) ** 2
    return np.sqrt(total)


@distances.mistake(
    "Your code computes the differences in `uint8`. Print 3 - 5 in this type to see what "
    "happens.",
    loses="integers",
)
def subtracted_in_uint8(X, Y):
    total = np.zeros((len(X), len(Y)))
    for x, y in columns(X, Y):
        total += np.float64(x[:, None] - y) ** 2
    return np.sqrt(total)


@distances.mistake(
    "Your code computes the differences, their squares and the sum in `uint8`. Print 3 - 5 "
    "and 20 * 20 in this type to see what happens.",
    loses="integers",
)
def added_up_in_uint8(X, Y):
    return np.sqrt(np.float64(sum((x[:, None] - y) ** 2 for x, y in columns(X, Y))))


@distances.mistake(
    "Your code computes the squares and the products x·y in `uint8`. Print 20 * 20 in this "
    "type to see what happens.",
    loses="integers",
)
def expanded_in_uint8(X, Y):
    squares = (X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T
    return np.sqrt(np.maximum(squares, 0))


@distances.mistake(
    "Your squared distances contain the wrong number of products x·y. How many are there when "
    "you expand (x - y)² on paper?",
    loses="value",
)
def one_cross_term(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt(np.maximum((X**2).sum(1)[:, None] + (Y**2).sum(1) - X @ Y.T, 0))


@distances.mistake(
    "Your squared distances contain the product x·y with the wrong sign. Which sign does it "
    "have when you expand (x - y)² on paper?",
    loses="value",
)
def cross_term_added(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt((X**2).sum(1)[:, None] + (Y**2).sum(1) + 2 * X @ Y.T)


@distances.mistake(
    "Your squared distances contain only two of the three terms of (x - y)². Which term is "
    "missing?",
    loses="value",
)
def second_square_missing(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt((X**2).sum(1)[:, None] - 2 * X @ Y.T)


@distances.mistake(
    "Your squared distances contain only two of the three terms of (x - y)², and you hide "
    "this by replacing negative values with 0. Which term is missing?",
    loses="value",
)
def second_square_missing_and_clipped(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt(np.maximum((X**2).sum(1)[:, None] - 2 * X @ Y.T, 0))


@distances.mistake(
    "Your code adds up the differences before it squares them. Which of the two does the "
    "formula do first?",
    loses="value",
)
def sum_of_differences(X, Y):
    X, Y = np.float64(X), np.float64(Y)
    return np.sqrt(sum(x[:, None] - y for x, y in columns(X, Y)) ** 2)


@distances.mistake(
    "Your distances ignore the last entry of each row. Where does your loop or slice end?",
    loses="value",
)
def last_feature_left_out(X, Y):
    return pairwise_distances(X[:, :-1], Y[:, :-1])


@distances.mistake(
    "Your distances are 0 for the last row of `X`. Where does your loop or slice end?",
    loses="value",
)
def last_row_left_out(X, Y):
    d = pairwise_distances(X, Y)
    d[-1] = 0
    return d


@distances.mistake(
    "Your results are the squared distances divided by 2. What does Python compute for "
    "`9**1/2`?",
    loses="value",
)
def half_for_root(X, Y):
    return pairwise_distances(X, Y) ** 2 / 2


@distances.mistake(
    "Your distances ignore the first entry of each row. Where does your loop or slice begin?",
    loses="value",
)
def first_feature_left_out(X, Y):
    return pairwise_distances(X[:, 1:], Y[:, 1:])


@distances.mistake(
    "Your distances use only the first entry of each row. Where in your code is the `return`?",
    loses="value",
)
def first_feature_alone(X, Y):
    return pairwise_distances(X[:, :1], Y[:, :1])


@distances.mistake(
    "Your distances use only the last entry of each row. What does your loop do with the sum "
    "in each pass?",
    loses="value",
)
def last_feature_alone(X, Y):
    return pairwise_distances(X[:, -1:], Y[:, -1:])


@distances.mistake(
    "Your code squares the differences in `int16`. Print 200 * 200 in this type to see what "
    "happens.",
    loses="integers",
)
def squared_in_int16(X, Y):
    return np.sqrt(squares_in_int16(X, Y))


def squares_in_int16(X, Y):
    """Return the squared distances; differences of integers are squared in int16."""
    if X.dtype.kind in "iu":
        X, Y = X.astype(np.int16), Y.astype(np.int16)
    total = np.zeros((len(X), len(Y)))
    for x, y in columns(X, Y):
        total += (x[:, None] - y) ** 2
    return total


@distances.mistake(
    "Your code squares the differences and adds up the squares in `int16`. Print 200 * 200 in "
    "this type to see what happens.",
    loses="integers",
)
def added_in_int16(X, Y):
    if X.dtype.kind in "iu":
        X, Y = X.astype(np.int16), Y.astype(np.int16)
    return np.sqrt(sum((x[:, None] - y) ** 2 for x, y in columns(X, Y)) * 1.0)
