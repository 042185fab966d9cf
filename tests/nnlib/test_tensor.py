"""What a Tensor shows, how it prints, and how it meets Python and NumPy."""

import copy
import operator

import numpy as np
import pytest
import torch

import nnlib


def test_an_array_is_kept_without_copying():
    a = np.ones(3)
    assert nnlib.Tensor(a).array is a
    assert nnlib.Tensor(a).data.array is a
    assert nnlib.Tensor(a).numpy() is a


def test_attributes_describe_the_array():
    x = nnlib.zeros(2, 3, dtype=nnlib.float64)
    assert (x.shape, x.ndim, x.dtype, x.device) == ((2, 3), 2, np.dtype("float64"), "cpu")
    assert (x.size(), x.size(1), x.dim(), x.numel(), len(x)) == ((2, 3), 3, 2, 6, 2)
    assert x.is_leaf
    assert x.grad_fn is None
    assert x.T.shape == (3, 2)
    assert nnlib.zeros(4, 2, 3).mT.shape == (4, 3, 2)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (nnlib.tensor([1.0, 2.5]), "tensor([1. , 2.5])"),
        (nnlib.tensor([1, 2]), "tensor([1, 2])"),
        (nnlib.tensor([True]), "tensor([ True])"),
        (nnlib.tensor([1.0], dtype="float64"), "tensor([1.], dtype=float64)"),
        (nnlib.tensor([1.0], requires_grad=True), "tensor([1.], requires_grad=True)"),
        (nnlib.tensor([1.0], requires_grad=True).exp(), "tensor([2.7183], grad_fn=<exp>)"),
        (nnlib.nn.Parameter([1.0]), "Parameter containing:\ntensor([1.], requires_grad=True)"),
    ],
)
def test_a_tensor_prints_its_values_and_what_is_special(x, text):
    assert repr(x) == text


def test_a_single_number_takes_a_format():
    assert f"{nnlib.tensor(2.5):.2f}" == "2.50"
    assert f"{nnlib.tensor([2.5])}" == "tensor([2.5])"


def test_single_elements_become_python_numbers():
    x = nnlib.tensor([2.5])
    assert (x.item(), float(x), int(x), bool(x)) == (2.5, 2.5, 2, True)
    assert [10, 20, 30][nnlib.tensor(1)] == 20
    assert nnlib.tensor([[1, 2]]).tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("f", "error", "message"),
    [
        (
            lambda x: x.item(),
            RuntimeError,
            r"item: expected a tensor of one element, got \(2,\)",
        ),
        (bool, RuntimeError, r"use any\(\) or all\(\)"),
        (operator.index, TypeError, "expected an integer tensor"),
        (lambda x: x + "a", TypeError, "expected a Tensor, an array or a number, got str"),
        (lambda x: x + None, TypeError, "got NoneType"),
        (lambda x: x + nnlib.ones(3), RuntimeError, r"add: expected shapes that broadcast"),
        (lambda x: np.exp(x), TypeError, "does not support ufuncs"),
        (lambda x: nnlib.Tensor("a"), TypeError, "expected numbers or truth values"),
        (lambda x: x.long().requires_grad_(), RuntimeError, "expected a floating-point dtype"),
        (
            lambda x: (x.requires_grad_() * 2).requires_grad_(False),
            RuntimeError,
            "expected a leaf",
        ),
        (
            lambda x: x @ nnlib.ones(3, 3),
            RuntimeError,
            r"matmul: expected shapes \(..., n, k\)",
        ),
        (lambda x: x @ x.double(), RuntimeError, "matmul: expected equal dtypes"),
        (lambda x: x @ nnlib.tensor(1.0), RuntimeError, "at least one axis each"),
        (lambda x: x.sum(1), IndexError, r"sum: expected dim in \[-1, 0\], got 1"),
        (lambda x: x.sum((0, 0)), RuntimeError, "sum: expected each axis once"),
        (lambda x: x.long().mean(), RuntimeError, "mean: expected a floating-point dtype"),
        (lambda x: x.reshape(3), RuntimeError, r"shape \(3,\) does not fit 2 elements"),
        (lambda x: x.expand(3), RuntimeError, r"cannot expand shape \(2,\) to \(3,\)"),
        (lambda x: x.permute(0, 0), RuntimeError, "expected each of 1 axes once"),
        (lambda x: x.flatten(0, 1), IndexError, "flatten: expected dim in"),
        (lambda x: nnlib.zeros(2, 2).flatten(1, 0), RuntimeError, "start_dim <= end_dim"),
        (lambda x: nnlib.cat([]), RuntimeError, "expected at least one tensor"),
        (
            lambda x: nnlib.cat([x, nnlib.ones(2, 2)]),
            RuntimeError,
            "shapes equal but for dim 0",
        ),
        (lambda x: x.split([1, 2]), RuntimeError, r"sizes that add up to 2, got \[1, 2\]"),
        (lambda x: x.gather(0, x), RuntimeError, "gather: expected an integer index"),
        (lambda x: x.gather(0, nnlib.tensor([[0]])), RuntimeError, "an index of 1 axes"),
        (lambda x: x.gather(0, nnlib.tensor([2])), IndexError, r"in \[0, 1\], got 2"),
        (lambda x: x.clamp(), ValueError, "expected min or max, got neither"),
        (lambda x: nnlib.one_hot(x), RuntimeError, "expected integer class indices"),
        (lambda x: nnlib.exp("a"), TypeError, "expected a Tensor, an array or a number"),
        (lambda x: nnlib.one_hot(x[:0].long()), RuntimeError, "expected num_classes"),
        (lambda x: nnlib.one_hot(nnlib.tensor([3]), 3), IndexError, "got 3"),
        (
            lambda x: nnlib.where(x > 0, x, nnlib.ones(3)),
            RuntimeError,
            "where: expected shapes",
        ),
        (lambda x: nnlib.from_numpy([1]), TypeError, "expected an ndarray, got list"),
    ],
)
def test_mistakes_are_named(f, error, message):
    with pytest.raises(error, match=message):
        f(nnlib.tensor([1.0, 2.0]))


