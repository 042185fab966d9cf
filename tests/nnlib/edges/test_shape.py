"""Shapes by name: what is copied, what is kept, what NaN and nothing do."""

import inspect

import numpy as np
import pytest
import torch

import nnlib
import nnlib.trace

nan, inf = np.nan, np.inf


@pytest.mark.parametrize("name", ["tril", "triu"])
def test_a_triangle_has_zeros_beside_it_whatever_stood_there(name):
    x = [[nan, inf], [-inf, nan]]
    got, expected = getattr(nnlib, name)(nnlib.tensor(x)), getattr(torch, name)(torch.tensor(x))
    np.testing.assert_array_equal(got.numpy(), expected.numpy())


@pytest.mark.parametrize(
    "copy",
    [
        lambda x: x.clone(),
        lambda x: x.flip(1),
        lambda x: x.roll(0),
        lambda x: x.repeat(1, 1),
        lambda x: x.tile(1),
        lambda x: x.repeat_interleave(1, 0),
        lambda x: x.diag(),
        lambda x: nnlib.cat([x]),
        lambda x: x.t().contiguous(),
        lambda x: nnlib.nn.functional.pad(x, (0, 0), mode="replicate"),
    ],
)
def test_a_copy_shares_no_memory(copy):
    x = nnlib.ones(3, 3)
    copy(x).mul_(2)
    assert x.tolist() == np.ones((3, 3)).tolist()


def test_what_is_contiguous_stays_the_same_tensor():
    x = nnlib.ones(2, 3)
    assert x.contiguous() is x
    assert not x.t().is_contiguous()
    assert x.t().contiguous().is_contiguous()


@pytest.mark.parametrize("shape", [(3,), (), (2, 3)])
def test_flattening_one_axis_gives_the_same_tensor_as_in_torch(shape):
    x, y = nnlib.tensor(np.ones(shape)), torch.ones(shape)
    assert (x.flatten() is x) == (y.flatten() is y)
    assert nnlib.ones(2, 3).flatten(1).shape == (2, 3)


def test_a_clone_keeps_the_order_in_memory_as_in_torch():
    assert not torch.ones(2, 3).t().clone().is_contiguous()
    assert not nnlib.ones(2, 3).t().clone().is_contiguous()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (0, 2, 1)])
@pytest.mark.parametrize("shape", [(24,), (6, 4), (2, 12), (2, 3, 2, 2), (-1, 4)])
def test_view_needs_a_copy_exactly_where_it_does_in_torch(order, shape):
    out = []
    for library in (nnlib, torch):
        try:
            x = library.tensor(np.arange(24.0).reshape(2, 3, 4)).permute(order)
            out.append(x.view(shape).tolist())
        except RuntimeError:
            out.append("refused")
    assert out[0] == out[1]


@pytest.mark.parametrize("shape", [(0, 3), (2, 0), (0,)])
def test_a_view_of_nothing_is_never_refused(shape):
    x = nnlib.zeros(*shape)
    assert x.view(5, 0).shape == (5, 0)
    assert x.t().reshape(0).shape == (0,)


def test_windows_that_overlap_add_up_in_the_gradient():
    x = nnlib.zeros(6, requires_grad=True)
    x.unfold(0, 3, 1).sum().backward()
    assert x.grad.tolist() == [1.0, 2.0, 3.0, 3.0, 2.0, 1.0]


def test_sizes_are_taken_one_by_one_as_a_tuple_as_a_list_and_by_name():
    x = nnlib.zeros(2, 3)
    shapes = [x.reshape(3, 2), x.reshape((3, 2)), x.reshape([3, 2]), x.reshape(shape=(3, 2))]
    shapes += [x.permute(1, 0), x.permute(dims=(1, 0)), x.view(3, -1), nnlib.permute(x, [1, 0])]
    assert {y.shape for y in shapes} == {(3, 2)}


def test_cat_of_one_kind_with_a_higher_one_has_the_gradient_of_the_float():
    x = nnlib.ones(2, requires_grad=True)
    y = nnlib.cat([nnlib.tensor([1, 2]), x * 3])
    y.sum().backward()
    assert y.dtype == np.float32
    assert x.grad.tolist() == [3.0, 3.0]


def test_pieces_of_nothing_take_part_in_a_walk():
    x = nnlib.zeros(0, 2, requires_grad=True)
    pieces = [*x.split(1), *x.chunk(2), *x.tensor_split(2), *x.unbind(1)]
    nnlib.cat([piece.ravel() for piece in pieces]).sum().backward()
    assert x.grad.shape == (0, 2)


OTHER_NAMES = [
    *("swapaxes transpose", "swapdims transpose", "concat cat", "concatenate cat"),
    *("moveaxis movedim", "broadcast_to expand"),
]


@pytest.mark.parametrize("names", OTHER_NAMES)
def test_another_name_is_the_same_operation(names):
    other, name = names.split()
    assert getattr(nnlib, other) is getattr(nnlib, name)
    assert hasattr(nnlib.Tensor, other) == hasattr(torch.Tensor, other)


def test_trace_is_a_method_alone_since_nnlib_trace_draws_graphs():
    assert inspect.ismodule(nnlib.trace)
    with pytest.raises(RuntimeError, match="trace: expected a matrix, got shape"):
        nnlib.ones(3).trace()
