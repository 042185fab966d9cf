"""Tensors from data and from rules, against torch."""

from collections import deque  # noqa: F401 (a text below uses it)
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
import torch

import nnlib
from tests.nnlib.harness import assert_refused, calls, each, raising


class Made(NamedTuple):
    """A call that makes a tensor, under its public name."""

    name: str
    make: Callable
    text: str = ""

    def __str__(self):
        return f"{self.name}, {self.text or self.make.__code__}"


SAME = [
    *calls(
        globals(),
        """
        L.tensor([[1.0, 2.0], [3.0, 4.0]]); L.tensor([1, 2]); L.tensor(deque([1.5, 2.0]));
        L.tensor((1, 2.5)); L.tensor([True, False]); L.tensor([True, 2, 1.5]); L.tensor(2.5);
        L.tensor(2**40); L.tensor([]); L.tensor(np.ones(3)); L.tensor(np.ones(2, "u1"));
        L.tensor(np.float64(1)); L.tensor([np.float64(1), 2]); L.tensor([np.int32(1), 2.5]);
        L.tensor([list(np.ones(2)), list(np.ones(2))]); L.tensor([1, 2], dtype=L.float64);
        L.tensor([1.7, -1.7], dtype=L.int64); L.tensor([2, 0], dtype=L.bool);
        L.tensor([1, 2], dtype=float); L.tensor(np.ones(2), dtype=L.float32, device="cpu");
        L.tensor([1.0], requires_grad=True); L.tensor([L.tensor(1.0), L.tensor(2.0)]);
        L.tensor([L.tensor(1.0, dtype=L.float64), 2]);
        L.tensor([[L.tensor(1, dtype=L.int32)], [2]]);
        L.tensor(np.ones(2, np.int16), dtype=L.float32); L.as_tensor([1.0, 2.0]);
        L.as_tensor(np.ones(2), dtype=L.float32, device="cpu");
        L.as_tensor(L.tensor([1, 2]), dtype=L.float32); L.asarray([1.5, 2], requires_grad=True);
        L.asarray(L.tensor([1.5], requires_grad=True), dtype=L.float64, requires_grad=True);
        L.asarray(L.tensor([1.5], requires_grad=True), copy=True, requires_grad=True);
        L.asarray(L.tensor([1.5], requires_grad=True), requires_grad=False);
        L.from_numpy(np.arange(3)); L.from_numpy(np.array(3.0)); L.zeros((2, 3), dtype=L.int64);
        L.zeros([2, 0]); L.zeros(size=(2,)); L.zeros(np.int64(2), L.tensor(3));
        L.zeros(L.ones(2, 3).shape, device=L.device("cpu")); L.ones(size=(2,), dtype=L.uint8);
        L.full((2, 3), 2.5); L.full((2,), 2); L.full((2,), 1.5, dtype=L.int64);
        L.full(size=(2,), fill_value=L.tensor(3)); L.full((2,), np.float64(1));
        L.zeros_like(L.tensor([1, 2]), dtype=L.bool);
        L.ones_like(L.tensor([1, 2]), dtype=L.float64);
        L.ones_like(L.tensor([1.0]), requires_grad=True); L.full_like(L.tensor([1, 2]), 1.5);
        L.eye(n=3, m=2, dtype=L.int64); L.tril_indices(3, 4, -1);
        L.triu_indices(4, 3, offset=1, dtype=L.int32); L.arange(4.0); L.arange(start=1, end=4);
        L.arange(1, end=8, step=3); L.arange(0.0, 1.0, 0.25); L.arange(0, 1, 0.1);
        L.arange(1e-3, 2, 0.1); L.arange(2.5, -2.5, -0.7); L.arange(3, dtype=L.float64);
        L.arange(0.5, 4.5, dtype=L.int64); L.arange(L.tensor(3.0));
        L.arange(0.0, 3.0, requires_grad=True);
        L.linspace(start=-3.0, end=L.tensor(2.0), steps=7); L.linspace(0, 1, 1);
        L.linspace(0, 10, 4, dtype=L.int64); L.linspace(5, -5, 4, dtype=L.int32);
        L.logspace(-1, 3, 5, base=2, dtype=L.float64);
        new_tensor: L.ones(2, dtype=L.float64).new_tensor([1, 2]);
        new_tensor: L.ones(2).new_tensor(np.ones(2), requires_grad=True);
        new_zeros: L.ones(2, dtype=L.float64).new_zeros(2, 3);
        new_zeros: L.ones(2).new_zeros((2, 3), dtype=L.int64);
        new_ones: L.ones(2, dtype=L.int32).new_ones(3);
        new_full: L.ones(2, dtype=L.float64).new_full((3,), 2);
        new_full: L.ones(2, dtype=L.int64).new_full((3,), 2.5)
        """,
    ),
]
SAME += [  # PyTorch's constructors
    *calls(
        globals(),
        """
        L.Tensor(); L.Tensor(np.array(2.5), device="cpu"); L.Tensor(L.tensor([1, 2]));
        L.Tensor(L.tensor(3)); L.Tensor(L.tensor([1.0], requires_grad=True));
        L.Tensor([L.tensor(1), np.int16(2)]); L.FloatTensor(np.ones((2, 3)));
        L.DoubleTensor([1, 2]); L.LongTensor([1.7, -2]);
        L.LongTensor(np.array([1, 2], np.int32));
        LongTensor: L.tensor([1.7]).type(L.LongTensor); Tensor: L.tensor([1]).type(L.Tensor);
        L.IntTensor(L.tensor([1], dtype=L.int32)); L.BoolTensor([0.5, 0]);
        L.ByteTensor([1, 255])
        """,
    ),
    *(("Tensor", lambda L, x=x: L.Tensor(x)) for x in ([1, 2], (2, 0), [[True]], [], range(3))),
    *(
        ("Tensor", lambda L, d=d: L.Tensor(np.ones(2, d)))
        for d in ("f8", "i8", "i2", "f2", "?")
    ),
]
SAME = [Made(*case) for case in SAME]


