"""Save values in memory, and compare loaded values with the original."""

import io

import numpy as np
import torch

import nnlib
from nnlib.serialization import save


def array(x):
    """Return the values of a tensor of either library; return an array unchanged."""
    return x if is_array(x) else x.detach().numpy()


def saved(x, by=save):
    """Return a file in memory that contains x, positioned at the start."""
    file = io.BytesIO()
    by(x, file)
    file.seek(0)
    return file


def assert_same(got, expected):
    """Assert that types, values and dtypes are equal at every level, in either library."""
    if isinstance(expected, (nnlib.Tensor, torch.Tensor, np.ndarray)):
        assert got.requires_grad == expected.requires_grad if not is_array(expected) else True
        np.testing.assert_array_equal(array(got), array(expected), strict=True)
    elif isinstance(expected, dict):
        assert isinstance(got, dict)
        assert list(got) == list(expected)
        for key, value in expected.items():
            assert_same(got[key], value)
    elif isinstance(expected, (list, tuple)):
        assert isinstance(got, type(expected))
        assert len(got) == len(expected)
        for one, other in zip(got, expected, strict=True):
            assert_same(one, other)
    else:
        assert type(got) is type(expected)
        assert got == expected


def is_array(x):
    return isinstance(x, np.ndarray)
