"""Describe where a page failed: cell and line, the source above, the end of the traceback."""

import re
from dataclasses import dataclass
from pathlib import Path

from nbclient.exceptions import CellTimeoutError, DeadKernelError

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
FRAME = re.compile(r"Cell In\[(\d+)\], line (\d+)")
OWN_NAME = re.compile(r" \(\d+\.py, line \d+\)$")  # IPython's name of a cell, in a syntax error
AROUND = 2  # lines of the page before the one that failed
TRACEBACK = 14  # last lines


@dataclass(frozen=True)
class Failure:
    """The error at which the execution of a page stopped."""

    page: str
    line: int
    what: str
    excerpt: str
    traceback: str

    @classmethod
    def of(
        cls, page: str, path: Path, notebook, index: int, error: Exception, findings: list[dict]
    ) -> "Failure":
        """Return the failure of the cell at `index` of a page's notebook."""
        starts = line_numbers(path, notebook)
        raised = _raised(notebook.cells[index])
        lines = COLOUR.sub("", "\n".join(raised.get("traceback", []))).splitlines()
        line = failing_line(lines, notebook.cells[index], starts[index])
        codes = [k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
        cell = f"cell {codes.index(index) + 1} of {len(codes)}"
        return cls(
            page,
            line,
            f"{cell} fails: {_with_values(reason(raised, error), findings)}",
            _excerpt(path.read_text(encoding="utf-8").splitlines(), line),
            "\n".join(_in_page(text, notebook, starts, page) for text in lines[-TRACEBACK:]),
        )

    def __str__(self) -> str:
        traceback = f"\n  The end of the traceback:\n{_indented(self.traceback)}"
        return (
            f"{self.page}:{self.line}: {self.what}\n{self.excerpt}"
            f"{traceback if self.traceback else ''}"
        )


def _with_values(text: str, findings: list[dict]) -> str:
    """Return the reason for a failure; for an ``assert``, with the values of its two sides."""
    if not findings or findings[-1]["kind"] != "assert" or not findings[-1]["values"]:
        return text
    named = [f"{name} = {value}" for name, value in findings[-1]["values"] if name]
    return "; ".join([text.rstrip(": "), *named])


def line_numbers(path: Path, notebook) -> list[int]:
    """Return the line of the page on which the source of each cell begins, counted from 1."""
    lines = path.read_text(encoding="utf-8").splitlines()
    fences = notebook.metadata.get("source_map", [0] * len(notebook.cells))
    return [
        _first_line(lines, cell.source.splitlines(), fence)
        for cell, fence in zip(notebook.cells, fences, strict=True)
    ]


def _first_line(lines: list[str], source: list[str], fence: int) -> int:
    """Return the line number at which a cell's source starts, after its fence and options."""
    for k in range(fence, len(lines)):
        if lines[k : k + len(source)] == source:
            return k + 1
    return fence + 1


def _raised(cell) -> dict:
    """Return the error output of a cell, empty if it has none."""
    return next((o for o in cell.get("outputs", []) if o.output_type == "error"), {})


def reason(raised: dict, error: Exception | None) -> str:
    """Return the error as one line."""
    if isinstance(error, CellTimeoutError):  # the interrupt also raises an error in the cell
        return "it ran longer than the build's timeout"
    if isinstance(error, DeadKernelError):
        return "the kernel ended while the cell ran"
    if raised:
        first = f"{raised['ename']}: {raised['evalue']}".splitlines()[0]
        return OWN_NAME.sub("", COLOUR.sub("", first))
    return f"{type(error).__name__}: {error}".splitlines()[0]


def failing_line(traceback: list[str], cell, start: int) -> int:
    """Return the line of the page on which the cell failed."""
    for text in traceback:
        match = FRAME.search(text)
        if match and int(match[1]) == cell.execution_count:
            return start + int(match[2]) - 1
    return start


def _in_page(text: str, notebook, starts: list[int], page: str) -> str:
    """Return a line of the traceback with a cell's frame replaced by page and line."""

    def replaced(match) -> str:
        for cell, start in zip(notebook.cells, starts, strict=True):
            if cell.get("execution_count") == int(match[1]):
                return f"{page}:{start + int(match[2]) - 1}"
        return match[0]

    return FRAME.sub(replaced, text)


def _excerpt(lines: list[str], line: int) -> str:
    """Return the failing line and the lines before it, with line numbers and a marker."""
    shown = range(max(line - 1 - AROUND, 0), min(line, len(lines)))
    return "\n".join(f"  {'>' if k + 1 == line else ' '} {k + 1:4} | {lines[k]}" for k in shown)


def _indented(text: str) -> str:
    """Return lines indented by four spaces."""
    return "\n".join(f"    {line}".rstrip() for line in text.splitlines())
