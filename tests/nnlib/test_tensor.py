"""What a Tensor shows, how it prints, and how it meets Python and NumPy."""

import copy
import operator
import pickle

import numpy as np
import pytest
import torch

import nnlib
from nnlib.tensor import wrap


def test_an_array_is_kept_without_copying():
    a = np.ones(3)
    assert wrap(a).array is a
    assert wrap(a).data.array is a
    assert wrap(a).numpy() is a


def test_attributes_describe_the_array():
    x = nnlib.zeros(2, 3, dtype=nnlib.float64)
    assert (x.shape, x.ndim, x.dtype) == ((2, 3), 2, nnlib.float64)
    assert x.device == nnlib.device("cpu")
    assert (x.size(), x.size(1), x.dim(), x.numel(), len(x)) == ((2, 3), 3, 2, 6, 2)
    assert x.is_leaf
    assert x.grad_fn is None
    assert x.T.shape == (3, 2)
    assert nnlib.zeros(4, 2, 3).mT.shape == (4, 3, 2)


def test_single_elements_become_python_numbers():
    x = nnlib.tensor([2.5])
    assert (x.item(), float(x), int(x), bool(x)) == (2.5, 2.5, 2, True)
    assert [10, 20, 30][nnlib.tensor(1)] == 20
    assert nnlib.tensor([[1, 2]]).tolist() == [[1, 2]]


OPERATORS = [
    *("add", "sub", "mul", "truediv", "pow", "matmul", "eq", "ne", "lt", "le", "gt", "ge"),
    *("iadd", "isub", "imul", "itruediv", "ipow"),
]


def test_operators_match_torch(rng):
    a, b = rng.uniform(1, 2, (2, 2, 2))
    for name in OPERATORS:
        f = getattr(operator, name)
        expected = f(torch.tensor(a), torch.tensor(b))
        np.testing.assert_allclose(f(nnlib.tensor(a), nnlib.tensor(b)).numpy(), expected)
        if name[0] != "i" and name in OPERATORS[:6]:
            y = f(a, nnlib.tensor(b))  # an array on the left
            assert isinstance(y, nnlib.Tensor)
            np.testing.assert_allclose(y.numpy(), f(a, b))


MISTAKES = [
    (lambda x: x.item(), RuntimeError),
    (bool, RuntimeError),
    (operator.index, TypeError),
    (lambda x: operator.index(x.long()), TypeError),
    (lambda x: x + "a", TypeError),
    (lambda x: x + None, TypeError),
    (lambda x: x + nnlib.ones(3), RuntimeError),
    (lambda x: x @ nnlib.ones(3, 3), RuntimeError),
    (np.exp, TypeError),
    (lambda x: x.long().requires_grad_(), RuntimeError),
    (lambda x: (x.requires_grad_() * 2).requires_grad_(False), RuntimeError),
    (lambda x: nnlib.from_numpy([1]), TypeError),
]


def test_mistakes_are_refused():
    for f, error in MISTAKES:
        with pytest.raises(error):
            f(nnlib.tensor([1.0, 2.0]))


@pytest.mark.parametrize("dtype", ["U1", "c16", "i2", "f2", "O", ">f4"])
def test_an_array_of_a_dtype_that_nnlib_does_not_have_is_refused(dtype):
    with pytest.raises(TypeError, match=f"^Tensor: expected an array .* got {np.dtype(dtype)}"):
        wrap(np.zeros(2, dtype))
    x = nnlib.tensor([1.0])
    with pytest.raises(TypeError, match="array"):
        x.data = np.zeros(2, dtype)


@pytest.mark.parametrize("L", [nnlib, torch])
def test_gradient_that_does_not_fit_is_refused_when_it_is_assigned(L):
    p = L.nn.Parameter(L.zeros(3, 2))
    for g in (L.ones(2), L.ones(3, 2, dtype=L.float64), p):
        with pytest.raises(RuntimeError, match="grad"):
            p.grad = g
    with pytest.raises(TypeError, match="Tensor or None"):
        p.grad = [1.0, 2.0]
    p.grad = L.ones(3, 2)
    assert p.grad.tolist() == [[1, 1]] * 3
    p.grad = None
    assert p.grad is None


def test_numbers_on_the_left_give_a_tensor():
    x = nnlib.tensor([2.0])
    assert [(3 - x).item(), (3 / x).item(), (3**x).item()] == [1.0, 1.5, 9.0]
    assert [(np.float64(3) - x).item(), (np.float32(3) * x).item()] == [1.0, 6.0]


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


def test_deepcopy_of_a_leaf_has_separate_memory_and_gradient():
    p = nnlib.tensor([1.0, 2.0], requires_grad=True)
    (p * p).sum().backward()
    q = copy.deepcopy(p)
    q.detach()[0] = 9.0
    assert q.requires_grad
    assert q.grad.tolist() == [2.0, 4.0]
    assert q.grad is not p.grad
    assert p.tolist() == [1.0, 2.0]


def test_deepcopy_of_a_result_is_refused():
    y = nnlib.ones(2, requires_grad=True) * 2
    with pytest.raises(RuntimeError, match="deepcopy: expected a leaf"):
        copy.deepcopy(y)


def test_pickle_keeps_values_dtype_and_kind():
    p = nnlib.nn.Parameter(np.array([1.0, 2.0]), requires_grad=False)
    q = pickle.loads(pickle.dumps(p))
    assert type(q) is nnlib.nn.Parameter
    assert (q.tolist(), q.dtype, q.requires_grad) == ([1.0, 2.0], np.float64, False)
