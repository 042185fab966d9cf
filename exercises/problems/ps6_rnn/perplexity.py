"""perplexity: among how many characters a network hesitates, from its logits."""

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
            "both, half for logits above 1,000 and below −1,000, half where a character comes "
            "whose probability is smaller than any number of float64",
        ),
        "inputs-unchanged": (1, "the arrays that are given stay as they are"),
    },
    forbidden={"all": ELSEWHERE},
)


@hesitation.reference
def perplexity(logits, target):
    """The bits per character of a network, and its perplexity.

    p(t, n) = exp(logits[t, n, k]) / (the sum of this over all entries k), for k = target[t, n]
    bits = the mean of -log2 p(t, n) over all steps and sequences,  perplexity = 2^bits

    logits : (T, N, V) array, of numbers of any size
    target : (T, N) array of whole numbers from 0 to V - 1: the characters that came
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
    """Return logits, and targets that are a little more probable than others."""
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
    """A character whose logit is 800 below the others, so that exp gives 0."""
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
    """Return minus the natural logarithm of each probability, softmax taken over an axis."""
    s = logits - logits.max(axis=axis, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=axis, keepdims=True))
    return -np.take_along_axis(log_p, target[:, :, None], axis=2)[:, :, 0]


@hesitation.mistake(
    "bits are natural logarithms here. How many bits are one of their units?", loses="bits"
)
def natural_logarithm(logits, target):
    found = surprises(logits, target).mean()
    return found, np.exp(found)


@hesitation.mistake(
    "natural logarithms meet powers of 2. Which base belongs to which logarithm?",
    loses="bits value",
)
def bases_mixed(logits, target):
    found = surprises(logits, target).mean()
    return found, 2**found


@hesitation.mistake(
    "perplexity is e to the power of the bits. Which base belongs to bits?", loses="value"
)
def power_of_e(logits, target):
    bits = surprises(logits, target).mean() / np.log(2)
    return bits, np.exp(bits)


@hesitation.mistake(
    "bits is negative. Which sign has the logarithm of a probability, and which a surprise?",
    loses="bits",
)
def sign_forgotten(logits, target):
    bits, found = perplexity(logits, target)
    return -bits, found


@hesitation.mistake(
    "bits is negative, and the perplexity below 1. Which sign has the logarithm of a "
    "probability?",
    loses="bits value",
)
def both_signs_forgotten(logits, target):
    bits, found = perplexity(logits, target)
    return -bits, 1 / found


@hesitation.mistake(
    "bits is the sum over all characters. By how many is it divided in the text?",
    loses="bits",
)
def summed(logits, target):
    bits, found = perplexity(logits, target)
    return bits * target.size, found


@hesitation.mistake(
    "the sum over the steps is not divided by their number. Over what is the mean taken?",
    loses="bits value",
)
def averaged_over_the_batch_alone(logits, target):
    bits = surprises(logits, target).mean() / np.log(2) * len(logits)
    return bits, 2**bits


@hesitation.mistake(
    "the sum over the sequences is not divided by their number. Over what is the mean taken?",
    loses="bits value",
)
def averaged_over_time_alone(logits, target):
    bits = surprises(logits, target).mean() / np.log(2) * logits.shape[1]
    return bits, 2**bits


@hesitation.mistake(
    "perplexity is the mean of the perplexities of the single characters. Is the mean taken "
    "before the power or after it?",
    loses="value",
)
def mean_of_powers(logits, target):
    found = surprises(logits, target)
    return found.mean() / np.log(2), np.exp(found).mean()


@hesitation.mistake(
    "bits is the logarithm of the mean probability. Is the mean taken before the logarithm or "
    "after it?",
    loses="bits value",
)
def mean_of_probabilities(logits, target):
    p = np.exp(-surprises(logits, target)).mean()
    return -np.log2(p), 1 / p


@hesitation.mistake(
    "the logits of the right characters are taken as logarithms of probabilities. What becomes "
    "of the sum in the denominator?",
    loses="bits value",
)
def not_normalised(logits, target):
    bits = -np.take_along_axis(logits, target[:, :, None], axis=2).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "the softmax is taken over the sequences. Over which axis do the probabilities of one step "
    "of one sequence add up to 1?",
    loses="bits value",
)
def over_the_sequences(logits, target):
    bits = surprises(logits, target, axis=1).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "the softmax is taken over the steps. Over which axis do the probabilities of one step of "
    "one sequence add up to 1?",
    loses="bits value",
)
def over_time(logits, target):
    bits = surprises(logits, target, axis=0).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "this is the entropy of the network's own distributions: all characters count, each by its "
    "probability. Which one came?",
    loses="bits value",
)
def entropy(logits, target):
    s = logits - logits.max(axis=2, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=2, keepdims=True))
    bits = -(np.exp(log_p) * log_p).sum(axis=2).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "each character is compared with the logits of the step after it. Which logits belong to "
    "target[t]?",
    loses="bits value",
)
def shifted(logits, target):
    bits = surprises(logits[1:], target[:-1]).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "each character is compared with the logits of the step before it. Which logits belong to "
    "target[t]?",
    loses="bits value",
)
def shifted_the_other_way(logits, target):
    bits = surprises(logits[:-1], target[1:]).mean() / np.log(2)
    return bits, 2**bits


@hesitation.mistake(
    "perplexity and bits have changed places. In which order are they returned?",
    loses="bits value",
)
def exchanged(logits, target):
    bits, found = perplexity(logits, target)
    return found, bits


@hesitation.mistake(
    "bits is the sum over all characters, and the perplexity is made of that. By how many is "
    "it divided in the text?",
    loses="bits value",
)
def summed_before_the_power(logits, target):
    bits = surprises(logits, target).sum() / np.log(2)
    with np.errstate(over="ignore"):
        return bits, 2**bits


@hesitation.mistake(
    "the mean is taken over T N V numbers. How many characters came?", loses="bits value"
)
def averaged_over_the_alphabet_too(logits, target):
    bits = surprises(logits, target).mean() / np.log(2) / logits.shape[2]
    return bits, 2**bits


def of_probabilities(logits, target, log2):
    """Return bits and perplexity, where ``log2`` is taken of the finished softmax."""
    p = np.exp(logits - logits.max(axis=2, keepdims=True))
    p /= p.sum(axis=2, keepdims=True)
    with np.errstate(divide="ignore"):
        bits = -log2(np.take_along_axis(p, target[:, :, None], axis=2)).mean()
    return bits, 2**bits


@hesitation.mistake(
    "the logarithm is taken of a probability that float64 has rounded to 0. What does the "
    "logarithm make of exp(s) and of the fraction, before any number is put in?",
    loses="stability",
    where="impossible_character",
)
def logarithm_of_zero(logits, target):
    return of_probabilities(logits, target, np.log2)


@hesitation.mistake(
    "very small probabilities are kept from being 0 by a small number. How many bits does a "
    "probability of exp(-800) cost, and how many in your code?",
    loses="stability",
    where="impossible_character",
)
def small_number_added(logits, target):
    return of_probabilities(logits, target, lambda p: np.log2(p + 1e-12))


@hesitation.mistake(
    "large logits give something that is no finite number. What is exp(1500), and which number "
    "can be taken from all logits of a row without a change?",
    loses="stability",
    where="large_logits",
)
def overflowing(logits, target):
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=2, keepdims=True)
        right = np.take_along_axis(p, target[:, :, None], axis=2)
        bits = -np.log2(right).mean()
        return bits, 2**bits
