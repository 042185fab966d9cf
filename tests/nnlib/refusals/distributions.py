"""Valid and refused arguments of the functions of nnlib.probability."""

import numpy as np

from nnlib import probability
from tests.nnlib.refusals.kinds import (
    ABOVE,
    FUNCTION,
    GENERATOR,
    HOLES,
    MATRIX,
    NO_NUMBERS,
    NUMBER,
    PAIR,
    POSITIVE,
    RNG,
    SHARE,
    SYMMETRIC,
    WHOLE,
    S,
    but,
)

MODULE = probability
NAMED = {"None": None, "number": 3, "unknown": "unknown", "list": [1]}
TOSSES = dict(data=([0, 1, 1], {**NO_NUMBERS, **HOLES, "two": [0, 2], "empty": []}))
DATA = {**NO_NUMBERS, **HOLES, "empty": []}
CONTINUOUS = {**DATA, "all equal": [1.0, 1.0]}
PROBABILITIES = {
    **but(MATRIX, "cube", "number", "vector"),
    "negative": [-0.5, 1.5],
    "sum of 2": [1.0, 1.0],
    "number": 1.0,
}
STATE = dict(probs=(0.5, SHARE))
LOCATED = dict(loc=(0.0, NUMBER), scale=(1.0, ABOVE))
COIN, BELL = probability.Bernoulli(0.5), probability.Gaussian(0, 1)
DIE = probability.Categorical([0.5, 0.5])
CLOUD = probability.MultivariateGaussian([0, 0], S)
BELIEF, BELIEFS = probability.Beta(2, 2), probability.Dirichlet([1, 1])
TABLE = probability.JointTable([[0.3, 0.1], [0.2, 0.4]], {"x": [0, 1], "y": [1, 3]})
HYPOTHESES = probability.bayes([0.5, 0.5], [0.2, 0.4])
OTHER = {"None": None, "number": 3, "text": "text", "array": np.ones(2)}
GIVEN = {"None": None, "text": "y", "list": ["y"], "unknown": {"z": 1}, "no outcome": {"y": 7}}
ENTRIES = {
    "None": None,
    "text": "a",
    "half": [0.5],
    "beyond": [2],
    "negative": [-1],
    "twice": [0, 0],
    "empty": [],
    "number": 0,
}


def drawn(d):
    """Return the valid and refused arguments of the methods that each distribution has."""
    return {
        "sample": dict(
            shape=(2, but({**WHOLE, "negative": -1}, "several", "empty", "dict", "set")),
            rng=(RNG, GENERATOR),
        ),
        "log_prob": dict(x=(_point(d), NO_NUMBERS)),
        "log_likelihood": dict(
            data=(
                _point(d),
                {**NO_NUMBERS, "nan": np.full_like(_point(d), np.nan, dtype=float)},
            )
        ),
        "likelihood": dict(data=(_point(d), NO_NUMBERS)),
        "kl_divergence": dict(other=(d, OTHER)),
    }


def _point(d):
    """Return a point in the support of a distribution."""
    return np.array([0.5, 0.5]) if d is CLOUD or d is BELIEFS else np.array([0.5])


