"""Report how long each page took to execute, in a table and in a JSON file."""

import json
from pathlib import Path

LIMIT = 15  # seconds of one core for a page


class Seconds:
    """The seconds that each page took to execute, in this build or an earlier one.

    ``processor`` is the work of one core; ``wall`` the time that passed, which depends on what
    else the machine did. The limit is for the first, and a page above it is named, not failed:
    how fast anything is differs between machines.
    """

    def __init__(self, memory: Path):
        self.memory = memory
        self.pages = json.loads(memory.read_text())["pages"] if memory.exists() else {}
        for page in self.pages.values():
            page["from"] = "cache"

    def known(self, page: str) -> float:
        """Return the processor seconds of a page's last execution, or infinity without one."""
        return self.pages.get(page, {"processor": float("inf")})["processor"]

    def note(self, page: str, run) -> None:
        """Store the seconds of a page's execution."""
        index, most = run.slowest
        self.pages[page] = {
            "from": "executed",
            "processor": round(run.processor, 2),
            "slowest cell": sum(c.cell_type == "code" for c in run.notebook.cells[: index + 1]),
            "slowest cell's processor": round(most, 2),
            "wall": round(run.wall, 2),
        }

    def save(self, book: Path) -> None:
        """Write the JSON file, without pages that no longer exist."""
        known = (page for page in sorted(self.pages) if (book / f"{page}.md").is_file())
        self.pages = {page: self.pages[page] for page in known}
        written = {"limit": LIMIT, "pages": self.pages, "unit": "seconds"}
        self.memory.write_text(json.dumps(written, indent=1) + "\n")

    def report(self) -> str:
        """Return a table of pages executed in this build or too slow, the slowest first."""
        order = sorted(self.pages, key=self.known, reverse=True)
        shown = [page for page in order if self._executed(page) or self._slow(page)]
        cached = [page for page in order if not self._executed(page)]
        lines = [self._row(page) for page in shown]
        if lines:
            lines.insert(
                0, f"{'processor':>11}{'wall':>9}  page (limit: {LIMIT} s of one core)"
            )
        if cached:
            total = sum(map(self.known, cached))
            lines.append(f"{total:9.1f} s{'':9}  {len(cached)} pages from the cache")
        return "\n".join(lines)

    def _executed(self, page: str) -> bool:
        return self.pages[page]["from"] == "executed"

    def _slow(self, page: str) -> bool:
        return self.known(page) > LIMIT

    def _row(self, page: str) -> str:
        """Return a page's line of the table."""
        p = self.pages[page]
        row = f"{p['processor']:9.1f} s{p['wall']:7.1f} s  {page}"
        if not self._executed(page):
            row += " (from the cache)"
        if self._slow(page):
            cell, most = p["slowest cell"], p["slowest cell's processor"]
            row += f"  OVER THE LIMIT: cell {cell} alone takes {most:.1f} s"
        return row
