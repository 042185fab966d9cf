"""A store of finished fits, in files whose names are hashes of all that a result depends on."""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
import os
import pickle
import platform
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import sklearn

__all__ = ["fingerprint"]


def kept(file: Path) -> dict | None:
    """Return the result that ``keep`` wrote to a file; None if it is missing or incomplete."""
    try:
        result = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return result if isinstance(result, dict) else None


def keep(file: Path, result: dict) -> None:
    """Write a result atomically, so that a killed process leaves no incomplete file."""
    part = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}.part")
    part.write_text(json.dumps(result), encoding="utf-8")
    os.replace(part, file)


def fingerprint(*values: Any) -> str:
    """Return a hash of all that values hold: numbers, text, arrays, estimators with their code.

    Parameters
    ----------
    *values
        Of an estimator count its class, the options and the code: of nnlib every file, of
        another package its version, else the text of the module. A function counts likewise.

    Returns
    -------
    str
        64 hexadecimal digits (SHA-256), the same in each process.

    Raises
    ------
    TypeError
        For something that cannot be pickled.

    >>> fingerprint({"a": 1, "b": [2.0]}) == fingerprint({"b": [2.0], "a": 1})
    True
    >>> fingerprint(1) == fingerprint(1.0)
    False
    """
    return _hash(piece for value in values for piece in _pieces(value))


def versions() -> dict[str, str]:
    """Return the versions of Python and packages that a result may depend on."""
    return {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "sklearn": sklearn.__version__,
        "nnlib": _source_of_nnlib(),
    }


def _pieces(value: Any) -> Iterator[bytes]:
    """Yield the bytes that identify a value, piece by piece."""
    yield type(value).__qualname__.encode()
    if value is None or isinstance(value, bool | int | float | complex | str):
        yield repr(value).encode()
    elif isinstance(value, bytes):
        yield value
    elif isinstance(value, np.ndarray | np.generic) and value.dtype != object:
        yield f"{value.dtype.str}{value.shape}".encode()
        yield np.ascontiguousarray(value).tobytes()
    elif isinstance(value, list | tuple | np.ndarray):
        yield from (fingerprint(v).encode() for v in value)
    elif isinstance(value, dict):
        pairs = (fingerprint(k) + fingerprint(v) for k, v in value.items())
        yield from (pair.encode() for pair in sorted(pairs))
    elif isinstance(value, set | frozenset):
        yield from sorted(fingerprint(v).encode() for v in value)
    elif isinstance(value, functools.partial):
        yield fingerprint(value.func, value.args, value.keywords).encode()
    elif inspect.isclass(value) or inspect.isroutine(value):
        yield f"{getattr(value, '__module__', None)}.{value.__qualname__}".encode()
        yield _code(value).encode()
    elif hasattr(value, "get_params"):
        yield fingerprint(type(value), value.get_params(deep=False)).encode()
    else:
        yield fingerprint(type(value)).encode()
        yield _pickled(value)


def _pickled(value: Any) -> bytes:
    """Return the pickle of a value."""
    try:
        return pickle.dumps(value, protocol=4)
    except Exception as error:
        raise TypeError(f"fingerprint: cannot tell what {value!r} holds: {error}") from error


def _code(thing: Any) -> str:
    """Return what identifies the code of a class or function: package version or source."""
    name = getattr(thing, "__module__", None) or "builtins"
    module, package = sys.modules.get(name), sys.modules.get(name.partition(".")[0])
    if package is not None and package.__name__ == "nnlib":
        return _source_of_nnlib()
    if getattr(package, "__version__", None):
        return str(package.__version__)
    if getattr(module, "__file__", None):
        return Path(module.__file__).read_bytes().hex()
    try:
        return inspect.getsource(thing)
    except (OSError, TypeError):  # a builtin, or typed into a shell that keeps no source
        return ""


@functools.cache
def _source_of_nnlib() -> str:
    """Return a hash of all source files of this library."""
    files = sorted(Path(__file__).parents[1].rglob("*.py"))
    return _hash(file.read_bytes() for file in files)


def _hash(pieces: Any) -> str:
    """Return the SHA-256 of pieces, each preceded by its length so that none are confused."""
    h = hashlib.sha256()
    for piece in pieces:
        h.update(len(piece).to_bytes(8, "big") + piece)
    return h.hexdigest()
