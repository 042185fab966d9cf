"""The check of gradients: which rules pass, and what is said of a wrong one."""

import numpy as np
import pytest

import nnlib
from nnlib.autograd import gradcheck, gradgradcheck
from nnlib.graph import record
from nnlib.tensor import raw
from tests.nnlib.derivatives import leaf


def test_correct_gradients_pass():
    constant = nnlib.tensor([2.0])
    assert gradcheck(lambda a, b, c: (a * b).exp() * c, [leaf(0.5, 1.0), leaf(2.0), constant])


def wrong(x):
    """Return x², with the derivative of x as its rule."""
    return record(raw(x) ** 2, dict(x=x), x=lambda g, x: g * x)


def test_a_wrong_rule_is_found():
    with pytest.raises(RuntimeError, match="result 0 with respect to input 0 is wrong"):
        gradcheck(wrong, leaf(3.0))
    assert not gradcheck(wrong, leaf(3.0), raise_exception=False)


def test_a_wrong_second_derivative_is_found():
    def half_wrong(x):
        """Return x³, with a right rule whose own derivative is wrong."""
        return record(raw(x) ** 3, dict(x=x), x=lambda g, x: g * 3 * wrong(x))

    assert gradcheck(half_wrong, leaf(3.0))
    message = (
        r"gradgradcheck: the derivative of the gradient of input 0 with respect to input 0 is "
        r"wrong in 1 of 1 elements; the largest error is in dy\[0\]/dx\[0\]: expected .*; all "
        r"elements are 0.5 times the expected values"
    )
    with pytest.raises(RuntimeError, match=message):
        gradgradcheck(half_wrong, leaf(3.0))
    assert not gradgradcheck(half_wrong, leaf(3.0), raise_exception=False)


@pytest.mark.parametrize(
    ("factors", "message"),
    [
        ([3.0, 3.0, 3.0], r"got 9; all elements are 3 times the expected values$"),
        ([3.0, 3.0, -1.0], r"got -3$"),
    ],
)
def test_the_message_says_where_a_rule_is_wrong_and_how(factors, message):
    def product(a, b):
        """Return a product whose gradient with respect to b is wrong."""
        return record(
            raw(a) * raw(b),
            dict(a=a, b=b),
            a=lambda g, b: g * b,
            b=lambda g, a: g * a * np.array(factors),
        )

    inputs = ["an option", leaf(1.0, 2.0, 3.0), leaf(4.0, 5.0, 6.0)]
    where = (
        r"^gradcheck: the derivative of result 1 with respect to input 2 is wrong in 3 of "
        r"9 elements; the largest error is in dy\[2\]/dx\[2\]: expected 3 \(finite "
        r"differences\), "
    )
    with pytest.raises(RuntimeError, match=where + message):
        gradcheck(lambda option, a, b: (a * b, product(a, b)), inputs)


def swapped(x):
    """Return 2 x, with a rule whose error cancels in the sum."""
    return record(2 * x.array, dict(x=x), x=lambda g: 2 * g[::-1])


@pytest.mark.parametrize(
    ("f", "correct"),
    [
        (swapped, False),
        (lambda x: (x**2, x.sum(), x > 0), True),
        (lambda x: (x**2, wrong(x)), False),
        (lambda x: nnlib.ones(2), True),  # a result without history has to be constant
        (lambda x: x.detach() * 2, False),
    ],
)
def test_every_result_is_checked_at_every_element(f, correct):
    assert gradcheck(f, leaf(1.0, 2.0), raise_exception=False) is correct


@pytest.mark.parametrize("check", [gradcheck, gradgradcheck])
def test_float32_and_inputs_without_gradient_are_refused(check):
    with pytest.raises(ValueError, match="expected float64 inputs, got float32"):
        check(nnlib.exp, nnlib.ones(1, requires_grad=True))
    with pytest.raises(ValueError, match="expected at least one input that requires grad"):
        check(nnlib.exp, nnlib.ones(1))
