"""Execute the pages that are not in the cache two at a time, before Sphinx reads them in turn.

This only fills the cache. A page that fails here is executed again when it is read, and fails
the build there. ``BOOK_WORKERS=1`` leaves it all to the serial reading.
"""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import create_nb_reader


def _pending(env, docnames, cache) -> Iterator[tuple[Path, object]]:
    """Yield path and notebook of each page that has cells whose outputs are not cached."""
    for docname in docnames:
        path = Path(env.doc2path(docname))
        text = path.read_text(encoding="utf-8")
        reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
        if reader is None:
            continue
        notebook = reader.read(text)
        try:
            cache.match_cache_notebook(notebook)
        except KeyError:
            yield path, notebook


def _execute(path: Path, notebook, timeout: int):
    """Execute one page in its own folder."""
    return single_nb_execution(
        notebook, cwd=str(path.parent), timeout=timeout, allow_errors=False
    )


def _fill(app, env, docnames) -> None:
    """Execute what is pending and keep what succeeds, with a line for each page."""
    workers = int(os.environ.get("BOOK_WORKERS", "2"))
    if workers < 2 or env.mystnb_config.execution_mode != "cache":
        return
    cache = get_cache(env.mystnb_config.execution_cache_path)
    pages = list(_pending(env, docnames, cache))
    if len(pages) < 2:
        return
    timeout = env.mystnb_config.execution_timeout
    with ThreadPoolExecutor(workers) as pool:
        jobs = {pool.submit(_execute, path, nb, timeout): path for path, nb in pages}
        for done, job in enumerate(as_completed(jobs), start=1):
            _keep(cache, jobs[job], job.result())
            _report(done, len(jobs), jobs[job], job.result())


def _keep(cache, path: Path, result) -> None:
    """Put the outputs of a page that ran to its end into the cache."""
    if result.err is None:
        bundle = CacheBundleIn(result.nb, str(path), data={"execution_seconds": result.time})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def _report(done: int, total: int, path: Path, result) -> None:
    """Say on the screen, also under ``-q``, which page has run and how long it took."""
    state = "executed" if result.err is None else "FAILED"
    page = f"{path.parent.name}/{path.stem}"
    print(f"[{done}/{total}] {state} {page} in {result.time:.1f} s", flush=True)


def setup(app):
    """Connect to Sphinx."""
    app.connect("env-before-read-docs", _fill)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
