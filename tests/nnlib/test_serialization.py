"""Saved data is loaded unchanged, also by torch and from torch; the rest is refused."""

import io
import pickle
import zipfile
from collections import Counter, OrderedDict

import numpy as np
import pytest
import torch

import nnlib
from nnlib import nn
from nnlib.serialization import load, save
from nnlib.tensor import wrap
from tests.nnlib.harness import assert_refused, naming


def array(x):
    """Return the values of a tensor of either library; return an array unchanged."""
    return x if isinstance(x, np.ndarray) else x.detach().numpy()


def saved(x, by=save):
    """Return a file in memory that contains x, positioned at the start."""
    file = io.BytesIO()
    by(x, file)
    file.seek(0)
    return file


def assert_same(got, expected):
    """Assert that types, values and dtypes are equal at every level, in either library."""
    if isinstance(expected, (nnlib.Tensor, torch.Tensor, np.ndarray)):
        if not isinstance(expected, np.ndarray):
            assert got.requires_grad == expected.requires_grad
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


DTYPES = ("float32", "float64", "float16", "int64", "int32", "int16", "int8", "uint8", "bool")


def again(x):
    """Return x after saving and loading."""
    return load(saved(x))


DATA = {
    "constants": [None, True, False, 0, 1, -1, 255, 256, 65536, 2**31 - 1, -(2**31)],
    "large integers": [2**31, -(2**31) - 1, 2**63, -(2**70), 10**500],
    "floats": [0.0, -0.0, 1.5, float("inf"), -1e300],
    "strings": ["", "a", "Größe", "\ud800", "x" * 300, "two\nlines"],
    "bytes": [b"", b"abc", bytes(range(256))],
    "containers": [[], (), {}, [[]], ((),), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "sets": [set(), {1, "a", (2, 3)}],
    "dicts": {1: "a", (2, 3): {"b": None}, None: 1, False: 2.5, 0.5: [{}], b"k": 1},
    "ordered": OrderedDict([("z", 1), ("a", OrderedDict())]),
    "counter": Counter("abracadabra"),
    "size": nnlib.zeros(2, 3).shape,
}


def test_data_comes_back():
    for name, data in DATA.items():
        with naming(name):
            assert_same(again(data), data)


def test_every_dtype_comes_back_and_goes_to_torch_and_back(rng):
    for dtype in DTYPES:  # torch has more than nnlib computes with
        x = rng.integers(0, 2, (3, 4)).astype(dtype)
        with naming(dtype):
            result = load(saved(torch.tensor(x), torch.save))
            np.testing.assert_array_equal(array(result), x, strict=True)
            assert_same(torch.load(saved(result)), torch.tensor(x))


VIEWS = {
    "itself": lambda x: x,
    "transposed": lambda x: x.transpose(0, 1),
    "steps": lambda x: x[1:, ::2],
    "row": lambda x: x[1],
    "number": lambda x: x[1, 2],
    "empty": lambda x: x[2:2],
    "no rows": lambda x: x[:0, 1],
    "expanded": lambda x: x[:, :1].expand(4, 6),
    "flipped": lambda x: x.flip(0),
    "windows": lambda x: x.unfold(1, 3, 1),
    "negative steps": lambda x: wrap(array(x)[::-1]),
    "other dtype": lambda x: wrap(array(x).view(np.int32)),
    "number of another dtype": lambda x: wrap(array(x).view(np.int32)[0, 0, ...]),
    "in the order of columns": lambda x: wrap(np.asfortranarray(array(x))),
    "from a buffer": lambda x: wrap(np.frombuffer(array(x).tobytes(), np.float64)),
}


def test_views_come_back_and_go_to_torch_and_come_from_it(rng):
    values = rng.standard_normal((4, 6))
    for name, see in VIEWS.items():
        with naming(name):
            x = see(nnlib.tensor(values))
            got = again(x)
            assert_same(got, x)
            got.add_(1)  # it may be written
            assert_same(torch.load(saved(x)), torch.tensor(array(x).copy()))
            if name in list(VIEWS)[:-5]:  # the last are made with NumPy
                x = see(torch.tensor(values))
                assert_same(load(saved(x, torch.save)), nnlib.tensor(x.numpy()))


def test_tensors_that_share_memory_share_it_again():
    x = nnlib.arange(12.0).reshape(3, 4)
    got = again({"x": x, "t": x.transpose(0, 1), "row": x[1], "other": x.clone()})
    got["x"][1, 2] = 100.0
    assert got["t"][2, 1].item() == got["row"][2].item() == 100.0
    assert got["other"][1, 2].item() == 6.0
    assert x[1, 2].item() == 6.0


def test_objects_that_occur_twice_are_one_again():
    x, items = nnlib.ones(2), [1]
    got = again([x, x, items, {"items": items}])
    assert got[0] is got[1]
    assert got[2] is got[3]["items"]


def test_requires_grad_and_the_kind_of_tensor_are_kept():
    w = nn.Parameter(nnlib.ones(2), requires_grad=False)
    got = again([nnlib.ones(2, requires_grad=True), nn.Parameter(nnlib.ones(2)), w])
    assert [type(x) for x in got] == [nnlib.Tensor, nn.Parameter, nn.Parameter]
    assert [x.requires_grad for x in got] == [True, True, False]
    y = nnlib.ones(2, requires_grad=True) * 3  # the history is not saved, as in torch
    assert again(y).is_leaf
    assert again(y).requires_grad


def test_state_dicts_of_torch_are_read():
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.randn(4, 2)).sum().backward()
    optimizer.step()
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict()}
    state |= dict(weight=model[0].weight, size=torch.Size([2]), dtype=torch.int64)
    state |= dict(bytes=b"\xff\x00", names={"a"})
    got = load(saved(state, torch.save))
    assert_same(got["model"], state["model"])
    assert_same(got["optimizer"], state["optimizer"])
    assert type(got["weight"]) is nn.Parameter
    assert got["model"]._metadata == model.state_dict()._metadata
    assert (got["size"], got["dtype"]) == ((2,), nnlib.int64)
    assert (got["bytes"], got["names"]) == (b"\xff\x00", {"a"})
    mine = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    state = {k: v for k, v in got["model"].items() if k in mine.state_dict()}
    mine.load_state_dict(state)
    assert_same(mine[0].weight, model[0].weight)


