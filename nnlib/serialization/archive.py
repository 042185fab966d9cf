"""The zip archive of ``save``: written atomically, and checked before it is read."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import struct
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import numpy as np

__all__ = ["Archive", "replacing", "write_archive"]

VERSION = b"3"
FAULTS = (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, OSError)
FAULTS = (*FAULTS, struct.error, EOFError, MemoryError, RuntimeError)


class Archive:
    """The uncompressed files in an archive, all in one folder.

    Raises EOFError if the file is empty, and RuntimeError if the file is not a complete zip
    archive, or not one that ``save`` could have written.
    """

    def __init__(self, file: IO[bytes]):
        self.size = file.seek(0, os.SEEK_END)
        file.seek(0)
        if self.size == 0:
            raise EOFError("load: there is nothing to read; after writing, call seek(0) first")
        try:
            self.zip = zipfile.ZipFile(file)
        except FAULTS as error:
            raise fault(f"expected a zip archive from save ({error})") from error
        files = self.zip.infolist()
        self.folder = files[0].filename.partition("/")[0] if files else ""
        self.check(files)
        if "constants.pkl" in self:
            raise fault("expected data, got a TorchScript program")
        version = self.read("version").strip()
        if version != VERSION:
            raise fault(f"expected version {VERSION.decode()} of the format, got {version!r}")
        self.order = self.read("byteorder") if "byteorder" in self else b"little"
        if self.order not in (b"little", b"big"):
            raise fault(f"expected the byte order little or big, got {self.order!r}")

    def __contains__(self, name: str) -> bool:
        return f"{self.folder}/{name}" in self.zip.NameToInfo

    def check(self, files: list[zipfile.ZipInfo]) -> None:
        """Raise an error for anything that ``save`` never writes, such as compression."""
        names = [info.filename for info in files]
        if len(set(names)) < len(names):
            raise fault("two files in the archive have the same name")
        for info in files:
            folder, *path = info.filename.split("/")
            invalid = {"", ".", ".."} & {folder, *path} or "\\" in info.filename
            if invalid or folder != self.folder:
                raise fault(f"a file in the archive has the invalid path {info.filename!r}")
            if info.flag_bits & 1 or info.compress_type != zipfile.ZIP_STORED:
                raise fault(
                    f"{info.filename} is compressed or encrypted, but save does neither"
                )
            if info.compress_size != info.file_size:
                raise fault(f"{info.filename} is not compressed, but declares two sizes")
        total = sum(info.file_size for info in files)
        if total > self.size:
            raise fault(f"files declare {total} bytes, but the archive has only {self.size}")

    def read(self, name: str) -> bytes:
        """Return the bytes of a file."""
        if name not in self:
            raise fault(f"there is no {name} in the archive")
        try:
            return self.zip.read(f"{self.folder}/{name}")
        except FAULTS as error:
            raise fault(f"{name} in the archive is damaged ({error})") from error

    def storage(self, key: str, dtype: np.dtype, numel: int) -> np.ndarray:
        """Return the elements of a storage as a new array."""
        data = self.read(f"data/{key}")
        if len(data) != numel * dtype.itemsize:
            raise fault(f"data/{key} has {len(data)} bytes, not {numel} elements of {dtype}")
        if dtype.kind == "b":
            return np.frombuffer(data, np.uint8) != 0  # other bytes would be invalid booleans
        return np.frombuffer(data, dtype.newbyteorder(self.order.decode())).astype(dtype)


def fault(message: str) -> RuntimeError:
    """Return the error for an archive that ``save`` cannot have written."""
    return RuntimeError(f"load: {message}")


def write_archive(file: IO[bytes], pickled: bytes, storages: list[tuple[str, Any]]) -> None:
    """Write an archive with the pickle, and a file for each storage."""
    with zipfile.ZipFile(file, "w") as archive:
        files = [("data.pkl", pickled), ("byteorder", sys.byteorder.encode())]
        files += [(f"data/{k}", memoryview(a.ravel("K").view(np.uint8))) for k, a in storages]
        for name, data in [*files, ("version", VERSION + b"\n")]:
            archive.writestr(zipfile.ZipInfo(f"archive/{name}"), data)


@contextlib.contextmanager
def replacing(path: Any) -> Iterator[IO[bytes]]:
    """Yield a file to write to; once it is complete, it replaces any existing file.

    If the path is a device or a pipe instead of a regular file, it is written to directly.
    """
    path = Path(os.path.realpath(os.fsdecode(path)))
    if not path.parent.is_dir():
        raise RuntimeError(f"save: expected an existing folder, but there is no {path.parent}")
    if path.exists() and not path.is_file():
        with path.open("wb") as file:
            buffer = BytesIO()
            yield buffer
            file.write(buffer.getvalue())
        return
    new = path.with_name(f".{path.name[:200]}.{secrets.token_hex(8)}")
    try:
        with new.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, new)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
