"""perplexity: the bits per character and the perplexity of a network, from its logits."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

hesitation = problem(
    "perplexity",
    rtol=DIGITS,
    returns={"bits": "bits", "perplexity": "value"},
    points={
        "shape": (1, "two numbers, in the correct order"),
        "bits": (4, "`bits`"),
        "value": (2, "`perplexity`"),
        "stability": (
            2,
            "both numbers, half for logits above 1,000 and below −1,000 and half for a target "
            "character whose probability is too small for `float64`",
        ),
        "inputs-unchanged": (1, "your function doesn't change its arguments"),
    },
    forbidden={"all": ELSEWHERE},
)


@hesitation.reference
def perplexity(logits, target):
    """Compute the bits per character of a network and the perplexity.

    p(t, n) = exp(logits[t, n, k]) / (sum of exp(logits[t, n, v]) over all v), k = target[t, n]
    bits = the mean of -log2 p(t, n) over all steps and sequences,  perplexity = 2^bits

    logits : (T, N, V) array; the logits can be arbitrarily large or small
    target : (T, N) array of integers from 0 to V - 1, the characters that actually came next
    Returns (bits, perplexity): two numbers.
    """
    s = logits - logits.max(axis=2, keepdims=True)
    right = np.take_along_axis(s, target[:, :, None], axis=2)[:, :, 0]
    surprise = np.log(np.exp(s).sum(axis=2)) - right
    return surprise.mean() / np.log(2), np.exp(surprise.mean())


hesitation.example(
    np.log(np.array([[[1.0, 1.0, 2.0]], [[1.0, 5.0, 2.0]]])), np.array([[2], [0]])
)


def drawn(rng, T, N, V):
    """Return logits and targets; the logits of the targets are raised a little.

    The first target is the last character, so that target.max() + 1 is V.
    """
    logits, target = 1.5 * rng.normal(size=(T, N, V)), rng.integers(V, size=(T, N))
    target[0, 0] = V - 1
    logits[*np.ogrid[:T, :N], target] += 0.7
    return logits, target


@hesitation.case("value", visible=2)
def random_logits(rng, T, N, V):
    """Random logits."""
    return drawn(rng, T, N, V)


@hesitation.case("stability")
def large_logits(rng, T, N, V):
    """Logits above 1,000 and below -1,000."""
    logits, target = drawn(rng, T, N, V)
    target = np.minimum(target, V - 2)  # without the last character: target.max() + 1 isn't V
    logits += rng.choice([-1500.0, 1500.0], size=(T, N, 1))
    logits[*np.ogrid[:T, :N], (target + 1) % V] -= 60_000.0
    return logits, target


@hesitation.case("stability")
def impossible_character(rng, T, N, V):
    """A character whose logit is so far below the others that exp returns 0."""
    logits, target = drawn(rng, T, N, V)
    t, n = rng.integers(T), rng.integers(N)
    logits[t, n, target[t, n]] -= 800.0
    return logits, target


@hesitation.alternative
def number_by_number(logits, target):
    total = 0.0
    for t in range(len(logits)):
        for n in range(logits.shape[1]):
            row = logits[t, n]
            largest = max(row)
            below = sum(np.exp(v - largest) for v in row)
            total -= (row[target[t, n]] - largest) / np.log(2) - np.log2(below)
    bits = total / target.size
    return float(bits), float(2**bits)


@hesitation.alternative
def by_differences(logits, target):
    right = logits[*np.indices(target.shape), target]
    bits = np.logaddexp.reduce(logits - right[..., None], axis=-1) / np.log(2)
    return [np.mean(bits), np.prod(2 ** (bits / bits.size))]


SURPRISE = "np.log(np.exp(s).sum(axis=2)) - right"
SHIFTED = "logits - logits.max(axis=2, keepdims=True)"
BY_PROBABILITY = "-np.log(np.exp(right) / np.exp(s).sum(axis=2))"
hesitation.known["bits"] = {
    "Your `bits` is computed with natural logarithms. How do you convert a natural logarithm "
    "to base 2?": {"natural_logarithm": {" / np.log(2)": ""}},
    "Your `bits` is negative. What is the sign of the logarithm of a probability, and what "
    "sign should a number of bits "
    "have?": {"sign_forgotten": {"return surprise": "return -surprise"}},
    "Your `bits` is the sum over all characters. What does the formula divide this sum by?": {
        "summed": {"surprise.mean() /": "surprise.sum() /"}
    },
}

hesitation.known["bits value"] = {
    "Your probabilities come from powers of 2. Which function does the formula for p apply to "
    "the logits?": {
        "powers_of_two": {
            "np.log(np.exp(s).sum(axis=2)) - right": (
                "np.log((2.0**s).sum(axis=2)) - np.log(2) * right"
            )
        }
    },
    "Your `bits` is computed with natural logarithms, but your `perplexity` is a power of 2. "
    "Which base does the formula use for the logarithm?": {
        "bases_mixed": {" / np.log(2)": "", "np.exp(surprise.mean())": "2 ** surprise.mean()"}
    },
    "Your code takes the base-2 logarithm of the sum, but subtracts a logit, which is a "
    "natural logarithm. How do you convert the logit to base 2?": {
        "logit_not_converted": {
            "np.log(np.exp(s)": "np.log2(np.exp(s)",
            " / np.log(2), np.exp(surprise.mean())": ", 2 ** surprise.mean()",
        }
    },
    "Your `bits` is negative, and your `perplexity` is below 1. What is the sign of the "
    "logarithm of a probability?": {
        "both_signs_forgotten": {SURPRISE: "right - np.log(np.exp(s).sum(axis=2))"}
    },
    "Your sum over the steps isn't divided by the number of steps. Which axes does the formula "
    "average "
    "over?": {"averaged_over_the_batch_alone": {"- right": "- right; surprise *= len(logits)"}},
    "Your sum over the sequences isn't divided by the number of sequences. Which axes does the "
    "formula average "
    "over?": {"averaged_over_time_alone": {"- right": "- right; surprise *= logits.shape[1]"}},
    "Your `bits` is computed from the mean probability. Does the formula take the mean before "
    "or after the logarithm?": {
        "mean_of_probabilities": {
            "- right": "- right; surprise = -np.log(np.exp(-surprise).mean())"
        }
    },
    "Your code treats the logit of the target character as the logarithm of its probability. "
    "Which sum does the formula divide the exponential "
    "by?": {"not_normalised": {SHIFTED: "logits", SURPRISE: "-right"}},
    "Your softmax sums over the sequences. "
    "Along which axis should the probabilities sum to 1?": {
        "over_the_sequences": {
            SHIFTED: "logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)",
            SURPRISE: "-right",
        }
    },
    "Your code compares each target with the logits of the following step. Which logits "
    "predict `target[t]`?": {"shifted": "logits, target = logits[1:], target[:-1]"},
    "Your code compares each target with the logits of the previous step. Which logits predict "
    "`target[t]`?": {"shifted_the_other_way": "logits, target = logits[:-1], target[1:]"},
    "Your `bits` is the sum over all characters, and your `perplexity` is computed from this "
    "sum. What does the formula divide the sum "
    "by?": {"summed_before_the_power": {"- right": "- right; surprise = surprise.sum()"}},
}

hesitation.known["value"] = {
    "Your `perplexity` is e to the power of `bits`. Which base does the formula use?": {
        "power_of_e": {"np.exp(surprise.mean())": "np.exp(surprise.mean() / np.log(2))"}
    },
    "Your `perplexity` is the mean of the perplexities of the sequences. Does the formula take "
    "the mean before or after it computes the power of 2?": {
        "mean_over_sequences": {
            "np.exp(surprise.mean())": "np.exp(surprise.mean(axis=0)).mean()"
        },
        "mean_over_steps": {"np.exp(surprise.mean())": "np.exp(surprise.mean(axis=1)).mean()"},
    },
    "Your `perplexity` is the mean of the perplexities of the individual characters. Does the "
    "formula take the mean before or after it computes the power of "
    "2?": {"mean_of_powers": {"np.exp(surprise.mean())": "np.exp(surprise).mean()"}},
}

hesitation.known(where="impossible_character")["stability"] = {
    "Your results are infinite, because a probability underflows to 0 or an exponential "
    "overflows. Which logit can you subtract from all of them, and how does the logarithm "
    "of exp(s) / (sum of exp) simplify?": {
        "logarithm_of_zero": {SURPRISE: BY_PROBABILITY},
    },
    "Your code adds a small constant to keep probabilities from being 0. How many bits should "
    "a character cost if its probability is far below this constant, and how many does it cost "
    "in your code?": {
        "small_number_added": {
            SURPRISE: "-np.log(np.exp(right) / np.exp(s).sum(axis=2) + 1e-12)"
        }
    },
}

hesitation.known(where="large_logits")["stability"] = {
    "Your code subtracts the largest logit in the whole array, so for some steps every "
    "exponential is 0. Which logits belong to one step of one sequence?": {
        "one_largest_for_all": {"logits.max(axis=2, keepdims=True)": "logits.max()"}
    },
    "Your results aren't finite when the logits are large. What is exp(1000), and what can you "
    "subtract from all logits of a row without changing the "
    "softmax?": {"overflowing": {SHIFTED: "logits", SURPRISE: BY_PROBABILITY}},
}
