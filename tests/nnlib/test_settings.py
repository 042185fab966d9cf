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


def test_variables_are_tensors():
    for L in (nnlib, torch):
        x = L.autograd.Variable(L.ones(2), requires_grad=True)
        assert x.requires_grad
        assert isinstance(x, L.Tensor)
