"""Functions that torch doesn't have refuse what doesn't fit, and name themselves.

A row is a call that is right, argument by argument, and for each argument what it must refuse.
In turn each argument is given all of that, while the others stay right. The right calls also
show that inputs stay as they were and that results have memory of their own.
"""

import inspect
from fractions import Fraction

import numpy as np
import pytest

from nnlib import calculus, datasets, probability, text
from nnlib.steps import Steps
from tests.nnlib.harness import naming

nan, inf = np.nan, np.inf
RNG = np.random.default_rng(0)
S = np.array([[2.0, 1.0], [1.0, 3.0]])
NO_NUMBERS = [None, "text", {}, {1.0}, object(), 1j]
NO_NUMBERS += [[["a", "b"]], [[1, None], [2, 3]], [[1, 2], [3]]]
HOLES = [[[1.0, 2.0], [nan, 1.0]], [[1.0, 2.0], [inf, 1.0]]]
NUMBER = [*NO_NUMBERS, nan, inf, [1.0, 2.0], []]
WHOLE = [*NUMBER, 1.5, Fraction(3, 2), "2"]
POSITIVE = [*WHOLE, 0, -1]
ABOVE = [*NUMBER, 0.0, -1.0]
FROM_0 = [*NUMBER, -1.0]
SHARE = [*FROM_0, 1.5]
WORD = ["unknown", None, 3, ["a"], {}]
GENERATOR = [None, 0, "text", np.random.RandomState(0)]
FUNCTION = [None, "text", 3]
DATA = [*NO_NUMBERS, *HOLES, []]
PAIR = [*NO_NUMBERS, [1.0, nan], 3.0, [1.0], []]
PAIR += [np.ones(7), np.ones((2, 2)), np.ones((2, 2, 2))]
CHANCES = [*NO_NUMBERS, [-0.5, 1.5], [1.0, 1.0], 1.0, [nan, 1.0]]
SIGMA = [*NO_NUMBERS, *HOLES, 3.0, [1.0, 2.0], [[1, 2], [3, 4]], [[1.0, 2.0], [2.0, 1.0]]]


def but(refused, *allowed):
    """Return refused values without those, by their text, that an argument accepts."""
    return [value for value in refused if repr(value) not in allowed]


def summed(z):
    """Return a function's value to differentiate."""
    return (z * z).sum()


METHOD, LAYOUT = dict(method=("central", WORD)), dict(layout=("numerator", WORD))
SLOPE = METHOD | dict(f=(summed, FUNCTION), x=([1.0, 2.0], DATA), h=(1e-3, but(ABOVE, "None")))
TRACE = calculus.identities("trace")
ERRORS = [*NO_NUMBERS, [1.0, nan], [1.0]]
CALCULUS = [
    (calculus.numerical_gradient, SLOPE | LAYOUT),
    (calculus.numerical_jacobian, SLOPE | LAYOUT),
    (calculus.numerical_hessian, SLOPE),
    (calculus.relative_error, dict(a=([1.0, 2.0], ERRORS), b=([1.0, 2.0], ERRORS))),
    (calculus.identities, dict(name=("trace", but(WORD, "None")))),
    (TRACE.latex, LAYOUT),
    (TRACE.derivative, {"*A": (S, []), **LAYOUT}),
    (TRACE.check, dict(rng=(RNG, GENERATOR)) | METHOD),
]

SIGNAL = [*NO_NUMBERS, *HOLES, 3.0, []]

