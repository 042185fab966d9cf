"""Laws that hold for all inputs, tried on many by hypothesis."""

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import nnlib

SEEDS = st.integers(0, 2**32 - 1)


def drawn(seed, *shapes):
    rng = np.random.default_rng(seed)
    return [rng.uniform(0.5, 2.0, shape) for shape in shapes]


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
def test_reading_and_writing_at_an_index_match_numpy(case, seed):
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
