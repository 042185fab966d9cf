"""What the functions of elimination and orthogonality refuse, and in which words."""

import numpy as np
import pytest

from nnlib import linalg

A = [[2.0, 1.0], [1.0, 3.0]]
WIDE = [[1, 2, 3], [4, 5, 6]]
SINGULAR = [[1, 2], [2, 4]]
b = [1.0, 2.0]
Singular = np.linalg.LinAlgError

ONE_MATRIX = [
    *("row_reduce", "rank", "det"),
    *("adjugate", "inverse", "trace", "lu", "cholesky", "gram_schmidt", "projection_matrix"),
    *("qr", "definiteness", "is_symmetric", "is_orthogonal"),
]
SQUARE_ONLY = [
    *("det", "adjugate", "inverse", "trace", "cholesky", "definiteness"),
    *("is_symmetric", "is_orthogonal"),
]
WITH_RIGHT_HAND_SIDE = ["solution_set", "solve", "lstsq", "conjugate_gradient"]
TWO_VECTORS = ["dot", "cosine", "angle", "cross"]
STEPS = [name for name in ONE_MATRIX if name != "trace"]


def call(name, *arguments, **options):
    return getattr(linalg, name)(*arguments, **options)


@pytest.mark.parametrize("name", ONE_MATRIX)
@pytest.mark.parametrize(
    ("wrong", "kind"),
    [
        ([["1", "2"], ["3", "4"]], "<U1"),
        ([[1, None], [2, 3]], "NoneType"),
        ([[1j, 0], [0, 1]], "complex128"),
        (np.array([[1, {}], [2, 3]], dtype=object), "dict"),
        (None, "NoneType"),
    ],
)
def test_a_matrix_of_something_else_than_real_numbers(name, wrong, kind):
    with pytest.raises(TypeError, match=f"^{name}: expected real numbers for A, got .*{kind}"):
        call(name, wrong)


@pytest.mark.parametrize("name", ONE_MATRIX)
@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_matrix_with_numbers_that_are_not_finite(name, wrong):
    with pytest.raises(
        ValueError, match=f"^{name}: expected finite numbers for A, got {wrong}"
    ):
        call(name, [[1.0, wrong], [wrong, 2.0]])


@pytest.mark.parametrize("name", STEPS)
def test_steps_of_numbers_that_are_not_finite(name):
    with pytest.raises(ValueError, match=f"^{name}: expected finite numbers for A, got nan"):
        call(name, [[1.0, np.nan], [np.nan, 2.0]], steps=True)


@pytest.mark.parametrize("name", ONE_MATRIX)
@pytest.mark.parametrize("wrong", [[], [1, 2], 3, np.zeros((2, 2, 2))])
def test_something_that_is_no_matrix(name, wrong):
    with pytest.raises(ValueError, match=f"^{name}: expected a matrix A \\(m, n\\), got shape"):
        call(name, wrong)


@pytest.mark.parametrize("name", ONE_MATRIX)
def test_rows_of_different_lengths(name):
    with pytest.raises(ValueError, match=f"^{name}: expected rows of one length for A"):
        call(name, [[1, 2], [3]])


@pytest.mark.parametrize("name", SQUARE_ONLY)
def test_a_matrix_that_is_not_square(name):
    with pytest.raises(Singular, match=rf"^{name}: expected a square matrix A .* \(2, 3\)"):
        call(name, WIDE)


@pytest.mark.parametrize("name", ["cholesky", "definiteness"])
def test_a_matrix_that_is_not_symmetric(name):
    message = "expected a symmetric matrix A, but its entries in row 1, column 2 and in row 2"
    with pytest.raises(ValueError, match=f"^{name}: {message}, column 1 differ"):
        call(name, [[1, 2], [3, 4]])


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("solve", (SINGULAR, b), "expected an invertible matrix, but column 2 has no pivot"),
        ("inverse", (SINGULAR,), "expected an invertible matrix, but column 2 has no pivot"),
        ("lstsq", (SINGULAR, b), "expected independent columns; for others take method='svd'"),
        ("lstsq", (WIDE, b), "expected independent columns; for others take method='svd'"),
        ("gram_schmidt", (SINGULAR,), "but column 2 depends on those before it"),
        ("cholesky", ([[1, 2], [2, 4]],), "but 0 is left of row 2, column 2"),
        ("cholesky", ([[1, 2], [2, 1]],), "but −3 is left of row 2, column 2"),
        ("conjugate_gradient", ([[1, 0], [0, -1]], [1, 2]), "p'Ap / p'p is −"),
    ],
)
def test_a_singular_or_indefinite_matrix(name, arguments, message, exact):
    with pytest.raises(Singular, match=f"^{name}: .*{message}"):
        call(name, *arguments, exact=exact)


