"""Every public operation: one table, against finite differences, PyTorch and closed forms."""

import importlib
from pathlib import Path

import numpy as np
import pytest
import torch

import nnlib
from nnlib import ops
from nnlib.nn import functional
from tests.nnlib.harness import (
    drawn,
    each,
    leaf,
    numerical_vjp,
    scattered,
    second_derivatives,
    upstream,
    vjp,
)

TABLES = [
    importlib.import_module(f"tests.nnlib.table.{file.stem}")
    for file in sorted(Path(__file__).with_name("table").glob("*.py"))
]
CASES = [case for table in TABLES for case in table.CASES]
VALUES = [case for table in TABLES for case in table.VALUES]
BAD = [bad for table in TABLES for bad in table.BAD]


PUBLIC = {  # aliases count once
    getattr(module, name).__name__ for module in (ops, functional) for name in module.__all__
}


def test_every_operation_is_in_a_table():
    assert {case.name for case in (*CASES, *VALUES)} == PUBLIC


def test_every_operation_has_a_call_that_it_refuses():
    assert {bad.name for bad in BAD} == PUBLIC


@pytest.mark.deep(3)
@each(CASES)
def test_gradient_is_that_of_finite_differences(case, rng):
    arrays = drawn(case, rng)
    v = upstream(case, arrays, rng).astype("f8")
    _, got = vjp(nnlib, case, arrays, v)
    for g, expected in zip(got, numerical_vjp(case, arrays, v), strict=True):
        np.testing.assert_allclose(g, expected, rtol=1e-6, atol=1e-8, strict=True)


@each(CASES)
def test_value_and_gradient_are_those_of_torch(case, rng):
    assert_same_as_torch(case, rng, "f8", 1e-9, 1e-12)


@pytest.mark.deep(2)
@each(CASES)
def test_value_and_gradient_in_float32_are_those_of_torch(case, rng):
    slack = 1 if case.exact else 20
    assert_same_as_torch(case, rng, "f4", slack * 1e-4, slack * 1e-6)


def assert_same_as_torch(case, rng, dtype, rtol, atol):
    """Assert that value and gradients are those of torch."""
    arrays = drawn(case, rng, dtype)
    v = upstream(case, arrays, rng)
    y, got = vjp(nnlib, case, arrays, v)
    y_torch, expected = vjp(torch, case, arrays, v)
    np.testing.assert_allclose(y, y_torch, rtol=rtol, atol=atol, strict=True)
    for g, g_torch in zip(got, expected, strict=True):
        np.testing.assert_allclose(g, g_torch, rtol=rtol, atol=atol, strict=True)


@pytest.mark.deep(2)
@each(CASES)
def test_order_in_memory_changes_nothing(case, rng):
    arrays = drawn(case, rng)
    v = upstream(case, arrays, rng)
    y, expected = vjp(nnlib, case, arrays, v)
    inputs = [nnlib.Tensor(scattered(a), requires_grad=True) for a in arrays]
    y_scattered = case.call(nnlib, *inputs)
    got = nnlib.grad(y_scattered, inputs, nnlib.Tensor(scattered(v)))
    np.testing.assert_allclose(y_scattered.detach().numpy(), y, rtol=1e-12, atol=1e-14)
    for g, e in zip(got, expected, strict=True):
        np.testing.assert_allclose(g.numpy(), e, rtol=1e-12, atol=1e-14, strict=True)


@pytest.mark.deep(2)
@each([c for c in CASES if c.second is True])
def test_second_derivative_is_that_of_torch(case, rng):
    arrays = drawn(case, rng)
    v = upstream(case, arrays, rng).astype("f8")
    got = second_derivatives(nnlib, case, arrays, v)
    expected = second_derivatives(torch, case, arrays, v)
    for g, g_torch in zip(got, expected, strict=True):
        np.testing.assert_allclose(g, g_torch, rtol=1e-7, atol=1e-9, strict=True)


@each([c for c in CASES if c.second is False])
def test_second_derivative_is_refused_by_name(case, rng):
    arrays = drawn(case, rng)
    with pytest.raises(RuntimeError, match="has no second derivative"):
        second_derivatives(nnlib, case, arrays, upstream(case, arrays, rng).astype("f8"))


@each(CASES)
def test_inputs_are_left_as_they_were(case, rng):
    arrays = drawn(case, rng)
    before = [a.copy() for a in arrays]
    inputs = [nnlib.Tensor(a, requires_grad=True) for a in arrays]
    case.call(nnlib, *inputs).sum().backward()
    for a, b in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)


