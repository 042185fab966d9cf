"""perplexity: the bits per character and the perplexity of a network, from its logits."""

import numpy as np
from nngrader.engine import problem

from .common import DIGITS, ELSEWHERE

hesitation = problem(
    "perplexity",
    rtol=DIGITS,
    returns={"bits": "bits", "perplexity": "value"},
    points={
        "shape": (1, "two numbers, in this order"),
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
    np.log(np.array([[[1.0, 1.0, 2.0]], [[1.0, 5.0, 2.0]]])),
    np.array([[2], [0]]),
)


def drawn(rng, T, N, V):
    """Return logits and targets; the logits of the targets are raised a little."""
    logits, target = 1.5 * rng.normal(size=(T, N, V)), rng.integers(V, size=(T, N))
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


hesitation.mistake(
    "Your `bits` is computed with natural logarithms. How do you convert a natural logarithm "
    "to base 2?",
    loses="bits",
    name="natural_logarithm",
    edit=(" / np.log(2)", ""),
)
hesitation.mistake(
    "Your `bits` is computed with natural logarithms, but your `perplexity` is a power of 2. "
    "Which base does the formula use for the logarithm?",
    loses="bits value",
    name="bases_mixed",
    edit=[(" / np.log(2)", ""), ("np.exp(surprise.mean())", "2 ** surprise.mean()")],
)
hesitation.mistake(
    "Your `perplexity` is e to the power of `bits`. Which base does the formula use?",
    loses="value",
    name="power_of_e",
    edit=("np.exp(surprise.mean())", "np.exp(surprise.mean() / np.log(2))"),
)
hesitation.mistake(
    "Your `bits` is negative. What is the sign of the logarithm of a probability, and what "
    "sign should a number of bits have?",
    loses="bits",
    name="sign_forgotten",
    edit=("return surprise", "return -surprise"),
)
hesitation.mistake(
    "Your `bits` is negative, and your `perplexity` is below 1. What is the sign of the "
    "logarithm of a probability?",
    loses="bits value",
    name="both_signs_forgotten",
    edit=("np.log(np.exp(s).sum(axis=2)) - right", "right - np.log(np.exp(s).sum(axis=2))"),
)
hesitation.mistake(
    "Your `bits` is the sum over all characters. What does the formula divide this sum by?",
    loses="bits",
    name="summed",
    edit=("surprise.mean() /", "surprise.sum() /"),
)
hesitation.mistake(
    "Your sum over the steps isn't divided by the number of steps. Which axes does the "
    "formula average over?",
    loses="bits value",
    name="averaged_over_the_batch_alone",
    edit=("- right", "- right; surprise *= len(logits)"),
)
hesitation.mistake(
    "Your sum over the sequences isn't divided by the number of sequences. Which axes does "
    "the formula average over?",
    loses="bits value",
    name="averaged_over_time_alone",
    edit=("- right", "- right; surprise *= logits.shape[1]"),
)
hesitation.mistake(
    "Your `perplexity` is the mean of the perplexities of the single characters. Does the "
    "formula take the mean before the power or after it?",
    loses="value",
    name="mean_of_powers",
    edit=("np.exp(surprise.mean())", "np.exp(surprise).mean()"),
)
hesitation.mistake(
    "Your `bits` is computed from the mean probability. Does the formula take the mean before "
    "the logarithm or after it?",
    loses="bits value",
    name="mean_of_probabilities",
    edit=("- right", "- right; surprise = -np.log(np.exp(-surprise).mean())"),
)
hesitation.mistake(
    "Your code treats the logit of the target character as the logarithm of its probability. "
    "Which sum does the formula divide the exponential by?",
    loses="bits value",
    name="not_normalised",
    edit=[
        ("logits - logits.max(axis=2, keepdims=True)", "logits"),
        ("np.log(np.exp(s).sum(axis=2)) - right", "-right"),
    ],
)
hesitation.mistake(
    "Your softmax sums over the sequences. Along which axis should the probabilities sum to 1?",
    loses="bits value",
    name="over_the_sequences",
    edit=[
        (
            "logits - logits.max(axis=2, keepdims=True)",
            "logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)",
        ),
        ("np.log(np.exp(s).sum(axis=2)) - right", "-right"),
    ],
)
hesitation.mistake(
    "Your code compares each target with the logits of the following step. Which logits "
    "predict `target[t]`?",
    loses="bits value",
    name="shifted",
    given="logits, target = logits[1:], target[:-1]",
)
hesitation.mistake(
    "Your code compares each target with the logits of the previous step. Which logits "
    "predict `target[t]`?",
    loses="bits value",
    name="shifted_the_other_way",
    given="logits, target = logits[:-1], target[1:]",
)
hesitation.mistake(
    "Your `bits` and `perplexity` are swapped. Which one should your function return first?",
    loses="bits value",
    name="exchanged",
    edit=(
        "surprise.mean() / np.log(2), np.exp(surprise.mean())",
        "np.exp(surprise.mean()), surprise.mean() / np.log(2)",
    ),
)
hesitation.mistake(
    "Your `bits` is the sum over all characters, and your `perplexity` is computed from this "
    "sum. What does the formula divide the sum by?",
    loses="bits value",
    name="summed_before_the_power",
    edit=("- right", "- right; surprise = surprise.sum()"),
)
hesitation.mistake(
    "Your code takes the logarithm of a probability that underflows to 0 in `float64`. How "
    "can you simplify the logarithm of exp(s) / sum before you compute anything?",
    loses="stability",
    where="impossible_character",
    name="logarithm_of_zero",
    edit=(
        "np.log(np.exp(s).sum(axis=2)) - right",
        "-np.log(np.exp(right) / np.exp(s).sum(axis=2))",
    ),
)
hesitation.mistake(
    "Your code adds a small constant to keep probabilities from being 0. How many bits should "
    "a character cost if its probability is far below this constant, and how many does it "
    "cost in your code?",
    loses="stability",
    where="impossible_character",
    name="small_number_added",
    edit=(
        "np.log(np.exp(s).sum(axis=2)) - right",
        "-np.log(np.exp(right) / np.exp(s).sum(axis=2) + 1e-12)",
    ),
)
hesitation.mistake(
    "Your results aren't finite when the logits are large. What is exp(1000), and what can you "
    "subtract from all logits of a row without changing the softmax?",
    loses="stability",
    where="large_logits",
    name="overflowing",
    edit=[
        ("logits - logits.max(axis=2, keepdims=True)", "logits"),
        (
            "np.log(np.exp(s).sum(axis=2)) - right",
            "-np.log(np.exp(right) / np.exp(s).sum(axis=2))",
        ),
    ],
)
