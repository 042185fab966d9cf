"""Set the theme's options, and tell its templates where a page is in the book.

The options are merged into Jupyter Book's own; in ``_config.yml`` they would replace those.
The head of a page names the part that it belongs to and its number there, for
``templates/nn-place.html``. The question that pages.yml gives to a page is its subtitle: it
appears below the title, in the links to the previous and the next page, and in the sidebar
while the pointer is over the title.
"""

from collections.abc import Iterator
from html import escape

from begin.course import page_of
from docutils import nodes
from sphinx import addnodes

NAVBAR = ("navbar_start", "navbar_center", "navbar_end", "navbar_persistent")
# In every header: the book's contents, the page's place and contents, the search field.
HEAD = ["toggle-primary-sidebar.html", "nn-place.html", "nn-search-field.html"]
SIDEBAR = ["navbar-logo.html", "sbt-sidebar-nav.html", "nn-current-entry.html"]
BARE = "html_theme.sidebar_secondary.remove"  # set by pages without a contents list
PAGE_SIDEBAR = ["page-toc.html", "nn-page-buttons.html"]


def set_options(app, config) -> None:
    """Set the theme's options, except those that Jupyter Book sets itself."""
    for key in NAVBAR:  # otherwise the theme shows a second search bar
        config.html_theme_options.setdefault(key, [])
    config.html_theme_options.setdefault("article_header_start", HEAD)
    config.html_theme_options.setdefault("disable_search", True)  # the dialog; we have a field
    config.html_theme_options.setdefault("enable_search_shortcuts", False)  # Sphinx's own "/"
    config.html_sidebars.setdefault("**", SIDEBAR)
    config.html_theme_options.setdefault("secondary_sidebar_items", PAGE_SIDEBAR)
    config.html_theme_options.setdefault("show_toc_level", 2)
    config.html_theme_options.setdefault("use_fullscreen_button", False)  # browsers have one
    config.html_theme_options.setdefault("back_to_top_button", False)  # it covers controls
    config.html_theme_options.setdefault("footer_content_items", ["nn-rights.html"])
    config.html_context["nn_repository"] = config.nn_live.get("repository", "")


def add_questions(app, pagename, templatename, context, doctree) -> None:
    """Add a page's question below its title, and its neighbours' questions to their links."""
    relations = app.builder.relations.get(pagename, (None, None, None))
    for key, name in zip(("prev", "next"), relations[1:], strict=True):
        if context.get(key) and (question := _question(app, str(name))):
            context[key] = context[key] | {"question": question}
    if pagename != app.config.root_doc and (question := _question(app, pagename)):
        subtitle = f'</h1>\n<p class="nn-subtitle">{escape(question, quote=False)}</p>'
        context["body"] = context["body"].replace("</h1>", subtitle, 1)


def _question(app, docname: str) -> str:
    """Return the question of a document, or "" if pages.yml gives it none."""
    page = app.nn_course.pages.get(page_of(docname))
    return page.question if page else ""


def add_place(app, pagename, templatename, context, doctree) -> None:
    """Add a page's place to the context: the titles above it, and "Page k of n"."""
    if not hasattr(app, "nn_places"):
        app.nn_places = dict(_places(app.env, app.config.root_doc, ()))
    alone = {"path": (), "count": app.config.project}
    contents = doctree is not None and BARE not in app.env.metadata[pagename]
    context["nn_place"] = app.nn_places.get(pagename, alone) | {"contents": contents}


def _places(env, above: str, path: tuple[str, ...]) -> Iterator[tuple[str, dict]]:
    """Yield each page below another one with the titles above it and "Page k of n"."""
    for tree in env.tocs[above].findall(addnodes.toctree):
        names = [name for name in tree["includefiles"] if name in env.titles]
        inside = (*path, *filter(None, [tree.get("caption")]))
        for k, name in enumerate(names, 1):
            yield name, {"path": inside, "count": f"Page {k} of {len(names)}"}
            yield from _places(env, name, (*inside, env.titles[name].astext()))


def shorten_sidebar(app, pagename, templatename, context, doctree) -> None:
    """Give Sphinx only page titles, so that it builds the sidebar faster.

    Otherwise, for every page, it copies the contents of all pages with their headings, and then
    drops the headings.
    """
    whole = context["toctree"]

    def toctree(**options) -> str:
        tocs = app.env.tocs
        if options.get("titles_only"):
            app.env.tocs = app.nn_titles
        try:
            return whole(**options)
        finally:
            app.env.tocs = tocs

    if not hasattr(app, "nn_titles"):
        tocs = app.env.tocs.items()
        app.nn_titles = {name: _titles(toc, _question(app, name)) for name, toc in tocs}
    context["toctree"] = toctree


def _titles(toc: nodes.bullet_list, question: str) -> nodes.bullet_list:
    """Return a page's contents with its subtitle and subtrees, but without its headings."""
    toc = toc.deepcopy()
    if question and (title := toc.next_node(nodes.reference)):
        title["reftitle"] = question
    for item in toc:
        if len(item) > 1:
            item[1][:] = list(item.findall(addnodes.toctree))
    return toc
