"""Show on a page, and in a summary, which checks came out differently on this computer.

A finding is a claim (``nnlib.book.claim``) that is false, an ``assert`` that fails, or any
other error of a cell. A strict build, as in the tests, fails on each of them. A reader's build
continues: the page has a notice at its top and a box near the cell, and the summary at the
end of the build lists page, line, expectation and result.

Each finding is a dictionary: ``kind`` ("claim", "assert" or "error"), ``cell`` (the index among
the code cells), ``line`` (in the cell), ``statement`` (its sentence, for claims only),
``asked`` (the condition), ``values`` (names and values) and ``traceback``.
"""

import json
import math
import os
import re
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from myst_nb.core.read import create_nb_reader
from sphinx.util import logging
from sphinx_exercise.nodes import solution_node

from .failure import COLOUR, failing_line, line_numbers, reason

logger = logging.getLogger(__name__)

MIME = "application/vnd.nn.claim+json"
HIDDEN = {
    *("hide-cell", "hide_cell", "remove-cell", "remove_cell"),
    *("hide-output", "hide_output", "remove-output", "remove_output"),
}
PIECES = re.compile(r"\$([^\s$](?:[^$\n]*[^\s$])?)\$|`([^`\n]+)`")
GLUED = re.compile(r"\{glue:text\}`([^`:]+)[^`]*`")
NOT_COMPUTED = "*(not computed)*"
NOTICES = {
    "claim": "One result on this page came out differently on your machine.",
    "assert": "One check on this page came out differently on your machine.",
    "error": "One cell on this page stopped with an error on your machine.",
}
TRACEBACK = 14  # last lines
SUMMARY = "checks.json"


def strict() -> bool:
    """Return whether a finding fails the build."""
    return os.environ.get("BOOK_CLAIMS") == "strict"


