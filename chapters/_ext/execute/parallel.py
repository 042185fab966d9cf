"""Execute the pages whose outputs do not hold, some at a time, before Sphinx reads them.

jupyter-cache can execute pages in parallel, too, but cannot tell which files a page reads, so
that a change of nnlib would be served old outputs.

The page that took longest last time starts first. In a reader's build a cell that fails keeps
its traceback, and the cells after it run (`findings.py`). A strict build reports all pages that
fail, and then stops. ``BOOK_WORKERS`` sets how many run at a time, by default one for each
core, up to four.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from joblib import cpu_count  # those that this process may use, in a container too
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_client.kernelspec import NoSuchKernel
from myst_nb.core.read import create_nb_reader
from sphinx.errors import SphinxError
from sphinx.util import logging

from . import findings
from .kernels import managers
from .reads import Reads
from .run import Run, execute
from .seconds import Seconds

logger = logging.getLogger(__name__)

MOST = 4  # a kernel may need 1 GB
PATIENCE = 5  # times the timeout of a cell that a reader's machine gets
FAILED = "{} of {} executed pages failed"


def open_cache(app) -> None:
    """Create the build's executor, with the outputs that earlier builds have stored."""
    cache = Path(app.config.nb_execution_cache_path)
    app.nn_executor = Executor(Path(app.confdir).resolve(), cache)


def outdated(app, env, added, changed, removed) -> list[str]:
    """Return the pages whose outputs no longer hold, for Sphinx to read them again."""
    executed, reads = getattr(env, "nb_metadata", {}), app.nn_executor.reads
    return [
        docname
        for docname in env.found_docs - added
        if executed.get(docname, {}).get("exec_data") and not reads.hold(docname)
    ]


def execute_pages(app, env, docnames) -> None:
    """Execute the pages that Sphinx is about to read if their stored outputs are outdated."""
    if env.mystnb_config.execution_mode == "cache":
        app.nn_executor.execute(env, docnames)


def fill_gaps(app, docname, source) -> None:
    """Insert a note into a page's text for each number that its cells did not compute."""
    source[0] = findings.fill_gaps(source[0], app.nn_executor.reads.missing(docname))


def show_findings(app, doctree) -> None:
    """Insert into a page what came out differently when it was executed."""
    found = app.nn_executor.reads.findings(app.env.docname)
    findings.show(doctree, list(findings.located(app.env, app.env.docname, found)))


def report(app, exception) -> None:
    """Print how long each page took, and write what came out differently."""
    if exception is None:
        seconds = app.nn_executor.seconds
        seconds.save(Path(app.srcdir))
        print(seconds.report(), flush=True)
        findings.write_summary(app, app.nn_executor.reads)


class CannotExecute(SphinxError):
    """The error that ends a build when the tools fail, not a page."""

    category = "Execution"


class PagesFailed(SphinxError):
    """The error that ends a build when the execution of some pages failed."""

    category = "Execution"


@dataclass(frozen=True)
class Page:
    """A page to execute, with its cells and their key in the cache."""

    docname: str
    path: Path
    notebook: dict
    key: str


class Executor:
    """Executes pages in one build of the book, and stores their outputs for later builds.

    Parameters
    ----------
    root : Path
        The book's folder.
    cache : Path
        The folder of the outputs that earlier builds have kept; made when missing.
    """

    def __init__(self, root: Path, cache: Path):
        self.reads = Reads(root, cache / "reads.json")
        self.reads.stamp("*")  # before anything runs
        self.cache = get_cache(cache)
        self.seconds = Seconds(cache.parent / "page-seconds.json")

    def execute(self, env, docnames) -> None:
        """Execute the outdated pages among these.

        Raises
        ------
        PagesFailed
            If a page fails in a strict build.
        CannotExecute
            If no page can be executed: a kernel does not start, or the disk is full.
        """
        pages = sorted(self._pending(env, docnames), key=self._longest_first)
        timeout = env.mystnb_config.execution_timeout * (1 if findings.strict() else PATIENCE)
        failures = []
        with managers(len(pages)) as manager, ThreadPoolExecutor(workers()) as pool:
            settings = self.reads.root, timeout, manager
            jobs = {
                pool.submit(
                    execute,
                    page.path,
                    page.notebook,
                    *settings,
                    allow_errors=not findings.strict(),
                ): page
                for page in pages
            }
            for done, job in enumerate(as_completed(jobs), start=1):
                page, run = jobs[job], _result(job, jobs[job])
                self._keep(page, run)
                print(f"[{done}/{len(jobs)}] {_line(page, run)}", flush=True)
                if findings.strict():
                    failures += [run.failure] if run.failure else []
        for failure in sorted(failures, key=lambda f: (f.page, f.line)):
            logger.error("%s", failure)
        if failures:
            raise PagesFailed(FAILED.format(len(failures), len(pages)))
        findings.refuse(env, self.reads)

    def _pending(self, env, docnames) -> Iterator[Page]:
        """Yield each page with cells whose outputs are missing or outdated."""
        for docname in docnames:
            path = Path(env.doc2path(docname))
            text = path.read_text(encoding="utf-8")
            reader = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text)
            if reader is None:
                continue
            notebook = reader.read(text)
            if not any(cell.cell_type == "code" for cell in notebook.cells):
                continue
            _, key = self.cache.create_hashed_notebook(notebook)
            if not (self.reads.hold(docname, key) and self._cached(notebook)):
                yield Page(docname, path, notebook, key)

    def _cached(self, notebook) -> bool:
        """Return whether jupyter-cache has outputs for these cells."""
        try:
            self.cache.match_cache_notebook(notebook)
        except KeyError:
            return False
        return True

    def _longest_first(self, page: Page) -> tuple[float, int]:
        """Return a sort key that puts pages never executed first, then the slowest."""
        return -self.seconds.known(page.docname), -len(page.notebook.cells)

    def _keep(self, page: Page, run: Run) -> None:
        """Store outputs, findings, files read and seconds of a page, unless the build stops."""
        if run.failure is None or not findings.strict():
            data = {"execution_seconds": run.wall}
            bundle = CacheBundleIn(run.notebook, str(page.path), data=data)
            self.cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
            missing = []
            if any(finding["kind"] != "claim" for finding in run.findings):
                text = page.path.read_text(encoding="utf-8")
                missing = findings.missing_numbers(text, run.notebook)
            stored = run.reads, run.started, run.findings, missing
            self.reads.keep(page.docname, page.key, *stored)
            self.seconds.note(page.docname, run)


def workers() -> int:
    """Return how many pages are executed at a time."""
    return int(os.environ.get("BOOK_WORKERS", min(cpu_count(), MOST)))


def _line(page: Page, run: Run) -> str:
    """Return the line to print about a page that has been executed."""
    state = "FAILED" if run.failure else "executed"
    count = 0 if run.failure else len(run.findings)
    differ = (
        f", {count} {'check differs' if count == 1 else 'checks differ'} here" if count else ""
    )
    return f"{state} {page.path.parent.name}/{page.path.stem} in {run.wall:.1f} s{differ}"


def _result(job: Future, page: "Page") -> Run:
    """Return the run of a page; raise CannotExecute if it is not the page that failed."""
    try:
        return job.result()
    except (OSError, RuntimeError, NoSuchKernel) as error:
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise CannotExecute(f"{page.docname} cannot be executed: {reason}") from error
