"""hinge_loss: the mean multiclass hinge loss, and its gradient."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

hinge = problem(
    "hinge_loss",
    rtol=DIGITS,
    returns={"loss": "value", "gradient": "gradient"},
    points={
        "shape": (1, "a number and an array of shape (N, C), both `float64`, in this order"),
        "value": (3, "the loss for random scores and a given margin"),
        "gradient": (3, "the gradient for these inputs"),
        "integers": (
            1,
            "the loss and the gradient, half each, for scores of type `int64`; the gradient "
            "must be `float64` here too",
        ),
        "default": (1, "the loss and the gradient, half each, for a call without a margin"),
        "inputs-unchanged": (1, "your function doesn't change `scores` or `targets`"),
    },
    forbidden={"all": ELSEWHERE},
)


@hinge.reference
def hinge_loss(scores, targets, margin=1.0):
    """Compute the mean multiclass hinge loss, and its gradient.

    gap[n, c] = scores[n, c] - scores[n, targets[n]] + margin
    loss = (1/N) * (sum over n, and over c other than targets[n], of max(0, gap[n, c]))

    scores : (N, C) array, float64 or integers
    targets : (N,) array of integers, the correct class of each row
    margin : float, at least 0 (default: 1.0)
    Returns (loss, gradient): the loss, a number, and its gradient with respect to the scores,
    an (N, C) array of float64.
    The function doesn't change scores or targets. In our inputs, no gap is exactly 0.
    """
    n = np.arange(len(scores))
    gap = scores - scores[n, targets][:, None] + margin
    gap[n, targets] = 0
    gradient = (gap > 0).astype(float)
    gradient[n, targets] = -gradient.sum(axis=1)
    return np.maximum(gap, 0).sum() / len(scores), gradient / len(scores)


hinge.example(np.array([[2.0, 4.0, -1.0], [1.0, 2.0, 4.0]]), np.array([0, 1]), 2.0)


def beaten(rng, scores):
    """Return targets that don't have the highest score, so that each row has a loss."""
    N, C = scores.shape  # a stable sort, because integers may tie
    return np.argsort(scores, axis=1, kind="stable")[np.arange(N), rng.integers(C - 1, size=N)]


@hinge.case("value", visible=2)
def some_margin(rng, N, C):
    """Scores on both sides of the margin."""
    scores, targets = rng.normal(size=(N, C)) * 2, rng.integers(C, size=N)
    margin, safe = float(rng.uniform(1.5, 3)), rng.integers(N)
    scores[safe, targets[safe]] = scores[safe].max() + margin + 1  # this image has no loss
    return scores, targets, margin


@hinge.case("integers")
def whole_numbers(rng, N, C):
    """Integer scores of type int64."""
    scores = rng.integers(-9, 9, size=(N, C))
    return scores, beaten(rng, scores), 0.5


@hinge.case("default")
def margin_left_out(rng, N, C):
    """A call without a margin."""
    scores = rng.normal(size=(N, C)) * 2
    return scores, beaten(rng, scores)


def gaps(scores, targets, margin):
    n = np.arange(len(scores))
    gap = np.maximum(scores - scores[n, targets][:, None] + margin, 0.0)
    gap[n, targets] = 0
    return n, gap


def pulls(gap, n, targets):
    gradient = (gap > 0).astype(float)
    gradient[n, targets] = -gradient.sum(axis=1)
    return gradient / len(gradient)


@hinge.alternative
def by_two_loops(scores, targets, margin=1.0):
    loss, gradient = 0.0, np.zeros(scores.shape)
    for n, t in enumerate(targets):
        for c in range(scores.shape[1]):
            gap = scores[n, c] - scores[n, t] + margin
            if c != t and gap > 0:
                loss += gap
                gradient[n, c] += 1
                gradient[n, t] -= 1
    return loss / len(scores), gradient / len(scores)


@hinge.alternative
def by_mask(scores, targets, margin=1.0):
    y = np.eye(scores.shape[1])[targets]
    gap = np.maximum(0, scores - (scores * y).sum(1, keepdims=True) + margin) * (1 - y)
    g = (gap > 0) - y * (gap > 0).sum(1, keepdims=True)
    return gap.sum(1).mean(), g / len(g)


