"""softmax_cross_entropy: the mean loss of a softmax classifier, and its gradient."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

softmax = problem(
    "softmax_cross_entropy",
    rtol=DIGITS,
    returns={"loss": "value", "gradient": "gradient"},
    points={
        "shape": (1, "a number and an (N, C) array, both `float64`, in this order"),
        "value": (4, "the loss of ordinary scores"),
        "gradient": (4, "their gradient"),
        "stability": (
            4,
            "loss (2) and gradient (2) where scores lie in the thousands, on either side of "
            "0. Both are ordinary finite numbers there",
        ),
        "errors": (
            0.5,
            "a `ValueError` if there are not as many targets as rows of scores, one too few "
            "or one too many",
        ),
        "inputs-unchanged": (0.5, "`scores` and `targets` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@softmax.reference
def softmax_cross_entropy(scores, targets):
    """Mean cross-entropy of a softmax classifier, and its gradient with respect to the scores.

    p[n, c] = exp(scores[n, c]) / (sum over k of exp(scores[n, k]))
    loss = -(1/N) * (sum over n of log p[n, targets[n]])

    scores : (N, C) array, float64, numbers of any size (also 1000 or -1000)
    targets : (N,) array of integers, the right class of each row
    Returns (loss, gradient): a number, in nats, and an (N, C) array, float64.
    scores and targets stay as they are.
    Raises ValueError if there are not as many targets as rows of scores.
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
    # With a lead from 5 to 40, 1 - p of the best class would lose its digits to rounding.
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
    """Return loss and gradient computed from given probabilities, right or wrong."""
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


