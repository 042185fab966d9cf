"""Show the claims of a page that did not hold when it was executed.

``nnlib.book.claim`` notes in the outputs of a cell whether a claim held. The notes are taken
out of the outputs before these are kept, so a claim that held leaves no trace in the book. One
that did not is an error of the build with ``BOOK_CLAIMS=strict``, as in the gate; else it is a
line on the screen while the page runs and one of a table at the end. In both cases the page
says what was found here: after the cell or, where that is hidden, after what stands above it.
"""

import math
import os
import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from myst_nb.core.read import create_nb_reader
from sphinx.util import logging
from sphinx_exercise.nodes import solution_node

from .failure import line_numbers

logger = logging.getLogger(__name__)

MIME = "application/vnd.nn.claim+json"
HIDDEN = {"hide-cell", "hide-output", "hide_output", "hide_cell"}
PIECES = re.compile(r"\$([^\s$](?:[^$\n]*[^\s$])?)\$|`([^`\n]+)`")
ONE = "On the computer that built this page one result came out otherwise. "
SEVERAL = "On the computer that built this page some results came out otherwise."


def strict() -> bool:
    """Return whether a claim that did not hold fails the build."""
    return os.environ.get("BOOK_CLAIMS") == "strict"


def remove_notes(notebook) -> list[dict]:
    """Remove claims from a notebook's outputs; return those that did not hold."""
    unmet = []
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for k, cell in enumerate(codes):
        kept = []
        for output in cell.get("outputs", []):
            claim = output.get("data", {}).get(MIME)
            if claim is None:
                kept.append(output)
            elif not claim["held"]:
                unmet.append({"cell": k} | claim)
        cell.outputs = kept
    return unmet


def located(env, docname: str, unmet: list[dict]) -> Iterator[dict]:
    """Yield claims with the line and the cell's index at which each stands on its page."""
    if not unmet:
        return
    path = Path(env.doc2path(docname))
    text = path.read_text(encoding="utf-8")
    notebook = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text).read(text)
    starts = line_numbers(path, notebook)
    codes = [k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for claim in unmet:
        index = codes[claim["cell"]]
        yield claim | {"at": starts[index] + claim["line"] - 1, "index": index}


def found(claim: dict) -> str:
    """Return the values that a claim's numbers had in this build, as text."""
    return "; ".join(f"{name} = {value}" for name, value in claim["found"]) or "it is not so"


def of_all_pages(env, reads) -> list[tuple[str, dict]]:
    """Return the claims of all pages that did not hold, each with its document's name."""
    return [
        (docname, claim)
        for docname in sorted(env.found_docs)
        for claim in located(env, docname, reads.claims(docname))
    ]


def refuse(env, reads) -> None:
    """Log an error for each claim that did not hold, if the build is strict."""
    for docname, claim in of_all_pages(env, reads) if strict() else []:
        message = f"{claim['statement']} (asked: {claim['asked']}; here: {found(claim)})"
        logger.error("a claim does not hold: %s", message, location=(docname, claim["at"]))


def report(env, reads) -> None:
    """Print which claims did not hold, if the build is not strict."""
    rows = of_all_pages(env, reads)
    if rows and not strict():
        print("\n".join(table(rows)), flush=True)


def table(rows: list[tuple[str, dict]]) -> Iterator[str]:
    """Yield the lines of the table of claims that did not hold."""
    yield f"\n{_results(len(rows))} came out otherwise on this computer:"
    for docname, claim in rows:
        yield f"  {docname.removeprefix('chapters/')}.md:{claim['at']}  {claim['statement']}"
        yield f"{'':6}asked  {claim['asked']}"
        yield f"{'':6}here   {found(claim)}"
    yield "Last digits differ between processors; the pages say what was found here.\n"


def _results(count: int) -> str:
    """Return the number of results in words."""
    return "One measured result" if count == 1 else f"{count} measured results"


def show(document: nodes.document, claims: list[dict]) -> None:
    """Insert the values found into a page, near each claim that did not hold."""
    cells = {
        cell["cell_index"]: cell
        for cell in document.findall(nodes.container)
        if cell.get("nb_element") == "cell_code"
    }
    places = {}
    for claim in claims:
        cell = cells.get(claim["index"])
        if cell is None or HIDDEN & set(cell["cell_metadata"].get("tags", [])):
            cell = _above(document, claim["at"])
        places.setdefault(id(cell), (cell, []))[1].append(claim)
    for block, those in places.values():
        block.parent.insert(block.parent.index(block) + 1, _list(those))


def _above(document: nodes.document, line: int) -> nodes.Element:
    """Return the last block above a line: a paragraph, a cell, a figure or a title."""
    blocks = [
        node
        for node in document.findall(nodes.Element)
        if isinstance(node.parent, nodes.document | nodes.section | solution_node)
        and not isinstance(node, nodes.section | solution_node)
        and _line(node) < line
    ]
    return max(blocks, key=_line, default=document[0])


def _line(node: nodes.Element) -> float:
    """Return the line at which a node begins, or infinity if it is unknown."""
    lines = (part.line for part in node.findall(nodes.Element) if part.line)
    return next(lines, math.inf)


def _box(*children: nodes.Node) -> nodes.container:
    """Return a container in the style of claims that did not hold."""
    return nodes.container("", *children, classes=["nn-claim"])


def _list(claims: list[dict]) -> nodes.container:
    """Return a box for the claims of one place."""
    if len(claims) == 1:
        return _box(_paragraph(claims[0]))
    items = [nodes.list_item("", _paragraph(claim, alone=False)) for claim in claims]
    return _box(nodes.paragraph("", SEVERAL), nodes.bullet_list("", *items))


def _paragraph(claim: dict, *, alone: bool = True) -> nodes.paragraph:
    """Return a paragraph with one claim: what the text says and what was found."""
    box = nodes.paragraph("", ONE if alone else "")
    box += [nodes.Text("The text says: "), *_marked(claim["statement"])]
    box += [nodes.Text(". Found here: "), nodes.literal("", found(claim)), nodes.Text(".")]
    return box


def _marked(text: str) -> Iterator[nodes.Node]:
    """Yield the nodes of a text with formulas and code."""
    end = 0
    for match in PIECES.finditer(text):
        yield nodes.Text(text[end : match.start()])
        formula, code = match.groups()
        yield nodes.math("", formula) if formula else nodes.literal("", code)
        end = match.end()
    yield nodes.Text(text[end:])