FUNCTIONS = {
    "Bernoulli": STATE,
    "Binomial": dict(total_count=(3, but(POSITIVE, "zero"))) | STATE,
    "Categorical": dict(
        probs=(
            [0.5, 0.5],
            {
                **PROBABILITIES,
                "matrix": np.full((2, 2), 0.5),
                "nan": [np.nan, 1.0],
                "empty": [],
            },
        )
    ),
    "Gaussian": LOCATED,
    "Laplace": LOCATED,
    "MultivariateGaussian": dict(
        loc=([0.0, 0.0], PAIR),
        covariance_matrix=(S, {**SYMMETRIC, "indefinite": [[1.0, 2.0], [2.0, 1.0]]}),
    ),
    "Beta": dict(concentration1=(1.0, ABOVE), concentration0=(1.0, ABOVE)),
    "Dirichlet": dict(
        concentration=([1.0, 1.0], {**but(PAIR, "short", "long"), "zero": [0.0, 1.0]})
    ),
    "bayes": dict(
        prior=([0.5, 0.5], {**PROBABILITIES, "nan": [np.nan, 1.0]}),
        likelihood=([0.5, 0.2], {**PAIR, "negative": [-1.0, 1.0], "zeros": [0.0, 0.0]}),
        hypotheses=(["a", "b"], {"number": 3, "short": ["a"]}),
    ),
    "diagnostic_test": dict(
        prior=(0.1, SHARE), sensitivity=(0.9, SHARE), specificity=(0.9, SHARE)
    ),
    "JointTable": dict(
        probs=(
            [[0.3, 0.1], [0.2, 0.4]],
            {
                **NO_NUMBERS,
                **HOLES,
                "negative": [[-0.5, 0.5], [0.5, 0.5]],
                "sum": np.ones((2, 2)),
                "number": 1.0,
            },
        ),
        variables=(
            {"x": [0, 1], "y": [1, 3]},
            {
                "None": None,
                "list": ["x", "y"],
                "one": {"x": [0, 1]},
                "numbers": {"x": 1, "y": 2},
            },
        ),
    ),
    "entropy": dict(
        p=([0.5, 0.5], {**PROBABILITIES, "nan": [np.nan, 1.0]}), base=(2, {**ABOVE, "one": 1})
    ),
    **dict.fromkeys(
        ("cross_entropy", "kl_divergence"),
        {
            name: (
                [0.5, 0.5],
                {**PROBABILITIES, "nan": [np.nan, 1.0], "three": [0.2, 0.3, 0.5], "coin": COIN},
            )
            for name in "pq"
        }
        | dict(base=(2, {**ABOVE, "one": 1})),
    ),
}
METHODS = [
    *(
        (d, name, arguments)
        for d in (
            COIN,
            BELL,
            DIE,
            CLOUD,
            BELIEF,
            BELIEFS,
            probability.Laplace(0, 1),
            probability.Binomial(2, 0.5),
        )
        for name, arguments in drawn(d).items()
    ),
    (COIN, "fit", TOSSES),
    (
        probability.Binomial,
        "fit",
        dict(data=([0, 1], {**DATA, "beyond": [3], "half": [0.5]}), total_count=(2, POSITIVE)),
    ),
    (
        DIE,
        "fit",
        dict(
            data=([0, 1], {**DATA, "negative": [-1], "half": [0.5], "beyond": [5]}),
            num_classes=(2, but(POSITIVE, "None")),
        ),
    ),
    (BELL, "fit", dict(data=([0.0, 1.0], CONTINUOUS))),
    (probability.Laplace, "fit", dict(data=([0.0, 1.0], CONTINUOUS))),
    (
        CLOUD,
        "fit",
        dict(
            data=(
                [[0, 0], [2, 0], [1, 3]],
                {**DATA, "plane": np.ones((3, 2)), "vector": [1.0, 2.0]},
            )
        ),
    ),
    (BELL, "icdf", dict(p=(0.5, NO_NUMBERS))),
    (BELL, "posterior", dict(data=([0.0, 1.0], DATA), scale=(1.0, ABOVE))),
    (
        CLOUD,
        "posterior",
        dict(
            data=([[0.0, 1.0]], {**DATA, "wide": np.ones((2, 3)), "vector": [1.0, 2.0]}),
            covariance_matrix=(S, {**SYMMETRIC, "indefinite": [[1.0, 2.0], [2.0, 1.0]]}),
        ),
    ),
    (
        CLOUD,
        "mahalanobis",
        dict(x=([0.0, 1.0], {**NO_NUMBERS, "three": np.ones(3), "number": 1.0})),
    ),
    (
        CLOUD,
        "affine",
        dict(
            A=(S, {**MATRIX, "singular": np.ones((2, 2)), "wide": np.ones((2, 3))}),
            b=([0.0, 1.0], but(PAIR, "None")),
        ),
    ),
    (CLOUD, "marginal", dict(entries=([0], ENTRIES))),
    (
        CLOUD,
        "conditional",
        dict(
            entries=([0], {**ENTRIES, "given": [1]}),
            given=([1], {**ENTRIES, "asked": [0]}),
            values=([1.0], but(PAIR, "short")),
        ),
    ),
    (
        BELIEF,
        "posterior",
        dict(data=([0, 1], {**DATA, "beyond": [3], "half": [0.5]}), total_count=(1, POSITIVE)),
    ),
    (BELIEFS, "posterior", dict(data=([0, 1], {**DATA, "beyond": [3], "half": [0.5]}))),
    (
        HYPOTHESES,
        "update",
        dict(likelihood=([0.5, 0.2], {**PAIR, "negative": [-1.0, 1.0], "zeros": [0.0, 0.0]})),
    ),
    (TABLE, "marginal", {"*names": ("x", NAMED)}),
    (TABLE, "conditional", {"*names": ("x", NAMED), "given": ({"y": 1}, GIVEN)}),
    (TABLE, "chain", {"*a": ("x", NAMED), "*b": ("y", NAMED)}),
    (
        TABLE,
        "independent",
        dict(
            a=("x", NAMED),
            b=("y", NAMED),
            given=((), {"number": 3, "unknown": ["z"], "None": None}),
        ),
    ),
    (TABLE, "expectation", dict(f=(lambda x, y: x, FUNCTION))),
    (TABLE, "mean", dict(name=("x", NAMED))),
    (TABLE, "variance", dict(name=("x", NAMED))),
    (TABLE, "covariance", dict(a=("x", NAMED), b=("y", NAMED))),
    (TABLE, "bayes", dict(hypothesis=("x", NAMED), given=({"y": 1}, GIVEN))),
]
