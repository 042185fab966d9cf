"""Tabs: neighbouring cells with tab tags, in HTML and in a notebook."""

from docutils import nodes
from docutils.utils import new_document
from read.tabs import group
from write.markdown import Markdown


def cell(tag, index):
    code = nodes.literal_block("", f"cell {index}")
    classes = ["cell", *([f"tag_{tag}"] if tag else [])]
    return nodes.container("", code, classes=classes, nb_element="cell_code", cell_index=index)


def page(*children):
    document = new_document("page.md")
    document += nodes.section("", nodes.title("", "A page"), *children, ids=["a"])
    group(None, document)
    return document[0][1:]


def labels(tabs):
    return [tab[0].astext() for tab in tabs]


def test_neighbouring_cells_become_one_set_and_the_label_is_the_end_of_the_tag():
    tabs, after = page(cell("tab-nnlib", 0), cell("tab-PyTorch", 1), cell("", 2))
    assert tabs["design_component"] == "tab-set"
    assert labels(tabs) == ["nnlib", "PyTorch"]
    assert [tab[1].astext() for tab in tabs] == ["cell 0", "cell 1"]
    assert after.astext() == "cell 2"


def test_a_paragraph_between_makes_two_sets():
    first, text, second = page(
        cell("tab-a", 0), nodes.paragraph("", "Then."), cell("tab-b", 1), cell("tab-c", 2)
    )[:3]
    assert labels(first) == ["a"]
    assert text.astext() == "Then."
    assert labels(second) == ["b", "c"]


def test_a_notebook_has_the_cells_of_a_set_one_below_the_other():
    document = new_document("page.md")
    document += nodes.section("", nodes.title("", "A page"), ids=["a"])
    document[0] += [cell("tab-a", 0), cell("tab-b", 1)]
    group(None, document)
    blocks = list(Markdown().blocks(document[0]))
    assert [block["cell_index"] for block in blocks if not isinstance(block, str)] == [0, 1]