def test_a_singular_matrix_by_the_other_methods():
    with pytest.raises(
        Singular, match="inverse: expected an invertible matrix, but det A is 0"
    ):
        linalg.inverse(SINGULAR, method="adjugate")
    with pytest.raises(Singular, match="lstsq: expected independent columns"):
        linalg.lstsq(SINGULAR, b, method="normal")
    with pytest.raises(Singular, match="qr: expected independent columns, but column 2"):
        linalg.qr(SINGULAR, method="gram-schmidt")


@pytest.mark.parametrize("name", ["solve", "inverse"])
def test_a_matrix_that_is_singular_but_for_rounding(name):
    arguments = ([[0.1, 0.3], [0.2, 0.6]], b)[: 2 if name == "solve" else 1]
    with pytest.raises(Singular, match="column 2 has no pivot"):
        call(name, *arguments)


def test_a_zero_pivot_without_row_exchanges():
    with pytest.raises(Singular, match=r"lu: expected a pivot other than 0 .*pivoting=True"):
        linalg.lu([[0, 1], [1, 0]], pivoting=False)


@pytest.mark.parametrize("name", WITH_RIGHT_HAND_SIDE)
@pytest.mark.parametrize("wrong", [[1, 2, 3], [], 5.0])
def test_a_right_hand_side_that_does_not_fit(name, wrong):
    with pytest.raises(ValueError, match=f"^{name}: expected (b|a vector b)"):
        call(name, A, wrong)


@pytest.mark.parametrize("name", WITH_RIGHT_HAND_SIDE)
def test_a_right_hand_side_of_text(name):
    with pytest.raises(TypeError, match=f"^{name}: expected real numbers for b, got <U1"):
        call(name, A, ["1", "2"])


@pytest.mark.parametrize("name", TWO_VECTORS)
@pytest.mark.parametrize(
    ("x", "y", "error", "message"),
    [
        ([1, 2, 3], [1, 2], ValueError, "expected x and y of one length, got 3 and 2"),
        ([[1, 2, 3]], [1, 2, 3], ValueError, "expected a vector x"),
        ([1, 2, "a"], [1, 2, 3], TypeError, "expected real numbers for x"),
        ([1, 2, 3], [1, 2, np.nan], ValueError, "expected finite numbers for y, got nan"),
    ],
)
def test_two_vectors_that_do_not_fit(name, x, y, error, message):
    with pytest.raises(error, match=f"^{name}: {message}"):
        call(name, x, y)


@pytest.mark.parametrize("name", ["cosine", "angle"])
def test_the_zero_vector_has_no_direction(name):
    with pytest.raises(ValueError, match=f"^{name}: expected y other than 0"):
        call(name, [1, 2], [0, 0])


def test_the_zero_vector_cannot_be_normalized():
    with pytest.raises(ValueError, match="normalize: expected x other than 0"):
        linalg.normalize([0, 0])
    with pytest.raises(ValueError, match="normalize: expected p of at least 1"):
        linalg.normalize([1, 2], 0)


def test_a_cross_product_outside_of_space():
    with pytest.raises(ValueError, match="cross: expected vectors of 3 entries, got 2"):
        linalg.cross([1, 2], [3, 4])


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([1, 2], 0.5), {}, "expected p of at least 1 for a vector, got 0.5"),
        (([1, 2], np.nan), {}, "expected p of at least 1 for a vector, got nan"),
        (([1, 2], "fro"), {}, "expected p of at least 1 for a vector, got 'fro'"),
        (([1, 2], 1.5), {"exact": True}, "expected a whole p, or inf, for exact numbers"),
        ((A, 3), {}, "expected p 'fro', 1, 2, inf or 'nuc' for a matrix, got 3"),
        ((A, 2), {"steps": True}, "expected p 'fro', 1 or inf for exact numbers, got 2"),
        ((3.0,), {}, r"expected a vector or a matrix, got shape \(\)"),
    ],
)
def test_norms_that_are_none(arguments, options, message):
    with pytest.raises(ValueError, match=f"^norm: {message}"):
        linalg.norm(*arguments, **options)


