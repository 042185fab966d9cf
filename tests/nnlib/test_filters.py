"""Convolution and correlation against SciPy, NumPy and PyTorch, with the notes' numbers."""

import numpy as np
import pytest
import scipy
import torch
from hypothesis import given
from hypothesis import strategies as st

from nnlib.filters import convolve, correlate
from tests.nnlib.filter_cases import BAR, METHODS, VERTICAL

SCIPY_MODES = {
    "zeros": "constant",
    "reflect": "mirror",
    "replicate": "nearest",
    "circular": "wrap",
}


@pytest.mark.parametrize("method", METHODS)
def test_vertical_edge_of_the_notes(method):
    """dlai-094; erratum dlai-e033: the sliding product is cross-correlation."""
    np.testing.assert_array_equal(correlate(VERTICAL, BAR, method=method), [[0, 3, 3, 0]] * 2)
    np.testing.assert_array_equal(convolve(VERTICAL, BAR, method=method), [[0, -3, -3, 0]] * 2)


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
