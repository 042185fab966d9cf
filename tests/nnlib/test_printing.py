"""The text of tensors, against torch's, and its options."""

import re

import numpy as np
import pytest
import torch

import nnlib
from nnlib.printing import set_printoptions

SHAPES = [(), (1,), (5,), (17,), (60,), (2, 3), (3, 1), (4, 30), (2, 2, 3), (2, 1, 2, 3)]
LONG = [(1001,), (2000,), (40, 50), (3, 400), (500, 3), (2, 30, 40), (7, 7, 7, 7), (6, 200)]
EMPTY = [(0,), (0, 3), (3, 0), (2, 0, 4)]


def usual(rng, shape):
    return rng.standard_normal(shape)


def small_and_large(rng, shape):
    return rng.standard_normal(shape) * 10.0 ** rng.integers(-6, 7, shape)


def scaled(rng, shape):
    return rng.standard_normal(shape) * 10.0 ** rng.integers(-8, 12)


def whole(rng, shape):
    return rng.integers(-300, 300, shape).astype(float)


def large_and_whole(rng, shape):
    return rng.integers(1, 9, shape) * 10.0 ** rng.integers(0, 12)


def not_finite(rng, shape):
    return rng.choice([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0, -2.5], shape)


def only_not_finite(rng, shape):
    return rng.choice([np.nan, np.inf, -np.inf], shape)


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


def positive_integers(rng, shape):
    return rng.integers(0, 256, shape)


def truths(rng, shape):
    return rng.random(shape) < 0.5


FLOATS = [
    *(usual, small_and_large, scaled, whole, large_and_whole, not_finite, only_not_finite),
    *(whole_or_not_finite, zeros, tiny, halves),
]
DRAWS = [
    *((draw, dtype) for draw in FLOATS for dtype in ("f4", "f8")),
    *((integers, "i8"), (integers, "i4"), (positive_integers, "u1"), (truths, "?")),
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


@pytest.mark.parametrize(("draw", "dtype"), DRAWS)
def test_tensor_prints_as_in_torch(draw, dtype, rng):
    for shape in [*SHAPES, *LONG, *EMPTY]:
        for _ in range(3):
            a = drawn(draw, shape, dtype, rng)
            assert printed(nnlib.tensor(a)) == printed(torch.tensor(a))


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


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options_change_the_text_as_in_torch(options, rng):
    set_printoptions(**options)
    torch.set_printoptions(**options)
    for draw, dtype in DRAWS:
        for shape in [*SHAPES, (1001,), *EMPTY]:
            a = drawn(draw, shape, dtype, rng)
            assert printed(nnlib.tensor(a)) == printed(torch.tensor(a))


def test_sci_mode_is_forgotten_when_it_is_not_said_again():
    set_printoptions(sci_mode=True)
    set_printoptions(precision=3)
    assert repr(nnlib.tensor([1.5])) == "tensor([1.500])"


@pytest.mark.parametrize("shape", [(3,), (9,), (2, 12)])
def test_requires_grad_is_told_as_in_torch(shape, rng):
    a = rng.standard_normal(shape).astype("f4")
    for L in (nnlib, torch):
        text = repr(L.tensor(a, requires_grad=True))
        assert text.endswith("requires_grad=True)")
    assert repr(nnlib.tensor(a, requires_grad=True)) == repr(
        torch.tensor(a, requires_grad=True)
    )


def test_the_operation_that_made_a_tensor_is_told():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    y = torch.tensor([1.0, 2.0], requires_grad=True)
    assert repr(x * 2) == "tensor([2., 4.], grad_fn=<mul>)"
    assert repr(x * 2) == repr(y * 2).replace("MulBackward0", "mul")


def test_parameter_prints_as_in_torch():
    for L in (nnlib, torch):
        text = repr(L.nn.Parameter(L.tensor([1.0, 2.5])))
        assert text == "Parameter containing:\ntensor([1.0000, 2.5000], requires_grad=True)"


def test_single_number_takes_the_format_of_numbers():
    for L in (nnlib, torch):
        assert f"{L.tensor(1.23456):.2f}" == "1.23"
        assert f"{L.tensor(7)}" == "7"
        assert f"{L.tensor(2.5, requires_grad=True)}" == "2.5"
        assert f"{L.tensor([1.0])}" == "tensor([1.])"
        with pytest.raises(TypeError, match="unsupported format string"):
            f"{L.tensor([1.0]):.2f}"


def test_unknown_profile_is_refused():
    with pytest.raises(ValueError, match="set_printoptions: expected a profile of default"):
        set_printoptions(profile="long")
