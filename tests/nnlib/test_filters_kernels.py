"""Kernels, their factors and the edges that they find, against SciPy and by hand."""

import numpy as np
import pytest
import scipy

from nnlib import filters
from nnlib.filters import convolve, edges, separate
from tests.nnlib.filter_cases import VERTICAL


def test_kernels_of_the_notes():
    np.testing.assert_array_equal(filters.sobel(), [[1, 0, -1], [2, 0, -2], [1, 0, -1]])
    np.testing.assert_array_equal(filters.scharr(), [[3, 0, -3], [10, 0, -10], [3, 0, -3]])
    np.testing.assert_array_equal(filters.sobel("y"), filters.sobel("x").T)


@pytest.mark.parametrize("make", [filters.sobel, filters.scharr])
@pytest.mark.parametrize("direction", ["x", "y"])
def test_derivative_kernels_are_separable_into_whole_numbers(make, direction):
    column, row = separate(make(direction))
    assert column.dtype == row.dtype == np.int64
    np.testing.assert_array_equal(np.outer(column, row), make(direction))
    assert sorted(column if direction == "y" else row) == [-1, 0, 1]


def test_rank_decides_what_is_separable():
    tiny = 1e-200 * np.outer([1.0, 2.0], [3.0, 1.0])
    for kernel in (filters.gaussian(1.5), filters.box(5), np.outer([0, -6, 4], [2, -5]), tiny):
        np.testing.assert_allclose(np.outer(*separate(kernel)), kernel, rtol=1e-12, atol=0)
    disc = np.hypot(*np.mgrid[-3:4, -3:4]) <= 3
    with pytest.raises(ValueError, match="rank 1"):
        separate(disc.astype(int))


def test_gaussian_matches_scipy(rng):
    x = rng.standard_normal((12, 10))
    result = convolve(x, filters.gaussian(1.2), padding="same", padding_mode="replicate")
    expected = scipy.ndimage.gaussian_filter(x, 1.2, mode="nearest", radius=4)
    np.testing.assert_allclose(result, expected, rtol=1e-10, atol=1e-12)
    assert filters.gaussian(1.2).shape == (9, 9)


def test_box_and_sobel_match_scipy(rng):
    x = rng.standard_normal((8, 9))
    options = dict(padding="same", padding_mode="reflect")
    pairs = [
        (filters.box(3), scipy.ndimage.uniform_filter(x, 3, mode="mirror")),
        (filters.sobel("x"), scipy.ndimage.sobel(x, axis=1, mode="mirror")),
        (filters.sobel("y"), scipy.ndimage.sobel(x, axis=0, mode="mirror")),
    ]
    for kernel, expected in pairs:
        np.testing.assert_allclose(convolve(x, kernel, **options), expected, atol=1e-12)


def test_edges_of_a_slope_have_its_steepness_and_direction():
    i, j = np.mgrid[:6, :7].astype(float)
    result = edges(3 * j - 4 * i)
    inside = (slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(result.x[inside], 3)
    np.testing.assert_allclose(result.y[inside], -4)
    np.testing.assert_allclose(result.magnitude[inside], 5)
    np.testing.assert_allclose(result.direction[inside], np.arctan2(-4, 3))


def test_edge_is_found_where_the_image_changes():
    result = edges(VERTICAL)
    np.testing.assert_array_equal(result.magnitude, [[0, 0, 0.5, 0.5, 0, 0]] * 4)
    np.testing.assert_allclose(np.abs(result.direction[:, 2:4]), np.pi)  # brighter to the left