P = probability
BELL, BELIEF, CLOUD = P.Gaussian(0, 1), P.Beta(2, 2), P.MultivariateGaussian([0, 0], S)
TABLE = P.JointTable([[0.3, 0.1], [0.2, 0.4]], {"x": [0, 1], "y": [1, 3]})
POINTS = [(P.Binomial(1, 0.5), [0.5]), (BELL, [0.5]), (BELIEF, [0.5]), (CLOUD, [0.5, 0.5])]
NAMED = [None, 3, "unknown", [1]]
GIVEN = [None, "y", ["y"], {"z": 1}, {"y": 7}]
LOCATED = dict(loc=(0.0, NUMBER), scale=(1.0, ABOVE))
LIKELY = [*PAIR, [-1.0, 1.0], [0.0, 0.0]]
SAMPLE = but([*WHOLE, -1], "[1.0, 2.0]", "[]", "{}", "{1.0}")
PROBABILITY = [
    (P.Binomial, dict(probs=(0.5, SHARE), total_count=(3, but(POSITIVE, "0")))),
    (P.Gaussian, LOCATED),
    (P.Laplace, LOCATED),
    (P.MultivariateGaussian, dict(loc=([0.0, 0.0], PAIR), covariance_matrix=(S, SIGMA))),
    (P.Beta, dict(concentration1=(1.0, ABOVE), concentration0=(1.0, ABOVE))),
    (
        P.bayes,
        dict(prior=([0.5, 0.5], CHANCES), likelihood=([0.5, 0.2], LIKELY))
        | dict(hypotheses=(["a", "b"], [3, ["a"]])),
    ),
    (P.diagnostic_test, dict.fromkeys(("prior", "sensitivity", "specificity"), (0.5, SHARE))),
    (
        P.JointTable,
        dict(probs=([[0.3, 0.1], [0.2, 0.4]], [*NO_NUMBERS, *HOLES, np.ones((2, 2)), 1.0]))
        | dict(variables=({"x": [0, 1], "y": [1, 3]}, [None, ["x"], {"x": [0, 1]}, {"x": 1}])),
    ),
    (P.kl_divergence, dict.fromkeys("pq", ([0.5, 0.5], [*CHANCES, [0.2, 0.3, 0.5], BELL]))),
    *[(d.sample, dict(shape=(2, SAMPLE), rng=(RNG, GENERATOR))) for d, _ in POINTS],
    *[(d.log_prob, dict(x=(x, NO_NUMBERS))) for d, x in POINTS],
    *[(d.log_likelihood, dict(data=(x, NO_NUMBERS))) for d, x in POINTS],
    (BELL.fit, dict(data=([0.0, 1.0], [*DATA, [1.0, 1.0]]))),
    (CLOUD.fit, dict(data=([[0, 0], [2, 0], [1, 3]], [*DATA, np.ones((3, 2)), [1.0, 2.0]]))),
    (BELIEF.posterior, dict(data=([0, 1], [*DATA, [3], [0.5]]), total_count=(1, POSITIVE))),
    (P.bayes([0.5, 0.5], [0.2, 0.4]).update, dict(likelihood=([0.5, 0.2], LIKELY))),
    (TABLE.marginal, {"*names": ("x", NAMED)}),
    (TABLE.conditional, {"*names": ("x", NAMED), "given": ({"y": 1}, GIVEN)}),
    (TABLE.covariance, dict(a=("x", NAMED), b=("y", NAMED))),
    (TABLE.bayes, dict(hypothesis=("x", NAMED), given=({"y": 1}, GIVEN))),
]

