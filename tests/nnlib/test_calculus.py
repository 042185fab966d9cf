"""Differences against closed forms and PyTorch, and the identities of matrix calculus."""

import math
from dataclasses import replace
from fractions import Fraction as F

import numpy as np
import pytest
import torch
from torch.autograd.functional import hessian, jacobian

from nnlib.calculus import (
    error_against_step,
    identities,
    numerical_gradient,
    numerical_hessian,
    numerical_jacobian,
    relative_error,
)

DIGITS = {"forward": 1e-6, "backward": 1e-6, "central": 1e-8, "complex": 1e-14}
METHODS = list(DIGITS)
RULES = identities()


def cubic(x):
    """Return the sum of x³ + sin² x, whose derivative 3x² + 2 sin x cos x is known."""
    return (x**3).sum() + (np.sin(x) ** 2).sum()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", [(), (1,), (5,), (2, 3), (2, 1, 3)])
def test_gradient_agrees_with_the_closed_form(method, shape, rng):
    x = rng.standard_normal(shape)
    found = numerical_gradient(cubic, x, method=method)
    expected = 3 * x**2 + 2 * np.sin(x) * np.cos(x)
    np.testing.assert_allclose(found, expected, rtol=DIGITS[method], atol=DIGITS[method])
    assert found.shape == shape
    assert found.dtype == np.float64


@pytest.mark.parametrize("method", METHODS)
def test_large_and_small_entries_get_steps_of_their_size(method):
    x = np.array([1e8, 1e-8, 0.0])
    found = numerical_gradient(lambda x: (x * x).sum(), x, method=method)
    np.testing.assert_allclose(found, 2 * x, rtol=10 * DIGITS[method], atol=1e-7)


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
    ("method", "exact"),
    [("forward", F(331, 100)), ("backward", F(271, 100)), ("central", F(301, 100))],
)
def test_errors_of_the_cube_at_one_are_those_by_hand(method, exact):
    """x³ at 1 with h = 1/10: 3 + 3h + h², 3 - 3h + h², 3 + h²."""
    steps = numerical_gradient(lambda x: x**3, 1, method=method, h=0.1, steps=True)
    assert str(exact) in str(steps)
    assert rf"\frac{{{exact.numerator}}}{{{exact.denominator}}}" in steps[0].latex
    np.testing.assert_allclose(steps.result, float(exact), rtol=1e-14)


def test_steps_of_several_entries_name_each():
    steps = numerical_gradient(lambda x: x[0] ** 2 * x[1], [3.0, -2.0], h=0.5, steps=True)
    assert len(steps) == 2
    assert "f(x − h e0) = −25/2 and f(x + h e0) = −49/2: the quotient is −12." in str(steps[0])
    assert r"\frac{-\frac{49}{2} - \left(-\frac{25}{2}\right)}{1} = -12" in steps[0].latex
    assert "h e1" in str(steps[1])


def test_steps_of_functions_without_fractions_are_decimal():
    steps = numerical_gradient(lambda x: np.exp(x).sum(), [0.0], h=0.5, steps=True)
    assert "0.606530659713" in str(steps)  # enough digits for the difference
    assert "1.6487212707" in str(steps)


@pytest.mark.parametrize("method", METHODS)
def test_steps_without_h_give_the_derivative(method):
    steps = numerical_gradient(lambda x: (x**3).sum(), [2.0], method=method, steps=True)
    assert "12" in str(steps[0])
    np.testing.assert_allclose(steps.result, [12], rtol=1e-6)


def test_steps_keep_the_layout():
    A = np.arange(6.0).reshape(2, 3)
    steps = numerical_gradient(lambda A: (A**2).sum(), A, h=0.5, layout="numerator", steps=True)
    np.testing.assert_allclose(steps.result, 2 * A.T)
    assert "e0,2) = 51 and" not in str(steps)
    assert "the quotient is 4." in str(steps[2])


def test_layouts_of_a_gradient_by_a_matrix_are_transposes():
    """ee147-370: denominator layout has the shape of A, numerator layout its transpose."""
    A, B = np.arange(6.0).reshape(2, 3), np.array([[1.0, -2], [3, 5], [0, 7]])
    f = lambda A: np.trace(A @ B)  # noqa: E731
    np.testing.assert_allclose(numerical_gradient(f, A), B.T, rtol=1e-8, atol=1e-8)
    numerator = numerical_gradient(f, A, layout="numerator")
    np.testing.assert_allclose(numerator, B, rtol=1e-8, atol=1e-8)


