"""Matrices that the tests of linear algebra share."""

import numpy as np

RNG = np.random.default_rng(6)


def random(m, n):
    """Return an (m, n) matrix of standard normal numbers."""
    return RNG.standard_normal((m, n))


def of_rank(r, m, n):
    """Return an (m, n) matrix of rank r."""
    return random(m, r) @ random(r, n)


def definite(n):
    """Return a symmetric positive definite matrix of n rows."""
    A = random(n, n)
    return A @ A.T + np.eye(n)


SQUARE = {
    "random 2": random(2, 2),
    "random 5": random(5, 5),
    "random 15": random(15, 15),
    "whole": RNG.integers(-5, 6, (4, 4)).astype(float),
    "zero on the diagonal": np.array([[0.0, 1, 2], [3, 0, 4], [5, 6, 0]]),
    "badly scaled": random(4, 4) * 10.0 ** np.array([-2, 0, 1, 2]),
    "1x1": np.array([[-3.0]]),
    "empty": np.zeros((0, 0)),
}
SINGULAR = {
    "of rank 2": of_rank(2, 5, 5),
    "of rank 5 in 8": of_rank(5, 8, 8),
    "nine numbers": np.arange(1.0, 10).reshape(3, 3),
    "zeros": np.zeros((3, 3)),
    "zero 1x1": np.zeros((1, 1)),
    "equal rows": np.array([[0.1, 0.2], [0.1, 0.2]]),
}
OTHER = {
    "tall": random(6, 3),
    "wide": random(3, 6),
    "a column": random(4, 1),
    "a row": random(1, 4),
    "tall of rank 2": of_rank(2, 6, 4),
    "wide of rank 2": of_rank(2, 3, 6),
    "without rows": np.zeros((0, 3)),
    "without columns": np.zeros((3, 0)),
}
ANY = SQUARE | SINGULAR | OTHER
