"""The characteristic polynomial and the roots that one finds by hand."""

from fractions import Fraction as Fr

import numpy as np

from nnlib.linalg.exact import exact
from nnlib.linalg.polynomial import characteristic_polynomial
from nnlib.linalg.root_finding import roots
from tests.nnlib.harness import Late, naming

sp = Late("sympy")


def integers(n, seed):
    return np.random.default_rng(seed).integers(-4, 5, (n, n))


def test_exact_coefficients_agree_with_sympy():
    for n in [2, 3, 6]:
        with naming(n):
            A = integers(n, seed=n)
            expected = sp.Matrix(A).charpoly().all_coeffs()
            assert characteristic_polynomial(exact(A)).tolist() == expected


CASES = {
    "no root": ([1], []),
    "linear": ([1, Fr(-3, 2)], [(Fr(3, 2), 1)]),
    "the page's": ([1, -9, 14], [(7, 1), (2, 1)]),
    "that of A'A": ([1, -22, 96, 0], [(16, 1), (6, 1), (0, 1)]),
    "fractions": ([Fr(1), Fr(-3, 10), Fr(1, 50)], [(Fr(1, 5), 1), (Fr(1, 10), 1)]),
    "golden": ([1, -1, -1], [("(1 + sqrt(5)) / 2", 1), ("(1 - sqrt(5)) / 2", 1)]),
    "complex": ([1, -2, 2], [("1 + I", 1), ("1 - I", 1)]),
    "imaginary surds": ([1, 0, 2], [("sqrt(2) * I", 1), ("-sqrt(2) * I", 1)]),
    "double": ([1, -2, 1], [(1, 2)]),
    "triple zero": ([1, 0, 0, 0], [(0, 3)]),
    "double and single": ([1, -8, 21, -18], [(3, 2), (2, 1)]),
    "rational and two surds": ([1, -1, -2, 2], [("sqrt(2)", 1), ("-sqrt(2)", 1), (1, 1)]),
    "many rational": (
        [int(c) for c in np.poly([1, 2, 3, 4, 5, -6])],
        [(-6, 1), (5, 1), (4, 1), (3, 1), (2, 1), (1, 1)],
    ),
}


def test_roots_are_exact():
    for name in CASES:
        with naming(name):
            p, expected = CASES[name]
            result = roots([Fr(c) for c in p])
            assert [r.multiplicity for r in result] == [m for _, m in expected]
            for (value, _), (right, _) in zip(result, expected, strict=True):
                assert sp.expand(sp.sympify(value) - sp.sympify(right)) == 0
                assert isinstance(value, Fr | sp.Expr)
