"""The worked numbers of the chapters: each step against fractions computed by hand."""

from fractions import Fraction as F

import numpy as np

from nnlib import linalg
from nnlib.linalg.exact import exact
from nnlib.linalg.writing import tex, tex_matrix
from tests.nnlib.harness import Late

sympy = Late("sympy")


def boxed(rows, *pivots, bar=None):
    """Return the TeX of a matrix as a step shows it, with its pivots boxed."""
    return tex_matrix(exact(rows), pivots, bar=bar)


def same(got, expected):
    """Return whether matrices are equal entry by entry, and every rational one a Fraction."""
    got = np.asarray(got, dtype=object)
    assert got.shape == np.shape(expected)
    assert (got == np.array(expected, dtype=object)).all()
    assert all(type(x) is F or isinstance(x, sympy.Expr) for x in got.flat)


def test_gram_schmidt_with_exact_fractions():
    A = [[1, 1, 0], [1, 0, 1], [0, 1, 1]]
    half, third = F(1, 2), F(1, 3)
    part = r"\frac{u_{%s}^\top a_{%s}}{u_{%s}^\top u_{%s}} = \frac{1}{%s}, \quad "
    steps = linalg.gram_schmidt(A, steps=True)
    assert [step.latex for step in steps[:4]] == [
        f"u_{{1}} = {tex(exact([1, 1, 0]))}",
        part % (1, 2, 1, 1, 2)
        + rf"u_{{2}} = a_{{2}} - \frac{{1}}{{2}} u_{{1}} = {tex(exact([half, -half, 1]))}",
        part % (1, 3, 1, 1, 2)
        + rf"a_{{3}} - \frac{{1}}{{2}} u_{{1}} = {tex(exact([-half, half, 1]))}",
        part
        % (2, 3, 2, 2, 3)
        + rf"u_{{3}} = a_{{3}} - \frac{{1}}{{2}} u_{{1}} - \frac{{1}}{{3}} u_{{2}} "
        rf"= {tex(exact([-2 * third, 2 * third, 2 * third]))}",
    ]
    U = np.array([[1, half, -2 * third], [1, -half, 2 * third], [0, 1, 2 * third]])
    lengths = [sympy.sqrt(2), sympy.sqrt(6) / 2, 2 / sympy.sqrt(3)]
    same(
        steps.result,
        [[sympy.Rational(u) / size for u, size in zip(row, lengths, strict=True)] for row in U],
    )


def test_cofactors_show_their_minors():
    A = [[2, 1, 3], [0, -1, 4], [1, 2, 5]]
    steps = linalg.det(A, method="cofactors", steps=True)
    minors = [[[-1, 4], [2, 5]], [[0, 4], [1, 5]], [[0, -1], [1, 2]]]
    assert steps[0].latex == (
        rf"\det {boxed(A)} = 2 \cdot \det {boxed(minors[0])} - 1 \cdot \det {boxed(minors[1])} "
        rf"+ 3 \cdot \det {boxed(minors[2])}"
    )
    assert [step.latex.rpartition("array}\\right] = ")[2] for step in steps[1:]] == [
        r"(-1) \cdot 5 - 4 \cdot 2 = -13",
        r"0 \cdot 5 - 4 \cdot 1 = -4",
        r"0 \cdot 2 - (-1) \cdot 1 = 1",
        r"2 \cdot (-13) - 1 \cdot (-4) + 3 \cdot 1 = -19",
    ]
    assert steps.result == -19


def test_infinitely_many_solutions_with_two_free_unknowns():
    A, b = [[1, 2, -1, 3], [2, 4, 1, 0], [3, 6, 0, 3]], [1, 5, 6]
    steps = linalg.solution_set(A, b, steps=True)
    assert [step.latex for step in steps] == [
        boxed([[1, 2, -1, 3, 1], [2, 4, 1, 0, 5], [3, 6, 0, 3, 6]], bar=4),
        boxed([[1, 2, -1, 3, 1], [0, 0, 3, -6, 3], [3, 6, 0, 3, 6]], (0, 0), bar=4),
        boxed([[1, 2, -1, 3, 1], [0, 0, 3, -6, 3], [0, 0, 3, -6, 3]], (0, 0), bar=4),
        boxed([[1, 2, -1, 3, 1], [0, 0, 3, -6, 3], [0] * 5], (0, 0), (1, 2), bar=4),
        boxed([[1, 2, -1, 3, 1], [0, 0, 1, -2, 1], [0] * 5], (0, 0), (1, 2), bar=4),
        boxed([[1, 2, 0, 1, 2], [0, 0, 1, -2, 1], [0] * 5], (0, 0), (1, 2), bar=4),
        f"x = {tex(exact([2, 0, 1, 0]))}",
        f"x = {tex(exact([-2, 1, 0, 0]))}",
        f"x = {tex(exact([-1, 0, 2, 1]))}",
    ]
    result = steps.result
    same(result.particular, [2, 0, 1, 0])
    same(result.directions.T, [[-2, 1, 0, 0], [-1, 0, 2, 1]])
    assert result.reason == "columns 2 and 4 have no pivot, so x₂ and x₄ are free"
    same(exact(A) @ result.at(7, F(-1, 3)), b)
