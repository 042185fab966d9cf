"""Run jobs on the workers of a Dask cluster.

A worker needs this package, NumPy, the packages that the problems use, and bubblewrap (or the
container program in the settings). Jobs contain the course's data.
"""

from __future__ import annotations

import asyncio
import hashlib
import pickle
import threading
import time
from concurrent.futures import Future
from urllib.parse import urlsplit

from ..course.assignment import AssignmentSpec
from ..errors import CannotDo, first_line
from ..sandbox.launch import Refused, Sandbox
from ..storage.results import code, in_words
from ..storage.scratch import slot
from .one_submission import Job, run

__all__ = ["Cluster"]

CONNECT = 15  # seconds that a scheduler has to answer
LONELY = 60  # seconds without any worker after which a run stops
HERE = {"localhost", "127.0.0.1", "::1"}
_sandboxes, _lock = {}, threading.Lock()


class Cluster:
    """Runs jobs on a cluster; a context manager.

    Dask encrypts connections if its configuration here and on the scheduler and workers names
    certificates (`DASK_DISTRIBUTED__COMM__TLS__CA_FILE`, `…__CLIENT__CERT`, `…__CLIENT__KEY`).

    :param spec: Data shared by all submissions. It contains the answers, and the workers
        receive it.
    :param address: The scheduler's address: ``tls://HOST:PORT``, or ``tcp://HOST:PORT``
        unencrypted.
    :ivar width: Number of jobs to submit before waiting for results.
    :raises CannotDo: If the cluster cannot be reached, or a worker would grade differently from
        this machine.
    """

    def __init__(self, spec: AssignmentSpec, address: str):
        self.address, self.last_seen = address, time.monotonic()
        self.unsafe = spec.unsafe
        self.client = self._connect()
        try:
            self.width = 2 * self._require_fit(spec)
            mark = hashlib.sha256(pickle.dumps(spec)).hexdigest()
            self.spec = self.client.submit(_identity, spec, key=f"nngrader-{mark}")
            self.jobs = self.client.get_executor(pure=False)
        except BaseException:
            self.client.close()
            raise

    def submit(self, job: Job) -> Future:
        """Start a job; if its worker ends, another worker runs it again."""
        return self.jobs.submit(_run, self.spec, job)

    def require(self) -> None:
        """Raise an error if there has been no worker for some time.

        :raises CannotDo: If the last worker was seen more than `LONELY` seconds ago.
        """
        if self.client.status == "running" and self._workers():
            self.last_seen = time.monotonic()
        if time.monotonic() - self.last_seen > LONELY:
            raise CannotDo(f"{self.address}: no worker for {LONELY} seconds. {AGAIN}")

    def _connect(self):
        """Return a client, or raise an error with the first line of Dask's message.

        It tries a bare connection first, because a client that finds no scheduler takes a long
        time to close.
        """
        from distributed import Client

        try:
            asyncio.run(_try_connection(self.address))
            return Client(self.address, timeout=CONNECT, set_as_default=False)
        except Exception as e:
            raise CannotDo(f"no cluster at {self.address}: {first_line(e)}. {TLS}") from e

    def _workers(self):
        """Return the scheduler's information about its workers, by address."""
        return self.client.scheduler_info(n_workers=-1)["workers"]

    def _require_fit(self, spec):
        """Return how many jobs can run in parallel; raise an error about unsuitable workers."""
        if not (workers := self._workers()):
            raise CannotDo(f"the cluster at {self.address} has no workers: start some")
        faults = self.client.run(_unfit, spec, on_error="return")
        wrong = [
            f"{where}: {first_line(why) if isinstance(why, BaseException) else why}"
            for where, why in faults.items()
            if why is not None
        ]
        if wrong:
            first = f"this machine has {in_words(spec.uses)}; these workers cannot be used:"
            raise CannotDo("\n  ".join([first, *wrong]))
        return sum(w["nthreads"] for w in workers.values())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.close()


AGAIN = "Finished results are saved; run the command again to continue"
TLS = (
    "Is it running? A tls:// address needs certificates in Dask's configuration, "
    "DASK_DISTRIBUTED__COMM__TLS__CA_FILE and so on; tcp:// does not reach a cluster with TLS"
)


async def _try_connection(address):
    """Open a connection with Dask's configuration, and close it."""
    from distributed.comm import connect
    from distributed.security import Security

    settings = Security().get_connection_args("client")
    comm = await connect(address, timeout=CONNECT, **settings)
    await comm.close()


def is_open(address: str) -> bool:
    """Return whether messages to a scheduler could be read or forged in transit.

    >>> [is_open(a) for a in ("tls://far:8786", "tcp://far:8786", "tcp://127.0.0.1:8786")]
    [False, True, False]
    """
    parts = urlsplit(address)
    return parts.scheme != "tls" and parts.hostname not in HERE


def _identity(spec):
    """Return the spec. Dask runs this task again if the worker that stores it ends."""
    return spec


def _run(spec, job):
    """Return the result of one job, computed on a worker of the cluster."""
    if code(spec.uses) != spec.code:
        raise Refused(f"a worker has a different version: {in_words(spec.uses)}")
    with slot() as number:
        return run(spec, job, _sandbox(spec), number)


def _unfit(spec):
    """Return why this worker cannot grade like the grader's machine, or None if it can."""
    if code(spec.uses) != spec.code:
        return f"different version: {in_words(spec.uses)}"
    try:
        _sandbox(spec).require()
    except CannotDo as e:
        return str(e)
    return None


def _sandbox(spec):
    """Return this process's sandbox for the limits and packages of an assignment."""
    key = (spec.limits, spec.unsafe, tuple(spec.uses), tuple(spec.files.items()))
    with _lock:
        if key not in _sandboxes:
            _sandboxes[key] = Sandbox(
                spec.limits, unsafe=spec.unsafe, uses=spec.uses, files=spec.files
            )
        return _sandboxes[key]
