"""Read a page's source: its blocks, cells and lines of text; count its words and figures."""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

FENCE = re.compile(r"^(?P<ticks>`{3,}|:{3,})\{(?P<name>[\w-]+)\}(?P<rest>.*)$")
PLAIN_FENCE = re.compile(r"^(?P<ticks>`{3,})\w*$")
UNSEEN = {"remove-cell", "remove-input", "hide-input", "hide-cell"}
PROSE = {
    "admonition",
    "note",
    "tip",
    "important",
    "figure",
    "list-table",
    "table",
    "strip",
    "sidenote",
}
FORMULA = re.compile(r"\$\$.*?\$\$|\$[^$\n]*\$", re.DOTALL)
ROLE = re.compile(r"\{[\w:]+\}`[^`]*`")


@dataclass(frozen=True)
class Block:
    """A directive: its name, its content together with its argument, and its lines."""

    name: str
    body: str
    line: int
    last: int
    in_exercises: bool


@dataclass(frozen=True)
class Cell:
    """A code cell of a page; ``start`` is the line of its first line of code."""

    tags: frozenset[str]
    options: str
    lines: tuple[str, ...]
    in_exercises: bool
    line: int
    start: int

    @property
    def shown(self) -> bool:
        """Return whether the reader sees the code without opening anything."""
        return not self.tags & UNSEEN

    @property
    def code(self) -> str:
        """Return the cell's code without its options."""
        return "\n".join(self.lines)

    @cached_property
    def tree(self) -> ast.Module:
        """Return the cell's syntax tree, or an empty one if it is not Python."""
        try:
            return ast.parse(self.code)
        except SyntaxError:
            return ast.Module([], [])

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Return all nodes of the syntax tree, in the order of `ast.walk`."""
        return list(ast.walk(self.tree))

    @property
    def unused(self) -> list[ast.expr]:
        """Return the expressions whose values are neither assigned nor displayed."""
        lines = [node for node in self.nodes if isinstance(node, ast.Expr)]
        return [node.value for node in lines if node is not self.tree.body[-1]]

    @cached_property
    def calls(self) -> list[tuple[str, ast.Call, int]]:
        """Return the cell's calls: function name without its module, node, line on the page."""
        nodes = [node for node in self.nodes if isinstance(node, ast.Call)]
        nodes.sort(key=lambda node: (node.lineno, node.col_offset))
        return [
            (ast.unparse(n.func).rpartition(".")[2], n, self.start + n.lineno - 1)
            for n in nodes
        ]


@dataclass(frozen=True)
class Line:
    """A line of the page's text, with its number."""

    number: int
    text: str