@each([c for c in CASES if c.arrays])
def test_arrays_in_give_the_same_as_arrays_out(case, rng):
    arrays = drawn(case, rng)
    expected = case.call(nnlib, *map(nnlib.Tensor, arrays)).numpy()
    got = case.call(nnlib, *arrays)
    assert not isinstance(got, nnlib.Tensor)
    np.testing.assert_array_equal(got, expected)


@pytest.mark.deep(2)
@each(CASES)
def test_backward_is_linear(case, rng):
    arrays = drawn(case, rng)
    inputs = [nnlib.tensor(a, requires_grad=True) for a in arrays]
    y = case.call(nnlib, *inputs)
    c, v, w = rng.uniform(-3, 3), *rng.standard_normal((2, *y.shape))

    def back(up):
        up = nnlib.tensor(up.astype(y.dtype))
        return [g.numpy() for g in nnlib.grad(y, inputs, up, retain_graph=True)]

    for mixed, a, b in zip(back(v + c * w), back(v), back(w), strict=True):
        np.testing.assert_allclose(mixed, a + c * b, rtol=1e-7, atol=1e-7)


@each(VALUES)
def test_value_is_that_of_torch(case, rng):
    arrays = [np.asarray(case.draw(rng, shape)) for shape in case.shapes]
    got = case.call(nnlib, *[leaf(nnlib, a, False) for a in arrays])
    expected = case.call(torch, *[leaf(torch, a, False) for a in arrays])
    for y, y_torch in zip(listed(got), listed(expected), strict=True):
        assert (y.numpy() if hasattr(y, "numpy") else y) is not None
        np.testing.assert_allclose(np.asarray(y), np.asarray(y_torch), rtol=1e-12, strict=True)


def listed(x):
    """Return one result or several, as a list."""
    return list(x) if isinstance(x, (tuple, list)) else [x]


@each(BAD)
def test_bad_input_is_refused_by_name(bad):
    with pytest.raises(bad.error, match=bad.message) as caught:
        bad.call(nnlib)
    assert str(caught.value).startswith(bad.name)


@each([b for b in BAD if b.torch is not None])
def test_bad_input_raises_what_torch_raises(bad):
    with pytest.raises(bad.error if bad.torch == "same" else bad.torch):
        bad.call(torch)


def test_sign_has_zero_as_first_and_second_derivative():
    x = nnlib.tensor([-2.0, 3.0], requires_grad=True)
    (g,) = nnlib.grad((x * nnlib.sign(x)).sum(), x, create_graph=True)
    assert g.tolist() == [-1.0, 1.0]
    assert nnlib.grad(g.sum(), x)[0].tolist() == [0.0, 0.0]


u = np.linspace(-3.0, 3.0, 13)
CLOSED_FORMS = [
    ("sigmoid is 1 / (1 + e^-x)", nnlib.sigmoid, 1 / (1 + np.exp(-u))),
    ("sigmoid is (1 + tanh(x/2)) / 2", nnlib.sigmoid, (1 + np.tanh(u / 2)) / 2),
    ("softplus is log(1 + e^x)", nnlib.softplus, np.log(1 + np.exp(u))),
    ("relu is (x + |x|) / 2", nnlib.relu, (u + np.abs(u)) / 2),
    ("square is x x", nnlib.square, u * u),
    ("logsumexp is log sum e^x", lambda x: nnlib.logsumexp(x, 0), np.log(np.exp(u).sum())),
    ("softmax is e^x / sum", lambda x: nnlib.softmax(x, 0), np.exp(u) / np.exp(u).sum()),
    (
        "log_softmax is its log",
        lambda x: nnlib.exp(nnlib.log_softmax(x, 0)),
        np.exp(u) / np.exp(u).sum(),
    ),
    (
        "var is the mean square less the squared mean",
        lambda x: nnlib.var(x, correction=0),
        np.mean(u * u),
    ),
    ("max less min is the range", lambda x: nnlib.max(x) - nnlib.min(x), np.array(6.0)),
]


@pytest.mark.parametrize(
    ("fn", "expected"), [c[1:] for c in CLOSED_FORMS], ids=[c[0] for c in CLOSED_FORMS]
)
def test_closed_form(fn, expected):
    np.testing.assert_allclose(fn(nnlib.Tensor(u)).numpy(), expected, rtol=1e-12, strict=True)


def test_softmax_jacobian_is_diag_p_minus_p_p(rng):
    z = nnlib.tensor(rng.standard_normal(5), requires_grad=True)
    p = nnlib.softmax(z, 0)
    rows = [nnlib.grad(p[i], z, retain_graph=True)[0].numpy() for i in range(5)]
    p = p.detach().numpy()
    np.testing.assert_allclose(rows, np.diag(p) - np.outer(p, p), rtol=1e-12, atol=1e-15)


