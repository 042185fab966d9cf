"""Kernels, sizes and convolution against SciPy, NumPy and PyTorch, with the notes' numbers."""

from fractions import Fraction as F

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage, signal

from nnlib import filters
from nnlib.filters import (
    convolve,
    correlate,
    edges,
    im2col,
    output_size,
    same_padding,
    separate,
)

METHODS = ["loops", "im2col", "fft", "separable"]
SCIPY_MODES = {
    "zeros": "constant",
    "reflect": "mirror",
    "replicate": "nearest",
    "circular": "wrap",
}
VERTICAL = np.tile([1, 1, 1, 0, 0, 0], (4, 1))
BAR = np.tile([1, 0, -1], (3, 1))


@pytest.mark.parametrize("method", METHODS)
def test_vertical_edge_of_the_notes(method):
    """dlai-094; erratum dlai-e033: the sliding product is cross-correlation."""
    np.testing.assert_array_equal(correlate(VERTICAL, BAR, method=method), [[0, 3, 3, 0]] * 2)
    np.testing.assert_array_equal(convolve(VERTICAL, BAR, method=method), [[0, -3, -3, 0]] * 2)


def test_kernels_of_the_notes():
    np.testing.assert_array_equal(filters.sobel(), [[1, 0, -1], [2, 0, -2], [1, 0, -1]])
    np.testing.assert_array_equal(filters.scharr(), [[3, 0, -3], [10, 0, -10], [3, 0, -3]])
    np.testing.assert_array_equal(filters.sobel("y"), filters.sobel("x").T)


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


SIZES = [
    ((7, 3), {}, 5),
    ((7, 3), dict(stride=2), 3),
    ((7, 3), dict(padding=1), 7),
    ((7, 3), dict(padding=1, stride=2), 4),
    ((227, 11), dict(stride=4), 55),
    ((32, 5), {}, 28),
    ((4, 3), {}, 2),
    ((6, 3), {}, 4),
]


@pytest.mark.parametrize(("sizes", "options", "expected"), SIZES)
def test_output_sizes_of_the_notes(sizes, options, expected):
    """dlg-105 to 107, ee147-226; erratum ee147-err-070: the kernel's width is not squared."""
    assert output_size(*sizes, **options) == expected
    assert output_size(*sizes, **options, steps=True).result == expected


def test_output_size_is_that_of_the_result(rng):
    for n, k, p, s, d in rng.integers((8, 1, 0, 1, 1), (15, 4, 3, 4, 4), (40, 5)).tolist():
        y = correlate(np.zeros(n), np.zeros(k), padding=p, stride=s, dilation=d, method="loops")
        assert output_size(n, k, padding=p, stride=s, dilation=d) == len(y)


def test_steps_of_the_output_size_show_the_floor():
    steps = output_size(8, 3, padding=1, stride=2, steps=True)
    assert "8 + 2·1 = 10" in str(steps)
    assert "10 − 3 = 7, or 3 strides of 2; with the first place there are 4." in str(steps)
    assert r"\left\lfloor \frac{10 - 3}{2} \right\rfloor + 1 = 4" in steps[2].latex


def test_padding_that_keeps_the_size():
    """Erratum dlg-e040: one formula for all strides, whole only for matching parities."""
    assert [same_padding(7, k) for k in (1, 3, 5)] == [0, 1, 2]
    for n, k, s in [(7, 3, 2), (6, 5, 3), (9, 2, 2)]:
        try:
            p = same_padding(n, k, stride=s)
        except ValueError:
            assert ((s - 1) * n + k - s) % 2
        else:
            assert output_size(n, k, padding=p, stride=s) == n
    with pytest.raises(
        ValueError, match=r"same_padding: size 7, kernel_size 4 .* padding of 3/2"
    ):
        same_padding(7, 4)


