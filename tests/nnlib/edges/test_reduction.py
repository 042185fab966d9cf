"""Reductions at ties, zeros, NaN, infinity and of nothing, beside torch; closed forms."""

import warnings

import numpy as np
import pytest
import torch

import nnlib

inf, nan = np.inf, np.nan


def both(f, values, recorded=False):
    """Return value, gradient and, if recorded, gradient of its cubes, in both libraries."""
    out = []
    for L in (nnlib, torch):
        x = L.tensor(values, dtype=L.float64, requires_grad=True)
        y = f(L, x)
        (g,) = L.autograd.grad(y.sum(), x, create_graph=recorded)
        out.append([y, g, *(L.autograd.grad((g * g * g).sum(), x) if recorded else ())])
    return [[a.detach().numpy() for a in arrays] for arrays in out]


def assert_same(f, values, recorded=False):
    for got, expected in zip(*both(f, values, recorded), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-9, atol=1e-12, strict=True)


TIES = [[2.0, 1.0, 2.0, 1.0, 2.0], [1.0, 2.0, 1.0], [3.0, 3.0], [-inf, -inf], [0.0, -0.0]]


@pytest.mark.parametrize("values", TIES, ids=str)
@pytest.mark.parametrize("name", ["max", "min", "amax", "amin", "median"])
def test_over_all_equal_extremes_share_the_gradient_as_in_torch(name, values):
    assert_same(lambda L, x: getattr(L, name)(x), values)


@pytest.mark.parametrize("values", TIES, ids=str)
@pytest.mark.parametrize("name", ["max", "min", "cummax", "cummin"])
def test_along_an_axis_one_of_equal_extremes_takes_the_gradient_as_in_torch(name, values):
    assert_same(lambda L, x: getattr(L, name)(x, 0).values, values)


@pytest.mark.parametrize("name", ["amax", "amin"])
def test_along_axes_equal_extremes_share_the_gradient_as_in_torch(name):
    assert_same(lambda L, x: getattr(L, name)(x, (0, 1)), [TIES[0], TIES[0][::-1]])


@pytest.mark.parametrize("which", ["min", "max"])
def test_equal_bounds_share_the_gradient_as_in_torch(which):
    assert_same(lambda L, x: getattr(L.aminmax(x, dim=0), which), TIES[0])


@pytest.mark.parametrize("name", ["max", "min", "median"])
def test_the_gradient_of_a_nan_goes_to_every_nan_as_in_torch(name):
    assert_same(lambda L, x: getattr(L, name)(x), [1.0, nan, 2.0, nan])


def test_along_an_axis_the_first_of_equal_medians_takes_the_gradient():
    x = nnlib.tensor([3.0, 2.0, 1.0, 2.0, 2.0], requires_grad=True)
    values, indices = nnlib.median(x, 0)
    values.backward()
    assert (values.item(), indices.item()) == (2.0, 1)
    assert x.grad.tolist() == [0.0, 1.0, 0.0, 0.0, 0.0]


ZEROS = [[2.0, 0.0, 3.0], [0.0, 2.0, 0.0, 3.0], [3.0, -2.0, 0.0], [0.0, 0.0, 0.0]]


@pytest.mark.parametrize("values", ZEROS, ids=str)
def test_product_with_zeros_has_the_derivatives_of_torch(values):
    assert_same(lambda L, x: L.prod(x), values, recorded=True)


@pytest.mark.parametrize("values", ZEROS, ids=str)
def test_running_product_with_zeros_has_the_derivatives_of_torch(values):
    def weighted(L, x):
        return L.cumprod(x, 0) * L.arange(1, len(values) + 1)

    assert_same(weighted, values, recorded=True)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 8, 33])
