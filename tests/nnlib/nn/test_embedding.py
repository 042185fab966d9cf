"""Embedding beyond the tables: lookups, padding, shortening, given tables."""

import numpy as np
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


def test_the_gradient_with_options_is_that_of_torch(rng):
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


def test_a_given_table_is_kept_and_not_trained_unless_asked_for():
    table = nnlib.tensor([[1.0, 2.0], [3.0, 4.0]])
    layer = nn.Embedding.from_pretrained(table)
    assert layer.weight.array is table.array
    assert not layer.weight.requires_grad
    layer = nn.Embedding.from_pretrained(table, freeze=False, padding_idx=0, max_norm=9.0)
    assert layer.weight.requires_grad
    assert (layer.padding_idx, layer.max_norm) == (0, 9.0)
    assert layer(nnlib.tensor([0])).tolist() == [[1.0, 2.0]]