def test_cross_entropy_gradient_is_prediction_minus_truth(rng):
    classes = np.array([2, 0, 4])
    z = nnlib.tensor(rng.standard_normal((3, 5)), requires_grad=True)
    functional.cross_entropy(z, classes).backward()
    p = nnlib.softmax(z.detach(), 1).numpy()
    np.testing.assert_allclose(z.grad.numpy(), (p - np.eye(5)[classes]) / 3, rtol=1e-12)


COMPARISONS = ["eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or"]


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparison_is_that_of_torch(name, rng):
    a, b = rng.integers(-1, 2, (3, 5)), rng.integers(-1, 2, 5)
    got = getattr(nnlib, name)(nnlib.tensor(a), nnlib.tensor(b))
    expected = getattr(torch, name)(torch.tensor(a), torch.tensor(b))
    np.testing.assert_array_equal(got.numpy(), expected.numpy(), strict=True)


@pytest.mark.parametrize("name", ["isnan", "isinf", "isfinite", "logical_not"])
def test_test_of_each_element_is_that_of_torch(name):
    x = np.array([0.0, 1.0, np.inf, -np.inf, np.nan])
    expected = getattr(torch, name)(torch.tensor(x)).numpy()
    np.testing.assert_array_equal(getattr(nnlib, name)(nnlib.tensor(x)).numpy(), expected)


@pytest.mark.parametrize("keepdim", [False, True])
@pytest.mark.parametrize("name", ["argmax", "argmin", "all", "any"])
def test_reduction_without_derivative_is_that_of_torch(name, keepdim, rng):
    x = rng.integers(0, 2, (3, 5))
    got = getattr(nnlib.tensor(x), name)(1, keepdim).numpy()
    expected = getattr(torch.tensor(x), name)(1, keepdim).numpy()
    np.testing.assert_array_equal(got, expected, strict=True)
    assert getattr(nnlib, name)(x) == getattr(torch.tensor(x), name)().item()


@pytest.mark.parametrize("dim", [0, 1, 2])
def test_running_sums_and_products_of_long_lines_are_those_of_numpy(dim, rng):
    x = rng.standard_normal((16, 17, 18)).astype(np.float32)
    kept = x.copy()
    for name in ("cumsum", "cumprod"):
        y = getattr(nnlib, name)(x, dim)
        np.testing.assert_array_equal(y, getattr(np, name)(x, dim), strict=True)
        assert y.flags.c_contiguous
    np.testing.assert_array_equal(x, kept)


def test_max_gives_values_and_indices_by_name(rng):
    x = rng.standard_normal((3, 5))
    got, expected = nnlib.tensor(x).max(1), torch.tensor(x).max(1)
    np.testing.assert_array_equal(got.values.numpy(), expected.values.numpy())
    np.testing.assert_array_equal(got.indices.numpy(), expected.indices.numpy(), strict=True)


@pytest.mark.parametrize("name", ["max", "amax", "min", "amin"])
def test_equal_extremes_share_the_gradient_as_in_torch(name):
    x = np.array([[2.0, 2.0, 1.0, 1.0]])
    got, expected = nnlib.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
    getattr(nnlib, name)(got).backward()
    getattr(torch, name)(expected).backward()
    np.testing.assert_array_equal(got.grad.numpy(), expected.grad.numpy())


@pytest.mark.parametrize("name", ["maximum", "minimum"])
def test_equal_operands_get_half_of_the_gradient_as_in_torch(name):
    rows = [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]]
    got = [nnlib.tensor(r, requires_grad=True) for r in rows]
    expected = [torch.tensor(r, requires_grad=True) for r in rows]
    getattr(nnlib, name)(*got).sum().backward()
    getattr(torch, name)(*expected).sum().backward()
    for g, e in zip(got, expected, strict=True):
        assert g.grad.tolist() == e.grad.tolist()


def test_one_hot_is_that_of_torch():
    i = np.array([[0, 3], [1, 1]])
    for n in (-1, 6):
        expected = torch.nn.functional.one_hot(torch.tensor(i), n).numpy()
        np.testing.assert_array_equal(
            nnlib.one_hot(nnlib.tensor(i), n).numpy(), expected, strict=True
        )


@pytest.mark.parametrize("name", ops.METHODS)
def test_method_is_the_function_of_its_name(name):
    assert getattr(nnlib.Tensor, name) is getattr(ops, name)
