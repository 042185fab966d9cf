"""What is behind the curtain of a prediction."""

from types import SimpleNamespace

import pytest
from docutils import nodes
from write.curtain import Behind, hang

HTML = SimpleNamespace(builder=SimpleNamespace(name="html"))
EPUB = SimpleNamespace(builder=SimpleNamespace(name="epub"))


def ask(name, more=""):
    data = f'{{"id": "{name}"{more}}}'
    html = f'<nn-predict><script type="application/json">{data}</script></nn-predict>'
    return nodes.container("", nodes.raw("", html, format="html"))


def moving():
    return nodes.container("", nodes.raw("", '<figure class="nn-play">', format="html"))


def text(words):
    return nodes.paragraph("", words)


def outline(node):
    """Return the paragraphs in order, with a list for each curtain and its predictions."""
    results = []
    for child in node.children:
        if isinstance(child, Behind):
            results.append([" ".join(child["predictions"]), *outline(child)])
        elif isinstance(child, nodes.section):
            results.append(tuple(outline(child)))
        elif isinstance(child, nodes.paragraph):
            results.append(child.astext())
    return results


TRY = ', "try_it": true'


@pytest.mark.parametrize(
    ("children", "expected"),
    [
        ([text("a"), ask("1"), text("b"), text("c")], ["a", ["1", "b", "c"]]),
        ([ask("1"), nodes.section("", text("b"))], [("b",)]),
        ([ask("1"), text("b"), nodes.section("", text("c"))], [["1", "b"], ("c",)]),
        ([ask("1"), nodes.target(), ask("2"), text("b")], [["1 2", "b"]]),
        ([ask("1"), text("b"), ask("2"), text("c")], [["1", "b", ["2", "c"]]]),
        ([ask("1", TRY), text("a"), moving(), text("b")], ["a", ["1", "b"]]),
        ([nodes.section("", ask("1"), text("b")), text("c")], [(["1", "b"],), "c"]),
        ([text("a")], ["a"]),
    ],
)
def test_curtain_hides_the_rest_of_the_section(children, expected):
    page = nodes.document("", None, "", nodes.section("", *children))
    hang(HTML, page, "page")
    assert outline(page[0]) == expected


def test_the_summary_waits_for_all_predictions():
    end = nodes.section("", nodes.title("", "Summary"), text("result"))
    parts = [nodes.section("", ask(n), text(n)) for n in "12"]
    page = nodes.document("", None, "", nodes.section("", *parts, end))
    hang(HTML, page, "page")
    assert outline(page[0]) == [(["1", "1"],), (["2", "2"],), (["1 2", "result"],)]


def test_only_the_site_has_curtains():
    page = nodes.document("", None, "", nodes.section("", ask("1"), text("b")))
    hang(EPUB, page, "page")
    assert outline(page[0]) == ["b"]
