"""The moving figure computes what nnlib computes, for every operation it knows."""

import json
from pathlib import Path

import pytest

from nnlib import trace
from nnlib.trace.gates import GRAMMAR, number

pytestmark = pytest.mark.browser

PLAY = Path(__file__).parents[2] / "chapters" / "_extra" / "_play"
SCRIPTS = (
    *("parts", "parts-time", "parts-parse", "parts-trace", "parts-walk"),
    *("parts-gates", "parts-editor", "graph"),
)
GRAPHS = [
    ("(x + y) * z - y / x", dict(x=2, y=3, z=4)),
    ("x * y + x * x", dict(x=3, y=-2)),
    ("1 / (1 + exp(-(w0*x0 + w1*x1 + w2)))", dict(w0=1, x0=-1, w1=2, x1=2, w2=-2)),
    ("log(1 + exp(x)) * tanh(y)", dict(x=2, y=0.3)),
    ("relu(x - 1) + relu(y) + max(x, y) + max(y, 2)", dict(x=2.5, y=-1)),
    ("max(x, y) * relu(z)", dict(x=1, y=1, z=0)),
    ("sigmoid(x)**3 + 2**x + x**y - y**-1", dict(x=0.3, y=1.7)),
]


@pytest.fixture(scope="module")
def page(browser):
    return browser.new_page()


@pytest.fixture
def figure(page):
    """Return a function that shows the figure alone on the page, with some graphs."""

    def show(graphs, width=900):
        page.goto("about:blank")
        page.set_viewport_size({"width": width, "height": 700})
        body = json.dumps({"graphs": graphs, "start": 0, "steps": 0})
        page.set_content(
            f'<nn-graph><script type="application/json">{body}</script></nn-graph>'
        )
        page.add_script_tag(content=f"window.nnData = {{grammar: {json.dumps(GRAMMAR)}}}")
        for name in SCRIPTS:
            page.add_script_tag(path=PLAY / f"{name}.js")
        return page.locator("nn-graph")

    return show


def titled(text, values):
    return {"title": text, "text": text, **trace.expression(text, **values).data()}


def test_the_script_agrees_with_nnlib_at_every_node(figure):
    for text, values in GRAPHS:
        assert figure([titled(text, values)]).evaluate("e => e.agrees()") is True, text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("x1 * x1 + x2", dict(x1=1e3, x2=1234567)),
        ("exp(-x) * log(y)", dict(x=40, y=1e-5)),
        ("x - 0.0001234", dict(x=1e-4)),
        ("x * y", dict(x=999.6, y=-99.96)),
        ("x * 0.5625 + y - 0.0625 * 1.0625", dict(x=16.25, y=-1.125)),
        ("x * 0.4375 + y", dict(x=16.35, y=-1002.5)),
        ("x * (-2) + max(x, -3)", dict(x=-1)),
        ("x ** (-2)", dict(x=-3)),
    ],
)
def test_numbers_and_names_are_written_as_the_library_writes_them(figure, text, values):
    graph = trace.expression(text, **values)
    shown = figure([titled(text, values)])
    operations = [node for node in graph if node.operation]
    for step in graph.steps()[: len(operations)]:
        shown.get_by_role("button", name="step ▶").click()
        assert shown.locator(".nn-live").inner_text() == f"Forward: {step.text}."
    shown.get_by_role("button", name="backward pass").click()
    drawn = shown.locator("svg").text_content()
    assert all(number(node.gradient) in drawn for node in graph)
