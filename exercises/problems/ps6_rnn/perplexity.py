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


@hesitation.alternative
def one_hot(logits, target):
    flat = logits.reshape(-1, logits.shape[2])
    flat = flat - flat.max(axis=1)[:, None]
    hot = np.eye(logits.shape[2])[target.ravel()]
    right, whole = (flat * hot).sum(axis=1), np.exp(flat).sum(axis=1)
    bits = (np.log2(whole) - right * np.log2(np.e)).sum() / len(flat)
    return np.float64(bits), 2.0**bits


def surprises(logits, target, axis=2):
    """Return minus the natural logarithm of each probability, with the softmax over an axis."""
    s = logits - logits.max(axis=axis, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=axis, keepdims=True))
    return -np.take_along_axis(log_p, target[:, :, None], axis=2)[:, :, 0]


@hesitation.mistake(
    "Your `bits` is computed with natural logarithms. How do you convert a natural logarithm "
    "to base 2?",
    loses="bits",
)
def natural_logarithm(logits, target):
    found = surprises(logits, target).mean()
    return found, np.exp(found)


@hesitation.mistake(
    "Your `bits` is computed with natural logarithms, but your `perplexity` is a power of 2. "
    "Which base does the formula use for the logarithm?",
    loses="bits value",
)
def bases_mixed(logits, target):
    found = surprises(logits, target).mean()
    return found, 2**found


@hesitation.mistake(
    "Your `perplexity` is e to the power of `bits`. Which base does the formula use?",
    loses="value",
)
def power_of_e(logits, target):
    bits = surprises(logits, target).mean() / np.log(2)
    return bits, np.exp(bits)


@hesitation.mistake(
    "Your `bits` is negative. What is the sign of the logarithm of a probability, and which "
    "sign should a number of bits have?",
    loses="bits",
)
def sign_forgotten(logits, target):
    bits, found = perplexity(logits, target)
    return -bits, found


@hesitation.mistake(
    "Your `bits` is negative, and your `perplexity` is below 1. What is the sign of the "
    "logarithm of a probability?",
    loses="bits value",
)
def both_signs_forgotten(logits, target):
    bits, found = perplexity(logits, target)
    return -bits, 1 / found


@hesitation.mistake(
    "Your `bits` is the sum over all characters. What does the formula divide this sum by?",
    loses="bits",
)
def summed(logits, target):
    bits, found = perplexity(logits, target)
    return bits * target.size, found


@hesitation.mistake(
    "Your sum over the steps isn't divided by the number of steps. Which axes does the "
    "formula average over?",
    loses="bits value",
)
def averaged_over_the_batch_alone(logits, target):
    bits = surprises(logits, target).mean() / np.log(2) * len(logits)
    return bits, 2**bits


@hesitation.mistake(
    "Your sum over the sequences isn't divided by the number of sequences. Which axes does "
    "the formula average over?",
    loses="bits value",
)
def averaged_over_time_alone(logits, target):
    bits = surprises(logits, target).mean() / np.log(2) * logits.shape[1]
    return bits, 2**bits


@hesitation.mistake(
    "Your `perplexity` is the mean of the perplexities of the single characters. Does the "
    "formula take the mean before the power or after it?",
    loses="value",
)
def mean_of_powers(logits, target):
    found = surprises(logits, target)
    return found.mean() / np.log(2), np.exp(found).mean()


@hesitation.mistake(
    "Your `bits` is computed from the mean probability. Does the formula take the mean before "
    "the logarithm or after it?",
    loses="bits value",
)
def mean_of_probabilities(logits, target):
    p = np.exp(-surprises(logits, target)).mean()
    return -np.log2(p), 1 / p


@hesitation.mistake(
    "Your code treats the logit of the target character as the logarithm of its probability. "
    "Which sum does the formula divide the exponential by?",
    loses="bits value",
)
def not_normalised(logits, target):
    bits = -np.take_along_axis(logits, target[:, :, None], axis=2).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "Your softmax sums over the sequences. Which axis should the probabilities sum to 1 over?",
    loses="bits value",
)
def over_the_sequences(logits, target):
    bits = surprises(logits, target, axis=1).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "Your softmax sums over the steps. Which axis should the probabilities sum to 1 over?",
    loses="bits value",
)
def over_time(logits, target):
    bits = surprises(logits, target, axis=0).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "Your `bits` is the entropy of the predicted distributions, so it averages over every "
    "character that could come next. Which character does the formula use?",
    loses="bits value",
)
def entropy(logits, target):
    s = logits - logits.max(axis=2, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=2, keepdims=True))
    bits = -(np.exp(log_p) * log_p).sum(axis=2).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "Your code compares each target with the logits of the following step. Which logits "
    "belong to `target[t]`?",
    loses="bits value",
)
def shifted(logits, target):
    bits = surprises(logits[1:], target[:-1]).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "Your code compares each target with the logits of the previous step. Which logits belong "
    "to `target[t]`?",
    loses="bits value",
)
def shifted_the_other_way(logits, target):
    bits = surprises(logits[:-1], target[1:]).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "Your `bits` and `perplexity` are swapped. Which one should your function return first?",
    loses="bits value",
)
def exchanged(logits, target):
    bits, found = perplexity(logits, target)
    return found, bits


@hesitation.mistake(
    "Your `bits` is the sum over all characters, and your `perplexity` is computed from this "
    "sum. What does the formula divide the sum by?",
    loses="bits value",
)
def summed_before_the_power(logits, target):
    bits = surprises(logits, target).sum() / np.log(2)
    with np.errstate(over="ignore"):
        return bits, 2**bits


@hesitation.mistake(
    "Your mean divides by T N V. How many target characters are there?", loses="bits value"
)
def averaged_over_the_alphabet_too(logits, target):
    bits = surprises(logits, target).mean() / np.log(2) / logits.shape[2]
    return bits, 2**bits


def of_probabilities(logits, target, log2):
    """Return bits and perplexity, with ``log2`` applied to the finished softmax."""
    p = np.exp(logits - logits.max(axis=2, keepdims=True))
    p /= p.sum(axis=2, keepdims=True)
    with np.errstate(divide="ignore"):
        bits = -log2(np.take_along_axis(p, target[:, :, None], axis=2)).mean()
    return bits, 2**bits


@hesitation.mistake(
    "Your code takes the logarithm of a probability that `float64` has rounded to 0. How can "
    "you simplify the logarithm of exp(s) divided by a sum before you compute anything?",
    loses="stability",
    where="impossible_character",
)
def logarithm_of_zero(logits, target):
    return of_probabilities(logits, target, np.log2)


@hesitation.mistake(
    "Your code prevents a probability of 0 with a small constant. How many bits should a "
    "probability far below this constant cost, and how many does it cost in your code?",
    loses="stability",
    where="impossible_character",
)
def small_number_added(logits, target):
    return of_probabilities(logits, target, lambda p: np.log2(p + 1e-12))


@hesitation.mistake(
    "Your results aren't finite when the logits are large. What is exp(1000), and which "
    "number can you subtract from all logits of a row without changing the softmax?",
    loses="stability",
    where="large_logits",
)
def overflowing(logits, target):
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
        right = np.take_along_axis(p, target[:, :, None], axis=2)
        bits = -np.log2(right).mean()
        return bits, 2**bits
