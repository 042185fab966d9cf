"""Exact numbers: what is taken, what is refused, how they are written."""

from fractions import Fraction

import numpy as np
import pytest
import sympy

from nnlib.linalg.exact import exact, numeric, root, simplified, tex, tex_matrix, text

TEXTS_AND_OTHERS = [[["1", "2"]], [1, None], [1j], [object()], np.array([1, "a"], object)]


def test_floats_become_the_fraction_that_is_written():
    np.testing.assert_array_equal(
        exact([0.1, -2.5, 1e-7]), [Fraction(1, 10), -2.5, Fraction(1, 10**7)]
    )


def test_floats_of_single_precision_become_the_fraction_that_is_written():
    assert exact(np.float32([0.1]))[0] == Fraction(1, 10)


def test_large_integers_of_an_array_cannot_overflow():
    large = exact(np.array([2**62]))
    assert (large * large * large)[0] == 2**186


@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 0), (1, 1), (2, 3)])
def test_shapes_are_kept(shape):
    assert exact(np.zeros(shape)).shape == numeric(np.zeros(shape)).shape == shape


def test_numeric_leads_back_and_copies():
    A = np.array([[0.1, 2.0], [3.0, -4.5]])
    back = numeric(exact(A))
    np.testing.assert_array_equal(back, A, strict=True)
    numeric(A)[0, 0] = 7
    assert A[0, 0] == 0.1


@pytest.mark.parametrize("convert", [exact, numeric])
@pytest.mark.parametrize(
    "wrong", TEXTS_AND_OTHERS, ids=lambda w: repr(w).partition(" at 0x")[0]
)
def test_what_is_no_real_number_is_refused(convert, wrong):
    with pytest.raises(TypeError, match="lu: expected real numbers for A, got"):
        convert(wrong, function="lu", argument="A")


@pytest.mark.parametrize("convert", [exact, numeric])
@pytest.mark.parametrize("wrong", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(convert, wrong):
    with pytest.raises(ValueError, match=f"expected finite numbers for A, got {wrong}"):
        convert([1, wrong])


@pytest.mark.parametrize("convert", [exact, numeric])
def test_rows_of_different_lengths_are_refused(convert):
    with pytest.raises(ValueError, match="expected rows of one length for A"):
        convert([[1, 2], [3]])


def test_roots_are_fractions_where_they_can_be():
    assert [root(q) for q in (0, 4, Fraction(9, 16))] == [0, 2, Fraction(3, 4)]
    assert all(type(root(q)) is Fraction for q in (0, 4, Fraction(9, 16)))


def test_roots_are_sympy_expressions_otherwise():
    assert root(Fraction(1, 2)) == sympy.sqrt(2) / 2
    assert root(3 + 2 * sympy.sqrt(2)) == 1 + sympy.sqrt(2)


def test_a_negative_number_has_no_root():
    with pytest.raises(ValueError, match="expected a number that is not negative, got -4"):
        root(-4)


def test_simplified_gives_fractions_where_roots_cancel():
    got = simplified(np.array([root(2) * root(8), (1 + root(2)) * (1 - root(2))], object))
    assert list(got) == [4, -1]
    assert all(type(x) is Fraction for x in got)


@pytest.mark.parametrize(
    ("x", "words", "formula"),
    [
        (Fraction(-3, 4), "−3/4", r"-\frac{3}{4}"),
        (7, "7", "7"),
        (2 * root(3) / 5, "2√3/5", r"\frac{2 \sqrt{3}}{5}"),
        (1.5e-8, "1.5e−08", r"1.5 \cdot 10^{-8}"),
        (np.array([1, -2]), "(1, −2)", r"\left[\begin{array}{r}1 \\ -2\end{array}\right]"),
    ],
)
def test_numbers_are_written_as_text_and_as_latex(x, words, formula):
    assert (text(x), tex(x)) == (words, formula)


def test_a_matrix_shows_its_marks_and_its_bar():
    got = tex_matrix(np.array([[1, 2, 3], [0, 4, 5]]), mark=[(0, 0), (1, 1)], bar=2)
    inside = r"\boxed{1} & 2 & 3 \\ 0 & \boxed{4} & 5"
    assert got == rf"\left[\begin{{array}}{{rr|r}}{inside}\end{{array}}\right]"


def test_an_empty_matrix_is_written_with_its_shape():
    assert tex(np.zeros((0, 3))) == r"[\;]_{0 \times 3}"


def test_a_fraction_in_a_box_is_no_larger_than_the_others():
    got = tex_matrix(np.array([[Fraction(1, 2)]]), mark=[(0, 0)])
    assert got == r"\left[\begin{array}{r}\boxed{\textstyle \frac{1}{2}}\end{array}\right]"
