"""Convolution and pooling against loops, in every order of memory, and at their limits."""

import itertools

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F
from tests.nnlib.reference import convolution as plain

inf, nan = np.inf, np.nan


def channels_last(array):
    """Return the same values with the channels last in memory."""
    return np.ascontiguousarray(array.transpose(0, 2, 3, 1)).transpose(0, 3, 1, 2)


ORDERS = [np.ascontiguousarray, channels_last, np.asfortranarray]
OPTIONS = [
    ((7, 4, 6, 5), (6, 4, 3, 2), {}),
    ((7, 4, 6, 5), (6, 4, 3, 3), dict(padding=(1, 1))),
    ((7, 4, 6, 5), (6, 2, 3, 3), dict(padding=(1, 2), groups=2)),
    ((7, 4, 6, 5), (4, 1, 2, 3), dict(stride=(2, 1), groups=4)),
    ((7, 2, 9, 8), (6, 2, 3, 2), dict(stride=(1, 2), dilation=(2, 3), padding=(3, 0))),
    ((7, 1, 9, 8), (6, 1, 5, 5), dict(padding=(2, 2))),
    ((7, 4, 6, 5), (6, 4, 1, 1), {}),
    ((7, 4, 6, 5), (6, 2, 1, 1), dict(groups=2)),
    ((7, 4, 6, 5), (4, 1, 3, 3), dict(padding=(1, 1), groups=4)),
    ((7, 4, 6, 9), (4, 1, 2, 3), dict(stride=(2, 2), dilation=(2, 1), groups=4)),
    ((7, 4, 9, 8), (4, 1, 2, 3), dict(dilation=(2, 3), padding=(2, 0), groups=4)),
]


@pytest.mark.parametrize("block", [1, 1 << 10, 1 << 19])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("x_shape", "w_shape", "options"), OPTIONS)
def test_conv2d_is_the_loop_over_windows(
    x_shape, w_shape, options, order, block, rng, monkeypatch
):
    monkeypatch.setattr("nnlib.windows.BLOCK", block)  # one sample at a time, a few, all
    x, w, b = (rng.standard_normal(s) for s in (x_shape, w_shape, w_shape[:1]))
    tensors = [nnlib.Tensor(a, requires_grad=True) for a in (order(x), w, b)]
    y = F.conv2d(*tensors, **options)
    np.testing.assert_allclose(y.detach().numpy(), plain.conv2d(x, w, b, **options), rtol=1e-10)
    g = rng.standard_normal(y.shape)
    slopes = nnlib.grad(y, tensors, nnlib.Tensor(order(g)))
    expected = (*plain.conv2d_slopes(g, x, w, **options), g.sum((0, 2, 3)))
    for got, plainly in zip(slopes, expected, strict=True):
        np.testing.assert_allclose(got.numpy(), plainly, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("wanted", list(itertools.product([False, True], repeat=3))[1:])
@pytest.mark.parametrize("groups", [1, 4])
@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d"])
def test_gradients_are_the_same_when_only_some_are_asked_for(name, groups, wanted, rng):
    shapes = (3, 4, 6, 5), (4, 4 // groups, 3, 3), (4,)
    arrays = [rng.standard_normal(s) for s in shapes]
    every = [nnlib.Tensor(a, requires_grad=True) for a in arrays]
    getattr(F, name)(*every, padding=1, groups=groups).square().sum().backward()
    some = [nnlib.Tensor(a, requires_grad=r) for a, r in zip(arrays, wanted, strict=True)]
    getattr(F, name)(*some, padding=1, groups=groups).square().sum().backward()
    for one, all_, asked in zip(some, every, wanted, strict=True):
        assert (one.grad is not None) == asked
        if asked:
            np.testing.assert_allclose(one.grad.numpy(), all_.grad.numpy(), rtol=1e-10)


@pytest.mark.parametrize("options", [{}, dict(stride=2), dict(padding=2, dilation=2)])
def test_conv_transpose2d_is_the_adjoint_of_conv2d(options, rng):
    x, w = rng.standard_normal((2, 3, 7, 7)), rng.standard_normal((4, 3, 3, 3))
    y = rng.standard_normal(F.conv2d(x, w, **options).shape)
    back = F.conv_transpose2d(y, w, **options)
    np.testing.assert_allclose((F.conv2d(x, w, **options) * y).sum(), (x * back).sum())


def test_output_is_channels_last_in_memory_so_that_the_next_layer_copies_nothing(rng):
    x, w = (rng.standard_normal(s).astype("f4") for s in ((2, 3, 8, 8), (4, 3, 3, 3)))
    for y in (F.conv2d(x, w), F.relu(F.conv2d(x, w)), F.max_pool2d(F.conv2d(x, w), 2)):
        assert y.transpose(0, 2, 3, 1).flags.c_contiguous


@pytest.mark.parametrize("order", ORDERS)
def test_pooling_is_the_loop_over_windows(order, rng):
    x = rng.standard_normal((3, 2, 7, 8))
    for kernel, stride, padding in (((2, 3), (2, 3), (0, 0)), ((3, 2), (2, 1), (1, 1))):
        for name in ("max_pool2d", "avg_pool2d"):
            got = getattr(F, name)(order(x), kernel, stride, padding)
            expected = getattr(plain, name)(x, kernel, stride, padding)
            np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("kernel", "stride"), [((2, 2), (2, 2)), ((3, 2), (1, 1))])
def test_of_equal_values_the_first_takes_the_gradient(kernel, stride, order, rng):
    x = rng.integers(0, 3, (3, 2, 6, 6)).astype("f8")
    leaf = nnlib.Tensor(order(x), requires_grad=True)
    y = F.max_pool2d(leaf, kernel, stride)
    g = rng.standard_normal(y.shape)
    y.backward(nnlib.Tensor(order(g)))
    expected = plain.max_pool2d_slope(g, x, kernel, stride)
    np.testing.assert_allclose(leaf.grad.numpy(), expected, rtol=1e-12, atol=1e-14)


SPECIAL = [nan, inf, -inf, 0.0, 1.0]


POOLS = [
    (2,),
    (3, 1),
    (3, 2, 0, 1, True),
    (2, 1, 0, 2),
    (3, 2, 1),
    (4, 1, 2, 2),
    (2, 2, 1, 1, True),
]


@pytest.mark.parametrize("options", POOLS)
def test_nan_and_infinity_are_pooled_as_in_torch(options, rng):
    x = rng.choice(SPECIAL, (4, 3, 6, 6))
    results = []
    for L in (nnlib, torch):
        leaf = L.tensor(x, requires_grad=True)
        y, at = L.nn.functional.max_pool2d(leaf, *options[:5], return_indices=True)
        g = np.random.default_rng(0).standard_normal(tuple(y.shape))
        (dx,) = L.autograd.grad(y, leaf, L.tensor(g))
        results.append((y.detach().numpy(), at.numpy(), dx.numpy()))
    for got, expected in zip(*results, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, (4, 6), (8, 1)])
