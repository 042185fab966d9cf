"""Execute the pages with invalid outputs, several in parallel, before Sphinx reads them.

jupyter-cache can execute pages in parallel too, but serves old outputs after a change in nnlib
(``begin/cachekey.py``).

The page that took longest last time starts first. In a reader's build, a cell that fails shows
its traceback, and the cells after it still run (`findings.py`). A strict build reports all
pages that fail, and then stops. ``BOOK_WORKERS`` sets how many run in parallel, by default one
for each core, up to four.
"""

import math
import os
import platform
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from begin.cachekey import digest, read_by
from joblib import cpu_count  # the cores that this process may use, also in a container
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_client.kernelspec import NoSuchKernel
from myst_nb.core.read import create_nb_reader
from sphinx.errors import SphinxError
from sphinx.util import logging

from . import findings
from .kernels import warm_kernels
from .run import Run, execute

logger = logging.getLogger(__name__)

MOST = 4  # a kernel may need 1 GB
PATIENCE = 5  # how many times longer a cell may run on a reader's machine
FAILED = "{} of {} executed pages failed"


def open_cache(app) -> None:
    """Create the build's executor, with the outputs that earlier builds have stored."""
    cache = Path(app.config.nb_execution_cache_path)
    app.nn_executor = Executor(Path(app.confdir).resolve(), cache)


def outdated(app, env, added, changed, removed) -> list[str]:
    """Return the pages with invalid outputs, for Sphinx to read them again."""
    if not hasattr(env, "nn_outputs"):
        env.nn_outputs = {}
    return [
        docname
        for docname, stored in env.nn_outputs.items()
        if docname in env.found_docs - added and not app.nn_executor.is_valid(docname, stored)
    ]


def execute_pages(app, env, docnames) -> None:
    """Execute the pages that Sphinx is about to read if their stored outputs are outdated."""
    if env.mystnb_config.execution_mode == "cache":
        app.nn_executor.execute(env, docnames)


def fill_gaps(app, docname, source) -> None:
    """Insert a note into a page's text for each number that its cells did not compute."""
    missing = app.env.nn_outputs.get(docname, {}).get("missing", [])
    source[0] = findings.fill_gaps(source[0], missing)


def show_findings(app, doctree) -> None:
    """Insert into a page what came out differently when it was executed."""
    findings.show(doctree, list(findings.located(app.env, app.env.docname)))


def report(app, exception) -> None:
    """Write the summary of what came out differently."""
    if exception is None:
        findings.write_summary(app)


class CannotExecute(SphinxError):
    """The error that ends a build when something other than a page fails."""

    category = "Execution"


class PagesFailed(SphinxError):
    """The error that ends a build when the execution of some pages failed."""

    category = "Execution"


@dataclass(frozen=True)
class Page:
    """A page to execute, with its cells, and its seconds when it was executed before."""

    docname: str
    path: Path
    notebook: dict
    seconds: float


class Executor:
    """Executes pages in one build of the book, and stores their outputs for later builds.

    jupyter-cache finds outputs by the text of the cells. Next to them, ``data`` records what
    they depend on, how long they took, what came out differently, and which numbers in the text
    they did not compute.

    Parameters
    ----------
    root : Path
        The book's folder.
    folder : Path
        The folder with the outputs of earlier builds; created if needed.
    """

    def __init__(self, root: Path, folder: Path):
        self.root = root
        self.cache = get_cache(folder)
        self.digest = cache(partial(digest, root))

    def sources(self, docname: str) -> str:
        """Return the digest of the files that a page may read, and the version of Python."""
        return f"{platform.python_version()}-{self.digest(read_by(docname))}"

    def is_valid(self, docname: str, stored: dict) -> bool:
        """Return whether the stored outputs are up to date and contain no error."""
        failed = any(finding["kind"] != "claim" for finding in stored["findings"])
        return stored["sources"] == self.sources(docname) and not failed

    def execute(self, env, docnames) -> None:
        """Execute the outdated pages among ``docnames``.

        Raises
        ------
        PagesFailed
            If a page fails in a strict build.
        CannotExecute
            If something other than a page fails: a kernel does not start, or the disk is full.
        """
        pages = sorted(self._pending(env, docnames), key=lambda page: -page.seconds)
        timeout = env.mystnb_config.execution_timeout * (1 if findings.strict() else PATIENCE)
        failures = []
        with warm_kernels(len(pages)), ThreadPoolExecutor(workers()) as pool:
            jobs = {
                pool.submit(
                    execute,
                    page.path,
                    page.notebook,
                    self.root,
                    timeout,
                    allow_errors=not findings.strict(),
                ): page
                for page in pages
            }
            for done, job in enumerate(as_completed(jobs), start=1):
                page, run = jobs[job], _result(job, jobs[job])
                if run.failure is None or not findings.strict():
                    env.nn_outputs[page.docname] = self._store(page, run)
                print(f"[{done}/{len(jobs)}] {_line(page, run)}", flush=True)
                if findings.strict():
                    failures += [run.failure] if run.failure else []
        for failure in sorted(failures, key=lambda f: (f.page, f.line)):
            logger.error("%s", failure)
        if failures:
            raise PagesFailed(FAILED.format(len(failures), len(pages)))
        findings.refuse(env)

    def _pending(self, env, docnames) -> Iterator[Page]:
        """Yield each page with cells whose outputs are missing or outdated."""
        for docname in docnames:
            env.nn_outputs.pop(docname, None)
            path = Path(env.doc2path(docname))
            text = path.read_text(encoding="utf-8")
            reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
            if reader is None:
                continue
            notebook = reader.read(text)
            if not any(cell.cell_type == "code" for cell in notebook.cells):
                continue
            stored = self._stored(notebook)
            if stored and self.is_valid(docname, stored):
                env.nn_outputs[docname] = stored
            else:
                yield Page(docname, path, notebook, stored.get("seconds", math.inf))

    def _stored(self, notebook) -> dict:
        """Return the data stored with the outputs of these cells, empty if there are none."""
        try:
            return self.cache.match_cache_notebook(notebook).data
        except KeyError:
            return {}

    def _store(self, page: Page, run: Run) -> dict:
        """Store the outputs of a page; return the data stored with them."""
        missing = []
        if any(finding["kind"] != "claim" for finding in run.findings):
            text = page.path.read_text(encoding="utf-8")
            missing = findings.missing_numbers(text, run.notebook)
        data = {
            "sources": self.sources(page.docname),
            "seconds": run.processor,
            "findings": run.findings,
            "missing": missing,
        }
        bundle = CacheBundleIn(run.notebook, str(page.path), data=data)
        self.cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        return data


def workers() -> int:
    """Return how many pages are executed at a time."""
    return int(os.environ.get("BOOK_WORKERS", min(cpu_count(), MOST)))


def _line(page: Page, run: Run) -> str:
    """Return the line to print about a page that has been executed."""
    state = "FAILED" if run.failure else "executed"
    name = f"{page.path.parent.name}/{page.path.stem}"
    count = 0 if run.failure else len(run.findings)
    differ = (
        f", {count} {'check differs' if count == 1 else 'checks differ'} here" if count else ""
    )
    return f"{state} {name} in {run.wall:.1f} s ({run.processor:.1f} s of one core){differ}"


def _result(job: Future, page: "Page") -> Run:
    """Return the run of a page; raise CannotExecute if something other than the page failed."""
    try:
        return job.result()
    except (OSError, RuntimeError, NoSuchKernel) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise CannotExecute(f"{page.docname} cannot be executed: {reason}") from error