def test_im2col_times_the_kernel_is_the_correlation(rng):
    x, h = rng.standard_normal((2, 6, 7)), rng.standard_normal((3, 2))
    rows = im2col(x, (3, 2), stride=(1, 2), dilation=(2, 1))
    assert rows.shape == (2, 2 * 3, 6)
    found = (rows @ h.ravel()).reshape(2, 2, 3)
    np.testing.assert_allclose(found, correlate(x, h, stride=(1, 2), dilation=(2, 1)))
    unfolded = torch.nn.functional.unfold(torch.tensor(x)[:, None], (3, 2)).numpy()
    np.testing.assert_array_equal(im2col(x, (3, 2)), unfolded.transpose(0, 2, 1))


def test_steps_are_sums_of_products():
    steps = correlate(VERTICAL[:3, 1:5], BAR, steps=True)
    assert str(steps[0]).startswith("Entry (0, 0): 1·1 + 0·1 + (−1)·0 + 1·1")
    assert [str(step).split(" = ")[-1] for step in steps] == ["3.", "3."]
    assert steps[1].latex.startswith(
        r"y_{0, 1} = 1 \cdot 1 + 0 \cdot 0 + \left(-1\right) \cdot 0"
    )
    np.testing.assert_array_equal(steps.result, [[3, 3]])


def test_steps_show_padding_and_the_turned_kernel_and_keep_fractions():
    steps = convolve([0.1, 0.2], [3, -1], padding="full", steps=True)
    assert str(steps[0]) == "Padded, the array is (0, 1/10, 1/5, 0)."
    assert str(steps[1]) == "Turned by half a turn, the kernel is (−1, 3)."
    assert str(steps[3]) == "Entry 1: (−1)·1/10 + 3·1/5 = 1/2."
    np.testing.assert_allclose(steps.result, [float(F(3, 10)), 0.5, -0.2])


def test_steps_follow_stride_and_dilation():
    steps = correlate([1, 2, 3, 4, 5, 6], [10, 1], stride=3, dilation=2, steps=True)
    assert [str(step) for step in steps] == [
        "Entry 0: 10·1 + 1·3 = 13.",
        "Entry 1: 10·4 + 1·6 = 46.",
    ]
    np.testing.assert_array_equal(steps.result, [13, 46])


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


def test_inputs_stay_as_they_are():
    x, h = VERTICAL.astype(float), BAR.astype(float)
    for method in METHODS:
        convolve(x, h, padding="full", method=method)
    edges(x)
    separate(h)
    np.testing.assert_array_equal(x, VERTICAL)
    np.testing.assert_array_equal(h, BAR)