@pytest.mark.parametrize("name", ["adaptive_avg_pool2d", "adaptive_max_pool2d"])
def test_nan_and_infinity_stay_in_their_part_of_an_adaptive_pooling(name, size, rng):
    x = rng.standard_normal((4, 3, 6, 8))
    x[0, 1, 2, 3], x[0, 2, 4, 4], x[1, 0, 3, 2] = nan, inf, -inf
    results = []
    for L in (nnlib, torch):
        leaf = L.tensor(x, requires_grad=True)
        y = getattr(L.nn.functional, name)(leaf, size)
        g = np.random.default_rng(0).standard_normal(tuple(y.shape))
        (dx,) = L.autograd.grad(y, leaf, L.tensor(g))
        results.append((y.detach().numpy(), dx.numpy()))
    for got, expected in zip(*results, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-14)


def test_nan_spreads_through_convolution_and_mean_as_in_torch(rng):
    x = rng.standard_normal((2, 3, 6, 6))
    x[0, 1, 2, 2] = nan
    w = rng.standard_normal((2, 3, 3, 3))
    tx, tw = torch.tensor(x), torch.tensor(w)
    np.testing.assert_allclose(F.conv2d(x, w), torch.nn.functional.conv2d(tx, tw).numpy())
    expected = torch.nn.functional.avg_pool2d(tx, 2).numpy()
    np.testing.assert_allclose(F.avg_pool2d(x, 2), expected)


def test_pooling_by_points_shares_no_memory_with_its_input():
    x = nnlib.tensor(np.ones((1, 1, 2, 2)))
    results = [F.max_pool2d(x, 1), F.avg_pool2d(x, 1), F.unfold(x, 1)]
    x += 1
    assert all((y == 1).all() for y in results)


def test_no_channels_give_the_bias():
    y = F.conv2d(np.ones((2, 0, 4, 4)), np.ones((3, 0, 3, 3)), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(y, np.broadcast_to([[[1.0]], [[2.0]], [[3.0]]], (2, 3, 2, 2)))


def test_fold_undoes_unfold_where_windows_do_not_overlap(rng):
    x = rng.standard_normal((2, 3, 6, 4))
    np.testing.assert_array_equal(F.fold(F.unfold(x, 2, stride=2), (6, 4), 2, stride=2), x)


def test_convolution_is_a_product_with_unfolded_windows(rng):
    x, w = rng.standard_normal((2, 3, 6, 5)), rng.standard_normal((4, 3, 3, 2))
    product = w.reshape(4, -1) @ F.unfold(x, (3, 2))
    np.testing.assert_allclose(product.reshape(2, 4, 4, 4), F.conv2d(x, w))


def test_pixel_unshuffle_undoes_pixel_shuffle(rng):
    x = rng.standard_normal((2, 8, 3, 2))
    np.testing.assert_array_equal(F.pixel_unshuffle(F.pixel_shuffle(x, 2), 2), x)
    assert F.pixel_unshuffle(np.ones((2, 0, 6, 4)), 2).shape == (2, 0, 3, 2)


def test_second_derivative_of_max_pool2d_sees_where_the_largest_stood(rng):
    x = rng.standard_normal((2, 3, 5, 5))
    results = []
    for L in (nnlib, torch):
        leaf = L.tensor(x, requires_grad=True)
        y = L.nn.functional.max_pool2d(leaf, 3, 2, 1)
        (slope,) = L.autograd.grad((y**3).sum(), leaf, create_graph=True)
        results.append(L.autograd.grad((slope**2).sum(), leaf)[0].numpy())
    np.testing.assert_allclose(*results, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["Conv2d", "ConvTranspose2d"])
def test_fresh_weights_are_drawn_evenly_from_the_range_of_torch(name):
    nnlib.manual_seed(0)
    for L in (nnlib, torch):
        layer = getattr(L.nn, name)(8, 16, 5, groups=2)
        bound = 1 / np.sqrt(np.prod(layer.weight.shape[1:]))
        drawn = np.concatenate([p.detach().numpy().ravel() for p in layer.parameters()])
        assert 0.98 * bound < np.abs(drawn).max() <= bound
        assert abs(drawn.std() - bound / np.sqrt(3)) < 0.05 * bound
