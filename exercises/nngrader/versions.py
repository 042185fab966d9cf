"""What besides a submission decides its score on some machine: our code, and its versions."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
import platform
from pathlib import Path

import numpy as np

__all__ = ["code", "file_digest", "in_words"]


def code(uses: list[str] = ()) -> str:
    """A digest of our code and of all that it runs with.

    Parameters
    ----------
    uses : list of str, optional
        Packages besides NumPy that submissions may import.

    Returns
    -------
    str
        Equal on two machines where the same submission gets the same result.
    """
    return _code(tuple(sorted(uses)))


@functools.cache
def _code(uses):
    """As `code`, found out once."""
    own = [file_digest(f) for f in sorted(Path(__file__).parent.rglob("*.py"))]
    others = [_package(name) for name in uses]
    text = "\n".join([*own, *others, platform.python_version(), np.__version__])
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(file: Path) -> str:
    """The digest of a file, of nothing if there is none."""
    return hashlib.sha256(file.read_bytes() if file.is_file() else b"").hexdigest()


@functools.cache
def _package(name):
    """The version of a package; nnlib, which changes without a version, by its sources."""
    if name != "nnlib":
        try:
            return f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            return f"{name} is missing"
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec else ()
    return "\n".join(file_digest(f) for p in places for f in sorted(Path(p).rglob("*.py")))


def in_words(uses: list[str] = ()) -> str:
    """What a person may compare: versions, and the beginning of the digest of our code."""
    others = "".join(f", {_package(name)[:40]}" for name in uses if name != "nnlib")
    python = f"Python {platform.python_version()}, NumPy {np.__version__}"
    return f"{python}{others}, nngrader {code(uses)[:8]}"
