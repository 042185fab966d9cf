"""The text of tensors, against torch's, and its options."""

import re

import numpy as np
import pytest
import torch

import nnlib
from nnlib.printing import set_printoptions
from tests.nnlib.harness import expressions, naming

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


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options_change_the_text_as_in_torch(options, rng):
    set_printoptions(**options)
    torch.set_printoptions(**options)
    some = [(usual, "f4"), (small_and_large, "f8"), (not_finite, "f4"), (integers, "i8")]
    assert_printed_as_in_torch(some, [(), (5,), (4, 30), (2, 2, 3), (1001,), (0, 3)], rng)


CALLS = """
x.exp(); x.log(); x.log1p(); x.tanh(); x.sigmoid(); x.relu(); x.sum(); x.mean(); x.abs();
x.sum(0); x.mean(0); x.cumsum(0); x.softmax(0); x.unsqueeze(0); x.max(0).values;
x.min(0).values; x.sort(0).values; x.median(0).values; x + 1; x - x; 1 - x; x * 2; x / 2; x**2;
x**x; -x; x @ x; x[0] @ x[0]; x @ x[0]; x[None] @ x[None]; x.bmm(x[:, 0]) + x; x.T; x.t();
x.view(-1); x.reshape(1, 4); x.flatten(); x.transpose(0, 1); x.permute(1, 0); x[0]; x[:, 0];
x[1:]; x[None]; x[x > 1]; x.clone(); x.double(); x.norm(); x.std(); x.squeeze(); x.squeeze(0);
x.expand(2, 2, 2); x.masked_fill(x.detach() > 1, 0.0); x.clamp_min(0.0);
F.mse_loss(x, x.detach()); F.cross_entropy(x, i); F.nll_loss(F.log_softmax(x, 1), i);
F.log_softmax(x, 1); F.binary_cross_entropy(F.sigmoid(x), L.ones(2, 2));
F.binary_cross_entropy_with_logits(x, L.ones(2, 2)); F.linear(x, x, x[0]); F.linear(x, x);
F.linear(x[None], x, x[0]); F.conv2d(x[None, None], x[None, None]);
F.max_pool2d(x[None, None], 2); F.layer_norm(x, (2,)); F.dropout(x, 0.5);
F.batch_norm(x, None, None, training=True); F.embedding(L.tensor([0]), x); F.gelu(x);
L.cat([x, x]); L.stack([x, x]); L.where(x > 1, x, x); L.addmm(x, x, x);
x.scatter_add(0, L.tensor([[0]]), x); x.index_add(0, L.tensor([0]), x[:1])
"""


def test_the_operation_that_made_a_tensor_is_named_as_in_torch():
    for call in expressions(CALLS):
        titles = []
        for L in (nnlib, torch):
            x = L.tensor([[1.0, 2.0], [3.0, 5.0]], requires_grad=True)
            names = dict(L=L, F=L.nn.functional, x=x, i=L.tensor([0, 1]))
            try:
                titles.append(repr(eval(call, names)).partition("grad_fn=")[2])
            except RuntimeError:
                titles.append("refused")
        assert titles[0] == titles[1], call
    assert repr(nnlib.tensor(1.0, requires_grad=True).exp().grad_fn).startswith(
        "<ExpBackward0 "
    )


def test_parameters_and_requires_grad_are_shown_as_in_torch():
    for L in (nnlib, torch):
        text = repr(L.nn.Parameter(L.tensor([1.0, 2.5])))
        assert text == "Parameter containing:\ntensor([1.0000, 2.5000], requires_grad=True)"
    a = np.linspace(-1, 1, 24, dtype="f4").reshape(2, 12)
    ours, theirs = (repr(L.tensor(a, requires_grad=True)) for L in (nnlib, torch))
    assert ours == theirs
