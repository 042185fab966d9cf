"""Operations on each element at kinks, at NaN and infinity, and the other names they have."""

import inspect
import math

import numpy as np
import pytest
import torch

import nnlib
from nnlib import error_function, ops
from nnlib.ops import comparison, elementwise

inf, nan = np.inf, np.nan
WIDE = [-inf, -800.0, -1.0, -0.5, 0.0, 0.5, 1.0, 800.0, inf, nan]
ONES = [-1.0, -0.0, 0.0, 1.0, nan]
NEAR_0 = [0.0, 1.0, inf, -2.0, nan]
POINTS = [
    ("abs sign floor ceil trunc round asinh atan erf erfc", WIDE),
    ("exp exp2 expm1 sinh cosh tanh isfinite nan_to_num relu sigmoid square", WIDE),
    ("log log2 log10 log1p rsqrt reciprocal sqrt", NEAR_0),
    ("asin acos atanh erfinv", [*ONES, 2.0]),
    ("sin cos tan", [*ONES, inf]),
    ("acosh", [1.0, 0.5, inf, nan]),
    ("frac", [-1.5, -1.0, 0.0, 2.5, nan]),
]
KINKS = {name: values for names, values in POINTS for name in names.split()}


def both(f, *values):
    """Return value and gradients of sum f(...), by nnlib and by torch."""
    out = []
    for L in (nnlib, torch):
        inputs = [L.tensor(v, dtype=L.float64, requires_grad=True) for v in values]
        y = f(L, *inputs)
        results = [y.detach().numpy()]
        if y.requires_grad:
            y.sum().backward()
            results += [x.grad.numpy() for x in inputs]
        out.append(results)
    return out


def assert_same(f, *values):
    with np.errstate(all="ignore"):
        got, expected = both(f, *values)
    for a, b in zip(got, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-15, strict=True)


@pytest.mark.parametrize("name", KINKS)
def test_kinks_and_limits_are_those_of_torch(name):
    assert_same(lambda L, x: getattr(L, name)(x), KINKS[name])


A = [0.0, 0.0, 1.0, -1.0, inf, nan, 2.0, -inf]
B = [0.0, 1.0, 1.0, -1.0, inf, 1.0, nan, 1.0]


@pytest.mark.parametrize("name", ["maximum", "minimum", "fmod", "remainder", "clamp_min"])
def test_ties_of_two_are_those_of_torch(name):
    a, b = (A, B) if name != "fmod" else (A[:4], [2.0, 1.0, 1.0, -1.0])
    assert_same(lambda L, a, b: getattr(L, name)(a, b), a, b)


@pytest.mark.parametrize("name", ["atan2", "hypot"])
def test_the_slope_of_an_angle_and_a_length_at_the_origin_is_that_of_torch(name):
    assert_same(lambda L, a, b: getattr(L, name)(a, b), A[:4], B[:4])


@pytest.mark.parametrize("exponent", [-2, -1, -0.5, 0, 0.5, 1, 1.5, 2, 3, 3.0, 4, 5])
def test_power_is_that_of_torch(exponent):
    assert_same(lambda L, x: x**exponent, [-2.0, -0.5, 0.0, 0.25, 3.0, nan, inf])


@pytest.mark.parametrize("exponent", [3, 4])
@pytest.mark.parametrize("dtype", ["int64", "int32", "uint8"])
def test_power_of_integers_is_that_of_torch(dtype, exponent):
    x = np.array([0, 1, 2, 7, 250], dtype)
    np.testing.assert_array_equal(
        nnlib.pow(x, exponent), torch.pow(torch.tensor(x), exponent).numpy(), strict=True
    )


@pytest.mark.parametrize("name", ["div", "xlogy"])
def test_a_negative_number_beside_bytes_keeps_its_sign(name):
    with np.errstate(invalid="ignore"):
        got, expected = (
            getattr(L, name)(L.tensor([1, 200], dtype=L.uint8), -1) for L in (nnlib, torch)
        )
    np.testing.assert_array_equal(got.numpy(), expected.numpy(), strict=True)


@pytest.mark.parametrize("name", ["pow", "xlogy"])
def test_the_slope_of_a_logarithm_has_the_digits_of_the_result(name):
    x = nnlib.tensor([3.0], dtype=nnlib.float64, requires_grad=True)
    (nnlib.pow(nnlib.tensor([7]), x) if name == "pow" else nnlib.xlogy(x, 7)).backward()
    expected = math.log(7) * (343 if name == "pow" else 1)
    np.testing.assert_allclose(x.grad.numpy(), [expected], rtol=1e-14)