def test_running_product_of_any_length_has_the_derivatives_of_torch(n, rng):
    x = rng.choice([-1.5, 0.0, 0.5, 1.0, 2.0], (n, 2), p=[0.3, 0.05, 0.3, 0.05, 0.3])

    def weighted(L, x):
        return L.cumprod(x, 0) * L.arange(1, n + 1)[:, None]

    assert_same(weighted, x, recorded=n > 1)  # of one, torch's gradient has no history


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("dim", [0, 1, -1])
@pytest.mark.parametrize("shape", [(3, 4, 5), (1, 1, 1), (0, 2, 3), (2, 3, 0), (5, 1, 3)])
def test_sum_along_any_axis_in_any_order_of_memory_is_that_of_torch(shape, dim, keepdim, rng):
    x = rng.standard_normal(shape)
    for a in (x, np.asfortranarray(x), np.asfortranarray(x)[::-1]):
        expected = torch.tensor(a.copy()).sum(dim, keepdim).numpy()
        np.testing.assert_allclose(nnlib.sum(a, dim, keepdim), expected, 1e-12, strict=True)


@pytest.mark.parametrize("p", ["fro", 0.5, 1, 1.5, 2, 3, inf, -inf])
@pytest.mark.parametrize("values", [[0.0, 0.0], [3.0, 0.0, -4.0]], ids=str)
def test_norm_has_the_slope_of_torch_at_zero(p, values):
    assert_same(lambda L, x: L.norm(x, p), values)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_norm_of_some_zeros_has_the_second_derivative_of_torch(p):
    def squared(L, x):
        return L.norm(x, p, dim=1) ** 2

    assert_same(squared, [[3.0, 0.0, -4.0], [0.0, 1.0, 0.0]], recorded=True)


def test_number_of_nonzero_elements_has_no_slope():
    x = nnlib.tensor([3.0, 0.0, nan], requires_grad=True)
    y = nnlib.norm(x, 0)
    y.backward()
    assert (y.item(), x.grad.tolist()) == (2.0, [0.0, 0.0, 0.0])


def test_norm_is_zero_where_there_is_nothing():
    x = nnlib.tensor(np.zeros((0, 3)), requires_grad=True)
    y = nnlib.norm(x)
    y.backward()
    assert y.item() == 0
    assert x.grad.shape == (0, 3)


def test_deviation_of_equal_numbers_has_slope_zero_as_in_torch():
    assert_same(lambda L, x: L.std(x, 1), [[2.0, 2.0, 2.0], [1.0, 2.0, 4.0]])


@pytest.mark.parametrize("shape", [(3, 1), (0, 3), (1,), ()])
@pytest.mark.parametrize("name", ["var", "std"])
def test_deviation_of_too_few_numbers_is_nan_as_in_torch(name, shape):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch warns of it
        assert_same(lambda L, x: getattr(L, name)(x, -1), np.ones(shape))
        assert_same(lambda L, x: getattr(L, name)(x), np.ones(shape))


def test_deviation_with_more_freedom_than_numbers_is_nan():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    y = nnlib.var(x, correction=3)
    y.backward()
    assert np.isnan([y.item(), *x.grad.tolist()]).all()


def test_extremes_and_sums_of_nan_and_infinity_are_those_of_torch():
    for name in ("sum", "mean", "prod", "nansum", "nanmean", "norm", "logsumexp", "cumsum"):
        for values in ([1.0, nan, 2.0], [inf, 1.0, 0.5], [-inf, 2.0, 3.0]):
            got, expected = (
                getattr(L, name)(L.tensor(values), 0 if name != "norm" else 2)
                for L in (nnlib, torch)
            )
            np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-6, strict=True)


def test_a_nan_in_one_column_stays_out_of_the_sums_of_the_others():
    x = np.ones((4, 3))
    x[1, 0], x[2, 1] = nan, inf
    np.testing.assert_array_equal(nnlib.sum(x, 0), [nan, inf, 4.0])
    np.testing.assert_array_equal(nnlib.sum(x.T.copy(), 1), [nan, inf, 4.0])


def test_nan_gets_no_gradient_from_sum_and_mean_of_the_rest():
    for name in ("nansum", "nanmean"):
        assert_same(lambda L, x, name=name: getattr(L, name)(x, 0), [[1.0, nan], [nan, 3.0]])


