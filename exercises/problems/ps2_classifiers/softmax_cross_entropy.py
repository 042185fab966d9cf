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
        "errors": (0.5, "a `ValueError` if there is one target too few or too many"),
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


def some_targets(rng, N, C):
    """Return targets with the last class, so that they can't index the rows if N < C."""
    return rng.permutation([C - 1, *rng.integers(C, size=N - 1)])


@softmax.case("value", visible=2)
def ordinary(rng, N, C):
    """Ordinary scores."""
    return rng.normal(size=(N, C)) * 2, some_targets(rng, N, C)


@softmax.case("stability")
def huge(rng, N, C):
    """Scores in the thousands."""
    # If the best class led by 5 to 40, rounding would destroy the digits of its 1 - p. The
    # largest score of each column is far above half of the rows, and two rows have the same
    # best class, so that sums over columns differ from sums over rows. Each target is the best
    # class of some row, so that no such sum is 0. No target is the last class, because
    # targets.max() + 1 isn't C.
    while True:
        scores = rng.normal(size=(N, C)) * 1000 + 3000 * np.resize([-1, 1], N)[:, None]
        pair = scores[:2].argmax(axis=1)
        scores[0, pair] = scores[0, pair[::-1]]
        lead = np.diff(np.sort(scores, axis=1)[:, -2:])
        targets = rng.permutation(scores.argmax(axis=1))
        if C - 1 not in targets and not ((lead > 5) & (lead < 40)).any():
            return scores, targets


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


SHIFT, ALL = " - scores.max(axis=1, keepdims=True)", ("max(axis=1, keepdims=True)", "max()")
LOG_P = "z - np.log(np.exp(z).sum(axis=1, keepdims=True))"
LOG_OF_QUOTIENT = LOG_P, "np.log(np.exp(z) / np.exp(z).sum(axis=1, keepdims=True))"
LOSS = "log_p[n, targets].mean()"

CHOSEN = "np.eye(scores.shape[1])[targets]"  # 1 for the correct class of each row

softmax.known["value"] = {
    "Your loss is negative. What is the sign of the logarithm of a probability, and what sign "
    "should the loss have?": {"sign_forgotten": {"return -log_p": "return log_p"}},
    "Your result is N times too large. What does the formula divide the sum by?": {
        "sum_instead_of_mean": {"mean(), gradient / len(scores)": "sum(), gradient"}
    },
    "Your loss is the mean of an array with N rows and C columns. How many of its entries does "
    "the formula add up, and what does it divide their sum "
    "by?": {"mean_over_classes": {"targets].mean()": "targets].mean() / scores.shape[1]"}},
    "Your code ignores the last image. Where does your loop or slice end?": {
        "last_sample_left_out": {"return": "gradient[-1] = log_p[-1] = 0\n    return"}
    },
    "Your code uses only the first image. Where in your code is the `return`?": {
        "only_first_sample": {"return": "gradient[1:] = log_p[1:] = 0\n    return"}
    },
    "For each row, your loss uses the correct classes of all the images. How can you select a "
    "single entry from each "
    "row?": {"columns_of_all_targets": {"log_p[n, targets]": "log_p[:, targets]"}},
    "In your loss, you add up log p over all classes. Which class does the formula use?": {
        "all_classes": {"log_p[n, targets].mean()": "log_p.sum() / len(scores)"}
    },
    "Your loss is minus the logarithm of a mean. Does the formula take the logarithm before or "
    "after the "
    "mean?": {
        "logarithm_of_the_mean": {
            "log_p[n, targets].mean()": "np.log(np.exp(log_p[n, targets]).mean())"
        }
    },
    "Your loss is the mean of -p. Which function does the formula apply to p?": {
        "logarithm_forgotten": {"log_p[n, targets]": "np.exp(log_p[n, targets])"}
    },
    "In your loss, you subtract the row maximum inside ln(sum of exp), but not from the score "
    "of the correct class. How does this change ln(sum of exp) minus that "
    "score?": {"sum_alone_shifted": {".mean()": ".mean() - scores.max(axis=1).mean()"}},
    "In your loss, the row maximum is subtracted from the score of the correct class, but not "
    "from ln(sum of exp). How does this change ln(sum of exp) minus that "
    "score?": {"right_score_alone_shifted": {".mean()": ".mean() + scores.max(axis=1).mean()"}},
    "Your code subtracts a different number from each entry of a row. What can you subtract "
    "without changing the softmax of the "
    "row?": {"shifted_by_columns": "scores = scores - scores.max(axis=0)"},
}

softmax.known["shape value"] = {
    "Your loss is an array with one entry for each image. What does the formula do with these "
    "N losses?": {"loss_of_each_sample": {"targets].mean()": "targets]"}}
}

softmax.known["gradient"] = {
    "In your gradient, you subtract 1 in the same column of each row, the target of the last "
    "image. Where does your code set the variable with the target?": {
        "last_target_everywhere": {"gradient[n, targets]": "gradient[n, targets[-1]]"}
    },
    "Your gradient has an extra factor of p (1 - p). Is p - 1 the derivative with respect to "
    "the probability or the score of the correct class?": {
        "times_the_slope_of_a_sigmoid": {
            "gradient / len": "gradient * np.exp(log_p) * (1 - np.exp(log_p)) / len"
        }
    },
    "You differentiate the sum of the losses. How does the gradient change if you "
    "differentiate the mean "
    "instead?": {"gradient_not_averaged": {"gradient / len(scores)": "gradient"}},
    "Your gradient contains only the softmax. How does the correct class enter the "
    "derivative?": {"target_forgotten": {"    gradient[n, targets] -= 1\n": ""}},
    "In your gradient, you subtract 1 from whole columns. How can you select a single entry "
    "from each "
    "row?": {"whole_columns": {"gradient[n, targets] -= 1": "gradient[:, targets] -= 1"}},
    "In your gradient, you divide p by N, but not the 1 that you subtract. Should you divide "
    "before or after you subtract the "
    "1?": {"one_not_averaged": {"targets] -= 1": "targets] -= len(scores)"}},
}

