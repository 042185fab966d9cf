"""Drawings of graphs of arrays: nothing overlaps, and text fits its card at both widths."""

import pytest

import nnlib
from nnlib import models, nn, trace
from tests.nnlib.drawings import assert_boxes_lie_apart_and_inside


def norm():
    W = nnlib.tensor([[1.0, -2.5], [0.125, 4.0]], requires_grad=True)
    x = nnlib.tensor([1.0, -1.0], requires_grad=True)
    with trace.recording():
        f = ((W @ x) ** 2).sum()
        return trace.graph(f, W=W, x=x, f=f)


def net():
    nnlib.manual_seed(0)
    layers = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 2))
    with trace.recording():
        loss = nn.CrossEntropyLoss()(layers(nnlib.rand(4, 2)), nnlib.tensor([0, 1, 0, 1]))
        return trace.graph(loss)


def twice():
    x = nnlib.tensor([1.0, 2.0], requires_grad=True)
    return trace.graph((x * x + nnlib.exp(x)).sum(), x=x)


GRAPHS = {f.__name__: f for f in (norm, net, twice)}


@pytest.fixture(scope="module")
def graphs():
    return {name: make() for name, make in GRAPHS.items()}


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("name", GRAPHS)
def test_no_two_cards_overlap_and_all_lie_inside(graphs, name, direction):
    assert_boxes_lie_apart_and_inside(graphs[name].svg(direction), len(graphs[name]))


STICK_OUT = """() => [...document.querySelectorAll("svg")]
  .filter(svg => svg.getBoundingClientRect().width > 0).flatMap(svg => {
    const cards = [...svg.querySelectorAll("rect")].map(r => r.getBoundingClientRect());
    return [...svg.querySelectorAll("text")].filter(text => {
      const t = text.getBoundingClientRect();
      return !cards.some(c => c.left <= t.left && t.right <= c.right
        && c.top <= t.top + 2 && t.bottom <= c.bottom + 2);
    }).map(text => text.textContent);
  })"""


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize("width", [1000, 360])
def test_text_fits_its_card_and_the_page_does_not_scroll_sideways(browser, graphs, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    figures = [*graphs.values(), models.diagram(models.BasicBlock(8, 8), (1, 8, 6, 6))]
    drawings = "".join(figure._repr_html_() for figure in figures)
    page.set_content(f"<body style='font-family:sans-serif'>{drawings}</body>")
    assert page.evaluate(STICK_OUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    visible = page.locator("svg:visible")
    assert visible.count() == len(figures)
    sizes = visible.evaluate_all(
        "all => all.map(s => s.getBoundingClientRect().width / s.viewBox.baseVal.width * 13)"
    )
    assert min(sizes) >= 12  # pixels, or 9 pt
    assert max(sizes) < 13.1  # as in all other drawings
    page.close()
