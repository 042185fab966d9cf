"""How a page becomes HTML: all steps of the book's machinery, in order.

Sphinx reads each page into a tree of nodes, resolves its links and writes its HTML; at each
event it calls the functions that are connected to it. Ours are connected here, in the order of
``STEPS``, and nowhere else. The steps are in a folder for each stage, whose ``__init__``
describes its input and output: ``begin``, ``execute``, ``read``, ``link``, ``write``,
``finish``. Some modules also have a step in a different stage, where they prepare or write data
for all pages.

To add a step, write a function that takes the arguments of the Sphinx event
(https://www.sphinx-doc.org/en/master/extdev/event_callbacks.html), and add a row.
"""

from begin import cachekey, citations, course, first_paint, glossary
from execute import parallel
from finish import after_warnings, bundle, entry, icons, search, theme_script, theme_style
from link import goals, terms
from read import (
    api,
    folds,
    formulas,
    numbering,
    reference_pages,
    sidenotes,
    strip,
    syllabus,
    syllabus_pages,
    tabs,
)
from write import curtain, live, markup, minus, scripts, theme, thumbnails, typeset

# The order of a step among the functions that Sphinx, its extensions and the theme connect to
# the same event: before them all, after them all, or where this extension was loaded.
FIRST, AMONG, LAST = 100, 500, 900
STEPS = (
    # Begin, once for a build: what all pages need.
    ("config-inited", cachekey.set_digests, FIRST),  # which texts and files are still valid
    ("config-inited", theme.set_options, AMONG),  # merged into Jupyter Book's options
    ("builder-inited", first_paint.add_script, AMONG),  # light or dark, before the first paint
    ("builder-inited", first_paint.write_fonts, AMONG),  # as data in a style sheet
    ("builder-inited", live.deliver_wheel, AMONG),  # nnlib for readers without it
    ("builder-inited", parallel.open_cache, AMONG),  # outputs of earlier builds
    ("builder-inited", search.disable_sphinx_index, AMONG),  # ours is written at the end
    ("builder-inited", citations.register_styles, AMONG),  # so that pybtex needn't search
    ("builder-inited", course.load, AMONG),  # pages, topics and errata
    ("builder-inited", syllabus.check_errata, AMONG),  # in a separate process
    ("builder-inited", typeset.load, AMONG),  # KaTeX, and its style for the pages
    ("builder-inited", goals.load, AMONG),  # when the task above a figure is done
    ("builder-inited", glossary.load, LAST),  # terms and symbols
    # Which pages must be read again, besides those whose text has changed?
    ("env-get-outdated", api.outdated, AMONG),  # all of the API, after any change in nnlib
    (
        "env-get-outdated",
        parallel.outdated,
        AMONG,
    ),  # those whose sources have changed
    ("env-get-outdated", syllabus_pages.outdated, AMONG),  # those made from other pages
    # Execute, some pages at a time.
    ("env-before-read-docs", parallel.execute_pages, AMONG),  # those with invalid outputs
    # Read each page: its text, then its tree. Directives, below, make nodes of their content.
    ("env-purge-doc", syllabus.forget_ids, AMONG),  # what the page covered before
    ("env-purge-doc", terms.forget_anchors, AMONG),  # of the terms that it defined before
    ("source-read", api.expand, AMONG),  # one line becomes the entries of a module
    ("source-read", parallel.fill_gaps, AMONG),  # numbers that a failed cell lacks
    ("autodoc-process-docstring", api.prepare_docstring, FIRST),  # before Napoleon reads it
    ("autodoc-skip-member", api.skip_members, AMONG),  # that Python or scikit-learn wrote
    ("doctree-read", api.own_nodes, AMONG),  # so that a stored tree is small
    ("doctree-read", parallel.show_findings, AMONG),  # what came out differently here
    ("doctree-read", tabs.group, AMONG),  # cells that do the same thing in different libraries
    ("doctree-read", folds.keep_titles, AMONG),  # of code that the reader has opened
    ("doctree-read", sidenotes.place, AMONG),  # each with its paragraph
    ("doctree-read", strip.fill, AMONG),  # the minutes, when the page is complete
    ("doctree-read", terms.define, AMONG),  # anchors of the terms that the page defines
    ("env-merge-info", syllabus.merge_ids, AMONG),  # of pages that another process has read
    ("env-merge-info", terms.merge_anchors, AMONG),  # likewise
    ("env-get-updated", numbering.recall_book, FIRST),  # before Sphinx counts again
    ("env-get-updated", numbering.count_by_page, LAST),  # from 1 on each page
    ("env-updated", citations.merge, FIRST),  # so that bibtex searches fewer citations
    ("env-updated", citations.restore, LAST),
    ("env-check-consistency", syllabus.check_ids, AMONG),  # each topic is on its page
    # Link each page, when all have been read.
    ("doctree-resolved", folds.put_below, AMONG),  # code below the figure that it draws
    ("doctree-resolved", live.mark_cells, AMONG),  # an id for each cell that can run
    ("doctree-resolved", reference_pages.resolve, AMONG),  # glossary, notation, bibliography
    ("doctree-resolved", syllabus_pages.resolve, AMONG),  # topics, and names of pages
    ("doctree-resolved", numbering.name_other_pages, AMONG),  # "Figure 3 of Vectors"
    ("doctree-resolved", terms.link, AMONG),  # the first use of each term
    ("doctree-resolved", formulas.shorten_page_names, AMONG),  # on the formula sheet
    ("doctree-resolved", goals.add, AMONG),  # to the tasks above moving figures
    ("doctree-resolved", typeset.glue, AMONG),  # punctuation to the formulas next to it
    ("doctree-resolved", curtain.hang, LAST),  # between predictions and results
    ("doctree-resolved", search.collect, LAST),  # visible words, and words behind a curtain
    # Write each page: the HTML of its tree is in ``context``, and the templates follow.
    ("html-page-context", terms.add_cards, FIRST),  # may bring formulas, typeset below
    ("html-page-context", scripts.add_scripts, FIRST),  # for interactive figures
    ("html-page-context", curtain.add_style, FIRST),  # that hides results at first
    ("html-page-context", live.add_live_code, FIRST),  # the page as a notebook, and its cells
    ("html-page-context", theme.add_place, AMONG),  # part and number of the page, for its head
    ("html-page-context", theme.shorten_sidebar, AMONG),  # it shows only titles
    ("html-page-context", markup.minify, AMONG),  # remove bytes that change nothing visible
    ("html-page-context", thumbnails.fill, AMONG),  # on pages that open with thumbnails
    ("html-page-context", theme.add_questions, AMONG),  # the subtitles of pages
    ("html-page-context", typeset.typeset_page, AMONG),  # formulas of cells, questions, cards
    ("html-page-context", live.add_menu, LAST),  # after the theme's own buttons
    ("html-page-context", minus.mend, LAST),  # for numbers that cells glue into the text
    ("html-page-context", markup.mend, LAST),  # what the theme and extensions get wrong
    ("html-page-context", scripts.delay, LAST),  # scripts of the theme and of extensions
    # Finish, once for a build.
    ("html-collect-pages", search.add_page, AMONG),  # the page of the search
    ("html-collect-pages", entry.add_missing_page, AMONG),  # for an unknown address
    ("build-finished", icons.draw_icons, AMONG),  # those that the pages use
    ("build-finished", theme_style.prune, AMONG),  # to what the pages can use
    ("build-finished", theme_script.shorten, AMONG),  # so that browsers lay out less of a page
    ("build-finished", bundle.join_files, AMONG),  # so that a page loads about ten files
    ("build-finished", entry.write_index, AMONG),  # the front page, at the site's address
    ("build-finished", parallel.report, AMONG),  # what came out differently
    ("build-finished", search.write_index, AMONG),  # the words of all pages
    ("build-finished", after_warnings.forget_environment, AMONG),  # so that warnings recur
)
DIRECTIVES = {
    "covers": syllabus.Covers,
    "erratum": syllabus.Corrections,
    "formula-sheet": formulas.FormulaSheet,
    "glossary-list": reference_pages.GlossaryList,
    "notation-table": reference_pages.NotationTable,
    "sidenote": sidenotes.SidenoteDirective,
    "strip": strip.Strip,
    "syllabus-table": syllabus_pages.SyllabusTable,
    "errata-table": syllabus_pages.ErrataTable,
    "thumbnails": thumbnails.Thumbnails,
}
NODES = {  # with its HTML element, or None if an earlier step replaces the node
    sidenotes.Sidenote: "aside",
    sidenotes.Beside: "div",
    syllabus.Fold: "details",
    syllabus.FoldTitle: "summary",
    syllabus_pages.TopicTable: None,
    syllabus_pages.PageLink: None,
    reference_pages.Defined: None,
}
SETTINGS = (  # name, default value, and what is rebuilt when it changes
    ("nn_pages", "chapters/reference/pages.yml", "env"),
    ("nn_syllabus", "chapters/reference/syllabus", "env"),
    ("nn_glossary", "chapters/reference/glossary.yml", "env"),
    ("nn_notation", "chapters/reference/notation.yml", "env"),
    ("nn_search", "chapters/reference/search.yml", "html"),
    ("nn_goals", "chapters/goals.yml", "html"),
    ("nn_read_digest", "", "env"),
    ("nn_copied_digest", "", "html"),
    ("nn_live", {}, "html"),
)


def setup(app) -> dict[str, bool]:
    """Connect the steps to Sphinx; it may read and write several pages at the same time."""
    for extension in ("sphinx.ext.autodoc", "sphinx.ext.napoleon"):
        app.setup_extension(extension)
    for name, value, rebuild in SETTINGS:
        app.add_config_value(name, value, rebuild)
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    for node, element in NODES.items():
        app.add_node(node, **({"html": syllabus.element(element)} if element else {}))
    app.add_node(curtain.Behind, html=(curtain.visit, curtain.depart))
    app.add_role("nolink", terms.nolink)
    typeset.add_renderer(app)
    for sheet in scripts.SHEETS:
        # print.css comes last and overrides the others
        app.add_css_file(sheet, priority=600 if sheet == "print.css" else 500)
    for event, step, place in STEPS:
        app.connect(event, step, priority=place)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