def test_state_dicts_are_read_by_torch():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.LSTM(2, 3))
    data = {
        "state": model.state_dict(),
        "p": model[0].weight,
        "n": {1: (b"\x80", b"")},
        "s": {1},
    }
    assert_same(torch.load(saved(data)), data)
    kept = model.state_dict()
    kept._metadata = {"": {"version": 1}}
    assert torch.load(saved(kept))._metadata == again(kept)._metadata == {"": {"version": 1}}


class Odd(nnlib.Tensor):
    pass


def test_unsupported_objects_are_not_saved():
    wrong = [lambda: 1, [].append, nn.Linear, nn.Linear(1, 1), np.ones(2), Odd([1.0])]
    for what in wrong:
        file = io.BytesIO()
        with naming(what), pytest.raises(pickle.PicklingError, match="save: cannot save"):
            save([1, what], file)
        assert file.getvalue() == b""


def test_storages_in_the_other_byte_order_are_read():
    file = io.BytesIO()
    with zipfile.ZipFile(saved(nnlib.arange(3))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            data = b"big" if name.endswith("byteorder") else data
            new.writestr(name, np.arange(3).astype(">i8").tobytes() if "/0" in name else data)
    file.seek(0)
    assert_same(load(file), nnlib.arange(3))


@pytest.mark.parametrize("kind", [str, lambda path: path])
def test_paths_and_files_are_written_and_read(kind, tmp_path):
    path = kind(tmp_path / "model.pt")
    save({"a": nnlib.ones(2)}, path)
    assert_same(load(path), {"a": nnlib.ones(2)})
    with open(path, "wb") as file:
        nnlib.save([nnlib.zeros(3)], file)
    with open(path, "rb") as file:
        assert_same(nnlib.load(f=file), [nnlib.zeros(3)])
    assert_same(torch.load(path), [torch.zeros(3)])


@pytest.mark.parametrize("when", ["storages", "end"])
def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(when, tmp_path, monkeypatch):
    path = tmp_path / "model.pt"
    save("old", path)

    def fail(*args):
        raise KeyboardInterrupt

    if when == "storages":
        monkeypatch.setattr(zipfile.ZipFile, "writestr", fail)
    if when == "end":
        monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(KeyboardInterrupt):
        save([nnlib.ones(2)], path)
    monkeypatch.undo()
    assert load(path) == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_and_the_rights_of_a_file_are_kept(tmp_path):
    path, link = tmp_path / "model.pt", tmp_path / "latest.pt"
    save(1, path)
    path.chmod(0o640)
    link.symlink_to(path)
    save(2, link)
    assert link.is_symlink()
    assert load(path) == 2
    assert path.stat().st_mode & 0o777 == 0o640


def test_other_devices_are_mapped_to_the_cpu():
    class Cuda(io.BytesIO):
        def __init__(self):
            data = saved(nnlib.ones(2)).getvalue()
            with zipfile.ZipFile(io.BytesIO(data)) as old:
                files = {n: old.read(n) for n in old.namelist()}
            here, there = b"X\x03\0\0\0cpu", b"X\x06\0\0\0cuda:0"
            super().__init__()
            with zipfile.ZipFile(self, "w") as new:
                for name, content in files.items():
                    new.writestr(name, content.replace(here, there))
            self.seek(0)

    with pytest.raises(RuntimeError, match=r"load: nnlib computes on the CPU only.*'cuda:0'"):
        load(Cuda())
    devices = []
    locations = ["cpu", nnlib.device("cpu"), {"cuda:0": "cpu"}, lambda s, location: s]
    for location in locations:
        assert_same(load(Cuda(), location), nnlib.ones(2))
        assert_same(torch.load(Cuda(), getattr(location, "type", location)), torch.ones(2))
    with pytest.raises(RuntimeError, match="CPU only"):
        load(Cuda(), {"cuda:1": "cpu"})
    with pytest.raises(RuntimeError, match="CPU only"):
        load(Cuda(), lambda s, location: devices.append(location))
    assert devices == ["cuda:0"]
    with pytest.raises(RuntimeError, match="CPU only, but a tensor was on 'cuda'"):
        load(saved(nnlib.ones(2)), "cuda")
    with pytest.raises(TypeError, match="load: expected map_location to return the storage"):
        load(saved(nnlib.ones(2)), lambda s, location: 3)


def test_wrong_calls_are_refused():
    calls = [
        (lambda: save(1, 3), AttributeError),
        (lambda: save(1, "/nowhere/x"), RuntimeError),
        (lambda: save(1, io.BytesIO(), pickle_module=io), ValueError),
        (lambda: save(1, io.BytesIO(), pickle_protocol=4), ValueError),
        (lambda: load(3), AttributeError),
        (lambda: load(io.StringIO("text")), TypeError),
        (lambda: load(saved(1), mmap=True), ValueError),
        (lambda: load(saved(1), encoding="x"), TypeError),
    ]
    assert_refused(calls)
    with pytest.raises(FileNotFoundError):
        load("/nowhere/x")