def test_a_condition_number_by_a_norm_that_is_none():
    with pytest.raises(ValueError, match="expected p 'fro', 1, 2, inf or 'nuc' for a matrix"):
        linalg.cond(A, 3)
    with pytest.raises(Singular, match="cond: expected a square matrix"):
        linalg.cond(WIDE, 1)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("det", (A,)), ("inverse", (A,)), ("qr", (A,)), ("lstsq", (A, b)), ("definiteness", (A,))],
)
def test_an_unknown_method(name, arguments):
    with pytest.raises(ValueError, match=f"^{name}: expected method '.*' or '.*', got 'magic'"):
        call(name, *arguments, method="magic")


def test_exact_numbers_where_the_method_has_none():
    with pytest.raises(ValueError, match="lstsq: expected method 'normal' or 'qr' for exact"):
        linalg.lstsq(A, b, method="svd", exact=True)
    with pytest.raises(ValueError, match="definiteness: expected method 'pivots' or 'minors'"):
        linalg.definiteness(A, method="eigenvalues", steps=True)


def test_cofactors_of_many_rows_are_refused():
    with pytest.raises(ValueError, match="det: expected at most 9 rows for cofactors, got 10"):
        linalg.det(np.eye(10), method="cofactors")
    with pytest.raises(ValueError, match="at most 12 rows where a leading minor is 0, got 13"):
        linalg.definiteness(np.zeros((13, 13)), method="minors")


@pytest.mark.parametrize(("i", "j"), [(2, 0), (0, -1)])
def test_a_minor_of_a_row_or_column_that_is_not_there(i, j):
    with pytest.raises(ValueError, match=rf"minor: expected (i|j) from 0 to 1, got {i or j}"):
        linalg.minor(A, i, j)


def test_factors_that_do_not_fit():
    message = r"expected as many rows of B as columns of A, got shapes \(2, 3\) and \(2, 2\)"
    with pytest.raises(ValueError, match=f"matmul: {message}"):
        linalg.matmul(WIDE, A)
    with pytest.raises(TypeError, match="matmul: expected real numbers for B, got NoneType"):
        linalg.matmul(A, None)


def test_a_projection_that_does_not_fit():
    with pytest.raises(
        ValueError, match=r"projection: expected A with 2 rows, got shape \(3,\)"
    ):
        linalg.projection([1, 2], [1, 2, 3])


def test_a_solution_set_wants_a_value_for_each_free_unknown():
    with pytest.raises(ValueError, match=r"SolutionSet\.at: expected 2 values, got 1"):
        linalg.solution_set([[1, 1, 1]], [1]).at(3)
    with pytest.raises(ValueError, match="expected a vector b"):
        linalg.solution_set([[1, 1, 1]], [[1]])


def test_conjugate_gradients_that_run_out_of_iterations_say_how_far_they_came():
    hilbert = 1 / (1 + np.add.outer(np.arange(8.0), np.arange(8.0)))
    message = "no convergence in 3 iterations: the relative residual went from 1 to 0.0377"
    with pytest.raises(
        Singular, match=f"conjugate_gradient: {message}, expected at most 1e-12"
    ):
        linalg.conjugate_gradient(hilbert, np.ones(8), max_iterations=3)


def test_a_tolerance_that_cannot_be_met():
    with pytest.raises(ValueError, match="conjugate_gradient: expected tolerance >= 0, got -1"):
        linalg.conjugate_gradient(A, b, tolerance=-1)


@pytest.mark.parametrize(
    ("function", "argument", "error", "message"),
    [
        (linalg.rotation, "a", TypeError, "rotation: expected real numbers for theta"),
        (linalg.rotation, np.inf, ValueError, "rotation: expected finite numbers for theta"),
        (linalg.shear, None, TypeError, "shear: expected real numbers for k"),
        (linalg.scaling, np.nan, ValueError, "scaling: expected finite numbers for factors"),
        (
            linalg.reflection,
            [0, 0],
            ValueError,
            "reflection: expected a direction other than 0",
        ),
    ],
)
def test_maps_of_no_number(function, argument, error, message):
    with pytest.raises(error, match=message):
        function(argument)


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("name", STEPS)
def test_the_matrix_is_left_as_it_was(name, steps):
    given = np.array([[4.0, 2.0], [2.0, 5.0]])
    call(name, given, steps=steps)
    np.testing.assert_array_equal(given, [[4, 2], [2, 5]])


@pytest.mark.parametrize("steps", [False, True])
@pytest.mark.parametrize("name", WITH_RIGHT_HAND_SIDE)
def test_both_sides_are_left_as_they_were(name, steps):
    given, side = np.array([[4.0, 2.0], [2.0, 5.0]]), np.array([1.0, 2.0])
    call(name, given, side, steps=steps)
    np.testing.assert_array_equal(given, [[4, 2], [2, 5]])
    np.testing.assert_array_equal(side, [1, 2])
