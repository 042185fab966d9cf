"""Valid and refused arguments of the functions of nnlib.linalg."""

import numpy as np

from nnlib import linalg
from tests.nnlib.refusals.kinds import (
    ABOVE,
    FROM_0,
    GENERATOR,
    MATRIX,
    NUMBER,
    PAIR,
    POSITIVE,
    RECTANGLE,
    RNG,
    SQUARE,
    SYMMETRIC,
    VECTOR,
    WHOLE,
    WORD,
    S,
    but,
)

MODULE = linalg
A, b, x = dict(A=(S, MATRIX)), dict(b=([1.0, 2.0], PAIR)), dict(x=([1.0, 2.0], PAIR))
SQ = dict(A=(S, SQUARE))
SYM = dict(A=(S, SYMMETRIC))
ANY_RIGHT_HAND = dict(b=([1.0, 2.0], but(PAIR, "matrix")))
ITERATED = dict(
    **SQ,
    x=([1.0, 2.0], {**but(PAIR, "None"), "zeros": [0.0, 0.0]}),
    rng=(RNG, but(GENERATOR, "None")),
)
LIMITED = dict(tol=(1e-12, FROM_0), max_iterations=(1000, but(POSITIVE, "zero")))
FUNCTIONS = {
    **dict.fromkeys(("rank", "row_reduce"), A),
    **dict.fromkeys(("lu", "gram_schmidt", "projection_matrix", "qr", "hessenberg"), A),
    **dict.fromkeys(("singular_values", "svd"), A),
    **dict.fromkeys(("trace", "adjugate", "is_orthogonal", "is_symmetric"), SQ),
    **dict.fromkeys(("characteristic_polynomial", "eigenspaces", "eig", "eigvals"), SQ),
    "hessenberg": SQ,
    **dict.fromkeys(("cholesky", "eigvalsh"), SYM),
    **{key: dict(**x, y=([2.0, 1.0], PAIR)) for key in ("dot", "angle", "cosine")},
    "independent": dict(V=(S, MATRIX)),
    "solution_set": A | b,
    "solve": SQ | ANY_RIGHT_HAND,
    "lstsq": A | b | dict(method=("qr", WORD)),
    "det": SQ | dict(method=("cofactors", WORD)),
    "inverse": SQ | dict(method=("adjugate", WORD)),
    "definiteness": SYM | dict(method=("minors", WORD)),
    "minor": SQ | dict(i=(0, {**WHOLE, "2": 2, "-1": -1}), j=(1, {**WHOLE, "2": 2, "-1": -1})),
    "qr": A | dict(method=("givens", WORD)),
    "cross": dict(x=([1.0, 2.0, 3.0], PAIR), y=([3.0, 2.0, 1.0], PAIR)),
    "normalize": dict(
        x=([1.0, 2.0], {**VECTOR, "zeros": [0.0, 0.0]}),
        p=(2, but({**ABOVE, "half": 0.5}, "inf")),
    ),
    "matmul": dict(A=(S, MATRIX), B=(S, {**MATRIX, "narrow": np.ones((3, 2))})),
    "cond": A | dict(p=(2, but({**ABOVE, **WORD, "three": 3}, "inf"))),
    "norm": dict(
        x=(S, but(MATRIX, "vector", "empty")),
        p=("fro", but({**ABOVE, "word": "unknown", "three": 3}, "inf", "None")),
    ),
    "projection": dict(b=([1.0, 2.0], but(PAIR, "matrix")), A=(S, but(MATRIX, "vector"))),
    "conjugate_gradient": SYM
    | b
    | dict(
        x0=([0.0, 0.0], but(PAIR, "None")),
        tolerance=(1e-12, FROM_0),
        max_iterations=(10, but(POSITIVE, "None", "zero")),
    ),
    "reflection": dict(direction=([1.0, 2.0], {**VECTOR, "zeros": [0, 0], "empty": []})),
    **{
        name: {argument: (1.0, NUMBER)}
        for name, argument in (("rotation", "theta"), ("shear", "k"))
    },
    "scaling": {"*factors": (2.0, NUMBER)},
    "roots": dict(p=([1.0, -3.0, 2.0], {**VECTOR, "zero": [0.0], "empty": []})),
    "multiplicities": SQ | dict(tol=(1e-6, but(FROM_0, "None"))),
    "power_iterates": ITERATED,
    "power_iteration": ITERATED | LIMITED,
    "qr_algorithm": SQ | dict(max_iterations=(60, but(POSITIVE, "None", "zero"))),
    "eigh": SYM | dict(max_sweeps=(60, but(POSITIVE, "zero"))),
    "svd": A | dict(max_sweeps=(60, but(POSITIVE, "zero"))),
    "low_rank": A | dict(rank=(1, {**WHOLE, "3": 3, "-1": -1})),
    "pinv": A | dict(rtol=(1e-10, but(FROM_0, "None"))),
    "pca": dict(
        X=(S, {**MATRIX, "one row": [[1.0, 2.0]]}),
        n_components=(1, but({**POSITIVE, "3": 3}, "None")),
        method=("covariance", WORD),
    ),
    "principal_angles": dict(A=(S, MATRIX), B=(S, {**MATRIX, "tall": np.ones((3, 2))})),
}
METHODS = [
    (linalg.pca(RECTANGLE, 1), "transform", dict(X=(RECTANGLE, {**MATRIX, "narrow": S}))),
    (linalg.pca(RECTANGLE, 1), "inverse", dict(scores=([[1.0]], {**MATRIX, "wide": S}))),
    (linalg.solution_set([[1, 1]], [1]), "at", {"*values": (1.0, NUMBER)}),
]