@softmax.mistake("this is N times too large. What do you divide by?", loses="value")
def sum_instead_of_mean(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss * len(scores), gradient * len(scores)


@softmax.mistake(
    "each picture keeps its own loss. What does the formula do with the N of them?",
    loses="shape value",
)
def loss_of_each_sample(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    return -log_softmax(scores)[np.arange(len(scores)), targets], gradient


@softmax.mistake("the last picture does not count. Where does your loop end?", loses="value")
def last_sample_left_out(scores, targets):
    same_length(scores, targets)
    return part_of_the_samples(scores, targets, slice(None, -1))


@softmax.mistake("only the first picture counts. Where does the return stand?", loses="value")
def only_first_sample(scores, targets):
    same_length(scores, targets)
    return part_of_the_samples(scores, targets, slice(1))


@softmax.mistake(
    "this is the gradient of the sum of the losses. What does the mean change?",
    loses="gradient",
)
def gradient_not_averaged(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss, gradient * len(scores)


@softmax.mistake(
    "what is exp(1000)? Which number may you subtract from a row without changing its softmax?",
    loses="stability",
)
def no_shift(scores, targets):
    same_length(scores, targets)
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    return from_probabilities(p, targets)


@softmax.mistake(
    "exp no longer overflows, but the logarithm meets a 0. "
    "Can you write log p without computing p first?",
    loses="stability",
)
def log_of_zero(scores, targets):
    same_length(scores, targets)
    return from_probabilities(shifted_softmax(scores), targets)


@softmax.mistake(
    "a small constant inside the logarithm caps the loss. "
    "How large should it be where the right class lies 2,000 below the best?",
    loses="stability",
)
def capped_by_a_constant(scores, targets):
    same_length(scores, targets)
    return from_probabilities(shifted_softmax(scores), targets, lambda p: np.log(p + 1e-12))


@softmax.mistake(
    "probabilities are cut off before the logarithm, which caps the loss. "
    "How large should it be where the right class lies 2,000 below the best?",
    loses="stability",
)
def clipped_probabilities(scores, targets):
    same_length(scores, targets)
    p = shifted_softmax(scores)
    return from_probabilities(p, targets, lambda p: np.log(np.clip(p, 1e-15, 1)))


@softmax.mistake(
    "one maximum is taken for all rows. What is exp(-2000), in a row that lies far below it?",
    loses="stability",
)
def one_maximum_for_all(scores, targets):
    same_length(scores, targets)
    e = np.exp(scores - scores.max())
    return from_probabilities(e / e.sum(axis=1, keepdims=True), targets)


@softmax.mistake(
    "all entries together add up to 1. Over which axis must exp be summed?",
    loses="value gradient stability",
)
def one_sum_for_all(scores, targets):
    same_length(scores, targets)
    e = np.exp(scores - scores.max())
    return from_probabilities(e / e.sum(), targets)


@softmax.mistake(
    "exp is summed over the whole matrix. Which entries should add up to 1?",
    loses="value gradient stability",
)
def one_sum_for_all_shifted_rows(scores, targets):
    same_length(scores, targets)
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return from_probabilities(e / e.sum(), targets)


@softmax.mistake(
    "every row takes part with the classes of all pictures. How do you name one entry of "
    "each row?",
    loses="value",
)
def columns_of_all_targets(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    return -log_softmax(scores)[:, targets].mean(), gradient


@softmax.mistake("log p is added up over all classes. Which one is asked?", loses="value")
def all_classes(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    return -log_softmax(scores).sum() / len(scores), gradient


@softmax.mistake("this is the mean of -p. What does the formula take of p?", loses="value")
def logarithm_forgotten(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    p = shifted_softmax(scores)
    return -p[np.arange(len(p)), targets].mean(), gradient


@softmax.mistake(
    "each row should be a distribution. Over which axis must exp be summed?",
    loses="value gradient stability",
)
def over_the_samples(scores, targets):
    same_length(scores, targets)
    log_p = log_softmax(scores.T).T  # finite: a logarithm of 0 would be a second mistake
    gradient = np.exp(log_p) - np.eye(scores.shape[1])[targets]
    return -log_p[np.arange(len(scores)), targets].mean(), gradient / len(scores)


@softmax.mistake(
    "another number is subtracted from each entry of a row. Which may be subtracted without "
    "changing its softmax?",
    loses="value",
)
def shifted_by_columns(scores, targets):
    return softmax_cross_entropy(scores - scores.max(axis=0), targets)


@softmax.mistake(
    "this is the softmax alone. How does the right class enter the derivative?",
    loses="gradient",
)
def target_forgotten(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss, gradient + np.eye(scores.shape[1])[targets] / len(scores)


@softmax.mistake(
    "this is the derivative with respect to log p. How do the scores enter it, those of the "
    "other classes too?",
    loses="gradient stability",
)
def by_log_p(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    return loss, -np.eye(scores.shape[1])[targets] / len(scores)


@softmax.mistake(
    "this is the derivative with respect to p, and the one with respect to the scores is "
    "asked. How does p change with a score?",
    loses="gradient",
)
def by_p(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    y = np.eye(scores.shape[1])[targets]
    return loss, -y / (np.exp(log_softmax(scores)) * len(scores))


@softmax.mistake(
    "the 1 is taken from whole columns. How do you name one entry of each row?",
    loses="gradient",
)
def whole_columns(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    p = gradient + np.eye(scores.shape[1])[targets] / len(scores)
    p[:, np.unique(targets)] -= 1 / len(scores)
    return loss, p


@softmax.mistake(
    "the scores went through softmax twice. What does the formula take the logarithm of?",
    loses="value gradient stability",
)
def softmax_twice(scores, targets):
    same_length(scores, targets)
    return from_probabilities(shifted_softmax(shifted_softmax(scores)), targets)


@softmax.mistake(
    "exp is taken of minus the scores. Which class should be more likely, one with a high "
    "score or one with a low?",
    loses="value",
)
def scores_negated(scores, targets):
    return softmax_cross_entropy(-scores, targets)


@softmax.mistake(
    "each score goes through a sigmoid by itself. What do the numbers of a row add up to, and "
    "what should they?",
    loses="value gradient stability",
)
def sigmoid_of_each(scores, targets):
    same_length(scores, targets)
    return from_probabilities(1 / (1 + np.exp(-scores)), targets)


@softmax.mistake(
    "the other classes enter the loss with log(1 - p). Which logarithm does the formula sum?",
    loses="value stability",
)
def sure_of_each_class(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    y = np.eye(scores.shape[1])[targets]
    p = shifted_softmax(scores)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p)).sum() / len(p), gradient


@softmax.mistake(
    "this is the surprise at the class with the highest score. Which class is asked?",
    loses="value",
)
def surprise_at_the_best(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    return -log_softmax(scores).max(axis=1).mean(), gradient


@softmax.mistake(
    "each log p is weighted by p itself. Where do the targets come in?", loses="value"
)
def entropy(scores, targets):
    _, gradient = softmax_cross_entropy(scores, targets)
    log_p = log_softmax(scores)
    return -(np.exp(log_p) * log_p).sum(axis=1).mean(), gradient


@softmax.mistake(
    "the maximum of the row is taken off in ln(sum of exp), and not in the score of the right "
    "class. What does that change?",
    loses="value",
)
def sum_alone_shifted(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss - scores.max(axis=1).mean(), gradient


@softmax.mistake(
    "the maximum of the row is taken off in the score of the right class, and not in ln(sum of "
    "exp). What does that change?",
    loses="value",
)
def right_score_alone_shifted(scores, targets):
    loss, gradient = softmax_cross_entropy(scores, targets)
    return loss + scores.max(axis=1).mean(), gradient


@softmax.mistake(
    "the number of the class is subtracted in its whole row. Is class 9 nine times class 1?",
    loses="gradient",
)
def number_of_the_class(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    return loss, (shifted_softmax(scores) - targets[:, None]) / len(scores)


@softmax.mistake(
    "this is p (1 - p), the derivative of a probability with respect to its own score. Of what "
    "is the derivative asked?",
    loses="gradient",
)
def own_derivative(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    p = shifted_softmax(scores)
    return loss, p * (1 - p) / len(p)


@softmax.mistake(
    "p is divided by N, and the 1 that is taken from it is not. What does the mean divide?",
    loses="gradient",
)
def one_not_averaged(scores, targets):
    loss, _ = softmax_cross_entropy(scores, targets)
    return loss, shifted_softmax(scores) / len(scores) - np.eye(scores.shape[1])[targets]


@softmax.mistake(
    "the class with the highest score is taken for the right one, in the loss and in the "
    "gradient. Which argument knows the right class?",
    loses="value gradient stability",
)
def the_best_for_the_target(scores, targets):
    same_length(scores, targets)
    return softmax_cross_entropy(scores, scores.argmax(axis=1))


@softmax.mistake(
    "one maximum is taken for all rows. What is exp(-2000), in a row that lies far below it, "
    "and what is the logarithm of a sum of such numbers?",
    loses="stability",
)
def one_maximum_in_the_logarithm(scores, targets):
    same_length(scores, targets)
    z = scores - scores.max()
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    gradient = np.exp(log_p) - np.eye(scores.shape[1])[targets]
    return -log_p[np.arange(len(scores)), targets].mean(), gradient / len(scores)
