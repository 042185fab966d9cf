"""Recurrent modules beyond the table: every mix of options, chance, cells against layers."""

import inspect
import itertools

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn
from nnlib.nn.utils.rnn import pad_sequence
from tests.nnlib.nn.table import Layer, assert_same_run, run, same
from tests.nnlib.reference.recurrence import minimal_gru_layer

NAMES = ("RNN", "GRU", "LSTM")
MIXES = list(itertools.product((1, 2), *[(False, True)] * 3))


def call_of(name):
    """Return a function that applies a layer to an input and its states."""
    return lambda m, x, *s: m(x, s if name == "LSTM" else s[0])


@pytest.mark.parametrize("training", [True, False], ids=["train", "eval"])
@pytest.mark.parametrize(("layers", "bidirectional", "batch_first", "bias"), MIXES)
@pytest.mark.parametrize("name", NAMES)
def test_every_mix_of_options_is_that_of_torch(
    name, layers, bidirectional, batch_first, bias, training, rng
):
    options = dict(bidirectional=bidirectional, batch_first=batch_first, bias=bias)
    layer = Layer(name, (4, 3, layers), (), options, call=call_of(name))
    x = rng.standard_normal((2, 5, 4) if batch_first else (5, 2, 4))
    states = rng.standard_normal((2, layers * (1 + bidirectional), 2, 3))
    ours, theirs = same(rng, layer)
    arrays = [x, *states[: 1 + (name == "LSTM")]]
    got = run(nnlib, layer, ours.train(training), arrays)
    expected = run(torch, layer, theirs.train(training), arrays)
    assert_same_run(got, expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", NAMES)
def test_constructor_takes_what_torch_takes_in_its_order(name):
    ours = inspect.signature(getattr(nn, name).__init__).parameters
    base = inspect.signature(torch.nn.RNNBase.__init__).parameters
    expected = {k: p.default for k, p in base.items() if k != "mode"}
    assert all(p.default == expected[k] for k, p in ours.items() if k != "nonlinearity")
    assert [k for k in ours if k != "nonlinearity"] == [k for k in expected if k in ours]
    assert list(ours)[4] == ("nonlinearity" if name == "RNN" else "bias")


@pytest.mark.parametrize("name", [*NAMES, "MinimalGRU"])
def test_dropout_with_one_layer_warns(name):
    with pytest.warns(UserWarning, match="num_layers=1"):
        getattr(nn, name)(4, 2, dropout=0.5)


def test_torch_warns_too():
    with pytest.warns(UserWarning, match="num_layers=1"):
        torch.nn.LSTM(4, 2, dropout=0.5)


@pytest.mark.parametrize("name", [*NAMES, "MinimalGRU"])
def test_dropout_between_layers_is_drawn_anew_in_training_only(name, rng):
    layer = getattr(nn, name)(4, 8, 2, dropout=0.5)
    x = nnlib.tensor(rng.standard_normal((5, 3, 4)).astype("f4"))
    first, second = (layer(x)[0].detach().numpy() for _ in range(2))
    assert not np.allclose(first, second)
    layer.eval()
    first, second = (layer(x)[0].detach().numpy() for _ in range(2))
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize("name", [*NAMES, "MinimalGRU", "RNNCell", "GRUCell", "LSTMCell"])
def test_first_weights_are_even_within_one_over_root_hidden_size(name):
    values = np.concatenate(
        [p.detach().numpy().ravel() for p in getattr(nn, name)(64, 100).parameters()]
    )
    assert np.abs(values).max() <= 0.1
    assert abs(values.mean()) < 0.003
    assert values.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.02)


def test_all_weights_lists_each_layer_and_direction():
    layer = nn.GRU(4, 2, 2, bidirectional=True)
    layer.flatten_parameters()
    assert [len(weights) for weights in layer.all_weights] == [4] * 4
    assert layer.all_weights[1][0] is layer.weight_ih_l0_reverse


@pytest.mark.parametrize("name", NAMES)
def test_cell_step_by_step_is_the_layer(name, rng):
    layer, cell = getattr(nn, name)(4, 3).double(), getattr(nn, f"{name}Cell")(4, 3).double()
    state = layer.state_dict()
    cell.load_state_dict({k.removesuffix("_l0"): v for k, v in state.items()})
    x = nnlib.tensor(rng.standard_normal((6, 2, 4)))
    hx, outputs = None, []
    for t in range(6):
        hx = cell(x[t], hx)
        outputs.append(hx[0] if name == "LSTM" else hx)
    output, _ = layer(x)
    np.testing.assert_allclose(
        output.detach().numpy(), nnlib.stack(outputs).detach().numpy(), rtol=1e-12, atol=1e-15
    )


