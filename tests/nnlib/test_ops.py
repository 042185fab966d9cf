"""Every public operation: one table, compared with PyTorch."""

import contextlib
import importlib
from pathlib import Path

import numpy as np
import pytest
import torch

import nnlib
from nnlib import ops
from nnlib.nn import functional
from nnlib.tensor import wrap
from tests.nnlib.harness import (
    drawn,
    each,
    leaf,
    naming,
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
VALUES = [case for table in TABLES for case in getattr(table, "VALUES", ())]
PUBLIC = {  # aliases count once
    getattr(module, name).__name__ for module in (ops, functional) for name in module.__all__
}
of_each_table = pytest.mark.parametrize(
    "table", TABLES, ids=lambda t: t.__name__.split(".")[-1]
)


def test_every_operation_is_in_a_table():
    assert {case.name for case in (*CASES, *VALUES)} == PUBLIC


@each(CASES)
def test_value_and_gradient_match_torch(case, rng):
    """Inputs stay as they were, arrays in give arrays out, and float32 has torch's value."""
    arrays = drawn(case, rng)
    v = upstream(case, arrays, rng)
    given = [*arrays, v]
    before = [a.copy() for a in given]
    inputs = [wrap(a, requires_grad=True) for a in arrays]
    y = case.call(nnlib, *inputs)
    got = nnlib.grad(y, inputs, wrap(v))
    for a, b in zip(given, before, strict=True):
        np.testing.assert_array_equal(a, b, strict=True)
    assert_same_as_torch(case, arrays, v, y.detach().numpy(), [g.numpy() for g in got])
    if case.arrays:
        plain = case.call(nnlib, *arrays)
        assert not isinstance(plain, nnlib.Tensor)
        np.testing.assert_array_equal(plain, y.detach().numpy())
    single = [a.astype("f4") for a in arrays]
    got, expected = (case.call(L, *map(L.tensor, single)).numpy() for L in (nnlib, torch))
    slack = 1 if case.exact else 20
    np.testing.assert_allclose(got, expected, slack * 1e-4, slack * 1e-6, strict=True)


def test_no_operation_lets_numpy_warn(rng):
    """A RuntimeWarning is an error in these tests; ``nnlib.quiet`` switches them off."""
    extremes = np.array([0, 1, -1, np.inf, -np.inf, np.nan, 3e38, -3e38, 1e-40], "f4")
    for case in CASES:
        for values in (extremes, extremes[:1], extremes[-3:-1]):
            arrays = [rng.choice(values, shape) for shape in case.shapes]
            with naming(case.name, case.note), contextlib.suppress(RuntimeError, ValueError):
                y = case.call(nnlib, *[wrap(a, requires_grad=True) for a in arrays])
                y.sum().backward()


def assert_same_as_torch(case, arrays, v, y, got, rtol=1e-9, atol=1e-12):
    """Assert that a value and gradients are those of torch."""
    y_torch, expected = vjp(torch, case, arrays, v)
    np.testing.assert_allclose(y, y_torch, rtol=rtol, atol=atol, strict=True)
    for g, g_torch in zip(got, expected, strict=True):
        np.testing.assert_allclose(g, g_torch, rtol=rtol, atol=atol, strict=True)


@each([c for c in CASES if c.second is False])
def test_second_derivative_is_refused_by_name(case, rng):
    arrays = drawn(case, rng)
    with pytest.raises(RuntimeError, match="second derivative"):
        second_derivatives(nnlib, case, arrays, upstream(case, arrays, rng).astype("f8"))


@each(VALUES)
def test_value_matches_torch(case, rng):
    arrays = [np.asarray(case.draw(rng, shape)) for shape in case.shapes]
    got = case.call(nnlib, *[leaf(nnlib, a, False) for a in arrays])
    expected = case.call(torch, *[leaf(torch, a, False) for a in arrays])
    for y, y_torch in zip(listed(got), listed(expected), strict=True):
        assert y is not None
        np.testing.assert_allclose(np.asarray(y), np.asarray(y_torch), rtol=1e-12, strict=True)


def listed(x):
    """Return one result or several, as a list."""
    return list(x) if isinstance(x, (tuple, list)) else [x]


@of_each_table
def test_bad_input_is_refused_by_name_as_by_torch(table):
    for bad in table.BAD:
        with naming(bad):
            with pytest.raises(bad.error) as caught:
                bad.call(nnlib)
            assert str(caught.value).startswith(bad.name)
            if bad.torch is not None:
                with pytest.raises(bad.error if bad.torch == "same" else bad.torch):
                    bad.call(torch)


def of_cases(check):
    """Return a slow test of a check of one case, for each table with all its cases."""

    @pytest.mark.slow
    @of_each_table
    def together(table):
        for case in table.CASES:
            with naming(case):
                check(case, np.random.default_rng(0))

    return together


@of_cases
def test_value_and_gradient_in_float32_match_torch(case, rng):
    arrays = drawn(case, rng, "f4")
    v = upstream(case, arrays, rng)
    slack = 1 if case.exact else 20
    y, got = vjp(nnlib, case, arrays, v)
    assert_same_as_torch(case, arrays, v, y, got, slack * 1e-4, slack * 1e-6)


@of_cases
def test_order_in_memory_changes_nothing(case, rng):
    arrays = drawn(case, rng)
    v = upstream(case, arrays, rng)
    y, expected = vjp(nnlib, case, arrays, v)
    inputs = [wrap(scattered(a), requires_grad=True) for a in arrays]
    y_scattered = case.call(nnlib, *inputs)
    got = nnlib.grad(y_scattered, inputs, wrap(scattered(v)))
    np.testing.assert_allclose(y_scattered.detach().numpy(), y, rtol=1e-12, atol=1e-14)
    for g, e in zip(got, expected, strict=True):
        np.testing.assert_allclose(g.numpy(), e, rtol=1e-12, atol=1e-14, strict=True)


@of_cases
def test_second_derivative_matches_torch(case, rng):
    if case.second is not True:
        return
    arrays = drawn(case, rng)
    v = upstream(case, arrays, rng).astype("f8")
    got = second_derivatives(nnlib, case, arrays, v)
    expected = second_derivatives(torch, case, arrays, v)
    for g, g_torch in zip(got, expected, strict=True):
        np.testing.assert_allclose(g, g_torch, rtol=1e-7, atol=1e-9, strict=True)


def test_sign_has_zero_as_first_and_second_derivative():
    x = nnlib.tensor([-2.0, 3.0], requires_grad=True)
    (g,) = nnlib.grad((x * nnlib.sign(x)).sum(), x, create_graph=True)
    assert g.tolist() == [-1.0, 1.0]
    assert nnlib.grad(g.sum(), x)[0].tolist() == [0.0, 0.0]


def test_methods_are_the_functions_of_their_names():
    for name in ops.METHODS:
        assert getattr(nnlib.Tensor, name) is getattr(ops, name), name
