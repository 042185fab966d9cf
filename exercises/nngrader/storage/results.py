"""Results on the disk, found by a digest of what they follow from.

What besides a submission decides its score is our code and the versions that it runs with:
`code` is their digest. On which processor a result was computed it says, and is not kept under
it: the same submission gets the same score and the same hints on every processor
(`test_processors.py` in tests/exercises and in tests/nngrader), so nothing has to be graded
again after a move to another machine, and a class may be graded on several. Were a score ever
to differ, the results tell whether two kinds of processor had a hand in them, which a key
could not: it would have hidden the older ones.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import threading
from pathlib import Path

import numpy as np

from ..errors import CannotDo

SWITCHES = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES")


class NotKept(CannotDo):
    """A result could not be written: a run that cannot keep its work does not go on."""


class Store:
    """A folder of results, readable by nobody else.

    Parameters
    ----------
    folder : Path
        Made if need be.

    Raises
    ------
    NotKept
        If it cannot be made.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        with disk_errors(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def part(self, name: str) -> Store:
        """Return a store of its own within this one, such as that of an assignment."""
        return Store(self.folder / name)

    def get(self, key: str):
        """Return what was kept, None where it is not there or is not what was written."""
        try:
            mark, _, text = (self.folder / f"{key}.json").read_text().partition("\n")
            return json.loads(text) if mark == _digest(text) else None
        except (OSError, ValueError):
            return None

    def put(self, key: str, value) -> None:
        """Keep plain data: it is there whole, or not at all.

        Raises
        ------
        NotKept
            If the disk is full, or the folder may not be written.
        """
        text = json.dumps(value)
        with disk_errors(self.folder):
            write_whole(self.folder / f"{key}.json", f"{_digest(text)}\n{text}")

    def keep_only(self, keys: set[str]) -> None:
        """Remove all else, what a killed run has left half written too."""
        wanted = {f"{key}.json" for key in keys}
        for entry in os.scandir(self.folder):
            if entry.name not in wanted and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(FileNotFoundError), disk_errors(self.folder):
                    os.unlink(entry)

    def keys(self) -> list[str]:
        """Return the keys of all kept results, sorted."""
        return sorted(f.stem for f in self.folder.glob("*.json"))


@contextlib.contextmanager
def disk_errors(folder: Path):
    """Within this block what the disk refuses is told in words of ours."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as e:
        raise NotKept(
            f"{folder} cannot be written ({e.strerror}): nothing more is graded; "
            "what was kept before stays"
        ) from e


def write_whole(file: Path, text: str) -> None:
    """Write a file so that nobody ever sees half of it.

    Parameters
    ----------
    file : Path
        Replaced if it exists.
    text : str
        Its content.
    """
    half = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        half.write_text(text, encoding="utf-8", errors="replace")  # half characters: of names
        os.replace(half, file)
    except OSError:
        with contextlib.suppress(OSError):
            half.unlink()
        raise


def digest(value) -> str:
    """Return a digest of plain data.

    Parameters
    ----------
    value : JSON
        Lists, dicts, text, numbers.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    return _digest(json.dumps(value, sort_keys=True))


def _digest(text):
    """Return the digest of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def code(uses: list[str] = ()) -> str:
    """Return a digest of our code and of all that it runs with.

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
    """Return what `code` returns, found out once."""
    own = [file_digest(f) for f in sorted(Path(__file__).parents[1].rglob("*.py"))]
    others = [_package(name) for name in uses]
    text = "\n".join([*own, *others, platform.python_version(), np.__version__])
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(file: Path) -> str:
    """Return the digest of a file, of nothing if there is none."""
    return hashlib.sha256(file.read_bytes() if file.is_file() else b"").hexdigest()


@functools.cache
def _package(name):
    """Return the version of a package, for nnlib a digest of its sources."""
    if name != "nnlib":
        try:
            return f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            return f"{name} is missing"
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec else ()
    return "\n".join(file_digest(f) for p in places for f in sorted(Path(p).rglob("*.py")))


def in_words(uses: list[str] = ()) -> str:
    """Return versions, and the beginning of the digest of our code, for a person to compare."""
    others = "".join(f", {_package(name)[:40]}" for name in uses if name != "nnlib")
    python = f"Python {platform.python_version()}, NumPy {np.__version__}"
    return f"{python}{others}, nngrader {code(uses)[:8]}"


@functools.cache
def processor() -> str:
    """Return the processor of this machine as NumPy and its OpenBLAS see it, in words.

    Returns
    -------
    str
        The architecture, NumPy's loops, OpenBLAS's kernels, and the switches that chose them,
        which the sandbox takes away from submissions.
    """
    loops = np.show_config(mode="dicts").get("SIMD Extensions", {})
    parts = [platform.machine(), f"NumPy's {(loops.get('found') or loops.get('baseline'))[-1]}"]
    parts += _kernels()
    return ", ".join(parts + [f"{s}={os.environ[s]}" for s in SWITCHES if os.environ.get(s)])


def _kernels():
    """Return the kernels of OpenBLAS, where something is there that asks it."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:  # it comes with scikit-learn
        return []
    found = [i for i in threadpool_info() if i["internal_api"] == "openblas"]
    return [f"OpenBLAS's {i['architecture']}" for i in found[:1]]
