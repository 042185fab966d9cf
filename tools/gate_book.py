"""Build the book once for a run of the tests, and share the result with every test.

Usage: python tools/gate_book.py

The strict build goes into _build/gate, so that it doesn't touch a reader's build.
`run_tests.py` starts this program first. A test that needs the book waits for the build, or
starts it. A built book stays valid until one of its source files changes. A failed build
counts only for the current run of pytest.
"""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

sys.path.append(str(Path(__file__).resolve().parent))
sys.path.append(str(Path(__file__).resolve().parents[1] / "chapters/_ext"))

from begin.cachekey import digest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "_build" / "gate"
LONGEST_WAIT = 1500  # seconds that a test waits for the book
SHOWN = 40  # lines of a failed build that a test shows
SOURCES = (
    "_config.yml",
    "_toc.yml",
    "Makefile",
    "pyproject.toml",
    "requirements.lock",
    "README.md",
    "LICENSE",
    "chapters/**/*",
    "exercises/heldback/**/*",
    "exercises/nngrader/**/*",
    "exercises/problems/**/*",
    "exercises/source/**/*",
    "nnlib/**/*",
    "tools/**/*.py",
)
FAILURE = re.compile(r"^\S*\.(?:md|py):\d+: |\b(?:ERROR|WARNING)\b|^  > |^check_links: ")
ALL_EXECUTED = re.compile(r"^\[(\d+)/\1\] ", re.MULTILINE)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Result:
    """The result of building the book: its sources, the run of the tests, and the messages."""

    key: str
    run: str
    built: bool
    message: str
    seconds: float

    def is_valid(self, key: str, run: str) -> bool:
        """Return whether this result still counts for these sources in this run."""
        return self.key == key and (self.built or self.run == run)


def html(folder: Path = FOLDER) -> Path:
    """Return the folder of the built HTML pages."""
    return folder / "_build" / "html"


def result(folder: Path = FOLDER, *, root: Path = ROOT, wait: float = LONGEST_WAIT) -> Result:
    """Return the result of building the book; build it first if no other process has.

    Raises
    ------
    TimeoutError
        If another process has been building it for longer than ``wait`` seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "lock", timeout=wait):
            known = _remembered(folder)
            key, run = digest(root, SOURCES), this_run()
            if known is None or not known.is_valid(key, run):
                known = build(folder, root, key, run)
                text = json.dumps(asdict(known), indent=1)
                (folder / "result.json").write_text(text, encoding="utf-8")
            return known
    except Timeout as error:
        message = f"gate_book: the book was not built within {wait:.0f} s; see {folder / 'log'}"
        raise TimeoutError(message) from error


def this_run() -> str:
    """Return an id of this run of the tests, which all its processes share."""
    return os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))


def executed(folder: Path = FOLDER) -> bool:
    """Return whether the build running in this folder has executed all its pages."""
    log = folder / "log"
    return log.exists() and ALL_EXECUTED.search(log.read_text(encoding="utf-8")) is not None


def _remembered(folder: Path) -> Result | None:
    """Return the result of the last build, if its pages are still there."""
    try:
        known = Result(**json.loads((folder / "result.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return None if known.built and not (html(folder) / "index.html").exists() else known


def build(folder: Path, root: Path, key: str, run: str) -> Result:
    """Build the book, with its messages in a log file, and return the result."""
    command = [sys.executable, str(ROOT / "tools/build_book.py"), "--out", folder, root]
    environment = os.environ | {"BOOK_CLAIMS": "strict", "NO_COLOR": "1"}
    started = time.monotonic()
    (folder / "result.json").unlink(missing_ok=True)  # a stopped build leaves no result
    with (folder / "log").open("w+", encoding="utf-8") as log:
        done = subprocess.run(command, env=environment, stdout=log, stderr=log, check=False)
        log.seek(0)
        message = "" if done.returncode == 0 else excerpt(log.read().splitlines())
    seconds = round(time.monotonic() - started, 1)
    return Result(key, run, done.returncode == 0, message, seconds)


def excerpt(lines: Iterable[str]) -> str:
    """Return the lines of a failed build that name page, line and cause."""
    lines = [COLOUR.sub("", line).rstrip() for line in lines]
    shown = [*dict.fromkeys(filter(FAILURE.search, lines))] or lines[-SHOWN:]
    more = f"… and {len(shown) - SHOWN} more lines" if len(shown) > SHOWN else ""
    return "\n".join([*shown[:SHOWN], more]).rstrip()


def main() -> int:
    """Build the book unless it is up to date; print its messages; return the exit status."""
    outcome = result()
    if outcome.built:
        print(f"gate_book: the book is built ({outcome.seconds:.0f} s): {html()}")
        return 0
    print(f"gate_book: the book does not build ({outcome.seconds:.0f} s)\n{outcome.message}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
