"""Small books that take long to build: built once, for all workers and later runs."""

import shutil
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import gate_book
import pytest
from begin.cachekey import digest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "_build" / "small"
SOURCES = (
    "_config.yml",
    "chapters/_ext/**/*",
    "chapters/_extra/**/*",
    "chapters/_static/*",
    "chapters/references.bib",
    "nnlib/**/*",
    "requirements.lock",
    "tests/book/*book.py",
    "tests/book/figure_pages.py",
    "tools/build_book.py",
)
LONG = 3600  # seconds after which what was made from other sources is deleted


def made_once(name: str, make: Callable[[Path], object], also: str = "") -> Path:
    """Return the folder that `make` has filled, which no test may change.

    It is filled where no worker and no earlier run has done so from the same sources, the text
    `also` among them. A failure is remembered for the run, so that it costs one attempt.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(FOLDER / f"{name}.lock", timeout=900):
        key = zlib.crc32((digest(ROOT, SOURCES) + also).encode())
        folder = FOLDER / f"{name}-{key:08x}"
        made, failed = folder / ".made", folder / ".failed"
        if failed.exists() and failed.read_text() == gate_book.this_run():
            pytest.fail(f"the small book {name!r} could not be made", pytrace=False)
        if not made.exists():
            _forget(name, folder)
            folder.mkdir()
            failed.write_text(gate_book.this_run())
            try:
                make(folder)
            except RuntimeError as error:
                pytest.fail(str(error), pytrace=False)
            failed.unlink()
            made.touch()
        return folder


def _forget(name: str, folder: Path) -> None:
    """Delete half-built folders, and old ones built from other sources."""
    for other in FOLDER.glob(f"{name}-????????"):
        if other == folder or time.time() - other.stat().st_mtime > LONG:
            shutil.rmtree(other, ignore_errors=True)
