"""The characteristic polynomial and the roots that one finds by hand."""

from fractions import Fraction as Fr

import numpy as np
import pytest
import sympy as sp

from nnlib.linalg import characteristic_polynomial, roots
from tests.nnlib.harness import naming


def random(n, seed=0):
    return np.random.default_rng(seed).standard_normal((n, n))


def integers(n, seed):
    return np.random.default_rng(seed).integers(-4, 5, (n, n))


def test_coefficients_agree_with_numpy():
    for n in [1, 2, 3, 5, 8]:
        with naming(n):
            np.testing.assert_allclose(
                characteristic_polynomial(random(n)), np.poly(random(n)), 1e-10
            )


def test_exact_coefficients_agree_with_sympy():
    for n in [2, 3, 6]:
        with naming(n):
            A = integers(n, seed=n)
            expected = sp.Matrix(A).charpoly().all_coeffs()
            assert characteristic_polynomial(A, exact=True).tolist() == expected


I = sp.I  # noqa: E741
CASES = {
    "no root": ([3], []),
    "linear": ([2, -3], [(Fr(3, 2), 1)]),
    "the page's": ([1, -9, 14], [(7, 1), (2, 1)]),
    "that of A'A": ([1, -22, 96, 0], [(16, 1), (6, 1), (0, 1)]),
    "fractions": ([Fr(1), Fr(-3, 10), Fr(1, 50)], [(Fr(1, 5), 1), (Fr(1, 10), 1)]),
    "golden": ([1, -1, -1], [((1 + sp.sqrt(5)) / 2, 1), ((1 - sp.sqrt(5)) / 2, 1)]),
    "complex": ([1, -2, 2], [(1 + I, 1), (1 - I, 1)]),
    "imaginary surds": ([1, 0, 2], [(sp.sqrt(2) * I, 1), (-sp.sqrt(2) * I, 1)]),
    "double": ([1, -2, 1], [(1, 2)]),
    "triple zero": ([1, 0, 0, 0], [(0, 3)]),
    "double and single": ([1, -8, 21, -18], [(3, 2), (2, 1)]),
    "rational and two surds": ([1, -1, -2, 2], [(sp.sqrt(2), 1), (-sp.sqrt(2), 1), (1, 1)]),
    "double pairs": ([1, 0, 2, 0, 1], [(I, 2), (-I, 2)]),
    "many rational": (
        [int(c) for c in np.poly([1, 2, 3, 4, 5, -6])],
        [(-6, 1), (5, 1), (4, 1), (3, 1), (2, 1), (1, 1)],
    ),
}


def test_roots_are_exact():
    for name in CASES:
        with naming(name):
            p, expected = CASES[name]
            found = roots(p)
            assert [r.multiplicity for r in found] == [m for _, m in expected]
            for (value, _), (right, _) in zip(found, expected, strict=True):
                assert sp.expand(sp.sympify(value) - right) == 0
                assert isinstance(value, Fr | sp.Expr)


@pytest.mark.slow
def test_a_cubic_without_rational_root_is_solved_in_closed_form():
    for p in [
        pytest.param([1, 0, 0, -2], id="one real, two complex"),
        pytest.param([1, 0, -3, 1], id="three real, by cosines"),
        pytest.param([1, -6, 3, 1], id="with a square term"),
        pytest.param([1, 0, 1, 1000], id="a large constant"),
        pytest.param([1, 0, 1, -1000], id="a large negative constant"),
        pytest.param([1, -3, 3, -1.000001], id="nearly a triple root"),
        pytest.param([1, 0.5, -2.25, 0.01], id="of floats"),
    ]:
        with naming(p):
            values = np.array([complex(r.value) for r in roots(p)])
            expected = np.array(
                [
                    complex(r)
                    for r in sp.Poly([sp.Rational(str(c)) for c in p], sp.Symbol("x")).nroots(
                        n=25
                    )
                ]
            )
            gaps = np.abs(np.subtract.outer(values, expected))
            assert gaps.min(axis=1).max() < 1e-10 * np.abs(expected).max()
            assert gaps.min(axis=0).max() < 1e-10 * np.abs(expected).max()


def test_what_has_no_roots_by_hand_is_refused():
    for p, kind, message in [
        ([0, 1], ValueError, "expected coefficients p that begin with one other than 0"),
        ([], ValueError, "expected coefficients p that begin with one other than 0"),
        ([[1, 2]], ValueError, "expected coefficients p that begin with one other than 0"),
        (["1"], TypeError, "expected real numbers for p"),
        ([1, np.nan], ValueError, "expected finite numbers for p, got nan"),
        ([1, 0, 0, 0, 2], ValueError, "of degree at most 3, got one of degree 4"),
        ([1, 10**400], ValueError, "expected coefficients below 1e308"),
    ]:
        with naming(p, kind, message), pytest.raises(kind, match=f"roots: .*{message}"):
            roots(p)


def test_what_is_not_square_has_no_polynomial():
    for exact in [False, True]:
        with (
            naming(exact),
            pytest.raises(np.linalg.LinAlgError, match=r"characteristic_polynomial: .*square"),
        ):
            characteristic_polynomial([[1, 2]], exact=exact)
