"""Random properties of dropout: fractions, factors, patterns, gradients, seeds."""

import numpy as np

import nnlib
import nnlib.nn.functional as F
from nnlib import nn
from tests.nnlib.harness import naming


def leaf(array):
    return nnlib.tensor(np.asarray(array, "f8"), requires_grad=True)


def test_a_fraction_p_becomes_zero_and_the_rest_grows():
    for p in [0.1, 0.5, 0.9]:
        for dtype in ["f4", "f8"]:
            with naming(p, dtype):
                nnlib.manual_seed(0)
                y = F.dropout(nnlib.tensor(np.full((200, 500), 3, dtype)), p)
                values, counts = np.unique(y.numpy(), return_counts=True)
                np.testing.assert_allclose(
                    values, np.array([0, 3 / (1 - p)], dtype), rtol=1e-6, strict=True
                )
                deviation = np.sqrt(p * (1 - p) * y.numel())
                assert abs(counts[0] - p * y.numel()) < 5 * deviation


def test_the_gradient_goes_through_the_same_mask():
    x = leaf(np.arange(1.0, 1001.0))
    y = F.dropout(x, 0.3)
    y.sum().backward()
    np.testing.assert_allclose(x.grad.numpy() * x.detach().numpy(), y.detach().numpy())
    assert 0 < np.count_nonzero(y.detach().numpy()) < 1000


def test_channels_are_dropped_as_a_whole():
    for drop, shape, inside in [
        (F.dropout2d, (30, 20, 3, 4), (2, 3)),
        (F.dropout2d, (30, 20, 5), (2,)),
    ]:
        with naming(drop, shape, inside):
            nnlib.manual_seed(0)
            y = drop(nnlib.ones(shape), 0.5).numpy()
            kept = y.mean(inside)
            assert set(np.unique(kept)) == {0, 2}
            assert abs((kept == 0).mean() - 0.5) < 0.1


def test_in_place_the_input_itself_is_changed():
    for drop in [F.dropout, F.dropout2d]:
        with naming(drop):
            nnlib.manual_seed(0)
            for x in (nnlib.ones(20, 20), np.ones((20, 20))):
                y = drop(x, 0.5, training=True, inplace=True)
                assert y is x
                assert np.unique(np.asarray(x)).size == 2


def test_a_layer_drops_while_training_only():
    for layer in [nn.Dropout, nn.Dropout2d]:
        with naming(layer):
            nnlib.manual_seed(0)
            module, x = layer(0.5), nnlib.ones(20, 20, 2)
            assert np.unique(module(x).numpy()).size == 2
            assert module.eval()(x) is x
