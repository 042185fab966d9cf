"""Convolution and correlation against SciPy, NumPy and PyTorch, with the notes' numbers."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage, signal

from nnlib.filters import convolve, correlate, edges, separate
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
    found = convolve(x, h, padding=mode, method=method)
    np.testing.assert_allclose(found, signal.convolve2d(x, h, mode), rtol=1e-10, atol=1e-12)
    found = correlate(x, h, padding=mode, method=method)
    np.testing.assert_allclose(found, signal.correlate2d(x, h, mode), rtol=1e-10, atol=1e-12)


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
    found = correlate(x, h, **options, method=method)
    np.testing.assert_allclose(found, by_torch(x, h, **options), rtol=1e-10, atol=1e-12)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel")
@pytest.mark.parametrize("method", METHODS)
def test_one_axis_agrees_with_torch(method, rng):
    x, h = rng.standard_normal(20), rng.standard_normal(4)
    options = dict(padding=3, stride=2, dilation=2)
    found = correlate(x, h, **options, method=method)
    np.testing.assert_allclose(found, by_torch(x, h, **options), rtol=1e-10, atol=1e-12)
    same = correlate(x, h, padding="same", method=method)
    np.testing.assert_allclose(same, by_torch(x, h, padding="same"), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("padding_mode", SCIPY_MODES)
@pytest.mark.parametrize("method", METHODS)
def test_padding_modes_agree_with_scipy(padding_mode, method, rng):
    x, h = rng.standard_normal((6, 5)), np.outer(rng.standard_normal(3), rng.standard_normal(5))
    options = dict(padding="same", padding_mode=padding_mode, method=method)
    mode = SCIPY_MODES[padding_mode]
    expected = ndimage.convolve(x, h, mode=mode)
    np.testing.assert_allclose(convolve(x, h, **options), expected, rtol=1e-10, atol=1e-12)
    expected = ndimage.correlate(x, h, mode=mode)
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
        found = correlate(X, h, method=method)
        assert found.shape == (2, 3, 5, 5)
        np.testing.assert_allclose(found[1, 2], correlate(X[1, 2], h), rtol=1e-10)
    rows = correlate(X, [1.0, -1.0])
    np.testing.assert_allclose(rows, X[..., :-1] - X[..., 1:])


def test_bytes_do_not_overflow():
    picture = np.full((3, 3), 255, dtype=np.uint8)
    for method in METHODS:
        found = correlate(picture, np.ones((3, 3), dtype=np.uint8), method=method)
        np.testing.assert_array_equal(found, [[2295]])


def test_convolution_commutes_and_correlation_turns_around():
    """Erratum ee147-err-068: convolution is commutative, cross-correlation is not."""
    f, g = np.array([1.0, 2, 5]), np.array([3.0, -1, 0.5])
    np.testing.assert_allclose(convolve(f, g, padding="full"), convolve(g, f, padding="full"))
    c, d = correlate(f, g, padding="full"), correlate(g, f, padding="full")
    assert not np.allclose(c, d)
    np.testing.assert_allclose(c, d[::-1])


def test_kernel_slides_over_the_picture():
    """Erratum ee147-err-069: the printed formula gives the result in reversed order."""
    picture, kernel = np.array([1.0, 2, 4, 7]), np.array([1.0, -1])
    found = correlate(picture, kernel)
    np.testing.assert_array_equal(found, [-1, -2, -3])
    np.testing.assert_array_equal(correlate(kernel, picture, padding=2)[::-1], found)


def test_sum_of_the_notes_is_correlation_and_convolution_of_the_turned_kernel(rng):
    """Erratum nnn-e037."""
    image, K = rng.standard_normal((4, 4)), np.array([[1.0, 2], [3, 4]])
    S = [
        [sum(image[i + m, j + n] * K[m, n] for m in (0, 1) for n in (0, 1)) for j in range(3)]
        for i in range(3)
    ]
    np.testing.assert_allclose(correlate(image, K), S)
    np.testing.assert_allclose(convolve(image, K[::-1, ::-1]), S)
    assert not np.allclose(convolve(image, K), S)


def test_convolution_is_correlation_only_for_kernels_that_may_be_turned(rng):
    """Erratum dlai-e038: a symmetric matrix is not enough."""
    image, S = rng.standard_normal((5, 5)), np.array([[1.0, 2, 3], [2, 4, 5], [3, 5, 6]])
    assert not np.allclose(correlate(image, S), convolve(image, S))
    G = S + S[::-1, ::-1]
    np.testing.assert_allclose(correlate(image, G), convolve(image, G))


def test_filtering_moves_with_the_picture():
    """Erratum dlai-e039: equivariant, not invariant."""
    image, K = np.zeros((9, 9)), np.arange(9.0).reshape(3, 3)
    image[3, 3] = 1
    a, b = (correlate(x, K, padding="same") for x in (image, np.roll(image, 2, 1)))
    np.testing.assert_array_equal(np.roll(a, 2, 1), b)
    assert not np.array_equal(a, b)


def test_one_bright_pixel_shows_the_kernel_or_turns_it():
    image, K = np.zeros((5, 5)), np.arange(9.0).reshape(3, 3)
    image[2, 2] = 1
    np.testing.assert_array_equal(convolve(image, K), K)
    np.testing.assert_array_equal(correlate(image, K), K[::-1, ::-1])


def test_inputs_stay_as_they_are():
    x, h = VERTICAL.astype(float), BAR.astype(float)
    for method in METHODS:
        convolve(x, h, padding="full", method=method)
    edges(x)
    separate(h)
    np.testing.assert_array_equal(x, VERTICAL)
    np.testing.assert_array_equal(h, BAR)
