"""The files that declare a problem, and results graded under an earlier declaration."""

from __future__ import annotations

import ast
import functools
import hashlib
from pathlib import Path

from ..errors import CannotDo
from ..wording import counted
from .folder import FIRST, Course, files_of

MOST_NAMED = 5  # students to name in a line; the table of an export names all of them
EARLIER = "graded under an earlier definition"


def declaring_files(definitions: Path, problem: str) -> list[Path]:
    """Return the files that declare a problem: those that name it, and their imports.

    Return all files of the definitions if none names the problem, or some are in subfolders.
    """
    files = files_of(definitions)
    inside = {f.stem: f for f in files if f.parent == definitions and f.name != FIRST}
    todo = [f for f in inside.values() if _says(f, problem)]
    if not todo or len(files) != len(inside) + 1:
        return files
    declaring = {definitions / FIRST}
    while todo:
        if (file := todo.pop()) not in declaring:
            declaring.add(file)
            todo += [inside[m] for m in _imported(file) if m in inside]
    return sorted(declaring)


def _says(file, problem):
    """Return whether a file defines or imports a problem's name, or has it as a string."""
    return problem in _said(file.read_text(encoding="utf-8"))[0]


def _imported(file):
    """Return the names of modules in the same folder that a file imports."""
    return _said(file.read_text(encoding="utf-8"))[1]


@functools.lru_cache(128)
def _said(text):
    """Return the names and strings in a file of definitions, and the modules it imports."""
    names, modules = set(), set()
    for node in ast.walk(ast.parse(text)):
        names |= {
            n for n in (getattr(node, "name", 0), getattr(node, "value", 0)) if _is_text(n)
        }
        if isinstance(node, ast.ImportFrom) and node.level:
            modules |= (
                {node.module.split(".")[0]} if node.module else {a.name for a in node.names}
            )
    return names, modules


def _is_text(value):
    """Return whether a value is a string; attributes of a syntax tree can be anything."""
    return isinstance(value, str)


def definition_digests(course: Course, assignment: str, problems: list[str]) -> dict[str, str]:
    """Return a digest of each problem's declaration, independent of layout and comments."""
    public = course.definitions(assignment)
    new = [file for _, (file, _) in course.new(assignment)]
    own = [f for f in course.private_files(assignment) if f.parent == course.private]
    own = [f for f in own if f.suffix == ".py"] + new
    try:
        return {
            name: _digest(declaring_files(public, name) + [f for f in own if _says(f, name)])
            for name in problems
        }
    except SyntaxError as e:
        raise CannotDo(f"{assignment}: its definitions cannot be read: {e}") from None


def _digest(files):
    """Return a digest of the content of some files of definitions."""
    texts = [(file.name, file.read_text(encoding="utf-8")) for file in files]
    texts = [f"{name}: {_plain(text, name == FIRST)}" for name, text in texts]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


@functools.lru_cache(128)
def _plain(text, first):
    """Return a digest of a file's code; in `FIRST`, omit imports and the list of problems."""
    tree = ast.parse(text)
    if first:
        tree.body = [node for node in tree.body if not _lists(node)]
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


def _lists(node):
    """Return whether a statement imports, is a docstring, or lists the problems."""
    if isinstance(node, ast.Assign):
        return [getattr(t, "id", "") for t in node.targets] == ["PROBLEMS"]
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Expr)


def graded_earlier(course: Course, assignment: str, results: dict) -> dict[str, list[str]]:
    """Return the problems that were graded under a definition that has changed since.

    :param course: The course. The result is empty if private definitions were used for the
        release but none are named now, or if there are no definitions any more.
    :param results: Results by student. Each one contains the digests from its grading.
    :return: Names of problems by student, for the students who have any.
    """
    if course.lacks_private(assignment) or not files_of(course.definitions(assignment)):
        return {}
    asked = dict.fromkeys(name for r in results.values() for name in r["problems"])
    now, earlier = definition_digests(course, assignment, list(asked)), {}
    for student, result in results.items():
        then = result.get("definitions", {})
        if old := [n for n in result["problems"] if n in then and then[n] != now[n]]:
            earlier[student] = old
    return earlier


def earlier_in_words(earlier: dict[str, list[str]]) -> list[str]:
    """Return a line about results graded under an earlier definition, or no line.

    Students with the same problems are listed together, or only counted if there are many.

    >>> earlier_in_words({"ada": ["softmax"], "eve": ["hinge", "softmax"]})
    ['graded under an earlier definition, so grade again: ada (softmax), eve (hinge, softmax)']
    >>> earlier_in_words({f"s{n:02}": ["hinge"] for n in range(38)})
    ['graded under an earlier definition, so grade again: 38 students (hinge)']
    """
    together = {}
    for student, old in sorted(earlier.items()):
        together.setdefault(", ".join(old), []).append(student)
    texts = [
        f"{', '.join(who) if len(who) <= MOST_NAMED else counted(len(who), 'student')} ({old})"
        for old, who in together.items()
    ]
    return [f"{EARLIER}, so grade again: {', '.join(texts)}"] * bool(earlier)