def test_xlogy_is_zero_where_its_factor_is():
    assert_same(lambda L, a, b: L.xlogy(a, b), [0.0, 1.0, 2.0, 0.0], [3.0, 0.0, 2.0, nan])
    a, b = (nnlib.tensor([v], requires_grad=True) for v in (0.0, -1.0))
    y = nnlib.xlogy(a, b)
    y.backward()
    assert (y.item(), a.grad.item(), b.grad.item()) == (0.0, 0.0, 0.0)


def test_logaddexp_of_far_apart_numbers_is_that_of_torch():
    a, b = [-800.0, 800.0, 0.0, -inf], [800.0, 0.0, 0.0, 0.0]
    assert_same(lambda L, a, b: L.logaddexp(a, b), a, b)


BOUNDS = [(-1.0, 1.0), (None, 1.0), (-1.0, None), (1.0, -1.0)]


@pytest.mark.parametrize(("low", "high"), BOUNDS)
def test_clamp_at_its_bounds_is_that_of_torch(low, high):
    x = [-2.0, -1.0, 0.0, 1.0, 2.0, nan, inf]
    assert_same(lambda L, x: L.clamp(x, low, high), x)


def test_clamp_by_tensors_at_its_bounds_is_that_of_torch():
    x, low, high = (
        [-2.0, -1.0, 0.0, 1.0, 2.0, 0.0, 0.0, 3.0],
        [-1.0] * 5 + [2.0, 1.0, 1.0],
        [1.0] * 8,
    )
    assert_same(lambda L, x, a, b: L.clamp(x, a, b), x, low, high)


@pytest.mark.parametrize("decimals", [-1, 0, 1, 2])
def test_halves_are_rounded_to_even(decimals):
    assert_same(
        lambda L, x: L.round(x, decimals=decimals), [0.5, 1.5, 2.5, -0.5, 1.25, 15.0, 25.0]
    )


@pytest.mark.parametrize("mode", [None, "floor", "trunc"])
def test_division_by_zero_is_that_of_torch(mode):
    x = [-1.0, 0.0, 1.0, nan]
    assert_same(lambda L, x: L.div(x, 0.0, rounding_mode=mode) * 1.0, x)


@pytest.mark.parametrize("mode", ["floor", "trunc"])
def test_large_integers_are_divided_exactly(mode):
    n = 2**62 + 1
    got = nnlib.div(nnlib.tensor([n, -n]), nnlib.tensor([3, 3]), rounding_mode=mode)
    expected = torch.div(torch.tensor([n, -n]), torch.tensor([3, 3]), rounding_mode=mode)
    assert got.tolist() == expected.tolist()


def test_lerp_reaches_both_ends_exactly():
    a, b = nnlib.tensor([0.1, 1e8]), nnlib.tensor([0.7, 1.0])
    assert nnlib.lerp(a, b, 0).tolist() == a.tolist()
    assert nnlib.lerp(a, b, 1).tolist() == b.tolist()


def relative_error(got, expected):
    return np.max(np.abs(got / np.array(expected) - 1))


def test_error_function_is_that_of_the_c_library(rng):
    x = np.concatenate([rng.uniform(-7, 7, 5000), rng.normal(0, 1e-3, 500), [1e-300, -1e-12]])
    assert relative_error(error_function.erf(x), [math.erf(v) for v in x]) < 1e-15
    near, far = rng.uniform(-7, 5, 5000), rng.uniform(5, 26.5, 5000)
    assert relative_error(error_function.erfc(near), [math.erfc(v) for v in near]) < 1e-15
    assert relative_error(error_function.erfc(far), [math.erfc(v) for v in far]) < 1e-14


def test_inverse_of_the_error_function_is_exact_up_to_the_tails(rng):
    x = np.concatenate([rng.uniform(-1, 1, 5000), 1 - 10.0 ** -rng.uniform(0, 15, 500)])
    x = np.concatenate([x, rng.normal(0, 1e-6, 500)])
    expected = torch.erfinv(torch.tensor(x)).numpy()
    assert relative_error(error_function.erfinv(x), expected) < 2e-15


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_error_functions_keep_the_dtype(dtype):
    x = np.array([0.25, 0.5], dtype)
    for f in (error_function.erf, error_function.erfc, error_function.erfinv):
        assert f(x).dtype == dtype


NAMES = [*elementwise.__all__, *comparison.__all__]
ALIASES = [n for n in NAMES if getattr(ops, n).__name__ != n]


