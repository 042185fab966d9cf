"""Anomaly detection: the operation that returned NaN as a gradient, and its line."""

import warnings

import numpy as np
import pytest
import torch

import nnlib
from tests.nnlib.harness import naming

MESSAGES = {nnlib: "SqrtBackward0 returned nan", torch: "'SqrtBackward0' returned nan"}


def poisoned(L):
    """Return a loss whose gradient is NaN from the square root on, with infinity before it."""
    x = L.tensor([0.0, 1.0], requires_grad=True)
    return (L.sqrt(x * 2) * L.tensor([0.0, 1.0])).sum()  # the root


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def test_the_operation_is_named_as_in_torch():
    for L, message in MESSAGES.items():
        with naming(L):
            with (
                L.autograd.detect_anomaly(),
                pytest.raises(RuntimeError, match=message) as caught,
            ):
                poisoned(L).backward()
            poisoned(L).backward()  # not inside
    # for torch, this was the last caught error
    with nnlib.autograd.set_detect_anomaly(True), pytest.raises(RuntimeError) as caught:
        poisoned(nnlib).backward()
    assert "test_autograd_anomaly.py, line" in str(caught.value)
    assert str(caught.value).endswith("# the root")


def test_it_can_be_switched_on_and_off():
    for L in MESSAGES:
        with naming(L):
            L.autograd.set_detect_anomaly(True)
            with pytest.raises(RuntimeError, match="returned nan"):
                poisoned(L).backward()
            with L.autograd.set_detect_anomaly(False):
                poisoned(L).backward()
            L.autograd.set_detect_anomaly(True, check_nan=False)
            poisoned(L).backward()
            L.autograd.set_detect_anomaly(False)
            poisoned(L).backward()
    assert nnlib.grad_mode.mode.observer is None


def test_operations_with_several_results_are_located_too():
    x = nnlib.ones(1, 2, requires_grad=True)
    network = nnlib.nn.LSTM(2, 2)
    nnlib.nn.init.constant_(network.weight_hh_l0, np.nan)
    with nnlib.autograd.detect_anomaly():
        y, _ = network(x)
        with pytest.raises(RuntimeError, match=r"anomaly.py, line \d+: y, _ = network\(x\)"):
            y.backward(nnlib.ones(1, 2))