def collect(notebook, last: int = 0, error: Exception | None = None) -> list[dict]:
    """Return the findings of an executed notebook, and remove the records of claims from it.

    ``error`` is the error that ended the execution early, if any; ``last`` is its cell's index.
    """
    findings = []
    codes = [k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for number, index in enumerate(codes):
        cell = notebook.cells[index]
        outputs = cell.get("outputs", [])
        notes = [o["data"][MIME] for o in outputs if MIME in o.get("data", {})]
        cell.outputs = [o for o in outputs if MIME not in o.get("data", {})]
        unmet = [note for note in notes if not note["held"]]
        claims = [note for note in unmet if note["kind"] == "claim"]
        of_cell = [note | {"traceback": ""} for note in claims]
        raised = next((o for o in cell.outputs if o.output_type == "error"), None)
        if raised or (error and index == last):
            known = next((note for note in unmet if note["kind"] == "assert"), {})
            of_cell.append(_error(cell, raised or {}, error) | known)
        findings += [finding | {"cell": number} for finding in of_cell]
    return findings


def _error(cell, raised: dict, error: Exception | None) -> dict:
    """Return the finding for an error in a cell, without values."""
    lines = COLOUR.sub("", "\n".join(raised.get("traceback", []))).splitlines()
    line = failing_line(lines, cell, 1)
    failed = raised.get("ename") == "AssertionError"
    source = cell.source.splitlines()[line - 1].strip() if cell.source else ""
    return {
        "kind": "assert" if failed else "error",
        "line": line,
        "statement": "",
        "asked": source.removeprefix("assert ") if failed else "no error",
        "values": [["", reason(raised, error)]],
        "traceback": "\n".join(lines[-TRACEBACK:]),
    }


def located(env, docname: str) -> Iterator[dict]:
    """Yield a page's findings with the line and the cell index of each."""
    findings = env.nn_outputs.get(docname, {}).get("findings", [])
    if not findings:
        return
    path = Path(env.doc2path(docname))
    text = path.read_text(encoding="utf-8")
    notebook = create_nb_reader(str(path), env.myst_config, env.mystnb_config, text).read(text)
    starts = line_numbers(path, notebook)
    codes = [k for k, cell in enumerate(notebook.cells) if cell.cell_type == "code"]
    for finding in findings:
        index = codes[finding["cell"]]
        yield finding | {"at": starts[index] + finding["line"] - 1, "index": index}


def values(finding: dict) -> str:
    """Return the values behind a condition in this build, as text."""
    named = (f"{name} = {value}" if name else value for name, value in finding["values"])
    return "; ".join(named) or "it is false"


def of_all_pages(env) -> list[tuple[str, dict]]:
    """Return the findings of all pages, each with its document's name."""
    return [
        (docname, finding)
        for docname in sorted(env.found_docs)
        for finding in located(env, docname)
    ]


def refuse(env) -> None:
    """Log an error for each false claim, if the build is strict."""
    for docname, claim in of_all_pages(env) if strict() else []:
        message = f"{claim['statement']} (expected: {claim['asked']}; found: {values(claim)})"
        logger.error("a claim is false: %s", message, location=(docname, claim["at"]))


def write_summary(app) -> None:
    """Write the findings of all pages to ``_build/checks.json``, for the end of the build."""
    rows = [
        {
            "page": f"{docname.removeprefix('chapters/')}.md",
            "line": finding["at"],
            "kind": finding["kind"],
            "statement": finding["statement"],
            "expected": finding["asked"],
            "actual": values(finding),
        }
        for docname, finding in of_all_pages(app.env)
    ]
    for name, error in app.nn_failed_errata.items():
        page = f"{app.nn_course.errata[name].page}.md"
        row = {"page": page, "line": 0, "kind": "assert", "statement": f"the check of {name}"}
        rows.append(row | {"expected": "no error", "actual": error})
    summary = {"pages": len(app.env.found_docs), "findings": rows}
    path = Path(app.outdir).parent / SUMMARY
    path.write_text(json.dumps(summary, indent=1, ensure_ascii=False), encoding="utf-8")


def fill_gaps(text: str, missing: list[str]) -> str:
    """Return a page's text with a note for each number that no cell has computed."""

    def replaced(match) -> str:
        return NOT_COMPUTED if match[1] in missing else match[0]

    return GLUED.sub(replaced, text) if missing else text


def missing_numbers(text: str, notebook) -> list[str]:
    """Return the names of the numbers that a page's text shows and no cell has glued."""
    outputs = (o for cell in notebook.cells for o in cell.get("outputs", []))
    glued = {o.get("metadata", {}).get("scrapbook", {}).get("name") for o in outputs}
    return sorted(set(GLUED.findall(text)) - glued)


def show(document: nodes.document, findings: list[dict]) -> None:
    """Insert a notice at the top of a page, and a box near each cell with a finding."""
    if not findings:
        return
    cells = {
        cell["cell_index"]: cell
        for cell in document.findall(nodes.container)
        if cell.get("nb_element") == "cell_code"
    }
    places = {}
    for finding in findings:
        cell = cells.get(finding["index"])
        hidden = cell is None or HIDDEN & set(cell["cell_metadata"].get("tags", []))
        if hidden:
            cell = _above(document, finding["at"])
        places.setdefault(id(cell), (cell, []))[1].append(finding | {"hidden": hidden})
    names = [f"differs-here-{k + 1}" for k in range(len(places))]
    for name, (block, those) in zip(names, places.values(), strict=True):
        block.parent.insert(block.parent.index(block) + 1, _box(those, name))
    title = next(document.findall(nodes.title), None)
    if title is not None:
        title.parent.insert(title.parent.index(title) + 1, _notice(findings, names))


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
    """Return the line on which a node begins, or infinity if it is unknown."""
    lines = (part.line for part in node.findall(nodes.Element) if part.line)
    return next(lines, math.inf)


def _notice(findings: list[dict], names: list[str]) -> nodes.container:
    """Return the notice at the top of a page, with a link to each box."""
    text = NOTICES[findings[0]["kind"]]
    if len(findings) > 1:
        text = f"{len(findings)} checks on this page came out differently on your machine."
    paragraph = nodes.paragraph("", f"{text} See ")
    for k, name in enumerate(names):
        paragraph += nodes.Text(", " if k else "")
        label = "what was found" if len(names) == 1 else f"box {k + 1}"
        paragraph += nodes.reference("", label, refid=name, internal=True)
    paragraph += nodes.Text(".")
    return nodes.container("", paragraph, classes=["nn-claim", "nn-notice"])


def _box(findings: list[dict], name: str) -> nodes.container:
    """Return a box for the findings at one place."""
    box = nodes.container("", ids=[name], classes=["nn-claim"])
    for finding in findings:
        box += _paragraph(finding)
        if finding["traceback"] and finding["hidden"]:
            text = finding["traceback"]
            box += nodes.literal_block(text, text, language="none")
    return box


def _paragraph(finding: dict) -> nodes.paragraph:
    """Return a paragraph with one finding: the expectation and the result."""
    paragraph = nodes.paragraph("", "On the computer that built this page, ")
    result = [nodes.literal("", values(finding)), nodes.Text(".")]
    if finding["kind"] == "claim":
        paragraph += [nodes.Text("a result differs. The text says: ")]
        paragraph += [*_marked(finding["statement"].rstrip(".")), nodes.Text(". Found here: ")]
    elif finding["kind"] == "assert":
        paragraph += [nodes.Text("this check failed. Expected: ")]
        paragraph += [nodes.literal("", finding["asked"]), nodes.Text(". Found: ")]
    else:
        paragraph += [nodes.Text("this cell stopped with an error: ")]
    paragraph += result
    return paragraph


def _marked(text: str) -> Iterator[nodes.Node]:
    """Yield the nodes of a text with formulas and code."""
    end = 0
    for match in PIECES.finditer(text):
        yield nodes.Text(text[end : match.start()])
        formula, code = match.groups()
        yield nodes.math("", formula) if formula else nodes.literal("", code)
        end = match.end()
    yield nodes.Text(text[end:])
