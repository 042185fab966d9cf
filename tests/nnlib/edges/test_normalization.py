"""Normalization against its plain formulas, in every order of memory, and at its limits."""

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F
from tests.nnlib.reference import normalization as plain


def channels_last(array):
    """Return the same values with the channels last in memory."""
    order = (0, *range(2, array.ndim), 1)
    return np.ascontiguousarray(array.transpose(order)).transpose(np.argsort(order))


def by_position(array):
    """Return the same values with the samples last in memory."""
    return np.asfortranarray(array)


ORDERS = [np.ascontiguousarray, channels_last, by_position]


@pytest.mark.parametrize("order_of_g", ORDERS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("shape", [(6, 5), (3, 5, 4), (3, 5, 4, 2), (2, 1, 3, 3), (4, 5, 1, 1)])
def test_batch_norm_is_the_plain_formula_in_every_order_of_memory(
    shape, order, order_of_g, rng
):
    x, g = rng.standard_normal((2, *shape))
    w, b = rng.standard_normal((2, shape[1]))
    inputs = [nnlib.tensor(a, requires_grad=True) for a in (x, w, b)]
    inputs[0].data = order(x)
    y = F.batch_norm(inputs[0], None, None, *inputs[1:], training=True, eps=0.01)
    np.testing.assert_allclose(
        y.detach().numpy(), plain.batch_norm(x, w, b, 0.01), rtol=1e-12, atol=1e-14
    )
    got = nnlib.grad(y, inputs, nnlib.Tensor(order_of_g(g)))
    for ours, expected in zip(got, plain.batch_norm_backward(g, x, w, 0.01), strict=True):
        np.testing.assert_allclose(ours.numpy(), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("order", [np.ascontiguousarray, channels_last])
def test_batch_norm_keeps_the_order_of_memory(order, training, rng):
    x = nnlib.tensor(rng.standard_normal((3, 5, 4, 2)), requires_grad=True)
    x.data = order(x.detach().numpy())
    y = F.batch_norm(x, nnlib.tensor(np.zeros(5)), nnlib.tensor(np.ones(5)), training=training)
    (g,) = nnlib.grad(y, x, nnlib.Tensor(order(np.ones((3, 5, 4, 2)))))
    assert y.array.strides == g.array.strides == x.array.strides


@pytest.mark.parametrize("order", ORDERS)
def test_float32_is_as_close_to_float64_as_torch(order, rng):
    x = order(rng.standard_normal((64, 8, 16, 16)) + 10)
    single = x.astype("f4", order="K")
    exact = F.batch_norm(x, None, None, training=True)
    ours = F.batch_norm(single, None, None, training=True)
    theirs = torch.nn.functional.batch_norm(torch.from_numpy(single), None, None, training=True)
    assert np.abs(ours - exact).max() < max(1e-5, 2 * np.abs(theirs.numpy() - exact).max())


@pytest.mark.parametrize("size", [1, 2, 3, 5, 20])
def test_local_response_norm_is_the_plain_formula(size, rng):
    x = rng.standard_normal((3, 7, 4, 2))
    expected = plain.local_response_norm(x, size, 0.3, 0.7, 1.5)
    got = F.local_response_norm(x, size, 0.3, 0.7, 1.5)
    np.testing.assert_allclose(got, expected, rtol=1e-12, strict=True)


@pytest.mark.parametrize("name", ["batch_norm", "layer_norm", "group_norm", "instance_norm"])
@pytest.mark.parametrize("value", [0.0, 3.0, np.inf, np.nan])
def test_constant_and_unbounded_values_give_what_torch_gives(name, value):
    outs = []
    for L in (nnlib, torch):
        x = np.full((3, 4, 5), value)
        x[1] = np.arange(20.0).reshape(4, 5)
        x = L.tensor(x, requires_grad=True)
        call = getattr(L.nn.functional, name)
        options = dict(
            batch_norm=dict(running_mean=None, running_var=None, training=True),
            layer_norm=dict(normalized_shape=(4, 5)),
            group_norm=dict(num_groups=2),
            instance_norm={},
        )
        with np.errstate(invalid="ignore"):
            y = call(x, **options[name])
            y.backward(L.tensor(np.arange(60.0).reshape(3, 4, 5)))
        outs.append((y.detach().numpy(), x.grad.numpy()))
    for ours, theirs in zip(*outs, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-8)


def test_without_weight_the_bias_has_a_second_derivative(rng):
    x, b = (nnlib.tensor(rng.standard_normal(s), requires_grad=True) for s in ((4, 3), (3,)))
    y = F.batch_norm(x, None, None, None, b, training=True)
    (g,) = nnlib.grad((y**3).sum(), b, create_graph=True)  # 3 Σ y²
    (h,) = nnlib.grad(g.sum(), b)
    np.testing.assert_allclose(h.numpy(), 6 * y.detach().numpy().sum(0), rtol=1e-12)


def test_averages_may_be_of_arrays_and_are_noticed_by_graphs_that_read_them():
    x, mean, var = np.array([[1.0], [3.0]]), np.zeros(1), np.ones(1)
    F.batch_norm(x, mean, var, training=True)
    np.testing.assert_allclose([mean[0], var[0]], [0.2, 1.1])
    mean, var = nnlib.zeros(1, dtype=nnlib.float64), nnlib.ones(1, dtype=nnlib.float64)
    factor = nnlib.ones(1, dtype=nnlib.float64, requires_grad=True)
    y = factor * mean
    F.batch_norm(x, mean, var, training=True)
    with pytest.raises(RuntimeError, match="changed in place"):
        y.backward()


@pytest.mark.parametrize(
    ("name", "args"),
    [("batch_norm", (None, None, None, None, True)), ("layer_norm", ((3,),))],
)
def test_relu_in_place_may_follow(name, args):
    grads = []
    for L in (nnlib, torch):
        x = L.tensor(np.arange(12.0).reshape(4, 3) ** 2, requires_grad=True)
        y = getattr(L.nn.functional, name)(x, *args)
        L.nn.functional.relu(y, inplace=True).backward(L.tensor(np.arange(12.0).reshape(4, 3)))
        grads.append(x.grad.numpy())
    np.testing.assert_allclose(*grads, rtol=1e-9, atol=1e-12)


def test_a_layer_counts_its_batches_and_starts_again():
    layer = nnlib.nn.BatchNorm1d(2, momentum=None)
    batches = [np.array([[1.0, 2.0], [3.0, 6.0]]), np.array([[5.0, 0.0], [7.0, 0.0]])]
    for batch in batches:
        layer(nnlib.tensor(batch.astype("f4")))
    assert layer.num_batches_tracked.item() == 2
    np.testing.assert_allclose(layer.running_mean.numpy(), np.mean(batches, (0, 1)))
    layer.reset_running_stats()
    assert layer.num_batches_tracked.item() == 0
    assert layer.running_mean.tolist() == [0, 0]
    assert layer.running_var.tolist() == [1, 1]
    without = nnlib.nn.BatchNorm1d(2, track_running_stats=False)
    without.reset_running_stats()
    assert without.running_mean is None


def test_a_layer_without_averages_changes_nothing_that_was_put_in_their_place():
    layer = nnlib.nn.BatchNorm1d(2)
    layer.track_running_stats = False
    layer(nnlib.tensor([[1.0, 2.0], [3.0, 6.0]]))
    assert layer.running_mean.tolist() == [0, 0]


def test_an_instance_norm_that_is_not_affine_takes_any_number_of_channels():
    y = nnlib.nn.InstanceNorm1d(7)(nnlib.tensor([[[1.0, 3.0]]]))
    np.testing.assert_allclose(y.numpy(), [[[-1, 1]]], rtol=1e-4)
