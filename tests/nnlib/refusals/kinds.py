"""Values that an argument must refuse, by the kind of argument."""

from fractions import Fraction

import numpy as np

RNG = np.random.default_rng(0)
S = np.array([[2.0, 1.0], [1.0, 3.0]])
RECTANGLE = np.array([[1.0, 2.0, 0.0], [0.0, 1.0, 5.0]])
NO_NUMBERS = {
    "None": None,
    "text": "text",
    "dict": {},
    "set": {1.0},
    "object": object(),
    "complex": 1j,
    "array of complex": np.array([[1j, 0], [0, 1]]),
    "list of texts": [["a", "b"], ["c", "d"]],
    "list with None": [[1, None], [2, 3]],
    "array of dicts": np.array([[{}, 1], [1, 1]], dtype=object),
    "ragged": [[1, 2], [3]],
}
HOLES = {
    "nan in it": [[1.0, 2.0], [np.nan, 1.0]],
    "inf in it": [[1.0, 2.0], [np.inf, 1.0]],
}
CUBE = {"cube": np.ones((2, 2, 2))}
NUMBER = {**NO_NUMBERS, "nan": np.nan, "inf": np.inf, "several": [1.0, 2.0], "empty": []}
MATRIX = {**NO_NUMBERS, **HOLES, **CUBE, "number": 3.0, "vector": [1.0, 2.0], "empty": []}
SQUARE = {**MATRIX, "not square": RECTANGLE}
SYMMETRIC = {**SQUARE, "not symmetric": [[1, 2], [3, 4]]}
VECTOR = {
    **NO_NUMBERS,
    **CUBE,
    "nan in it": [1.0, np.nan],
    "inf in it": [1.0, np.inf],
    "number": 3.0,
    "matrix": np.ones((2, 2)),
}
PAIR = {**VECTOR, "short": [1.0], "long": np.ones(7), "empty": []}
WHOLE = {**NUMBER, "half": 1.5, "fraction": Fraction(3, 2), "text of a number": "2"}
POSITIVE = {**WHOLE, "zero": 0, "negative": -1}
ABOVE = {**NUMBER, "zero": 0.0, "negative": -1.0}
FROM_0 = {**NUMBER, "negative": -1.0}
SHARE = {**FROM_0, "beyond": 1.5}
WORD = {"unknown": "unknown", "None": None, "number": 3, "list": ["a"], "dict": {}}
GENERATOR = {"None": None, "seed": 0, "text": "text", "old kind": np.random.RandomState(0)}
FUNCTION = {"None": None, "text": "text", "number": 3}


def but(refused, *allowed):
    """Return refused values without those that this argument accepts."""
    return {name: value for name, value in refused.items() if name not in allowed}


CHANCE = dict(rng=(RNG, GENERATOR))
CARD_NAMES = {"unknown": "unknown", "number": 3, "list": ["digits"], "dict": {}}
