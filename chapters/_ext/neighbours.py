"""Give the links to the previous and the next page the question that opens that page.

``templates/prev-next.html`` shows it. The questions are those of ``pages.yml``; a page that is
not listed there, such as one of the API, has a title only.
"""

from pathlib import Path

import yaml

ENDS = ("?", ".", "!")


def questions(path: Path) -> dict[str, str]:
    """Return the question of each page that has one, by the page's name."""
    parts = yaml.safe_load(path.read_text(encoding="utf-8"))
    pages = (page for part in parts.values() for page in part)
    return {p["page"]: _asked(p["question"]) for p in pages if p.get("question")}


def _asked(question: str) -> str:
    """Return a question with its question mark."""
    return question if question.endswith(ENDS) else f"{question}?"


def _page(app, pagename, templatename, context, doctree) -> None:
    """Add the question to the neighbours that the theme's templates are told of."""
    relations = app.builder.relations.get(pagename, (None, None, None))
    for key, name in zip(("prev", "next"), relations[1:], strict=True):
        question = app.page_questions.get(str(name).removeprefix("chapters/"))
        if context.get(key) and question:
            context[key] = context[key] | {"question": question}


def _read(app) -> None:
    """Read the questions once for a build."""
    app.page_questions = questions(Path(app.srcdir, "chapters", "reference", "pages.yml"))


def setup(app):
    """Connect to Sphinx."""
    app.connect("builder-inited", _read)
    app.connect("html-page-context", _page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
