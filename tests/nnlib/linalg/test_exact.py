"""Exact numbers: what is taken, what is refused, how they are written."""

from fractions import Fraction

import numpy as np

from nnlib.linalg.exact import exact, numeric, root, tex, text
from tests.nnlib.harness import Late, naming

sympy = Late("sympy")


def test_floats_become_the_fraction_that_is_written():
    np.testing.assert_array_equal(
        exact([0.1, -2.5, 1e-7]), [Fraction(1, 10), -2.5, Fraction(1, 10**7)]
    )


def test_shapes_are_kept():
    for shape in [(), (0,), (0, 3), (2, 0), (1, 1), (2, 3)]:
        with naming(shape):
            assert exact(np.zeros(shape)).shape == numeric(np.zeros(shape)).shape == shape


def test_numeric_inverts_exact_and_copies():
    A = np.array([[0.1, 2.0], [3.0, -4.5]])
    back = numeric(exact(A))
    np.testing.assert_array_equal(back, A, strict=True)
    numeric(A)[0, 0] = 7
    assert A[0, 0] == 0.1


def test_roots_are_fractions_where_they_can_be():
    assert [root(q) for q in (0, 4, Fraction(9, 16))] == [0, 2, Fraction(3, 4)]
    assert all(type(root(q)) is Fraction for q in (0, 4, Fraction(9, 16)))


def test_roots_are_sympy_expressions_otherwise():
    assert root(Fraction(1, 2)) == sympy.sqrt(2) / 2
    assert root(3 + 2 * sympy.sqrt(2)) == 1 + sympy.sqrt(2)


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
