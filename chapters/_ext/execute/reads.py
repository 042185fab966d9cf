"""Store which files each page read when it ran, to know whether its outputs are up to date."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from begin.cachekey import EXECUTED, counts, digest

EDITED = "edited while the page ran"  # no hash: such outputs never hold


class Reads:
    """The files behind the outputs of each page, in a JSON file beside the cached outputs.

    Parameters
    ----------
    root : Path
        The book's folder.
    memory : Path
        The file; made when missing.
    """

    def __init__(self, root: Path, memory: Path):
        self.root = root
        self.memory = memory
        self.pages = json.loads(memory.read_text()) if memory.exists() else {}
        self._stamps: dict[str, str] = {}

    def keep(
        self,
        page: str,
        key: str,
        reads: Iterable[str],
        since: float,
        findings: Iterable[dict] = (),
        missing: Iterable[str] = (),
    ) -> None:
        """Store what a page read since the time `since`, under the key of its cells.

        Its findings are stored too, and the names of the numbers that it did not compute.
        """
        names = {*reads, *_looked_through(page)}
        stamps = {name: self._stamp_since(name, since) for name in sorted(names)}
        self.pages[page] = {
            "key": key,
            "reads": stamps,
            "findings": list(findings),
            "missing": list(missing),
        }
        self.memory.parent.mkdir(parents=True, exist_ok=True)
        self.memory.write_text(json.dumps(self.pages, indent=1, sort_keys=True))

    def hold(self, page: str, key: str | None = None) -> bool:
        """Return whether a page's outputs are up to date: same cells, and all files it read.

        A page on which a cell stopped with an error is executed again by each build.
        """
        entry = self.pages.get(page)
        if entry is None or self.failed(page) or key not in (None, entry["key"]):
            return False
        return all(self.stamp(name) == stamp for name, stamp in entry["reads"].items())

    def findings(self, page: str) -> list[dict]:
        """Return what came out differently on a page when it was executed."""
        return self.pages.get(page, {}).get("findings", [])

    def missing(self, page: str) -> list[str]:
        """Return the names of the numbers in a page's text that no cell computed."""
        return self.pages.get(page, {}).get("missing", [])

    def failed(self, page: str) -> bool:
        """Return whether a cell of a page stopped with an error when it was executed."""
        return any(f["kind"] != "claim" for f in self.findings(page))

    def stamp(self, name: str) -> str:
        """Return a short hash of a file, of a folder's names, or for `*` of all sources."""
        if name not in self._stamps:
            self._stamps[name] = self._stamp(name)
        return self._stamps[name]

    def _stamp(self, name: str) -> str:
        if name == "*":
            return digest(self.root, EXECUTED)
        if name.endswith("/*.py"):
            return _hash("\n".join(self._modules(name.removesuffix("/*.py"))).encode())
        if name.endswith("/"):
            return _hash("\n".join(self._names(name)).encode())
        path = self.root / name
        return _hash(path.read_bytes()) if path.is_file() else "missing"

    def _stamp_since(self, name: str, since: float) -> str:
        path = self.root / name
        edited = path.is_file() and path.stat().st_mtime >= since
        return EDITED if edited else self.stamp(name)

    def _names(self, folder: str) -> list[str]:
        """Return the names of the sources and folders of sources in a folder."""
        entries = (self.root / folder).glob("*")
        return sorted(p.name for p in entries if counts(p) or (p.is_dir() and _plain(p.name)))

    def _modules(self, folder: str) -> list[str]:
        """Return the names in a folder under which Python finds a module."""
        at = self.root / folder
        packages = {init.parent.name for init in at.glob("*/__init__.py")}
        return [n for n in self._names(folder) if n in packages or n.endswith(".py")]


def _looked_through(page: str) -> tuple[str, str, str]:
    """Return the folders in which Python looks for modules before the recording begins."""
    return "./*.py", "exercises/*.py", f"{Path(page).parent.as_posix()}/*.py"


def _plain(folder: str) -> bool:
    """Return whether a folder holds sources: it is neither hidden nor generated."""
    return not folder.startswith((".", "_"))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
