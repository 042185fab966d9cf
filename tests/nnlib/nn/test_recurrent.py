"""Recurrent modules beyond the table: chance, packing, second derivatives."""

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn
from tests.nnlib.harness import assert_refused, naming

NAMES = ("RNN", "GRU", "LSTM")


@pytest.mark.parametrize("name", NAMES)
def test_dropout_between_layers_is_drawn_again_only_in_training(name, rng):
    with pytest.warns(UserWarning, match="num_layers=1"):
        getattr(nn, name)(4, 2, dropout=0.5)
    layer = getattr(nn, name)(4, 8, 2, dropout=0.5)
    x = nnlib.tensor(rng.standard_normal((5, 3, 4)).astype("f4"))
    for drops in (True, False):
        layer.train(drops)
        first, second = (layer(x)[0].tolist() for _ in range(2))
        assert (first != second) == drops


def test_first_weights_are_even_within_one_over_root_hidden_size():
    for name in [*NAMES, "RNNCell", "GRUCell", "LSTMCell"]:
        parameters = getattr(nn, name)(64, 100).parameters()
        values = np.concatenate([p.detach().numpy().ravel() for p in parameters])
        assert np.abs(values).max() <= 0.1, name
        assert values.std() == pytest.approx(0.1 / np.sqrt(3), rel=0.02), name


def test_pad_sequence_matches_torch(rng):
    for side in ["right", "left"]:
        for batch_first in [False, True]:
            with naming(side, batch_first):
                arrays = [rng.standard_normal((n, 2)) for n in (3, 1, 4)]
                results = []
                for L in (nnlib, torch):
                    parts = [L.tensor(a, requires_grad=True) for a in arrays]
                    y = L.nn.utils.rnn.pad_sequence(iter(parts), batch_first, 7.0, side)
                    (y * y).sum().backward()
                    results.append([y.detach().numpy(), *[p.grad.numpy() for p in parts]])
                for got, expected in zip(*results, strict=True):
                    np.testing.assert_array_equal(got, expected, strict=True)


@pytest.mark.parametrize("lengths", [[4, 4, 1], [2], [1, 3, 2, 3]])
@pytest.mark.parametrize("batch_first", [False, True])
def test_packing_and_padding_matches_torch(lengths, batch_first, rng):
    values = rng.standard_normal((len(lengths), 5, 2))
    values = values if batch_first else values.swapaxes(0, 1)
    enforce_sorted = lengths != [1, 3, 2, 3]
    results = []
    for L in (nnlib, torch):
        R, x = L.nn.utils.rnn, L.tensor(values, requires_grad=True)
        packed = R.pack_padded_sequence(x, L.tensor(lengths), batch_first, enforce_sorted)
        padded, n = R.pad_packed_sequence(packed, batch_first, -1.0, total_length=6)
        listed = R.unpack_sequence(packed)
        again = R.pack_sequence(listed, enforce_sorted)
        whole = R.unpad_sequence(L.zeros(3, 2, 4), L.tensor([1, 3]))
        ((packed.data**2 * again.data).sum() + (padded**3).sum()).backward()
        outcomes = [*packed, padded, n, *listed, *again, x.grad, *whole, *packed.float()]
        results.append([None if t is None else t.detach().numpy() for t in outcomes])
    for got, expected in zip(*results, strict=True):
        if expected is None:
            assert got is None
        else:
            np.testing.assert_allclose(got, expected, rtol=1e-12, strict=True)


def test_mistakes_in_packing_are_named():
    def pack(*args):
        return lambda L: L.nn.utils.rnn.pack_padded_sequence(L.zeros(4, 3, 2), *args)

    packed = nnlib.nn.utils.rnn.pack_sequence([nnlib.zeros(2)])
    calls = [(pack([4, 3]), RuntimeError), (pack([4, 3, 0]), RuntimeError)]
    calls += [(pack([3, 3, 4]), RuntimeError)]
    assert_refused(calls, nnlib, torch)
    ours = [
        (lambda: pack([5, 4, 4])(nnlib), RuntimeError),  # torch forgets an element
        (lambda: pack([4, 3], False, False)(nnlib), RuntimeError),  # and here a sequence
        (lambda: nnlib.nn.utils.rnn.pad_packed_sequence(packed, total_length=1), ValueError),
        (lambda: nnlib.nn.utils.rnn.pad_packed_sequence(packed.data), TypeError),
        (lambda: nnlib.nn.utils.rnn.unpad_sequence(nnlib.zeros(2, 2), [1]), ValueError),
    ]
    assert_refused(ours)


def test_an_lstm_leaves_the_upstream_gradients_as_they_were(rng):
    output, states = nn.LSTM(4, 3)(nnlib.ones(5, 2, 4))
    for y in (output, *states):
        v = rng.standard_normal(y.shape).astype("f4")
        upstream = nnlib.tensor(v)
        y.backward(upstream, retain_graph=True)
        np.testing.assert_array_equal(upstream.numpy(), v)


@pytest.mark.parametrize("name", ["RNNCell", "GRUCell", "LSTMCell"])
def test_second_derivatives_of_two_steps_of_a_cell_match_torch(name, rng):
    x = rng.standard_normal((3, 5))
    is_lstm = name == "LSTMCell"
    states = rng.standard_normal((1 + is_lstm, 3, 4))
    results = []
    for L in (nnlib, torch):
        cell = getattr(L.nn, name)(5, 4, dtype=L.float64)
        weights = np.random.default_rng(0)
        with L.no_grad():
            for p in cell.parameters():
                p.copy_(L.tensor(weights.standard_normal(tuple(p.shape))))
        inputs = [L.tensor(a, requires_grad=True) for a in (x, *states)]
        inputs += cell.parameters()
        h = tuple(inputs[1:3]) if is_lstm else inputs[1]
        for _ in range(2):
            h = cell(inputs[0], h)
        loss = sum((s**2).sum() for s in h)
        first = L.autograd.grad(loss, inputs, create_graph=True)
        results.append(L.autograd.grad(sum((g**3).sum() for g in first), inputs))
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-9, atol=1e-9)
