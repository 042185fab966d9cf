"""What a cell tagged `timing` shows differs at each build: keep it out of the search."""

from docutils import nodes

TAG = "tag_timing"  # the class that MyST-NB makes of the tag


def searched(doctree: nodes.document) -> nodes.document:
    """Return the document without the cells that carry the tag."""
    if not any(True for _ in _timed(doctree)):
        return doctree
    copy = doctree.deepcopy()
    for cell in list(_timed(copy)):
        cell.parent.remove(cell)
    return copy


def _timed(doctree):
    """Return the cells with the tag."""
    return (cell for cell in doctree.findall(nodes.container) if TAG in cell["classes"])


def _index_less(app) -> None:
    """Let the search see the rest; Sphinx 7 has no class or event for that."""
    index_page = getattr(app.builder, "index_page", None)
    if index_page:
        app.builder.index_page = lambda page, doctree, title: index_page(
            page, searched(doctree), title
        )


def setup(app):
    """Connect to Sphinx."""
    app.connect("builder-inited", _index_less)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
