"""Number figures and exercises from 1 on each page; Sphinx counts through the whole book.

Sphinx's own numbers are restored before it counts again, because it rewrites every page whose
numbers differ from the stored ones. A reference to another page names that page: "Figure 3 of
*Vectors*".
"""

from posixpath import dirname, join, normpath

from docutils import nodes
from sphinx.addnodes import number_reference


def recall_book(app, env) -> list[str]:
    """Restore the book-wide numbers that Sphinx compares with; return no pages to read."""
    for page, firsts in getattr(env, "nn_first_numbers", {}).items():
        for kind, first in firsts.items():
            _shift(env.toc_fignumbers.get(page, {}).get(kind, {}), first - 1)
    return []


def count_by_page(app, env) -> list[str]:
    """Start the numbers again from 1 on each page; return no pages to read."""
    env.nn_first_numbers = {}
    for page, kinds in env.toc_fignumbers.items():
        firsts = {kind: min(own.values())[0] for kind, own in kinds.items() if own}
        env.nn_first_numbers[page] = firsts
        for kind, first in firsts.items():
            _shift(kinds[kind], 1 - first)
    return []


def _shift(numbers: dict, by: int) -> None:
    """Shift all numbers of one kind on a page by an offset."""
    for name, (number, *rest) in numbers.items():
        numbers[name] = (number + by, *rest)


def name_other_pages(app, doctree, docname) -> None:
    """Add the title of its page to each reference to a number on another page."""
    here, uri = app.builder.get_target_uri, app.builder.get_target_uri(docname)
    pages = {here(name): title for name, title in app.env.titles.items()}
    for reference in doctree.findall(number_reference):
        target = reference.get("refuri", "").partition("#")[0]
        title = pages.get(normpath(join(dirname(uri), target))) if target else None
        if title:
            name = title.astext()
            reference += [nodes.Text(" of "), nodes.emphasis(name, name)]
