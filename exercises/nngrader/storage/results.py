"""Results on disk, found by a digest of everything that they depend on.

A score depends on the submission, on our code and on the versions of its libraries; `code` is a
digest of code and versions. A result names the processor that computed it, but the processor is
not part of its key, because a submission gets the same score and hints on every processor
(`tools/rounding.py` judges answers on cases with different rounding). As a result, nothing has
to be graded again after a move to another machine, and several machines can grade a class. If
scores ever differ, the results show whether they come from two kinds of processor. With the
processor in the key, results from another kind of processor would not be found.
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
from ..records.finding import findings_of
from ..records.flag import flags_of

SWITCHES = ("OPENBLAS_CORETYPE", "NPY_DISABLE_CPU_FEATURES", "NPY_ENABLE_CPU_FEATURES")

NEEDED = "status", "flags", "score", "max_score", "problems"
REPORTED = "score", "max", "aspects", "findings", "tried"
OTHER_VERSION = (
    "this version of nngrader can't read the results of {0}, which another version wrote: run "
    "`nngrader grade {0}` to grade it again"
)


class NotKept(CannotDo):
    """Raised if a result cannot be written; the run then stops."""


class Store:
    """A folder of results that no other user can read.

    :raises NotKept: If the folder cannot be created.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        with disk_errors(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def part(self, name: str) -> Store:
        """Return the store in a subfolder, for example for one assignment."""
        return Store(self.folder / name)

    def get(self, key: str):
        """Return the value of a key, or None if there is none or its file is damaged."""
        try:
            mark, _, text = (self.folder / f"{key}.json").read_text().partition("\n")
            return json.loads(text) if mark == _digest(text) else None
        except (OSError, ValueError):
            return None

    def put(self, key: str, value) -> None:
        """Write the value of a key: plain data, completely or not at all.

        :raises NotKept: If the disk is full, or the folder is not writable.
        """
        text = json.dumps(value)
        with disk_errors(self.folder):
            write_whole(self.folder / f"{key}.json", f"{_digest(text)}\n{text}")

    def keep_only(self, keys: set[str]) -> None:
        """Remove all other keys, and incomplete files of killed runs."""
        wanted = {f"{key}.json" for key in keys}
        for entry in os.scandir(self.folder):
            if entry.name not in wanted and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(FileNotFoundError), disk_errors(self.folder):
                    os.unlink(entry)

    def keys(self) -> list[str]:
        """Return all keys, sorted."""
        return sorted(f.stem for f in self.folder.glob("*.json"))


def latest_key(assignment: str) -> str:
    """Return the key of the results of the last grading run, which we show to people."""
    return f"latest-{assignment}"


def latest_results(course, assignment: str) -> dict[str, dict]:
    """Return the results of the last grading run by student, or {} if there are none.

    :raises CannotDo: If another version of nngrader wrote them, so that this one can't read
        them.
    """
    store = Store(course / ".results")
    results = store.get(latest_key(assignment))
    exists = (store.folder / f"{latest_key(assignment)}.json").exists()
    if exists and not _are_ours(results):
        raise CannotDo(OTHER_VERSION.format(assignment))
    return results or {}


def _are_ours(results):
    """Return whether results have all entries that this version needs."""
    try:
        for r in results.values():
            _ = [r[key] for key in NEEDED], flags_of(r)
            for p in r["problems"].values():
                _ = [p[key] for key in REPORTED], findings_of(p)
    except (AttributeError, KeyError, TypeError, ValueError):
        return False
    return True


@contextlib.contextmanager
def disk_errors(folder: Path):
    """Open a block that turns a disk error into a `NotKept` with an explanation."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as e:
        raise NotKept(
            f"{folder} cannot be written to ({e.strerror}), so grading stops; "
            "earlier results are still there"
        ) from e


def write_whole(file: Path, text: str) -> None:
    """Write a file by renaming a complete one, so that no one reads an incomplete file."""
    half = file.with_name(f"{file.name}.{os.getpid()}.{threading.get_ident()}")
    try:
        # file names in the text may have lone surrogates
        half.write_text(text, encoding="utf-8", errors="replace")
        os.replace(half, file)
    except OSError:
        with contextlib.suppress(OSError):
            half.unlink()
        raise


def require_folder(place: Path) -> None:
    """Raise an error before the work if a folder could not be created or written to later."""
    existing = next(p for p in (place, *place.absolute().parents) if p.exists())
    if not os.access(existing, os.W_OK):
        raise CannotDo(f"{existing} cannot be written to: check its permissions and its disk")


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner can read, completely or not at all."""
    half = file.with_name(f"{file.name}.{os.getpid()}")
    half.unlink(missing_ok=True)
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8", errors="replace") as f:
        f.write(text)
    os.replace(half, file)


def digest(value) -> str:
    """Return a digest of plain data."""
    return _digest(json.dumps(value, sort_keys=True))


def _digest(text):
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def code(uses: list[str] = ()) -> str:
    """Return a digest of our code and of the versions of all its libraries.

    :param uses: Packages that submissions may import in addition to NumPy.
    :return: If it is equal on two machines, a submission gets the same result on both.
    """
    return _code(tuple(sorted(uses)))


@functools.cache
def _code(uses):
    """Return the result of `code`, computed once for each set of packages."""
    own = [file_digest(f) for f in sorted(Path(__file__).parents[1].rglob("*.py"))]
    others = [_package(name) for name in uses]
    text = "\n".join([*own, *others, platform.python_version(), np.__version__])
    return hashlib.sha256(text.encode()).hexdigest()


def file_digest(file: Path) -> str:
    """Return the digest of a file, or of nothing if it doesn't exist."""
    return hashlib.sha256(file.read_bytes() if file.is_file() else b"").hexdigest()


@functools.cache
def _package(name):
    """Return the version of a package, or for nnlib a digest of its sources."""
    if name != "nnlib":
        try:
            return f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            return f"{name} is missing"
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec else ()
    return "\n".join(file_digest(f) for p in places for f in sorted(Path(p).rglob("*.py")))


def in_words(uses: list[str] = ()) -> str:
    """Return the versions and the start of our code's digest, for a person to read."""
    others = "".join(f", {_package(name)[:40]}" for name in uses if name != "nnlib")
    python = f"Python {platform.python_version()}, NumPy {np.__version__}"
    return f"{python}{others}, nngrader {code(uses)[:8]}"


@functools.cache
def processor() -> str:
    """Return the name of this machine's processor for NumPy and its OpenBLAS.

    :return: The architecture, NumPy's SIMD extensions, OpenBLAS's kernels, and the environment
        variables that selected them. Submissions in the sandbox don't get these variables.
    """
    loops = np.show_config(mode="dicts").get("SIMD Extensions", {})
    parts = [
        platform.machine(),
        f"NumPy with {(loops.get('found') or loops.get('baseline'))[-1]}",
    ]
    parts += _kernels()
    return ", ".join(parts + [f"{s}={os.environ[s]}" for s in SWITCHES if os.environ.get(s)])


def _kernels():
    """Return the names of OpenBLAS's kernels, if threadpoolctl is installed to find them."""
    try:
        from threadpoolctl import threadpool_info
    except ImportError:  # it comes with scikit-learn
        return []
    libraries = [i for i in threadpool_info() if i["internal_api"] == "openblas"]
    return [f"OpenBLAS for {i['architecture']}" for i in libraries[:1]]
