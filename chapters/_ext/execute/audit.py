"""Record each file of the book that a page's cells read; this runs inside a kernel.

The kernel is started with the book's folder in ``NN_BOOK`` and the file to write in
``NN_READS``. A line is a path relative to the book; a folder whose names were read ends in a
slash, one in which Python looked for modules in ``/*.py``; ``*`` means that another program was
started, which may read anything.
"""

import importlib.metadata
import os
import sys

STARTS = {"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"}
LISTS = {"os.listdir", "os.scandir"}
HARMLESS = {"fc-list", "ldconfig", "gcc", "cc", "ld", "uname", "lscpu"}  # read nothing of ours
OUTSIDE = (".git", ".venv", "_build")
IMPORTS = ("<frozen importlib._bootstrap_external>", importlib.metadata.__file__)


def relative_path(path, root: str) -> str | None:
    """Return a path relative to the book or None outside; for bytecode its source's."""
    if isinstance(path, int):
        return None
    full = os.path.abspath(os.fsdecode(path or "."))
    if full != root and not full.startswith(root + os.sep):
        return None
    if os.path.basename(full).startswith("<"):  # the name of code that has no file
        return None
    parts = os.path.relpath(full, root).split(os.sep)
    if parts[0] in OUTSIDE:
        return None
    if len(parts) > 1 and parts[-2] == "__pycache__":
        parts[-2:] = [parts[-1].split(".")[0] + ".py"]
    return "/".join(parts)


def reading(event: str, args: tuple, root: str, caller: str) -> str | None:
    """Return the line that records what an event reads, or None if it is not the book's."""
    if event in STARTS:
        program = os.path.basename(os.fsdecode(args[0])) if args and args[0] else ""
        return None if program in HARMLESS else "*"
    if event == "open":
        written = isinstance(args[2], int) and args[2] & os.O_WRONLY
        return None if written else relative_path(args[0], root)
    if event in LISTS:
        folder = relative_path(args[0], root)
        return folder and folder + ("/*.py" if caller in IMPORTS else "/")
    return None


def watch(root: str, out: str) -> None:
    """Write each line when its event first happens, since a kernel may end at any time."""
    seen = set()
    file = os.open(out, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    watched = STARTS | LISTS | {"open"}

    def hook(event, args):
        """Write the line of one audited event; Python calls this for each."""
        if event not in watched:
            return
        line = reading(event, args, root, sys._getframe(1).f_code.co_filename)
        if line and line not in seen:
            seen.add(line)
            os.write(file, f"{line}\n".encode())

    sys.addaudithook(hook)


if __name__ == "<run_path>":  # as runpy names what it runs
    watch(os.path.realpath(os.environ["NN_BOOK"]), os.environ["NN_READS"])
