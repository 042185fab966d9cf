"""Embedding beyond the tables: lookups, padding, shortening, given tables."""

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F
from nnlib import nn


def test_looking_up_is_multiplying_by_one_hot_rows(rng):
    w, words = rng.standard_normal((5, 3)), rng.integers(0, 5, (4, 2))
    expected = F.one_hot(words, 5) @ w
    np.testing.assert_allclose(F.embedding(words, w), expected, rtol=1e-15, strict=True)


def test_the_gradient_counts_every_lookup():
    w = nnlib.zeros(4, 2, requires_grad=True)
    F.embedding(nnlib.tensor([1, 3, 1, 1]), w).sum().backward()
    assert w.grad.tolist() == [[0, 0], [3, 3], [0, 0], [1, 1]]


@pytest.mark.parametrize("norm_type", [1.0, 2.0, 3.5])
def test_long_rows_are_shortened_in_place_where_they_are_used(norm_type, rng):
    w = rng.standard_normal((6, 4)) * np.array([0.1, 1, 2, 3, 4, 5])[:, None]
    ours, theirs = nnlib.tensor(w, requires_grad=True), torch.tensor(w, requires_grad=True)
    words = np.array([0, 2, 3, 3])
    y = F.embedding(nnlib.tensor(words), ours, max_norm=1.5, norm_type=norm_type)
    torch.nn.functional.embedding(
        torch.tensor(words), theirs, max_norm=1.5, norm_type=norm_type
    )
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-12)
    y.sum().backward()
    np.testing.assert_array_equal(ours.grad.numpy()[:, 0], [1, 0, 1, 2, 0, 0])


def test_shortening_is_noticed_by_graphs_that_read_the_table():
    w = nnlib.tensor([[3.0, 4.0]], requires_grad=True)
    y = (w * w).sum()
    F.embedding(nnlib.tensor([0]), w, max_norm=1.0)
    with pytest.raises(RuntimeError, match="changed in place"):
        y.backward()


def test_an_array_can_be_shortened_too():
    w = np.array([[3.0, 4.0]])
    np.testing.assert_allclose(F.embedding(np.array([0]), w, max_norm=1.0), [[0.6, 0.8]])
    np.testing.assert_allclose(w, [[0.6, 0.8]])


@pytest.mark.parametrize(
    "options",
    [
        dict(padding_idx=0),
        dict(padding_idx=-1),
        dict(scale_grad_by_freq=True),
        dict(scale_grad_by_freq=True, padding_idx=4),
    ],
    ids=str,
)
@pytest.mark.parametrize("words", [4, [0, 2, 2, 4], [[0, 4], [3, 0]]], ids=str)
def test_the_gradient_with_options_is_that_of_torch(words, options, rng):
    w = rng.standard_normal((5, 3))
    v = rng.standard_normal((*np.shape(words), 3))
    grads = []
    for L in (nnlib, torch):
        table = L.tensor(w, requires_grad=True)
        y = L.nn.functional.embedding(L.tensor(words), table, **options)
        y.backward(L.tensor(v))
        grads.append(table.grad.numpy())
    np.testing.assert_allclose(*grads, rtol=1e-12, strict=True)


def test_dividing_by_frequency_has_a_second_derivative(rng):
    words = np.array([0, 1, 1, 2])
    w = nnlib.tensor(rng.standard_normal((3, 2)), requires_grad=True)
    y = F.embedding(nnlib.tensor(words), w, padding_idx=2, scale_grad_by_freq=True)
    (g,) = nnlib.grad((y * y * y).sum(), w, create_graph=True)
    # each of c lookups of a row r counts 1/c: 3 r² in all, and 6 r / c when that counts again
    r = w.detach().numpy()[:2]
    np.testing.assert_allclose(g.detach().numpy()[:2], 3 * r**2)
    (h,) = nnlib.grad(g.sum(), w)
    np.testing.assert_allclose(h.numpy()[:2], 6 * r / [[1], [2]])
    assert not h.numpy()[2].any()


def test_the_padding_starts_at_zero_and_is_not_trained():
    layer = nn.Embedding(4, 3, padding_idx=-2)
    assert layer.padding_idx == 2
    assert not layer.weight.detach().numpy()[2].any()
    assert layer.weight.detach().numpy()[[0, 1, 3]].all()
    layer(nnlib.tensor([0, 2, 2])).sum().backward()
    assert layer.weight.grad.numpy()[:, 0].tolist() == [1, 0, 0, 0]


def test_the_table_is_drawn_from_the_normal_distribution():
    nnlib.manual_seed(0)
    w = nn.Embedding(300, 200).weight.detach().numpy()
    assert w.dtype == np.float32
    assert abs(w.mean()) < 0.02
    assert abs(w.std() - 1) < 0.02


def test_a_given_table_is_kept_and_not_trained_unless_asked_for():
    table = nnlib.tensor([[1.0, 2.0], [3.0, 4.0]])
    layer = nn.Embedding.from_pretrained(table)
    assert layer.weight.array is table.array
    assert not layer.weight.requires_grad
    layer = nn.Embedding.from_pretrained(table, freeze=False, padding_idx=0, max_norm=9.0)
    assert layer.weight.requires_grad
    assert (layer.padding_idx, layer.max_norm) == (0, 9.0)
    assert layer(nnlib.tensor([0])).tolist() == [[1.0, 2.0]]


def test_a_given_table_has_two_axes():
    with pytest.raises(ValueError, match=r"from_pretrained: expected embeddings \(C, D\)"):
        nn.Embedding.from_pretrained(nnlib.ones(3))
