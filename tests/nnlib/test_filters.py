"""Convolution, kernels, edges and sizes against SciPy, NumPy and PyTorch."""

import numpy as np
import pytest
import scipy
import torch
from hypothesis import given
from hypothesis import strategies as st

from nnlib import filters
from nnlib.filters import convolve, correlate, edges, im2col, output_size, separate
from tests.nnlib.harness import assert_refused

METHODS = ["im2col", "separable"]

SCIPY_MODES = {
    "zeros": "constant",
    "reflect": "mirror",
    "replicate": "nearest",
    "circular": "wrap",
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("mode", ["valid", "same", "full"])
def test_two_axes_agree_with_scipy(mode, method, rng):
    x, h = (
        rng.standard_normal((7, 11)),
        np.outer(rng.standard_normal(3), rng.standard_normal(5)),
    )
    result = convolve(x, h, padding=mode, method=method)
    np.testing.assert_allclose(
        result, scipy.signal.convolve2d(x, h, mode), rtol=1e-10, atol=1e-12
    )
    result = correlate(x, h, padding=mode, method=method)
    np.testing.assert_allclose(
        result, scipy.signal.correlate2d(x, h, mode), rtol=1e-10, atol=1e-12
    )


@pytest.mark.parametrize("k", [1, 2, 3, 4])
@pytest.mark.parametrize("mode", ["valid", "same", "full"])
def test_one_axis_agrees_with_numpy(mode, k, rng):
    x, h = rng.standard_normal(9), rng.standard_normal(k)
    np.testing.assert_allclose(convolve(x, h, padding=mode), np.convolve(x, h, mode))
    if mode != "same" or k % 2:  # NumPy and PyTorch put an even kernel's middle elsewhere
        np.testing.assert_allclose(correlate(x, h, padding=mode), np.correlate(x, h, mode))


def by_torch(x, h, **options):
    x, h = torch.tensor(x)[None, None], torch.tensor(h)[None, None]
    function = torch.nn.functional.conv2d if h.ndim == 4 else torch.nn.functional.conv1d
    return function(x, h, **options)[0, 0].numpy()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("padding", "stride", "dilation"),
    [(0, 1, 1), (2, 1, 1), ((1, 3), (2, 3), 1), (0, 2, (2, 1)), (4, 3, 2), ("same", 1, 2)],
)
def test_correlation_agrees_with_torch(padding, stride, dilation, method, rng):
    x = rng.standard_normal((13, 17))
    h = np.outer(rng.standard_normal(3), rng.standard_normal(5))
    options = dict(padding=padding, stride=stride, dilation=dilation)
    result = correlate(x, h, **options, method=method)
    np.testing.assert_allclose(result, by_torch(x, h, **options), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("padding_mode", SCIPY_MODES)
@pytest.mark.parametrize("method", METHODS)
def test_padding_modes_agree_with_scipy(padding_mode, method, rng):
    x, h = rng.standard_normal((6, 5)), np.outer(rng.standard_normal(3), rng.standard_normal(5))
    options = dict(padding="same", padding_mode=padding_mode, method=method)
    mode = SCIPY_MODES[padding_mode]
    expected = scipy.ndimage.convolve(x, h, mode=mode)
    np.testing.assert_allclose(convolve(x, h, **options), expected, rtol=1e-10, atol=1e-12)
    expected = scipy.ndimage.correlate(x, h, mode=mode)
    np.testing.assert_allclose(correlate(x, h, **options), expected, rtol=1e-10, atol=1e-12)


@given(
    st.tuples(*[st.integers(1, 4)] * 2),
    st.tuples(*[st.integers(0, 6)] * 2),
    st.tuples(*[st.integers(1, 3)] * 2),
    st.tuples(*[st.integers(1, 2)] * 2),
    st.integers(0, 2),
    st.integers(0, 2**32),
)
def test_methods_agree_on_whole_numbers_exactly(k, more, stride, dilation, padding, seed):
    rng = np.random.default_rng(seed)
    shape = [d * (n - 1) + 1 + m for n, m, d in zip(k, more, dilation, strict=True)]
    x = rng.integers(-9, 10, shape)
    h = np.outer(rng.integers(1, 5, k[0]), rng.integers(-4, 5, k[1]) * 2 + 1)
    options = dict(padding=padding, stride=stride, dilation=dilation)
    first, *others = (correlate(x, h, **options, method=method) for method in METHODS)
    assert first.dtype == np.int64
    for other in others:
        np.testing.assert_array_equal(other, first, strict=True)


def test_leading_axes_are_kept(rng):
    X, h = rng.standard_normal((2, 3, 6, 7)), np.outer([1.0, 2], [3.0, 4, 5])
    for method in METHODS:
        result = correlate(X, h, method=method)
        assert result.shape == (2, 3, 5, 5)
        np.testing.assert_allclose(result[1, 2], correlate(X[1, 2], h), rtol=1e-10)
    rows = correlate(X, [1.0, -1.0])
    np.testing.assert_allclose(rows, X[..., :-1] - X[..., 1:])


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


def test_box_sobel_and_scharr_match_scipy(rng):
    x = rng.standard_normal((8, 9))
    options = dict(padding="same", padding_mode="reflect")
    pairs = [
        (filters.box(3), scipy.ndimage.uniform_filter(x, 3, mode="mirror")),
        (filters.sobel("x"), scipy.ndimage.sobel(x, axis=1, mode="mirror")),
        (filters.sobel("y"), scipy.ndimage.sobel(x, axis=0, mode="mirror")),
    ]
    for kernel, expected in pairs:
        np.testing.assert_allclose(convolve(x, kernel, **options), expected, atol=1e-12)
    np.testing.assert_array_equal(filters.scharr(), [[3, 0, -3], [10, 0, -10], [3, 0, -3]])


def test_edges_of_a_slope_have_its_steepness_and_direction():
    i, j = np.mgrid[:6, :7].astype(float)
    result = edges(3 * j - 4 * i)
    inside = (slice(1, -1), slice(1, -1))
    np.testing.assert_allclose(result.x[inside], 3)
    np.testing.assert_allclose(result.y[inside], -4)
    np.testing.assert_allclose(result.magnitude[inside], 5)
    np.testing.assert_allclose(result.direction[inside], np.arctan2(-4, 3))


def test_output_size_matches_the_result(rng):
    for n, k, p, s, d in rng.integers((8, 1, 0, 1, 1), (15, 4, 3, 4, 4), (40, 5)).tolist():
        y = correlate(np.zeros(n), np.zeros(k), padding=p, stride=s, dilation=d)
        size = output_size(n, k, padding=p, stride=s, dilation=d, steps=True)
        assert size.result == len(y)


def test_im2col_times_the_kernel_is_the_correlation(rng):
    x, h = rng.standard_normal((2, 6, 7)), rng.standard_normal((3, 2))
    rows = im2col(x, (3, 2), stride=(1, 2), dilation=(2, 1))
    assert rows.shape == (2, 2 * 3, 6)
    result = (rows @ h.ravel()).reshape(2, 2, 3)
    np.testing.assert_allclose(result, correlate(x, h, stride=(1, 2), dilation=(2, 1)))
    unfolded = torch.nn.functional.unfold(torch.tensor(x)[:, None], (3, 2)).numpy()
    np.testing.assert_array_equal(im2col(x, (3, 2)), unfolded.transpose(0, 2, 1))


X = np.ones((4, 5))
BAD = [
    (lambda: correlate([1.0], X), ValueError),
    (lambda: correlate(X[None], X[None]), ValueError),
    (lambda: correlate([1, 2], [1, 2, 3]), ValueError),
    (lambda: correlate(X, X, padding=(1,)), ValueError),
    (lambda: correlate(X, X, padding=1.5), TypeError),
    (lambda: correlate(X, np.ones((3, 3)), padding="same", stride=2), ValueError),
    (lambda: correlate(X, np.ones((3, 3)), padding=4, padding_mode="reflect"), ValueError),
    (lambda: correlate(X, np.ones((3, 3)), padding=6, padding_mode="circular"), ValueError),
    (lambda: separate(np.zeros((3, 3))), ValueError),
    (lambda: output_size(3, 5), ValueError),
    (lambda: im2col(X, 3), ValueError),
    (lambda: im2col(X, (5, 2)), ValueError),
]


def test_sizes_that_do_not_fit_are_refused_by_name():
    assert_refused(BAD)
    assert correlate(np.array([[2**60, 1]]), [[1, 0]]).tolist() == [[2**60]]