def test_jacobian_of_a_linear_map_in_both_layouts():
    """Erratum ee147-err-037: J is (m, n), the gradient of denominator layout is Jᵀ."""
    W = np.array([[1.0, 2, 3], [4, 5, 6]])
    x = np.array([0.5, -1, 2])
    J = numerical_jacobian(lambda x: W @ x, x)
    np.testing.assert_allclose(J, W, rtol=1e-9)
    gradient = numerical_jacobian(lambda x: W @ x, x, layout="denominator")
    np.testing.assert_allclose(gradient, W.T, rtol=1e-9)
    dx = np.array([0.1, 0.2, -0.3])
    np.testing.assert_allclose(W @ (x + dx) - W @ x, J @ dx)


@pytest.mark.parametrize("method", METHODS)
def test_jacobian_of_arrays_agrees_with_torch(method, rng):
    X, W = rng.standard_normal((2, 3)), rng.standard_normal((3, 4))
    found = numerical_jacobian(lambda X: np.tanh(X @ W), X, method=method)
    expected = jacobian(lambda X: torch.tanh(X @ torch.tensor(W)), torch.tensor(X))
    assert found.shape == (2, 4, 2, 3)
    np.testing.assert_allclose(found, expected, rtol=DIGITS[method], atol=DIGITS[method])
    turned = numerical_jacobian(
        lambda X: np.tanh(X @ W), X, method=method, layout="denominator"
    )
    np.testing.assert_array_equal(turned, found.transpose(2, 3, 0, 1))


def test_derivative_of_a_vector_by_a_matrix_has_a_slice_for_each_output():
    """Erratum ee147-err-134: y in R^m by W (m, n) gives (m, n, m), not (m, n, n)."""
    W, x = np.zeros((2, 3)), np.arange(1.0, 4)
    T = numerical_jacobian(lambda W: W @ x, W, layout="denominator")
    expected = np.zeros((2, 3, 2))
    for k in range(2):
        expected[k, :, k] = x
    np.testing.assert_allclose(T, expected, atol=1e-10)
    d = np.array([1.0, -2])
    np.testing.assert_allclose(T @ d, np.outer(d, x), atol=1e-9)


@pytest.mark.parametrize(
    ("method", "atol"), [("forward", 1e-4), ("central", 1e-6), ("complex", 1e-9)]
)
@pytest.mark.parametrize("shape", [(), (3,), (2, 2)])
def test_hessian_agrees_with_torch(method, atol, shape, rng):
    x = rng.standard_normal(shape)

    def f(x, exp=np.exp):
        return (x**3).sum() + exp(x).sum() ** 2

    expected = hessian(lambda x: f(x, torch.exp), torch.tensor(x))
    found = numerical_hessian(f, x, method=method)
    assert found.shape == shape * 2
    np.testing.assert_allclose(found, expected, atol=atol * np.abs(expected.numpy()).max())


def test_hessian_is_square_and_symmetric():
    """Erratum ee147-err-133: entries are the derivatives by x_i and x_j."""
    H = numerical_hessian(lambda v: v[0] ** 2 * v[1] + np.sin(v[1]), [3.0, 0.5])
    np.testing.assert_allclose(H, [[1, 6], [6, -np.sin(0.5)]], atol=1e-6)
    np.testing.assert_array_equal(H, H.T)


def test_partial_of_the_quadratic_form_counts_both_sums():
    """Erratum ee147-err-132: row and column of A enter, not the row twice."""
    A, x = np.array([[1.0, 2, 0], [5, 3, 1], [-4, 0, 2]]), np.array([1.0, -1, 2])
    found = numerical_gradient(lambda x: x @ A @ x, x, method="complex")
    np.testing.assert_allclose(found, A @ x + A.T @ x)
    assert found[0] != 2 * A[0] @ x


def test_total_differential_weighs_the_partials_by_the_increments():
    """Erratum ml-steps-e007: partial derivatives must not be added up."""

    def C(p):
        return p[0] ** 2 + 3 * p[1] + p[2] ** 3

    p, d = np.array([1.0, 2, 1]), np.array([1e-4, -2e-4, 3e-4])
    g = numerical_gradient(C, p, method="complex")
    np.testing.assert_allclose(g, [2, 3, 3])
    assert abs(C(p + d) - C(p) - g @ d) < 1e-6 < 1 < abs(C(p + d) - C(p) - g.sum())