@pytest.mark.parametrize("name", ["RNNCell", "GRUCell", "LSTMCell"])
def test_second_derivative_through_a_cell_is_that_of_torch(name, rng):
    ours, theirs = same(rng, Layer(name, (4, 3)))
    array, grads = rng.standard_normal((2, 4)), []
    for L, cell in ((nnlib, ours), (torch, theirs)):
        x = L.tensor(array, requires_grad=True)
        h = cell(x)
        h = h[0] if name == "LSTMCell" else h
        (g,) = L.autograd.grad((h * h).sum(), x, create_graph=True)
        total = (g * g * g).sum()
        found = L.autograd.grad(total, (x, cell.weight_ih, cell.weight_hh), allow_unused=True)
        grads.append([None if g is None else g.numpy() for g in found])
    for g, expected in zip(*grads, strict=True):
        g = np.zeros_like(expected) if g is None else g
        np.testing.assert_allclose(g, expected, rtol=1e-8, atol=1e-11)


def minimal_and_reference(rng, layer):
    """Return the results of a minimal gated unit and of its formulas, with their inputs."""
    x = nnlib.tensor(rng.standard_normal((5, 3, 4)), requires_grad=True)
    h = nnlib.tensor(rng.standard_normal((1, 3, 2)), requires_grad=True)
    inputs = (x, h, *layer.parameters())
    return layer(x, h)[0], minimal_gru_layer(x, h[0], *layer.parameters()), inputs


def test_minimal_gru_has_the_gradients_of_its_formulas(rng):
    y, expected, inputs = minimal_and_reference(rng, nn.MinimalGRU(4, 2).double())
    v = nnlib.tensor(rng.standard_normal(y.shape))
    pairs = zip(nnlib.grad(y, inputs, v), nnlib.grad(expected, inputs, v), strict=True)
    for g, g_expected in pairs:
        np.testing.assert_allclose(g.numpy(), g_expected.numpy(), rtol=1e-10, atol=1e-12)


def test_minimal_gru_has_the_second_derivatives_of_its_formulas(rng):
    y, expected, inputs = minimal_and_reference(rng, nn.MinimalGRU(4, 2).double())
    second = []
    for out in (y, expected):
        (g,) = nnlib.grad((out * out).sum(), inputs[0], create_graph=True)
        second.append(nnlib.grad((g * g * g).sum(), inputs))
    for g, g_expected in zip(*second, strict=True):
        np.testing.assert_allclose(g.numpy(), g_expected.numpy(), rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("batch_first", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_minimal_gru_joins_layers_and_directions_like_a_gru(bias, batch_first, rng):
    options = dict(bias=bias, batch_first=batch_first, bidirectional=True)
    layer = nn.MinimalGRU(4, 3, 2, **options)
    x = nnlib.tensor(rng.standard_normal((2, 5, 4)).astype("f4"))
    output, h_n = layer(x)
    assert output.shape == (2, 5, 6)
    assert h_n.shape == (4, 2 if batch_first else 5, 3)
    last = output[:, -1, :3] if batch_first else output[-1, :, :3]
    np.testing.assert_array_equal(h_n[2].detach().numpy(), last.detach().numpy())
    first = output[:, 0, 3:] if batch_first else output[0, :, 3:]
    np.testing.assert_array_equal(h_n[3].detach().numpy(), first.detach().numpy())


@pytest.mark.parametrize("side", ["right", "left"])
@pytest.mark.parametrize("batch_first", [False, True])
def test_pad_sequence_is_that_of_torch(batch_first, side, rng):
    arrays = [rng.standard_normal((n, 2)) for n in (3, 1, 4)]
    results = []
    for L, pad in ((nnlib, pad_sequence), (torch, torch.nn.utils.rnn.pad_sequence)):
        parts = [L.tensor(a, requires_grad=True) for a in arrays]
        y = pad(parts, batch_first, 7.0, side)
        (y * y).sum().backward()
        results.append([y.detach().numpy(), *[p.grad.numpy() for p in parts]])
    for got, expected in zip(*results, strict=True):
        np.testing.assert_array_equal(got, expected, strict=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([],), "at least one sequence"),
        (([nnlib.zeros(2)], False, 0.0, "top"), "right or left, got top"),
        (([nnlib.zeros(2, 3), nnlib.zeros(2, 4)],), r"\(T, 3\), got \(2, 4\)"),
    ],
)
def test_pad_sequence_refuses(arguments, message):
    with pytest.raises(RuntimeError, match=f"pad_sequence: expected .*{message}"):
        pad_sequence(*arguments)