softmax.known["stability"] = {
    "Your code subtracts the largest absolute value of each row. What is left to take the "
    "logarithm of if all scores of a row are near -3000?": {
        "largest_size_subtracted": {"- scores.max(": "- abs(scores).max("}
    },
    "Your `exp` overflows for scores in the thousands. What can you subtract from a row "
    "without changing its softmax?": {
        "no_shift": [(SHIFT, ""), LOG_OF_QUOTIENT],
        "no_shift_of_the_logarithms": {SHIFT: ""},
    },
    "Your code clips the scores, which changes their differences. What can you subtract from a "
    "row without changing its "
    "softmax?": {
        f"clipped_at_{most}": {"scores" + SHIFT: f"np.clip(scores, -{most}, {most})"}
        for most in (100, 300, 500, 700)
    },
    "Your `exp` doesn't overflow, but your code takes the logarithm of 0. How can you compute "
    "log p without computing p first?": {"log_of_zero": {"z - np.log(": "np.log(np.exp(z) / "}},
    "Your loss has an upper bound, because you add a small constant inside the logarithm, or "
    "clip p. How large should it be if the correct score is 2,000 below the highest one?": {
        "capped_by_a_constant": {LOSS: "np.log(np.exp(log_p[n, targets]) + 1e-12).mean()"}
    },
    "Your loss has an upper bound, because you clip the probabilities before you take the "
    "logarithm. How large should the loss be if the correct score is 2,000 below the highest "
    "one?": {
        "clipped_probabilities": {
            LOSS: "np.log(np.clip(np.exp(log_p[n, targets]), 1e-15, 1)).mean()"
        }
    },
    "Your code subtracts the same maximum from every row. If all scores in a row are 2,000 "
    "below this maximum, what sum do you divide by?": {
        "one_maximum_for_all": [ALL, LOG_OF_QUOTIENT]
    },
    "Your code subtracts the same maximum from every row. If all scores in a row are 2,000 "
    "below this maximum, what sum do you take the logarithm of?": {
        "one_maximum_in_the_logarithm": [ALL]
    },
}

softmax.known["value gradient stability"] = {
    "You subtract the row maximum from the scores, but your ln(sum of exp) doesn't make up "
    "for it. What must you add to it?": {
        "maximum_not_added_back": {"log_p = z - np": "log_p = scores - np"}
    },
    "Your probabilities add up to 1 over the whole array. Which axis should you sum the "
    "exponentials "
    "over?": {"one_sum_for_all": [ALL, (LOG_P, "np.log(np.exp(z) / np.exp(z).sum())")]},
    "Your probabilities add up to 1 in each column. Which axis should you sum the exponentials "
    "over?": {"over_the_samples": {"max(axis=1": "max(axis=0", "sum(axis=1": "sum(axis=0"}},
    "Your code applies softmax twice. In the formula for p, is `exp` applied to scores or to "
    "probabilities?": {
        "softmax_twice": {
            "z = scores - scores.max(axis=1, keepdims=True)": (
                "z = np.exp(scores - scores.max(axis=1, keepdims=True))\n    z /= "
                "z.sum(axis=1, keepdims=True)"
            )
        }
    },
    "Your code uses the class before each correct class. Are the targets counted from 0 "
    "or from 1?": {"counted_from_one": {"n = np": "targets = targets - 1\n    n = np"}},
    "Your code applies a sigmoid to each score separately. What should the probabilities of a "
    "row add up to?": {"sigmoid_of_each": {LOG_P: "np.log(1 / (1 + np.exp(-scores)))"}},
}

softmax.known["value stability"] = {
    "Your loss takes the logarithm of each exponential before it adds them up. Which of the "
    "two comes first in the formula?": {
        "logarithm_before_the_sum": {
            "-log_p[n, targets].mean()": "(z.sum(axis=1) - z[n, targets]).mean()"
        }
    },
    "Your loss is nan, because it takes the logarithm of probabilities from which you have "
    "subtracted 1. Is your `gradient` a copy of them?": {
        "logarithm_of_the_gradient": {"    return": "    log_p = np.log(gradient)\n    return"}
    },
}

softmax.known["gradient stability"] = {
    "Your gradient is the derivative with respect to log p. How does log p of the correct "
    "class depend on each score, including the scores of the other "
    "classes?": {"by_log_p": {"np.exp(log_p)": "0 * log_p"}},
    "Your gradient is 0 except for the correct classes. How does the loss change when the "
    "score of a different class increases?": {
        "only_correct_classes": {"    return": f"    gradient *= {CHOSEN}\n    return"}
    },
    "Your gradient is the derivative with respect to p. How does p depend on each score?": {
        "by_p": {"    return": f"    gradient = -{CHOSEN} / np.exp(log_p)\n    return"}
    },
}
