"""Eigenvalues as on paper: each step of the page's example, and what else can happen."""

from fractions import Fraction as Fr

import numpy as np
import pytest

from nnlib.linalg import eig
from nnlib.linalg.by_hand import solve_by_hand
from nnlib.linalg.exact import exact, simplified
from tests.nnlib.harness import Late, naming

sp = Late("sympy")

A = [[6, 2], [2, 3]]


def words(steps):
    return [str(step) for step in steps]


def eigenspaces(matrix):
    return solve_by_hand(exact(matrix))[1]


def test_eigenspaces_are_exact():
    first, second = eigenspaces(A)
    assert (first.eigenvalue, first.algebraic, first.geometric) == (7, 1, 1)
    assert first.basis.tolist() == [[2], [1]]
    assert (second.eigenvalue, second.basis.tolist()) == (2, [[-1], [2]])


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
}


def test_exact_eigenspaces_satisfy_their_equation_and_are_complete():
    for name, rows in CASES.items():
        with naming(name):
            A, spaces = exact(rows), eigenspaces(rows)
            for value, algebraic, V in spaces:
                assert isinstance(value, Fr | sp.Expr)
                assert (simplified(A @ V - value * V) == 0).all()
                rank = np.linalg.matrix_rank(V.astype(complex))
                shifted = A.astype(complex) - complex(value) * np.eye(len(A))
                missing = len(A) - np.linalg.matrix_rank(shifted, tol=1e-9)
                assert 1 <= rank == V.shape[1] == missing <= algebraic
            assert sum(space.algebraic for space in spaces) == len(A)


def test_the_quarter_turn_has_complex_eigenvectors():
    steps = words(eig([[0, -1], [1, 0]], steps=True))
    factor = "Factor, with the quadratic formula for the last two roots"
    assert f"{factor}: λ² + 1 = (λ − i)(λ − (−i)); the roots are i and −i." in steps
    assert "Subtract i times row 1 from row 2, so that its entry in column 1 is 0." in steps
    assert "Check: A (i, 1) = (−1, i) = i (i, 1)." in steps


def test_steps_are_refused_beyond_three_rows_and_for_cubic_equations():
    with pytest.raises(ValueError, match="at most 3 rows, got 4"):
        eig(np.eye(4), steps=True)
    with pytest.raises(
        ValueError, match="at most two roots that aren't rational, but λ³ − 2 has 3"
    ):
        eig([[0, 0, 2], [1, 0, 0], [0, 1, 0]], steps=True)
