"""Embedding beyond the tables: lookups, padding, shortening, given tables."""

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F
from nnlib import nn
from tests.nnlib.harness import naming


def test_long_rows_are_shortened_in_place_where_they_are_used(rng):
    for norm_type in [1.0, 2.0, 3.5]:
        with naming(norm_type):
            w = rng.standard_normal((6, 4)) * np.array([0.1, 1, 2, 3, 4, 5])[:, None]
            ours, theirs = (
                nnlib.tensor(w, requires_grad=True),
                torch.tensor(w, requires_grad=True),
            )
            words = np.array([0, 2, 3, 3])
            y = F.embedding(nnlib.tensor(words), ours, max_norm=1.5, norm_type=norm_type)
            torch.nn.functional.embedding(
                torch.tensor(words), theirs, max_norm=1.5, norm_type=norm_type
            )
            np.testing.assert_allclose(
                ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-12
            )
            y.sum().backward()
            np.testing.assert_array_equal(ours.grad.numpy()[:, 0], [1, 0, 1, 2, 0, 0])


def test_the_gradient_with_options_matches_torch(rng):
    for options in [
        dict(padding_idx=0),
        dict(padding_idx=-1),
        dict(scale_grad_by_freq=True),
        dict(scale_grad_by_freq=True, padding_idx=4),
    ]:
        for words in [4, [0, 2, 2, 4], [[0, 4], [3, 0]]]:
            with naming(options, words):
                w = rng.standard_normal((5, 3))
                v = rng.standard_normal((*np.shape(words), 3))
                grads = []
                for L in (nnlib, torch):
                    table = L.tensor(w, requires_grad=True)
                    y = L.nn.functional.embedding(L.tensor(words), table, **options)
                    y.backward(L.tensor(v))
                    grads.append(table.grad.numpy())
                np.testing.assert_allclose(*grads, rtol=1e-12, strict=True)


def test_the_padding_starts_at_zero_and_is_not_trained():
    layer = nn.Embedding(4, 3, padding_idx=-2)
    assert layer.padding_idx == 2
    assert not layer.weight.detach().numpy()[2].any()
    assert layer.weight.detach().numpy()[[0, 1, 3]].all()
    layer(nnlib.tensor([0, 2, 2])).sum().backward()
    assert layer.weight.grad.numpy()[:, 0].tolist() == [1, 0, 0, 0]


def test_a_given_table_is_kept_and_not_trained_by_default():
    table = nnlib.tensor([[1.0, 2.0], [3.0, 4.0]])
    layer = nn.Embedding.from_pretrained(table)
    assert layer.weight.array is table.array
    assert not layer.weight.requires_grad
    layer = nn.Embedding.from_pretrained(table, freeze=False, padding_idx=0, max_norm=9.0)
    assert layer.weight.requires_grad
    assert (layer.padding_idx, layer.max_norm) == (0, 9.0)
    assert layer(nnlib.tensor([0])).tolist() == [[1.0, 2.0]]


def test_a_bag_of_nan_and_minus_infinity_has_the_maximum_of_torch():
    results = []
    for L in (nnlib, torch):
        w = L.tensor([[1.0, 2.0], [np.nan, -np.inf], [-np.inf, 2.0]], requires_grad=True)
        bags = L.tensor([[2, 1, 2], [1, 2, 0], [0, 2, 1], [2, 2, 2]])
        y = L.nn.functional.embedding_bag(bags, w, mode="max")
        y.backward(L.tensor(np.arange(1, 9, dtype="f4").reshape(4, 2)))
        results.append([y.detach().numpy(), w.grad.numpy()])
    for ours, theirs in zip(*results, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_layer_of_bags_takes_a_given_table():
    for L in (nnlib, torch):
        table = L.tensor([[1.0, 2.0], [3.0, 4.0]])
        layer = L.nn.EmbeddingBag.from_pretrained(table, False, 3.0, mode="sum", padding_idx=0)
        assert (layer.weight.requires_grad, layer.max_norm) == (True, 3.0)
        assert layer(L.tensor([[0, 1]])).tolist() == [[pytest.approx(1.8), pytest.approx(2.4)]]
        assert not L.nn.EmbeddingBag.from_pretrained(table).weight.requires_grad


def test_predictions_pass_word_numbers_on_to_a_layer_of_bags(rng):
    words = rng.integers(0, 5, (6, 4))
    model = nn.EmbeddingBag(5, 3)
    expected = model(nnlib.tensor(words)).detach().numpy()
    np.testing.assert_array_equal(nnlib.training.predict(model, words), expected)