@each(SAME)
def test_made_tensor_matches_torch(case):
    got, expected = case.make(nnlib), case.make(torch)
    np.testing.assert_allclose(
        got.detach().numpy(), expected.detach().numpy(), rtol=1e-6, atol=1e-7, strict=True
    )
    assert got.requires_grad == expected.requires_grad


@pytest.mark.parametrize("L", [nnlib, torch])
def test_tensor_that_is_not_filled_has_shape_and_dtype(L):
    assert L.empty(2, 3).shape == (2, 3)
    assert L.Tensor(4, 3).shape == (4, 3)
    assert L.Tensor(np.int64(2), np.array(0)).dtype == L.float32
    assert L.LongTensor(5).shape == (5,)
    assert isinstance(L.LongTensor(5), L.LongTensor)
    assert not isinstance(L.Tensor(5), (L.LongTensor, L.DoubleTensor))
    assert L.empty(size=(2,), dtype=L.int32).dtype == L.int32
    assert L.empty_like(L.ones(2, 3, dtype=L.float64)).dtype == L.float64
    assert L.empty_like(L.ones(2, 3, dtype=L.float64), dtype=L.bool).shape == (2, 3)
    assert L.ones(2, dtype=L.uint8).new_empty(4, 0).dtype == L.uint8


BAD = [
    *raising(
        globals(),
        ValueError="""
        L.tensor([[1, 2], [3]]); L.tensor([L.ones(2)]); L.Tensor([[1, 2], [3]]);
        L.asarray([1], copy=False); L.asarray(np.ones(2), dtype=L.float32, copy=False)
        """,
        TypeError="""
        L.tensor("a"); L.tensor([1], dtype="float32"); L.tensor([1], dtype=3);
        L.Tensor([1], [2]); L.Tensor(2, 3.0); L.Tensor([1.0], requires_grad=True);
        L.Tensor(np.array(["a"])); L.LongTensor(L.ones(2)); L.from_numpy([1]); L.zeros();
        L.zeros(2.0); L.zeros(2, dtype="float"); L.full(2, 1.0); L.full((2,), "a");
        L.full((2,), L.ones(2)); L.arange("a"); L.arange(); L.zeros_like(3); L.ones_like([1]);
        L.empty_like(3); L.full_like(3, 1); L.full_like(L.ones(2), "a")
        """,
        RuntimeError="""
        L.tensor([1, 2], requires_grad=True); L.tensor([300], dtype=L.uint8); L.Tensor(-1);
        L.IntTensor([2**40]); L.asarray([1], requires_grad=True); L.zeros(-1);
        L.zeros(2, device="bogus"); L.ones(2, dtype=L.int64, requires_grad=True); L.empty(-1);
        L.eye(-1); L.arange(1, 0); L.arange(0, 1, 0); L.arange(float("nan"));
        L.arange(2, dtype=L.bool); L.linspace(0, 1, -1); L.logspace(0, 1, -1);
        L.ones(2).new_zeros(-1)
        """,
    ),
    *((lambda L, x=x: L.Tensor(x), TypeError) for x in (2.5, True, None, "ab", {1}, [1j])),
]


def test_bad_arguments_are_refused_by_name_as_in_torch():
    assert_refused(BAD, nnlib, torch)


@pytest.mark.parametrize("dtype", ["f2", "c16", "u2", "i2", "U1"])
def test_dtype_that_nnlib_does_not_have_is_refused_by_all_names(dtype):
    a = np.zeros(2, dtype)
    for name, call in (
        ("tensor", lambda: nnlib.tensor(a)),
        ("tensor", lambda: nnlib.tensor([a, a])),
        ("as_tensor", lambda: nnlib.as_tensor(a)),
        ("from_numpy", lambda: nnlib.from_numpy(a)),
        ("zeros", lambda: nnlib.zeros(2, dtype=a.dtype)),
    ):
        with pytest.raises(TypeError, match=rf"^{name}: expected .*int32.*, got .*{a.dtype}"):
            call()


def test_constructor_shares_memory_and_history_as_in_torch():
    for L in (nnlib, torch):
        a, x = np.zeros(2, np.float32), L.ones(2, requires_grad=True)
        shared = L.Tensor(a)
        a += 1
        assert shared.tolist() == [1, 1]
        (L.Tensor(x) * 3).sum().backward()
        assert x.grad.tolist() == [3, 3]


@pytest.mark.parametrize("data", [None, [None], 1j, {1, 2}, ["a"], [[1], "ab"]])
def test_data_that_are_not_numbers_are_refused(data):
    with pytest.raises(TypeError, match=r"^tensor: "):
        nnlib.tensor(data)


def test_tensor_copies_and_from_numpy_shares():
    a = np.zeros(2)
    copied, shared = nnlib.tensor(a), nnlib.from_numpy(a)
    again = nnlib.tensor(shared)
    a += 1
    assert copied.tolist() == again.tolist() == [0.0, 0.0]
    assert shared.tolist() == [1.0, 1.0]
    assert nnlib.as_tensor(shared) is shared
    assert nnlib.as_tensor(shared, dtype=nnlib.float64, device="cpu") is shared
    assert nnlib.as_tensor(a).array is nnlib.asarray(a, copy=False).array is a
    assert nnlib.asarray(shared) is shared


def test_as_tensor_keeps_the_history_where_it_converts():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    nnlib.as_tensor(x * 3, dtype=nnlib.float64).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]
