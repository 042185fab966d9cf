"""What a Tensor shows, how it prints, and how it meets Python and NumPy."""

import copy
import operator
import pickle

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
    assert (x.shape, x.ndim, x.dtype) == ((2, 3), 2, nnlib.float64)
    assert x.device == nnlib.device("cpu")
    assert (x.size(), x.size(1), x.dim(), x.numel(), len(x)) == ((2, 3), 3, 2, 6, 2)
    assert x.is_leaf
    assert x.grad_fn is None
    assert x.T.shape == (3, 2)
    assert nnlib.zeros(4, 2, 3).mT.shape == (4, 3, 2)


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (nnlib.tensor([1.0, 2.5]), "tensor([1.0000, 2.5000])"),
        (nnlib.tensor([1, 2]), "tensor([1, 2])"),
        (nnlib.tensor([True]), "tensor([True])"),
        (nnlib.tensor([1.0], dtype=nnlib.float64), "tensor([1.], dtype=float64)"),
        (nnlib.tensor([1.0], requires_grad=True), "tensor([1.], requires_grad=True)"),
        (nnlib.tensor([1.0], requires_grad=True).exp(), "tensor([2.7183], grad_fn=<exp>)"),
        (nnlib.nn.Parameter([1.0]), "Parameter containing:\ntensor([1.], requires_grad=True)"),
    ],
)
def test_a_tensor_prints_its_values_and_what_is_special(x, text):
    assert repr(x) == text


def test_a_single_number_takes_a_format():
    assert f"{nnlib.tensor(2.5):.2f}" == "2.50"
    assert f"{nnlib.tensor([2.5])}" == "tensor([2.5000])"


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


def test_deepcopy_of_a_leaf_has_memory_and_gradient_of_its_own():
    p = nnlib.tensor([1.0, 2.0], requires_grad=True)
    (p * p).sum().backward()
    q = copy.deepcopy(p)
    q.detach()[0] = 9.0
    assert q.requires_grad
    assert q.grad.tolist() == [2.0, 4.0]
    assert q.grad is not p.grad
    assert p.tolist() == [1.0, 2.0]


def test_deepcopy_keeps_what_was_shared_shared():
    p = nnlib.nn.Parameter([1.0])
    a, b = copy.deepcopy([p, p])
    assert a is b


def test_deepcopy_of_a_result_is_refused():
    y = nnlib.ones(2, requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="deepcopy: expected a leaf"):
        copy.deepcopy(y)


def test_pickle_keeps_values_dtype_and_kind():
    p = nnlib.nn.Parameter(np.array([1.0, 2.0]), requires_grad=False)
    q = pickle.loads(pickle.dumps(p))
    assert type(q) is nnlib.nn.Parameter
    assert (q.tolist(), q.dtype, q.requires_grad) == ([1.0, 2.0], np.float64, False)


def test_backward_fills_only_the_inputs_named_as_in_torch():
    for L in (nnlib, torch):
        a, b = (L.tensor([2.0], requires_grad=True) for _ in range(2))
        middle = a * b
        (middle * middle).sum().backward(inputs=[a, middle])
        assert (a.grad.item(), middle.grad.item(), b.grad) == (16.0, 8.0, None)


def test_backward_for_an_input_without_gradient_is_refused():
    x = nnlib.ones(1, requires_grad=True)
    with pytest.raises(RuntimeError, match="backward: expected inputs that require grad"):
        x.sum().backward(inputs=nnlib.ones(1))


def test_memory_layout_is_told_as_in_torch():
    for L in (nnlib, torch):
        x = L.zeros(2, 3, 4).transpose(0, 2)
        assert (x.stride(), x.stride(1), x.element_size()) == ((1, 4, 12), 4, 4)
        assert (x.is_floating_point(), x.long().is_floating_point()) == (True, False)


def test_numpy_by_force_leaves_the_history_behind():
    assert nnlib.ones(2, requires_grad=True).numpy(force=True).tolist() == [1.0, 1.0]
