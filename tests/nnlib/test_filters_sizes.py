"""Sizes, windows and worked steps of filters, and input that is refused."""

from fractions import Fraction as F

import numpy as np
import pytest
import torch

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
from tests.nnlib.filter_cases import BAR, VERTICAL

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


def test_whole_numbers_that_a_transform_would_round_are_refused():
    x = np.array([[2**60, 1], [3, -(2**40)]])
    assert filters.correlate(x, [[1, 0]]).tolist() == [[2**60], [3]]
    with pytest.raises(
        ValueError, match="correlate: expected smaller whole numbers for method"
    ):
        filters.correlate(x, [[1, 0]], method="fft")
