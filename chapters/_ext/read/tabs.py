"""Tabs: cells that do the same thing in different libraries, shown one at a time.

Neighbouring cells with a tag ``tab-NAME`` form one set of tabs, where NAME is the label of a
tab. The content of each tab has been executed and includes its output; a notebook shows the
cells one below the other. If a reader chooses a library, the page switches all its sets of
tabs.
"""

from docutils import nodes

TAG = "tag_tab-"


def group(app, doctree: nodes.document) -> None:
    """Put neighbouring cells that are tagged as tabs into a set of tabs."""
    for cell in list(doctree.findall(_is_tab)):
        above = cell.parent
        k = above.index(cell)
        tabs = above[k - 1] if k else None
        if not _is_component(tabs, "tab-set"):
            tabs = _component("tab-set", "sd-tab-set")
            above[k] = tabs
        else:
            above.remove(cell)
        tabs += _tab(cell)


def _is_tab(node: nodes.Node) -> bool:
    return bool(isinstance(node, nodes.container) and _name(node))


def _name(cell: nodes.container) -> str:
    """Return the label of a cell's tab, or an empty string if the cell is not a tab."""
    names = (kind.removeprefix(TAG) for kind in cell["classes"] if kind.startswith(TAG))
    return next(names, "")


def _tab(cell: nodes.container) -> nodes.container:
    """Return a tab that contains a cell, as sphinx-design builds it."""
    name = _name(cell)
    label = nodes.rubric("", name, classes=["sd-tab-label"])
    label["sync_id"], label["sync_group"] = name.lower(), "library"
    content = _component("tab-content", "sd-tab-content")
    content += cell
    tab = _component("tab-item", "sd-tab-item")
    tab["selected"] = False
    tab += [label, content]
    return tab


def _component(kind: str, style: str) -> nodes.container:
    return nodes.container("", is_div=True, design_component=kind, classes=[style])


def _is_component(node: nodes.Node | None, kind: str) -> bool:
    return isinstance(node, nodes.container) and node.get("design_component") == kind
