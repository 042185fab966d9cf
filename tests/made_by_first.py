"""Create a file or folder that all workers of a test run need, only once."""

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock


def made_by_first(path: Path, make: Callable[[Path], object]) -> Path:
    """Return a path; the first worker that calls this function creates a file or folder there.

    The other workers wait. If `make` fails, nothing incomplete remains at the path.
    """
    with FileLock(path.with_name(f"{path.name}.lock")):
        if not path.exists():
            making = path.with_name(f"making-{path.name}")
            make(making)
            making.rename(path)
    return path