OPERATORS = [
    *("add", "sub", "mul", "truediv", "pow", "matmul", "eq", "ne", "lt", "le", "gt", "ge"),
    *("iadd", "isub", "imul", "itruediv", "ipow"),
]


@pytest.mark.parametrize("name", OPERATORS)
def test_operator_is_that_of_torch(name, rng):
    f, a, b = getattr(operator, name), rng.uniform(1, 2, (2, 2)), rng.uniform(1, 2, (2, 2))
    expected = f(torch.tensor(a), torch.tensor(b))
    np.testing.assert_allclose(f(nnlib.tensor(a), nnlib.tensor(b)).numpy(), expected)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow", "matmul"])
def test_an_array_on_the_left_gives_a_tensor(name, rng):
    f, a, b = getattr(operator, name), rng.uniform(1, 2, (2, 2)), rng.uniform(1, 2, (2, 2))
    y = f(a, nnlib.tensor(b))
    assert isinstance(y, nnlib.Tensor)
    np.testing.assert_allclose(y.numpy(), f(a, b))


def test_numbers_on_the_left_give_a_tensor():
    x = nnlib.tensor([2.0])
    assert [(3 - x).item(), (3 / x).item(), (3**x).item()] == [1.0, 1.5, 9.0]
    assert [(np.float64(3) - x).item(), (np.float32(3) * x).item()] == [1.0, 6.0]


def test_numbers_alone_are_taken_as_arrays():
    assert nnlib.exp(0) == 1
    assert nnlib.add(1, 2) == 3


def test_truth_values_combine():
    x = nnlib.tensor([True, False])
    assert (x & True).tolist() == [True, False]
    assert (True & x).tolist() == [True, False]
    assert (x | ~x).tolist() == [True, True]
    assert (-nnlib.tensor([1.0])).abs().item() == 1.0


def test_iteration_goes_over_the_first_axis():
    assert [row.tolist() for row in nnlib.tensor([[1, 2], [3, 4]])] == [[1, 2], [3, 4]]


def test_tensors_are_compared_by_element_and_hashed_by_identity():
    x, y = nnlib.ones(2), nnlib.ones(2)
    assert (x == y).tolist() == [True, True]
    assert len({x, y}) == 2


def test_numpy_reads_a_tensor_without_history():
    x = nnlib.ones(2)
    np.testing.assert_array_equal(np.asarray(x), np.ones(2, np.float32), strict=True)
    assert np.array(x, dtype=np.int64).dtype == np.int64
    with pytest.raises(RuntimeError, match="would lose its history"):
        np.asarray(x.requires_grad_())


def test_the_dtype_can_be_changed_with_history():
    x = nnlib.ones(2, requires_grad=True)
    (x.double() * 2).sum().backward()
    assert x.grad.dtype == nnlib.float32
    assert x.to("cpu") is x
    assert x.float() is x
    assert x.long().dtype == nnlib.int64


def test_contiguous_copies_only_where_needed():
    x = nnlib.ones(2, 3)
    assert x.contiguous() is x
    assert x.T.contiguous().array.flags.c_contiguous


def test_deep_copies_share_nothing():
    x = nnlib.ones(2, requires_grad=True)
    y = copy.deepcopy(x)
    y.array += 1
    assert x.tolist() == [1.0, 1.0]
    assert y.requires_grad
