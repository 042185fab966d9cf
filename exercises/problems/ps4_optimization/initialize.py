"""initialize: initial weights with a variance that suits the layer, judged by statistics.

The driver draws a layer with each method, and He's layer twice more, with the same seed and
with a different one. The measure compares the mean square of the weights with the required
variance. The largest weight shows whether the distribution is normal, uniform, or cut off.

If both distributions have the same wrong variance, this is a single mistake. We charge it to
"xavier", and "glorot_uniform" counts as correct if its limit fits that variance and "he" is
correct.

A correct function doesn't lose points by chance. A layer has n = 25,000 weights or more. The
ratio of a mean square to its expectation is outside the range from 1/1.1 to 1.1 with a
probability below 2 exp(-n/2 * 0.0044) = 3e-24 (Chernoff bound for normal weights; uniform
weights vary less). The mean is more than ten standard errors from 0 with a probability below
2e-23. No weight of a normal layer exceeds 2.5 times its root mean square with a probability
below 0.9931^n = 7e-76. Weights that are cut off at 2 deviations reach at most 2.09 times their
root mean square, or 2.27 times if they are drawn again. A factor of 2, 4/3 or 3/4 in the
variance is outside the accepted range with the same certainty.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE


def five_layers(initialize, n_in, n_out, seed):
    layers, methods = [], ("xavier", "glorot_uniform", "he", "he", "he")
    for k, method in enumerate(methods):
        W = initialize(method, n_in, n_out, np.random.default_rng(seed + (k == 4)))
        if not isinstance(W, np.ndarray):
            return W, *[None] * 4
        layers.append(W)
    return tuple(layers)


def counted(args, *layers):
    n_in, n_out = args["n_in"], args["n_out"]
    n = n_in + n_out
    for W in layers:
        if W is None or W.dtype.kind not in "iuf":
            raise ValueError(
                "W should be an array of numbers. What does your function return instead?"
            )
        if sorted(W.shape) != sorted((n_in, n_out)):
            raise ValueError("W should have shape (n_out, n_in). What is the shape of your W?")
    asked = {"xavier": 2 / n, "glorot_uniform": 2 / n, "he": 2 / n_in}
    others = {  # mean squares of known mistakes, by their index in `marks`
        "xavier": {3: 1 / n_in, 4: 1 / n, 5: 2 / n_in, 6: 2 / 3 / n},
        "glorot_uniform": {
            3: 2 / n_in,
            4: 1 / n,
            5: 4 / n,
            6: 2 / 3 / n,
            13: 8 / n,
            14: 2 / 9 / n,
        },
        "he": {3: 2 / n_out, 4: 1 / n_in, 5: 2 / n, 6: 2 / 3 / n_in},
    }
    results, taken = [], None
    for (method, right), W in zip(asked.items(), layers, strict=False):
        marks, square = np.zeros(15), np.mean(W.astype(float) ** 2)
        others[method][7] = right**2 if method != "glorot_uniform" else 3 * right**2
        near = {k: abs(np.log(square / v)) for k, v in others[method].items()}
        nearest = min(near, key=near.get)
        largest = np.abs(W).max() / np.sqrt(square)
        if not np.isfinite(square):
            marks[0] = 1
        elif square == 0 or W.std() <= 1e-9 * np.sqrt(square):
            marks[1] = 1
        elif np.ptp(W, axis=0).max() == 0 or np.ptp(W, axis=1).max() == 0:
            marks[8] = 1  # tested first, because copies often have a mean far from 0
        elif abs(W.mean()) > 10 * W.std() / np.sqrt(W.size):
            marks[2] = 1
        elif taken and largest < 2 and abs(np.log(square / taken)) <= np.log(1.1):
            taken = None  # the limit fits the variance that was charged to "xavier"
        elif 2 <= largest < 2.5 and method != "glorot_uniform" and square > right / 1.5:
            marks[12] = 1
        elif abs(np.log(square / right)) <= np.log(1.1):
            marks[9] = (largest < 2) != (method == "glorot_uniform")
        elif near[nearest] <= np.log(1.1):
            marks[nearest] = 1
            he = np.mean(layers[2].astype(float) ** 2) / asked["he"]
            alone = method == "xavier" and nearest <= 5 and 1 / 1.1 <= he <= 1.1
            taken = square if alone else None
        else:
            marks[10 if square > right else 11] = 1
        results.append(marks)
    layout = np.array([any(W.shape != (n_out, n_in) for W in layers)], float)
    again, other = (np.array_equal(layers[2], W, equal_nan=True) for W in layers[3:])
    return *results, layout, np.array([not again, again and other], float)


starts = problem(
    "initialize",
    driver=five_layers,
    measure=counted,
    observed=["W", *["W of a later call"] * 4],
    returns={
        "xavier": "value",
        "glorot_uniform": "value",
        "he": "value",
        "layout": "given",
        "random": "given",
    },
    wrong={
        method: f"Your weights fail at least one of three requirements: mean 0, the {rule} "
        f"variance, a {kind} distribution. Check `W.mean()`, `W.var()` and a histogram of `W`."
        for method, rule, kind in (
            ("xavier", "Xavier", "normal"),
            ("glorot_uniform", "Glorot", "uniform"),
            ("he", "He", "normal"),
        )
    }
    | {
        "layout": "Your `W` doesn't have shape (n_out, n_in). Which axis is for the inputs?",
        "random": "Your function doesn't use `rng` correctly. Check whether generators with "
        "the same seed give the same weights, and whether different seeds give different "
        "weights.",
    },
    points={
        "shape": (1, "an array of numbers"),
        "value": (11, "mean, variance and distribution, one third for each method"),
        "given": (
            2,
            "half for the shape (n_out, n_in), half for the same weights from the same seed "
            "and different weights from different seeds",
        ),
    },
    forbidden={"all": ELSEWHERE},
)


@starts.reference
def initialize(method, n_in, n_out, rng):
    """Draw the initial weights of a layer with n_in inputs and n_out outputs.

    All weights are independent of each other and have mean 0. The methods are:

    "xavier":         normal, with variance 2 / (n_in + n_out)
    "glorot_uniform": uniform from -c to c, with variance 2 / (n_in + n_out)
    "he":             normal, with variance 2 / n_in

    method : str, one of these three
    n_in, n_out : ints
    rng : numpy.random.Generator, the source of all random numbers
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
    few, many = 60 + 8 * k, 150 + 20 * k  # at least 100 and 250
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


