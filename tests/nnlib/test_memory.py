"""Order in memory, shared memory, and gradients of only some inputs, for each operation."""

import itertools
import warnings

import numpy as np
import pytest
import torch

import nnlib
import nnlib.nn.functional as F
from nnlib import ops
from nnlib.tensor import wrap
from tests.nnlib.harness import naming
from tests.nnlib.table.recurrence import KINDS, shapes

inf, nan = np.inf, np.nan


def channels_last(array):
    """Return the same values with the channels last in memory."""
    if array.ndim < 2:
        return array
    order = (0, *range(2, array.ndim), 1)
    return np.ascontiguousarray(array.transpose(order)).transpose(np.argsort(order))


ORDERS = [np.ascontiguousarray, channels_last, np.asfortranarray]


def assert_same(f, arrays, order, rng, rtol=1e-10):
    """Assert that f has torch's results and gradients for inputs in another order of memory."""
    tensors = [wrap(order(a), requires_grad=True) for a in arrays]
    leaves = [torch.tensor(a, requires_grad=True) for a in arrays]
    ys, expected = f(nnlib, *tensors), f(torch, *leaves)
    if isinstance(ys, tuple):
        np.testing.assert_array_equal(ys[1].numpy(), expected[1].numpy())
        ys, expected = ys[0], expected[0]
    g = rng.standard_normal(tuple(ys.shape))
    pairs = [(ys.detach(), expected.detach())]
    pairs += zip(
        nnlib.grad(ys, tensors, wrap(order(g))),
        torch.autograd.grad(expected, leaves, torch.tensor(g)),
        strict=True,
    )
    for got, want in pairs:
        np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=rtol, atol=1e-12)


CONVOLUTIONS = [
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


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("block", [1, 1 << 10, 1 << 19])
def test_conv2d_matches_torch_in_parts_and_every_order(block, order, rng, monkeypatch):
    monkeypatch.setattr("nnlib.windows.BLOCK", block)  # one sample at a time, a few, all
    for x, w, options in CONVOLUTIONS:
        arrays = [rng.standard_normal(shape) for shape in (x, w, w[:1])]
        with naming(x, w, options):
            assert_same(
                lambda L, *a, o=options: L.nn.functional.conv2d(*a, **o), arrays, order, rng
            )


def pooled(name, *args, **options):
    return lambda L, x: getattr(L.nn.functional, name)(x, *args, **options)


POOLS = [
    (2,),
    (3, 1),
    (3, 2, 0, 1, True),
    (2, 1, 0, 2),
    (3, 2, 1),
    (4, 1, 2, 2),
    (2, 2, 1, 1, True),
]


@pytest.mark.parametrize("order", ORDERS)
def test_pooling_matches_torch_in_every_order_with_ties_nan_and_infinity(order, rng):
    for options in POOLS:
        x = rng.choice([nan, inf, -inf, 0.0, 1.0], (4, 3, 6, 6))
        with naming(options):
            f = pooled("max_pool2d", *options[:5], return_indices=True)
            assert_same(f, [x], order, rng)
    x = rng.standard_normal((4, 3, 6, 8))
    for f in (pooled("avg_pool2d", (2, 3)), pooled("avg_pool2d", (3, 2), (2, 1), (1, 1))):
        assert_same(f, [x], order, rng)
    x[0, 1, 2, 3], x[0, 2, 4, 4], x[1, 0, 3, 2] = nan, inf, -inf
    for size in (1, 2, 3, 5, 7, (4, 6), (8, 1)):
        with naming(size):
            assert_same(pooled("adaptive_avg_pool2d", size), [x], order, rng)
            assert_same(pooled("adaptive_max_pool2d", size), [x], order, rng)


@pytest.mark.parametrize("order", ORDERS)
def test_batch_norm_matches_torch_in_every_order(order, rng):
    for shape in ((6, 5), (3, 5, 4), (3, 5, 4, 2), (2, 1, 3, 3), (4, 5, 1, 1)):
        arrays = [rng.standard_normal(s) for s in (shape, shape[1], shape[1])]
        tensors = [wrap(a, requires_grad=True) for a in (order(arrays[0]), *arrays[1:])]
        leaves = [torch.tensor(a, requires_grad=True) for a in arrays]
        g = rng.standard_normal(shape)
        y, expected = (
            L.nn.functional.batch_norm(x, None, None, w, b, True, eps=0.01)
            for L, (x, w, b) in ((nnlib, tensors), (torch, leaves))
        )
        np.testing.assert_allclose(y.detach().numpy(), expected.detach().numpy(), rtol=1e-10)
        for other in ORDERS:
            got = nnlib.grad(y, tensors, wrap(other(g)), retain_graph=True)
            want = torch.autograd.grad(expected, leaves, torch.tensor(g), retain_graph=True)
            for a, b in zip(got, want, strict=True):
                np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-9, atol=1e-12)
    single = order(rng.standard_normal((64, 8, 16, 16)) + 10).astype("f4", order="K")
    exact, ours, theirs = (
        f(x, None, None, training=True)
        for f, x in (
            (F.batch_norm, single.astype("f8")),
            (F.batch_norm, single),
            (torch.nn.functional.batch_norm, torch.from_numpy(single)),
        )
    )
    assert np.abs(ours - exact).max() < max(1e-5, 2 * np.abs(theirs.numpy() - exact).max())


