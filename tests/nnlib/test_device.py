"""Names of devices, against torch, and the refusal to compute elsewhere."""

import copy

import pytest
import torch

import nnlib
from nnlib.device import accelerator, backends, cuda, device

NAMES = [("cpu",), ("cpu", 0), ("cpu:0",), ("cuda",), ("cuda:1",), ("cuda", 3), ("meta",)]


def test_devices_read_print_and_compare_as_in_torch():
    for args in NAMES:
        got, expected = device(*args), torch.device(*args)
        assert (got.type, got.index) == (expected.type, expected.index)
        assert (repr(got), str(got), f"{got}") == (repr(expected), str(expected), f"{expected}")
        assert device(got) == got == copy.deepcopy(got)
        for other in NAMES:
            same = torch.device(*args) == torch.device(*other)
            assert (device(*args) == device(*other)) is same
            assert (hash(device(*args)) == hash(device(*other))) is same
    assert device("cpu") != "cpu"


def test_invalid_devices_are_refused_as_in_torch():
    for args in (("bogus",), ("",), ("cpu:x",), ("cpu:0", 0), ("cpu", -1)):
        for make in (device, torch.device):
            with pytest.raises(RuntimeError):
                make(*args)
    for make in (device, torch.device):
        for args in ((1.5,), ("cuda", "a"), ("cpu", 1.5)):
            with pytest.raises(TypeError):
                make(*args)


@pytest.mark.parametrize("where", ["cuda", "cuda:1", device("cuda", 1), "mps"])
def test_another_device_than_the_cpu_is_refused_by_name(where):
    with pytest.raises(RuntimeError, match=f"zeros: .*'{where}'"):
        nnlib.zeros(2, device=where)
    for here in (None, "cpu", "cpu:0", device("cpu", 0)):
        assert nnlib.zeros(2, device=here).tolist() == [0.0, 0.0]


def test_programs_may_ask_for_any_accelerator():
    for accelerator_module in (accelerator, cuda, backends.mps):
        assert accelerator_module.is_available() is False
        assert accelerator_module.device_count() == 0
    assert accelerator.current_accelerator() is torch.accelerator.current_accelerator()
    assert backends.cudnn.benchmark is torch.backends.cudnn.benchmark
