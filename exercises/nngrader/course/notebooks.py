"""The instructor's notebooks: the roles of their cells, and how text becomes a notebook.

An assignment's text is Markdown. Each problem's docstring, solution, table of points and test
cell are only in its declaration, and replace its directive in the text; see docs/problems.md.
"""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import re
import textwrap
from collections.abc import Collection, Iterable
from pathlib import Path

from ..engine.declaration.problem import PASSIVE, Problem
from ..errors import CannotDo
from ..wording import did_you_mean

MARK = re.compile(  # a name for the next text cell, or another kind of cell
    r"^(?:\((?P<label>\w+)\)=|(?P<fence>`{3,})\{(?P<kind>code-cell|problem|answer|task|test)\}"
    r" *(?P<argument>\w*) *\n(?P<options>(?::\w+:.*\n)*)(?P<body>(?:.*\n)*?)(?P=fence)) *$",
    re.M,
)
AFTER = re.compile(r"after: *(\w+) *$")
HEADING = re.compile(r"^(?:\(\w+\)=\n+)?## ", re.M)  # the next section, with its label
OPTION = re.compile(r":(\w+): *(.*?) *\n")
UNKNOWN = re.compile(r"^`{3,}\{(?!points\}).*", re.M)
BOOK = re.compile(r"\[([^\]]+)\]\(book:([\w/-]+)\)")
BUILD = "*Read first* refers to the book. To build it, run `make book` in its repository."
TABLE = re.compile(r"^```\{points\} *\n``` *$", re.M)
DRAWS = re.compile(r"^(import|from) matplotlib\b", re.M)
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
MOST_LINES = 3  # visible lines of a table of points; the rest is in a fold
FORM = "form"  # one line for all aspects that earn no points by themselves
UNMARKED = {"grade": False, "locked": True, "schema_version": 3, "solution": False}
SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
OURS = "nngrader"  # our metadata of a cell, next to nbgrader's
TEST = """check({name})
### BEGIN HIDDEN TESTS
from nngrader import points

points("{name}", {name}, {worth:g})
### END HIDDEN TESTS"""


def mark(cell: dict) -> dict:
    """Return nbgrader's metadata of a cell, or {} if it has none."""
    return cell["metadata"].get("nbgrader", {})


def grade_id(cell: dict) -> str | None:
    """Return nbgrader's id of a cell, or None if it has none."""
    return mark(cell).get("grade_id")


def is_solution(cell: dict) -> bool:
    """Return whether students write this cell."""
    return bool(mark(cell).get("solution"))


def is_test(cell: dict) -> bool:
    """Return whether this is a test cell, which gives points."""
    return bool(mark(cell).get("grade")) and not is_solution(cell) and is_code(cell)


def problem_of(cell: dict) -> str | None:
    """Return the problem of a test cell, or None for other cells.

    The cell's metadata name the declared problem. An ordinary test cell, which contains
    assertions and whose points don't depend on a declaration, is a problem of its own with the
    cell's id.
    """
    declared = cell["metadata"].get(OURS, {}).get("problem")
    return declared or grade_id(cell) if is_test(cell) else None


def is_ordinary(cell: dict) -> bool:
    """Return whether this is a test cell with assertions, as in nbgrader's own assignments."""
    return is_test(cell) and OURS not in cell["metadata"]


def id_of_test(problem: str) -> str:
    """Return the id of the test cell of a problem.

    >>> id_of_test("softmax")
    'test_softmax'
    """
    return f"test_{problem}"


def problem_of_name(name: str, problems: Collection[str]) -> str:
    """Return the problem whose name or test cell an instructor typed, or else the input.

    >>> problem_of_name("test_softmax", ["softmax"]), problem_of_name("sum", ["test_sum"])
    ('softmax', 'test_sum')
    """
    forms = (name, name.removeprefix(id_of_test("")), id_of_test(name))
    return next((form for form in forms if form in problems), name)


def by_problem(by_cell: dict, problems: Iterable[str]) -> dict:
    """Return values by problem from values by test cell.

    The problem of an ordinary test cell has the cell's id.

    >>> by_problem({"test_softmax": 1, "test_sum": 2}, ["softmax", "test_sum", "sum"])
    {'softmax': 1, 'test_sum': 2}
    """
    cells = {p: p if p in by_cell else id_of_test(p) for p in problems}
    return {
        p: by_cell[c] for p, c in cells.items() if c in by_cell and (c == p or c not in cells)
    }


def is_picture(cell: dict) -> bool:
    """Return whether this is one of the course's cells that draw, which grading skips."""
    is_fixed = is_code(cell) and not is_solution(cell) and not is_test(cell)
    return is_fixed and bool(DRAWS.search(cell["source"]))


