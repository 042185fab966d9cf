"""initialize: first weights whose variance suits the layer, judged by what one can count.

The driver draws a layer with each method, and with He's once more from an equal generator and
once from another. The measure looks at thousands of weights: their mean square, its ratio to
the one that is asked, and the largest weight, which tells a normal distribution from a uniform
one, and from one that was cut off at two standard deviations.

Who takes the same wrong variance for both distributions has made one mistake: it is charged
with "xavier", and "glorot_uniform" is right if its limit fits that variance and "he" is right.

A right answer is never lost by chance. There are n = 6,250 weights or more in a layer. The
ratio of a mean square to its expectation leaves the range from 1/1.15 to 1.15 with probability
below 2 exp(-n/2 * 0.0102) = 3e-14 (Chernoff, normal weights; uniform ones spread less). The
mean is more than ten standard errors from 0 with probability below 2e-23. No weight of a
normal layer exceeds 2.5 times its root mean square, that is at most 2.7 deviations, with one
below 0.9931^n = 2e-19; cut off at 2 deviations the weights end at 2.09 times it, or at 2.27 if
they are drawn again. A factor of 2, 4/3 or 3/4 in the variance is outside of that range with
the same certainty.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE


def five_layers(initialize, n_in, n_out, seed):
    calls = (
        ("xavier", seed),
        ("glorot_uniform", seed),
        ("he", seed),
        ("he", seed),
        ("he", seed + 1),
    )
    layers = []
    for method, s in calls:
        W = initialize(method, n_in, n_out, np.random.default_rng(s))
        if not isinstance(W, np.ndarray):
            return W, *[None] * 4
        layers.append(W)
    return tuple(layers)


def counted(args, *layers):
    n_in, n_out = args["n_in"], args["n_out"]
    for W in layers:
        if W is None or W.dtype.kind not in "iuf":
            raise ValueError("W is expected as an array of numbers. What else comes back?")
        if sorted(W.shape) != sorted((n_in, n_out)):
            raise ValueError("W is expected as (n_out, n_in). Which shape has yours?")
    asked = {
        "xavier": 2 / (n_in + n_out),
        "glorot_uniform": 2 / (n_in + n_out),
        "he": 2 / n_in,
    }
    others = {  # mean squares of known mistakes, by the number under which they are told
        "xavier": {3: 1 / n_in, 4: 1 / (n_in + n_out), 5: 2 / n_in, 6: 2 / 3 / (n_in + n_out)},
        "glorot_uniform": {
            3: 2 / n_in,
            4: 1 / (n_in + n_out),
            5: 4 / (n_in + n_out),
            6: 2 / 3 / (n_in + n_out),
            13: 8 / (n_in + n_out),
        },
        "he": {3: 2 / n_out, 4: 1 / n_in, 5: 2 / (n_in + n_out), 6: 2 / 3 / n_in},
    }
    found, taken = [], None
    for (method, right), W in zip(asked.items(), layers, strict=False):
        seen, square = np.zeros(14), np.mean(W.astype(float) ** 2)
        others[method][7] = right**2 if method != "glorot_uniform" else 3 * right**2
        near = {k: abs(np.log(square / v)) for k, v in others[method].items()}
        nearest = min(near, key=near.get)
        largest = np.abs(W).max() / np.sqrt(square)
        if not np.isfinite(square):
            seen[0] = 1
        elif square == 0 or W.std() <= 1e-9 * np.sqrt(square):
            seen[1] = 1
        elif abs(W.mean()) > 10 * W.std() / np.sqrt(W.size):
            seen[2] = 1
        elif np.ptp(W, axis=0).max() == 0 or np.ptp(W, axis=1).max() == 0:
            seen[8] = 1
        elif taken and largest < 2 and abs(np.log(square / taken)) <= np.log(1.15):
            taken = None  # the limit fits the variance that is charged with "xavier"
        elif 2 <= largest < 2.5 and method != "glorot_uniform" and square > right / 1.5:
            seen[12] = 1
        elif abs(np.log(square / right)) <= np.log(1.15):
            seen[9] = (largest < 2) != (method == "glorot_uniform")
        elif near[nearest] <= np.log(1.12):
            seen[nearest] = 1
            he = np.mean(layers[2].astype(float) ** 2) / asked["he"]
            alone = method == "xavier" and nearest <= 5 and 1 / 1.15 <= he <= 1.15
            taken = square if alone else None
        else:
            seen[10 if square > right else 11] = 1
        found.append(seen)
    layout, random = np.zeros(1), np.zeros(2)
    layout[0] = any(W.shape != (n_out, n_in) for W in layers)
    once, again, other = layers[2:]
    if not np.array_equal(once, again, equal_nan=True):
        random[0] = 1
    elif np.array_equal(once, other, equal_nan=True):
        random[1] = 1
    return *found, layout, random


starts = problem(
    "initialize",
    driver=five_layers,
    measure=counted,
    observed=["W", *["another W"] * 4],
    returns={
        "xavier": "value",
        "glorot_uniform": "value",
        "he": "value",
        "layout": "given",
        "random": "given",
    },
    wrong={
        "xavier": "one of three things is not right: a mean of 0, the variance of Xavier, a "
        "normal distribution. What do W.mean(), W.var() and a histogram say?",
        "glorot_uniform": "one of three things is not right: a mean of 0, the variance of "
        "Glorot, a uniform distribution. What do W.mean(), W.var() and a histogram say?",
        "he": "one of three things is not right: a mean of 0, the variance of He, a normal "
        "distribution. What do W.mean(), W.var() and a histogram say?",
        "layout": "W is expected as (n_out, n_in). Which index belongs to the inputs?",
        "random": "equal generators give equal weights, different ones other weights. Which of "
        "the two fails?",
    },
    points={
        "shape": (1, "an array of numbers"),
        "value": (11, "mean, variance and distribution, a third for each method"),
        "given": (
            2,
            "half: the shape (n_out, n_in); half: equal generators give equal weights, "
            "different ones different weights",
        ),
    },
    forbidden={"all": ELSEWHERE},
)


@starts.reference
def initialize(method, n_in, n_out, rng):
    """First weights of a layer with n_in inputs and n_out outputs, independent, of mean 0.

    "xavier":         normal, with variance 2 / (n_in + n_out)
    "glorot_uniform": uniform from -c to c, with variance 2 / (n_in + n_out)
    "he":             normal, with variance 2 / n_in

    method : str, one of these three
    n_in, n_out : ints
    rng : numpy.random.Generator, from which all that is random is drawn
    Returns W : (n_out, n_in) array.
    """
    if method == "glorot_uniform":
        c = np.sqrt(6 / (n_in + n_out))
        return rng.uniform(-c, c, size=(n_out, n_in))
    n = n_in if method == "he" else n_in + n_out
    return rng.normal(scale=np.sqrt(2 / n), size=(n_out, n_in))


starts.example(100, 300, 1)


@starts.case("value", visible=2)
def wide_and_narrow(rng, N, M):
    """A layer with more outputs than inputs, or with more inputs than outputs."""
    k = min(N, M)
    few, many = 30 + 4 * k, 75 + 10 * k  # from 50 and 125 on
    sizes = (few, many) if N < M else (many, few)
    return *sizes, int(rng.integers(10**6))


@starts.alternative
def standard_and_scaled(method, n_in, n_out, rng):
    variance = {"xavier": 2 / (n_in + n_out), "he": 2 / n_in}
    if method in variance:
        return rng.standard_normal((n_out, n_in)) * variance[method] ** 0.5
    return (2 * rng.random((n_out, n_in)) - 1) * (6 / (n_in + n_out)) ** 0.5


@starts.alternative
def unit_by_unit(method, n_in, n_out, rng):
    W = np.zeros((n_out, n_in))
    sd = np.sqrt(2 / n_in if method == "he" else 2 / (n_in + n_out))
    for row in W:
        if method == "glorot_uniform":
            row[:] = rng.uniform(-np.sqrt(3) * sd, np.sqrt(3) * sd, n_in)
        else:
            row[:] = rng.normal(0, sd, n_in)
    return W


@starts.alternative
def turned_and_single(method, n_in, n_out, rng):
    if method == "glorot_uniform":
        c = np.sqrt(3.0) * np.sqrt(2.0 / (n_in + n_out))
        return (c * rng.uniform(-1, 1, (n_in, n_out))).T
    fan = n_in if method == "he" else (n_in + n_out) / 2
    gain = 2 if method == "he" else 1
    return (rng.normal(size=(n_in, n_out)) / np.sqrt(fan / gain)).T.astype(np.float32)


def normal(variance):
    """Return a draw of normal weights."""
    return lambda n_in, n_out, rng: rng.normal(
        scale=np.sqrt(variance(n_in, n_out)), size=(n_out, n_in)
    )


def uniform(limit):
    """Return a draw of uniform weights."""

    def draw(n_in, n_out, rng):
        c = limit(n_in, n_out)
        return rng.uniform(-c, c, size=(n_out, n_in))

    return draw


def with_other(**draws):
    """Return a solution that draws the weights of some methods in another way."""

    def changed(method, n_in, n_out, rng):
        draw = draws.get(method)
        return draw(n_in, n_out, rng) if draw else initialize(method, n_in, n_out, rng)

    return changed


@starts.mistake(
    "all weights are equal. If two units begin alike, what could make them different later?",
    loses="value given",
)
def zeros(method, n_in, n_out, rng):
    return np.zeros((n_out, n_in))


@starts.mistake(
    "the mean of the weights is not 0. Between which two numbers do they lie?",
    loses="value",
)
def above_zero(method, n_in, n_out, rng):
    return np.abs(initialize(method, n_in, n_out, rng))


@starts.mistake(
    "many weights are copies of others. How many numbers do you draw, and how many are asked?",
    loses="value",
)
def one_row_for_all(method, n_in, n_out, rng):
    return np.tile(initialize(method, n_in, n_out, rng)[:1], (n_out, 1))


@starts.mistake(
    "the variance stands where its root belongs. What does scale mean in rng.normal, and what "
    "has c to do with a variance?",
    loses="value",
)
def root_forgotten(method, n_in, n_out, rng):
    if method == "glorot_uniform":
        c = 6 / (n_in + n_out)
        return rng.uniform(-c, c, size=(n_out, n_in))
    scale = 2 / (n_in if method == "he" else n_in + n_out)
    return rng.normal(scale=scale, size=(n_out, n_in))


@starts.mistake(
    "the variance is right, and the distribution is another one. Which method asks for normal "
    "weights, and which for uniform ones?",
    loses="value",
)
def distributions_exchanged(method, n_in, n_out, rng):
    if method == "glorot_uniform":
        return initialize("xavier", n_in, n_out, rng)
    c = np.sqrt(6 / (n_in if method == "he" else n_in + n_out))
    return rng.uniform(-c, c, size=(n_out, n_in))


@starts.mistake(
    "the weights are cut off at two standard deviations. How many of a hundred normal numbers "
    "lie beyond, and what becomes of the variance without them?",
    loses="value",
)
def cut_off(method, n_in, n_out, rng):
    W = initialize(method, n_in, n_out, rng)
    if method == "glorot_uniform":
        return W
    end = 2 * np.sqrt(2 / (n_in if method == "he" else n_in + n_out))
    return np.clip(W, -end, end)


@starts.mistake(
    "the variance is a third of what is asked. What is the variance of uniform numbers from -c "
    "to c?",
    loses="value",
)
def limit_for_deviation(method, n_in, n_out, rng):
    c = np.sqrt(2 / (n_in if method == "he" else n_in + n_out))
    return rng.uniform(-c, c, size=(n_out, n_in))


@starts.mistake(
    "the variance is too large. On which numbers does it depend in the formula, and how?",
    loses="value",
)
def standard_normal(method, n_in, n_out, rng):
    return rng.standard_normal((n_out, n_in))


@starts.mistake(
    "the variance is too small. On which numbers does it depend in the formula, and how?",
    loses="value",
)
def fixed_scale(method, n_in, n_out, rng):
    return 0.001 * rng.standard_normal((n_out, n_in))


@starts.mistake(
    '"xavier" counts the inputs alone, as LeCun did: 1 / n_in. What does Xavier take the mean '
    "of?",
    loses="value",
)
def inputs_alone(*given):
    return with_other(xavier=normal(lambda a, b: 1 / a))(*given)


@starts.mistake(
    '"xavier" has half of the variance. Which number stands above n_in + n_out?', loses="value"
)
def one_for_two(*given):
    return with_other(xavier=normal(lambda a, b: 1 / (a + b)))(*given)


@starts.mistake(
    '"xavier" has the variance of He. For which activation function is there a 2 above n_in?',
    loses="value",
)
def xavier_like_he(*given):
    return with_other(xavier=normal(lambda a, b: 2 / a))(*given)


@starts.mistake(
    '"glorot_uniform" counts the inputs alone. Which numbers are added under the 6?',
    loses="value",
)
def uniform_of_the_inputs(*given):
    return with_other(glorot_uniform=uniform(lambda a, b: np.sqrt(6 / a)))(*given)


@starts.mistake(
    '"glorot_uniform" has half of the variance. How does c follow from c^2 / 3?',
    loses="value",
)
def three_for_six(*given):
    return with_other(glorot_uniform=uniform(lambda a, b: np.sqrt(3 / (a + b))))(*given)


@starts.mistake(
    '"glorot_uniform" has twice the variance. How does c follow from c^2 / 3?', loses="value"
)
def twelve_for_six(*given):
    return with_other(glorot_uniform=uniform(lambda a, b: np.sqrt(12 / (a + b))))(*given)


@starts.mistake(
    '"glorot_uniform" has four times the variance. How wide is the range from -c to c, and '
    "what is its variance?",
    loses="value",
)
def limit_for_width(*given):
    return with_other(glorot_uniform=uniform(lambda a, b: np.sqrt(24 / (a + b))))(*given)


@starts.mistake(
    '"he" counts the outputs. Through how many weights does the sum of a unit go?',
    loses="value",
)
def outputs_for_inputs(*given):
    return with_other(he=normal(lambda a, b: 2 / b))(*given)


@starts.mistake(
    '"he" has half of the variance. What does a ReLU do with half of the sums?', loses="value"
)
def half_of_it(*given):
    return with_other(he=normal(lambda a, b: 1 / a))(*given)


@starts.mistake(
    '"he" has the variance of Xavier. Which of the two numbers does He leave out?',
    loses="value",
)
def he_like_xavier(*given):
    return with_other(he=normal(lambda a, b: 2 / (a + b)))(*given)


@starts.mistake(
    "W is turned round: (n_in, n_out). Which index comes first in x @ W.T?", loses="given"
)
def turned(*given):
    return initialize(*given).T


@starts.mistake(
    "whatever rng is, the weights are the same. Where does your code draw from it?",
    loses="given",
)
def own_seed(method, n_in, n_out, rng):
    return initialize(method, n_in, n_out, np.random.default_rng(0))


@starts.mistake(
    "two equal generators give different weights. Which random numbers do not come from rng?",
    loses="given",
)
def another_generator(method, n_in, n_out, rng):
    return initialize(method, n_in, n_out, np.random.default_rng())
