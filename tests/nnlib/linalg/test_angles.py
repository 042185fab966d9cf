"""Principal angles: SciPy's, known ones, and small ones to their last digits."""

import numpy as np
import pytest
from scipy.linalg import subspace_angles

from nnlib.linalg import principal_angles


@pytest.mark.parametrize(("p", "q"), [(1, 1), (2, 2), (2, 5), (5, 2), (6, 6)])
def test_they_are_scipys(p, q):
    rng = np.random.default_rng(p + 10 * q)
    A, B = rng.standard_normal((9, p)), rng.standard_normal((9, q))
    found = principal_angles(A, B)
    assert (np.diff(found) >= 0).all()
    # An angle of 0 can come out of SciPy as the square root of a rounding error.
    np.testing.assert_allclose(found, subspace_angles(A, B)[::-1], atol=1e-7)


@pytest.mark.parametrize("angle", [1e-12, 1e-7, 0.3, np.pi / 2 - 1e-9, np.pi / 2])
def test_two_lines_differ_by_the_angle_between_them(angle):
    found = principal_angles([[1], [0]], [[-np.cos(angle)], [-np.sin(angle)]])
    np.testing.assert_allclose(found, [angle], rtol=1e-10)


def test_only_the_spans_count():
    rng = np.random.default_rng(0)
    A, R = rng.standard_normal((8, 3)), rng.standard_normal((3, 3))
    np.testing.assert_allclose(principal_angles(A, A @ R), 0, atol=1e-12)
    dependent = np.c_[A, A[:, 0] + A[:, 1]]
    assert principal_angles(dependent, A).shape == (3,)
    np.testing.assert_allclose(principal_angles(dependent, A), 0, atol=1e-12)
