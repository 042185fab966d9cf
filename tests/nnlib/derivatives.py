"""Helper functions for tests of derivatives, which compare both libraries."""

import numpy as np
import torch

import nnlib

BOTH = (nnlib, torch)


def leaf(*values, dtype=nnlib.float64):
    return nnlib.tensor(list(values), dtype=dtype, requires_grad=True)


def numbers(x):
    """Convert nested tuples of tensors to nested lists of arrays."""
    if isinstance(x, (tuple, list)):
        return [numbers(part) for part in x]
    return None if x is None else x.detach().numpy()


def assert_same(ours, theirs, rtol=1e-10):
    assert isinstance(ours, list) == isinstance(theirs, list)
    if isinstance(ours, list):
        assert len(ours) == len(theirs)
        for a, b in zip(ours, theirs, strict=True):
            assert_same(a, b, rtol)
    elif theirs is None:
        assert ours is None
    else:
        np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=1e-13, strict=True)


def vector(L, requires_grad=True):
    return L.tensor([1.0, 2.0, 3.0, 4.0], requires_grad=requires_grad)


def slope(y, x):
    y.sum().backward()
    return x.grad.tolist()


def outcome(f, L, *args):
    try:
        return f(L, *args)
    except RuntimeError as error:
        return type(error)
