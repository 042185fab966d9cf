"""Attention beyond the tables: chance, what a query may not see, and known weights."""

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F
from nnlib import nn
from tests.nnlib.nn.table import Layer, same


def test_equal_keys_are_averaged(rng):
    values = rng.standard_normal((5, 2))
    y = F.scaled_dot_product_attention(rng.standard_normal((3, 4)), np.ones((5, 4)), values)
    np.testing.assert_allclose(y, np.tile(values.mean(0), (3, 1)), rtol=1e-12)


def test_order_of_the_keys_does_not_matter(rng):
    q, k, v = (rng.standard_normal((n, 4)) for n in (3, 5, 5))
    order = rng.permutation(5)
    expected = F.scaled_dot_product_attention(q, k, v)
    y = F.scaled_dot_product_attention(q, k[order], v[order])
    np.testing.assert_allclose(y, expected, rtol=1e-12)


@pytest.mark.parametrize("added", [True, False])
def test_query_that_sees_nothing_gets_0_and_gives_no_gradient(added, rng):
    arrays = [rng.standard_normal(s) for s in ((3, 4), (5, 4), (5, 2))]
    mask = np.ones((3, 5), bool)
    mask[1] = False
    mask = np.where(mask, 0.0, -np.inf) if added else mask
    results = []
    for L in (nnlib, torch):
        q, k, v = (L.tensor(a, requires_grad=True) for a in arrays)
        y = L.nn.functional.scaled_dot_product_attention(q, k, v, L.tensor(mask))
        y.sum().backward()
        results.append([y.detach().numpy(), *[x.grad.numpy() for x in (q, k, v)]])
    assert not results[0][0][1].any()
    for got, expected in zip(*results, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-10, atol=1e-14)


def test_without_keys_all_outputs_are_0():
    y = F.scaled_dot_product_attention(np.ones((3, 4)), np.ones((0, 4)), np.ones((0, 2)))
    np.testing.assert_array_equal(y, np.zeros((3, 2)))


def test_dropout_drops_weights_and_enlarges_the_others():
    nnlib.manual_seed(0)
    q, k, v = np.zeros((1, 4)), np.zeros((10_000, 4)), np.ones((10_000, 1))
    y = F.scaled_dot_product_attention(q, k, v, dropout_p=0.25)
    assert y.item() == pytest.approx(1.0, abs=0.03)
    assert y.item() != 1.0


@pytest.mark.parametrize("need_weights", [True, False])
def test_module_drops_in_training_only(need_weights, rng):
    layer = nn.MultiheadAttention(8, 2, dropout=0.5)
    x = nnlib.tensor(rng.standard_normal((6, 3, 8)).astype("f4"))

    def output():
        return layer(x, x, x, need_weights=need_weights)[0].detach().numpy()

    assert not np.allclose(output(), output())
    layer.eval()
    np.testing.assert_array_equal(output(), output())


@pytest.mark.parametrize("need_weights", [True, False])
def test_query_that_sees_nothing_is_that_of_torch(need_weights, rng):
    ours, theirs = same(rng, Layer("MultiheadAttention", (8, 2)))
    x, mask = rng.standard_normal((3, 2, 8)), np.zeros((3, 3), bool)
    mask[1] = True
    results = []
    for L, layer in ((nnlib, ours), (torch, theirs)):
        t = L.tensor(x)
        with np.errstate(invalid="ignore"):  # the softmax of -inf alone is NaN
            y, _ = layer(t, t, t, attn_mask=L.tensor(mask), need_weights=need_weights)
        results.append(y.detach().numpy())
    np.testing.assert_allclose(*results, rtol=1e-10)


def test_first_projections_are_xavier_uniform_and_biases_0():
    layer = nn.MultiheadAttention(64, 4, kdim=32, vdim=16)
    for name, inputs in (("q", 64), ("k", 32), ("v", 16)):
        weight, bound = getattr(layer, f"{name}_proj_weight").array, (6 / (64 + inputs)) ** 0.5
        assert np.abs(weight).max() <= bound
        assert weight.std() == pytest.approx(bound / 3**0.5, rel=0.05)
    assert np.abs(nn.MultiheadAttention(64, 4).in_proj_weight.array).max() <= (6 / 256) ** 0.5
    assert not layer.in_proj_bias.array.any()
    assert not layer.out_proj.bias.array.any()


def test_layers_are_told_whether_the_mask_hides_what_comes_later():
    flags = []

    class Layer(nn.Module):
        def forward(self, x, is_causal, **masks):
            flags.append(is_causal)
            return x

    encoder, causal = nn.TransformerEncoder(Layer(), 1), np.triu(np.full((5, 5), -np.inf), 1)
    for mask in (None, causal, causal < 0, causal[None], np.zeros((5, 5))):
        encoder(nnlib.zeros(5, 2, 8), mask)
    encoder(nnlib.zeros(5, 2, 8), causal, is_causal=False)
    assert flags == [False, True, True, False, False, False]


def test_matrices_of_a_transformer_are_drawn_from_the_range_of_torch():
    nnlib.manual_seed(0)
    model = nn.Transformer(64, 4, 1, 1, 256)
    for name, p in model.named_parameters():
        if p.ndim > 1:
            bound = (6 / sum(p.shape)) ** 0.5
            assert np.abs(p.array).max() <= bound, name
            assert p.array.std() == pytest.approx(bound / 3**0.5, rel=0.05), name


def test_square_subsequent_mask_is_that_of_torch():
    for dtype in ("float32", "float64", "bool"):
        got, expected = (
            L.nn.Transformer.generate_square_subsequent_mask(4, dtype=getattr(L, dtype))
            for L in (nnlib, torch)
        )
        np.testing.assert_array_equal(got.numpy(), expected.numpy(), strict=True)
