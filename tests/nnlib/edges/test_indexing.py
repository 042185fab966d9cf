"""Indices by name: ties, repeated places, kinds of index, and what an assignment casts."""

import numpy as np
import pytest
import torch

import nnlib


def test_many_rows_add_up_whether_counted_from_the_front_or_the_end(rng):
    i = rng.integers(-50, 50, (40, 20))
    table = nnlib.tensor(rng.standard_normal((50, 30)), requires_grad=True)
    v = rng.standard_normal((40, 20, 30))
    (table[i] * nnlib.Tensor(v)).sum().backward()
    expected = np.zeros((50, 30))
    np.add.at(expected, i, v)
    np.testing.assert_allclose(table.grad.numpy(), expected, rtol=1e-12, atol=1e-12)


def test_index_changed_after_use_does_not_change_the_gradient():
    x = nnlib.zeros(3, requires_grad=True)
    i = nnlib.tensor([0, 0])
    y = x[i] + x.gather(0, i)
    i += 2
    y.sum().backward()
    assert x.grad.tolist() == [4.0, 0.0, 0.0]


def test_order_changed_after_use_does_not_change_the_gradient():
    x = nnlib.tensor([3.0, 1.0, 2.0], requires_grad=True)
    values, indices = x.topk(1)
    indices.fill_(2)
    values.sum().backward()
    assert x.grad.tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("largest", [True, False])
def test_topk_of_equal_elements_gives_indices_that_select_its_values(largest):
    x = np.array([[1.0, 2.0, 2.0, 1.0, 2.0], [0.0, 0.0, 0.0, 0.0, 0.0]])
    got = nnlib.tensor(x).topk(3, largest=largest)
    expected = torch.tensor(x).topk(3, largest=largest)
    np.testing.assert_array_equal(got.values.numpy(), expected.values.numpy())
    np.testing.assert_array_equal(
        np.take_along_axis(x, got.indices.numpy(), 1), got.values.numpy()
    )
    assert len(set(got.indices.tolist()[1])) == 3


@pytest.mark.parametrize("name", ["sort", "topk", "kthvalue"])
def test_order_has_named_parts(name):
    result = getattr(nnlib, name)(nnlib.tensor([3.0, 1.0]), *([] if name == "sort" else [1]))
    assert result.values is result[0]
    assert result.indices is result[1]
    assert result.indices.dtype == np.int64


def test_what_src_has_beyond_the_index_gets_no_gradient():
    v = nnlib.ones(3, requires_grad=True)
    i = nnlib.tensor([1, 0])
    y = nnlib.zeros(3)
    (y.scatter(0, i, v) + y.scatter_add(0, i, v)).sum().backward()
    assert v.grad.tolist() == [2.0, 2.0, 0.0]


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_every_kind_of_integer_is_an_index(dtype):
    i = nnlib.tensor([2, 0], dtype=getattr(nnlib, dtype))
    assert nnlib.tensor([5.0, 6.0, 7.0])[i].tolist() == [7.0, 5.0]


def test_uint8_is_a_mask_as_in_torch():
    i, x = np.array([1, 0, 1], np.uint8), np.array([5.0, 6.0, 7.0])
    with pytest.warns(UserWarning, match="uint8"):
        expected = torch.tensor(x)[torch.tensor(i)].tolist()
    assert nnlib.tensor(x)[nnlib.tensor(i)].tolist() == expected


def test_a_list_of_lists_is_one_table_of_places():
    assert nnlib.zeros(3, 4)[[[0, 1], [1, 0]]].shape == (2, 2, 4)


def test_slices_take_tensors_as_bounds():
    x = nnlib.tensor([1, 2, 3, 4])
    assert x[nnlib.tensor(1) : nnlib.tensor(4) : nnlib.tensor(2)].tolist() == [2, 4]


def test_a_number_beside_an_array_is_read_first_as_in_torch():
    x = np.arange(24.0).reshape(2, 3, 4)
    got = nnlib.tensor(x)[1, :, [0, 2]]
    np.testing.assert_array_equal(got.numpy(), torch.tensor(x)[1, :, [0, 2]].numpy())
    assert got.shape == (3, 2)


@pytest.mark.parametrize("index", [1, [0, 2], slice(1, 3), ...])
def test_an_assignment_casts_to_the_tensor(index):
    out = []
    for library in (nnlib, torch):
        x = library.tensor([1, 2, 3])
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


def test_overlapping_parts_are_moved_at_once():
    x = nnlib.tensor([1.0, 2.0, 3.0, 4.0])
    x[1:] = x[:-1]
    assert x.tolist() == [1.0, 1.0, 2.0, 3.0]


def test_the_in_place_forms_have_the_values_of_torch(rng):
    a, v = rng.standard_normal((3, 4)), rng.standard_normal((2, 4))
    i, out = np.array([2, 0]), []
    for library in (nnlib, torch):
        x = library.tensor(a)
        x.index_add_(0, library.tensor(i), library.tensor(v), alpha=2)
        x.scatter_(1, library.tensor([[0], [1], [3]]), 7.0)
        x.scatter_add_(0, library.tensor([[1, 1, 1, 1]]), library.tensor(v))
        out.append(x.tolist())
    np.testing.assert_allclose(out[0], out[1])


def test_unique_gives_a_tensor_or_a_tuple_as_asked_for():
    x = nnlib.tensor([2, 1, 2])
    assert nnlib.unique(x).tolist() == [1, 2]
    values, counts = nnlib.unique(x, return_counts=True)
    assert (values.tolist(), counts.tolist()) == ([1, 2], [1, 2])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bincount_sums_in_the_dtype_of_the_weights(dtype):
    w = [0.1, 0.2, 0.3]
    got = nnlib.bincount(nnlib.tensor([1, 1, 0]), nnlib.tensor(w, dtype=getattr(nnlib, dtype)))
    expected = torch.bincount(
        torch.tensor([1, 1, 0]), torch.tensor(w, dtype=getattr(torch, dtype))
    )
    np.testing.assert_allclose(got.numpy(), expected.numpy(), rtol=1e-6, strict=True)


def test_a_single_number_written_by_a_mask_gets_its_gradient():
    grads = []
    for library in (nnlib, torch):
        x = library.tensor(2.0, requires_grad=True)
        v = library.tensor(5.0, requires_grad=True)
        y = x * 1
        y[library.tensor(True)] = v
        (y * y).backward()
        grads.append((x.grad.item(), v.grad.item()))
    assert grads[0] == grads[1] == (0.0, 10.0)
