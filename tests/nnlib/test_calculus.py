"""Differences against closed forms and PyTorch, and the identities of matrix calculus."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.autograd.functional import hessian, jacobian

from nnlib.calculus import (
    identities,
    numerical_gradient,
    numerical_hessian,
    numerical_jacobian,
    relative_error,
)
from tests.nnlib.harness import assert_refused, naming

DIGITS = {"forward": 1e-6, "backward": 1e-6, "central": 1e-8, "complex": 1e-14}
METHODS = list(DIGITS)
RULES = identities()


def cubic(x):
    """Return the sum of x³ + sin² x, whose derivative 3x² + 2 sin x cos x is known."""
    return (x**3).sum() + (np.sin(x) ** 2).sum()


@pytest.mark.parametrize("method", METHODS)
def test_gradient_agrees_with_the_closed_form(method, rng):
    for shape in ((), (1,), (5,), (2, 3), (2, 1, 3)):
        x = rng.standard_normal(shape)
        result = numerical_gradient(cubic, x, method=method)
        expected = 3 * x**2 + 2 * np.sin(x) * np.cos(x)
        np.testing.assert_allclose(result, expected, rtol=DIGITS[method], atol=DIGITS[method])
        assert (result.shape, result.dtype) == (shape, np.float64)
        single = numerical_gradient(cubic, x.astype("f4"), method=method)
        assert single.dtype == np.float32
        np.testing.assert_allclose(single, expected, rtol=1e-2, atol=1e-2)
    x = np.array([1e8, 1e-8, 0.0])  # steps of the size of their entry
    result = numerical_gradient(lambda x: (x * x).sum(), x, method=method)
    np.testing.assert_allclose(result, 2 * x, rtol=10 * DIGITS[method], atol=1e-7)


def test_one_sided_differences_need_one_value_more_than_entries():
    """Erratum ee147-err-023: n + 1 values of f, or 2n for central differences."""
    calls = []

    def f(x):
        calls.append(x)
        return (x**2).sum()

    for method, expected in {"forward": 6, "backward": 6, "central": 10, "complex": 5}.items():
        calls.clear()
        numerical_gradient(f, np.arange(5.0), method=method)
        assert len(calls) == expected


@pytest.mark.parametrize(
    ("method", "exact"), [("forward", 3.31), ("backward", 2.71), ("central", 3.01)]
)
def test_errors_of_the_cube_at_one_match_a_calculation_by_hand(method, exact):
    """x³ at 1 with h = 1/10: 3 + 3h + h², 3 - 3h + h², 3 + h²."""
    result = numerical_gradient(lambda x: x**3, 1, method=method, h=0.1)
    np.testing.assert_allclose(result, exact, rtol=1e-14)


@pytest.mark.parametrize("method", METHODS)
def test_jacobian_of_arrays_agrees_with_torch(method, rng):
    """Erratum ee147-err-037: the gradient in denominator layout is the transposed Jacobian."""
    X, W = rng.standard_normal((2, 3)), rng.standard_normal((3, 4))
    result = numerical_jacobian(lambda X: np.tanh(X @ W), X, method=method)
    expected = jacobian(lambda X: torch.tanh(X @ torch.tensor(W)), torch.tensor(X))
    assert result.shape == (2, 4, 2, 3)
    np.testing.assert_allclose(result, expected, rtol=DIGITS[method], atol=DIGITS[method])
    turned = numerical_jacobian(
        lambda X: np.tanh(X @ W), X, method=method, layout="denominator"
    )
    np.testing.assert_array_equal(turned, result.transpose(2, 3, 0, 1))


@pytest.mark.parametrize(
    ("method", "atol"), [("forward", 1e-4), ("central", 1e-6), ("complex", 1e-9)]
)
def test_hessian_agrees_with_torch(method, atol, rng):
    def f(x, exp=np.exp):
        return (x**3).sum() + exp(x).sum() ** 2

    for shape in ((), (3,), (2, 2)):
        x = rng.standard_normal(shape)
        expected = hessian(lambda x: f(x, torch.exp), torch.tensor(x))
        result = numerical_hessian(f, x, method=method)
        assert result.shape == shape * 2
        np.testing.assert_allclose(result, expected, atol=atol * np.abs(expected.numpy()).max())


def test_relative_error_of_lists_counts_all_parameters_as_one_vector():
    W, b = np.array([[1.0, 2], [3, 4]]), np.array([2.0])
    assert relative_error([W, b], [W, b]) == 0
    both = relative_error([W, b], [W, b + 1])
    assert both == pytest.approx(1 / (34**0.5 + 39**0.5))
    assert relative_error(W, -W) == 1
    assert relative_error([0.0, 0.0], [0.0, 0.0]) == 0


def test_identities_hold_in_both_layouts(rng):
    for rule in RULES:
        with naming(rule.name):
            assert rule.check(rng=rng) < 1e-13
            assert rule.check(rng=rng, method="central") < 1e-7


def test_a_wrong_claim_is_found(rng):
    for rule in RULES:
        doubled = replace(rule, in_denominator=lambda *x, r=rule: 2 * r.in_denominator(*x))
        assert doubled.check(rng=rng) > 0.3, rule.name
    rule = identities("trace of a product")
    assert replace(rule, in_numerator=rule.in_denominator).check(rng=rng) == 1


def test_function_cannot_change_the_point():
    x = np.array([1.0, 2.0])

    def f(x):
        x *= 2
        return x.sum()

    for method in METHODS:
        np.testing.assert_allclose(numerical_gradient(f, x, method=method), [2, 2], rtol=1e-6)
    np.testing.assert_array_equal(x, [1, 2])


BAD = [
    (lambda: numerical_gradient(np.sin, [1.0, 2]), ValueError),
    (lambda: numerical_gradient(np.sum, [1.0, 1e10], h=1e-8), ValueError),
    (lambda: numerical_gradient(np.linalg.norm, [3.0, 4.0], method="complex"), TypeError),
    (lambda: numerical_gradient(lambda x: math.exp(x[0]), [3.0], method="complex"), TypeError),
    (lambda: numerical_gradient(lambda x: "y", [3.0]), TypeError),
    (
        lambda: numerical_gradient(lambda x: x[0] / 0.0, [np.float64(3)], method="forward"),
        ValueError,
    ),
    (lambda: numerical_jacobian(lambda x: x[x > 1], [1.0, 1.0]), ValueError),
    (lambda: numerical_hessian(np.sum, [1.0], method="backward"), ValueError),
]


@pytest.mark.filterwarnings("ignore:divide by zero")
def test_functions_that_cannot_be_differentiated_are_refused_by_name():
    assert_refused(BAD)
