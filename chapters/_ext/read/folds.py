"""Put the fold with a figure's code below the figure, and show its title when it is open, too.

``code_prompt_show`` sets the title of a cell's fold; the default is in ``_config.yml``.
"""

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode


def keep_titles(app, doctree: nodes.document) -> None:
    """Make the title of a fold the same when it is open as when it is closed."""
    for cell in doctree.findall(nodes.container):
        if "prompt_show" in cell:
            cell["prompt_hide"] = cell["prompt_show"]


def put_below(app, doctree: nodes.document, docname: str) -> None:
    """Move the code of a figure below it, so that a question and its figure stay together."""
    for fold in list(doctree.findall(HideCodeCellNode)):
        cell = fold.parent
        if cell is None:  # a fold around a whole cell
            continue
        if cell.index(fold) == 0 and any(cell.findall(_is_figure)):
            cell.remove(fold)
            cell.append(fold)


def _is_figure(node: nodes.Node) -> bool:
    """Return whether a node is a figure with a caption, still or moving."""
    return isinstance(node, nodes.figure) or (
        isinstance(node, nodes.raw) and "<figure" in node.astext()
    )
