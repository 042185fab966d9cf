"""The check of gradients against finite differences."""

import numpy as np
import pytest

import nnlib
from nnlib.autograd import gradcheck
from nnlib.graph import record


def leaf(*values):
    return nnlib.tensor(list(values), dtype=nnlib.float64, requires_grad=True)


def test_right_gradients_pass():
    constant = nnlib.tensor([2.0])
    assert gradcheck(lambda a, b, c: (a * b).exp() * c, [leaf(0.5, 1.0), leaf(2.0), constant])


def wrong(x):
    """A square with the rule of x."""
    return record(x.array**2, dict(x=x), x=lambda g, x: g * x)


def test_a_wrong_rule_is_found():
    with pytest.raises(RuntimeError, match=r"expected the gradient\n(.|\n)*finite differences"):
        gradcheck(wrong, leaf(3.0))
    assert not gradcheck(wrong, leaf(3.0), raise_exception=False)


def test_an_error_that_cancels_in_the_sum_is_found():
    def swapped(x):
        return record(2 * x.array, dict(x=x), x=lambda g: 2 * g[::-1])

    assert not gradcheck(swapped, leaf(1.0, 2.0), raise_exception=False)


def test_an_unused_input_has_gradient_zero():
    assert gradcheck(lambda a, b: a * 2, [leaf(1.0), leaf(1.0)])


def test_float32_is_refused():
    with pytest.raises(ValueError, match="expected float64 inputs, got float32"):
        gradcheck(nnlib.exp, nnlib.ones(1, requires_grad=True))


def test_inputs_are_left_as_they_were():
    x = leaf(1.0, 2.0)
    gradcheck(nnlib.exp, x)
    np.testing.assert_array_equal(x.detach().numpy(), [1.0, 2.0])
    assert x.grad is None