COUNTS, SERIES = np.array([[0, 2], [1, 0]]), np.arange(12.0)
NO_SERIES = [None, {}, object(), [[1, 2], [3]], 3.0, []]
TOKENS = [*NO_NUMBERS, [0.5], [-1], [9], COUNTS, [nan]]
LENGTH = (2, [*POSITIVE, 10**15])
LATENT = dict(rng=(RNG, GENERATOR))
WORDS = [None, 3, [1, 2], [["a"]], [{}]]
TEXT = [
    (text.bits_per_character, dict(cross_entropy=(1.0, but(FROM_0, "inf")))),
    (text.perplexity, dict(cross_entropy=(1.0, but(FROM_0, "inf")))),
    (text.ngram_counts, {"*sequences": ([0, 1], TOKENS), "n": LENGTH, "size": LENGTH}),
    (
        text.ngram_cross_entropy,
        {"*probabilities": (np.full((2, 2), 0.5), [*NO_NUMBERS, *HOLES, 1.0, np.ones((2, 2))])}
        | {"*sequences": ([0, 1], TOKENS)},
    ),
    (text.ngram_probabilities, dict(counts=(COUNTS, [*SIGNAL, -COUNTS]), alpha=(1.0, FROM_0))),
    (
        text.sample,
        dict(logits=([0.0, 1.0], [*NO_NUMBERS, 1.0, [nan, 1.0], [inf, 0], [-inf, -inf], []]))
        | dict(temperature=(1.0, FROM_0))
        | LATENT,
    ),
    (text.bptt_batches, dict(x=(SERIES, NO_SERIES), batch_size=LENGTH, length=(2, POSITIVE))),
    (text.windows, dict(x=(SERIES, NO_SERIES), length=LENGTH, stride=(1, POSITIVE))),
    (text.adding_problem, dict(n=(2, but(POSITIVE, "0")), length=(4, [*POSITIVE, 1])) | LATENT),
    (text.Vocabulary, dict(tokens=("abc", [*WORDS, ""]))),
    (text.Vocabulary("ab").encode, dict(tokens=("ab", [None, 3, "c", [1], [["a"]]]))),
    (text.Vocabulary("ab").decode, dict(numbers=([0, 1], [*NO_NUMBERS, [0.5], [2], [-1]]))),
    (text.tokenize, dict(text=("a b", [None, 3, ["a"], b"a"]))),
    (datasets.describe, dict(name=("digits", but(WORD, "None")))),
]
ROWS = [*CALCULUS, *PROBABILITY, *TEXT]


def call(f, given):
    """Call a function with keyword arguments; those of a starred name become *args."""
    named = {name: value for name, value in given.items() if not name.startswith("*")}
    return f(*(value for name, value in given.items() if name.startswith("*")), **named)


def assert_refused(f, given):
    """Assert that a call is refused in the name of the function, its class or its object."""
    name = getattr(f, "__qualname__", type(f).__name__)
    names = {*name.lower().split("."), type(getattr(f, "__self__", f)).__name__.lower()}
    with pytest.raises((TypeError, ValueError)) as caught:
        call(f, given)
    assert {*str(caught.value).partition(":")[0].lower().split(".")} & names


def test_unsuitable_arguments_are_refused_by_name():
    for f, arguments in ROWS:
        right = {argument: value for argument, (value, _) in arguments.items()}
        call(f, right)
        options = [{}, {"steps": True}] if "steps" in inspect.signature(f).parameters else [{}]
        for option in options:
            for argument, (_, refused) in arguments.items():
                for value in refused:
                    with naming(f, argument, repr(value), option):
                        assert_refused(f, {**right, argument: value, **option})


def arrays(result):
    """Return all arrays in a result, at any depth."""
    if isinstance(result, np.ndarray):
        return [result]
    if isinstance(result, Steps):
        return arrays(result.result)
    if not isinstance(result, tuple | list):
        result = list(getattr(result, "__dict__", {}).values())
    return [array for part in result for array in arrays(part)]


def prepared(value):
    """Return numbers in a read-only array with gaps in memory, and anything else as it is."""
    try:
        array = np.array(value)
    except (TypeError, ValueError):  # lists of different lengths
        return value
    if not (isinstance(value, list | np.ndarray) and array.ndim and array.dtype.kind in "iuf"):
        return value
    apart = np.empty(tuple(2 * n for n in array.shape), array.dtype)
    view = apart[(slice(None, None, 2),) * array.ndim]
    view[...] = array
    view.setflags(write=False)
    return view


def test_inputs_stay_unchanged_and_results_have_separate_memory():
    for f, arguments in ROWS:
        given = {argument: prepared(value) for argument, (value, _) in arguments.items()}
        inputs = [value for value in given.values() if isinstance(value, np.ndarray)]
        before = [value.copy() for value in inputs]
        results = [call(f, given), call(f, given)]
        if "steps" in inspect.signature(f).parameters:
            results.append(call(f, {**given, "steps": True}))
        with naming(f):
            for value, old in zip(inputs, before, strict=True):
                np.testing.assert_array_equal(value, old)
            outcomes = [arrays(result) for result in results]
            assert not any(
                np.shares_memory(x, y) for part in outcomes for x in part for y in inputs
            )
            pairs = zip(*outcomes[:2], strict=True)
            assert not any(np.shares_memory(x, y) for x, y in pairs if x.size)
