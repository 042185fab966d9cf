"""Save data in files and load it again; loading never runs code from a file.

>>> import io
>>> from nnlib import tensor
>>> file = io.BytesIO()
>>> save({"weight": tensor([1.0, 2.0]), "epoch": 3}, file)
>>> _ = file.seek(0)
>>> load(file)
{'weight': tensor([1., 2.]), 'epoch': 3}

**The format** is the same as torch's, so each library can read the other's files. A file is an
uncompressed zip archive with one folder, which contains ``version`` (3), ``byteorder``,
``data.pkl`` (the structure, as a pickle of protocol 2) and ``data/0``, ``data/1``, ... (the
elements of each storage, in memory order). The pickle represents a tensor by the name and the
number of elements of its storage, and by its offset, shape and strides. Tensors that shared
memory therefore share it again after loading.

**Supported types**: None, bool, int, float, str, bytes, list, tuple, set, dict, OrderedDict,
Counter, Tensor and Parameter, and therefore every ``state_dict``. ``reader.py`` explains why
loading a file can't do anything except create such data. Whole modules and objects of other
classes are not supported.

Hooks and gradients of tensors are not saved. A view with negative strides, or with a different
dtype than its base, is saved as a copy.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from io import BytesIO
from typing import IO, Any

import numpy as np

from ..device import device
from .archive import Archive, replacing, write_archive
from .reader import Reader, StorageType, check
from .writer import Writer

__all__ = ["load", "save"]

File = str | os.PathLike | IO[bytes]
Location = Callable | str | device | dict[str, str] | None


def save(
    obj: object,
    f: File,
    pickle_module: Any = pickle,
    pickle_protocol: int = 2,
    _use_new_zipfile_serialization: bool = True,
    _disable_byteorder_record: bool = False,
) -> None:
    """Save data in a file.

    Parameters
    ----------
    obj : object
        Data and tensors, in any nesting.
    f : str, path, or file open for writing bytes
        The destination. If it is a path, an existing file is replaced only after the new one is
        complete.
    pickle_module, pickle_protocol, _use_new_zipfile_serialization, _disable_byteorder_record
        Must have the default values, because there is only one format.

    Raises
    ------
    pickle.PicklingError
        If an object cannot be saved, such as a module, an array or a lambda.
    RuntimeError
        If the folder does not exist.
    AttributeError
        If f is neither a path nor a file.
    ValueError
        If an option does not have its default value.

    Source: torch.save and the format described in its notes on serialization.
    """
    if pickle_module is not pickle or pickle_protocol != 2:
        raise ValueError("save: expected pickle_module=pickle and pickle_protocol=2")
    if not _use_new_zipfile_serialization or _disable_byteorder_record:
        raise ValueError("save: expected the default values of all options")
    if not isinstance(f, (str, os.PathLike)) and not hasattr(f, "write"):
        raise AttributeError(
            f"save: expected a path, or a file with a write method, got {type(f).__name__}"
        )
    writer = Writer()
    pickled = writer.written(obj)
    contents = pickled, [(each.key, each.array) for each in writer.storages.values()]
    if isinstance(f, (str, os.PathLike)):
        with replacing(f) as file:
            write_archive(file, *contents)
    else:
        buffer = BytesIO()
        write_archive(buffer, *contents)
        f.write(buffer.getbuffer())


def load(
    f: File,
    map_location: Location = None,
    pickle_module: Any = None,
    *,
    weights_only: bool | None = None,
    mmap: bool | None = None,
    **pickle_load_args: Any,
) -> Any:
    """Load data from ``save`` or ``torch.save``, without running code from the file.

    Parameters
    ----------
    f : str, path, or file open for reading bytes
        The source. An open file is read from the current position to the end.
    map_location : str, device, dict or function
        Where to load tensors that were saved on another device; it must be the CPU. A dict
        maps device names to device names. A function receives a storage and the name of its
        device, and returns the storage or None.
    pickle_module, mmap
        Must have the default values, because pickles are read as data and files are read as a
        whole.
    weights_only : bool
        Has no effect: even if it is False, only data is loaded.

    Returns
    -------
    object
        The saved object, in newly allocated memory.

    Raises
    ------
    pickle.UnpicklingError
        If the data requires a class or function that is not allowed, or is inconsistent.
    RuntimeError
        If the file is not a complete archive or has a different version, or if tensors were on
        a different device and ``map_location`` is not the CPU.
    EOFError
        If there is nothing to read.
    AttributeError
        If f is neither a path nor a file.
    ValueError
        If an option does not have its default value.
    TypeError
        If an option is unknown, the file does not contain bytes, or ``map_location`` returns
        anything but the storage or None.

    Source: torch.load.
    """
    if pickle_load_args:
        raise TypeError(f"load: unexpected option {', '.join(pickle_load_args)}")
    if pickle_module is not None and pickle_module is not pickle:
        raise ValueError("load: expected pickle_module=None, because pickles are read as data")
    if mmap:
        raise ValueError("load: expected mmap=None, because the whole file is read")
    if isinstance(f, (str, os.PathLike)):
        with open(f, "rb") as file:
            return _loaded(file, map_location)
    if not hasattr(f, "read"):
        raise AttributeError(
            f"load: expected a path, or a file with a read method, got {type(f).__name__}"
        )
    data = f.read()
    if not isinstance(data, bytes):
        raise TypeError(f"load: expected a binary file, got {type(data).__name__} from read()")
    return _loaded(BytesIO(data), map_location)


def _loaded(file: IO[bytes], map_location: Location) -> Any:
    """Return the object in an open file."""
    archive = Archive(file)
    storages: dict[str, np.ndarray] = {}

    def storage(name: Any) -> np.ndarray:
        check(type(name) is tuple and len(name) == 5, "a storage name is not a 5-tuple")
        word, kind, key, location, numel = name
        check(word == "storage" and isinstance(kind, StorageType), "a storage has no type")
        is_number = type(key) is str and key.isascii() and key.isdecimal()
        check(is_number, "a storage key is not a number")
        check(
            type(location) is str and type(numel) is int and 0 <= numel < 2**63,
            "a storage has no location or no size",
        )
        if key not in storages:
            loaded = archive.storage(key, kind.dtype, numel)
            storages[key] = _placed(loaded, location, map_location)
        array, expected = storages[key], (kind.dtype, numel)
        check((array.dtype, array.size) == expected, f"storage {key} has two types or sizes")
        return array

    return Reader(archive.read("data.pkl"), storage).load()


def _placed(storage: np.ndarray, location: str, map_location: Location) -> np.ndarray:
    """Return a storage, after checking that ``map_location`` puts it on the CPU."""
    if isinstance(map_location, dict):
        location = map_location.get(location, location)
    elif isinstance(map_location, (str, device)):
        location = map_location
    elif map_location is not None:
        mapped = map_location(storage, location)
        if mapped is not None and mapped is not storage:
            raise TypeError("load: expected map_location to return the storage or None")
        location = location if mapped is None else "cpu"
    if device(location).type != "cpu":
        raise RuntimeError(
            f"load: nnlib computes on the CPU only, but a tensor was on '{location}'; "
            "use map_location='cpu'"
        )
    return storage
