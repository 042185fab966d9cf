"""Valid and refused arguments of the functions of nnlib.calculus."""

import numpy as np

from nnlib import calculus
from tests.nnlib.refusals.kinds import (
    ABOVE,
    CARD_NAMES,
    CHANCE,
    FUNCTION,
    HOLES,
    NO_NUMBERS,
    WORD,
    S,
    but,
)

MODULE = calculus
METHOD = dict(method=("central", WORD))
STEP = dict(h=(1e-3, but(ABOVE, "None")))


def summed(z):
    """Return the sum of an array, as a function to differentiate."""
    return (z * z).sum()


POINT = {**NO_NUMBERS, **HOLES, "empty": []}
SLOPE = dict(f=(summed, FUNCTION), x=([1.0, 2.0], POINT)) | METHOD | STEP
FUNCTIONS = {
    "numerical_gradient": SLOPE | dict(layout=("numerator", WORD)),
    "numerical_jacobian": SLOPE | dict(layout=("numerator", WORD)),
    "numerical_hessian": SLOPE,
    "error_against_step": dict(
        f=(summed, FUNCTION),
        x=([1.0, 2.0], POINT),
        gradient=([2.0, 4.0], {**NO_NUMBERS, "nan in it": [1.0, np.nan], "short": [1.0]}),
        h=(
            [0.1],
            {
                **but(NO_NUMBERS, "None"),
                "negative": [-1.0],
                "zero": [0.0],
                "nan": [np.nan],
                "empty": [],
            },
        ),
    )
    | METHOD,
    "relative_error": dict(
        a=([1.0, 2.0], {**NO_NUMBERS, "nan in it": [1.0, np.nan], "short": [1.0]}),
        b=([1.0, 2.0], {**NO_NUMBERS, "nan in it": [1.0, np.nan], "short": [1.0]}),
    ),
    "identities": dict(name=("trace", but({**CARD_NAMES}))),
}
METHODS = [
    (calculus.identities("trace"), "latex", dict(layout=("numerator", WORD))),
    (
        calculus.identities("trace"),
        "derivative",
        {"*A": (S, {}), "layout": ("numerator", WORD)},
    ),
    (
        calculus.identities("trace"),
        "numerical",
        {"*A": (S, {}), "layout": ("numerator", WORD)} | METHOD,
    ),
    (calculus.identities("trace"), "check", CHANCE | METHOD),
]