class PageSource:
    """The source of a page of the book, parsed into blocks, cells and lines of text.

    Cells before the heading *Exercises* belong to the lesson, those after it to solutions.
    """

    def __init__(self, path: Path, text: str | None = None):
        self.path = path
        self.text = path.read_text(encoding="utf-8") if text is None else text
        self.lines = self.text.splitlines()

    @cached_property
    def blocks(self) -> list[Block]:
        """Return the directives in order."""
        blocks, in_exercises, k = [], False, 0
        while k < len(self.lines):
            in_exercises = in_exercises or self.lines[k].strip() == "## Exercises"
            match = FENCE.match(self.lines[k])
            if match:
                end = closing(self.lines, k, match["ticks"])
                body = "\n".join([match["rest"].strip(), *self.lines[k + 1 : end]])
                blocks.append(Block(match["name"], body, k + 1, end + 1, in_exercises))
                k = k if match["name"] in PROSE else end  # prose may contain directives
            k += 1
        return blocks

    def named(self, *names: str) -> list[Block]:
        """Return the directives with one of these names."""
        return [block for block in self.blocks if block.name in names]

    @cached_property
    def cells(self) -> list[Cell]:
        """Return all code cells."""
        return [_cell(block) for block in self.named("code-cell")]

    @property
    def lesson_cells(self) -> list[Cell]:
        """Return the visible cells before the exercises."""
        return [cell for cell in self.cells if cell.shown and not cell.in_exercises]

    @property
    def solution_cells(self) -> list[Cell]:
        """Return the visible cells of the solutions."""
        return [cell for cell in self.cells if cell.shown and cell.in_exercises]

    @property
    def calls(self) -> list[tuple[str, ast.Call, int]]:
        """Return the calls of all cells: function name, node, line."""
        return [call for cell in self.cells for call in cell.calls]

    @property
    def headings(self) -> list[Line]:
        """Return the headings of sections."""
        return [Line(ln.number, ln.text[3:]) for ln in self.body if ln.text.startswith("## ")]

    @property
    def title_line(self) -> int:
        """Return the line of the title, where findings about the whole page are reported."""
        return next((k for k, ln in enumerate(self.lines, 1) if ln.startswith("# ")), 1)

    @cached_property
    def body(self) -> list[Line]:
        """Return the page's text by line, without code, fences, comments and front matter."""
        skip = {
            k for b in self.blocks if b.name not in PROSE for k in range(b.line, b.last + 1)
        }
        skip |= {k for b in self.blocks for k in (b.line, b.last)} | self._front | self._plain
        rows = [Line(k, ln) for k, ln in enumerate(self.lines, 1) if k not in skip]
        return [ln for ln in rows if not ln.text.startswith(("%", ":", "```", "(", "+++"))]

    @property
    def _front(self) -> set[int]:
        """Return the line numbers of the front matter."""
        if self.lines[:1] != ["---"]:
            return set()
        return set(range(1, self.lines.index("---", 1) + 2))

    @property
    def _plain(self) -> set[int]:
        """Return the line numbers of code blocks that are not executed."""
        numbers, k = set(), 0
        while k < len(self.lines):
            if (match := PLAIN_FENCE.match(self.lines[k])) and k + 1 not in numbers:
                end = closing(self.lines, k, match["ticks"])
                numbers |= set(range(k + 1, end + 2))
                k = end
            elif match := FENCE.match(self.lines[k]):
                k = closing(self.lines, k, match["ticks"])
            k += 1
        return numbers

    @cached_property
    def lesson(self) -> list[Line]:
        """Return the lines of the page's text outside exercises and solutions."""
        names = {ln.number: ln.text for ln in self.headings}
        kept, in_exercises = [], False
        for line in self.body:
            before = "Exercises" if in_exercises else ""
            in_exercises = names.get(line.number, before) == "Exercises"
            if not in_exercises:
                kept.append(line)
        return kept

    @property
    def words(self) -> int:
        """Return the number of words in the lesson; a formula counts as one."""
        prose = "\n".join(line.text for line in self.lesson)
        text = ROLE.sub(" ", FORMULA.sub(" x ", prose))
        return len(re.findall(r"[^\W_][\w'’.,:-]*", text))

    @property
    def figures(self) -> int:
        """Return the number of figures before the exercises."""
        cells = [cell for cell in self.cells if not cell.in_exercises]
        return sum("figure:" in cell.options or "play(" in cell.code for cell in cells)


def closing(lines: list[str], start: int, ticks: str) -> int:
    """Return the index of the line that closes the fence opened at `start`."""
    for k in range(start + 1, len(lines)):
        line = lines[k].rstrip()
        if line.startswith(ticks) and set(line) == {ticks[0]}:
            return k
    return len(lines) - 1


def _cell(block: Block) -> Cell:
    """Return a code cell made from its directive, with options and code separated."""
    lines = block.body.splitlines()[1:]
    options = [line for line in lines if line.startswith(":")]
    rest = lines[len(options) :]
    blank = next((k for k, line in enumerate(rest) if line.strip()), 0)
    code = "\n".join(rest).strip("\n").splitlines()
    tags = re.findall(r"[\w-]+", next((o for o in options if o.startswith(":tags:")), "")[6:])
    start = block.line + 1 + len(options) + blank
    return Cell(
        frozenset(tags), "\n".join(options), tuple(code), block.in_exercises, block.line, start
    )