def test_derivative_of_a_sum_is_the_sum_of_derivatives(rng):
    """Erratum ml-steps-e009: gradients are summed over samples."""
    X, a = rng.standard_normal((2, 4)), rng.standard_normal(4)
    w = np.array([0.5, -1.0])
    each = numerical_jacobian(lambda w: (a - w @ X) ** 2, w, method="complex")
    total = numerical_gradient(lambda w: ((a - w @ X) ** 2).sum(), w, method="complex")
    np.testing.assert_allclose(each.sum(axis=0), total)


def test_squared_norm_of_the_notes_by_hand():
    """dlg-094 to 097; erratum dlg-e036: the entry is -0.712."""
    W, x = np.array([[0.9, 0.2], [1.5, -2.6]]), np.array([0.19, 0.83])
    rule = identities("squared length of a product")
    assert rule.function(W, x) == pytest.approx(float(F("0.337") ** 2 + F("1.873") ** 2))
    by_W = rule.numerical(W, x)
    np.testing.assert_allclose(by_W, [[0.12806, 0.55942], [-0.71174, -3.10918]], rtol=1e-12)
    assert round(by_W[1, 0], 3) == -0.712
    by_x = numerical_gradient(lambda x: (W @ x) @ (W @ x), x, method="complex")
    np.testing.assert_allclose(by_x, [-5.0124, 9.8744], rtol=1e-12)


def test_gradient_of_the_mean_squared_error_has_sign_and_factor():
    """Erratum ml-steps-e014: -2/m R Xᵀ, not 2 A (X + I)."""
    rule = identities("mean squared error")
    assert rule.denominator == r"-\tfrac{2}{m} R X^\top"
    w, X, a, b = rule.inputs(np.random.default_rng(1))
    with pytest.raises(ValueError, match="broadcast"):
        X + np.eye(X.shape[1])
    np.testing.assert_allclose(
        numerical_gradient(lambda w: np.mean((a - w @ X - b) ** 2), w),
        rule.derivative(w, X, a, b),
        rtol=1e-8,
    )


def test_dropout_can_be_checked_with_a_frozen_mask(rng):
    """Erratum dlai-e018: compare with 1e-7; a frozen mask is an ordinary factor."""
    x, w, m = rng.standard_normal(4), rng.standard_normal(4), np.array([1, 0, 1, 1]) / 0.75
    t = np.tanh((m * x) @ w)
    claim = 2 * t * (1 - t**2) * m * x
    found = numerical_gradient(lambda w: np.tanh((m * x) @ w) ** 2, w, h=1e-5)
    assert relative_error(found, claim) < 1e-7
    assert relative_error(found, 2 * t * m * x) > 1e-3
    assert relative_error(found, claim * m) > 1e-3


def test_relative_error_of_lists_counts_all_parameters_as_one_vector():
    W, b = np.array([[1.0, 2], [3, 4]]), np.array([2.0])
    assert relative_error([W, b], [W, b]) == 0
    both = relative_error([W, b], [W, b + 1])
    assert both == pytest.approx(1 / (34**0.5 + 39**0.5))
    assert relative_error(W, -W) == 1
    assert relative_error([0.0, 0.0], [0.0, 0.0]) == 0


def test_float32_keeps_fewer_digits():
    x = np.linspace(-1, 1, 5)
    exact = 3 * x**2 + 2 * np.sin(x) * np.cos(x)
    found = numerical_gradient(cubic, x.astype(np.float32))
    assert found.dtype == np.float32
    assert 1e-6 < relative_error(found, exact) < 1e-2
    assert relative_error(numerical_gradient(cubic, x), exact) < 1e-9


def test_kink_is_halved_by_central_differences():
    f = lambda x: np.maximum(x, 0)  # noqa: E731
    assert numerical_gradient(f, 0.0) == pytest.approx(0.5)
    assert numerical_gradient(f, 0.0, method="forward") == 1
    assert numerical_gradient(f, 0.0, method="backward") == 0


@pytest.mark.parametrize(("method", "order"), [("forward", 1), ("backward", 1), ("central", 2)])
def test_truncation_falls_with_its_power_of_h(method, order):
    h = np.array([1e-2, 1e-3])
    found = error_against_step(np.exp, 1.0, math.e, method=method, h=h)
    assert np.log10(found.error[0] / found.error[1]) == pytest.approx(order, abs=0.02)
    np.testing.assert_allclose(found.truncation, found.error, rtol=0.02)


