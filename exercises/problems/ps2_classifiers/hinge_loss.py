"""hinge_loss: the mean multiclass hinge loss, and its gradient."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

hinge = problem(
    "hinge_loss",
    rtol=DIGITS,
    returns={"loss": "value", "gradient": "gradient"},
    points={
        "shape": (1, "a number and an (N, C) array, both `float64`, in this order"),
        "value": (3, "the loss of random scores with a margin that is given"),
        "gradient": (3, "their gradient"),
        "integers": (
            1,
            "loss and gradient, half each, where the scores are of type `int64`; the "
            "gradient is `float64` there too",
        ),
        "default": (1, "loss and gradient, half each, where the margin is left out"),
        "inputs-unchanged": (1, "`scores` and `targets` stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@hinge.reference
def hinge_loss(scores, targets, margin=1.0):
    """Mean multiclass hinge loss, and its gradient with respect to the scores.

    gap[n, c] = scores[n, c] - scores[n, targets[n]] + margin
    loss = (1/N) * (sum over n, and over c other than targets[n], of max(0, gap[n, c]))

    scores : (N, C) array, float64 or integers
    targets : (N,) array of integers, the right class of each row
    margin : float, at least 0; 1.0 where it is left out
    Returns (loss, gradient): a number and an (N, C) array, float64.
    scores and targets stay as they are. No gap that you meet is exactly 0.
    """
    n = np.arange(len(scores))
    gap = scores - scores[n, targets][:, None] + margin
    gap[n, targets] = 0
    gradient = (gap > 0).astype(float)
    gradient[n, targets] = -gradient.sum(axis=1)
    return np.maximum(gap, 0).sum() / len(scores), gradient / len(scores)


hinge.example(np.array([[2.0, 4.0, -1.0], [1.0, 2.0, 4.0]]), np.array([0, 1]), 2.0)


def beaten(rng, scores):
    """Return targets that do not have the highest score, so that each row has a loss."""
    N, C = scores.shape  # whole numbers may be equal: their order must not be the processor's
    return np.argsort(scores, axis=1, kind="stable")[np.arange(N), rng.integers(C - 1, size=N)]


@hinge.case("value", visible=2)
def some_margin(rng, N, C):
    """Scores on both sides of the margin."""
    scores, targets = rng.normal(size=(N, C)) * 2, rng.integers(C, size=N)
    margin, safe = float(rng.uniform(1.5, 3)), rng.integers(N)
    scores[safe, targets[safe]] = scores[safe].max() + margin + 1  # this picture pays nothing
    return scores, targets, margin


@hinge.case("integers")
def whole_numbers(rng, N, C):
    """Whole-number scores of type int64."""
    scores = rng.integers(-9, 9, size=(N, C))
    return scores, beaten(rng, scores), 0.5


@hinge.case("default")
def margin_left_out(rng, N, C):
    """The margin left out."""
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
    """Return the gradient in which every wrong class counts, whatever its margin."""
    y = np.eye(scores.shape[1])[targets]
    return (1 - y * scores.shape[1]) / len(scores)


@hinge.mistake("what does the right class itself contribute to this sum?", loses="value")
def right_class_counted(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    return loss + margin, gradient


@hinge.mistake(
    "each wrong class that is too close pulls once. How often is the right class pushed?",
    loses="gradient",
)
def right_class_once(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    n = np.arange(len(gradient))
    gradient[n, targets] = -1.0 * (gradient[n, targets] < 0) / len(gradient)
    return loss, gradient


@hinge.mistake(
    "the right class is pushed once in every row. What if no wrong class is too close, or "
    "several?",
    loses="gradient",
)
def right_class_always_once(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    gradient[np.arange(len(gradient)), targets] = -1 / len(gradient)
    return loss, gradient


@hinge.mistake(
    "the right class counts itself among those that push it. Is 0 above 0?", loses="gradient"
)
def right_class_counts_itself(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    gradient[np.arange(len(gradient)), targets] -= 1 / len(gradient)
    return loss, gradient


@hinge.mistake(
    "every wrong class pulls here, whether it is too close or not. Is 0 above 0?",
    loses="gradient integers default",
)
def every_class_pulls(scores, targets, margin=1.0):
    return hinge_loss(scores, targets, margin)[0], all_pull(scores, targets)


@hinge.mistake(
    "the score of the right class stands in every gap. What is the derivative with respect "
    "to it?",
    loses="gradient",
)
def right_class_not_pushed(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    return loss, np.maximum(gradient, 0)


@hinge.mistake(
    "only the closest wrong class counts here. Does the formula take a maximum or a sum "
    "over the classes?",
    loses="value",
)
def largest_only(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    closest, gradient = gap.argmax(1), np.zeros(scores.shape)
    gradient[n, closest] = gap[n, closest] > 0
    gradient[n, targets] -= gap[n, closest] > 0
    return gap.max(1).mean(), gradient / len(gradient)


@hinge.mistake("this is N times too large. What do you divide by?", loses="value")
def not_averaged(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    return loss * len(scores), gradient * len(scores)


@hinge.mistake(
    "must the right class have the margin in addition to winning, or is it given the margin?",
    loses="value",
)
def margin_given_away(scores, targets, margin=1.0):
    return hinge_loss(scores, targets, -margin)


@hinge.mistake(
    "the difference is turned round. Which class should lose when its score is high?",
    loses="value",
)
def difference_turned(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(-np.asarray(scores), targets, margin)
    return loss, -gradient


@hinge.mistake(
    "the size of the gap stands in the gradient. What is the derivative of max(0, z) where "
    "z is above 0?",
    loses="gradient",
)
def gap_for_its_derivative(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gradient = gap.copy()
    gradient[n, targets] = -gap.sum(axis=1)
    return gap.sum() / len(gap), gradient / len(gap)


@hinge.mistake("every gap is squared here. What does the formula do with a gap?", loses="value")
def squared_gaps(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gradient = 2 * gap
    gradient[n, targets] = -gradient.sum(axis=1)
    return (gap**2).sum() / len(gap), gradient / len(gap)


@hinge.mistake(
    "the right class wins already with any lead. Where should the margin stand?", loses="value"
)
def margin_forgotten(scores, targets, margin=1.0):
    return hinge_loss(scores, targets, 0.0)


@hinge.mistake(
    "every wrong class pays the margin, also one that is far behind. Of what is max(0, ·) "
    "taken in the formula?",
    loses="value",
)
def margin_behind_the_maximum(scores, targets, margin=1.0):
    n, lead = gaps(scores, targets, 0.0)
    wrong_classes = scores.shape[1] - 1
    return lead.sum() / len(lead) + margin * wrong_classes, pulls(lead, n, targets)


@hinge.mistake(
    "the right class is left in, in the loss and in the gradient. Over which classes does "
    "the sum go?",
    loses="value",
)
def right_class_left_in(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    gradient[np.arange(len(gradient)), targets] -= 1 / len(gradient)
    return loss + margin, gradient


@hinge.mistake(
    "each score is held against the margin by itself. With what does the formula compare it?",
    loses="value",
)
def each_class_alone(scores, targets, margin=1.0):
    sign = 2 * np.eye(scores.shape[1])[targets] - 1
    gap = np.maximum(margin - sign * scores, 0)
    return gap.sum() / len(gap), -sign * (gap > 0) / len(gap)


@hinge.mistake(
    "gaps below 0 are added, too. What does the formula make of them?", loses="value"
)
def maximum_forgotten(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = scores - scores[n, targets][:, None] + margin
    gap[n, targets] = 0
    return gap.sum() / len(gap), all_pull(scores, targets)


@hinge.mistake(
    "the last class never counts. Where does your loop over the classes end?", loses="value"
)
def last_class_left_out(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gap[:, -1] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake("the last picture does not count. Where does your loop end?", loses="value")
def last_picture_left_out(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gap[-1] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake("only the first picture counts. Where does the return stand?", loses="value")
def only_first_picture(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gap[1:] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake(
    "each picture keeps its own loss. What does the formula do with the N of them?",
    loses="shape value",
)
def loss_of_each_picture(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    return gap.sum(axis=1), pulls(gap, n, targets)


@hinge.mistake(
    "these numbers have lost their fractions. Of which type is an array made like whole-number "
    "scores?",
    loses="integers",
)
def made_like_the_scores(scores, targets, margin=1.0):
    loss, gradient = hinge_loss(scores, targets, margin)
    kept = np.zeros_like(scores)
    kept[:] = gradient
    return loss, kept


@hinge.mistake(
    "the mean is taken over the pictures that pay. How many pictures does the formula count?",
    loses="value",
)
def mean_of_those_that_pay(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    pay = max((gap.sum(axis=1) > 0).sum(), 1)
    return gap.sum() / pay, pulls(gap, n, targets) * len(n) / pay


@hinge.mistake(
    "each score is held against the highest of its row. With which one does the formula "
    "compare it?",
    loses="value",
)
def against_the_best(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = np.maximum(scores - scores.max(axis=1, keepdims=True) + margin, 0)
    gap[n, targets] = 0
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake(
    "only the last picture counts. Where does your code set the sum to 0?", loses="value"
)
def only_last_picture(scores, targets, margin=1.0):
    _, gap = gaps(scores, targets, margin)
    return gap[-1].sum() / len(gap), hinge_loss(scores, targets, margin)[1]


@hinge.mistake(
    "max(0, ·) is taken of the sum over the classes. Which of the two does the formula do "
    "first?",
    loses="value",
)
def maximum_of_the_sum(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = scores - scores[n, targets][:, None] + margin
    gap[n, targets] = 0
    loss = np.maximum(gap.sum(axis=1), 0).mean()
    return loss, hinge_loss(scores, targets, margin)[1]


@hinge.mistake(
    "the classes behind the right one never count. Does break leave one pass of the loop, or "
    "the loop?",
    loses="value",
)
def broken_off_at_the_right_class(scores, targets, margin=1.0):
    n, gap = gaps(scores, targets, margin)
    gap *= np.arange(scores.shape[1]) < targets[:, None]
    return gap.sum() / len(gap), pulls(gap, n, targets)


@hinge.mistake(
    "the gaps have lost their fractions. Of which type is an array made like whole-number "
    "scores?",
    loses="integers",
)
def gaps_made_like_the_scores(scores, targets, margin=1.0):
    n = np.arange(len(scores))
    gap = np.zeros_like(scores)
    gap[:] = scores - scores[n, targets][:, None] + margin
    gap[n, targets] = 0
    return np.maximum(gap, 0).sum() / len(gap), pulls(gap, n, targets)
