"""What the functions of elimination and orthogonality refuse, each by its name."""

import numpy as np
import pytest

from nnlib import linalg
from tests.nnlib.harness import assert_refused, naming

A = [[2.0, 1.0], [1.0, 3.0]]
WIDE = [[1, 2, 3], [4, 5, 6]]
SINGULAR = [[1, 2], [2, 4]]
b = [1.0, 2.0]
Singular = np.linalg.LinAlgError

SQUARE_ONLY = [
    *("det", "inverse", "definiteness", "is_symmetric", "is_orthogonal", "eig", "eigvals"),
]
ONE_MATRIX = [
    *("row_reduce", "rank", "lu", "gram_schmidt", "projection_matrix", "qr", "svd", "pinv"),
    *SQUARE_ONLY,
]
WITH_RIGHT_HAND_SIDE = ["solution_set", "solve", "lstsq"]
WITH_STEPS = ["row_reduce", "lu", "gram_schmidt", "det", "inverse", "solution_set", "solve"]
NO_NUMBERS = [
    [["1", "2"], ["3", "4"]],
    [[1, None], [2, 3]],
    [[1j, 0], [0, 1]],
    np.array([[1, {}], [2, 3]], dtype=object),
    None,
]


def refused(name, *arguments, error=ValueError, match="", **options):
    with naming(name, arguments, options):
        with pytest.raises(error, match=f"^{name}: {match}"):
            getattr(linalg, name)(*arguments, **options)


@pytest.mark.parametrize("name", ONE_MATRIX)
def test_arrays_that_are_not_finite_matrices(name):
    for wrong in NO_NUMBERS:
        refused(name, wrong, error=TypeError, match="expected real numbers for A")
    for wrong in (np.nan, np.inf):
        finite = f"expected finite numbers for A, got {wrong}"
        refused(name, [[1.0, wrong], [wrong, 2.0]], match=finite)
        if name in WITH_STEPS:
            refused(name, [[1.0, wrong], [wrong, 2.0]], match=finite, steps=True)
    for wrong in ([], [1, 2], 3, np.zeros((2, 2, 2))):
        refused(name, wrong, match="expected a matrix A")
    refused(name, [[1, 2], [3]], match="expected rows of equal length for A")
    if name in SQUARE_ONLY:
        refused(name, WIDE, error=Singular, match="expected a square matrix A")
    if name == "definiteness":
        refused(name, [[1, 2], [3, 4]], match="expected a symmetric matrix A")


def test_a_right_hand_side_that_does_not_fit():
    for name in WITH_RIGHT_HAND_SIDE:
        for wrong in ([1, 2, 3], [], 5.0):
            refused(name, A, wrong, match="expected (b|a vector b)")
        refused(name, A, ["1", "2"], error=TypeError, match="expected real numbers for b")


def test_a_singular_or_indefinite_matrix():
    for exact in (False, True):
        for name, *arguments in (
            ("solve", SINGULAR, b),
            ("inverse", SINGULAR),
            ("gram_schmidt", SINGULAR),
        ):
            refused(name, *arguments, error=Singular, exact=exact)
    refused("lstsq", SINGULAR, b, error=Singular)
    refused("lstsq", WIDE, b, error=Singular)
    rounded = [[0.1, 0.3], [0.2, 0.6]]  # singular but for rounding
    refused("solve", rounded, b, error=Singular, match=".*column 2 has no pivot")
    refused("inverse", rounded, error=Singular, match=".*column 2 has no pivot")
    refused("inverse", SINGULAR, error=Singular, method="adjugate")
    refused("lu", [[0, 1], [1, 0]], error=Singular, pivoting=False)


