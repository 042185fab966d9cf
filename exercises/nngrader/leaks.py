"""What must not leave the instructor's machine, looked for in what is about to be released."""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import re
import textwrap
import zipfile
from pathlib import Path

from .course import Course
from .notebooks import is_code

REGION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.S)
MARKERS = re.compile(r"(BEGIN|END)\s*(HIDDEN\s*TESTS|SOLUTION|MARK\s*SCHEME)")
SUFFIXES = {".ipynb", ".json", ".txt", ".md", ".png", ".svg", ".jpg", ".csv", ".npz", ".npy"}
LONG = 20  # characters; shorter statements are anybody's
PRIVATE = ("heldback", "problems", ".seed", ".pyc", "__pycache__", ".ipynb_checkpoints", ".db")


def leaks(folder: Path, instructor: dict, course: Course, assignment: str) -> list[str]:
    """What stands in a release folder and must not.

    Parameters
    ----------
    folder : Path
        What students would get.
    instructor : dict
        The source notebook, with solutions.
    course : Course
        Its held-back files and its path are looked for.
    assignment : str
        Its references are looked for.

    Returns
    -------
    list of str
        Empty where nothing was found.
    """
    statements = secret_statements(instructor, course.problems(assignment))
    heldback = {_digest(f.read_bytes()) for f in _files(course / "heldback")}
    paths = {str(course.root), f"{Path.home()}/"}
    found = []
    for file in _files(folder):
        name, raw = file.relative_to(folder).as_posix(), file.read_bytes()
        if file.suffix not in SUFFIXES or any(p in name for p in PRIVATE):
            found.append(f"{name} should not be there")
        if _digest(raw) in heldback:
            found.append(f"{name} is held back")
        text = raw.decode(errors="replace")
        found += [f"{name} holds a path of this machine" for p in paths if p in text]
        found += [f"{name}: {what}" for what in _in_text(file, text, statements)]
    return found


def package_leaks(wheel: Path, course: Course) -> list[str]:
    """What stands in the package for students and must not.

    Parameters
    ----------
    wheel : Path
        The wheel.
    course : Course
        Its path is looked for.

    Returns
    -------
    list of str
        Empty where nothing was found.
    """
    with zipfile.ZipFile(wheel) as z:
        names = z.namelist()
        found = [f"{wheel.name}: {n}" for n in names for p in PRIVATE if p in n]
        path = str(course.root).encode()
        found += [
            f"{wheel.name}: {n} holds a path of this machine"
            for n in names
            if path in z.read(n)
        ]
    return found


def secret_statements(instructor: dict, problems: list) -> set[str]:
    """Statements of solutions that stand nowhere outside solutions, without white space.

    Parameters
    ----------
    instructor : dict
        The source notebook.
    problems : list of Problem
        Their references count as solutions too.

    Returns
    -------
    set of str
        Those of more than 20 characters.
    """
    code = [c["source"] for c in instructor["cells"] if is_code(c)]
    inside = [textwrap.dedent(r) for source in code for r in REGION.findall(source)]
    inside += [textwrap.dedent(inspect.getsource(p.solve)).partition("\n")[2] for p in problems]
    inside = [textwrap.dedent(text) for text in inside]
    outside = _squeezed("\n".join(REGION.sub("", c["source"]) for c in instructor["cells"]))
    found = {s for text in inside for s in _statements(text)}
    return {s for s in found if len(s) > LONG and s not in outside}


def _statements(text):
    """The statements of a piece of a function's body, squeezed; of compound ones the head."""
    wrapped = "def _():\n" + textwrap.indent(text, "    ")
    lines = wrapped.splitlines(keepends=True)
    for node in ast.walk(ast.parse(wrapped)):
        if not isinstance(node, ast.stmt) or node.lineno == 1:
            continue
        end = getattr(node, "body", None)
        last = end[0].lineno - 1 if isinstance(end, list) and end else node.end_lineno
        yield _squeezed("".join(lines[node.lineno - 1 : max(last, node.lineno)]))


def _in_text(file, text, statements):
    """Hidden regions, solutions and outputs in one file."""
    if file.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        if any(c.get("outputs") or c.get("execution_count") for c in cells):
            yield "it holds outputs"
        text = "\n".join("".join(c["source"]) for c in cells)
    if MARKERS.search(text):
        yield "it holds a hidden region"
    squeezed = _squeezed(text)
    for statement in sorted(statements):
        if statement in squeezed:
            yield f"it holds a statement of a solution: {statement}"


def _squeezed(text):
    """Text without white space."""
    return "".join(text.split())


def _digest(raw):
    """A digest of a file."""
    return hashlib.sha256(raw).hexdigest()


def _files(folder):
    """All files below a folder, in order."""
    return sorted(f for f in folder.rglob("*") if f.is_file())
