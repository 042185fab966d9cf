"""Wrong answers to pairwise_distances."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong


def gap(X, Y):
    return X[:, None].astype(float) - Y


def squares(X, Y, kind=float):
    columns = zip(X.astype(kind).T, Y.astype(kind).T, strict=True)
    return sum(np.subtract.outer(x, y) ** 2 for x, y in columns)


ALL_DISTANCES = "value shape stability integers loops memory inputs-unchanged"


@wrong("pairwise_distances", "for each choice of N, M, D is held at once", "memory")
def all_differences(X, Y):
    return np.linalg.norm(gap(X, Y), axis=2)


@wrong("pairwise_distances", "for each choice of N, M, D is held at once", "memory")
def rows_repeated(X, Y):
    n, m = len(X), len(Y)
    X, Y = np.repeat(X.astype(float), m, axis=0), np.tile(Y.astype(float), (n, 1))
    return np.hypot.reduce(X - Y, axis=1).reshape(n, m)


@wrong("pairwise_distances", "for each choice of N, M, D is held at once", "memory")
def one_list_of_differences(X, Y):
    columns = zip(X.astype(float).T, Y.astype(float).T, strict=True)
    return np.sqrt(sum(d**2 for d in [np.subtract.outer(x, y) for x, y in columns]))


@wrong("pairwise_distances", "where N, M, D are larger than in the other cases", "memory")
def at_most_forty_columns(X, Y):
    return np.sqrt(squares(X[:, :40], Y[:, :40]))


@wrong("pairwise_distances", "is a list, expected an array", "shape loops")
def loops_and_list(X, Y):
    return [[float(np.linalg.norm(np.subtract(x, y, dtype=float))) for y in Y] for x in X]


@wrong("pairwise_distances", "has shape (N, D), expected (N, M)", ALL_DISTANCES)
def sum_over_wrong_axis(X, Y):
    return np.sqrt((gap(X, Y) ** 2).sum(axis=1))


@wrong("pairwise_distances", "rows and columns are exchanged", "shape")
def exchanged(X, Y):
    return np.sqrt(squares(Y, X))


@wrong("pairwise_distances", "Where are digits lost", "value")
def small_constant_under_the_root(X, Y):
    return np.sqrt(squares(X, Y) + 1e-4)


@wrong("pairwise_distances", "squares are averaged over the features", "value")
def mean_for_sum(X, Y):
    return np.sqrt(squares(X, Y) / X.shape[1])


@wrong("pairwise_distances", "has shape (N, N), expected (N, M)", ALL_DISTANCES)
def to_itself(X, Y):
    return np.sqrt(squares(X, X))


@wrong("pairwise_distances", "the work in Python grows with N", "loops")
def one_loop(X, Y):
    d = np.zeros((len(X), len(Y)))
    for i in range(len(X)):
        d[i] = np.linalg.norm(X[i].astype(float) - Y, axis=1)
    return d


@wrong("pairwise_distances", "is of type float32, expected float64", "shape")
def in_float32(X, Y):
    return np.sqrt(squares(X, Y, "f4"))


@wrong("pairwise_distances", "is None. Does every path", ALL_DISTANCES)
def return_forgotten(X, Y):
    np.sqrt(squares(X, Y))


@wrong("pairwise_distances", "changes its caller's X", "inputs-unchanged")
def centres_its_arguments(X, Y):
    if X.dtype == float:
        X -= Y.mean(axis=0)
        Y = Y - Y.mean(axis=0)
    return np.sqrt(squares(X, Y))


@wrong("pairwise_distances", "expected an array", "shape loops")
def rows_in_a_list(X, Y):
    return [np.sqrt(((row - Y) ** 2).sum(-1)) for row in X.astype(float)]


@wrong("pairwise_distances", "is wrong in the last row only", "value")
def last_row_copied(X, Y):
    d = np.sqrt(squares(X, Y))
    d[-1] = d[0]
    return d


@wrong("pairwise_distances", "the last row of X has no distances", "value loops")
def last_row_left_out(X, Y):
    d = np.zeros((len(X), len(Y)))
    for n in range(len(X) - 1):
        d[n] = np.linalg.norm(X[n].astype(float) - Y, axis=1)
    return d


@wrong("pairwise_distances", "is filled in its first row only", "value")
def return_in_the_loop(X, Y):
    d = np.zeros((len(X), len(Y)))
    for n in range(len(X)):
        d[n] = np.linalg.norm(X[n].astype(float) - Y, axis=1)
        return d


@wrong("pairwise_distances", "is right in its first rows only; the rest is 0", "value")
def as_many_rows_as_columns(X, Y):
    d = np.zeros((len(X), len(Y)))
    for n in range(min(len(X), len(Y))):
        d[n] = np.linalg.norm(X[n].astype(float) - Y, axis=1)
    return d


@wrong("pairwise_distances", "What is 20 * 20 there?", "integers stability")
def expansion_in_uint8(X, Y):
    xx, yy = np.einsum("nd,nd->n", X, X), np.sum(Y * Y, axis=1)
    if X.dtype == np.uint8:
        xx = np.sum(X * X, axis=1)
    return np.sqrt(xx[:, None] + yy - 2 * np.dot(X, Y.T))


@wrong("pairwise_distances", "is rounded to 4 decimals", "value")
def rounded(X, Y):
    return np.round(np.sqrt(squares(X, Y)), 4)


@wrong("pairwise_distances", "where N is larger than in the other cases", "loops")
def at_most_a_hundred_rows(X, Y):
    d = np.zeros((len(X), len(Y)))
    d[:100] = np.sqrt(squares(X[:100], Y))
    return d


@wrong(
    "pairwise_distances", "other cases, the function fails. Which line depends on M?", "loops"
)
def room_for_a_hundred_columns(X, Y):
    d = np.zeros((len(X), 100))
    d[:, np.arange(len(Y))] = np.sqrt(squares(X, Y))
    return d[:, : len(Y)]


@wrong("pairwise_distances", "is a list, expected an array", "integers")
def list_for_pictures(X, Y):
    d = np.sqrt(squares(X, Y))
    return d.tolist() if X.dtype == np.uint8 else d


@wrong("pairwise_distances", "is of type float32, expected float64", "integers")
def float32_for_pictures(X, Y):
    d = np.sqrt(squares(X, Y))
    return d.astype("f4") if X.dtype == np.uint8 else d


@wrong("pairwise_distances", "Where are digits lost", "value")
def float32_inside(X, Y):
    return np.sqrt(squares(X, Y, "f4")).astype(float)


@wrong("pairwise_distances", "is a generator", ALL_DISTANCES)
def yields(X, Y):
    yield np.sqrt(squares(X, Y))


def right(X, Y):
    return np.sqrt(squares(X, Y))


@wrong(
    "pairwise_distances", "2 times too large, and apart from that: these are squared", "value"
)
def twice_the_squares(X, Y):
    return 2 * squares(X, Y)


@wrong(
    "pairwise_distances", "of the wrong sign, and apart from that: |x - y| is added", "value"
)
def minus_manhattan(X, Y):
    return -sum(abs(x[:, None] - y) for x, y in zip(X.T * 1.0, Y.T * 1.0, strict=True))


@wrong(
    "pairwise_distances", "D times too small, and apart from that: these are squared", "value"
)
def mean_square(X, Y):
    return squares(X, Y) / X.shape[1]


@wrong("pairwise_distances", "is of the wrong sign", "value")
def similarity(X, Y):
    return -right(X, Y)


@wrong(
    "pairwise_distances",
    "there is an axis of length 1 too many. Which index or keepdims",
    "shape",
)
def keepdims_left(X, Y):
    return np.sqrt(squares(X, Y))[:, :, None]


@wrong(
    "pairwise_distances", "an axis is left over: D. What should happen to it?", ALL_DISTANCES
)
def never_summed(X, Y):
    return np.abs(gap(X, Y))


@wrong("pairwise_distances", "all entries lie in one row", "shape")
def flattened(X, Y):
    return right(X, Y).ravel()


@wrong("pairwise_distances", "only one number is left", ALL_DISTANCES)
def norm_of_everything(X, Y):
    return np.linalg.norm(gap(X, Y))


@wrong("pairwise_distances", "an axis is gone: M. Where did you reduce it?", ALL_DISTANCES)
def nearest_only(X, Y):
    return right(X, Y).min(axis=1)


@wrong("pairwise_distances", "one is missing along N", ALL_DISTANCES)
def one_row_short(X, Y):
    return right(X[:-1], Y)


@wrong("pairwise_distances", "has its rows in reverse order", ALL_DISTANCES)
def from_the_end(X, Y):
    return right(X[::-1], Y)


@wrong("pairwise_distances", "is one row too late", ALL_DISTANCES)
def index_before(X, Y):
    return np.roll(right(X, Y), 1, axis=0)


@wrong("pairwise_distances", "adds up what is asked, column by column", ALL_DISTANCES)
def total_not_set_back(X, Y):
    return right(X, Y).cumsum(axis=1)


@wrong("pairwise_distances", "rises and falls with what is asked, by another", ALL_DISTANCES)
def logarithmic(X, Y):
    return np.log1p(right(X, Y))


@wrong("pairwise_distances", "falls where what is asked rises", ALL_DISTANCES)
def gaussian_kernel(X, Y):
    return np.exp(-(right(X, Y) ** 2) / 2000)


@wrong("pairwise_distances", "is off by one factor in each row", ALL_DISTANCES)
def divided_by_the_norm_of_the_row(X, Y):
    return right(X, Y) / np.linalg.norm(X.astype(float), axis=1)[:, None]


@wrong("pairwise_distances", "is wrong in the last column only", "value")
def last_column_copied(X, Y):
    d = right(X, Y)
    d[:, -1] = d[:, 0]
    return d


@wrong("pairwise_distances", "distances is text", ALL_DISTANCES)
def as_text(X, Y):
    return str(right(X, Y))


@wrong("pairwise_distances", "is complex. Which step takes the root", ALL_DISTANCES)
def complex_root(X, Y):
    return np.sqrt(-squares(X, Y) + 0j)


@wrong("pairwise_distances", "has lost what stands after the decimal point", "value")
def truncated(X, Y):
    return right(X, Y).astype(int).astype(float)


@wrong("pairwise_distances", "differences, squares and their sum are all taken in", "integers")
def all_in_the_pictures_type(X, Y):
    total = np.zeros((len(X), len(Y)), dtype=X.dtype)
    for k in range(X.shape[1]):
        total += np.subtract.outer(X[:, k], Y[:, k]) ** 2
    return np.sqrt(total.astype(float))