def is_task(cell: dict) -> bool:
    """Return whether this is a task with a rubric, to be marked by hand."""
    return bool(mark(cell).get("task"))


def is_code(cell: dict) -> bool:
    """Return whether this is a code cell."""
    return cell["cell_type"] == "code"


def most_points(notebook: dict) -> float:
    """Return the points of all graded cells, including those marked by hand."""
    graded = [c for c in notebook["cells"] if mark(c).get("grade") or is_task(c)]
    return round(sum(mark(c)["points"] for c in graded), 6)


def wrong_total(notebook: dict) -> bool:
    """Return whether there are declared problems and the points don't add up to 100."""
    declared = any(is_test(c) and not is_ordinary(c) for c in notebook["cells"])
    return declared and most_points(notebook) != 100


def from_file(file: Path) -> dict:
    """Read a notebook that the instructor or nbgrader wrote; never use it for a student's file.

    :return: The notebook; the source of each cell is one string.
    """
    return joined(json.loads(file.read_text(encoding="utf-8")))


def together(notebooks: dict[str, dict]) -> dict:
    """Return the notebooks of an assignment as one, which contains the cells of all.

    :param notebooks: The notebooks by name, in order; `parts` returns them again.
    """
    cells = [c for notebook in notebooks.values() for c in notebook["cells"]]
    return {**next(iter(notebooks.values())), "cells": cells, "parts": notebooks}


def parts(notebook: dict, name: str) -> dict[str, dict]:
    """Return the notebooks that `together` has joined, or else this notebook, by its name."""
    return notebook.get("parts") or {name: notebook}


def own_notebooks(files: list[Path], worth: dict[str, float]) -> dict:
    """Return the notebooks of an assignment without a text, joined by `together`.

    :param worth: Points by the id of a graded cell, instead of those in the notebooks.
    :raises CannotDo: If two cells have the same id, or `worth` contains an id that no graded
        cell has.
    """
    notebook = together({file.stem: from_file(file) for file in files})
    pieces = parts(notebook, "").items()
    ids = [(grade_id(c), name) for name, one in pieces for c in one["cells"] if grade_id(c)]
    places = {}
    for gid, name in ids:
        places.setdefault(gid, []).append(f"{name}.ipynb")
    if twice := [f"{g} in {' and '.join(p)}" for g, p in sorted(places.items()) if p[1:]]:
        raise CannotDo(f"{files[0].parent}: two cells have the id {', '.join(twice)}")
    graded = [c for c in notebook["cells"] if is_task(c) or mark(c).get("grade")]
    for cell in graded:
        mark(cell)["points"] = worth.get(grade_id(cell), mark(cell).get("points", 0))
    if unknown := sorted(worth.keys() - set(map(grade_id, graded))):
        near = "".join(did_you_mean(name, map(grade_id, graded)) for name in unknown)
        named = ", ".join(unknown)
        raise CannotDo(f"{files[0].parent}: no graded cell is called {named}{near}")
    return notebook


def with_sources(notebook: dict, files: list[Path]) -> dict:
    """Return the notebook with the texts of some of its cells replaced.

    :param notebook: The instructor's notebook; it is modified.
    :param files: `GRADE_ID.md` for cells of text, `GRADE_ID.py` for cells of code.
    """
    for file in files:
        kind = "code" if file.suffix == ".py" else "markdown"
        cells = [c for c in notebook["cells"] if grade_id(c) == file.stem]
        if [c["cell_type"] for c in cells] != [kind]:
            raise CannotDo(f"{file}: the notebook has no {kind} cell {file.stem!r}")
        if is_test(cells[0]):
            raise CannotDo(
                f"{file}: remove it; the problem's declaration determines the test cell"
            )
        cells[0]["source"] = file.read_text(encoding="utf-8").strip("\n")
    return notebook


def joined(notebook: dict) -> dict:
    """Return the notebook with each cell's source as one string."""
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])
    return notebook


