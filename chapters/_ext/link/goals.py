"""Goals: decide when the task above an interactive figure counts as done.

A task is a bold paragraph above a moving figure, in the same section. ``chapters/goals.yml``
describes what the figure shows when the reader has done the task, and ``goal.js`` then ticks
the task. A task without a goal causes a warning, and so does a goal without a task.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from begin.course import page_of, read_yaml
from docutils import nodes
from sphinx.util import logging

logger = logging.getLogger(__name__)

FIGURE = re.compile(r'class="nn-play"[^>]*><nn-([a-z-]+)')
ELEMENT = '<nn-goal role="status"><script type="application/json">{}</script></nn-goal>'


def load(app) -> None:
    """Read the goals of all pages into `app`; a book without the file has none."""
    path = Path(app.confdir) / app.config.nn_goals
    app.nn_goals = read_yaml(path) if path.is_file() else {}


def add(app, doctree: nodes.document, docname: str) -> None:
    """Put each goal of a page of the site at the end of its task."""
    if app.builder.name != "html" or not app.nn_goals:
        return
    goals = dict(app.nn_goals.get(page_of(docname), {}))
    for task, name in tasks(doctree):
        if name in goals:
            data = json.dumps({"of": name, "steps": goals.pop(name)}, ensure_ascii=False)
            element = ELEMENT.format(data.replace("</", "<\\/"))
            task.extend([nodes.Text(" "), nodes.raw("", element, format="html")])
        else:
            text = "%s: expected a goal for the task of %s, “%s”"
            logger.warning(text, app.config.nn_goals, name, task.astext(), location=task)
    for name in goals:
        text = "%s: expected a bold task above the figure %s"
        logger.warning(text, app.config.nn_goals, name, location=docname)


def tasks(doctree: nodes.document) -> Iterator[tuple[nodes.paragraph, str]]:
    """Yield each task with the name of its figure, the next one in the section."""
    for section in doctree.findall(nodes.section):
        task = None
        for node in section:
            if isinstance(node, nodes.section):
                break
            if isinstance(node, nodes.paragraph) and _is_bold(node):
                task = node
            for name in _figures(node):
                if task is not None:
                    yield task, name
                task = None


def _is_bold(paragraph: nodes.paragraph) -> bool:
    """Return whether all the words of a paragraph are bold."""
    words = [node for node in paragraph if node.astext()]
    return all(isinstance(node, nodes.strong) for node in words)


def _figures(node: nodes.Node) -> list[str]:
    """Return the names of the moving figures below a node."""
    return [name for raw in node.findall(nodes.raw) for name in FIGURE.findall(raw.astext())]
