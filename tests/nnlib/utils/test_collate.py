"""Collating against torch: types, containers and errors."""

from collections import UserDict, UserList, namedtuple
from types import MappingProxyType

import numpy as np
import pytest
import torch

import nnlib
from nnlib.utils.data import default_collate, default_convert
from tests.nnlib.harness import naming

Pair = namedtuple("Pair", "x y")
BATCHES = {
    "floats": lambda L: [1.0, 2.5],
    "integers": lambda L: [1, 2],
    "truths": lambda L: [True, False],
    "strings": lambda L: ["a", "bc"],
    "bytes": lambda L: [b"a", b"bc"],
    "tensors": lambda L: [L.ones(2, 3), L.zeros(2, 3)],
    "one": lambda L: [(L.ones(2), 1)],
    "arrays": lambda L: [np.ones((2, 3)), np.zeros((2, 3))],
    "numbers in arrays": lambda L: [np.array(1.5), np.array(2.5)],
    "tensors of several kinds": lambda L: [L.ones(2), L.ones(2, dtype=L.float64), L.arange(2)],
    "arrays of several kinds": lambda L: [np.ones(2), np.ones(2, np.float32)],
    "NumPy's numbers": lambda L: [np.float64(1.5), np.float64(2.0)],
    "NumPy's integers": lambda L: [np.int64(1), np.int64(2)],
    "NumPy's truths": lambda L: [np.bool_(True), np.bool_(False)],
    "tuples": lambda L: [(1, 2.0, "a"), (3, 4.0, "b")],
    "lists": lambda L: [[1, 2.0], [3, 4.0]],
    "lists of another kind": lambda L: [UserList([1, 2.0]), UserList([3, 4.0])],
    "named tuples": lambda L: [Pair(1, "a"), Pair(2, "b")],
    "dicts": lambda L: [dict(x=1, y=[2, 3]), dict(x=4, y=[5, 6])],
    "dicts of another kind": lambda L: [UserDict(x=1), UserDict(x=2)],
    "dicts that stay": lambda L: [MappingProxyType(dict(x=1)), MappingProxyType(dict(x=2))],
    "all within each other": lambda L: [
        (dict(a=[L.ones(2), np.ones(1)], b=Pair(1, (2, "c"))), "d") for _ in range(3)
    ],
    "empty tuples": lambda L: [(), ()],
}


def plain(value):
    """Return a value together with its types, to be compared."""
    if isinstance(value, (nnlib.Tensor, torch.Tensor)):
        array = value.numpy()
        return ("tensor", str(array.dtype), array.shape, array.tolist())
    if isinstance(value, np.ndarray):
        return ("array", str(value.dtype), value.tolist())
    if isinstance(value, (dict, UserDict, MappingProxyType)):
        return (type(value), {k: plain(v) for k, v in value.items()})
    if isinstance(value, (tuple, list, UserList)):
        return (type(value), [plain(v) for v in value])
    return value


def test_batches_match_torch():
    for make in BATCHES.values():
        with naming(make):
            expected = torch.utils.data.default_collate(make(torch))
            assert plain(default_collate(make(nnlib))) == plain(expected)


def test_conversions_match_torch():
    for make in BATCHES.values():
        with naming(make):
            expected = torch.utils.data.default_convert(make(torch))
            assert plain(default_convert(make(nnlib))) == plain(expected)


MISTAKES = [
    (lambda L: [object()], TypeError),
    (lambda L: [None, None], TypeError),
    (lambda L: [{1}, {2}], TypeError),
    (lambda L: [np.array(["a"]), np.array(["b"])], TypeError),
    (lambda L: [np.array([None]), np.array([None])], TypeError),
    (lambda L: [[1], [1, 2]], RuntimeError),
    (lambda L: [L.ones(2), L.ones(3)], RuntimeError),
    (lambda L: [np.ones(2), np.ones(3)], RuntimeError),
    (lambda L: [], IndexError),
    (lambda L: [dict(x=1), dict(y=1)], KeyError),
]


def test_batches_that_do_not_fit_are_refused():
    for make, error in MISTAKES:
        for L in (nnlib, torch):
            with naming(make(L)), pytest.raises(error):
                L.utils.data.default_collate(make(L))
