"""Wrong answers that no problem registers, each with words that it must be told.

`WRONG` lists (problem, function, words that must stand in the findings of the visible check,
aspects lost on hidden cases).
"""

import numpy as np

WRONG = []


def wrong(problem, words, loses):
    """Add a wrong answer to the list, with the words it is told, or those of each seed."""

    def add(f):
        WRONG.append((problem, f, words, set(loses.split())))
        return f

    return add


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


def parts(scores, targets):
    if len(scores) != len(targets):
        raise ValueError("lengths")
    z = scores - scores.max(1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
    gradient = np.exp(log_p)
    n = np.arange(len(z))
    gradient[n, targets] -= 1
    return log_p[n, targets], gradient / len(z)


@wrong("softmax_cross_entropy", "ln 10 times too small", "value")
def decimal_logarithm(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean() / np.log(10), g


@wrong("softmax_cross_entropy", "of the wrong sign", "gradient")
def target_minus_p(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), -g


@wrong("softmax_cross_entropy", "Where are digits lost", "value stability")
def capped_early(scores, targets):
    log_p, g = parts(scores, targets)
    return -np.log(np.exp(log_p) + 1e-7).mean(), g


@wrong("softmax_cross_entropy", "one maximum is taken for all rows", "stability")
def one_maximum_for_all(scores, targets):
    if len(scores) != len(targets):
        raise ValueError("lengths")
    e = np.exp(scores - scores.max())
    p = e / e.sum(1, keepdims=True)
    y = np.eye(p.shape[1])[targets]
    return -np.log(p[y == 1]).mean(), (p - y) / len(p)


@wrong("softmax_cross_entropy", "taken from whole columns", "gradient")
def whole_columns(scores, targets):
    log_p, _ = parts(scores, targets)
    g = np.exp(scores - scores.max(1, keepdims=True))
    g /= g.sum(1, keepdims=True)
    g[:, np.unique(targets)] -= 1
    return -log_p.mean(), g / len(g)


@wrong("softmax_cross_entropy", "changes its caller's scores", "inputs-unchanged")
def writes_into_scores(scores, targets):
    if len(scores) != len(targets):
        raise ValueError("lengths")
    scores -= scores.max(1, keepdims=True)
    log_p, g = parts(scores, targets)
    return -log_p.mean(), g


@wrong("softmax_cross_entropy", "each picture keeps its own loss", "value shape")
def loss_per_sample(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p, g


@wrong(
    "softmax_cross_entropy",
    "loss has shape (N,), expected () (one number)",
    "value shape stability",
)
def probability_of_each_sample(scores, targets):
    log_p, g = parts(scores, targets)
    return np.exp(log_p), g


@wrong("softmax_cross_entropy", "this is the mean of -p", "value")
def logarithm_forgotten(scores, targets):
    log_p, g = parts(scores, targets)
    return -np.exp(log_p).mean(), g


@wrong("softmax_cross_entropy", "loss differs", "value stability")
def logarithm_of_the_mean(scores, targets):
    log_p, g = parts(scores, targets)
    return -np.log(np.exp(log_p).mean()), g


@wrong("softmax_cross_entropy", "loss and gradient are of the wrong sign", "value")
def both_signs(scores, targets):
    log_p, g = parts(scores, targets)
    return log_p.mean(), -g


@wrong("softmax_cross_entropy", "the logarithm meets a 0", "stability")
def stable_gradient_alone(scores, targets):
    log_p, g = parts(scores, targets)
    return -np.log(np.exp(log_p)).mean(), g


@wrong("softmax_cross_entropy", "gradient is a list, expected an array", "stability")
def list_where_scores_are_huge(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), g.tolist() if np.abs(scores).max() > 500 else g


@wrong("softmax_cross_entropy", "loss has shape (1,), expected () (one number)", "stability")
def loss_in_an_array_where_scores_are_huge(scores, targets):
    log_p, g = parts(scores, targets)
    return (-log_p[None].mean(1) if np.abs(scores).max() > 500 else -log_p.mean()), g


@wrong("softmax_cross_entropy", "loss is of type float32, expected float64", "shape")
def loss_of_type_float32(scores, targets):
    log_p, g = parts(scores, targets)
    return np.float32(-log_p.mean()), g


@wrong("softmax_cross_entropy", "loss is infinite", "stability")
def least_score_for_the_largest(scores, targets):
    if len(scores) != len(targets):
        raise ValueError("lengths")
    z = scores - scores.min(1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(1, keepdims=True))
    n, g = np.arange(len(z)), np.exp(log_p)
    g[n, targets] -= 1
    return -log_p[n, targets].mean(), g / len(z)


@wrong("softmax_cross_entropy", "gradient agrees to", "stability")
def difference_quotient(scores, targets):
    gradient = np.zeros(scores.shape)
    for at in np.ndindex(*scores.shape):
        step = np.zeros(scores.shape)
        step[at] = 1e-5
        up, down = (-parts(scores + s, targets)[0].mean() for s in (step, -step))
        gradient[at] = (up - down) / 2e-5
    return -parts(scores, targets)[0].mean(), gradient


@wrong("softmax_cross_entropy", "only the first picture counts", "value")
def return_inside_the_loop(scores, targets):
    loss, gradient = 0.0, np.zeros(scores.shape)
    if len(scores) != len(targets):
        raise ValueError("lengths")
    for n in range(len(scores)):
        log_p, g = parts(scores[n : n + 1], targets[n : n + 1])
        loss -= log_p[0]
        gradient[n] = g[0]
        return loss / len(scores), gradient / len(scores)


@wrong("softmax_cross_entropy", "the derivative by log p", "gradient stability")
def one_hot_alone(scores, targets):
    log_p, _ = parts(scores, targets)
    g = np.zeros(scores.shape)
    g[np.arange(len(g)), targets] = -1 / len(g)
    return -log_p.mean(), g


@wrong(
    "softmax_cross_entropy",
    "the function returns a dict, expected two values: loss, gradient. Which of its values",
    "value shape gradient stability errors inputs-unchanged",
)
def as_a_dict(scores, targets):
    log_p, g = parts(scores, targets)
    return {"loss": -log_p.mean(), "gradient": g}


@wrong(
    "softmax_cross_entropy",
    "the function returns a generator, expected two values: loss, gradient. Does the function",
    "value shape gradient stability errors inputs-unchanged",
)
def yields_both(scores, targets):
    log_p, g = parts(scores, targets)
    yield -log_p.mean()
    yield g


@wrong(
    "softmax_cross_entropy",
    "the function returns one array of Python objects, expected two values: loss, gradient.",
    "value shape gradient stability errors inputs-unchanged",
)
def in_one_array(scores, targets):
    log_p, g = parts(scores, targets)
    both = np.empty(2, dtype=object)
    both[:] = -log_p.mean(), g
    return both


@wrong("softmax_cross_entropy", "An error is raised, not returned or printed.", "errors")
def error_returned(scores, targets):
    if len(scores) != len(targets):
        return ValueError("lengths")
    log_p, g = parts(scores, targets)
    return -log_p.mean(), g


@wrong(
    "softmax_cross_entropy",
    "returns one value, expected two values: loss, gradient",
    "shape gradient stability",
)
def only_the_loss(scores, targets):
    return -parts(scores, targets)[0].mean()


@wrong(
    "softmax_cross_entropy", "expected a ValueError, but the function returned", "value errors"
)
def sign_and_no_validation(scores, targets):
    if len(scores) != len(targets):
        return 0.0, scores
    log_p, g = parts(scores, targets)
    return log_p.mean(), g


@wrong("softmax_cross_entropy", "C times too small", "gradient")
def divided_by_classes_too(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), g / scores.shape[1]


@wrong("softmax_cross_entropy", "another order: expected loss, then gradient", "shape")
def gradient_first(scores, targets):
    log_p, g = parts(scores, targets)
    return g, -log_p.mean()


@wrong("softmax_cross_entropy", "is 0 everywhere", "gradient stability")
def gradient_not_yet(scores, targets):
    return -parts(scores, targets)[0].mean(), np.zeros(scores.shape)


@wrong("softmax_cross_entropy", "gradient is still missing", "shape gradient stability")
def gradient_none(scores, targets):
    return -parts(scores, targets)[0].mean(), None


@wrong(
    "softmax_cross_entropy",
    "expected a ValueError, but the function raised TypeError",
    "errors",
)
def another_error(scores, targets):
    if len(scores) != len(targets):
        raise TypeError("lengths")
    log_p, g = parts(scores, targets)
    return -log_p.mean(), g


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


@wrong("hinge_loss", "Is 0 above 0?", "gradient integers default")
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


@wrong("hinge_loss", "loss is 0. Which line computes it", "value integers default")
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
