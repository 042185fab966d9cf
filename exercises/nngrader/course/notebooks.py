"""The instructor's notebooks, and what their cells are for."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from ..errors import CannotDo


def from_file(file: Path) -> dict:
    """Return a notebook that the instructor or nbgrader wrote; never a student's.

    Parameters
    ----------
    file : Path
        The notebook.

    Returns
    -------
    dict
        Cells have text as source.
    """
    return joined(json.loads(file.read_text(encoding="utf-8")))


def with_sources(notebook: dict, files: list[Path]) -> dict:
    """Return the notebook with other texts in some of its cells.

    Parameters
    ----------
    notebook : dict
        The instructor's; it is changed.
    files : list of Path
        `GRADE_ID.md` for cells of text, `GRADE_ID.py` for cells of code.

    Returns
    -------
    dict
        The notebook.

    Raises
    ------
    CannotDo
        If it has no such cell.
    """
    for file in files:
        kind = "code" if file.suffix == ".py" else "markdown"
        cells = [c for c in notebook["cells"] if grade_id(c) == file.stem]
        if [c["cell_type"] for c in cells] != [kind]:
            raise CannotDo(f"{file}: the notebook has no {kind} cell {file.stem!r}")
        cells[0]["source"] = file.read_text(encoding="utf-8").strip("\n")
    return notebook


def joined(notebook: dict) -> dict:
    """Return the notebook with the lines of each source put together."""
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def mark(cell: dict) -> dict:
    """Return nbgrader's metadata of a cell of ours, empty where it has none."""
    return cell["metadata"].get("nbgrader", {})


def grade_id(cell: dict) -> str | None:
    """Return nbgrader's name of a cell of ours."""
    return mark(cell).get("grade_id")


def is_solution(cell: dict) -> bool:
    """Return whether students write this cell."""
    return bool(mark(cell).get("solution"))


def is_test(cell: dict) -> bool:
    """Return whether this is a test cell: graded by what its code gives."""
    return bool(mark(cell).get("grade")) and not is_solution(cell) and is_code(cell)


def is_task(cell: dict) -> bool:
    """Return whether this is a task with a rubric, which a person marks."""
    return bool(mark(cell).get("task"))


def is_code(cell: dict) -> bool:
    """Return whether this is a code cell."""
    return cell["cell_type"] == "code"


def most_points(notebook: dict) -> float:
    """Return the points of all graded cells, those marked by hand too."""
    graded = [c for c in notebook["cells"] if mark(c).get("grade") or is_task(c)]
    return sum(mark(c)["points"] for c in graded)


def defined_names(source: str) -> list[str]:
    r"""Return functions and classes that a cell of the instructor's defines.

    >>> defined_names("def f(x):\n    return x\nclass A: pass\ny = 2")
    ['f', 'A']
    """
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [node.name for node in ast.parse(source).body if isinstance(node, kinds)]
