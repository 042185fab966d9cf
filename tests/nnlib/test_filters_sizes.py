"""Sizes, windows and worked steps of filters, and input that is refused."""

import numpy as np
import torch

from nnlib.filters import correlate, im2col, output_size, separate
from tests.nnlib.filter_cases import BAR
from tests.nnlib.harness import assert_refused

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


def test_output_sizes_of_the_notes():
    for sizes, options, expected in SIZES:
        assert output_size(*sizes, **options) == expected
        assert output_size(*sizes, **options, steps=True).result == expected


def test_output_size_matches_the_result(rng):
    for n, k, p, s, d in rng.integers((8, 1, 0, 1, 1), (15, 4, 3, 4, 4), (40, 5)).tolist():
        y = correlate(np.zeros(n), np.zeros(k), padding=p, stride=s, dilation=d)
        assert output_size(n, k, padding=p, stride=s, dilation=d) == len(y)


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
    (lambda: correlate(X, BAR, padding="same", stride=2), ValueError),
    (lambda: correlate(X, BAR, padding=4, padding_mode="reflect"), ValueError),
    (lambda: correlate(X, BAR, padding=6, padding_mode="circular"), ValueError),
    (lambda: separate(np.zeros((3, 3))), ValueError),
    (lambda: output_size(3, 5), ValueError),
    (lambda: im2col(X, 3), ValueError),
    (lambda: im2col(X, (5, 2)), ValueError),
]


def test_sizes_that_do_not_fit_are_refused_by_name():
    assert_refused(BAD)
    assert correlate(np.array([[2**60, 1]]), [[1, 0]]).tolist() == [[2**60]]
