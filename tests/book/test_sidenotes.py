"""Side notes: the block that a note and its paragraph become, and what is refused."""

import pytest
from docutils import nodes
from docutils.utils import new_document
from read import sidenotes
from read.sidenotes import LONGEST, Sidenote, place
from write.markdown import Markdown


def page(*children):
    document = new_document("page.md")
    document += nodes.section("", nodes.title("", "A page"), *children, ids=["a"])
    return document


def note(words):
    return Sidenote("", nodes.paragraph("", "word " * words))


def test_a_note_and_its_paragraph_are_one_block_and_in_a_notebook_it_follows():
    document = page(nodes.paragraph("", "Text."), note(LONGEST), nodes.paragraph("", "More."))
    place(None, document)
    block, after = document[0][1:]
    assert [type(child) for child in block] == [Sidenote, nodes.paragraph]
    assert after.astext() == "More."
    blocks = list(Markdown().blocks(document[0]))
    assert blocks[1:] == ["Text.", "word " * LONGEST, "More."]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (page(note(3)), "expected a paragraph before it"),
        (page(nodes.bullet_list(), note(3)), "expected a paragraph before it"),
        (page(nodes.paragraph("", "Text."), note(LONGEST + 1)), "expected at most 60 words"),
    ],
)
def test_a_note_without_a_paragraph_or_a_long_one_is_refused(document, words, monkeypatch):
    errors = []
    monkeypatch.setattr(sidenotes.logger, "warning", lambda text, **where: errors.append(text))
    place(None, document)
    assert len(errors) == 1
    assert words in errors[0]