X = np.ones((4, 5))
BAD = [
    (
        lambda: correlate("abc", [1]),
        TypeError,
        "correlate: expected x to be real numbers, got <U3",
    ),
    (lambda: correlate([None], [1]), TypeError, "expected x to be real numbers, got object"),
    (lambda: correlate([[1], [1, 2]], [1]), ValueError, "expected x with rows of one length"),
    (lambda: correlate([1j], [1]), TypeError, "expected x to be real numbers, got complex128"),
    (lambda: convolve([np.nan], [1]), ValueError, "convolve: expected finite x, got nan"),
    (
        lambda: convolve([1.0], [np.inf]),
        ValueError,
        "convolve: expected finite kernel, got inf",
    ),
    (lambda: convolve([], [1]), ValueError, r"expected x with entries, got shape \(0,\)"),
    (lambda: convolve(3, [1]), ValueError, r"expected x with entries, got shape \(\)"),
    (
        lambda: correlate([1.0], X),
        ValueError,
        r"axes and x of at least as many, got \(4, 5\) and",
    ),
    (lambda: correlate(X[None], X[None]), ValueError, "expected a kernel of 1 or 2 axes"),
    (
        lambda: correlate([1, 2], [1, 2, 3]),
        ValueError,
        r"covers \(3,\) does not fit into \(2,\)",
    ),
    (lambda: correlate(X, X, padding="some"), ValueError, "'same', 'full' or ints, got 'some'"),
    (lambda: correlate(X, X, padding=-1), ValueError, "expected padding >= 0, got -1"),
    (
        lambda: correlate(X, X, padding=(1,)),
        ValueError,
        r"expected padding for 2 axes, got \(1,\)",
    ),
    (
        lambda: correlate(X, X, padding=1.5),
        TypeError,
        "expected padding to be an int, got float",
    ),
    (lambda: correlate(X, X, stride=0), ValueError, "correlate: expected stride >= 1, got 0"),
    (
        lambda: correlate(X, X, dilation=0),
        ValueError,
        "correlate: expected dilation >= 1, got 0",
    ),
    (
        lambda: correlate(X, BAR, padding="same", stride=2),
        ValueError,
        "padding 'same' keeps the size for stride 1 only",
    ),
    (
        lambda: correlate(X, BAR, padding_mode="mirror"),
        ValueError,
        r"padding_mode to be one of \['zeros', .*, 'circular'\], got 'mirror'",
    ),
    (
        lambda: correlate(X, BAR, padding=4, padding_mode="reflect"),
        ValueError,
        r"'reflect' can add at most 3 to 4, got \(4, 4\)",
    ),
    (lambda: filters.pad(X, 6, padding_mode="circular"), ValueError, "can add at most 4 to 4"),
    (lambda: filters.pad([1, 2], 1), ValueError, r"at least 2 axes, got shape \(2,\)"),
    (lambda: correlate(X, BAR, method="magic"), ValueError, "expected method to be one of"),
    (
        lambda: correlate(X, [1], steps=True),
        ValueError,
        r"steps are shown of 1 axes, got shape",
    ),
    (lambda: separate([1, 2]), ValueError, r"separate: expected kernel \(kH, kW\), got \(2,\)"),
    (lambda: separate(np.zeros((3, 3))), ValueError, "expected a kernel of rank 1"),
    (lambda: separate(filters.laplacian()), ValueError, r"misses 0.1 \(singular values"),
    (
        lambda: filters.sobel("z"),
        ValueError,
        r"sobel: expected direction to be one of \['x', 'y'\], got 'z'",
    ),
    (lambda: filters.gaussian(0), ValueError, "gaussian: expected sigma above 0, got 0"),
    (
        lambda: filters.gaussian("1"),
        TypeError,
        "gaussian: expected sigma to be a number, got str",
    ),
    (lambda: filters.gaussian(1, size=4), ValueError, "gaussian: expected an odd size"),
    (
        lambda: filters.gaussian(1, ndim=3),
        ValueError,
        "gaussian: expected ndim from 1 to 2, got 3",
    ),
    (lambda: filters.box(2.0), TypeError, "box: expected size to be an int, got float"),
    (lambda: filters.identity(0), ValueError, "identity: expected size >= 1, got 0"),
    (
        lambda: output_size(3, 5),
        ValueError,
        "a kernel that covers 5 does not fit into 3 and twice 0",
    ),
    (lambda: output_size(3, True), TypeError, "expected kernel_size to be an int, got bool"),
    (lambda: im2col(X, 3), ValueError, "im2col: expected kernel_size of 1 to 2 ints, got 3"),
    (lambda: im2col(X, (5, 2)), ValueError, r"im2col: .* \(5, 2\) does not fit into \(4, 5\)"),
    (lambda: im2col(X, (0, 2)), ValueError, "im2col: expected kernel_size >= 1, got 0"),
    (lambda: edges([1.0, 2]), ValueError, r"edges: expected image \(..., H, W\), got \(2,\)"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_tiny_kernel_is_separated_like_any_other():
    kernel = 1e-200 * np.outer([1.0, 2.0], [3.0, 1.0])
    column, row = filters.separate(kernel)
    np.testing.assert_allclose(np.outer(column, row), kernel, rtol=1e-12)


def test_whole_numbers_that_a_transform_would_round_are_refused():
    x = np.array([[2**60, 1], [3, -(2**40)]])
    assert filters.correlate(x, [[1, 0]]).tolist() == [[2**60], [3]]
    with pytest.raises(
        ValueError, match="correlate: expected smaller whole numbers for method"
    ):
        filters.correlate(x, [[1, 0]], method="fft")
