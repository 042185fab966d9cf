"""Side notes: short remarks next to the paragraph that they follow in the source.

In a wide window a side note is in the margin; in a narrow window and on paper it is below its
paragraph. In HTML the note precedes its paragraph, so that the two can be side by side.
"""

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

logger = logging.getLogger(__name__)

LONGEST = 60  # words


class Sidenote(nodes.Part, nodes.Element):
    """A remark next to the paragraph before it."""


class Beside(nodes.Part, nodes.Element):
    """A side note and the paragraph to which it belongs."""


class SidenoteDirective(SphinxDirective):
    """The directive ``sidenote``, directly after a paragraph."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the side note, which `place` moves next to its paragraph."""
        note = Sidenote("", *self.parse_content_to_nodes(), classes=["nn-sidenote"])
        self.set_source_info(note)
        return [note]


def place(app, doctree: nodes.document) -> None:
    """Put each side note and the paragraph before it into one block."""
    for note in list(doctree.findall(Sidenote)):
        k = note.parent.index(note)
        paragraph = note.parent[k - 1] if k else None
        words = len(note.astext().split())
        if not isinstance(paragraph, nodes.paragraph):
            logger.warning("sidenote: expected a paragraph before it", location=note)
        elif words > LONGEST:
            text = f"sidenote: expected at most {LONGEST} words, got {words}"
            logger.warning(text, location=note)
        else:
            above = note.parent
            above[k - 1 : k + 1] = [Beside("", note, paragraph, classes=["nn-beside"])]
