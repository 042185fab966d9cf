"""Wrong answers to softmax_cross_entropy."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong


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


@wrong("softmax_cross_entropy", "each picture keeps its own loss", "value")
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


@wrong("softmax_cross_entropy", "the derivative with respect to log p", "gradient")
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
    "gradient is of the wrong sign, and apart from that: this is the derivative with respect "
    "to log p",
    "gradient stability",
)
def one_hot_of_the_wrong_sign(scores, targets):
    log_p, g = parts(scores, targets)
    return -log_p.mean(), np.eye(g.shape[1])[targets] / len(g) + 1e-300


@wrong("softmax_cross_entropy", "1/ln 2 times too large. Which logarithm", "value")
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


@wrong("softmax_cross_entropy", "a small constant", "value stability")
def a_billionth_under_the_logarithm(scores, targets):
    if len(scores) != len(targets):
        raise ValueError("as many targets as rows")
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    n = np.arange(len(targets))
    loss = -np.log(p[n, targets] + 1e-9).mean()
    p[n, targets] -= 1
    return loss, p / len(targets)


@wrong("softmax_cross_entropy", "each row should be a distribution", "value")
def over_the_pictures_in_logarithms(scores, targets):
    if len(scores) != len(targets):
        raise ValueError("lengths")
    log_p = scores - np.logaddexp.reduce(scores, axis=0)
    y = np.eye(scores.shape[1])[targets]
    return -(log_p * y).sum() / len(y), (np.exp(log_p) - y) / len(y)


@wrong("softmax_cross_entropy", "is taken for the right one, in the loss and in the", "value")
def best_for_right(scores, targets):
    if len(scores) != len(targets):
        raise ValueError("lengths")
    log_p, g = parts(scores, np.array([row.argmax() for row in scores]))
    return -log_p.mean(), g


@wrong("softmax_cross_entropy", "the logarithm of a sum of such numbers", "stability")
def shifted_once_for_all_rows(scores, targets):
    if len(scores) != len(targets):
        raise ValueError("lengths")
    s = scores - np.amax(scores)
    log_p = s - np.log(np.einsum("nc->n", np.exp(s)))[:, None]
    y = np.eye(s.shape[1])[targets]
    return -log_p[y > 0].mean(), (np.exp(log_p) - y) / len(y)
