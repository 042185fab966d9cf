"""Results on the disk, found by a digest of what they follow from."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path


class Store:
    """A folder of results, readable by nobody else.

    Parameters
    ----------
    folder : Path
        Made if need be.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def get(self, key: str) -> dict | None:
        """The result of a digest, None where it is not there or was not written whole."""
        try:
            return json.loads((self.folder / f"{key}.json").read_text())
        except (OSError, ValueError):
            return None

    def put(self, key: str, result) -> None:
        """Keep a result: it is there whole, or not at all."""
        write_whole(self.folder / f"{key}.json", json.dumps(result))


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
    half.write_text(text, encoding="utf-8", errors="replace")  # half characters: of names
    os.replace(half, file)


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
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