@pytest.mark.parametrize("name", ALIASES)
def test_another_name_is_torchs_for_the_same(name, rng):
    f = getattr(nnlib, name)
    required = [p for p in inspect.signature(f).parameters.values() if p.default is p.empty]
    inputs = list(rng.uniform(0.1, 0.9, (len(required), 3)) + (name == "arccosh"))
    options = dict(min=0.3, max=0.6) if name == "clip" else {}
    got = f(*map(nnlib.tensor, inputs), **options)
    expected = getattr(torch, name)(*map(torch.tensor, inputs), **options)
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-12, strict=True)


def test_relative_and_absolute_distance_decide_what_is_close():
    a, b = nnlib.tensor([1.0, 1.0, nan, inf]), nnlib.tensor([1.0 + 1e-6, 1.1, nan, inf])
    for equal_nan in (False, True):
        expected = torch.isclose(torch.tensor(a.tolist()), torch.tensor(b.tolist()),
                                 equal_nan=equal_nan)  # fmt: skip
        assert nnlib.isclose(a, b, equal_nan=equal_nan).tolist() == expected.tolist()


def test_to_gives_the_same_tensor_if_nothing_changes():
    x = nnlib.tensor([1.0], requires_grad=True)
    assert x.to("cpu") is x
    assert x.to(nnlib.float32) is x
    assert x.to(None) is x
    assert x.to() is x
    assert x.to("cpu", nnlib.float32, non_blocking=True) is x


def test_to_copies_if_asked():
    x = nnlib.tensor([1.0])
    for y in (x.to("cpu", copy=True), x.to(nnlib.float32, False, True), x.to(x, copy=True)):
        assert not np.shares_memory(x.numpy(), y.numpy())


def test_python_types_are_dtypes():
    x = nnlib.tensor([1.5])
    assert [x.to(t).dtype for t in (float, int, bool)] == ["f8", "i8", "?"]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int32", "uint8", "bool"])
def test_the_name_of_a_type_is_that_of_torch(dtype):
    x = nnlib.tensor(np.ones(2, dtype))
    name = torch.ones(2, dtype=getattr(torch, dtype)).type()
    assert comparison.type_(x) == name
    assert comparison.type_(nnlib.tensor([1.5]), name).dtype == dtype
    assert comparison.type_(nnlib.tensor([1.5]), x.dtype).dtype == dtype


def test_an_unknown_name_of_a_type_is_refused():
    with pytest.raises(
        ValueError, match=r"^type: expected one of torch.FloatTensor, .*'float'"
    ):
        comparison.type_(nnlib.ones(2), "float")


@pytest.mark.parametrize("name", ops.IN_PLACE)
def test_in_place_form_exists_in_torch_and_here(name):
    assert hasattr(torch.Tensor, f"{name}_")
    assert hasattr(nnlib.Tensor, f"{name}_")


IN_PLACE = [
    lambda x, L: x.exp_(),
    lambda x, L: x.clamp_(-0.5, 0.5),
    lambda x, L: x.round_(decimals=1),
    lambda x, L: x.masked_fill_(x > 0, 7),
    lambda x, L: x.lerp_(L.ones(4), 0.25),
    lambda x, L: x.addcmul_(L.ones(4), x, value=2),
    lambda x, L: x.addcdiv_(L.ones(4), x * x + 1, value=0.5),
    lambda x, L: x.eq_(x),
    lambda x, L: x.multiply_(3).sub_(1, alpha=2).div_(3, rounding_mode="floor"),
]


@pytest.mark.parametrize("change", IN_PLACE)
def test_change_in_place_is_that_of_torch(change):
    x = [-1.25, -0.5, 0.5, 2.0]
    got, expected = nnlib.tensor(x), torch.tensor(x)
    assert change(got, nnlib) is got
    change(expected, torch)
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-6, strict=True)


def test_an_error_names_the_operation_that_was_called():
    with pytest.raises(TypeError, match=r"^addcmul: "):
        nnlib.ones(3).addcmul(nnlib.ones(3), "text")
    with pytest.raises(RuntimeError, match=r"^allclose: "):
        nnlib.allclose(nnlib.ones(3), nnlib.ones(2))
    with pytest.raises(TypeError, match=r"^mul: "):
        nnlib.ones(3).multiply_("text")


def test_floor_divide_has_no_derivative():
    assert not nnlib.floor_divide(nnlib.ones(2).requires_grad_(), 2).requires_grad
