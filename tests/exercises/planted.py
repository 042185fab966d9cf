"""More wrong answers that no problem registers: two mistakes at once, and misunderstood shapes.

They are added to `wrong_answers.WRONG`, each with words that it must be told and what it loses.
"""

import numpy as np

from tests.exercises.wrong_answers import (
    ALL_DISTANCES,
    ALL_HINGE,
    gap,
    gaps,
    parts,
    pulls,
    squares,
    wrong,
)

# pairwise_distances


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


# softmax_cross_entropy


@wrong(
    "softmax_cross_entropy",
    "loss is N times too large and of the wrong sign",
    "value",
)
def sign_and_sum(scores, targets):
    log_p, g = parts(scores, targets)
    return log_p.sum(), g


@wrong(
    "softmax_cross_entropy",
    "loss and gradient are N times too large and of the wrong sign",
    "value",
)
def both_signs_and_sums(scores, targets):
    log_p, g = parts(scores, targets)
    return log_p.sum(), -g * len(g)


@wrong(
    "softmax_cross_entropy",
    "loss is N times too large, and apart from that: this is the mean of -p",
    "value",
)
def sum_of_probabilities(scores, targets):
    log_p, g = parts(scores, targets)
    return -np.exp(log_p).sum(), g


@wrong(
    "softmax_cross_entropy",
    "gradient is N times too large, and apart from that: this is the softmax alone",
    "gradient",
)
def probabilities_as_gradient(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), g * len(g) + np.eye(g.shape[1])[targets]


@wrong(
    "softmax_cross_entropy",
    "gradient is of the wrong sign, and apart from that: this is the derivative by log p",
    "gradient stability",
)
def one_hot_of_the_wrong_sign(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), np.eye(g.shape[1])[targets] / len(g) + 1e-300


@wrong("softmax_cross_entropy", "ln 2 times too small", "value")
def in_bits(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean() / np.log(2), g


@wrong("softmax_cross_entropy", "loss has shape (C,), expected ()", "value shape stability")
def loss_of_each_class(scores, targets):
    log_p, g = parts(scores, targets)
    return np.bincount(targets, -log_p, scores.shape[1]), g


@wrong("softmax_cross_entropy", "gradient has shape (C, N)", "shape")
def gradient_transposed(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), g.T


@wrong("softmax_cross_entropy", "an axis is gone: N", "gradient shape stability")
def gradient_averaged(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), g.sum(axis=0)


@wrong("softmax_cross_entropy", "loss has shape (1, 1)", "shape")
def loss_with_axes(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean().reshape(1, 1), g


@wrong("softmax_cross_entropy", "gradient is scores, as it came", "gradient stability")
def scores_returned(scores, targets):
    log_p, _ = parts(scores, targets)
    return -log_p.mean(), scores


@wrong("softmax_cross_entropy", "gradient is nan", "gradient stability")
def nan_where_certain(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), g * np.where(np.exp(log_p) < 0.2, 1, np.nan)[:, None]


@wrong("softmax_cross_entropy", "each row adds up to 0. Do yours?", "gradient stability")
def clipped_gradient(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), np.clip(np.sin(9 * g), -0.5, 0.01) + 0.001


@wrong(
    "softmax_cross_entropy", "gradient is off by one factor in each row", "gradient stability"
)
def weighted_by_the_loss(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), g * log_p[:, None]


@wrong("softmax_cross_entropy", "has lost its sign. What should be negative?", "gradient")
def sign_at_the_target(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), np.abs(g) + 0 * g


@wrong("softmax_cross_entropy", "is right in its first row only", "gradient stability")
def total_over_all_rows(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), g * (1 + np.arange(len(g)))[:, None] ** 0.5 * np.where(
        np.arange(g.size).reshape(g.shape) < g.shape[1], 1, 1 + np.sin(g)
    )


# hinge_loss


@wrong(
    "hinge_loss", "loss is of the wrong sign, and apart from that: what does the right", "value"
)
def sign_and_right_class(scores, targets, margin=1.0):
    g, n = gaps(scores, targets, margin)
    return -(g.sum() / len(g) + margin), pulls(g, n, targets)


@wrong(
    "hinge_loss",
    "gradient is N times too large, and apart from that: the score of",
    "gradient integers default",
)
def not_pushed_and_not_averaged(scores, targets, margin=1.0):
    g, n = gaps(scores, targets, margin)
    return g.sum() / len(g), np.maximum(pulls(g, n, targets), 0) * len(g)


@wrong("hinge_loss", "2 times too small, and apart from that: every gap is squared", "value")
def half_squared(scores, targets, margin=1.0):
    g, n = gaps(scores, targets, margin)
    return (g**2).sum() / 2 / len(g), pulls(g, n, targets)


@wrong("hinge_loss", "loss: this is N times too large", "value")
def sums_the_loss_only(scores, targets, margin=1.0):
    g, n = gaps(scores, targets, margin)
    return g.sum(), pulls(g, n, targets)


@wrong("hinge_loss", "margin times too large", "value")
def scaled_by_the_margin(scores, targets, margin=1.0):
    g, n = gaps(scores, targets, margin)
    return g.sum() / len(g) * margin, pulls(g, n, targets)


@wrong("hinge_loss", "is wrong in the first column only", "gradient")
def first_class_skipped(scores, targets, margin=1.0):
    g, n = gaps(scores, targets, margin)
    pull = pulls(g, n, targets)
    pull[:, 0] = 0
    return g.sum() / len(g), pull


@wrong("hinge_loss", "right but where 0 is asked", "gradient integers default")
def every_class_a_little(scores, targets, margin=1.0):
    g, n = gaps(scores, targets, margin)
    pull = pulls(g, n, targets)
    return g.sum() / len(g), np.where(pull == 0, 0.1 / len(g) + g / 100, pull)


@wrong("hinge_loss", "the function returns one value, expected two", ALL_HINGE)
def nothing_planned(scores, targets, margin=1.0):
    return scores.max(axis=1)


@wrong("hinge_loss", "loss is 0.", "value integers default")
def minimum_for_maximum(scores, targets, margin=1.0):
    g, n = gaps(scores, targets, margin)
    return np.minimum(0, g).sum() / len(g), pulls(g, n, targets)


@wrong("hinge_loss", "loss is nan", "value integers default")
def empty_mean(scores, targets, margin=1.0):
    g, n = gaps(scores, targets, margin)
    return float("nan"), pulls(g, n, targets)


@wrong(
    "hinge_loss",
    "gradient is of type int64, expected float64",
    "gradient shape",
)
def not_divided_and_whole(scores, targets, margin=1.0):
    g, n = gaps(scores, targets, margin)
    return g.sum() / len(g), (pulls(g, n, targets) * len(g)).round().astype(int)
