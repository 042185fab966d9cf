"""What all workers of a run need is made once, by whoever asks first."""

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock


def made_by_first(path: Path, make: Callable[[Path], object]) -> Path:
    """Return a path, at which the first worker that asks makes a file or folder.

    The others wait for it. What `make` leaves unfinished is not taken for it.
    """
    with FileLock(path.with_name(f"{path.name}.lock")):
        if not path.exists():
            making = path.with_name(f"making-{path.name}")
            make(making)
            making.rename(path)
    return path
