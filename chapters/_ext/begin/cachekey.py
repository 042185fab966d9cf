"""Digests of the files on which a page's outputs, tree and HTML depend.

jupyter-cache's key is the text of a page's cells, so it would serve old outputs after a change
in ``nnlib``. With the outputs, we therefore store a digest of the files that the page may
read (``execute/parallel.py``), and a page is executed again when that digest changes.
"""

import hashlib
from collections.abc import Iterable
from pathlib import Path

READ_BY_ALL_PAGES = (
    "nnlib/**/*",
    "chapters/*/experiments/*",
    "chapters/_ext/execute/*.py",
    "benchmarks/gpu.*",
    "requirements.lock",
)
READ_BY_START_AND_REFERENCE = (  # these pages show the course itself
    "exercises/*.py",
    "exercises/heldback/**/*",
    "exercises/nngrader/**/*",
    "exercises/problems/**/*",
    "exercises/source/**/*",
    "chapters/start/*",
    "chapters/_extra/_play/*",
    "chapters/_ext/write/live.py",
    "chapters/reference/*.yml",
    "benchmarks/*.py",
    "tools/*.py",
    "_toc.yml",
    ".gitignore",
    "Makefile",
    "pyproject.toml",
)
READ = ("chapters/_ext/**/*.py", "chapters/reference/**/*.yml")  # all pages depend on these
# Files that are copied next to the pages or into them.
COPIED = (
    "chapters/_extra/_play/*",
    "chapters/_static/*",
    "chapters/goals.yml",
    "nnlib/trace/*.json",
)
IGNORED_FOLDERS = {"__pycache__", ".ipynb_checkpoints"}
IGNORED_SUFFIXES = {".pyc", ".ipynb"}


def digest(root: Path, patterns: Iterable[str]) -> str:
    """Return a short hash of the names and contents of the files that match."""
    total = hashlib.sha256()
    for path in sorted({p for pattern in patterns for p in root.glob(pattern) if counts(p)}):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return total.hexdigest()[:12]


def counts(path: Path) -> bool:
    """Return whether a file is a source, and not generated from one."""
    generated = path.suffix in IGNORED_SUFFIXES or IGNORED_FOLDERS & set(path.parts)
    return path.is_file() and not generated


def read_by(docname: str) -> tuple[str, ...]:
    """Return the patterns of the files that the cells of a page may read."""
    if docname.startswith(("chapters/start/", "chapters/reference/")):
        return READ_BY_ALL_PAGES + READ_BY_START_AND_REFERENCE
    return READ_BY_ALL_PAGES


def set_digests(app, config) -> None:
    """Set the cache's folder, and the digests that make Sphinx read or write pages again."""
    root = Path(app.confdir)
    config.nb_execution_cache_path = str(Path(app.doctreedir).parent / ".jupyter_cache")
    config.nn_read_digest = digest(root, READ)
    config.nn_copied_digest = digest(root, COPIED)