def test_two_vectors_that_do_not_fit():
    for name in ("cosine", "angle", "cross"):
        refused(name, [1, 2, 3], [1, 2], match="expected x and y of equal length, got 3 and 2")
        refused(name, [[1, 2, 3]], [1, 2, 3], match="expected a vector x")
        refused(name, [1, 2, "a"], [1, 2, 3], error=TypeError, match="expected real numbers")
        refused(name, [1, 2, 3], [1, 2, np.nan], match="expected finite numbers for y")
    refused("cosine", [1, 2], [0, 0], match="expected a nonzero y")
    refused("angle", [1, 2], [0, 0], match="expected a nonzero y")
    refused("normalize", [0, 0], match="expected a nonzero x")
    refused("cross", [1, 2], [3, 4])


def test_norms_and_methods_that_are_none():
    for p in (0.5, np.nan, "fro"):
        refused("norm", [1, 2], p, match="expected ord")
    refused("norm", A, 3, match="expected ord")
    refused("norm", 3.0)
    for name in ("det", "inverse"):
        refused(name, A, method="magic", match="expected method .*'magic'")


def test_other_arguments_out_of_range():
    calls = [
        (lambda: linalg.det(np.eye(10), method="cofactors"), ValueError),
        (lambda: linalg.matmul(WIDE, A), ValueError),
        (lambda: linalg.matmul(A, None), TypeError),
        (lambda: linalg.projection([1, 2], [1, 2, 3]), ValueError),
        (lambda: linalg.solution_set([[1, 1, 1]], [1]).at(3), ValueError),
        (lambda: linalg.solution_set([[1, 1, 1]], [[1]]), ValueError),
        (lambda: linalg.rotation("a"), TypeError),
        (lambda: linalg.rotation([1, 2]), TypeError),
        (lambda: linalg.rotation(np.inf), ValueError),
        (lambda: linalg.shear(None), TypeError),
        (lambda: linalg.scaling(np.nan), ValueError),
        (lambda: linalg.reflection([0, 0]), ValueError),
    ]
    assert_refused(calls)


def test_arguments_are_not_changed():
    for steps in (False, True):
        for name in [*ONE_MATRIX, *WITH_RIGHT_HAND_SIDE]:
            given, side = np.array([[4.0, 2.0], [2.0, 5.0]]), np.array([1.0, 2.0])
            options = dict(steps=steps) if name in WITH_STEPS else {}
            more = [side] * (name in WITH_RIGHT_HAND_SIDE)
            getattr(linalg, name)(given, *more, **options)
            assert (given.tolist(), side.tolist()) == ([[4, 2], [2, 5]], [1, 2]), name


def test_other_options_of_eigenvalues_and_singular_values():
    refused("eigh", [[1, 2], [3, 4]], match="expected a symmetric matrix A")
    refused("pinv", WIDE, rtol=-1.0, match="expected rtol")
    for rank, error in ((3, ValueError), (-1, ValueError), (1.0, TypeError), (True, TypeError)):
        refused("low_rank", WIDE, rank, error=error)


def test_iterations_and_components_of_invalid_input_are_refused():
    X = [[1, 0], [0, 5], [6, 3]]
    refused("power_iteration", A, [0, 0], match="expected a nonzero x")
    refused("power_iteration", A, [1, 2, 3], match="expected x")
    refused("power_iteration", A, [1, np.nan], match="expected finite numbers for x")
    refused("power_iteration", A, ["a", "b"], error=TypeError, match="expected real numbers")
    refused("power_iteration", np.zeros((2, 3)), error=Singular)
    refused("power_iteration", A, max_iterations=0, match="expected .*max_iterations")
    refused("power_iteration", A, tol=-1, match="expected tol")
    rotation = [[0, -1], [1, 0]]
    refused("power_iteration", rotation, error=Singular, max_iterations=50)
    for wrong in ([[1, 2]], np.zeros((3, 0)), [1, 2], [[1], [np.nan]]):
        refused("pca", wrong)
    for options in (dict(n_components=3), dict(n_components=0), dict(method="qr")):
        (option,) = options
        refused("pca", X, match=f".*{option}", **options)
    refused("pca", X, error=TypeError, n_components=0.9)
