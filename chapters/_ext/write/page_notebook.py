"""Convert a page with its outputs to a notebook that runs elsewhere, in Colab or at home.

The text is Markdown; cells that the page hides are included, but collapsed. Cells tagged
``build-only`` only work where the book is built, so a notebook shows them but does not run
them. A page that needs the whole repository declares ``nn-elsewhere: false`` in its front
matter.
"""

from collections.abc import Iterable, Iterator

import nbformat
from begin.course import page_of
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from .markdown import Markdown, without_script

BUILD_ONLY = "build-only"
HIDDEN = {"hide-input", "remove-input", "remove_input", "hide-cell", "remove-cell"}
MUTE = {"remove-cell", "remove-output", "remove_output"}
GLUED = "application/papermill.record/"  # glued numbers, which the prose shows
AT_HOME = "These cells need the course's folder, so open this page there with `make lab`."
INSTALL = """\
# Installs nnlib in Colab; does nothing where it is installed already.
import importlib.util
import subprocess
import sys

wheel = "{wheel}"
if importlib.util.find_spec("nnlib") is None:
    if "google.colab" not in sys.modules or not wheel:
        raise ModuleNotFoundError("install nnlib first: its wheel is on the book's site")
    subprocess.run([sys.executable, "-m", "pip", "install", "-q", wheel], check=True)"""


def is_build_only(cell) -> bool:
    """Return whether a cell runs only where the book is built."""
    return BUILD_ONLY in cell.metadata.get("tags", [])


def runs_elsewhere(env, docname: str) -> bool:
    """Return whether a page runs without the repository; its front matter can say no."""
    return str(env.metadata[docname].get("nn-elsewhere", True)).lower() != "false"


def make(doctree: nodes.document, executed, env, docname: str, *, site="", wheel=""):
    """Return the notebook of a page.

    Parameters
    ----------
    doctree : document
        The page as Sphinx is about to write it.
    executed : NotebookNode
        Its cells with their outputs.
    env : BuildEnvironment
        Contains the numbers of its figures and exercises, and its front matter.
    docname : str
        Its name in Sphinx.
    site, wheel : str
        The addresses of this page on the site and of the wheel; empty if there is none.
    """
    runs = runs_elsewhere(env, docname)
    cells = [] if runs else [new_markdown_cell(AT_HOME)]
    cells += [new_code_cell(INSTALL.format(wheel=wheel), metadata=_collapsed({"hide-input"}))]
    counted = env.toc_fignumbers.get(docname, {})
    numbers = counted.get("figure", {}) | counted.get("exercise", {})
    cells += _cells(doctree, executed.cells, Markdown(site, numbers))
    page = page_of(docname)
    for k, cell in enumerate(cells):
        cell["id"] = f"{page.replace('/', '-')}-{k:03}"[-64:]
    notebook = new_notebook(cells=cells, metadata=_about(page, site, runs))
    nbformat.validate(notebook)
    return notebook


def _about(page: str, site: str, runs: bool) -> dict:
    """Return the notebook's metadata, in which nothing depends on the machine."""
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python", "file_extension": ".py"},
        "nn": {"page": page, "site": site, "runs_elsewhere": runs},
    }


def _cells(doctree, executed, markdown: Markdown) -> Iterator:
    """Yield the cells in page order; removed cells come before the next visible one."""
    text, done = [], 0
    for block in markdown.blocks(doctree):
        if isinstance(block, str):
            if block.startswith("#"):
                yield from _markdown(text)
                text = []
            text.append(block)
            continue
        yield from _markdown(text)
        yield from _code(executed[done : block["cell_index"] + 1])
        text, done = list(_captions(block, markdown)), block["cell_index"] + 1
    yield from _markdown(text)
    yield from _code(executed[done:])


def _markdown(blocks: Iterable[str]) -> Iterator:
    """Yield one Markdown cell, or nothing if there is no text."""
    text = "\n\n".join(block.strip() for block in blocks if block.strip())
    if text:
        yield new_markdown_cell(text)


def _captions(cell: nodes.Element, markdown: Markdown) -> Iterator[str]:
    """Yield the captions of the figures that a cell shows."""
    for figure in cell.findall(nodes.figure):
        yield markdown.caption(figure)


def _code(cells) -> Iterator:
    """Yield code cells with outputs that other programs can show."""
    for cell in cells:
        if cell.cell_type != "code":
            continue
        tags = set(cell.metadata.get("tags", []))
        if BUILD_ONLY in tags:
            yield _unexecuted(cell)
            continue
        copy = new_code_cell(cell.source, metadata=_collapsed(tags))
        copy.outputs = [] if tags & MUTE else [*filter(None, map(_output, cell.outputs))]
        yield copy


def _unexecuted(cell):
    """Return a Markdown cell that shows a code cell without running it."""
    what = "A cell that runs only where the book is built."
    code = f"```python\n{cell.source}\n```"
    shown = [text for text in map(_output, cell.outputs) if text and "data" in text]
    html = "\n\n".join(output.data.get("text/html", "") for output in shown)
    fold = f"<details><summary>{what}</summary>\n\n{code}\n\n</details>\n\n{html}".strip()
    return new_markdown_cell(fold, metadata={"tags": [BUILD_ONLY]})


def _collapsed(tags: set[str]) -> dict:
    """Return cell metadata that hide the code where the page does, for JupyterLab and Colab."""
    metadata = {"tags": sorted(tags)} if tags else {}
    if tags & HIDDEN:
        metadata |= {"jupyter": {"source_hidden": True}, "cellView": "form"}
    return metadata


def _output(output):
    """Return an output without data that only this book can show, or None if it is empty."""
    result = nbformat.from_dict(dict(output))
    if "data" not in result:
        return result
    result.data = {k: v for k, v in result.data.items() if not k.startswith(GLUED)}
    if "text/html" in result.data:
        result.data["text/html"] = without_script(result.data["text/html"])
    if result.output_type == "execute_result":
        result.execution_count = None
    result.metadata = {}
    return result if result.data else None