@pytest.mark.parametrize("method", ["forward", "central", "complex"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_error_stays_below_truncation_and_rounding_together(method, dtype):
    x = np.array([0.3, 1.0, -2.0], dtype)
    gradient = np.cos(x.astype(np.float64))
    found = error_against_step(lambda x: np.sin(x).sum(), x, gradient, method=method)
    assert (found.error <= 1.5 * (found.truncation + found.rounding)).all()


@pytest.mark.parametrize(("method", "power"), [("forward", 1 / 2), ("central", 1 / 3)])
def test_best_step_is_near_the_default(method, power):
    found = error_against_step(np.exp, 1.0, math.e, method=method)
    default = np.finfo(float).eps ** power
    assert default / 100 < found.best < default * 100
    best_of_theory = found.h[(found.truncation + found.rounding).argmin()]
    assert default / 10 < best_of_theory < default * 10


def test_complex_step_needs_no_compromise():
    found = error_against_step(np.exp, 1.0, math.e, method="complex")
    assert found.error[found.h < 1e-9].max() < 1e-15 * math.e


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_identity_holds_in_both_layouts(rule):
    rng = np.random.default_rng(3)
    assert rule.check(rng=rng) < 1e-13
    assert rule.check(rng=rng, method="central") < 1e-7


TORCH = {
    "linear form": lambda x, a: a @ x,
    "quadratic form": lambda x, A: x @ A @ x,
    "quadratic form, symmetric": lambda x, S: x @ S @ x,
    "quadratic form by its matrix": lambda A, x, y: x @ A @ y,
    "squared length": lambda x: x @ x,
    "length": torch.linalg.norm,
    "least squares": lambda x, A, b: torch.linalg.norm(A @ x - b) ** 2,
    "Gaussian exponent": lambda z, x, S: (x - z) @ torch.linalg.solve(S, x - z),
    "linear map": lambda x, A: A @ x,
    "vector chain rule": lambda x, W: W @ torch.tanh(x),
    "sigmoid, elementwise": torch.sigmoid,
    "softmax": lambda z: torch.softmax(z, 0),
    "log of summed exponentials": lambda z: torch.logsumexp(z, 0),
    "softmax and cross-entropy": torch.nn.functional.cross_entropy,
    "trace": torch.trace,
    "trace of a product": lambda A, B: torch.trace(A @ B),
    "inner product of matrices": lambda A, B: (A * B).sum(),
    "squared Frobenius norm": lambda A: torch.linalg.norm(A) ** 2,
    "squared length of a product": lambda W, x: torch.linalg.norm(W @ x) ** 2,
    "squared loss by the weights": lambda W, x, y: torch.linalg.norm(y - W @ x) ** 2 / 2,
    "mean squared error": lambda w, X, a, b: ((a - w @ X - b) ** 2).mean(),
    "determinant": torch.linalg.det,
    "logarithm of the determinant": torch.logdet,
    "form of the inverse": lambda A, a, b: a @ torch.linalg.solve(A, b),
    "inverse": torch.linalg.inv,
    "vector by matrix": lambda W, x: W @ x,
    "matrix by matrix": lambda X, A: A @ X,
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_identity_agrees_with_torch(rule, rng):
    inputs = rule.inputs(rng)
    x, *constants = map(torch.tensor, inputs)
    expected = jacobian(lambda x: TORCH[rule.name](x, *constants), x).numpy()
    claim = rule.derivative(*inputs, layout="numerator")
    if np.ndim(rule.function(*inputs)) == 0:
        expected = expected.T  # torch gives a gradient the shape of its variable
    np.testing.assert_allclose(claim, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["vector by matrix", "matrix by matrix"])
def test_identity_holds_for_other_sizes_than_its_own(name, rng):
    rule = identities(name)
    inputs = [rng.standard_normal((4,) * np.ndim(v)) for v in rule.inputs(rng)]
    for layout in ("numerator", "denominator"):
        claim = rule.derivative(*inputs, layout=layout)
        found = rule.numerical(*inputs, layout=layout)
        np.testing.assert_allclose(claim, found, atol=1e-12)


def test_every_identity_has_both_layouts_written():
    assert len({rule.name for rule in RULES}) == len(RULES) == len(TORCH)
    for rule in RULES:
        for layout in ("numerator", "denominator"):
            assert rule.latex(layout).count("{") == rule.latex(layout).count("}")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_wrong_claim_is_found(rule, rng):
    doubled = replace(rule, in_denominator=lambda *inputs: 2 * rule.in_denominator(*inputs))
    assert doubled.check(rng=rng) > 0.3


def test_identity_is_shown_as_its_formula():
    rule = identities("softmax")
    assert repr(rule) == "Identity('softmax')"
    assert rule._repr_latex_() == (
        r"$\displaystyle \frac{\partial p}{\partial z} = \mathrm{diag}(p) - p p^\top"
        r" \quad (p = \mathrm{softmax}(z))$"
    )


def test_error_of_the_function_itself_comes_through():
    with pytest.raises(TypeError, match="unsupported operand"):
        numerical_gradient(lambda x: x + None, [1.0])


def test_transposed_claim_is_found(rng):
    rule = identities("trace of a product")
    turned = replace(rule, in_numerator=rule.in_denominator)
    assert turned.check(rng=rng) == 1


def test_function_cannot_change_the_point():
    x = np.array([1.0, 2.0])

    def f(x):
        x *= 2
        return x.sum()

    for method in METHODS:
        np.testing.assert_allclose(numerical_gradient(f, x, method=method), [2, 2], rtol=1e-6)
    np.testing.assert_array_equal(x, [1, 2])


BAD = [
    (lambda: numerical_gradient(np.sin, [1.0, 2]), ValueError, r"one number, got shape \(2,\)"),
    (lambda: numerical_gradient(np.sum, []), ValueError, "expected x with entries, got shape"),
    (
        lambda: numerical_gradient(np.sum, ["a"]),
        TypeError,
        "expected x to be real numbers, got <U",
    ),
    (lambda: numerical_gradient(np.sum, None), TypeError, "real numbers, got object"),
    (lambda: numerical_gradient(np.sum, [1j]), TypeError, "real numbers, got complex128"),
    (lambda: numerical_gradient(np.sum, [[1], [1, 2]]), ValueError, "rows of one length"),
    (lambda: numerical_gradient(np.sum, [np.nan]), ValueError, "expected finite x, got nan"),
    (lambda: numerical_gradient(None, [1.0]), TypeError, "f to be a function, got NoneType"),
    (lambda: numerical_gradient(np.sum, [1.0], h=0), ValueError, "expected 0 < h < inf, got 0"),
    (lambda: numerical_gradient(np.sum, [1.0], h="1"), TypeError, "h to be a number, got str"),
    (
        lambda: numerical_gradient(np.sum, [1.0, 1e10], h=1e-8),
        ValueError,
        "numerical_gradient: expected h that moves every entry of x, got 1e-08",
    ),
    (
        lambda: numerical_gradient(np.sum, [1.0], method="both"),
        ValueError,
        r"method to be one of \['forward', 'backward', 'central', 'complex'\], got 'both'",
    ),
    (
        lambda: numerical_gradient(np.sum, [1.0], layout="rows"),
        ValueError,
        r"layout to be one of \['numerator', 'denominator'\], got 'rows'",
    ),
    (
        lambda: numerical_gradient(np.linalg.norm, [3.0, 4.0], method="complex"),
        TypeError,
        "expected f to give complex numbers for a complex step, got float64; abs, norms",
    ),
    (
        lambda: numerical_gradient(lambda x: math.exp(x[0]), [3.0], method="complex"),
        TypeError,
        "numerical_gradient: f cannot take a complex step",
    ),
    (lambda: numerical_gradient(lambda x: "y", [3.0]), TypeError, "expected f to give numbers"),
    (
        lambda: numerical_gradient(lambda x: x[0] / 0.0, [np.float64(3)], method="forward"),
        ValueError,
        "expected f to be finite about x, got inf",
    ),
    (
        lambda: numerical_jacobian(lambda x: x[x > 1], [1.0, 1.0]),
        ValueError,
        r"numerical_jacobian: expected f to give one shape",
    ),
    (
        lambda: numerical_hessian(np.sum, [1.0], method="backward"),
        ValueError,
        r"numerical_hessian: expected method to be one of \['forward', 'central', 'complex'\]",
    ),
    (lambda: relative_error([1.0], [1.0, 2]), ValueError, r"equal shapes, got \[\(1,\)\] and"),
    (
        lambda: relative_error([np.nan], [1.0]),
        ValueError,
        "relative_error: expected finite a and b",
    ),
    (
        lambda: relative_error(["a"], ["a"]),
        TypeError,
        "relative_error: expected a and b to be real numbers, got <U1",
    ),
    (
        lambda: error_against_step(np.sum, [1.0, 2], [1.0]),
        ValueError,
        r"error_against_step: expected gradient \(2,\), the shape of x, got \(1,\)",
    ),
    (
        lambda: error_against_step(np.sum, [1.0], [1.0], method="both"),
        ValueError,
        "error_against_step: expected method to be one of",
    ),
    (lambda: identities("sine"), ValueError, "identities: expected one of .*, got 'sine'"),
]


@pytest.mark.filterwarnings("ignore:divide by zero")
@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input_is_refused_by_name(call, error, message):
    with pytest.raises(error, match=message):
        call()