@hinge.alternative
def margin_subtracted_at_the_end(scores, targets, margin=1.0):
    right = np.take_along_axis(scores, targets.reshape(-1, 1), 1)
    gap = np.where(scores + margin > right, scores + margin - right, 0)
    pulls = np.sign(gap)
    pulls[range(len(pulls)), targets] -= pulls.sum(axis=1)
    return (gap.sum() - margin * len(gap)) / len(gap), pulls / len(pulls)


def all_pull(scores, targets):
    """Return the gradient in which every incorrect class counts, for all gaps."""
    y = np.eye(scores.shape[1])[targets]
    return (1 - y * scores.shape[1]) / len(scores)


@hinge.mistake(
    "Your loss is too large by exactly the margin. How much does the correct class itself "
    "contribute to your sum?",
    loses="value",
)
def right_class_counted(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    return loss + margin, gradient


@hinge.mistake(
    "Your gradient counts the correct class only once, even if several incorrect classes are "
    "too close. How many gaps contain the score of the correct class?",
    loses="gradient",
)
def right_class_once(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    n = np.arange(len(gradient))
    gradient[n, targets] = -1.0 * (gradient[n, targets] < 0) / len(gradient)
    return loss, gradient


@hinge.mistake(
    "Your gradient is -1/N for the correct class in every row. What should this entry be if "
    "no incorrect class is too close, or if several are?",
    loses="gradient",
)
def right_class_always_once(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    gradient[np.arange(len(gradient)), targets] = -1 / len(gradient)
    return loss, gradient


@hinge.mistake(
    "Your gradient for the correct class counts one gap too many in every row. Which class "
    "doesn't belong in the sum?",
    loses="gradient",
)
def right_class_counts_itself(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    gradient[np.arange(len(gradient)), targets] -= 1 / len(gradient)
    return loss, gradient


@hinge.mistake(
    "Your gradient counts every incorrect class, even if its gap is negative. Which scores "
    "change the loss when they grow a little?",
    loses="gradient integers default",
)
def every_class_pulls(scores, targets, margin=1.0):
    return hinge_loss(scores, targets, margin)[0], all_pull(scores, targets)


@hinge.mistake(
    "Your gradient is 0 for the correct class. What is the derivative of each gap with "
    "respect to the score of the correct class?",
    loses="gradient",
)
def right_class_not_pushed(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    return loss, np.maximum(gradient, 0)


@hinge.mistake(
    "Your loss and gradient count only the incorrect class with the largest gap. Does the "
    "formula take a maximum or a sum over the classes?",
    loses="value",
)
def largest_only(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    closest, gradient = gap.argmax(1), np.zeros(scores.shape)
    gradient[n, closest] = gap[n, closest] > 0
    gradient[n, targets] -= gap[n, closest] > 0
    return gap.max(1).mean(), gradient / len(gradient)


@hinge.mistake(
    "Your loss and gradient are N times too large. What does the formula divide the sum by?",
    loses="value",
)
def not_averaged(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    return loss * len(scores), gradient * len(scores)


@hinge.mistake(
    "Your code subtracts the margin from each gap. Should a larger margin make the loss "
    "larger or smaller?",
    loses="value",
)
def margin_given_away(scores, targets, margin=1.0):
    return hinge_loss(scores, targets, -margin)


@hinge.mistake(
    "Your gap subtracts the two scores in the wrong order. Should the loss grow or shrink "
    "when the score of the correct class grows?",
    loses="value",
)
def difference_turned(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(-np.asarray(scores), targets, margin)
    return loss, -gradient


@hinge.mistake(
    "Your gradient contains the sizes of the gaps. What is the derivative of max(0, z) for z "
    "> 0?",
    loses="gradient",
)
def gap_for_its_derivative(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gradient = gap.copy()
    gradient[n, targets] = -gap.sum(axis=1)
    return gap.sum() / len(gap), gradient / len(gap)


@hinge.mistake(
    "Your code squares the gaps. What does the formula do with each gap?",
    loses="value",
)
def squared_gaps(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gradient = 2 * gap
    gradient[n, targets] = -gradient.sum(axis=1)
    return (gap**2).sum() / len(gap), gradient / len(gap)


@hinge.mistake(
    "Your loss is 0 as soon as the correct class wins. How large must its lead be?",
    loses="value",
)
def margin_forgotten(scores, targets, margin=1.0):
    return hinge_loss(scores, targets, 0.0)


@hinge.mistake(
    "Your code adds the margin after it takes the maximum, so every incorrect class "
    "contributes to the loss. What does the formula take the maximum of?",
    loses="value",
)
def margin_behind_the_maximum(scores, targets, margin=1.0):
    n, lead = gaps(scores, targets, 0.0)
    wrong_classes = scores.shape[1] - 1
    return lead.sum() / len(lead) + margin * wrong_classes, pulls(lead, n, targets)


@hinge.mistake(
    "Your loss and gradient include the correct class. Which classes does the sum run over?",
    loses="value",
)
def right_class_left_in(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    gradient[np.arange(len(gradient)), targets] -= 1 / len(gradient)
    return loss + margin, gradient


@hinge.mistake(
    "Your code compares each score only with the margin. Which other score does the gap "
    "contain?",
    loses="value",
)
def each_class_alone(scores, targets, margin=1.0):
    sign = 2 * np.eye(scores.shape[1])[targets] - 1
    gap = np.maximum(margin - sign * scores, 0)
    return gap.sum() / len(gap), -sign * (gap > 0) / len(gap)


@hinge.mistake(
    "Your loss and gradient include the negative gaps. What does the formula do with a "
    "negative gap?",
    loses="value",
)
def maximum_forgotten(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = scores - scores[n, targets][:, None] + margin
    gap[n, targets] = 0
    return gap.sum() / len(gap), all_pull(scores, targets)


@hinge.mistake(
    "Your loss and gradient ignore the last class. Where does your loop over the classes end?",
    loses="value",
)
def last_class_left_out(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gap[:, -1] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake(
    "Your loss and gradient ignore the last image. Where does your loop end?",
    loses="value",
)
def last_picture_left_out(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gap[-1] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake(
    "Your loss and gradient use only the first image. Where in your code is the `return`?",
    loses="value",
)
def only_first_picture(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gap[1:] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake(
    "Your loss is an array with one entry for each image. What does the formula do with these "
    "N losses?",
    loses="shape value",
)
def loss_of_each_picture(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    return gap.sum(axis=1), pulls(gap, n, targets)


@hinge.mistake(
    "Your gradient has no fractional parts when the scores are integers. Which dtype does an "
    "array get when you create it from integer scores?",
    loses="integers",
)
def made_like_the_scores(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    kept = np.zeros_like(scores)
    kept[:] = gradient
    return loss, kept


@hinge.mistake(
    "Your code averages only over the images with a positive loss. How many images does the "
    "formula divide by?",
    loses="value",
)
def mean_of_those_that_pay(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    pay = max((gap.sum(axis=1) > 0).sum(), 1)
    return gap.sum() / pay, pulls(gap, n, targets) * len(n) / pay


@hinge.mistake(
    "Your code compares each score with the highest score of its row. Which score does the "
    "formula subtract?",
    loses="value",
)
def against_the_best(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = np.maximum(scores - scores.max(axis=1, keepdims=True) + margin, 0)
    gap[n, targets] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake(
    "Your loss uses only the last image. Where does your code set the sum to 0?",
    loses="value",
)
def only_last_picture(scores, targets, margin=1.0):
    _, gap = gaps(scores, targets, margin)
    return gap[-1].sum() / len(gap), hinge_loss(scores, targets, margin)[1]


@hinge.mistake(
    "Your code applies max(0, ·) to the sum over the classes. Which comes first in the "
    "formula, the sum or the maximum?",
    loses="value",
)
def maximum_of_the_sum(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = scores - scores[n, targets][:, None] + margin
    gap[n, targets] = 0
    loss = np.maximum(gap.sum(axis=1), 0).mean()
    return loss, hinge_loss(scores, targets, margin)[1]


@hinge.mistake(
    "Your loss and gradient ignore all classes after the correct one. Does `break` end one "
    "pass of a loop, or the whole loop?",
    loses="value",
)
def broken_off_at_the_right_class(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gap *= np.arange(scores.shape[1]) < targets[:, None]
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake(
    "Your gaps have no fractional parts when the scores are integers. Which dtype does an "
    "array get when you create it from integer scores?",
    loses="integers",
)
def gaps_made_like_the_scores(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = np.zeros_like(scores)
    gap[:] = scores - scores[n, targets][:, None] + margin
    gap[n, targets] = 0
    return np.maximum(gap, 0).sum() / len(gap), pulls(gap, n, targets)
