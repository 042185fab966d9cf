"""Read and execute the pages again when something changes that they depend on.

jupyter-cache keys on the code cells only, so a change in ``nnlib`` would be served from the old
cache. What a page read when it ran is kept beside its outputs (``reads.py``); the cache
folder's name carries a digest of what all pages depend on: the lock, and the programs that
execute them.
"""

import hashlib
import platform
import shutil
from collections.abc import Iterable
from pathlib import Path

ENVIRONMENT = (
    "requirements.lock",
    "chapters/_ext/cachekey.py",
    "chapters/_ext/execution.py",
    "chapters/_ext/kernel_reads.py",
    "chapters/_ext/reads.py",
)
# What a program that a cell starts can read: code, packaged data, problems, results of long
# experiments, settings.
EXECUTED = (
    "nnlib/**/*",
    "exercises/nngrader/**/*",
    "exercises/problems/**/*",
    "exercises/source/**/*",
    "chapters/*/experiments/*",
    "chapters/reference/**/*.yml",
    "_toc.yml",
    "Makefile",
    "tools/*.py",
    "requirements.lock",
)
READ = ("chapters/_ext/*.py", "chapters/reference/**/*.yml")  # what the text is made with
COPIED = ("chapters/_extra/_play/*", "chapters/_static/*")  # what is copied beside the pages
CACHE = ".jupyter_cache-"
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
    """Say whether a file is a source and not something made from one."""
    made = path.suffix in IGNORED_SUFFIXES or IGNORED_FOLDERS & set(path.parts)
    return path.is_file() and not made


def forget_others(folder: Path) -> None:
    """Delete the caches of other digests beside a cache."""
    for other in folder.parent.glob(f"{CACHE}*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def _config(app, config) -> None:
    """Name the cache by its digest; a changed digest also makes Sphinx read or write again."""
    root = Path(app.confdir)
    key = f"{platform.python_version()}-{digest(root, ENVIRONMENT)}"
    folder = Path(app.doctreedir).parent / f"{CACHE}{key}"
    forget_others(folder)
    config.nb_execution_cache_path = str(folder)
    config.nn_read_digest = digest(root, READ)
    config.nn_copied_digest = digest(root, COPIED)


def setup(app):
    """Connect to Sphinx."""
    app.add_config_value("nn_read_digest", "", "env")
    app.add_config_value("nn_copied_digest", "", "html")
    app.connect("config-inited", _config, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
