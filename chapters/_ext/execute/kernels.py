"""Start the kernels of many pages as forks of one process, which has imported the libraries.

A kernel spends a second or two on imports; a fork has them. Only Linux can do it safely: where
it cannot be done, and for a few pages, each kernel is started as a program of its own.
"""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
from jupyter_client.manager import AsyncKernelManager

WARM = Path(__file__).with_name("warm.py")
FEWEST = 4  # pages for which it pays to import what they do not need
LAUNCHER = [sys.executable, "-m", "ipykernel_launcher"]


class Fork(psutil.Process):
    """A forked kernel, with what jupyter_client asks of a process that it has started."""

    stdin = stdout = stderr = None

    def poll(self) -> int | None:
        """Return None as long as the kernel runs, then 0; its status is not known here."""
        try:
            return 0 if self.status() == psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:  # it has ended after the process that forked it
            return 0

    def wait(self, timeout: float | None = None) -> int | None:
        """Return what `poll` does: it is called when the kernel has ended."""
        return self.poll()


class Warm:
    """The process that forks; it ends when the socket is closed."""

    def __init__(self):
        ours, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, str(WARM), str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the build, which then closes the socket
            )
        self.socket, self.lines = ours, ours.makefile("rw", encoding="utf-8")
        self.asking = threading.Lock()  # an answer belongs to the question before it

    def fork(self, arguments: list[str], env: dict[str, str], cwd: str) -> Fork | None:
        """Return a new kernel, or None if there is none to be had."""
        asked = {"arguments": arguments, "env": env, "cwd": cwd}
        try:
            with self.asking:
                print(json.dumps(asked), file=self.lines, flush=True)
                return Fork(int(self.lines.readline()))
        except (OSError, ValueError, psutil.NoSuchProcess):
            return None

    def close(self) -> None:
        """End the process, which then ends the kernels that still run."""
        self.socket.close()
        with suppress(OSError):  # it has ended before a question reached it
            self.lines.close()
        self.process.wait()


@contextmanager
def managers(pages: int) -> Iterator[type[AsyncKernelManager]]:
    """Yield the class that starts the kernels of so many pages."""
    if pages < FEWEST or sys.platform != "linux":
        yield AsyncKernelManager
        return
    warm = Warm()

    class Manager(AsyncKernelManager):
        """Forks its kernel if that is Python's own and the warm process can fork."""

        async def _async_launch_kernel(self, kernel_cmd, **options):
            head, arguments = kernel_cmd[: len(LAUNCHER)], kernel_cmd[len(LAUNCHER) :]
            fork = None
            if head == LAUNCHER:
                fork = warm.fork(arguments, options["env"], options["cwd"])
            if fork is None:
                await super()._async_launch_kernel(kernel_cmd, **options)
            else:
                local = self.provisioner
                local.process, local.pid, local.pgid = fork, fork.pid, fork.pid

    try:
        yield Manager
    finally:
        warm.close()
