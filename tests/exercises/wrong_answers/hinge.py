"""Wrong answers to hinge_loss."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong

ALL_HINGE = "shape value gradient integers default inputs-unchanged"


def gaps(scores, targets, margin):
    n = np.arange(len(scores))
    gap = np.maximum(scores - scores[n, targets][:, None] + margin, 0)
    gap[n, targets] = 0
    return gap, n


def pulls(gap, n, targets):
    g = (gap > 0) * 1.0
    g[n, targets] = -g.sum(1)
    return g / len(g)


@wrong("hinge_loss", "every gap is squared", "value")
def squared_hinge(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    return (gap**2).sum() / len(gap), pulls(gap, n, targets)


@wrong("hinge_loss", "every wrong class pays the margin", "value")
def margin_added_after_max(scores, targets, margin=1.0):
    loss, gradient = 0.0, np.zeros(scores.shape)
    for row, pull, right in zip(scores, gradient, targets, strict=True):
        for c in range(len(row)):
            if c != right:
                loss += max(0, row[c] - row[right]) + margin
                pull[c] += row[c] > row[right]
                pull[right] -= row[c] > row[right]
    return loss / len(scores), gradient / len(scores)


@wrong("hinge_loss", "Where does your code use margin?", "value")
def margin_is_one(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, 1.0)
    return gap.sum() / len(gap), pulls(gap, n, targets)


@wrong("hinge_loss", "the difference is turned round", "value")
def difference_turned(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = np.maximum(scores[n, targets][:, None] - scores + margin, 0)
    gap[n, targets] = 0
    return gap.sum() / len(gap), -pulls(gap, n, targets)


@wrong("hinge_loss", "C times too small", "value")
def mean_over_classes_too(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    return gap.mean(), pulls(gap, n, targets)


@wrong("hinge_loss", "Of which type is an array made like whole-number scores", "integers")
def zeros_like_scores(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    g = np.zeros_like(scores)
    g[:] = pulls(gap, n, targets)
    return gap.sum() / len(gap), g


@wrong("hinge_loss", "the size of the gap stands in the gradient", "gradient")
def gap_for_indicator(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    g = gap.copy()
    g[n, targets] = -gap.sum(1)
    return gap.sum() / len(gap), g / len(g)


@wrong(
    "hinge_loss",
    "ValueError: The truth value",
    ALL_HINGE,
)
def builtin_max(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    return max(0, scores - scores[n, targets][:, None] + margin).sum() / len(n), None


@wrong("hinge_loss", "the last picture does not count", "value")
def last_row_forgotten(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    gap[-1] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@wrong("hinge_loss", "is wrong only at [n, targets[n]]", "gradient")
def right_class_pushed_by_all(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    g = pulls(gap, n, targets)
    g[n, targets] = -(scores.shape[1] - 1) / len(g)
    return gap.sum() / len(gap), g


@wrong("hinge_loss", "What if no wrong class is too close", "gradient")
def right_class_minus_one(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    g = (gap > 0) * 1.0
    g[n, targets] = -1
    return gap.sum() / len(gap), g / len(g)


@wrong("hinge_loss", "the right class is left in", "value")
def nothing_masked(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = np.maximum(0, scores - scores[n, targets][:, None] + margin)
    return gap.sum() / len(n), pulls(gap, n, targets)


@wrong("hinge_loss", "Is 0 above 0?", "gradient")
def at_least_zero(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    g = (gap >= 0) * 1.0
    g[n, targets] = 0
    g[n, targets] = -g.sum(1)
    return gap.sum() / len(gap), g / len(g)


@wrong("hinge_loss", "gradient is of type float32, expected float64", "integers")
def float32_for_whole_numbers(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    kind = "f4" if scores.dtype.kind == "i" else float
    return gap.sum() / len(gap), pulls(gap, n, targets).astype(kind)


@wrong("hinge_loss", "of type bool, expected float64", "gradient shape integers default")
def gap_where_it_counts(scores, targets, margin=1.0):
    gap, _ = gaps(scores, targets, margin)
    return gap.sum() / len(gap), gap > 0.5


@wrong("hinge_loss", "loss is True or False, expected a number", "value integers default shape")
def truth_of_the_loss(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    return gap.sum() < 0, pulls(gap, n, targets)


@wrong("hinge_loss", "(C - 1) times too small", "value")
def divided_by_other_classes(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    return gap.sum() / len(gap) / (scores.shape[1] - 1), pulls(gap, n, targets)


@wrong("hinge_loss", "apart from that: what does the right class itself", "value gradient")
def sum_and_right_class(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    return gap.sum() + margin * len(gap), pulls(gap, n, targets) * len(gap)


@wrong("hinge_loss", "is 0 where a positive number is asked", "gradient")
def wrong_classes_left_out(scores, targets, margin=1.0):
    gap, n = gaps(scores, targets, margin)
    g, kept = pulls(gap, n, targets), np.zeros(scores.shape)
    kept[n, targets] = g[n, targets]
    return gap.sum() / len(gap), kept


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
