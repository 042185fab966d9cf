"""softmax_cross_entropy: the mean loss of a softmax classifier and its gradient."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

softmax = problem(
    "softmax_cross_entropy",
    rtol=DIGITS,
    returns={"loss": "value", "gradient": "gradient"},
    points={
        "shape": (1, "a number and an array of shape (N, C), both `float64`, in this order"),
        "value": (4, "the loss for ordinary scores"),
        "gradient": (4, "the gradient for ordinary scores"),
        "stability": (
            4,
            "the loss (2) and the gradient (2) for scores in the thousands, positive and "
            "negative; both have ordinary finite values",
        ),
        "errors": (
            0.5,
            "a `ValueError` if there is one target too few or too many",
        ),
        "inputs-unchanged": (0.5, "your function doesn't change `scores` or `targets`"),
    },
    forbidden={"all": ELSEWHERE},
)


@softmax.reference
def softmax_cross_entropy(scores, targets):
    """Compute the mean cross-entropy of a softmax classifier, and its gradient.

    p[n, c] = exp(scores[n, c]) / (sum over k of exp(scores[n, k]))
    loss = -(1/N) * (sum over n of log p[n, targets[n]])

    scores : (N, C) array, float64 numbers of any size, for example 1000 or -1000
    targets : (N,) array of integers, the correct class of each row
    Returns (loss, gradient): the loss in nats, a number, and its gradient with respect to the
    scores, an (N, C) array of float64.
    The function doesn't change scores or targets.
    Raises ValueError if the number of targets differs from the number of rows of scores.
    """
    if targets.shape != scores.shape[:1]:
        raise ValueError(f"expected {len(scores)} targets, got {targets.shape}")
    n = np.arange(len(scores))
    z = scores - scores.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    gradient = np.exp(log_p)
    gradient[n, targets] -= 1
    return -log_p[n, targets].mean(), gradient / len(scores)


softmax.example(np.log([[2.0, 1.0, 1.0], [1.0, 3.0, 4.0]]), np.array([0, 1]))


@softmax.case("value", visible=2)
def ordinary(rng, N, C):
    """Ordinary scores."""
    return rng.normal(size=(N, C)) * 2, rng.integers(C, size=N)


@softmax.case("stability")
def huge(rng, N, C):
    """Scores in the thousands."""
    # If the best class led by 5 to 40, rounding would destroy the digits of its 1 - p.
    while True:
        scores = rng.normal(size=(N, C)) * 1000
        lead = np.diff(np.sort(scores, axis=1)[:, -2:])
        if not ((lead > 5) & (lead < 40)).any():
            return scores, rng.integers(C, size=N)


@softmax.case("errors", hidden=1)
def too_few(rng, N, C):
    """One target too few."""
    return rng.normal(size=(N, C)), rng.integers(C, size=N - 1)


@softmax.case("errors", hidden=1)
def too_many(rng, N, C):
    """One target too many."""
    return rng.normal(size=(N, C)), rng.integers(C, size=N + 1)


def same_length(scores, targets):
    if len(scores) != len(targets):
        raise ValueError("as many targets as rows")


def from_probabilities(p, targets, log=np.log):
    """Return loss and gradient computed from given probabilities, correct or not."""
    n = np.arange(len(p))
    return -log(p[n, targets]).mean(), (p - np.eye(p.shape[1])[targets]) / len(p)


def shifted_softmax(scores, axis=1):
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax(scores):
    z = scores - scores.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def part_of_the_samples(scores, targets, rows):
    """Return loss and gradient over some of the rows, divided by N."""
    loss, inside = softmax_cross_entropy(scores[rows], targets[rows])
    share, gradient = len(inside) / len(scores), np.zeros(scores.shape)
    gradient[rows] = inside * share
    return loss * share, gradient


@softmax.alternative
def by_loops(scores, targets):
    same_length(scores, targets)
    loss, gradient = 0.0, np.zeros(scores.shape)
    for n, (row, t) in enumerate(zip(scores, targets, strict=True)):
        e = np.exp(row - row.max())
        loss += np.log(e.sum()) + row.max() - row[t]
        gradient[n] = (e / e.sum() - (np.arange(len(row)) == t)) / len(scores)
    return loss / len(scores), gradient


@softmax.alternative
def by_one_hot(scores, targets):
    same_length(scores, targets)
    y = np.eye(scores.shape[1])[targets]
    log_z = np.logaddexp.reduce(scores, axis=1)
    loss = np.mean(log_z - np.einsum("nc,nc->n", scores, y))
    return float(loss), (np.exp(scores - log_z[:, None]) - y) / y.shape[0]


@softmax.alternative
def in_place_on_a_copy(scores, targets):
    same_length(scores, targets)
    z = np.array(scores)
    z -= z.max(axis=1)[:, np.newaxis]
    p = np.exp(z)
    total = p.sum(axis=1, keepdims=True)
    loss = np.log(total).mean() - np.take_along_axis(z, targets[:, None], axis=1).mean()
    p /= total
    np.add.at(p, (range(len(p)), targets), -1)
    p /= len(p)
    return [loss, p]


@softmax.mistake(
    "Your loss and gradient are N times too large. What does the formula divide the sum by?",
    loses="value",
)
def sum_instead_of_mean(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss * len(scores), gradient * len(scores)


@softmax.mistake(
    "Your loss is an array with one entry for each image. What does the formula do with these "
    "N losses?",
    loses="shape value",
)
def loss_of_each_sample(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    return -log_softmax(scores)[np.arange(len(scores)), targets], gradient


@softmax.mistake(
    "Your loss and gradient ignore the last image. Where does your loop end?",
    loses="value",
)
def last_sample_left_out(scores, targets):
    same_length(scores, targets)
    return part_of_the_samples(scores, targets, slice(None, -1))


@softmax.mistake(
    "Your loss and gradient use only the first image. Where in your code is the `return`?",
    loses="value",
)
def only_first_sample(scores, targets):
    same_length(scores, targets)
    return part_of_the_samples(scores, targets, slice(1))


@softmax.mistake(
    "Your gradient belongs to the sum of the losses. How does it change for the mean?",
    loses="gradient",
)
def gradient_not_averaged(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss, gradient * len(scores)


@softmax.mistake(
    "Your `exp` overflows for scores in the thousands. Which number can you subtract from a "
    "row without changing its softmax?",
    loses="stability",
)
def no_shift(scores, targets):
    same_length(scores, targets)
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    return from_probabilities(p, targets)


@softmax.mistake(
    "Your `exp` doesn't overflow, but you take the logarithm of 0. Can you compute log p "
    "without computing p first?",
    loses="stability",
)
def log_of_zero(scores, targets):
    same_length(scores, targets)
    return from_probabilities(shifted_softmax(scores), targets)


@softmax.mistake(
    "Your loss can't exceed a limit, because you add a small constant inside the logarithm. "
    "How large should the loss be if the correct score is 2,000 below the highest one?",
    loses="stability",
)
def capped_by_a_constant(scores, targets):
    same_length(scores, targets)
    return from_probabilities(shifted_softmax(scores), targets, lambda p: np.log(p + 1e-12))


@softmax.mistake(
    "Your loss can't exceed a limit, because you clip the probabilities before you take the "
    "logarithm. How large should the loss be if the correct score is 2,000 below the highest "
    "one?",
    loses="stability",
)
def clipped_probabilities(scores, targets):
    same_length(scores, targets)
    p = shifted_softmax(scores)
    return from_probabilities(p, targets, lambda p: np.log(np.clip(p, 1e-15, 1)))


@softmax.mistake(
    "Your code subtracts one maximum from all rows. If all scores of a row are 2,000 below "
    "this maximum, which sum do you divide by?",
    loses="stability",
)
def one_maximum_for_all(scores, targets):
    same_length(scores, targets)
    e = np.exp(scores - scores.max())
    return from_probabilities(e / e.sum(axis=1, keepdims=True), targets)


@softmax.mistake(
    "Your probabilities add up to 1 over the whole matrix. Which axis should you sum the "
    "exponentials over?",
    loses="value gradient stability",
)
def one_sum_for_all(scores, targets):
    same_length(scores, targets)
    e = np.exp(scores - scores.max())
    return from_probabilities(e / e.sum(), targets)


@softmax.mistake(
    "Your code subtracts the maximum of each row, but it divides by the sum over the whole "
    "matrix. Which probabilities should add up to 1?",
    loses="value gradient stability",
)
def one_sum_for_all_shifted_rows(scores, targets):
    same_length(scores, targets)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return from_probabilities(e / e.sum(), targets)


@softmax.mistake(
    "Your loss uses the correct classes of all images in every row. How can you select a "
    "single entry from each row?",
    loses="value",
)
def columns_of_all_targets(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    return -log_softmax(scores)[:, targets].mean(), gradient


@softmax.mistake(
    "Your loss adds up log p over all classes. Which class does the formula use?",
    loses="value",
)
def all_classes(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    return -log_softmax(scores).sum() / len(scores), gradient


@softmax.mistake(
    "Your loss is the mean of -p. Which function does the formula apply to p?",
    loses="value",
)
def logarithm_forgotten(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    p = shifted_softmax(scores)
    return -p[np.arange(len(p)), targets].mean(), gradient


@softmax.mistake(
    "Your probabilities add up to 1 in each column. Which axis should you sum the "
    "exponentials over?",
    loses="value gradient stability",
)
def over_the_samples(scores, targets):
    same_length(scores, targets)
    log_p = log_softmax(scores.T).T  # finite, because log(0) would be a second mistake
    gradient = np.exp(log_p) - np.eye(scores.shape[1])[targets]
    return -log_p[np.arange(len(scores)), targets].mean(), gradient / len(scores)


@softmax.mistake(
    "Your code subtracts a different number from each entry of a row. What can you subtract "
    "without changing the softmax of the row?",
    loses="value",
)
def shifted_by_columns(scores, targets):
    return softmax_cross_entropy(scores - scores.max(axis=0), targets)


@softmax.mistake(
    "Your gradient contains only the softmax. How does the correct class enter the derivative?",
    loses="gradient",
)
def target_forgotten(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss, gradient + np.eye(scores.shape[1])[targets] / len(scores)


@softmax.mistake(
    "Your gradient is the derivative with respect to log p. How does log p of the correct "
    "class depend on each score, including the scores of the other classes?",
    loses="gradient stability",
)
def by_log_p(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    return loss, -np.eye(scores.shape[1])[targets] / len(scores)


@softmax.mistake(
    "Your gradient is the derivative with respect to p. How does p change with each score?",
    loses="gradient",
)
def by_p(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    y = np.eye(scores.shape[1])[targets]
    return loss, -y / (np.exp(log_softmax(scores)) * len(scores))


@softmax.mistake(
    "Your gradient subtracts the 1 in whole columns. How can you select a single entry from "
    "each row?",
    loses="gradient",
)
def whole_columns(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    p = gradient + np.eye(scores.shape[1])[targets] / len(scores)
    p[:, np.unique(targets)] -= 1 / len(scores)
    return loss, p


@softmax.mistake(
    "Your code applies softmax twice. What does the formula take the logarithm of?",
    loses="value gradient stability",
)
def softmax_twice(scores, targets):
    same_length(scores, targets)
    return from_probabilities(shifted_softmax(shifted_softmax(scores)), targets)


@softmax.mistake(
    "Your code takes the exponential of the negative scores. Should a high score make a class "
    "more or less likely?",
    loses="value",
)
def scores_negated(scores, targets):
    return softmax_cross_entropy(-scores, targets)


@softmax.mistake(
    "Your code applies a sigmoid to each score separately. What should the probabilities of a "
    "row add up to?",
    loses="value gradient stability",
)
def sigmoid_of_each(scores, targets):
    same_length(scores, targets)
    return from_probabilities(1 / (1 + np.exp(-scores)), targets)


@softmax.mistake(
    "Your loss also includes log(1 - p) for the incorrect classes. Which logarithms does the "
    "formula add up?",
    loses="value stability",
)
def sure_of_each_class(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    y = np.eye(scores.shape[1])[targets]
    p = shifted_softmax(scores)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum() / len(p), gradient


@softmax.mistake(
    "Your loss uses log p of the class with the highest score. Which class does the formula "
    "use?",
    loses="value",
)
def surprise_at_the_best(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    return -log_softmax(scores).max(axis=1).mean(), gradient


@softmax.mistake(
    "Your loss weights each log p by p. Where do the targets enter the formula?",
    loses="value",
)
def entropy(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    log_p = log_softmax(scores)
    return -(np.exp(log_p) * log_p).sum(axis=1).mean(), gradient


@softmax.mistake(
    "Your loss subtracts the maximum of the row in ln(sum of exp), but not in the score of "
    "the correct class. How does this change the difference of the two?",
    loses="value",
)
def sum_alone_shifted(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss - scores.max(axis=1).mean(), gradient


@softmax.mistake(
    "Your loss subtracts the maximum of the row in the score of the correct class, but not in "
    "ln(sum of exp). How does this change the difference of the two?",
    loses="value",
)
def right_score_alone_shifted(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss + scores.max(axis=1).mean(), gradient


@softmax.mistake(
    "Your gradient subtracts the class number from its whole row. Is the class number an "
    "amount, or a position in the row?",
    loses="gradient",
)
def number_of_the_class(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    return loss, (shifted_softmax(scores) - targets[:, None]) / len(scores)


@softmax.mistake(
    "Your gradient is p (1 - p), the derivative of a probability with respect to its own "
    "score. Which function should you differentiate?",
    loses="gradient",
)
def own_derivative(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    p = shifted_softmax(scores)
    return loss, p * (1 - p) / len(p)


@softmax.mistake(
    "Your gradient divides p by N, but not the 1 that you subtract. Which terms should the "
    "mean divide?",
    loses="gradient",
)
def one_not_averaged(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    return loss, shifted_softmax(scores) / len(scores) - np.eye(scores.shape[1])[targets]


@softmax.mistake(
    "Your loss and gradient treat the class with the highest score as the correct one. Which "
    "argument contains the correct class?",
    loses="value gradient stability",
)
def the_best_for_the_target(scores, targets):
    same_length(scores, targets)
    return softmax_cross_entropy(scores, scores.argmax(axis=1))


@softmax.mistake(
    "Your code subtracts one maximum from all rows. If all scores of a row are 2,000 below "
    "this maximum, which sum do you take the logarithm of?",
    loses="stability",
)
def one_maximum_in_the_logarithm(scores, targets):
    same_length(scores, targets)
    z = scores - scores.max()
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    gradient = np.exp(log_p) - np.eye(scores.shape[1])[targets]
    return -log_p[np.arange(len(scores)), targets].mean(), gradient / len(scores)