def from_text(
    file: Path,
    problems: list[Problem],
    worth: dict[str, float],
    sections: dict[str, str] | None = None,
) -> dict:
    """Return the notebook of an assignment, in which tables of points are still directives.

    :param problems: The problems that its directives may name.
    :param worth: Points by name, for problems and written answers whose points differ from the
        declaration.
    :param sections: Sections of new problems that the text does not have, by name.
    :return: The notebook; its cells have nbgrader's metadata, and their name as id.
    :raises CannotDo: If a cell has no name, two cells have the same name, a directive is
        malformed, or `worth` contains an unknown name.
    """
    named = {p.name: p for p in problems}
    try:
        text = with_sections(file.read_text(encoding="utf-8"), sections or {})
        cells = list(_cells(text, named, worth))
        ids = [c["id"] for c in cells]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise CannotDo(f"two cells are called {', '.join(twice)}")
    except CannotDo as e:
        raise CannotDo(f"{file}: {e}") from None
    answers = {c["id"] for c in cells if mark(c).get("grade") or is_task(c)}
    if unknown := sorted(worth.keys() - named - answers):
        near = "".join(did_you_mean(n, {*named, *answers}) for n in unknown)
        raise CannotDo(
            f"{file.parent}: [points] names {', '.join(unknown)}, but the text has no such "
            f"problem or answer{near}"
        )
    metadata = {"kernelspec": dict(KERNEL)}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def with_sections(text: str, sections: dict[str, str]) -> str:
    """Return an assignment's text with the sections of new problems.

    :param sections: Markdown by name of the problem. If the first line is ``after: PROBLEM``,
        the section comes after that problem, otherwise after the last one.
    :return: The text; each section comes before the next heading.
    :raises CannotDo: If a section doesn't contain its problem's directive, or the problem
        before it is missing.
    """
    for name, section in _in_order(sections).items():
        first, _, rest = section.lstrip().partition("\n")
        head = AFTER.match(first)
        body = rest if head else section
        if f"{{problem}} {name}\n" not in body:
            raise CannotDo(f"the section of {name} has no directive `{{problem}} {name}`")
        marks = [m for m in MARK.finditer(text) if m["kind"] == "problem"]
        if head:
            marks = [m for m in marks if m["argument"] == head[1]]
        if not marks:
            place = head[1] if head else "another problem"
            raise CannotDo(
                f"the section of {name} should come after {place}, which doesn't exist"
            )
        following = HEADING.search(text, marks[-1].end())
        at = following.start() if following else len(text)
        text = f"{text[:at].rstrip()}\n\n{body.strip()}\n\n{text[at:]}"
    return text


def _in_order(sections):
    """Return sections in an order in which each follows the one that it names."""
    heads = {n: AFTER.match(s.lstrip().partition("\n")[0]) for n, s in sections.items()}
    behind = {name: head and head[1] for name, head in heads.items()}
    left, placed = dict(sections), {}
    while left:
        ready = [n for n in left if behind[n] not in left] or list(left)  # a cycle fails later
        placed |= {n: left.pop(n) for n in ready}
    return placed


def with_links(notebook: dict, address: str) -> dict:
    """Replace ``[title](book:page)`` with links to the book's pages, or with their titles.

    :param notebook: A notebook from `from_text`; it is modified.
    :param address: Address of the rendered book, or "" if it has none. In this case the first
        cell says how to build the book.
    """
    link = rf"[\1]({address}/chapters/\2.html)" if address else r"*\1*"
    texts = [cell for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    if not address and any(BOOK.search(cell["source"]) for cell in texts):
        texts[0]["source"] += f"\n\n{BUILD}"
    for cell in texts:
        cell["source"] = BOOK.sub(link, cell["source"])
    return notebook


def with_tables(notebook: dict, problems: list[Problem], worth: dict[str, float]) -> dict:
    """Replace the directive in each problem's text, `text_NAME`, with its table of points.

    :param notebook: A notebook from `from_text`; it is modified.
    :raises CannotDo: If a directive is in a text that belongs to no problem.
    """
    named = {f"text_{p.name}": p for p in problems}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown" and TABLE.search(cell["source"]):
            if not (problem := named.get(cell["id"])):
                raise CannotDo(f"{{points}} is in {cell['id']}, which is not a problem's text")
            table = _table(problem, worth.get(problem.name, problem.total))
            cell["source"] = TABLE.sub(lambda _, table=table: table, cell["source"])
    return notebook


def _cells(text, named, worth):
    """Yield the cells of an assignment's text in order."""
    label, at = None, 0
    for directive in [*MARK.finditer(text), None]:
        prose = text[at : directive.start() if directive else None].strip()
        at, what = directive and directive.end(), directive and directive["kind"]
        if unknown := UNKNOWN.search(prose):
            raise CannotDo(f"{unknown[0]} is not a known directive, or is not closed")
        options = dict(OPTION.findall(directive["options"])) if what else {}
        name = what and (options.get("name") if what == "code-cell" else directive["argument"])
        if what and not name:
            raise CannotDo(f"a {{{what}}} has no name")
        if prose:
            if not (label or name):
                raise CannotDo(f"put a line `(NAME)=` before the text {prose[:40]!r}")
            yield _cell("markdown", label or f"text_{name}", prose)
        label = directive and directive["label"]
        if what == "problem":
            if name not in named:
                near = did_you_mean(name, named)
                raise CannotDo(f"{name} is not a problem of the assignment{near}")
            yield from _of_problem(named[name], worth.get(name, named[name].total))
        elif what == "code-cell":
            body = directive["body"].strip("\n")
            own = {"locked": False, "solution": True} if SOLUTION[0] in body else {}
            yield _cell("code", name, body, **own)
        elif what:
            cell = _graded(what, name, options.get("points", ""), directive["body"].strip("\n"))
            if name in worth:
                mark(cell)["points"] = _number(worth[name])
            yield cell


def _graded(what, name, points, body):
    """Return a cell with points: an ordinary test, or a written answer or task."""
    if not re.fullmatch(r"\d+(\.\d+)?", points):
        raise CannotDo(f"{{{what}}} {name} needs a line `:points: NUMBER`")
    if what == "test":
        return _cell("code", name, body, grade=True, points=_number(points))
    if what == "task":
        return _cell("markdown", name, body, task=True, points=_number(points))
    source = "\n".join([SOLUTION[0], body, SOLUTION[1]])
    marks = {"grade": True, "locked": False, "solution": True, "points": _number(points)}
    return _cell("markdown", name, source, **marks)


def _cell(kind, name, source, **marks):
    """Return a cell with nbgrader's metadata, which contain `marks`."""
    about = UNMARKED | {"grade_id": name, "task": False} | marks
    cell = {"cell_type": kind, "id": name, "metadata": {"nbgrader": about}, "source": source}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})


