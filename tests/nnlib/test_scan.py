"""Scans, which process lines and parts at once, against NumPy and a loop over lines."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib import scan

SHAPES = [(3, 9000), (300, 70), (70, 300), (7, 5, 400), (400, 5, 7), (9000,), (0, 300), (5, 4)]
CASES = [(shape, d) for shape in SHAPES for d in range(len(shape))]


@pytest.mark.parametrize("f", [np.add, np.multiply], ids=lambda f: f.__name__)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_running_results_match_numpy(f, dtype, rng):
    for shape, d in CASES:
        x = (1 + rng.uniform(-0.01, 0.01, shape)).astype(dtype)
        kept = x.copy()
        got, rtol = scan.running(f, x, d), 2e-4 if dtype == np.float32 else 1e-9
        np.testing.assert_allclose(got, f.accumulate(x, d), rtol, strict=True)
        np.testing.assert_array_equal(x, kept)


@pytest.mark.parametrize("value", [np.inf, -np.inf, np.nan])
def test_non_finite_values_only_affect_later_results(value):
    x = np.ones((90, 100))
    x[40, 50] = value
    want = np.cumsum(x, 1)
    np.testing.assert_array_equal(scan.running(np.add, x, 1), want)
    assert np.isfinite(want[40, :50]).all()


@pytest.mark.parametrize("shape", [(5, 300), (37, 3), (1, 4), (1, 400)])
def test_linked_values_match_a_loop_over_lines(shape, rng):
    g, a = rng.standard_normal(shape), rng.standard_normal((shape[0] - 1, *shape[1:]))
    expected = g.copy()
    for i in reversed(range(len(a))):
        expected[i] += a[i] * expected[i + 1]
    np.testing.assert_allclose(scan.linked(g, a), expected, strict=True)


# Where a product becomes 0 by rounding, torch's gradient is not to be compared with: it has
# lost what follows.
@pytest.mark.parametrize("shape", [(300, 40), (40, 300)])
@pytest.mark.parametrize("zero", [False, True])
def test_gradient_of_a_long_cumulative_product_matches_torch(shape, zero, rng):
    start = rng.uniform(0.9, 1.1, shape)
    start[7, 5] *= not zero
    g = rng.standard_normal(shape)
    for d in (0, 1):
        slopes = []
        for L in (nnlib, torch):
            x = L.tensor(start, requires_grad=True)
            x.cumprod(d).backward(L.tensor(g))
            slopes.append(x.grad.numpy())
        np.testing.assert_allclose(*slopes, rtol=1e-9, atol=1e-12)


def test_a_product_that_underflows_to_0_does_not_hide_later_gradients():
    x = nnlib.tensor([1e-200, 1e-200, 1e200], dtype=nnlib.float64, requires_grad=True)
    x.cumprod(0)[2].backward()
    np.testing.assert_allclose(x.grad.numpy(), [1.0, 1.0, 0.0], rtol=1e-12, atol=0)
