"""Laws that hold for all inputs, tried on many by hypothesis."""

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nnlib
import nnlib.nn.functional as F

SHAPES = hnp.mutually_broadcastable_shapes(num_shapes=2, max_dims=4, max_side=4)
SEEDS = st.integers(0, 2**32 - 1)


def drawn(seed, *shapes):
    rng = np.random.default_rng(seed)
    return [rng.uniform(0.5, 2.0, shape) for shape in shapes]


def summed_to(shape, array):
    """Return an array summed over the dimensions that broadcasting would add or stretch."""
    lead = array.ndim - len(shape)
    stretched = [lead + i for i, n in enumerate(shape) if n == 1 != array.shape[lead + i]]
    return array.sum((*range(lead), *stretched)).reshape(shape)


@pytest.mark.parametrize("fn", [nnlib.add, nnlib.sub, nnlib.mul, nnlib.div, nnlib.pow])
@given(shapes=SHAPES, seed=SEEDS)
def test_broadcast_gradient_is_the_sum_over_explicit_copies(fn, shapes, seed):
    (v,) = drawn(seed + 1, shapes.result_shape)
    small = [nnlib.Tensor(a, True) for a in drawn(seed, *shapes.input_shapes)]
    wide = [nnlib.Tensor(np.broadcast_to(x.array, v.shape), True) for x in small]
    fn(*small).backward(nnlib.Tensor(v))
    fn(*wide).backward(nnlib.Tensor(v))
    for s, w in zip(small, wide, strict=True):
        expected = summed_to(s.shape, w.grad.numpy())
        np.testing.assert_allclose(s.grad.numpy(), expected, rtol=1e-10, strict=True)


def forwards(index):
    """Return whether an index has no negative step, which torch refuses."""
    parts = index if isinstance(index, tuple) else (index,)
    return all(p.step is None or p.step > 0 for p in parts if isinstance(p, slice))


@st.composite
def indexed(draw):
    """Return an array's shape, and a basic or an advanced index into it."""
    shape = draw(hnp.array_shapes(max_dims=3, min_side=1, max_side=4))
    basic = hnp.basic_indices(shape, allow_newaxis=True).filter(forwards)
    return shape, draw(st.one_of(basic, hnp.integer_array_indices(shape)))


@given(case=indexed(), seed=SEEDS)
def test_reading_and_writing_at_an_index_are_those_of_numpy(case, seed):
    shape, index = case
    (a,) = drawn(seed, shape)
    x = nnlib.tensor(a, requires_grad=True)
    y = x[index]
    np.testing.assert_array_equal(y.detach().numpy(), a[index])
    (v,) = drawn(seed + 1, y.shape)
    expected = np.zeros(shape)
    np.add.at(expected, index, v)
    y.backward(nnlib.tensor(v))
    np.testing.assert_allclose(x.grad.numpy(), expected, rtol=1e-12)
    z = nnlib.tensor(a, requires_grad=True)
    changed = z * 1
    changed[index] = 0.0
    changed.sum().backward()
    np.testing.assert_array_equal(z.grad.numpy(), expected == 0)


def close(got, expected):
    np.testing.assert_allclose(got.detach().numpy(), expected, rtol=1e-9, atol=1e-10)


@pytest.mark.slow
@given(seed=SEEDS, dx=st.integers(0, 3), dy=st.integers(0, 3))
def test_convolution_of_a_shifted_picture_is_the_shifted_convolution(seed, dx, dy):
    rng = np.random.default_rng(seed)
    picture = np.zeros((1, 2, 12, 12))
    picture[:, :, 4:8, 4:8] = rng.standard_normal((1, 2, 4, 4))
    w = rng.standard_normal((3, 2, 3, 3))
    plain = F.conv2d(picture, w, padding=1)
    shifted = F.conv2d(np.roll(picture, (dx, dy), (2, 3)), w, padding=1)
    np.testing.assert_allclose(shifted, np.roll(plain, (dx, dy), (2, 3)), atol=1e-12)


LAYERS = [
    (lambda: nnlib.nn.Conv2d(3, 4, 3, padding=1), (5, 3, 6, 6), 0),
    (lambda: nnlib.nn.MaxPool2d(2), (5, 3, 6, 6), 0),
    (lambda: nnlib.nn.BatchNorm2d(3), (5, 3, 4, 4), 0),
    (lambda: nnlib.nn.LayerNorm(7), (5, 7), 0),
    (lambda: nnlib.nn.LSTM(3, 4), (6, 5, 3), 1),
    (lambda: nnlib.nn.GRU(3, 4), (6, 5, 3), 1),
]


@pytest.mark.slow
@pytest.mark.parametrize(("make", "shape", "axis"), LAYERS)
@given(seed=SEEDS)
def test_order_of_the_batch_only_reorders_the_result(make, shape, axis, seed):
    rng = np.random.default_rng(seed)
    layer, x = make().double(), rng.standard_normal(shape)
    order = rng.permutation(shape[axis])
    results = [layer(nnlib.tensor(a)) for a in (x, np.take(x, order, axis))]
    plain, mixed = (y[0] if isinstance(y, tuple) else y for y in results)
    close(mixed, np.take(plain.detach().numpy(), order, axis))
