"""Drawings of graphs: nothing overlaps, and text fits its card at both widths."""

import itertools
import xml.etree.ElementTree as ET

import numpy as np
import pytest

import nnlib
from nnlib import models, nn, trace
from nnlib.trace.drawing import RADIUS
from tests.nnlib.drawings import SVG, assert_boxes_lie_apart_and_inside

GRAPHS = {
    "one node": ("x", dict(x=1)),
    "two uses": ("x * x", dict(x=3)),
    "add and multiply": ("(x + y) * z", dict(x=2, y=3, z=4)),
    "neuron": ("1 / (1 + exp(-(a*b + c*d + e)))", dict(a=1, b=-1, c=2, d=2, e=-2)),
    "relu": ("2 * relu(a*b + c*d + e*g + h)", dict(a=2, b=1, c=-1, d=4, e=3, g=0.5, h=1)),
    "far apart": ("exp(exp(exp(x * y))) + x + max(y, x)", dict(x=0.1, y=0.2)),
    "diamond": ("a = x + y; b = a * x; c = a * y; b * c + a", dict(x=1, y=2)),
}


def random_inputs(rng):
    """Return the operands of a random graph in which every node leads to the last."""
    inputs = [[] for _ in range(3)]
    for node in range(3, rng.integers(5, 15)):
        inputs.append([int(k) for k in rng.integers(0, node, size=rng.integers(1, 3))])
    used = {k for operands in inputs for k in operands}
    inputs.append([k for k in range(len(inputs)) if k not in used])
    return inputs


def items(laid_out):
    """Return all positions that nodes and passing edges occupy."""
    passing = [point for *_, passed in laid_out.edges for point in passed]
    return [*laid_out.nodes, *passing]


def test_random_graphs_are_drawn_without_overlap():
    for seed in range(30):
        inputs = random_inputs(np.random.default_rng(seed))
        laid_out = trace.layout(inputs)
        assert laid_out == trace.layout(inputs)
        for layer, slot in items(laid_out):
            assert 0 <= layer < laid_out.size[0]
            assert 0 <= slot <= laid_out.size[1] - 1
        for (layer, slot), (other, at) in itertools.combinations(items(laid_out), 2):
            assert layer != other or abs(slot - at) >= 1
        assert len(laid_out.edges) == sum(map(len, inputs))
        for source, target, operand, passed in laid_out.edges:
            assert inputs[target][operand] == source
            ends = laid_out.nodes[source][0], laid_out.nodes[target][0]
            layers = [ends[0], *(k for k, _ in passed), ends[1]]
            assert layers == list(range(layers[0], layers[-1] + 1))


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize(("text", "values"), GRAPHS.values(), ids=GRAPHS)
def test_the_drawing_has_a_circle_for_each_node_inside_its_frame(text, values, direction):
    graph = trace.expression(text, **values)
    root = ET.fromstring(graph.svg(direction))
    width, height = map(float, root.get("viewBox").split()[2:])
    circles = [(float(c.get("cx")), float(c.get("cy"))) for c in root.iter(f"{SVG}circle")]
    assert len(circles) == len(graph)
    for x, y in circles:
        assert RADIUS <= x <= width - RADIUS
        assert RADIUS <= y <= height - RADIUS
    for (x, y), (u, v) in itertools.combinations(circles, 2):
        assert np.hypot(x - u, y - v) > 2 * RADIUS


def test_values_and_gradients_are_written_with_three_digits():
    svg = trace.expression("1 / (1 + exp(-x))", x=1).svg()
    assert all(f">{text}<" in svg for text in ("f = 0.731", "v₂ = 0.368", "−0.534", "0.197"))


def test_paths_that_meet_show_the_gradient_on_each():
    root = ET.fromstring(trace.expression("x * y + x * x", x=3, y=-2).svg())
    on_arrows = [t.text for t in root.iter(f"{SVG}text") if t.get("font-size") == "12"]
    assert sorted(on_arrows) == ["3", "3", "−2"]


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


TENSOR_GRAPHS = {f.__name__: f for f in (norm, net, twice)}


@pytest.fixture(scope="module")
def graphs():
    return {name: make() for name, make in TENSOR_GRAPHS.items()}


@pytest.mark.parametrize("direction", ["right", "down"])
@pytest.mark.parametrize("name", TENSOR_GRAPHS)
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
