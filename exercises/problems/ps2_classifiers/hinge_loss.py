"""hinge_loss: the mean multiclass hinge loss, and its gradient."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

hinge = problem(
    "hinge_loss",
    rtol=DIGITS,
    returns={"loss": "value", "gradient": "gradient"},
    zeros={"gradient": "classes that add nothing to the loss"},
    points={
        "shape": (1, "a number and an array of shape (N, C), both `float64`, in this order"),
        "value": (3, "the loss for random scores and a given margin"),
        "gradient": (3, "the gradient for these inputs"),
        "edge": (
            2,
            "half for scores of type `int64` (the gradient must be `float64` here too), and "
            "half for a call without a margin",
        ),
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
    margin : float, above 0 (default: 1.0)
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
    margin, (safe, last) = float(rng.uniform(1.5, 3)), rng.permutation(N)[:2]
    targets[last] = C - 1  # so that targets.max() + 1 is C
    scores[safe, targets[safe]] = scores[safe].max() + margin + 1  # this image has no loss
    return scores, targets, margin


@hinge.case("edge")
def whole_numbers(rng, N, C):
    """Integer scores of type int64."""
    scores = rng.integers(-9, 9, size=(N, C))
    scores[np.arange(N), scores.argmax(axis=1)] += 1  # so that only one gap is the largest
    targets = beaten(rng, scores)
    scores[1, -1], targets[1] = scores[1].min() - 1, C - 1  # so that targets.max() + 1 is C
    targets[0], tied = np.argsort(scores[0])[:2]
    scores[0, tied] = scores[0, targets[0]]  # another class ties with the correct one
    return scores, targets, 0.5


@hinge.case("edge")
def margin_left_out(rng, N, C):
    """A call without a margin."""
    scores = rng.normal(size=(N, C)) * 2
    scores[:, -1] = scores.max(axis=1) + 1
    return scores, beaten(rng, scores)  # no target is the last class: targets.max() + 1 isn't C


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


GAP = "scores - scores[n, targets][:, None]"
TURNED = "scores[n, targets][:, None] - scores"
PULLS = "(gap > 0).astype(float)"
AT_TARGETS = "-gradient.sum(axis=1)"
hinge.known["value"] = {
    "Your loss is the mean over all N · C gaps. What does the formula divide the sum by?": {
        "mean_of_all_gaps": {
            "np.maximum(gap, 0).sum() / len(scores)": "np.maximum(gap, 0).mean()"
        }
    },
    "Your loss is the number of positive gaps divided by N. What does the formula add up?": {
        "gaps_counted": {"np.maximum(gap, 0).sum()": "(gap > 0).sum()"}
    },
    "Your loss is too large by exactly the margin. How much does the correct class itself "
    "contribute to your sum?": {"right_class_counted": {"scores),": "scores) + margin,"}},
    "Your code subtracts the margin only once from the sum over all images. How much does each "
    "image's correct class contribute to this sum?": {
        "margin_subtracted_once": {"scores), g": "scores) + margin - margin / len(scores), g"}
    },
    "Your loss is too large by `margin` - 1. How much does the correct class contribute to "
    "your sum, and how much do you subtract for it?": {
        "one_subtracted": {"scores),": "scores) + margin - 1,"}
    },
    "Your code counts only the incorrect class that violates the margin most. Does the "
    "formula take a maximum or a sum over the classes?": {
        "largest_only": {
            "gap[n, targets] = 0": (
                "gap[n, targets] = 0\n    gap *= np.arange(scores.shape[1]) == "
                "gap.argmax(axis=1)[:, None]"
            )
        }
    },
    "Your result is N times too large. What does the formula divide the sum by?": {
        "not_averaged": {" / len(scores), gradient / len(scores)": ", gradient"}
    },
    "Your code divides by the number of positive gaps. What does the formula "
    "divide the sum by?": {
        "divided_by_the_gaps": {
            " / len(scores), gradient / len(scores)": (
                " / (gap > 0).sum(), gradient / (gap > 0).sum()"
            )
        }
    },
    "The margin has the wrong sign in your gaps. Should a larger margin make the loss "
    "larger or smaller?": {"margin_given_away": {"+ margin": "- margin"}},
    "In your gap, you subtract the two scores in the wrong order. Should the loss increase or "
    "decrease when the score of the correct class increases?": {
        "difference_turned": {GAP: TURNED, ", gradient": ", -gradient"},
        "difference_turned_in_the_gap_alone": {GAP: TURNED},
    },
    "Your code squares the gaps. What does the formula do with each gap?": {
        "squared_gaps": {
            PULLS: "2 * np.maximum(gap, 0.0)",
            "maximum(gap, 0)": "square(np.maximum(gap, 0))",
        }
    },
    "Your loss is 0 as soon as the correct class has the highest score. How large must its "
    "lead be?": {"margin_forgotten": {" + margin": ""}},
    "Your code adds the margin after it takes the maximum, so every incorrect class "
    "contributes to the loss. What does the formula take the maximum of?": {
        "margin_behind_the_maximum": {
            " + margin": "",
            "scores), g": "scores) + margin * (scores.shape[1] - 1), g",
        },
        "margin_behind_the_maximum_in_the_loss": {
            "np.maximum(gap, 0).sum()": "np.where(gap, np.maximum(gap, margin), 0).sum()"
        },
    },
    "Your code sets whole columns of the gaps to 0, one for each target. How can you select a "
    "single entry from each row?": {"whole_columns": {"gap[n, targets]": "gap[:, targets]"}},
    "Your code includes the correct class. Which classes does the sum run over?": {
        "right_class_left_in": {
            AT_TARGETS: "-gradient.sum(axis=1) - 1",
            "sum() / len(scores), g": "sum() / len(scores) + margin, g",
        }
    },
    "Your code includes the negative gaps. What does the formula do with a negative gap?": {
        "maximum_forgotten": {
            PULLS: "np.ones(scores.shape)",
            AT_TARGETS: "1 - scores.shape[1]",
            "np.maximum(gap, 0)": "gap",
        }
    },
    "Your code ignores the last image. Where does your loop or slice end?": {
        "last_picture_left_out": {"targets] = 0": "targets] = gap[-1] = 0"}
    },
    "Your code uses only the first image. Where in your code is the `return`?": {
        "only_first_picture": {"gap[n, targets] = 0": "gap[n, targets] = gap[1:] = 0"}
    },
}

hinge.known["gradient"] = {
    "Your gradient for the correct class is 1/N in each row with a loss. Which sign does its "
    "score have in a gap, and how many positive gaps contain "
    "it?": {"right_class_is_one": {AT_TARGETS: "gradient.max(axis=1)"}},
    "In your gradient, the entry for the correct class isn't divided by N. Which factor is in "
    "front of the whole "
    "sum?": {"right_class_not_averaged": {AT_TARGETS: "-gradient.sum(axis=1) * len(scores)"}},
    "Your gradient for the correct class is -1/N in every row. How many of the positive gaps "
    "in a row contain the score of the correct "
    "class?": {"right_class_once": {AT_TARGETS: "-1"}},
    "Your gradient for the correct class is -1/N in each row with a loss. How many of the "
    "positive gaps in a row contain the score of the correct class? (`-=` with an "
    "array of indices applies a repeated index only once.)": {
        "right_class_once_if_there_is_a_loss": {AT_TARGETS: "-gradient.max(axis=1)"}
    },
    "Your gradient for the correct class counts one gap too many in every row. Which class "
    "isn't part of the sum?": {"right_class_counts_itself": {"axis=1)": "axis=1) - 1"}},
    "Your gradient counts only classes with a higher score than the correct class. Which "
    "classes contribute to the loss?": {"only_winners_pull": {"(gap > 0)": "(gap > margin)"}},
    "Your gradient for the correct class is the same in every row, as if all C - 1 gaps were "
    "positive. Which gaps contribute to the "
    "loss?": {"right_class_counts_all": {AT_TARGETS: "1 - scores.shape[1]"}},
    "In your gradient, you change whole columns. How can you select a single entry from each "
    "row?": {
        "whole_columns": {"gradient[n, targets] = -": "gradient[:, targets] -= "},
        "whole_columns_replaced": {"gradient[n, targets]": "gradient[:, targets]"},
    },
    "Your gradient is 0 for the correct class. What is the derivative of each gap with respect "
    "to the score of the correct class?": {"right_class_not_pushed": {AT_TARGETS: "0"}},
    "Your gradient depends on the sizes of the gaps. What is the derivative of max(0, z) for z "
    "> 0?": {"gap_for_its_derivative": {"(gap > 0).astype(float": "np.maximum(gap, 0.0"}},
}

hinge.known["gradient edge"] = {
    "Your gradient counts every incorrect class, even if its gap is negative. What is the "
    "derivative of max(0, z) for z < 0?": {
        "every_class_pulls": {PULLS: "np.ones(scores.shape)", AT_TARGETS: "1 - scores.shape[1]"}
    }
}

hinge.known["shape value"] = {
    "Your loss is an array with one entry for each image. What does the formula do with these "
    "N losses?": {"loss_of_each_picture": {"sum() / len(scores), g": "sum(axis=1), g"}}
}

hinge.known(where="margin_left_out")["edge"] = {
    "Your default for `margin` is the value from the example. Which default does the "
    "problem statement give?": {"default_from_the_example": {"margin=1.0": "margin=2.0"}},
    "Your default for `margin` is 0. Which default does the problem statement give?": {
        "default_of_zero": {"margin=1.0": "margin=0.0"}
    },
}

hinge.known(where="whole_numbers")["edge"] = {
    "Your code leaves out every class that has the same score as the correct class. How can "
    "you select the correct class without comparing numbers?": {
        "ties_left_out": {"gap[n, targets] = 0": "gap[gap == margin] = 0"}
    },
    "Your gradient loses its fractional parts when the scores are integers. Which dtype does "
    "an array get when you create it from integer scores?": {
        "made_like_the_scores": {
            ", gradient / len(scores)": ", (gradient / len(scores)).astype(scores.dtype)"
        }
    },
    "Your gaps lose their fractional parts when the scores are integers. Which dtype does an "
    "array get when you create it from integer scores?": {
        "gaps_made_like_the_scores": {
            "gap[n, targets] = 0": "gap[n, targets] = 0\n    gap = gap.astype(scores.dtype)"
        }
    },
}
