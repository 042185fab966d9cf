"""The strip under a page's puzzle: its time, its prerequisites and its goals.

The directive ``strip`` contains the prerequisites, by default the pages that pages.yml lists
under ``after``, and then a list of two or three things that the reader will be able to do.
The minutes are computed here from the words, figures and questions of the page, at the rates of
``MINUTES``. Folded content doesn't count. Exercises are listed separately.
"""

import json
import re
from collections import Counter

from begin.course import page_of
from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from .syllabus import Fold

logger = logging.getLogger(__name__)

MINUTES = {
    "words": 1 / 180,  # of text and visible code; a formula in the text is one word
    "figures": 2,
    "questions": 3,  # and predictions
}
PER_EXERCISE = 5
ROUNDED_TO = 5
GOALS = (2, 3)
TITLES = ("Time", "You need", "You will be able to")
FOLDED = {"dropdown", "solution"}
HIDDEN = {"hide-input", "hide-cell"}
QUIZ = re.compile(r'<nn-quiz><script type="application/json">(.*?)</script>', re.DOTALL)


class Strip(SphinxDirective):
    """The directive for the strip; its last block is the list of goals."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the strip as a list of definitions; `fill` writes the minutes into it."""
        *needs, goals = self.parse_content_to_nodes() or [nodes.comment()]
        few, many = GOALS
        if not isinstance(goals, nodes.bullet_list) or not few <= len(goals) <= many:
            text = f"strip: expected a list of {few} or {many} goals as the last block"
            logger.warning(text, location=self.get_location())
            return []
        contents = [nodes.paragraph()], needs or self.pages_before(), [goals]
        items = [
            nodes.definition_list_item(
                "", nodes.term("", title), nodes.definition("", *content)
            )
            for title, content in zip(TITLES, contents, strict=True)
        ]
        return [nodes.definition_list("", *items, classes=["nn-strip", "nolink"])]

    def pages_before(self) -> list[nodes.Node]:
        """Return a list of the pages that come before this one, according to pages.yml."""
        pages = self.env.app.nn_course.pages
        known = pages.get(page_of(self.env.docname))
        if not known or not known.after:
            return [nodes.paragraph("", "No earlier page.")]
        written = self.env.found_docs
        return self.parse_text_to_nodes(
            "\n".join(
                f"- {{doc}}`/chapters/{name}`"
                if f"chapters/{name}" in written
                else f"- {pages[name].title}"
                for name in known.after
            )
        )


def fill(app, doctree: nodes.document) -> None:
    """Write the minutes of a page into its strip, if it has one."""
    strips = [n for n in doctree.findall(nodes.definition_list) if is_strip(n)]
    for strip in strips:
        strip.next_node(nodes.paragraph).append(nodes.Text(time_of(count(doctree))))


def count(node: nodes.Element) -> Counter:
    """Return how much there is to read and do below a node, by kind."""
    counts = Counter()
    _count(node, counts)
    return counts


def time_of(counts: Counter) -> str:
    """Return the minutes for a page, rounded, and the exercises with their minutes."""
    minutes = sum(rate * counts[kind] for kind, rate in MINUTES.items())
    rounded = max(1, round(minutes / ROUNDED_TO)) * ROUNDED_TO
    if not (count := counts["exercises"]):
        return f"{rounded} minutes"
    exercises = "exercise" if count == 1 else "exercises"
    return f"{rounded} minutes, plus {count * PER_EXERCISE} for {count} {exercises}"


def is_strip(node: nodes.Element) -> bool:
    """Return whether a node is a strip."""
    return "nn-strip" in node.get("classes", ())


def goals_of(strip: nodes.definition_list) -> nodes.definition:
    """Return the part of a strip with the goals of the page."""
    return strip[-1][-1]


def _count(node: nodes.Node, counts: Counter) -> None:
    """Add to ``counts`` what there is to read and do below a node."""
    if not isinstance(node, nodes.Element) or isinstance(node, nodes.Invisible):
        return
    if "exercise" in node.get("classes", ()):
        counts["exercises"] += 1
    elif isinstance(node, Fold) or FOLDED & set(node.get("classes", ())) or is_strip(node):
        return
    elif isinstance(node, nodes.raw):
        _count_elements(node.astext(), counts)
    elif isinstance(node, nodes.literal_block):
        counts["words"] += _words_of_code(node)
    elif isinstance(node, nodes.TextElement):
        counts["words"] += _words(node)
    else:
        counts["figures"] += isinstance(node, nodes.figure)
        for child in node.children:
            _count(child, counts)


def _count_elements(html: str, counts: Counter) -> None:
    """Add the moving figures, predictions and questions of a cell's output."""
    counts["figures"] += html.count('class="nn-play"')
    counts["questions"] += html.count("<nn-predict>")
    counts["questions"] += sum(len(json.loads(d)["questions"]) for d in QUIZ.findall(html))


def _words_of_code(node: nodes.literal_block) -> int:
    """Return the number of words of visible code, or 0 for the output of a cell."""
    cell = node
    while cell is not None and cell.get("nb_element") != "cell_code":
        if cell.get("nb_element") == "cell_code_output":
            return 0
        cell = cell.parent
    if cell is not None and HIDDEN & set(cell["cell_metadata"].get("tags", ())):
        return 0
    return len(node.astext().split())


def _words(node: nodes.TextElement) -> int:
    """Return the number of words of a paragraph, caption or title; a formula counts as one."""
    return sum(
        1 if isinstance(leaf.parent, nodes.math) else len(leaf.astext().split())
        for leaf in node.findall(nodes.Text)
    )