def _of_problem(problem, worth):
    """Yield the solution cell and the test cell of a problem."""
    yield _cell("code", problem.name, _solution(problem.solve), locked=False, solution=True)
    test = TEST.format(name=problem.name, worth=worth)
    cell = _cell("code", id_of_test(problem.name), test, grade=True, points=_number(worth))
    cell["metadata"][OURS] = {"problem": problem.name}
    yield cell


def _solution(solve):
    """Return a reference's source, with nbgrader's solution markers around the part to write.

    In a class, students get the signatures and docstrings of the leading methods that have a
    docstring, or else of the first method.
    """
    lines = textwrap.dedent(inspect.getsource(solve)).splitlines()
    whole = ast.parse("\n".join(lines)).body[0]
    written, at = [], whole.lineno - 1
    heads = _heads(whole)
    for head, until in zip(heads, [*heads[1:], None], strict=True):
        after = head.body[bool(ast.get_docstring(head))]
        first = after.lineno - 1
        while lines[first - 1].lstrip().startswith("#"):
            first -= 1
        begin, end = (" " * after.col_offset + words for words in SOLUTION)
        last = (head if until else whole).end_lineno
        written += [*lines[at:first], begin, *lines[first:last], end]
        at = last
    return "\n".join(written)


def _heads(whole):
    """Return the nodes of a function or class whose bodies students write."""
    after = whole.body[bool(ast.get_docstring(whole)) :]
    if not isinstance(whole, ast.ClassDef) or not isinstance(after[0], ast.FunctionDef):
        return [whole]
    documented = itertools.takewhile(
        lambda node: isinstance(node, ast.FunctionDef) and ast.get_docstring(node), after
    )
    return list(documented) or after[:1]


def points_lines(problem: Problem, worth: float) -> list[tuple[float, str, str]]:
    """Return the lines of a problem's table of points: points, aspect, and explanation.

    The aspects in `PASSIVE` are in the last line, combined if there are several.
    """
    scale, asked = worth / problem.total, problem.criteria
    lines = [(n * scale, a, asked.get(a, "")) for a, n in problem.points.items()]
    form = [line for line in lines if line[1] in PASSIVE]
    lines = [line for line in lines if line[1] not in PASSIVE]
    if len(form) < 2:
        return lines + form
    words = "; ".join(f"*{aspect}*: {words}" if words else aspect for _, aspect, words in form)
    return [*lines, (sum(points for points, *_ in form), FORM, words)]


def _table(problem, worth):
    """Return a problem's points as Markdown; lines with fewer points may be collapsed."""
    lines = points_lines(problem, worth)
    visible = sorted(lines, key=lambda line: -line[0])[:MOST_LINES]
    if len(lines) <= MOST_LINES + 1:
        return _rows(lines, problem)
    rest = [line for line in lines if line not in visible]
    summary = f"<summary>{sum(p for p, *_ in rest):g} points for smaller items</summary>"
    first = _rows([line for line in lines if line in visible], problem)
    return f"{first}\n\n<details>\n{summary}\n\n{_rows(rest, problem)}\n\n</details>"


def _rows(lines, problem):
    """Return lines of points as a Markdown table."""
    rows = [["points", "aspect", "what they are for"], ["---"] * 3]
    rows += [[f"{points:g}", aspect, words] for points, aspect, words in lines]
    last = 3 if problem.criteria else 2
    return "\n".join(f"| {' | '.join(row[:last])} |" for row in rows).replace(" --- ", "---")


def _number(points):
    """Return points as nbgrader stores them: whole points as an integer."""
    return int(points) if float(points) == int(float(points)) else float(points)
