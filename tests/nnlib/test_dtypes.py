"""The dtype of a result is that of torch."""

import operator

import numpy as np
import pytest
import torch

import nnlib

OPERANDS = {
    "float32 (3,)": np.ones(3, np.float32),
    "float64 (3,)": np.ones(3, np.float64),
    "int64 (3,)": np.ones(3, np.int64),
    "uint8 (3,)": np.ones(3, np.uint8),
    "bool (3,)": np.ones(3, bool),
    "float32 ()": np.array(1, np.float32),
    "float64 ()": np.array(1, np.float64),
    "int64 ()": np.array(1),
    "bool ()": np.array(True),
    "Python float": 2.5,
    "Python int": 2,
    "Python bool": True,
}
ARITHMETIC = [operator.add, operator.mul, operator.truediv, operator.lt]


def is_array(name):
    return isinstance(OPERANDS[name], np.ndarray)


def numbers_only(names):
    return not any("bool" in name for name in names)


PAIRS = [(a, b) for a in OPERANDS for b in OPERANDS if is_array(a) or is_array(b)]
CASES = [(f, a, b) for f in ARITHMETIC for a, b in PAIRS]
CASES += [(operator.pow, a, b) for a, b in PAIRS if numbers_only((a, b))]


def known(name, make):
    return make(OPERANDS[name]) if is_array(name) else OPERANDS[name]


@pytest.mark.parametrize(("f", "a", "b"), CASES)
def test_result_has_the_dtype_of_torch(f, a, b):
    expected = f(known(a, torch.tensor), known(b, torch.tensor))
    got = f(known(a, nnlib.tensor), known(b, nnlib.tensor))
    assert str(got.dtype) == str(expected.dtype).removeprefix("torch.")
    np.testing.assert_array_equal(got.numpy(), expected.numpy())
