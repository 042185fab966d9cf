"""Execute one page, and measure its seconds, files read, and what came out differently."""

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from . import findings
from .failure import Failure

AUDIT = Path(__file__).with_name("audit.py")
FAILED = (CellExecutionError, CellTimeoutError, DeadKernelError)


@dataclass(frozen=True)
class Run:
    """The outcome of the execution of a page.

    ``processor`` counts the kernel's work and that of the programs it waited for, so it hardly
    depends on what else the machine does; what a forked kernel had imported before is not in
    it. ``slowest`` is the cell that took most of it. ``findings`` are what came out
    differently, as `findings.collect` describes it; ``failure`` is the error that ended the
    execution early.
    """

    notebook: dict
    started: float
    wall: float
    processor: float
    slowest: tuple[int, float]
    reads: frozenset[str]
    findings: list[dict]
    failure: Failure | None


class _Watch:
    """Measures the kernel's processor time for each cell of a page."""

    def __init__(self):
        self.client = None
        self.last = 0
        self.before = self.total = 0.0
        self.slowest = (0, 0.0)

    def begin(self, cell, cell_index) -> None:
        """Store which cell runs now, and the seconds that the kernel took until then."""
        self.last, self.before = cell_index, self._seconds()

    def end(self, cell, cell_index, execute_reply) -> None:
        """Store the processor seconds of a cell that has run."""
        self.total = self._seconds()
        taken = cell_index, self.total - self.before
        self.slowest = max(self.slowest, taken, key=lambda s: s[1])

    def _seconds(self) -> float:
        """Return the processor seconds of the kernel until now."""
        try:
            times = psutil.Process(self.client.km.provisioner.pid).cpu_times()
        except psutil.Error:  # the kernel is gone, which fails the page elsewhere
            return self.total
        return times.user + times.system + times.children_user + times.children_system


def execute(
    path: Path,
    notebook,
    root: Path,
    timeout: int,
    manager: type = AsyncKernelManager,
    variables: dict[str, str] | None = None,
    start: str = "",
    allow_errors: bool = False,
) -> Run:
    """Execute the cells of a page in its own folder; return the run.

    The first error ends it. With ``allow_errors`` only a cell does that takes too long, or the
    end of the kernel.
    ``variables`` are added to the environment of its kernel; ``start`` is Python code, without
    a line break, that the kernel executes before the page.
    """
    watch = _Watch()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "reads"
        # Expressions, so that the page's namespace holds nothing of them. The second, as the
        # oldest finalizer, ends the kernel after those of the page (temporary folders are
        # deleted), without freeing each object, which takes 0.3 s.
        start += f"__import__('runpy').run_path({str(AUDIT)!r});"
        start += "__import__('weakref').finalize(__import__('sys'), __import__('os')._exit, 0);"
        watch.client = NotebookClient(
            notebook,
            timeout=timeout,
            allow_errors=allow_errors,
            record_timing=False,  # a date would differ at each build
            on_cell_start=watch.begin,
            on_cell_executed=watch.end,
            kernel_manager_class=manager,
            extra_arguments=[f"--IPKernelApp.exec_lines={start}"],
        )
        environment = os.environ | {"NN_BOOK": str(root), "NN_READS": str(log)}
        environment |= variables or {}
        started = time.time()
        error = _attempt(watch.client, cwd=str(path.parent), env=environment)
        wall = time.time() - started
        # A kernel that did not say what it read may have read anything.
        reads = frozenset(log.read_text().splitlines()) if log.exists() else frozenset("*")
    found = findings.collect(notebook, watch.last, error)
    merge_streams(notebook)
    failure = Failure.of(path, notebook, watch.last, error, found) if error else None
    return Run(notebook, started, wall, watch.total, watch.slowest, reads, found, failure)


def merge_streams(notebook) -> None:
    """Merge a cell's consecutive outputs to one stream, which kernels split at random."""
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

    Between the choice of a kernel's ports and its start another program may take one. Then the
    kernel ends before it has run a cell, and another is started, up to three in all.
    """
    for left in (2, 1, 0):
        try:
            client.execute(**options)
        except FAILED as error:
            return error
        except RuntimeError as error:
            if not left or "before replying" not in str(error):
                raise
            client.km = None  # else the next kernel would get the same ports
        else:
            break
    return None
