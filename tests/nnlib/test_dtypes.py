"""The dtype of a result is that of torch."""

import operator

import numpy as np
import pytest
import torch

import nnlib
from nnlib.ops import promotion
from tests.nnlib.harness import naming

DTYPES = ("float32", "float64", "int64", "int32", "uint8", "bool")
OPERANDS = {
    **{f"{dtype} (3,)": np.ones(3, dtype) for dtype in DTYPES},
    **{f"{dtype} ()": np.array(1, dtype) for dtype in DTYPES},
    "Python float": 2.5,
    "Python int": 2,
    "Python bool": True,
}


def by_name(name):
    """Return a function of two tensors, in their library."""

    def f(a, b):
        L = nnlib if isinstance(a, nnlib.Tensor) or isinstance(b, nnlib.Tensor) else torch
        if name == "where":
            return L.where(L.tensor([True, False, True]), a, b)
        return getattr(L, name)(a, b)

    return f


def is_array(name):
    return isinstance(OPERANDS[name], np.ndarray)


def known(name, make):
    return make(OPERANDS[name]) if is_array(name) else OPERANDS[name]


PAIRS = [(a, b) for a in OPERANDS for b in OPERANDS if is_array(a) or is_array(b)]
WITHOUT_BOOLS = [(a, b) for a, b in PAIRS if not ("bool" in a and "bool" in b)]
NO_BOOL = [(a, b) for a, b in PAIRS if "bool" not in a + b]
TENSORS = [(a, b) for a, b in PAIRS if is_array(a) and is_array(b)]
OPERATORS = {
    **dict.fromkeys((operator.add, operator.mul, operator.truediv), PAIRS),
    **dict.fromkeys((operator.lt, operator.eq, by_name("where")), PAIRS),
    **dict.fromkeys(map(by_name, ("maximum", "atan2", "xlogy", "logical_and")), TENSORS),
    operator.mod: NO_BOOL,
    operator.pow: WITHOUT_BOOLS,
    operator.sub: NO_BOOL,
}


def assert_same(got, expected):
    assert str(got.dtype) == str(expected.dtype).removeprefix("torch.")
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-6)


@pytest.mark.parametrize(("f", "pairs"), OPERATORS.items())
def test_result_has_the_dtype_of_torch(f, pairs):
    for a, b in pairs:
        with naming(a, "and", b):
            expected = f(known(a, torch.tensor), known(b, torch.tensor))
            assert_same(f(known(a, nnlib.tensor), known(b, nnlib.tensor)), expected)


def test_result_type_matches_torch():
    for a, b in PAIRS:
        with naming(a, "and", b):
            got = promotion.result_type(known(a, nnlib.tensor), known(b, nnlib.tensor))
            expected = torch.result_type(known(a, torch.tensor), known(b, torch.tensor))
            assert str(got) == str(expected).removeprefix("torch.")


def test_results_of_one_tensor_have_the_dtype_of_torch():
    for dtype in DTYPES:
        x = np.ones(3, dtype)
        for name in ("exp", "log1p", "sqrt", "sigmoid", "erf", "sin", "rsqrt"):
            with naming(name, dtype):
                got, expected = (getattr(L, name)(L.tensor(x)) for L in (nnlib, torch))
                assert str(got.dtype) == str(expected.dtype).removeprefix("torch.")
                np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-6)
        for fill in (1, 1.5, True):
            with naming("masked_fill", dtype, fill):
                mask = [True, False, True]
                filled = (L.tensor(x).masked_fill(L.tensor(mask), fill) for L in (nnlib, torch))
                assert_same(*filled)
    for bounds in ((0.5, None), (None, 1.5), (0, 1), (0, 1.5)):
        assert_same(*(L.clamp(L.tensor([1, -2, 3]), *bounds) for L in (nnlib, torch)))


@pytest.mark.parametrize(
    ("a", "b", "alpha"),
    [("float64 (3,)", "int64 (3,)", 0.1), ("int64 (3,)", "float32 (3,)", 1.5),
     ("bool (3,)", "bool (3,)", 2), ("uint8 (3,)", "int32 (3,)", 3)],
)  # fmt: skip
def test_a_factor_is_applied_in_the_dtype_of_the_sum(a, b, alpha):
    got = nnlib.add(known(a, nnlib.tensor), known(b, nnlib.tensor), alpha=alpha)
    assert_same(got, torch.add(known(a, torch.tensor), known(b, torch.tensor), alpha=alpha))


@pytest.mark.parametrize("number", [300, -1, True])
def test_a_python_number_wraps_into_a_small_dtype_as_in_torch(number):
    for name in ("add", "div", "xlogy"):
        x = np.array([1, 2, 200], np.uint8)
        with naming(name), np.errstate(invalid="ignore"):
            assert_same(*(getattr(L, name)(L.tensor(x), number) for L in (nnlib, torch)))


def test_a_python_number_keeps_its_digits_with_float64():
    x = nnlib.tensor([1.0], dtype=nnlib.float64)
    assert (x + 0.1).item() == (0.1 + x).item() == 1.1
    assert x.masked_fill(nnlib.tensor([True]), 0.1).item() == 0.1
