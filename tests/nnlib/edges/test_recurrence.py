"""Recurrent kernels by name: against their formulas, at limits, and what they leave alone."""

import warnings

import numpy as np
import pytest
import torch

import nnlib
from nnlib import ops
from tests.nnlib.reference import recurrence as reference
from tests.nnlib.table.recurrence import KINDS, shapes

GATES = [(name, gates, states) for name, _, gates, states in KINDS]


def apply(L, name, x, *rest, **options):
    """Return the results of a kernel, or of its reference, as one list."""
    states = 2 if name == "lstm_layer" else 1
    hx = tuple(rest[:2]) if states == 2 else rest[0]
    y = getattr(L, name)(x, hx, *rest[states:], **options)
    return list(y) if states == 2 else [y]


def inputs_of(rng, gates, states, needs=lambda k: True, **sizes):
    """Return random inputs; those for which `needs` is true require a gradient."""
    found = shapes(gates, states, **sizes)
    arrays = [rng.standard_normal(s) for s in found]
    return [nnlib.tensor(a, requires_grad=needs(k)) for k, a in enumerate(arrays)]


def weighted(results, rng):
    """Return the sum of all results, weighted at random."""
    return sum((y * nnlib.tensor(rng.standard_normal(y.shape))).sum() for y in results)


@pytest.mark.parametrize("nonlinearity", ["tanh", "relu"])
def test_simple_layer_is_its_formula(nonlinearity, rng):
    check_against_reference("rnn_layer", inputs_of(rng, 1, 1), nonlinearity=nonlinearity)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("name", "gates", "states"), GATES)
def test_kernel_is_its_formula(name, gates, states, bias, rng):
    check_against_reference(name, inputs_of(rng, gates, states, T=9, H=5, bias=bias))


@pytest.mark.parametrize("missing", [-1, -2])
@pytest.mark.parametrize(("name", "gates", "states"), GATES)
def test_one_bias_may_be_left_out(name, gates, states, missing, rng):
    inputs = inputs_of(rng, gates, states)
    inputs[missing] = None
    check_against_reference(name, inputs)


def check_against_reference(name, inputs, **options):
    given = [x for x in inputs if x is not None and x.requires_grad]
    outs = [apply(L, name, *inputs, **options) for L in (ops, reference)]
    for y, expected in zip(*outs, strict=True):
        y, expected = y.detach().numpy(), expected.detach().numpy()
        np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-14, strict=True)
    totals = [weighted(y, np.random.default_rng(1)) for y in outs]
    grads = [nnlib.grad(total, given) for total in totals]
    for g, expected in zip(*grads, strict=True):
        np.testing.assert_allclose(g.numpy(), expected.numpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("name", "gates", "states"), GATES)
def test_any_one_input_may_be_the_only_one_with_a_gradient(name, gates, states, rng):
    for only in range(len(shapes(gates, states))):
        check_against_reference(
            name, inputs_of(rng, gates, states, needs=lambda k, only=only: k == only)
        )


@pytest.mark.parametrize(("name", "gates", "states"), GATES)
def test_walking_back_twice_gives_the_same(name, gates, states, rng):
    inputs = inputs_of(rng, gates, states)
    total = weighted(apply(ops, name, *inputs), rng)
    first = nnlib.grad(total, inputs, retain_graph=True)
    for g, again in zip(first, nnlib.grad(total, inputs), strict=True):
        np.testing.assert_array_equal(g.numpy(), again.numpy())


@pytest.mark.parametrize(("name", "gates", "states"), GATES)
def test_a_result_may_be_changed_in_place(name, gates, states, rng):
    inputs = inputs_of(rng, gates, states)
    plain, changed = (apply(ops, name, *inputs) for _ in range(2))
    for y in changed:
        y.mul_(3.0)
    first = nnlib.grad(sum((3.0 * y).sum() for y in plain), inputs)
    second = nnlib.grad(sum(y.sum() for y in changed), inputs)
    for g, expected in zip(second, first, strict=True):
        np.testing.assert_allclose(g.numpy(), expected.numpy(), rtol=1e-12)


@pytest.mark.parametrize(("name", "gates", "states"), GATES)
def test_results_have_memory_of_their_own(name, gates, states, rng):
    for y in apply(ops, name, *inputs_of(rng, gates, states)):
        assert y.array.flags.owndata


@pytest.mark.parametrize(("name", "gates", "states"), GATES)
def test_upstream_gradients_stay_as_they_were(name, gates, states, rng):
    inputs = inputs_of(rng, gates, states)
    results = apply(ops, name, *inputs)
    given = [nnlib.tensor(rng.standard_normal(y.shape)) for y in results]
    before = [g.numpy().copy() for g in given]
    nnlib.grad(results, inputs, given)
    for g, expected in zip(given, before, strict=True):
        np.testing.assert_array_equal(g.numpy(), expected)


@pytest.mark.parametrize(("name", "gates", "states"), GATES)
def test_nothing_is_recorded_inside_no_grad(name, gates, states, rng):
    inputs = inputs_of(rng, gates, states)
    expected = apply(ops, name, *inputs)
    with nnlib.no_grad():
        results = apply(ops, name, *inputs)
    for y, y_expected in zip(results, expected, strict=True):
        assert y.grad_fn is None
        np.testing.assert_array_equal(y.numpy(), y_expected.detach().numpy())


@pytest.mark.parametrize("size", [2.0**10, 2.0**100])
@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_huge_inputs_saturate_the_gates_as_in_torch(name, size, rng):
    array = rng.choice([-size, size], (4, 3, 5)).astype("f4")
    torch.manual_seed(0)
    ours, theirs = nnlib.nn.__dict__[name](5, 2), getattr(torch.nn, name)(5, 2)
    for parameter in theirs.parameters():  # 64ths, so that sums of large terms are exact
        parameter.data.mul_(64).round_().div_(64)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    results = []
    for L, layer in ((nnlib, ours), (torch, theirs)):
        x = L.tensor(array, requires_grad=True)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            y, _ = layer(x)
            y.sum().backward()
        results.append((y.detach().numpy(), x.grad.numpy()))
    for got, expected in zip(*results, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


def test_rectifier_has_slope_0_at_0_as_in_torch():
    results = []
    for L in (nnlib, torch):
        x = L.zeros(2, 1, 1, requires_grad=True)
        h, w = L.zeros(1, 1), L.ones(1, 1)
        if L is nnlib:
            y = ops.rnn_layer(x, h, w, w, nonlinearity="relu")
        else:
            y, _ = torch.rnn_relu(x, h[None], (w, w), False, 1, 0.0, False, False, False)
        y.sum().backward()
        results.append(x.grad.numpy())
    np.testing.assert_array_equal(*results, strict=True)


def test_a_value_that_was_changed_since_is_an_error(rng):
    inputs = inputs_of(rng, 4, 2)
    (y, _) = apply(ops, "lstm_layer", *inputs)
    with nnlib.no_grad():
        inputs[4].mul_(2.0)
    with pytest.raises(RuntimeError, match=r"lstm_layer reads a value .* changed in place"):
        y.sum().backward()
