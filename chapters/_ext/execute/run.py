"""Execute one page, measure its seconds, and find out what came out differently."""

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from . import findings
from .failure import Failure

FAILED = (CellExecutionError, CellTimeoutError, DeadKernelError)


@dataclass(frozen=True)
class Run:
    """The outcome of the execution of a page.

    ``processor`` counts the seconds of the kernel and of the programs it waited for, so it
    hardly depends on other jobs on the machine; it excludes imports from before a kernel was
    forked. ``findings`` lists the differences, as `findings.collect` describes them;
    ``failure`` is the error that ended the execution early.
    """

    notebook: dict
    wall: float
    processor: float
    findings: list[dict]
    failure: Failure | None


class _Watch:
    """Notes which cell runs, and the processor seconds of the kernel."""

    def __init__(self):
        self.client = None
        self.last = 0
        self.processor = 0.0

    def begin(self, cell, cell_index) -> None:
        """Store which cell runs now."""
        self.last = cell_index

    def end(self, cell, cell_index, execute_reply) -> None:
        """Store the processor seconds of the kernel after a cell."""
        with suppress(psutil.Error):  # the kernel has ended; another check reports that
            times = psutil.Process(self.client.km.provisioner.pid).cpu_times()
            own = times.user + times.system
            self.processor = own + times.children_user + times.children_system


def execute(
    path: Path,
    notebook,
    root: Path,
    timeout: int,
    allow_errors: bool = False,
) -> Run:
    """Execute the cells of a page of the book at `root`, in the page's folder.

    The first error stops the execution. With ``allow_errors``, only a cell that takes too long
    or a dead kernel stops it.
    """
    watch = _Watch()
    watch.client = NotebookClient(
        notebook,
        timeout=timeout,
        allow_errors=allow_errors,
        record_timing=False,  # a date would differ at each build
        shutdown_kernel="immediate",  # no state to save, and a graceful shutdown is slow
        on_cell_start=watch.begin,
        on_cell_executed=watch.end,
    )
    started = time.monotonic()
    # NN_BOOK makes `book.claim` record false claims in the outputs.
    environment = os.environ | {"NN_BOOK": str(root)}
    error = _attempt(watch.client, cwd=str(path.parent), env=environment)
    wall = time.monotonic() - started
    differences = findings.collect(notebook, watch.last, error)
    merge_streams(notebook)
    page = Path(os.path.relpath(path, root)).as_posix()
    failure = (
        Failure.of(page, path, notebook, watch.last, error, differences) if error else None
    )
    return Run(notebook, wall, watch.processor, differences, failure)


def merge_streams(notebook) -> None:
    """Merge a cell's consecutive outputs to the same stream; kernels split them at random."""
    for cell in notebook.cells:
        merged = []
        for output in cell.get("outputs", []):
            last = merged[-1] if merged else {}
            if output.output_type == "stream" and last.get("name") == output.name:
                last.text += output.text
            else:
                merged.append(output)
        if "outputs" in cell:
            cell.outputs = merged


def _attempt(client: NotebookClient, **options) -> Exception | None:
    """Execute the notebook; return the error of the cell that failed, or None.

    Another program may take a port between the choice of a kernel's ports and its start. The
    kernel then ends before it has run a cell, and we start another one, up to three in total.
    """
    for left in (2, 1, 0):
        try:
            client.execute(**options)
        except FAILED as error:
            return error
        except RuntimeError as error:
            if not left or "before replying" not in str(error):
                raise
            client.km = None  # otherwise the next kernel would get the same ports
        else:
            break
    return None