def test_results_keep_the_order_of_memory_so_that_the_next_layer_copies_nothing(rng):
    x, w = (rng.standard_normal(s).astype("f4") for s in ((2, 3, 8, 8), (4, 3, 3, 3)))
    for y in (F.conv2d(x, w), F.relu(F.conv2d(x, w)), F.max_pool2d(F.conv2d(x, w), 2)):
        assert y.transpose(0, 2, 3, 1).flags.c_contiguous
    for order, training in itertools.product(ORDERS[:2], (True, False)):
        x = wrap(order(rng.standard_normal((3, 5, 4, 2))), requires_grad=True)
        averages = nnlib.tensor(np.zeros(5)), nnlib.tensor(np.ones(5))
        y = F.batch_norm(x, *averages, training=training)
        (g,) = nnlib.grad(y, x, wrap(order(np.ones((3, 5, 4, 2)))))
        assert y.array.strides == g.array.strides == x.array.strides


@pytest.mark.parametrize("groups", [1, 4])
@pytest.mark.parametrize("name", ["conv2d", "conv_transpose2d"])
def test_gradients_are_the_same_when_only_some_are_requested(name, groups, rng):
    arrays = [rng.standard_normal(s) for s in ((3, 4, 6, 5), (4, 4 // groups, 3, 3), (4,))]
    every = [wrap(a, requires_grad=True) for a in arrays]
    getattr(F, name)(*every, padding=1, groups=groups).square().sum().backward()
    for wanted in list(itertools.product([False, True], repeat=3))[1:]:
        some = [wrap(a, requires_grad=r) for a, r in zip(arrays, wanted, strict=True)]
        getattr(F, name)(*some, padding=1, groups=groups).square().sum().backward()
        for one, all_, asked in zip(some, every, wanted, strict=True):
            assert (one.grad is not None) == asked
            if asked:
                np.testing.assert_allclose(one.grad.numpy(), all_.grad.numpy(), rtol=1e-10)


def test_nan_spreads_through_a_convolution_and_no_channels_give_the_bias(rng):
    x, w = rng.standard_normal((2, 3, 6, 6)), rng.standard_normal((2, 3, 3, 3))
    x[0, 1, 2, 2] = nan
    expected = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(w)).numpy()
    np.testing.assert_allclose(F.conv2d(x, w), expected)
    y = F.conv2d(np.ones((2, 0, 4, 4)), np.ones((3, 0, 3, 3)), np.array([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(y, np.broadcast_to([[[1.0]], [[2.0]], [[3.0]]], (2, 3, 2, 2)))


@pytest.mark.parametrize("name", ["batch_norm", "layer_norm", "group_norm", "instance_norm"])
def test_norms_of_constant_and_unbounded_values_match_torch(name):
    options = dict(
        batch_norm=dict(running_mean=None, running_var=None, training=True),
        layer_norm=dict(normalized_shape=(4, 5)),
        group_norm=dict(num_groups=2),
        instance_norm={},
    )
    for value in (0.0, 3.0, inf, nan):
        outs = []
        for L in (nnlib, torch):
            x = np.full((3, 4, 5), value)
            x[1] = np.arange(20.0).reshape(4, 5)
            x = L.tensor(x, requires_grad=True)
            with np.errstate(invalid="ignore"):
                y = getattr(L.nn.functional, name)(x, **options[name])
                y.backward(L.tensor(np.arange(60.0).reshape(3, 4, 5)))
            outs.append((y.detach().numpy(), x.grad.numpy()))
        for ours, theirs in zip(*outs, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-8)


def apply(L, name, x, *rest, **options):
    """Return the results of a recurrent kernel as one list."""
    states = 2 if name == "lstm_layer" else 1
    hx = tuple(rest[:2]) if states == 2 else rest[0]
    y = getattr(L, name)(x, hx, *rest[states:], **options)
    return list(y) if states == 2 else [y]


def inputs_of(rng, gates, states, needs=lambda k: True, **sizes):
    """Return random inputs; those for which `needs` is true require a gradient."""
    arrays = [rng.standard_normal(s) for s in shapes(gates, states, **sizes)]
    return [nnlib.tensor(a, requires_grad=needs(k)) for k, a in enumerate(arrays)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[0])
def test_recurrent_kernels_compute_a_single_gradient_as_with_the_others(kind, rng):
    name, _, *sizes = kind

    def gradients(needs):
        inputs = inputs_of(np.random.default_rng(1), *sizes, needs=needs)
        total = sum((y * y).sum() for y in apply(ops, name, *inputs))
        return nnlib.grad(total, [x for x in inputs if x.requires_grad])

    every = gradients(lambda k: True)
    for only, expected in enumerate(every):
        (g,) = gradients(lambda k, only=only: k == only)
        np.testing.assert_allclose(g.numpy(), expected.numpy(), rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind[0])
def test_recurrent_kernels_can_be_walked_twice_changed_and_used_without_history(kind, rng):
    name, _, *sizes = kind
    inputs = inputs_of(rng, *sizes)
    plain, changed, unchanged = (apply(ops, name, *inputs) for _ in range(3))
    assert all(y.array.flags.owndata for y in plain)
    total = sum((3.0 * y).sum() for y in plain)
    first = nnlib.grad(total, inputs, retain_graph=True)
    for g, again in zip(first, nnlib.grad(total, inputs), strict=True):
        np.testing.assert_array_equal(g.numpy(), again.numpy())
    for y in changed:
        y.mul_(3.0)
    for g, expected in zip(
        nnlib.grad(sum(y.sum() for y in changed), inputs), first, strict=True
    ):
        np.testing.assert_allclose(g.numpy(), expected.numpy(), rtol=1e-12)
    given = [nnlib.tensor(rng.standard_normal(y.shape)) for y in unchanged]
    before = [g.numpy().copy() for g in given]
    nnlib.grad(unchanged, inputs, given)
    for g, expected in zip(given, before, strict=True):
        np.testing.assert_array_equal(g.numpy(), expected)
    with nnlib.no_grad():
        for y, expected in zip(apply(ops, name, *inputs), plain, strict=True):
            assert y.grad_fn is None
            np.testing.assert_array_equal(y.numpy(), expected.detach().numpy())


@pytest.mark.parametrize("name", ["RNN", "GRU", "LSTM"])
def test_huge_inputs_saturate_the_gates_as_in_torch(name, rng):
    torch.manual_seed(0)
    ours, theirs = nnlib.nn.__dict__[name](5, 2), getattr(torch.nn, name)(5, 2)
    for parameter in theirs.parameters():  # 64ths, so that sums of large terms are exact
        parameter.data.mul_(64).round_().div_(64)
    ours.load_state_dict({k: v.numpy() for k, v in theirs.state_dict().items()})
    for size in (2.0**10, 2.0**100):
        array, results = rng.choice([-size, size], (4, 3, 5)).astype("f4"), []
        for L, layer in ((nnlib, ours), (torch, theirs)):
            x = L.tensor(array, requires_grad=True)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                y, _ = layer(x)
                y.sum().backward()
            results.append((y.detach().numpy(), x.grad.numpy()))
        for got, expected in zip(*results, strict=True):
            np.testing.assert_allclose(got, expected, rtol=1e-5, atol=1e-6)


def test_a_value_that_a_kernel_reads_and_that_was_changed_since_is_an_error(rng):
    inputs = inputs_of(rng, 4, 2)
    (y, _) = apply(ops, "lstm_layer", *inputs)
    with nnlib.no_grad():
        inputs[4].mul_(2.0)
    with pytest.raises(RuntimeError, match="lstm_layer"):
        y.sum().backward()
    z, t = nnlib.zeros(2, 3, requires_grad=True), nnlib.tensor([0, 1])
    loss = F.cross_entropy(z, t)
    t[0] = 2
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


COPIES = [
    lambda x: x.tile(1),
    lambda x: x.repeat_interleave(1, 0),
    lambda x: nnlib.cat([x]),
    lambda x: F.pad(x, (0, 0), mode="replicate"),
    lambda x: F.max_pool2d(x.reshape(1, 1, 3, 3), 1),
    lambda x: F.avg_pool2d(x.reshape(1, 1, 3, 3), 1),
    lambda x: F.unfold(x.reshape(1, 1, 3, 3), 1),
]


def test_a_copy_shares_no_memory():
    for copy in COPIES:
        x = nnlib.ones(3, 3)
        copy(x).mul_(2)
        with naming(f"the copy in line {copy.__code__.co_firstlineno}"):
            assert x.tolist() == np.ones((3, 3)).tolist()


def test_unneeded_copies_are_avoided_as_in_torch():
    for L in (nnlib, torch):
        x = L.ones(2, 3)
        assert x.contiguous() is x
        assert L.ones(3).flatten().shape == (3,)
        assert not x.t().clone().is_contiguous()
        assert x.t().contiguous().is_contiguous()
        moved = L.einsum("ij->ji", x)
        x.zero_()
        assert moved.tolist() == [[0.0, 0.0]] * 3
    x = nnlib.ones(3)
    assert x.flatten() is x


@pytest.mark.parametrize("make", [nnlib.tensor, np.array])
def test_an_index_or_an_order_changed_after_use_does_not_change_the_gradient(make):
    x = nnlib.zeros(3, requires_grad=True)
    i = make([0, 0])
    y = x[i] + x.gather(0, i)
    i += 2
    y.sum().backward()
    assert x.grad.tolist() == [4.0, 0.0, 0.0]
    x = nnlib.tensor([3.0, 1.0, 2.0], requires_grad=True)
    values, indices = x.topk(1)
    indices.fill_(2)
    values.sum().backward()
    assert x.grad.tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("share_of_nan", [0, 0.1, 1])
def test_topk_of_many_elements_is_the_beginning_of_sort(largest, share_of_nan):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 9, (3, 400, 2)).astype("f")  # with ties
    x[rng.random(x.shape) < share_of_nan] = np.nan
    values, indices = nnlib.tensor(x).topk(7, 1, largest)
    expected = nnlib.tensor(x).sort(1, descending=largest)
    np.testing.assert_array_equal(indices, expected.indices[:, :7])
    np.testing.assert_array_equal(values, torch.tensor(x).topk(7, 1, largest).values)


def test_unused_source_entries_get_no_gradient():
    v, i, y = nnlib.ones(3, requires_grad=True), nnlib.tensor([1, 0]), nnlib.zeros(3)
    (y.scatter(0, i, v) + y.scatter_add(0, i, v)).sum().backward()
    assert v.grad.tolist() == [2.0, 2.0, 0.0]


def test_kinds_of_index():
    x = nnlib.tensor([5.0, 6.0, 7.0])
    for dtype in (nnlib.int32, nnlib.int64):
        assert x[nnlib.tensor([2, 0], dtype=dtype)].tolist() == [7.0, 5.0]
    assert x[nnlib.tensor(np.array([1, 0, 1], np.uint8))].tolist() == [5.0, 7.0]  # a mask
    assert nnlib.zeros(3, 4)[[[0, 1], [1, 0]]].shape == (2, 2, 4)
    x = nnlib.tensor([1, 2, 3, 4])
    assert x[nnlib.tensor(1) : nnlib.tensor(4) : nnlib.tensor(2)].tolist() == [2, 4]
    x[1:] = x[:-1].clone()
    assert x.tolist() == [1, 1, 2, 3]
    x[1:] = x[:-1]  # overlapping parts are moved at once
    assert x.tolist() == [1, 1, 1, 2]


@pytest.mark.parametrize("index", [1, [0, 2], slice(1, 3), ...])
def test_an_assignment_casts_to_the_tensor(index):
    out = []
    for L in (nnlib, torch):
        x = L.tensor([1, 2, 3])
        x[index] = -1.7
        out.append((str(x.dtype).removeprefix("torch."), x.tolist()))
    assert out[0] == out[1]


def test_an_assigned_tensor_gets_its_gradient_in_its_own_dtype():
    x, v = nnlib.zeros(2, 3), nnlib.ones(3, dtype=nnlib.float64, requires_grad=True)
    x[1] = v
    x[[0]] = v
    x.sum().backward()
    assert (x.dtype, v.grad.dtype) == (np.float32, np.float64)
    assert v.grad.tolist() == [2.0, 2.0, 2.0]
