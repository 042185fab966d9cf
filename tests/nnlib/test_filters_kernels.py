"""Kernels, their factors and the edges that they find, against SciPy and by hand."""

import numpy as np
import pytest
from scipy import ndimage

from nnlib import filters
from nnlib.filters import convolve, correlate, edges, separate
from tests.nnlib.filter_cases import METHODS, VERTICAL


def test_kernels_of_the_notes():
    np.testing.assert_array_equal(filters.sobel(), [[1, 0, -1], [2, 0, -2], [1, 0, -1]])
    np.testing.assert_array_equal(filters.scharr(), [[3, 0, -3], [10, 0, -10], [3, 0, -3]])
    np.testing.assert_array_equal(filters.sobel("y"), filters.sobel("x").T)


@pytest.mark.parametrize("make", [filters.sobel, filters.scharr, filters.prewitt])
@pytest.mark.parametrize("direction", ["x", "y"])
def test_derivative_kernels_are_separable_into_whole_numbers(make, direction):
    column, row = separate(make(direction))
    assert column.dtype == row.dtype == np.int64
    np.testing.assert_array_equal(np.outer(column, row), make(direction))
    assert sorted(column if direction == "y" else row) == [-1, 0, 1]


def test_rank_decides_what_is_separable():
    """Erratum dlai-e040: a kernel is separable iff it has rank 1, whatever its size."""
    for kernel in (filters.gaussian(1.5), filters.box(5), np.outer([1.0, -2], [3.0, 0, 1])):
        np.testing.assert_allclose(np.outer(*separate(kernel)), kernel, atol=1e-15)
    u = np.arange(-3, 4)
    disc = (u[:, None] ** 2 + u**2 <= 9).astype(int)
    with pytest.raises(
        ValueError, match=r"rank 1, got one of which the best product .* misses"
    ):
        separate(disc)
    missed = np.linalg.svd(disc, compute_uv=False)
    share = np.linalg.norm(missed[1:]) / np.linalg.norm(missed)
    with pytest.raises(ValueError, match=f"misses {share:.2g}"):
        correlate(np.ones((9, 9)), disc, method="separable")


def test_factors_of_negative_whole_numbers_are_whole():
    kernel = np.outer([0, -6, 4], [2, -5])
    column, row = separate(kernel)
    np.testing.assert_array_equal(np.outer(column, row), kernel)
    assert np.gcd.reduce(column) == 1


def test_gaussian_is_that_of_scipy(rng):
    x = rng.standard_normal((12, 10))
    found = convolve(x, filters.gaussian(1.2), padding="same", padding_mode="replicate")
    expected = ndimage.gaussian_filter(x, 1.2, mode="nearest", radius=4)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
    assert filters.gaussian(1.2).shape == (9, 9)
    np.testing.assert_allclose(
        np.outer(*[filters.gaussian(2, ndim=1)] * 2), filters.gaussian(2)
    )


def test_box_sobel_prewitt_and_laplacian_are_those_of_scipy(rng):
    x = rng.standard_normal((8, 9))
    options = dict(padding="same", padding_mode="reflect", method="loops")
    pairs = [
        (filters.box(3), ndimage.uniform_filter(x, 3, mode="mirror")),
        (filters.sobel("x"), ndimage.sobel(x, axis=1, mode="mirror")),
        (filters.sobel("y"), ndimage.sobel(x, axis=0, mode="mirror")),
        (filters.prewitt("x"), ndimage.prewitt(x, axis=1, mode="mirror")),
        (filters.laplacian(), ndimage.laplace(x, mode="mirror")),
    ]
    for kernel, expected in pairs:
        np.testing.assert_allclose(convolve(x, kernel, **options), expected, atol=1e-12)


def test_sums_of_kernels_say_what_a_flat_picture_becomes():
    for kernel in (filters.gaussian(0.7), filters.box(5), filters.sharpen(2.5)):
        assert kernel.sum() == pytest.approx(1)
    for kernel in (filters.sobel(), filters.laplacian(), filters.laplacian(diagonals=True)):
        assert kernel.sum() == 0
    assert filters.box(3, ndim=1).shape == (3,)


def test_identity_changes_nothing_and_sharpening_by_zero_neither(rng):
    x = rng.standard_normal((5, 6))
    np.testing.assert_array_equal(correlate(x, filters.identity(3), padding="same"), x)
    np.testing.assert_array_equal(filters.sharpen(0), filters.identity())


@pytest.mark.parametrize("kernel", [filters.sobel, filters.scharr, filters.prewitt])
@pytest.mark.parametrize("method", METHODS)
def test_edges_of_a_slope_have_its_steepness_and_direction(kernel, method):
    i, j = np.mgrid[:6, :7].astype(float)
    found = edges(3 * j - 4 * i, kernel=kernel, method=method)
    inside = (slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(found.x[inside], 3)
    np.testing.assert_allclose(found.y[inside], -4)
    np.testing.assert_allclose(found.magnitude[inside], 5)
    np.testing.assert_allclose(found.direction[inside], np.arctan2(-4, 3))


def test_edge_is_found_where_the_picture_steps():
    found = edges(VERTICAL)
    np.testing.assert_array_equal(found.magnitude, [[0, 0, 0.5, 0.5, 0, 0]] * 4)
    np.testing.assert_allclose(np.abs(found.direction[:, 2:4]), np.pi)  # brighter to the left


def test_scharr_tells_directions_better_than_sobel():
    i, j = np.mgrid[:21, :21] - 10.0
    angle = 0.35
    wave = np.sin(1.2 * (np.cos(angle) * j + np.sin(angle) * i))

    def worst(kernel):
        found = edges(wave, kernel=kernel)
        d = np.arctan2(found.y, found.x)[2:-2, 2:-2][found.magnitude[2:-2, 2:-2] > 0.1]
        return np.abs((d - angle + np.pi / 2) % np.pi - np.pi / 2).max()

    assert worst(filters.scharr) < worst(filters.sobel) / 2 < worst(filters.prewitt)


def test_a_tiny_kernel_is_separated_like_any_other():
    kernel = 1e-200 * np.outer([1.0, 2.0], [3.0, 1.0])
    column, row = filters.separate(kernel)
    np.testing.assert_allclose(np.outer(column, row), kernel, rtol=1e-12)
