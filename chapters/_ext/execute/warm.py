"""Fork kernels from this process, which has already imported the modules that most pages need.

It is started with the number of a socket. Each line that arrives there asks for a kernel, with
its arguments, environment and working directory; the answer is the kernel's process id. The
book's own packages are not imported here, so that each kernel imports them when its page does.

A process with several threads must not fork, so this one exits if its imports have
started threads. Otherwise it exits when the socket is closed, and ends the kernels that are
still running.
"""

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
from pathlib import Path

IMPORTED = (
    *("ipykernel.kernelapp", "ipykernel.debugger", "IPython.extensions.storemagic"),
    # Not pyplot, because it makes a kernel show figures by itself.
    *("matplotlib.figure", "matplotlib.backends.backend_svg"),
    *("sklearn.utils.validation", "torch", "torch._dynamo"),  # the last for torch.optim
)
SETTINGS = {  # read on import, so set here what a kernel or a page that profiles sets
    "KINETO_LOG_LEVEL": "99",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
}


def load() -> dict[str, str]:
    """Import the modules, and return the environment variables that they have set."""
    os.environ.update(SETTINGS | os.environ | {"JPY_PARENT_PID": str(os.getpid())})
    before = set(os.environ)
    for name in IMPORTED:
        with contextlib.suppress(ImportError):  # PyTorch may be missing
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # otherwise each kernel would copy memory that it only reads
    return {name: os.environ[name] for name in set(os.environ) - before}


def serve(number: int) -> dict | None:
    """Fork a kernel for each line; return the parsed line in a fork, and None at the end."""
    kernels = []  # reaped only at the end, so that no new kernel gets the id of an old one
    with socket.socket(fileno=number) as asked, asked.makefile("rw", encoding="utf-8") as lines:
        for line in lines:
            if not (pid := os.fork()):
                return json.loads(line)
            kernels.append(pid)
            print(pid, file=lines, flush=True)
    for pid in kernels:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return None


def become(kernel: dict, variables: dict[str, str]) -> None:
    """Give this process everything that a new one would have, and its own random numbers."""
    os.setsid()
    os.chdir(kernel["cwd"])
    os.environ.clear()
    os.environ.update(variables | kernel["env"] | {"JPY_PARENT_PID": str(os.getppid())})
    sys.argv[1:] = kernel["arguments"]
    sys.path.insert(0, os.getcwd())
    sys.modules["numpy"].random.seed()
    if "torch" in sys.modules:
        sys.modules["torch"].default_generator.seed()


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).parent))
    variables = load()
    if len(os.listdir("/proc/self/task")) > 1 or not (kernel := serve(int(sys.argv[1]))):
        os._exit(0)  # without freeing each object
    become(kernel, variables)
    runpy.run_module("ipykernel_launcher", run_name="__main__", alter_sys=True)
