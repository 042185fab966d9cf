"""What `nngrader check NOTEBOOK` does, on the student's own machine.

The notebook's cells run in a process of their own, as they would in Jupyter; then each function
is tried on the visible cases. Needs NumPy alone.
"""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
import types
from pathlib import Path

from .engine import judge
from .engine.observe import observe
from .engine.reading import names_used, plain
from .student import report, visible_problems
from .submission import Unreadable, cells_of

SECONDS = 300
RIGHT, WRONG = 10, 11  # exit statuses of a notebook that was run to its end


def checkup(notebook: Path) -> int:
    """Run a notebook and say what is wrong with each function.

    Parameters
    ----------
    notebook : Path
        The student's notebook; the file with the visible cases lies beside it.

    Returns
    -------
    int
        0 if everything is right on the visible cases, 1 if not.

    Raises
    ------
    FileNotFoundError
        If there is no such notebook, or no file with cases beside it.
    """
    notebook = notebook.resolve()
    if not notebook.is_file():
        raise FileNotFoundError(f"there is no notebook {notebook.name}")
    if not visible_problems(notebook.parent):
        raise FileNotFoundError(f"no file *.cases.json lies beside {notebook.name}")
    command = [sys.executable, "-m", "nngrader.checkup", notebook.name]
    settings = os.environ | {"MPLBACKEND": "Agg"}
    try:
        done = subprocess.run(command, cwd=notebook.parent, env=settings, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        print(f"The notebook took more than {SECONDS} seconds. Does a loop never end?")
        return 1
    if done.returncode not in (RIGHT, WRONG):
        print("The notebook ended the process before it was through.")
    return int(done.returncode != RIGHT)


def run_here(notebook: Path) -> bool:
    """Run the notebook in this process; whether all functions are right.

    Parameters
    ----------
    notebook : Path
        Lies in the current folder.

    Returns
    -------
    bool
        Whether every visible case of every problem came out right.
    """
    flags = []
    try:
        cells = cells_of(notebook.read_bytes(), flags)
    except Unreadable as e:
        print(e)
        return False
    print(*flags, sep="\n", end="\n" * bool(flags))
    problems = visible_problems(notebook.parent)
    tests = {f"test_{name}" for name in problems}
    sources = [plain(c.source) for c in cells if c.code and c.grade_id not in tests]
    names = run_cells(sources)
    right = [judge_one(data, names.get(name), sources) for name, data in problems.items()]
    return all(right)


def run_cells(sources: list[str]) -> dict:
    """Run cells one after the other; an error in one does not stop the next.

    Parameters
    ----------
    sources : list of str
        Texts of the cells.

    Returns
    -------
    dict
        The names that they have defined.
    """
    module = types.ModuleType("__main__")
    module.__dict__["check"] = lambda f: None
    for n, source in enumerate(sources, 1):
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(source, f"<code cell {n}>", "exec"), module.__dict__)
        except Exception as e:
            line = (source.strip().splitlines() or [""])[0]
            print(f"A cell failed, it begins {line[:50]!r}: {type(e).__name__}: {e}")
    return module.__dict__


def judge_one(data: dict, f, sources: list[str]) -> bool:
    """Print what is wrong with one function; whether nothing is."""
    if not callable(f):
        print(f"{data['name']}: the notebook defines no function of this name.")
        return False
    run = len(data["returns"])
    verdict = judge(data, lambda args: observe(f, args, run), names_used(*sources))
    print(report(data, f, verdict))
    return verdict.score == 100


if __name__ == "__main__":
    raise SystemExit(RIGHT if run_here(Path(sys.argv[1])) else WRONG)
