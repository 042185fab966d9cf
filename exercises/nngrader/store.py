"""Results on the disk, found by a digest of what they follow from."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from pathlib import Path

from .errors import CannotDo


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
        with told(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def part(self, name: str) -> Store:
        """A store of its own within this one, such as that of an assignment."""
        return Store(self.folder / name)

    def get(self, key: str):
        """What was kept, None where it is not there or is not what was written."""
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
        with told(self.folder):
            write_whole(self.folder / f"{key}.json", f"{_digest(text)}\n{text}")

    def keep_only(self, keys: set[str]) -> None:
        """Remove all else, what a killed run has left half written too."""
        wanted = {f"{key}.json" for key in keys}
        for entry in os.scandir(self.folder):
            if entry.name not in wanted and entry.is_file(follow_symlinks=False):
                with contextlib.suppress(FileNotFoundError), told(self.folder):
                    os.unlink(entry)

    def keys(self) -> list[str]:
        """What is there, sorted."""
        return sorted(f.stem for f in self.folder.glob("*.json"))


@contextlib.contextmanager
def told(folder: Path):
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
    """A digest of plain data.

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
    """The digest of a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
