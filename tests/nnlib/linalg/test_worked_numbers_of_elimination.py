"""The worked numbers of the chapters: each step against fractions computed by hand."""

from fractions import Fraction as F

import numpy as np
import pytest
import sympy

from nnlib import linalg
from nnlib.linalg.exact import exact, root
from nnlib.linalg.writing import tex, tex_matrix


def in_words_and_tex(steps):
    """Return the sentences and the formulas of the steps."""
    return [(step.text, step.latex) for step in steps]


def boxed(rows, *pivots, bar=None):
    """Return the TeX of a matrix as a step shows it, with its pivots boxed."""
    return tex_matrix(exact(rows), pivots, bar=bar)


def same(got, expected):
    """Return whether matrices are equal entry by entry, and every rational one a Fraction."""
    got = np.asarray(got, dtype=object)
    assert got.shape == np.shape(expected)
    assert (got == np.array(expected, dtype=object)).all()
    assert all(type(x) is F or isinstance(x, sympy.Expr) for x in got.flat)


def test_norms_of_a_small_vector():
    x = [3, -4, 12]
    assert linalg.norm(x, 1, exact=True) == 19
    assert linalg.norm(x, 2, exact=True) == 13
    assert linalg.norm(x, float("inf"), exact=True) == 12
    assert in_words_and_tex(linalg.norm([1, 2, -3], steps=True)) == [
        (
            "Add the squares of the entries: 1 + 4 + 9 = 14.",
            r"\sum_i |x_i|^{2} = 1 + 4 + 9 = 14",
        ),
        ("Take the root: √14.", r"\lVert x \rVert_{2} = \sqrt{14}"),
    ]
    assert in_words_and_tex(linalg.norm([2, -1], 3, steps=True))[0][0] == (
        "Add the absolute values of the entries, each to the power 3: 8 + 1 = 9."
    )


def test_dot_product_and_angle():
    steps = linalg.cosine([1, 2, 2], [2, 0, 0], steps=True)
    assert in_words_and_tex(steps) == [
        (
            "Multiply entry by entry and add: 1 · 2 + 2 · 0 + 2 · 0 = 2.",
            r"x^\top y = 1 \cdot 2 + 2 \cdot 0 + 2 \cdot 0 = 2",
        ),
        ("The lengths are 3 and 2.", r"\lVert x \rVert = 3, \quad \lVert y \rVert = 2"),
        (
            "Divide by both: 2 / (3 · 2) = 1/3.",
            r"\cos \theta = \frac{2}{3 \cdot 2} = \frac{1}{3}",
        ),
    ]
    assert linalg.cosine([1, 0], [1, 1], exact=True) == root(2) / 2


