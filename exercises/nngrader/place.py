"""Where jobs are run: on threads of this process, each over processes in the sandbox."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

from .job import Job, Paper
from .run import run
from .sandbox import Sandbox
from .slots import slot

__all__ = ["Threads"]


class Threads:
    """Runs jobs here, several at a time; to be used in a `with` block.

    Parameters
    ----------
    paper : Paper
        What all submissions have in common.
    sandbox : Sandbox
        Where students' code runs.
    workers : int
        Submissions run at one time.

    Attributes
    ----------
    width : int
        Jobs to hand over before results are waited for: enough that nobody is idle.
    """

    def __init__(self, paper: Paper, sandbox: Sandbox, workers: int = 2):
        self.paper, self.sandbox, self.width = paper, sandbox, 2 * workers
        self.unsafe = paper.unsafe
        self.pool = ThreadPoolExecutor(workers)

    def submit(self, job: Job) -> Future:
        """Begin a job; the future's result is what `run` gives."""
        return self.pool.submit(self._run, job)

    def require(self) -> None:
        """Nothing: threads do not go away."""

    def _run(self, job):
        with slot() as number:
            return run(self.paper, job, self.sandbox, number)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.shutdown(wait=True, cancel_futures=True)
