"""Settings that programs change at their beginning."""

import pytest
import torch

import nnlib


def test_settings_are_accepted_and_checked_as_in_torch():
    for L in (nnlib, torch):
        before = L.get_num_threads()
        L.set_num_threads(1)
        assert L.get_num_threads() == 1
        L.set_num_threads(before)
        for wrong in (0, -1):
            with pytest.raises(RuntimeError, match="positive"):
                L.set_num_threads(wrong)
        L.set_float32_matmul_precision("highest")
        with pytest.warns(UserWarning, match="low"):
            L.set_float32_matmul_precision("low")
        assert L.use_deterministic_algorithms(False, warn_only=True) is None


def made(L):
    """Return the dtypes of tensors that are made without one."""
    tensors = [L.ones(2), L.tensor([1.5]), L.tensor([1, 2]) / 2, L.tensor(1).sin(), L.randn(1)]
    tensors += [L.Tensor([1]), L.nn.Linear(1, 1).weight, L.FloatTensor([1]), L.arange(2) * 1.5]
    tensors += [L.ones(1, dtype=L.float32) * 1.5, L.distributions.Normal(0.0, 1.0).loc]
    return [str(x.dtype).removeprefix("torch.") for x in tensors] + [repr(L.ones(1))]


def test_the_default_dtype_is_used_as_in_torch():
    for dtype in ("float64", "float32"):
        results = []
        for L in (nnlib, torch):
            L.set_default_dtype(getattr(L, dtype))
            results.append([*made(L), L.get_default_dtype() == getattr(L, dtype)])
            with pytest.raises(TypeError, match="float"):
                L.set_default_dtype(L.int64)
        assert results[0] == results[1]


def test_variables_are_tensors():
    for L in (nnlib, torch):
        x = L.autograd.Variable(L.ones(2), requires_grad=True)
        assert x.requires_grad
        assert isinstance(x, L.Tensor)
        assert not L.autograd.Variable(x * 2).requires_grad
