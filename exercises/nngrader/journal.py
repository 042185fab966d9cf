"""What was done, line by line: found again after a run that was killed."""

from __future__ import annotations

import json
from pathlib import Path


class Journal:
    """A file to which lines are added; the last line of a name holds.

    Parameters
    ----------
    file : Path
        Read if it exists. What was not written whole, or is not ours, is as if it were not
        there.
    """

    def __init__(self, file: Path):
        self.file, self.entries, lines = file, {}, 0
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        for line in text.splitlines():
            lines += 1
            self._read(line)
        if lines > 4 * len(self.entries) + 100:
            self._shorten()

    def get(self, name: str):
        """The last entry of a name, None if there is none."""
        return self.entries.get(name)

    def add(self, name: str, entry) -> None:
        """Add an entry, plain data, on a new line whatever half of one is there."""
        self.entries[name] = entry
        with open(self.file, "a", encoding="utf-8") as f:
            f.write(f"\n{json.dumps([name, entry])}\n")

    def _read(self, line):
        """Take one line, if it is one of ours."""
        try:
            name, entry = json.loads(line)
            self.entries[name] = entry
        except (ValueError, TypeError):
            return

    def _shorten(self):
        """Write the entries that hold, and no others."""
        from .store import write_whole

        write_whole(self.file, "".join(f"{json.dumps(e)}\n" for e in self.entries.items()))
