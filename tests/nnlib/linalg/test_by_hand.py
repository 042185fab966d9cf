"""Eigenvalues as on paper: each step of the page's example, and what else can happen."""

from fractions import Fraction as Fr

import numpy as np
import pytest
import sympy as sp

from nnlib.linalg import eig, eigenspaces

A = [[6, 2], [2, 3]]


def words(steps):
    return [str(step) for step in steps]


def test_every_step_of_the_page():
    assert words(eig(A, steps=True)) == [
        "Subtract λ from each entry of the diagonal.",
        "Take the determinant: (6 − λ)(3 − λ) − 2 · 2.",
        "Multiply out: det(A − λI) = λ² − 9λ + 14.",
        "Factor: λ² − 9λ + 14 = (λ − 7)(λ − 2); the roots are 7 and 2.",
        "For λ = 7 reduce A − 7I.",
        "Add 2 times row 1 to row 2, so that its entry in column 1 is 0.",
        "Divide row 1 by −1, so that its pivot in column 1 is 1.",
        "x₂ is free; with x₂ = 1, x = (2, 1).",
        "Check: A (2, 1) = (14, 7) = 7 (2, 1).",
        "For λ = 2 reduce A − 2I.",
        "Subtract 1/2 times row 1 from row 2, so that its entry in column 1 is 0.",
        "Divide row 1 by 4, so that its pivot in column 1 is 1.",
        "x₂ is free; with x₂ = 1, x = (−1/2, 1); a multiple of it is (−1, 2).",
        "Check: A (−1, 2) = (−2, 4) = 2 (−1, 2).",
        "Normalise: the length of (2, 1) is √5, so u = (2√5/5, √5/5).",
        "Normalise: the length of (−1, 2) is √5, so u = (−√5/5, 2√5/5).",
        "Check: 7 + 2 = 9 is the trace of A, and 7 · 2 = 14 its determinant.",
    ]


def matrix(*rows):
    body = r" \\ ".join(" & ".join(row.split()) for row in rows)
    return rf"\left[\begin{{array}}{{rr}}{body}\end{{array}}\right]"


def test_the_row_reductions_of_the_page_stand_in_the_formulas():
    steps = eig(A, steps=True)
    assert [step.latex for step in steps[4:7]] == [
        f"A - 7I = {matrix('-1 2', '2 -4')}",
        rf"\xrightarrow{{R_{{2}} \leftarrow R_{{2}} + 2\,R_{{1}}}} {matrix('-1 2', '0 0')}",
        rf"\xrightarrow{{R_{{1}} \leftarrow R_{{1}} / (-1)}} {matrix('1 -2', '0 0')}",
    ]
    assert steps[9].latex == f"A - 2I = {matrix('4 2', '2 1')}"
    assert steps[11].latex.endswith(r"{rr}1 & \frac{1}{2} \\[4pt] 0 & 0\end{array}\right]")


def test_the_polynomial_of_the_page_stands_in_the_formulas():
    steps = eig(A, steps=True)
    assert steps[1].latex == r"\det(A - \lambda I) = (6 - \lambda )(3 - \lambda ) - 2 \cdot 2"
    assert steps[2].latex == r"\det(A - \lambda I) = \lambda^{2} - 9\lambda + 14"
    assert steps[3].latex == r"\lambda^{2} - 9\lambda + 14 = (\lambda - 7)(\lambda - 2) = 0"


def test_the_result_of_the_steps_is_what_eig_gives():
    values, V = eig(A, steps=True).result
    assert values.tolist() == [7, 2]
    assert (V == eig(A).eigenvectors).all()


def test_eigenspaces_are_exact():
    first, second = eigenspaces(A)
    assert (first.eigenvalue, first.algebraic, first.geometric) == (7, 1, 1)
    assert first.basis.tolist() == [[2], [1]]
    assert (second.eigenvalue, second.basis.tolist()) == (2, [[-1], [2]])
    assert eigenspaces(A, steps=True).result[0].eigenvalue == Fr(7)


CASES = {
    "one by one": [[Fr(1, 3)]],
    "surds": [[1, 2], [3, 4]],
    "golden": [[1, 1], [1, 0]],
    "complex": [[1, -1], [1, 1]],
    "complex with surds": [[0, -2], [1, 1]],
    "three rational": [[10, 2, 6], [2, 2, -2], [6, -2, 10]],
    "one rational and two surds": [[2, 1, 0], [1, 1, 1], [0, 1, 2]],
    "one rational and two complex": [[0, -1, 2], [1, 0, 0], [0, 0, 3]],
    "repeated": [[2, 1, 1], [1, 2, 1], [1, 1, 2]],
    "the identity": np.eye(3, dtype=int),
    "zero": np.zeros((2, 2), dtype=int),
    "defective": [[2, 1, 0], [0, 2, 0], [0, 0, 3]],
    "a block of three": [[2, 1, 0], [0, 2, 1], [0, 0, 2]],
    "decimals": [[0.5, 0.25], [0.1, 0.65]],
    "four by four with rational roots": np.diag([1, 2, 3, 4]) + np.eye(4, k=1, dtype=int),
}


@pytest.mark.parametrize("name", CASES)
def test_exact_eigenvectors_satisfy_their_equation_exactly(name):
    M = sp.Matrix(np.vectorize(lambda x: sp.Rational(str(x)))(CASES[name]))
    for value, _, basis in eigenspaces(CASES[name]):
        V = sp.Matrix(basis)
        assert (M * V - sp.sympify(value) * V).applyfunc(sp.simplify).is_zero_matrix
        assert V.rank() == V.cols


