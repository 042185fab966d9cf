"""Run `nngrader check NOTEBOOK` on the student's own machine.

The notebook's cells run in a process of their own, as they would in Jupyter; then each function
is tried on the visible cases. This needs NumPy alone.
"""

from __future__ import annotations

import contextlib
import io
import math
import os
import signal
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

from ..course.notebooks import id_of_test
from ..engine import caller, judge, with_file
from ..engine.declaration.challenge import files_beside
from ..engine.observation.reading import imports, names_used, plain
from ..errors import NotThere, WrongUsage
from ..intake.submission import Rejected, TooLarge, cells_of, shrunk
from ..intake.suspicion import THERE
from ..records.flag_rendering import for_student
from ..screen import any_terminal
from ..settings import Limits
from ..storage.results import digest
from ..wording import counted, did_you_mean
from .function import called_wrong, report, visible_problems
from .limited import Limited

SECONDS = 300
GROUPS = hasattr(os, "killpg")  # as Windows has not
RIGHT, WRONG = "right", "wrong"  # the verdict on a notebook that was run to its end
UNANSWERED = "YOUR ANSWER HERE"  # what nbgrader puts where a text is to be written


def checkup(notebook: Path) -> int:
    """Run a notebook and print what is wrong with each function.

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
        near = did_you_mean(notebook.name, (f.name for f in notebook.parent.glob("*.ipynb")))
        raise NotThere(f"there is no notebook {notebook.name}{near}")
    require_notebook(notebook)
    if not visible_problems(notebook.parent):
        raise NotThere(f"no file *.cases.json lies beside {notebook.name}")
    with tempfile.TemporaryDirectory(prefix="nngrader-") as folder:
        verdict = Path(folder, "verdict")
        program = [sys.executable, "-m", "nngrader.student.notebook"]
        try:
            run_alone([*program, notebook.name, str(verdict)], notebook.parent)
        except subprocess.TimeoutExpired:
            print(f"The notebook took more than {SECONDS} seconds. Does a loop never end?")
            return 1
        except KeyboardInterrupt:
            print("Stopped before the notebook was through.")
            return 1
        if not verdict.is_file():
            print("The notebook ended the process before it was through.")
        return int(not verdict.is_file() or verdict.read_text() != RIGHT)


def require_notebook(file: Path) -> None:
    """Raise an error unless a file is a notebook.

    Raises
    ------
    WrongUsage
        If it is none; the text says what it is, and which notebooks lie beside it.
    """
    try:
        cells_of(shrunk(file.read_bytes()), [], file.name)
    except TooLarge:
        return  # it may be one
    except Rejected as e:
        beside = sorted(f.name for f in file.parent.glob("*.ipynb") if f != file)
        there = f" There is also {', '.join(beside)}." if beside else ""
        raise WrongUsage(f"{e}{there}") from None


def run_alone(command: list[str], folder: Path) -> None:
    """Run a process in a folder, without input and without windows for pictures.

    What it has started ends with it, on systems that have groups of processes.

    Raises
    ------
    subprocess.TimeoutExpired
        If it takes too long.
    """
    settings = os.environ | {"MPLBACKEND": "Agg"}
    own = {"cwd": folder, "env": settings, "stdin": subprocess.DEVNULL}
    process = subprocess.Popen(command, start_new_session=True, **own)
    try:
        process.wait(SECONDS)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL) if GROUPS else process.kill()
        process.wait()


def run_here(notebook: Path) -> bool:
    """Run the notebook in this process; return whether all functions are right.

    Returns
    -------
    bool
        Whether every visible case of every problem came out right.
    """
    flags, folder = [], notebook.resolve().parent  # before a cell can change the working folder
    problems = visible_problems(notebook.parent)
    limits = Limits(**next(iter(problems.values())).get("limits", {}))
    raw = notebook.read_bytes()
    try:
        cells = cells_of(shrunk(raw), flags, notebook.name)
    except Rejected as e:
        print(for_student(e.flag))
        return False
    told = [*size_note(len(raw), limits.notebook_mb), *map(for_student, flags)]
    print(*told, sep="\n", end="\n" * bool(told))
    sources = sources_of(cells, problems)
    print(*notes(cells, sources, problems), sep="", end="")
    names = run_cells(sources, limits.call_seconds)
    scores = {}
    for name, data in problems.items():
        scores[name] = judge_one(data, names.get(name), sources, folder)
        if scores[name] < 100 and callable(names.get(name)):
            print(
                *(f"{line}\n" for line in called_wrong(problems, names[name])), sep="", end=""
            )
    print(*together(scores, problems, cells), sep="\n")
    return all(score == 100 for score in scores.values())


def size_note(size: int, most: int) -> list[str]:
    """Return a line about a notebook that takes more than half of the size that is read.

    Parameters
    ----------
    size : int
        Its size in bytes.
    most : int
        The largest size in MB that is read when it is graded.

    Returns
    -------
    list of str
        The line, none for a smaller notebook.

    >>> size_note(3 << 20, 100)
    []
    """
    if size <= most << 19:
        return []
    return [
        f"The notebook has {size >> 20} MB; one of more than {most} MB is not read when it is "
        "graded. Clear its outputs before you hand it in: they are not graded."
    ]


def sources_of(cells: list, problems: dict) -> list[str]:
    """Return the texts of the cells that are run: neither checks nor pictures of the course.

    Parameters
    ----------
    problems : dict
        The visible cases, with digests of the cells that must not be changed.
    """
    given = {name for data in problems.values() for name in data.get("locked", {})}
    tests = {id_of_test(name) for name in problems}
    found = [(c.grade_id, plain(c.source)) for c in cells if c.code and c.grade_id not in tests]
    return [source for name, source in found if name not in given or not _draws(source)]


def _draws(source):
    """Return whether a cell imports matplotlib."""
    return any(name.split(".")[0] == "matplotlib" for name in imports(source))


def notes(cells: list, sources: list[str], problems: dict) -> list[str]:
    """Return lines about what will be different when the notebook is graded.

    Parameters
    ----------
    sources : list of str
        Texts of the cells that are run.
    problems : dict
        The visible cases, with digests of the cells that must not be changed.

    Returns
    -------
    list of str
        Lines about changed cells, and about imports that will fail.
    """
    locked = next(iter(problems.values())).get("locked", {})
    changed = [c.grade_id for c in cells if digest(c.source) != locked.get(c.grade_id)]
    found = [
        f"The cell {name} was changed: when graded, ours is used.\n"
        for name in locked
        if name in changed
    ]
    there = THERE.union([""], *(data.get("uses", ()) for data in problems.values()))
    absent = sorted({i.split(".")[0] for i in imports(*sources)} - there)
    if absent:
        found.append(
            f"Not there when graded: {', '.join(absent)}. Your functions must work without.\n"
        )
    return found


def run_cells(sources: list[str], seconds: float = math.inf) -> dict:
    """Run cells one after the other, even after errors, and return the names defined.

    Parameters
    ----------
    seconds : float, optional
        Processor time that a cell has when the notebook is graded.

    Returns
    -------
    dict
        The values of all names that they have defined.
    """
    module = types.ModuleType("__main__")
    module.__dict__["check"] = module.__dict__["display"] = lambda *_, **__: None
    for n, source in enumerate(sources, 1):
        begin = f"it begins {(source.strip().splitlines() or [''])[0][:50]!r}"
        start = time.process_time()
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                exec(compile(source, f"<code cell {n}>", "exec"), module.__dict__)
        except (Exception, KeyboardInterrupt) as e:
            print(f"A cell failed, {begin}: {type(e).__name__}: {e}")
        if time.process_time() - start > seconds:
            print(
                f"A cell takes more than the {seconds:g} seconds that it has when graded, "
                f"{begin}. What it defines is lost then: keep your functions in cells of "
                "their own."
            )
    return module.__dict__


def judge_one(data: dict, f, sources: list[str], folder: Path) -> float:
    """Print what is wrong with one function or class; return its score, at most 100."""
    if not callable(f):
        print(f"{data['name']}: the notebook defines nothing of this name.")
        return 0.0
    data = with_file(data, files_beside(data, folder))
    verdict = judge(data, Limited(data, caller(data, f)), names_used(*sources))
    print(report(data, f, verdict, folder))
    return verdict.score


def together(scores: dict[str, float], problems: dict, cells: list) -> list[str]:
    """Return lines about the whole notebook: all points, and which answers are missing.

    Parameters
    ----------
    scores : dict of str to float
        Of each problem, at most 100.
    """
    most = sum(data["total"] for data in problems.values())
    earned = sum(scores[name] * data["total"] / 100 for name, data in problems.items())
    lines = [f"Together: {earned:.4g} of {counted(most, 'point')} on the visible cases."]
    missing = [
        c.grade_id for c in cells if c.grade_id and not c.code and UNANSWERED in c.source
    ]
    if missing:
        lines.append(f"Not answered yet, and marked by hand: {', '.join(missing)}.")
    return lines


if __name__ == "__main__":
    any_terminal()
    notebook, verdict = map(Path, sys.argv[1:])  # before a cell can change them
    verdict.write_text(RIGHT if run_here(notebook) else WRONG)