@pytest.mark.parametrize("name", ["median", "max", "min", "cummax", "cummin"])
def test_values_and_indices_have_these_names_as_in_torch(name, rng):
    x = rng.random((3, 5))
    got, expected = (getattr(L.tensor(x), name)(1) for L in (nnlib, torch))
    np.testing.assert_array_equal(got.values.numpy(), expected.values.numpy(), strict=True)
    np.testing.assert_array_equal(got.indices.numpy(), expected.indices.numpy(), strict=True)
    assert got._fields == ("values", "indices")


def test_bounds_have_the_names_min_and_max():
    low, high = bounds = nnlib.tensor([3.0, 1.0, 2.0]).aminmax()
    assert (bounds.min.item(), bounds.max.item()) == (low.item(), high.item()) == (1.0, 3.0)


def test_largest_of_two_single_numbers_of_numpy():
    assert nnlib.max(np.float64(3.0), np.float64(4.0)) == 4.0


@pytest.mark.parametrize(("n", "columns"), [(128, 10), (1600, 512), (32768, 32)])
def test_sum_of_rows_rounds_little(n, columns, rng):
    x = rng.standard_normal((n, columns)).astype("f4")
    error = np.abs(nnlib.sum(x, 0) - x.astype("f8").sum(0))
    assert (error < 1e-7 * np.abs(x).sum(0)).all()


def test_running_sum_and_product_are_made_in_place():
    x = nnlib.tensor([1.0, 2.0, 3.0])
    assert x.cumsum_(0) is x
    assert x.cumprod_(0) is x
    assert x.tolist() == [1.0, 3.0, 18.0]


CLOSED_FORMS = [
    ("sum is the last of cumsum", lambda L, x: (L.sum(x, 1), L.cumsum(x, 1)[:, -1])),
    ("prod is the last of cumprod", lambda L, x: (L.prod(x, 1), L.cumprod(x, 1)[:, -1])),
    ("max is the last of cummax", lambda L, x: (L.amax(x, 1), L.cummax(x, 1)[0][:, -1])),
    ("min is the last of cummin", lambda L, x: (L.amin(x, 1), L.cummin(x, 1)[0][:, -1])),
    ("prod is e to the sum of logs", lambda L, x: (L.prod(x), L.exp(L.sum(L.log(x))))),
    ("std is the root of var", lambda L, x: (L.std(x, 0), L.var(x, 0) ** 0.5)),
    ("var is a squared norm", lambda L, x: (L.var(x), L.norm(x - L.mean(x)) ** 2 / 14)),
    (
        "dist is the norm of a difference",
        lambda L, x: (L.dist(x, 1 - x, 3), L.norm(2 * x - 1, 3)),
    ),
    ("norm of 1 is the sum of |x|", lambda L, x: (L.norm(x - 1, 1), L.sum(L.abs(x - 1)))),
    ("nanmean is mean without NaN", lambda L, x: (L.nanmean(x, 0), L.mean(x, 0))),
    (
        "bounds are extremes",
        lambda L, x: (L.aminmax(x)[1] - L.aminmax(x)[0], L.max(x) - L.min(x)),
    ),
    ("var_mean is both", lambda L, x: (sum(L.var_mean(x, 0)), L.var(x, 0) + L.mean(x, 0))),
    ("std_mean is both", lambda L, x: (sum(L.std_mean(x)), L.std(x) + L.mean(x))),
]


@pytest.mark.parametrize("pair", [c[1] for c in CLOSED_FORMS], ids=[c[0] for c in CLOSED_FORMS])
def test_closed_form(pair, rng):
    x = nnlib.tensor(rng.uniform(0.5, 2.0, (3, 5)), requires_grad=True)
    got, expected = pair(nnlib, x)
    v = nnlib.tensor(rng.standard_normal(got.shape))
    np.testing.assert_allclose(got.tolist(), expected.tolist(), rtol=1e-12)
    (a,), (b,) = nnlib.grad(got, x, v), nnlib.grad(expected, x, v)
    np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-9, atol=1e-12)


def test_count_argument_and_truth_have_no_history():
    x = nnlib.tensor([1.0, 0.0], requires_grad=True)
    for name in ("all", "any", "argmax", "argmin", "count_nonzero"):
        assert not getattr(x, name)().requires_grad
    assert not x.max(0).indices.requires_grad