NORMAL = "rng.normal(scale=np.sqrt(2 / n), "
UNIFORM = "rng.uniform(-np.sqrt(6 / n), np.sqrt(6 / n), "
LIMIT = "np.sqrt(6 / (n_in + n_out))"
starts.known["value"] = {
    "Your code uses the variance itself to scale the weights. What does the argument `scale` "
    "of `rng.normal` mean, and how is c related to the variance?": {
        "root_forgotten": {LIMIT: "6 / (n_in + n_out)", "np.sqrt(2 / n)": "2 / n"}
    },
    "Your normally distributed weights have the variance as their standard deviation. What "
    "does the argument `scale` of `rng.normal` "
    "mean?": {"root_forgotten_in_the_deviation": {"np.sqrt(2 / n)": "2 / n"}},
    "Your c is three times the variance. Which power of c is the variance of a uniform "
    "distribution proportional "
    "to?": {"root_forgotten_in_the_limit": {LIMIT: "6 / (n_in + n_out)"}},
    "Your weights have the correct variance, but the wrong distribution. Which methods need a "
    "normal distribution, and which one needs a uniform distribution?": {
        "distributions_exchanged": {
            "rng.uniform(-c, c, ": "rng.normal(0, c / np.sqrt(3), ",
            NORMAL: (UNIFORM),
        },
        "normal_for_all": {"rng.uniform(-c, c, ": "rng.normal(0, c / np.sqrt(3), "},
        "uniform_for_all": {NORMAL: (UNIFORM)},
    },
    "Your normally distributed weights are truncated at two standard deviations. What "
    "should happen to weights beyond this limit, according to the problem statement?": {
        "cut_off": {
            "rng.normal(scale=np.sqrt(2 / n), size=(n_out, n_in))": (
                "rng.normal(size=(n_out, n_in)).clip(-2, 2) * np.sqrt(2 / n)"
            )
        }
    },
    "The variance of your weights is too small by a factor of 3. What is the variance of a "
    "uniform distribution from -c to "
    "c?": {"limit_for_deviation": {"6 /": "2 /", "normal(scale=": "uniform(-np.sqrt(2 / n), "}},
    'Your "xavier" weights have variance 1 / n_in, which is LeCun\'s rule. Which two numbers '
    "does the Xavier rule add in the "
    "denominator?": {"inputs_alone": {"else n_in + n_out": "else 2 * n_in"}},
    'Your "xavier" weights have half the required variance. Which number is in the numerator '
    "of the formula?": {"one_for_two": {"else n_in + n_out": "else 2 * (n_in + n_out)"}},
    'Your "xavier" weights have the variance of the "he" rule. Which numbers are in the '
    "denominator of Xavier's rule?": {"xavier_like_he": {"else n_in + n_out": "else n_in"}},
    'Your "glorot_uniform" weights have variance 2 / n_in. Which two numbers does the formula '
    "add in the denominator?": {"uniform_of_the_inputs": {"6 / (n_in + n_out)": "6 / n_in"}},
    'Your "glorot_uniform" weights have a third of the required variance. A uniform '
    "distribution from -c to c has variance c^2 / 3, so how large should c "
    "be?": {"two_for_six": {"6 /": "2 /"}},
    'Your "glorot_uniform" weights have a ninth of the required variance. A uniform '
    "distribution from -c to c has variance c^2 / 3, so is c^2 three times the variance, or a "
    "third of it?": {"divided_by_three": {"6 /": "2 / 3 /"}},
    'Your "glorot_uniform" weights have half the required variance. A uniform distribution '
    "from -c to c has variance c^2 / 3, so how large should c "
    "be?": {"three_for_six": {"6 /": "3 /"}},
    'Your "glorot_uniform" weights have twice the required variance. A uniform distribution '
    "from -c to c has variance c^2 / 3, so how large should c "
    "be?": {"twelve_for_six": {"6 /": "12 /"}},
    'Your "glorot_uniform" weights have four times the required variance. Is c the whole width '
    "of the interval from -c to c, or half of it?": {"limit_for_width": {"6 /": "24 /"}},
    'Your "he" weights have variance 2 / n_out. How many terms does the sum in one output unit '
    "have?": {"outputs_for_inputs": {"n_in if": "n_out if"}},
    'Your "he" weights have half the required variance. What does a ReLU do to the mean square '
    "of a signal?": {"half_of_it": {"n_in if": "2 * n_in if"}},
    'Your "he" weights have the variance of the "xavier" rule. Which of the two layer sizes '
    "does He's formula use?": {"he_like_xavier": {"n_in if": "n_in + n_out if"}},
    "The mean of your weights isn't 0. What are the smallest and the largest weight in `W`?": {
        "above_zero": "return np.abs(initialize(method, n_in, n_out, rng))"
    },
    'The mean of your "glorot_uniform" weights isn\'t 0. From which number to which number are '
    "they distributed?": {"from_zero_to_c": {"uniform(-c, c, ": "uniform(0, c, "}},
    "Many of your weights are copies of each other. How many random numbers do you draw, and "
    "how many weights does the layer have?": {
        "one_row_for_all": "return np.tile(initialize(method, n_in, 1, rng), (n_out, 1))"
    },
    "The variance of your weights is too large. How does the formula compute the variance from "
    "the layer sizes?": {
        "standard_normal": "return rng.standard_normal((n_out, n_in))",
        "two_too_large": {"6 /": "900 /", "else n_in + n_out": "else (n_in + n_out) / 150"},
    },
    'The variance of your "xavier" weights is too large. Is your numerator just 2, and is '
    "your denominator the sum of the two sizes?": {
        "xavier_too_large": {"else n_in + n_out": "else (n_in + n_out) / 150"}
    },
    'The variance of your "glorot_uniform" weights is too large. How does c depend on the '
    "variance?": {"uniform_too_large": {"6 /": "900 /"}},
    'The variance of your "he" weights is too large. How does the formula compute it from '
    "n_in?": {"he_too_large": {"n_in if": "n_in / 150 if"}},
    "The variance of your weights is too small. How does the formula compute the variance from "
    "the layer sizes?": {
        "fixed_scale": "return 0.001 * rng.standard_normal((n_out, n_in))",
        "two_too_small": {"6 /": "0.04 /", "else n_in + n_out": "else 150 * (n_in + n_out)"},
    },
    'The variance of your "xavier" weights is too small. Is your numerator just 2, and is '
    "your denominator the sum of the two sizes?": {
        "xavier_too_small": {"else n_in + n_out": "else 150 * (n_in + n_out)"}
    },
    'The variance of your "glorot_uniform" weights is too small. How does c depend on the '
    "variance?": {"uniform_too_small": {"6 /": "0.04 /"}},
    'The variance of your "he" weights is too small. How does the formula compute it from '
    "n_in?": {"he_too_small": {"n_in if": "150 * n_in if"}},
}

starts.known["value given"] = {
    "All your weights are equal. If two units start with the same weights, what could make "
    "them different later?": {"zeros": "return np.zeros((n_out, n_in))"}
}

starts.known["given"] = {
    "Your `W` has shape (n_in, n_out). Which axis comes first if the layer computes "
    "`x @ W.T`?": {"turned": "return initialize(method, n_in, n_out, rng).T"},
    "Your weights are the same for every `rng`. Where does your code draw its random numbers "
    "from?": {"own_seed": "rng = np.random.default_rng(0)"},
    "Your weights differ between two generators with the same seed. Which of your random "
    "numbers don't come from `rng`?": {"another_generator": "rng = np.random.default_rng()"},
}
