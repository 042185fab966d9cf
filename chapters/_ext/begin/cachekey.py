"""Read and execute the pages again when something changes that they depend on.

jupyter-cache keys on the code cells only, so a change in ``nnlib`` would be served from the old
cache. What a page read when it ran is kept beside its outputs (``execute/reads.py``); the cache
folder's name carries a digest of what all pages depend on: the lock, and the programs that
execute them; and one of the processor, or of the older one whose kernels the libraries are told
to take, since another one gives other last digits. Each processor has its own cache.
"""

import hashlib
import os
import platform
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_info

ENVIRONMENT = (
    "requirements.lock",
    "chapters/_ext/begin/cachekey.py",
    "chapters/_ext/execute/audit.py",
    "chapters/_ext/execute/findings.py",
    "chapters/_ext/execute/kernels.py",
    "chapters/_ext/execute/reads.py",
    "chapters/_ext/execute/run.py",
    "chapters/_ext/execute/warm.py",
)
# What a program that a cell starts can read: code, packaged data, problems, results of long
# experiments, settings.
EXECUTED = (
    "nnlib/**/*",
    "exercises/nngrader/**/*",
    "exercises/problems/**/*",
    "exercises/source/**/*",
    "chapters/*/experiments/*",
    "benchmarks/gpu.*",
    "chapters/reference/**/*.yml",
    "_toc.yml",
    "Makefile",
    "tools/*.py",
    "requirements.lock",
)
READ = ("chapters/_ext/**/*.py", "chapters/reference/**/*.yml")  # what the text is made with
# What is copied beside the pages, or into them.
COPIED = ("chapters/_extra/_play/*", "chapters/_static/*", "nnlib/trace/*.json")
CACHE = ".jupyter_cache-"
SWITCHES = (  # what tells the libraries which kernels to take
    "ATEN_CPU_CAPABILITY",
    "MKL_CBWR",
    "MKL_NUM_THREADS",
    "NPY_DISABLE_CPU_FEATURES",
    "OMP_NUM_THREADS",
    "ONEDNN_MAX_CPU_ISA",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_NUM_THREADS",
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
    made = path.suffix in IGNORED_SUFFIXES or IGNORED_FOLDERS & set(path.parts)
    return path.is_file() and not made


def processor() -> str:
    """Return a short hash of what decides the last digits: machine, CPU switches, kernels."""
    loops = np._core._multiarray_umath.__cpu_features__
    kernels = sorted({library.get("architecture", "") for library in threadpool_info()})
    switches = [f"{name}={os.environ.get(name, '')}" for name in SWITCHES]
    able = sorted(name for name, is_able in loops.items() if is_able)
    text = "\n".join([platform.system(), platform.machine(), *kernels, *able, *switches])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def forget_others(folder: Path) -> None:
    """Delete the caches beside this one that belong to other sources, on any processor."""
    key = folder.name.rpartition("-")[0]
    for other in folder.parent.glob(f"{CACHE}*"):
        if other.name.rpartition("-")[0] != key:
            shutil.rmtree(other, ignore_errors=True)


def name_cache(app, config) -> None:
    """Name the cache by its digest; a changed one makes Sphinx read or write pages again."""
    root = Path(app.confdir)
    key = f"{platform.python_version()}-{digest(root, ENVIRONMENT)}-{processor()}"
    folder = Path(app.doctreedir).parent / f"{CACHE}{key}"
    forget_others(folder)
    config.nb_execution_cache_path = str(folder)
    config.nn_read_digest = digest(root, READ)
    config.nn_copied_digest = digest(root, COPIED)
