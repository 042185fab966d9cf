"""Exact numbers: nested roots, and how numbers are written."""

from fractions import Fraction

import numpy as np

from nnlib.linalg.exact import root, tex, text
from tests.nnlib.harness import naming


def test_nested_roots_are_simplified():
    assert root(3 + 2 * root(2)) == 1 + root(2)


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
