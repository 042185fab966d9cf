"""The text of tensors, against torch's, and its options."""

import re

import numpy as np
import pytest
import torch

import nnlib
from nnlib.printing import set_printoptions
from tests.nnlib.harness import naming

SHAPES = [(), (1,), (5,), (17,), (60,), (2, 3), (3, 1), (4, 30), (2, 2, 3), (2, 1, 2, 3)]
LONG = [(1001,), (2000,), (40, 50), (3, 400), (500, 3), (2, 30, 40), (7, 7, 7, 7), (6, 200)]
EMPTY = [(0,), (0, 3), (3, 0), (2, 0, 4)]


def usual(rng, shape):
    return rng.standard_normal(shape)


def small_and_large(rng, shape):
    return rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 7, shape)


def not_finite(rng, shape):
    return rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -2.5], shape)


def whole_or_not_finite(rng, shape):
    return rng.choice([np.nan, -np.inf, 0.0, 3.0, 1000.0], shape)


def zeros(rng, shape):
    return np.zeros(shape)


def tiny(rng, shape):
    return rng.choice([5e-324, 1e-45, 1e-310, 1e308], shape)


def halves(rng, shape):
    return rng.integers(-9, 9, shape) / 8 + 0.00005


def integers(rng, shape):
    return rng.integers(-(10 ** int(rng.integers(1, 9))), 200, shape)


def truths(rng, shape):
    return rng.random(shape) < 0.5


FLOATS = [*(usual, small_and_large, not_finite), *(whole_or_not_finite, zeros, tiny, halves)]
DRAWS = [
    *((draw, dtype) for draw in FLOATS for dtype in ("f4", "f8")),
    *((integers, "i8"), (integers, "i4"), (truths, "?")),
]


def printed(tensor):
    """Return a tensor's text with dtypes as nnlib writes them, on the line before."""
    return re.sub(r",\s+dtype=(torch\.)?", ", dtype=", repr(tensor))


@pytest.fixture(autouse=True)
def _default_options():
    yield
    nnlib.printing.set_printoptions(profile="default")
    torch.set_printoptions(profile="default")


def drawn(draw, shape, dtype, rng):
    with np.errstate(over="ignore"):
        return np.asarray(draw(rng, shape)).astype(dtype)


OPTIONS = [
    dict(precision=2),
    dict(precision=8, sci_mode=True),
    dict(sci_mode=False),
    dict(threshold=5),
    dict(threshold=5, edgeitems=1),
    dict(threshold=5, edgeitems=0),
    dict(linewidth=40),
    dict(linewidth=8),
    dict(profile="short"),
    dict(profile="full", linewidth=120),
]


def assert_printed_as_in_torch(draws, shapes, rng):
    for draw, dtype in draws:
        for shape in shapes:
            a = drawn(draw, shape, dtype, rng)
            with naming(draw.__name__, dtype, shape):
                assert printed(nnlib.tensor(a)) == printed(torch.tensor(a))


def test_tensors_print_as_in_torch(rng):
    assert_printed_as_in_torch(DRAWS, [*SHAPES, *LONG, *EMPTY], rng)


@pytest.mark.slow
def test_many_tensors_print_as_in_torch(rng):
    for _ in range(5):
        assert_printed_as_in_torch(DRAWS, [*SHAPES, *LONG, *EMPTY], rng)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options_change_the_text_as_in_torch(options, rng):
    set_printoptions(**options)
    torch.set_printoptions(**options)
    some = [(usual, "f4"), (small_and_large, "f8"), (not_finite, "f4"), (integers, "i8")]
    assert_printed_as_in_torch(some, [(), (5,), (4, 30), (2, 2, 3), (1001,), (0, 3)], rng)


def test_the_operation_that_made_a_tensor_is_told():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    y = torch.tensor([1.0, 2.0], requires_grad=True)
    assert repr(x * 2) == "tensor([2., 4.], grad_fn=<mul>)"
    assert repr(x * 2) == repr(y * 2).replace("MulBackward0", "mul")


def test_parameters_and_requires_grad_are_told_as_in_torch():
    for L in (nnlib, torch):
        text = repr(L.nn.Parameter(L.tensor([1.0, 2.5])))
        assert text == "Parameter containing:\ntensor([1.0000, 2.5000], requires_grad=True)"
    a = np.linspace(-1, 1, 24, dtype="f4").reshape(2, 12)
    ours, theirs = (repr(L.tensor(a, requires_grad=True)) for L in (nnlib, torch))
    assert ours == theirs
