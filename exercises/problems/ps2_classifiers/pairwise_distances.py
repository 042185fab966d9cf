"""pairwise_distances: Euclidean distances between the rows of two arrays, in little memory.

All differences between 5,000 and 1,000 images of 784 pixels would need 31 GB, although the
distances need only 40 MB. Our cases are much smaller, because the visible ones run in the
student's own process, where no limit would stop them gently, and because a worker can't return
five million numbers. Instead, `never_at_once` measures how much memory a call uses when N, M
and D are about fifty. An array with all three axes needs twice the limit, and good solutions
need a third. Since the student's code runs in the process that counts the bytes, it could forge
the count, so this aspect is worth only half a point. tests/exercises/test_memory.py runs the
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
            "the distances between points far from the origin, when some rows of `X` are "
            "nearly equal to rows of `Y`, correct to three millionths of the largest distance "
            "(the expansion of $(x - y)^2$ is accurate enough)",
        ),
        "integers": (
            3,
            "the distances between images of type `uint8`, with values from 0 to 255",
        ),
        "loops": (
            0.5,
            "no Python loop over the rows of `X` or `Y`, or over small blocks of rows; a loop "
            "over the $D$ columns is allowed. `numpy.vectorize`, `numpy.apply_along_axis` and "
            "`numpy.frompyfunc` count as such loops, and you lose these points if your "
            "notebook uses one of them",
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


def many(D):
    """Return a D above all N and M, so indexing columns by rows raises no IndexError.

    The D of the case that measures memory stays the same, because N * M * D is the limit.
    """
    return D if D > 40 else 2 * D + 8


@distances.case("value", visible=2)
def points(rng, N, M, D):
    """Random points."""
    D = many(D)
    X, Y = rng.normal(size=(N, D)) + 1, rng.normal(size=(M, D)) * 2
    X[-1] = Y[0] + 0.008 / np.sqrt(D)  # so near that a small constant under the root shows
    return X, Y


@distances.case("stability", rtol=3e-6)
def coincident(rng, N, M, D):
    """Points far from the origin, with some rows of X nearly equal to rows of Y."""
    D = many(D) + 20
    X, Y = (rng.normal(size=(n, D)) * 300 + 5000 for n in (N, M))
    sizes = rng.permutation(np.arange(64, 91))[: max(min(N, M) - 2, 0)]
    for i, large in enumerate(sizes.tolist()):
        places = rng.permutation(D)[[0, -1]]
        for row, small in zip((X[-1 - i], Y[i]), close_together(rng, large << 24), strict=True):
            row[:] = 0
            row[places] = np.array([large << 24, small]) / 2**17
    # An expansion around 0 is negative for the pairs above; around the mean, rounding decides.
    both = rng.normal(size=(20, D)) * 300 + 5000
    return np.vstack([both, X]), np.vstack([Y, both])


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
    D = many(D)
    X, Y = (rng.integers(256, size=(n, D), dtype=np.uint8) for n in (N, M))
    return X, Y


def columns(X, Y):
    """Return pairs of a column of X and the same column of Y; their difference is small."""
    return zip(X.T, Y.T, strict=True)


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


# edits of by_feature: columns keep the type of the arrays, and so does the sum
COLUMNS = "X[:, d].astype(float), Y[:, d].astype(float)", "X[:, d], Y[:, d]"
TOTAL = ("np.zeros((len(X), len(Y)))", "np.zeros((len(X), len(Y)), X.dtype)")
ONE_TYPE = [COLUMNS, TOTAL, ("total**0.5", "np.sqrt(total * 1.0)")]
INT16 = "", "if X.dtype.kind == 'u': X, Y = X.astype(np.int16), Y.astype(np.int16)"

distances.known(of=by_feature)["integers"] = {
    "Your code computes the differences and their squares in `uint8`. Print `np.uint8(3) - "
    "np.uint8(5)` and `np.uint8(20) * np.uint8(20)` to see what happens.": {
        "wraps_around": [COLUMNS]
    },
    "Your code computes the differences in `uint8`. Print `np.uint8(3) - np.uint8(5)` to "
    "see what happens.": {
        "subtracted_in_uint8": {
            "np.subtract.outer(X[:, d].astype(float), Y[:, d].astype(float))": (
                "np.float64(np.subtract.outer(X[:, d], Y[:, d]))"
            )
        }
    },
    "Your code computes the differences, their squares and the sum in `uint8`. Print "
    "`np.uint8(3) - np.uint8(5)` and `np.uint8(20) * np.uint8(20)` to see what happens.": {
        "added_up_in_uint8": [*ONE_TYPE]
    },
    "Your code squares the differences in `int16`. Print `np.int16(200) * np.int16(200)` "
    "to see what happens.": {"squared_in_int16": [INT16, COLUMNS]},
    "Your code squares the differences and adds up the squares in `int16`. Print "
    "`np.int16(200) * np.int16(200)` to see what happens.": {
        "added_in_int16": [INT16, *ONE_TYPE]
    },
}
distances.known["value"] = {
    "Your code subtracts a different vector from `X` than from `Y`. Which shifts leave the "
    "distance between two points unchanged?": {
        "centred_separately": {
            "    return": "    X, Y = X - X.mean(axis=0), Y - Y.mean(axis=0)\n    return"
        }
    },
    "Your code reshapes an (M, N) array, which doesn't exchange its axes. Which operation "
    "turns it into an array whose rows belong to `X`?": {
        "reshaped": {", 0))": ", 0)).T.reshape(len(X), len(Y))"}
    },
    "Your distances leave out the first feature. Where does your loop or slice begin?": {
        "first_feature_left_out": "X, Y = X[:, 1:], Y[:, 1:]"
    },
    "Your results are squared distances. Which step of the formula is missing?": {
        "squared": {"np.sqrt": ""}
    },
    "Your code takes the mean of the squares over the features. What does the formula do with "
    "the squares?": {"averaged_over_features": {", 0)": ", 0) / X.shape[1]"}},
    "Your squared distances have the wrong coefficient for x·y. What is it when you expand (x "
    "- y)² on paper?": {
        "one_cross_term": {"2 * X": "X"},
        "one_cross_term_centred": {
            "    return": "    X, Y = X - X.mean(axis=0), Y - X.mean(axis=0)\n    return",
            "2 * X": "X",
        },
    },
    "The product x·y has the wrong sign in your squared distances. What sign does it have "
    "when you expand (x - y)² on paper?": {"cross_term_added": {"- 2": "+ 2"}},
    "Your squared distances contain only two of the three terms in the expansion of (x - "
    "y)². Which term is missing?": {
        "second_square_missing": {" + (Y**2).sum(1)": "", "np.maximum": "", ", 0)": ")"}
    },
    "Your squared distances contain only two of the three terms in the expansion of (x - "
    "y)², and replacing negative values with 0 hides this. Which term is missing?": {
        "second_square_missing_and_clipped": {" + (Y**2).sum(1)": ""}
    },
    "Your squared distances contain the lengths |x| and |y| instead of their squares. What is "
    "(x - y)² if you expand it?": {
        "lengths_for_squares": {
            "(X**2).sum(1)": "np.sqrt((X**2).sum(1))",
            "(Y**2).sum(1)": "np.sqrt((Y**2).sum(1))",
        }
    },
    "Your code adds up the differences before it squares them. Which of the two does the "
    "formula do first?": {
        "sum_of_differences": {
            "np.sqrt(np.maximum((X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T, 0))": (
                "abs(X.sum(1)[:, None] - Y.sum(1))"
            )
        }
    },
    "Your code truncates the entries of `X` and `Y` to integers. Which type can store "
    "fractions?": {
        "fractions_cut_off": {
            "np.asarray(X, float), np.asarray(Y, float)": "np.trunc(X), np.trunc(Y)"
        }
    },
    "Your results are the squared distances divided by 2. What does Python compute for "
    "`9**1/2`?": {"half_for_root": {"np.sqrt(": "0.5 * ("}},
    "Your distances ignore the last entry of each row. Where does your loop or slice end?": {
        "last_feature_left_out": "X, Y = X[:, :-1], Y[:, :-1]"
    },
    "Your distances use only the last entry of each row. Does your code add each squared "
    "difference to the earlier ones, or overwrite "
    "them?": {"last_feature_alone": "X, Y = X[:, -1:], Y[:, -1:]"},
}

distances.known["stability"] = {
    "Your distances contain `nan` for rows that are nearly equal. What can rounding do to |x|² "
    "+ |y|² - 2xy before you take the square "
    "root?": {"negative_under_the_root": {"np.maximum": "", ", 0)": ")"}}
}

distances.known["integers"] = {
    "Your code computes the squares and the products x·y in `uint8`. Print `np.uint8(20) * "
    "np.uint8(20)` to see what happens.": {
        "expanded_in_uint8": {"    X, Y = np.asarray(X, float), np.asarray(Y, float)\n": ""}
    },
    "Your code computes the squares and the products x·y in `int16`. Print `np.int16(200) "
    "* np.int16(200)` to see what happens.": {
        "expanded_in_int16": {
            "np.asarray(X, float), np.asarray(Y, float)": (
                "(A.astype(np.int16 if A.dtype == np.uint8 else float) for A in (X, Y))"
            )
        }
    },
    "Your code squares one of `X` and `Y` as float, and the other in `uint8`. Print "
    "`np.uint8(20) * np.uint8(20)` to see what happens.": {
        "squared_y_in_uint8": {
            "    X, Y = np.asarray(X, float), np.asarray(Y, float)\n": "",
            "(X**2)": "(np.float64(X) ** 2)",
            "2 * X @ Y.T": "2 * np.float64(X) @ np.float64(Y).T",
        },
    },
    "Your code computes the squares in `uint8`, but the products x·y in float. Print "
    "`np.uint8(20) * np.uint8(20)` to see what happens.": {
        "squared_in_uint8": {
            "    X, Y = np.asarray(X, float), np.asarray(Y, float)\n": "",
            "2 * X @ Y.T": "2 * np.float64(X) @ np.float64(Y).T",
        }
    },
}

distances.known(of=by_norm)["value"] = {
    "Your squared distances contain the lengths |x| and |y| instead of their squares. What is "
    "(x - y)² if you expand it?": {
        "lengths_for_squares_centred": {"np.square(n)": "n", "np.square(m)": "m"}
    },
}

distances.known(of=by_feature)["value"] = {
    "Your code takes a square root after each feature. How often does the formula take a "
    "root?": {
        "root_in_the_loop": {
            "total += np": "total = np",
            ") ** 2\n": ") ** 2 + total\n        total **= 0.5\n",
            "total**0.5": "total",
        }
    }
}

distances.known(of=by_hypot)["value"] = {
    "Your distances are sums of |x - y|. Does the formula take the root before or after the "
    "sum?": {
        "manhattan": {
            "np.hypot(d, x[:, np.newaxis] - y, out=d)": "d += abs(x[:, np.newaxis] - y)"
        }
    }
}
