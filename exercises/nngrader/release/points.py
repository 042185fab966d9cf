"""Compare the points in text and cells: one of the first checks of a release."""

from __future__ import annotations

import re

from ..course.notebooks import (
    grade_id,
    is_code,
    mark,
    most_points,
    problem_of,
    wrong_total,
)
from ..wording import counted

TABLE = re.compile(r"^\| *points *\|.*\n\|[-| :]+\|((?:\n\|.*)*)", re.M)
ROW = re.compile(r"^\| *(\d+(?:\.\d+)?) *\|", re.M)
GIVEN = re.compile(r"\bgives? (?:it )?(\d+(?:\.\d+)?) points?\b(?! (?:for|to) each)")
ROUNDING = 0.01  # tolerance for a table, because its lines are rounded


def points_complaints(problems: list, instructor: dict) -> list[str]:
    """Return complaints about points that disagree, or problems without cells.

    :param instructor: The source notebook, with the tables of points in place.
    """
    complaints = cell_complaints(problems, instructor)
    if wrong_total(instructor):
        complaints.append(
            f"the cells add up to {counted(most_points(instructor), 'point')}, not 100"
        )
    return complaints + text_complaints(instructor)


def cell_complaints(problems: list, instructor: dict) -> list[str]:
    """Return complaints about problems without a directive in the assignment's text."""
    ids = {grade_id(c) for c in instructor["cells"]}
    lacking = [p.name for p in problems if p.name not in ids]
    return [f"{name}: the text has no directive `{{problem}} {name}`" for name in lacking]


def worth_of(instructor: dict) -> list[str]:
    """Return the points of each problem and each written answer, such as "hinge_loss 10"."""
    graded = [c for c in instructor["cells"] if mark(c).get("points")]
    return [f"{problem_of(c) or grade_id(c)} {mark(c)['points']:g}" for c in graded]


def text_complaints(instructor: dict) -> list[str]:
    """Return complaints about points in a text that differ from the points of its cell.

    A table whose first column is `points`, or "gives 8 points" before a written answer, refers
    to the next graded cell.
    """
    complaints, texts = [], []
    for cell in instructor["cells"]:
        if mark(cell).get("grade") or mark(cell).get("task"):
            complaints += [c for text in texts for c in _in_text(text, cell)]
            texts = []
        elif not is_code(cell):
            texts.append(cell)
    return complaints


def _in_text(text, cell):
    """Yield complaints about points in a text that differ from those of a graded cell."""
    worth, name = mark(cell)["points"], f"{grade_id(text)}, before {grade_id(cell)}"
    tables = [sum(map(float, ROW.findall(rows))) for rows in TABLE.findall(text["source"])]
    if tables and abs(sum(tables) - worth) > ROUNDING:
        every = counted(sum(tables), "point")
        yield f"{name}: its table adds up to {every}, but the cell gives {worth:g}"
    if not is_code(cell):
        for stated in GIVEN.findall(text["source"]):
            if float(stated) != worth:
                other = counted(float(stated), "point")
                yield f"{name}: the text gives {other}, but the cell gives {worth:g}"
