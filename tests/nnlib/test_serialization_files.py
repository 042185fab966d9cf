"""Files are complete, in any place and byte order, and wrong calls are refused."""

import io
import zipfile

import numpy as np
import pytest
import torch

import nnlib
from nnlib.serialization import load, save
from tests.nnlib.harness import assert_refused
from tests.nnlib.saving import assert_same, saved


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
    seen = []
    locations = ["cpu", nnlib.device("cpu"), {"cuda:0": "cpu"}, lambda s, location: s]
    for location in locations:
        assert_same(load(Cuda(), location), nnlib.ones(2))
        assert_same(torch.load(Cuda(), getattr(location, "type", location)), torch.ones(2))
    with pytest.raises(RuntimeError, match="CPU only"):
        load(Cuda(), {"cuda:1": "cpu"})
    with pytest.raises(RuntimeError, match="CPU only"):
        load(Cuda(), lambda s, location: seen.append(location))
    assert seen == ["cuda:0"]
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
