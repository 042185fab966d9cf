"""Names of devices, against torch, and the refusal to compute elsewhere."""

import copy

import pytest
import torch

import nnlib
from nnlib.device import accelerator, backends, check_device, cuda, device

NAMES = [("cpu",), ("cpu", 0), ("cpu:0",), ("cuda",), ("cuda:1",), ("cuda", 3), ("meta",)]


@pytest.mark.parametrize("args", NAMES, ids=str)
def test_device_reads_and_prints_as_in_torch(args):
    got, expected = device(*args), torch.device(*args)
    assert (got.type, got.index) == (expected.type, expected.index)
    assert repr(got) == repr(expected)
    assert str(got) == str(expected)
    assert f"{got}" == f"{expected}"
    assert device(got) == got


@pytest.mark.parametrize("args", NAMES, ids=str)
def test_devices_are_equal_as_in_torch(args):
    for other in NAMES:
        same = torch.device(*args) == torch.device(*other)
        assert (device(*args) == device(*other)) is same
        assert (hash(device(*args)) == hash(device(*other))) is same
    assert device("cpu") != "cpu"
    assert copy.deepcopy(device(*args)) == device(*args)


@pytest.mark.parametrize(
    ("args", "error", "message"),
    [
        (("bogus",), RuntimeError, "device: expected one of cpu, cuda.*got 'bogus'"),
        (("",), RuntimeError, "device: expected one of cpu, cuda.*got ''"),
        (("cpu:x",), RuntimeError, "device: expected a string such as 'cuda:1', got 'cpu:x'"),
        (("cpu:0", 0), RuntimeError, "device: expected a string such as .* got 'cpu:0'"),
        (("cpu", -1), RuntimeError, "device: expected an index of at least 0, got -1"),
        ((None,), TypeError, "device: expected a string or a device, got None"),
        ((1.5,), TypeError, "device: expected a string or a device, got 1.5"),
    ],
)
def test_what_is_no_device_is_refused_as_in_torch(args, error, message):
    with pytest.raises(error, match=message):
        device(*args)
    with pytest.raises(error):
        torch.device(*args)


@pytest.mark.parametrize("where", [None, "cpu", "cpu:0", device("cpu"), device("cpu", 0)])
def test_the_cpu_is_accepted_under_all_its_names(where):
    assert check_device("zeros", where) is None
    assert nnlib.zeros(2, device=where).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("where", ["cuda", "cuda:1", device("cuda", 1), "mps"])
def test_another_device_is_refused_by_name(where):
    message = f"zeros: nnlib computes on the CPU only, got device '{where}'"
    with pytest.raises(RuntimeError, match=message):
        nnlib.zeros(2, device=where)


def test_there_is_no_graphics_processor():
    assert cuda.is_available() is False
    assert cuda.device_count() == 0
    nnlib.manual_seed(0)
    expected = nnlib.rand(3).tolist()
    nnlib.manual_seed(0)
    cuda.manual_seed(1)
    cuda.manual_seed_all(1)
    assert nnlib.rand(3).tolist() == expected


def test_programs_may_ask_for_any_accelerator():
    for accelerator_module in (accelerator, cuda, backends.mps):
        assert accelerator_module.is_available() is False
        assert accelerator_module.device_count() == 0
    assert accelerator.current_accelerator() is torch.accelerator.current_accelerator()
    assert backends.cudnn.benchmark is torch.backends.cudnn.benchmark


def test_a_tensor_on_the_cpu_is_the_same_tensor():
    x = nnlib.ones(2)
    assert x.cpu() is x
    assert x.cuda("cpu") is x
    with pytest.raises(RuntimeError, match="cuda: nnlib computes on the CPU only"):
        x.cuda()
