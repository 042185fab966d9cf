"""Exact results agree with SymPy, and steps lead to what the functions give without them."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlib import linalg
from nnlib.linalg.elimination import RowReduction
from nnlib.linalg.exact import exact, numeric, root, tex, text
from nnlib.steps import Steps
from tests.nnlib.harness import Late, naming
from tests.nnlib.linalg.matrices import ANY

sympy = Late("sympy")

SMALL = {name: A for name, A in ANY.items() if max(A.shape) < 5}


@st.composite
def matrices(draw, square=False):
    """Return small matrices of small whole numbers, often singular."""
    m = draw(st.integers(1, 4))
    n = m if square else draw(st.integers(1, 4))
    entry = st.integers(-2, 2)
    return draw(st.lists(st.lists(entry, min_size=n, max_size=n), min_size=m, max_size=m))


def plain(M):
    """Return a SymPy matrix as an array of fractions."""
    return exact([[Fraction(int(x.p), int(x.q)) for x in row] for row in M.tolist()])


@given(matrices())
def test_the_reduced_form_and_its_pivots(A):
    expected, pivots = sympy.Matrix(A).rref()
    result = linalg.row_reduce(A, exact=True)
    assert (result.matrix == plain(expected)).all()
    assert result.pivots == pivots
    assert linalg.rank(A, exact=True) == len(pivots)


@given(matrices(square=True))
def test_determinant_and_inverse(A):
    M = sympy.Matrix(A)
    d = linalg.det(A, exact=True)
    assert d == linalg.det(A, method="cofactors", exact=True) == M.det()
    if d == 0:
        with pytest.raises(np.linalg.LinAlgError, match="expected an invertible matrix"):
            linalg.inverse(A, exact=True)
    else:
        assert (linalg.inverse(A, exact=True) == plain(M.inv())).all()
        assert (linalg.inverse(A, method="adjugate", exact=True) == plain(M.inv())).all()


@given(matrices(), st.lists(st.integers(-2, 2), min_size=4, max_size=4))
def test_a_system_is_consistent_if_and_only_if_the_rank_stays(A, b):
    b = b[: len(A)]
    result = linalg.solution_set(A, b, exact=True)
    augmented = [[*row, x] for row, x in zip(A, b, strict=True)]
    assert result.consistent == (sympy.Matrix(augmented).rank() == sympy.Matrix(A).rank())
    if result.consistent:
        assert (exact(A) @ result.at(*range(len(result.free))) == b).all()


FUNCTIONS = [*("row_reduce", "det", "inverse", "lu", "gram_schmidt")]


def parts(result):
    """Return the arrays, numbers and words that a result consists of."""
    if isinstance(result, RowReduction):
        return [result.matrix, list(result.pivots)]
    return list(result) if isinstance(result, tuple) else [result]


def test_steps_lead_to_the_same_result_as_without_them():
    for name in FUNCTIONS:
        for key, A in SMALL.items():
            with naming(name, key):
                A = np.round(A, 2)
                function = getattr(linalg, name)
                try:
                    expected = parts(function(A))
                except (
                    ValueError
                ) as error:  # LinAlgError is one: not square, singular, not definite
                    with pytest.raises(type(error), match=name):
                        function(A, steps=True)
                    continue
                steps = function(A, steps=True)
                assert isinstance(steps, Steps)
                assert all(step.text.endswith(".") for step in steps)
                for got, wanted in zip(parts(steps.result), expected, strict=True):
                    if isinstance(wanted, str):
                        assert got == wanted
                    else:
                        np.testing.assert_allclose(numeric(got), wanted, rtol=1e-9, atol=1e-9)


def test_nested_roots_are_simplified():
    assert root(3 + 2 * root(2)) == 1 + root(2)


def test_negative_numbers_have_no_root():
    for q in (-1.0, Fraction(-1, 4), 1 - root(2)):
        with pytest.raises(ValueError, match=r"^root: expected a nonnegative number, got .*-"):
            root(q)


def test_numbers_are_written_as_text_and_as_latex():
    for x, words, formula in [
        (Fraction(-3, 4), "−3/4", r"-\frac{3}{4}"),
        (7, "7", "7"),
        (2 * root(3) / 5, "2√3/5", r"\frac{2 \sqrt{3}}{5}"),
        (1.5e-8, "1.5e−08", r"1.5 \cdot 10^{-8}"),
        (np.array([1, -2]), "(1, −2)", r"\left[\begin{array}{r}1 \\ -2\end{array}\right]"),
    ]:
        with naming(x, words, formula):
            assert (text(x), tex(x)) == (words, formula)
