"""A graded notebook as the instructor sees it in formgrader."""

from __future__ import annotations

import copy

from .engine import sentence
from .notebooks import grade_id, is_test
from .rebuild import harmless

DELIMITERS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN MARK SCHEME", "END MARK SCHEME")


def with_results(notebook: dict, result: dict, rubrics: dict | None = None) -> dict:
    """The rebuilt notebook as the instructor sees it in formgrader.

    Parameters
    ----------
    notebook : dict
        The rebuilt notebook.
    result : dict
        Its result.
    rubrics : dict, optional
        By the id of a written answer: what the source has in its place, answer and rubric.

    Returns
    -------
    dict
        Points and findings are the outputs of the test cells; flags stand in a cell at the top,
        and below each written answer what the person who marks it looks for.
    """
    shown = copy.deepcopy(notebook)
    shown["cells"] = [c for cell in shown["cells"] for c in _with_rubric(cell, rubrics or {})]
    for cell in shown["cells"]:
        if is_test(cell):
            points = result["cells"].get(grade_id(cell), [0.0])[0]
            cell["outputs"] = _outputs(points, _words(cell, result))
            cell["execution_count"] = 1
    if result["flags"]:
        shown["cells"].insert(0, _note(result["flags"]))
    return shown


def _with_rubric(cell, rubrics):
    """A cell, and below a written answer the rubric."""
    yield cell
    if text := rubrics.get(grade_id(cell), "").strip():
        lines = [t for t in text.splitlines() if not any(d in t for d in DELIMITERS)]
        quoted = "\n".join(f"> {t}" for t in lines)
        source = f"**For the person who marks: answer and rubric**\n\n{quoted}"
        name = f"rubric-{grade_id(cell)}"[:64]
        yield {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def _outputs(points, words):
    """A number, which nbgrader reads as points, after what was found."""
    stream = {"output_type": "stream", "name": "stdout", "text": words}
    number = {
        "output_type": "execute_result",
        "data": {"text/plain": repr(float(points))},
        "execution_count": 1,
        "metadata": {},
    }
    return [stream, number] if words else [number]


def _words(cell, result):
    """What was found about the problems that this test cell names."""
    lines = []
    for name, report in result["problems"].items():
        if name in cell["source"]:
            lines += [f"{sentence(a, text)}\n" for a, text, _ in report["findings"]]
    return "".join(lines)


def _note(flags):
    """A text cell with the flags, in which a file may have a name of the student's making."""
    lines = "\n".join(f"- {harmless(f)}" for f in flags)
    source = f"**nngrader, for the instructor**\n\n{lines}"
    return {"cell_type": "markdown", "id": "nngrader-flags", "metadata": {}, "source": source}
