"""The characteristic polynomial and the roots that one finds by hand."""

import re
from fractions import Fraction as Fr

import numpy as np
import pytest
import sympy as sp

from nnlib.linalg import characteristic_polynomial, roots


def random(n, seed=0):
    return np.random.default_rng(seed).standard_normal((n, n))


def integers(n, seed):
    return np.random.default_rng(seed).integers(-4, 5, (n, n))


@pytest.mark.parametrize("n", [1, 2, 3, 5, 8])
def test_coefficients_agree_with_numpy(n):
    np.testing.assert_allclose(characteristic_polynomial(random(n)), np.poly(random(n)), 1e-10)


def test_the_polynomial_of_an_empty_matrix_is_one():
    assert characteristic_polynomial(np.zeros((0, 0))).tolist() == [1]


@pytest.mark.parametrize("n", [2, 3, 6])
def test_exact_coefficients_agree_with_sympy(n):
    A = integers(n, seed=n)
    expected = sp.Matrix(A).charpoly().all_coeffs()
    assert characteristic_polynomial(A, exact=True).tolist() == expected


def test_floats_are_taken_as_they_are_written():
    p = characteristic_polynomial([[0.1, 0.2], [0.3, 0.4]], exact=True)
    assert p.tolist() == [1, Fr(-1, 2), Fr(-1, 50)]


@pytest.mark.parametrize("seed", range(3))
def test_a_matrix_is_a_root_of_its_polynomial(seed):
    A = integers(4, seed).astype(object)
    value = np.zeros((4, 4), dtype=object)
    for c in characteristic_polynomial(A, exact=True):
        value = value @ A + c * np.eye(4, dtype=int)
    assert (value == 0).all()


def test_the_trace_and_the_determinant_are_coefficients():
    p = characteristic_polynomial([[6, 2], [2, 3]])
    assert p.tolist() == [1, -(6 + 3), 6 * 3 - 2 * 2]


def test_the_steps_of_three_by_three_expand_along_the_first_row():
    steps = characteristic_polynomial([[10, 2, 6], [2, 2, -2], [6, -2, 10]], steps=True)
    assert [str(step) for step in steps] == [
        "Subtract λ from each entry of the diagonal.",
        "Take the determinant: "
        "(10 − λ)[(2 − λ)(10 − λ) − 4] − 2[2(10 − λ) + 12] + 6[−4 − 6(2 − λ)].",
        "Multiply out: det(A − λI) = −λ³ + 22λ² − 96λ.",
    ]
    assert steps.result.tolist() == [1, -22, 96, 0]


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("seed", range(6))
def test_the_determinant_that_is_shown_is_that_of_sympy(n, seed):
    A, lam = integers(n, seed), sp.Symbol("lambda")
    shown = str(characteristic_polynomial(A, steps=True)[1])
    shown = shown.removeprefix("Take the determinant: ").removesuffix(".")
    for sign, meaning in {"−": "-", "·": "*", "[": "(", "]": ")", "λ": "lam"}.items():
        shown = shown.replace(sign, meaning)
    value = sp.sympify(re.sub(r"(?<=[\d)])\(", "*(", shown), locals={"lam": lam})
    assert sp.expand(value - (sp.Matrix(A) - lam * sp.eye(n)).det()) == 0


def test_larger_matrices_show_their_traces():
    steps = characteristic_polynomial(np.diag([1, 2, 3, 4]), steps=True)
    assert str(steps[0]).startswith("Begin with M₁ = I; each further M is A times the one")
    assert str(steps[1]) == "tr(AM₁) = 10, so c₁ = −10/1 = −10."
    assert str(steps[-1]) == "p(λ) = λ⁴ − 10λ³ + 35λ² − 50λ + 24."


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


@pytest.mark.parametrize("name", CASES)
def test_roots_are_exact(name):
    p, expected = CASES[name]
    found = roots(p)
    assert [r.multiplicity for r in found] == [m for _, m in expected]
    for (value, _), (right, _) in zip(found, expected, strict=True):
        assert sp.expand(sp.sympify(value) - right) == 0
        assert isinstance(value, Fr | sp.Expr)


@pytest.mark.parametrize(
    "p",
    [
        pytest.param([1, 0, 0, -2], id="one real, two complex"),
        pytest.param([1, 0, -3, 1], id="three real, by cosines"),
        pytest.param([1, -6, 3, 1], id="with a square term"),
        pytest.param([1, 0, 1, 1000], id="a large constant"),
        pytest.param([1, 0, 1, -1000], id="a large negative constant"),
        pytest.param([1, -3, 3, -1.000001], id="nearly a triple root"),
        pytest.param([1, 0.5, -2.25, 0.01], id="of floats"),
    ],
)
def test_a_cubic_without_rational_root_is_solved_in_closed_form(p):
    values = np.array([complex(r.value) for r in roots(p)])
    expected = np.array(
        [
            complex(r)
            for r in sp.Poly([sp.Rational(str(c)) for c in p], sp.Symbol("x")).nroots(n=25)
        ]
    )
    gaps = np.abs(np.subtract.outer(values, expected))
    assert gaps.min(axis=1).max() < 1e-10 * np.abs(expected).max()
    assert gaps.min(axis=0).max() < 1e-10 * np.abs(expected).max()


@pytest.mark.parametrize(
    ("p", "kind", "message"),
    [
        ([0, 1], ValueError, "expected coefficients p that begin with one other than 0"),
        ([], ValueError, "expected coefficients p that begin with one other than 0"),
        ([[1, 2]], ValueError, "expected coefficients p that begin with one other than 0"),
        (["1"], TypeError, "expected real numbers for p"),
        ([1, np.nan], ValueError, "expected finite numbers for p, got nan"),
        ([1, 0, 0, 0, 2], ValueError, "of degree at most 3, got one of degree 4"),
        ([1, 10**400], ValueError, "expected coefficients below 1e308"),
    ],
)
def test_what_has_no_roots_by_hand_is_refused(p, kind, message):
    with pytest.raises(kind, match=f"roots: .*{message}"):
        roots(p)


@pytest.mark.parametrize("exact", [False, True])
def test_what_is_not_square_has_no_polynomial(exact):
    with pytest.raises(np.linalg.LinAlgError, match=r"characteristic_polynomial: .*square"):
        characteristic_polynomial([[1, 2]], exact=exact)