@pytest.mark.parametrize("name", CASES)
def test_multiplicities_agree_with_sympy(name):
    M = sp.Matrix(np.vectorize(lambda x: sp.Rational(str(x)))(CASES[name]))
    found = {
        complex(s.eigenvalue): (s.algebraic, s.geometric) for s in eigenspaces(CASES[name])
    }
    expected = {complex(v): (m, len(basis)) for v, m, basis in M.eigenvects()}
    assert sorted(found.values()) == sorted(expected.values())
    for value, counts in expected.items():
        nearest = min(found, key=lambda other: abs(other - value))
        assert abs(nearest - value) < 1e-12
        assert found[nearest] == counts


@pytest.mark.parametrize("name", CASES)
def test_numbers_of_the_steps_agree_with_numpy(name):
    M = np.array(CASES[name], dtype=float)
    exact = [
        complex(s.eigenvalue) for s in eigenspaces(CASES[name]) for _ in range(s.algebraic)
    ]
    np.testing.assert_allclose(
        exact, eig(M).eigenvalues, atol=1e-4
    )  # a block of three: ε^(1/3)


def test_an_irreducible_cubic_has_its_vectors_by_cross_products():
    M = np.array([[0, 0, 2], [1, 0, 0], [0, 1, 0]])
    for value, algebraic, basis in eigenspaces(M):
        x = basis[:, 0].astype(complex)
        np.testing.assert_allclose(M @ x, value * x, atol=1e-12)
        assert algebraic == 1
    steps = words(eig(M, steps=True))
    assert steps[3] == (
        "By the formulas for cubics the roots are about 1.25992, −0.629961 + 1.09112i and "
        "−0.629961 − 1.09112i."
    )
    assert steps[4] == (
        "For λ = 1.25992 two rows of A − λI are independent; their cross product is at right "
        "angles to both, so it is an eigenvector: (1, 0.793701, 0.629961)."
    )


def test_the_shear_lacks_an_eigenvector_and_the_steps_say_so():
    steps = words(eig([[1, 1], [0, 1]], steps=True))
    assert steps[3] == "Factor: λ² − 2λ + 1 = (λ − 1)²; the root is 1."
    assert steps[4] == "For λ = 1 reduce A − I."
    assert steps[5] == "x₁ is free; with x₁ = 1, x = (1, 0)."
    assert steps[-1] == (
        "Count: 1 independent eigenvector for 2 dimensions, so the matrix is defective."
    )


def test_the_quarter_turn_has_complex_eigenvectors():
    steps = words(eig([[0, -1], [1, 0]], steps=True))
    factor = "Factor, the rest by the quadratic formula"
    assert f"{factor}: λ² + 1 = (λ − i)(λ − (−i)); the roots are i and −i." in steps
    assert "Subtract i times row 1 from row 2, so that its entry in column 1 is 0." in steps
    assert "Check: A (i, 1) = (−1, i) = i (i, 1)." in steps


def test_row_operations_with_roots_are_written_in_full():
    steps = eig([[1, 2], [3, 4]], steps=True)
    assert str(steps[5]) == (
        "Subtract (3/4 − √33/4) times row 1 from row 2, so that its entry in column 1 is 0."
    )
    assert r"\frac{\sqrt{33}}{4}" in steps[5].latex


def test_a_pivot_of_zero_is_swapped_away():
    steps = words(eig([[1, 1, 1], [0, 1, 0], [0, 0, 2]], steps=True))
    assert any(step.startswith("Swap rows") for step in steps)


def test_a_zero_eigenvalue_reduces_the_matrix_itself():
    steps = words(eig([[2, 1], [2, 1]], steps=True))
    assert "For λ = 0 reduce A." in steps


def test_negative_eigenvalues_are_added():
    steps = words(eig([[1, 2], [2, 1]], steps=True))
    assert "For λ = −1 reduce A + I." in steps


def test_a_larger_eigenspace_has_a_vector_for_each_free_unknown():
    steps = words(eig(2 * np.eye(3, dtype=int), steps=True))
    assert steps[5] == ("x₁, x₂ and x₃ are free; with x₁ = 1 and the others 0, x = (1, 0, 0).")


def test_an_empty_matrix_has_a_polynomial_and_nothing_else():
    assert words(eig(np.zeros((0, 0)), steps=True)) == ["p(λ) = 1."]


def test_larger_matrices_show_the_qr_algorithm():
    M = np.diag([4.0, 3, 2, 1]) + 0.1 * np.eye(4, k=-1)
    steps = eig(M, steps=True)
    assert str(steps[1]).startswith("Iteration 1 leaves (")
    np.testing.assert_allclose(steps.result.eigenvalues, [4, 3, 2, 1], rtol=1e-10)


@pytest.mark.parametrize(
    ("M", "kind", "message"),
    [
        (np.zeros((2, 3)), np.linalg.LinAlgError, "expected a square matrix A"),
        ([[np.nan]], ValueError, "expected finite numbers for A, got nan"),
        ([["x"]], TypeError, "expected real numbers for A"),
    ],
)
def test_what_is_no_square_matrix_is_refused(M, kind, message):
    with pytest.raises(kind, match=f"eigenspaces: {message}"):
        eigenspaces(M)


def test_a_quintic_without_rational_root_is_refused():
    companion = np.eye(5, k=-1, dtype=int)
    companion[0, 4], companion[1, 4] = 1, 1
    with pytest.raises(ValueError, match="of degree at most 3, got one of degree 5"):
        eigenspaces(companion)