def test_gram_schmidt_with_exact_fractions():
    A = [[1, 1, 0], [1, 0, 1], [0, 1, 1]]
    half, third = F(1, 2), F(1, 3)
    part = r"\frac{u_{%s}^\top a_{%s}}{u_{%s}^\top u_{%s}} = \frac{1}{%s}, \quad "
    steps = linalg.gram_schmidt(A, normalize=False, steps=True)
    assert [step.latex for step in steps] == [
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
    same(steps.result, [[1, half, -2 * third], [1, -half, 2 * third], [0, 1, 2 * third]])


def test_determinants_of_two_and_three_rows():
    assert linalg.det([[3, 8], [4, 6]], method="cofactors", exact=True) == -14
    A = [[2, 1, 3], [0, -1, 4], [1, 2, 5]]
    by_elimination = linalg.det(A, steps=True)
    assert [step.latex for step in by_elimination] == [
        boxed(A),
        boxed([[2, 1, 3], [0, -1, 4], [0, F(3, 2), F(7, 2)]], (0, 0)),
        boxed([[2, 1, 3], [0, -1, 4], [0, 0, F(19, 2)]], (0, 0), (1, 1)),
        r"\det A = 2 \cdot (-1) \cdot \frac{19}{2} = -19",
    ]
    by_cofactors = linalg.det(A, method="cofactors", steps=True)
    minors = [[[-1, 4], [2, 5]], [[0, 4], [1, 5]], [[0, -1], [1, 2]]]
    assert by_cofactors[0].latex == (
        rf"\det {boxed(A)} = 2 \cdot \det {boxed(minors[0])} - 1 \cdot \det {boxed(minors[1])} "
        rf"+ 3 \cdot \det {boxed(minors[2])}"
    )
    assert [step.latex.rpartition("array}\\right] = ")[2] for step in by_cofactors[1:]] == [
        r"(-1) \cdot 5 - 4 \cdot 2 = -13",
        r"0 \cdot 5 - 4 \cdot 1 = -4",
        r"0 \cdot 2 - (-1) \cdot 1 = 1",
        r"2 \cdot (-13) - 1 \cdot (-4) + 3 \cdot 1 = -19",
    ]
    assert by_elimination.result == by_cofactors.result == -19


def test_back_substitution_shows_its_numbers():
    steps = linalg.solve([[2, 1, -1], [-3, -1, 2], [-2, 1, 2]], [8, -11, -3], steps=True)
    half = F(1, 2)
    assert [step.latex for step in steps[:4]] == [
        boxed([[2, 1, -1, 8], [-3, -1, 2, -11], [-2, 1, 2, -3]], bar=3),
        boxed([[2, 1, -1, 8], [0, half, half, 1], [-2, 1, 2, -3]], (0, 0), bar=3),
        boxed([[2, 1, -1, 8], [0, half, half, 1], [0, 2, 1, 5]], (0, 0), bar=3),
        boxed([[2, 1, -1, 8], [0, half, half, 1], [0, 0, -1, 1]], (0, 0), (1, 1), bar=3),
    ]
    assert [step.text for step in steps[4:]] == [
        "Row 3 gives x₃ = 1 / (−1) = −1.",
        "Row 2 gives x₂ = (1 − 1/2 · (−1)) / (1/2) = 3.",
        "Row 1 gives x₁ = (8 − 1 · 3 − (−1) · (−1)) / 2 = 2.",
    ]
    same(steps.result, [2, 3, -1])


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
    found = steps.result
    same(found.particular, [2, 0, 1, 0])
    same(found.directions.T, [[-2, 1, 0, 0], [-1, 0, 2, 1]])
    assert found.reason == "columns 2 and 4 have no pivot: x₂ and x₄ may be chosen"
    same(exact(A) @ found.at(7, F(-1, 3)), b)


def test_an_overdetermined_system_with_and_without_a_solution():
    A = [[1, 1], [1, 2], [1, 3]]
    assert str(linalg.solution_set(A, [2, 3, 4], exact=True)) == "x = (1, 1)"
    none = linalg.solution_set(A, [1, 2, 2], steps=True)
    assert none[-1].text == "There is no solution, since row 3 says 0 = −1."
    assert str(none.result) == "no solution: row 3 says 0 = −1"


def test_an_underdetermined_system_may_have_no_solution():
    found = linalg.solution_set([[1, 1, 1], [1, 1, 1]], [1, 2], exact=True)
    assert not found.consistent
    assert found.free == (1, 2)
    with pytest.raises(ValueError, match="there is no solution, since row 2 says 0 = 1"):
        found.at(0, 0)


def test_lu_keeps_the_multipliers():
    steps = linalg.lu([[2, 1, 1], [4, 3, 3], [8, 7, 9]], pivoting=False, steps=True)
    P, L, U = steps.result
    same(P, [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    same(L, [[1, 0, 0], [2, 1, 0], [4, 3, 1]])
    same(U, [[2, 1, 1], [0, 1, 1], [0, 0, 2]])
    assert steps[-1].latex == f"A = {tex(L)} {tex(U)}"


def test_lu_with_pivoting_keeps_multipliers_and_swaps():
    P, L, U = linalg.lu([[0, 2, 1], [1, 1, 0], [2, 1, 1]], exact=True)
    same(P, [[0, 0, 1], [1, 0, 0], [0, 1, 0]])
    same(L, [[1, 0, 0], [0, 1, 0], [F(1, 2), F(1, 4), 1]])
    same(U, [[2, 1, 1], [0, 2, 1], [0, 0, F(-3, 4)]])


def test_cholesky_with_roots():
    steps = linalg.cholesky([[4, 2, 1], [2, 5, 3], [1, 3, 6]], steps=True)
    assert [step.text for step in steps] == [
        "ℓ₁₁ = √4 = 2, and column 1 below it is divided by it.",
        "ℓ₂₂ = √(5 − 1) = 2, and column 2 below it is divided by it.",
        "ℓ₃₃ = √(6 − 29/16) = √67/4.",
    ]
    same(steps.result, [[2, 0, 0], [1, 2, 0], [F(1, 2), F(5, 4), root(67) / 4]])


def test_projection_onto_a_vector_and_onto_a_plane():
    same(linalg.projection([1, 1, 1], [1, 2, 2], exact=True), [F(5, 9), F(10, 9), F(10, 9)])
    steps = linalg.projection([1, 2, 3], [[1, 0], [1, 1], [0, 1]], steps=True)
    assert [step.text for step in steps] == [
        "Take u₁ = a₁ = (1, 1, 0).",
        "Subtract from a₂ its part along u₁, 1/2 u₁; what is left is u₂ = (−1/2, 1/2, 1).",
        "b has the part 3/2 u₁ along u₁.",
        "b has the part 7/3 u₂ along u₂.",
        "Add the parts: p = (1/3, 8/3, 7/3), and b − p = (2/3, −2/3, 2/3) "
        "is at right angles to it.",
    ]
    P = linalg.projection_matrix([[1, 0], [1, 1], [0, 1]], exact=True)
    same(3 * P, [[2, 1, -1], [1, 2, 1], [-1, 1, 2]])
    same(P @ P, P)
    steps = linalg.projection_matrix([[1, 0], [1, 1], [0, 1]], steps=True)
    half = F(1, 2)
    assert [step.latex for step in steps[2:]] == [
        f"P = {boxed([[half, half, 0], [half, half, 0], [0, 0, 0]])}",
        f"P = {tex_matrix(P)}",
    ]


def test_reflections_and_rotations_show_each_column():
    A = [[1, 2], [2, 1], [2, 0]]
    r, s = root(29), root(5)
    reflected = linalg.qr(A, steps=True)
    shown = (
        r"\begin{gathered} v = %s, \quad I - \frac{2 v v^\top}{v^\top v} \\ %s \end{gathered}"
    )
    assert reflected[1].text == (
        "Reflect rows 1, 2 and 3 along v, column 1 less what it becomes: −3 over zeros."
    )
    after = [[F(-3), F(-4, 3)], [F(0), F(-2, 3)], [F(0), F(-5, 3)]]
    done = [[F(-3), F(-4, 3)], [F(0), r / 3], [F(0), F(0)]]
    v = np.array([-(2 + r) / 3, F(-5, 3)])
    assert [step.latex for step in reflected[1:3]] == [
        shown % (tex(exact([4, 2, 2])), tex_matrix(after, [(0, 0)])),
        shown % (tex(v), tex_matrix(done, [(1, 1)])),
    ]
    rotated = linalg.qr(A, method="givens", steps=True)
    assert rotated[1].latex == tex_matrix(
        [[s, 4 * s / 5], [F(0), -3 * s / 5], [F(2), F(0)]], [(0, 0)]
    )
    assert rotated[2].latex == tex_matrix(
        [[F(3), F(4, 3)], [F(0), -3 * s / 5], [F(0), -8 * s / 15]], [(0, 0)]
    )
    same(reflected.result.R, [[-3, F(-4, 3)], [0, r / 3]])


def test_the_normal_equations_are_written_down():
    A, b = [[1, 0], [1, 1], [1, 2], [1, 3]], [1, 3, 2, 5]
    steps = linalg.lstsq(A, b, method="normal", steps=True)
    assert [step.latex for step in steps] == [
        rf"A^\top A = {boxed([[4, 6], [6, 14]])}, \quad A^\top b = {tex(exact([11, 22]))}",
        boxed([[4, 6, 11], [6, 14, 22]], bar=2),
        boxed([[4, 6, 11], [0, 5, F(11, 2)]], (0, 0), bar=2),
        r"x_{2} = \frac{\frac{11}{2}}{5} = \frac{11}{10}",
        r"x_{1} = \frac{11 - 6 \cdot \frac{11}{10}}{4} = \frac{11}{10}",
        r"\lVert b - A x \rVert^2 = \frac{27}{10}",
    ]
    assert steps[1].text == "Start with [AᵀA | Aᵀb]."


def test_two_steps_of_conjugate_gradients():
    steps = linalg.conjugate_gradient([[4, 1], [1, 3]], [1, 2], [2, 1], steps=True)
    assert [step.text for step in steps] == [
        "Start at (2, 1) with the residual b − A x = (−8, −3), the first direction p.",
        "Go α = 73/331 times along p = (−8, −3): x = (78/331, 112/331), "
        "where the residual is (−93/331, 248/331).",
        "The next direction is the residual plus β = 961/109561 times the last one: "
        "p = (−38471/109561, 79205/109561).",
        "Go α = 331/803 times along p = (−38471/109561, 79205/109561): x = (1/11, 7/11), "
        "where the residual is (0, 0).",
    ]
    found = steps.result
    same(found.x, [F(1, 11), F(7, 11)])
    same(found.iterates, [[2, 1], [F(78, 331), F(112, 331)], [F(1, 11), F(7, 11)]])
    np.testing.assert_allclose(found.residuals, [73**0.5, 70153**0.5 / 331, 0])
