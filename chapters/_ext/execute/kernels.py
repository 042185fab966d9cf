"""Start the kernels of many pages as forks of one process, which has imported the libraries.

A kernel needs two to five seconds of processor time for its imports; a fork already has them.
Forking is safe only on Linux. On other systems, and if there are only a few pages, each kernel
is started as a new process.
"""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import ClassVar

import psutil
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

WARM = Path(__file__).with_name("warm.py")
FEWEST = 4  # pages; for fewer, importing in advance costs more than it saves
LAUNCHER = [sys.executable, "-m", "ipykernel_launcher"]
NAME = "fork"


class Fork(psutil.Process):
    """A forked kernel, with the methods that jupyter_client calls on a process."""

    stdin = stdout = stderr = None

    def poll(self) -> int | None:
        """Return None as long as the kernel runs, then 0; its status is not known here."""
        try:
            return 0 if self.status() == psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:  # it ended after its parent, so no zombie is left
            return 0

    def wait(self, timeout: float | None = None) -> int | None:
        """Return the result of `poll`, because this is called after the kernel has ended."""
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
                start_new_session=True,  # the build handles Ctrl-C, and then closes the socket
            )
        self.socket, self.lines = ours, ours.makefile("rw", encoding="utf-8")
        self.asking = threading.Lock()  # so that each request gets its own answer

    def fork(self, arguments: list[str], env: dict[str, str], cwd: str) -> Fork | None:
        """Return a new kernel, or None if the process cannot fork."""
        asked = {"arguments": arguments, "env": env, "cwd": cwd}
        try:
            with self.asking:
                print(json.dumps(asked), file=self.lines, flush=True)
                return Fork(int(self.lines.readline()))
        except (OSError, ValueError, psutil.NoSuchProcess):
            return None

    def close(self) -> None:
        """End the process, which then ends the kernels that are still running."""
        self.socket.close()
        with suppress(OSError):  # it ended before a request reached it
            self.lines.close()
        self.process.wait()


class ForkProvisioner(LocalProvisioner):
    """Forks a kernel if it is the default Python kernel and the warm process can fork."""

    warm: ClassVar[Warm | None] = None

    async def launch_kernel(self, cmd, **options):
        """Start the kernel, and return how to connect to it."""
        fork = None
        if cmd[: len(LAUNCHER)] == LAUNCHER:
            fork = self.warm.fork(cmd[len(LAUNCHER) :], options["env"], options["cwd"])
        if fork is None:
            return await super().launch_kernel(cmd, **options)
        self.process, self.pid, self.pgid = fork, fork.pid, fork.pid
        self.cwd = options["cwd"]
        return self.connection_info


@contextmanager
def warm_kernels(pages: int) -> Iterator[None]:
    """Fork the kernels that are started inside this block, if there are enough pages."""
    if pages < FEWEST or sys.platform != "linux":
        yield
        return
    factory = KernelProvisionerFactory.instance()
    before = factory.default_provisioner_name
    where = f"{__name__}:{ForkProvisioner.__name__}"
    factory.provisioners[NAME] = EntryPoint(NAME, where, factory.GROUP_NAME)
    factory.default_provisioner_name = NAME
    outer = ForkProvisioner.warm
    ForkProvisioner.warm = warm = Warm()
    try:
        yield
    finally:
        factory.default_provisioner_name = before
        ForkProvisioner.warm = outer
        warm.close()
