"""The gallery shows every figure function and every dataset, with visible code."""

import ast
import inspect
import re

import pytest
from pages import source

from nnlib import datasets, trace, viz
from nnlib.datasets.packaged import DATA

PAGE = source("reference/gallery")
TREES = [ast.parse(cell.code) for cell in PAGE.cells if cell.shown]
CALLS = [node for tree in TREES for node in ast.walk(tree) if isinstance(node, ast.Call)]
CALLED = {ast.unparse(call.func) for call in CALLS}
DRAWN = {
    f"viz.{name}"
    for name in viz.__all__
    if callable(getattr(viz, name)) and "ax" in inspect.signature(getattr(viz, name)).parameters
}
INSIDE = {"build", "gate", "layout"}  # what graph and expression are made of
TRACED = {
    f"trace.{name}"
    for name in trace.__all__
    if inspect.isfunction(getattr(trace, name)) and name not in INSIDE
}
SHOWN = {f"models.{name}" for name in ("diagram", "summary")}


def test_every_figure_function_is_called_where_the_reader_sees_it():
    assert len(DRAWN) >= 24
    assert DRAWN - CALLED == set()


def test_graphs_and_models_are_drawn_in_visible_cells():
    assert {"trace.expression", "trace.graph"} <= TRACED
    assert (TRACED | SHOWN) - CALLED == set()
    assert any(name.endswith(".play") for name in CALLED)


def test_every_packaged_data_set_has_its_card():
    described = [
        ast.literal_eval(call.args[0])
        for call in CALLS
        if ast.unparse(call.func) == "datasets.describe" and call.args
    ]
    assert described == list(datasets.names())[: len(described)]
    assert set(described) == {file.name.partition(".")[0] for file in DATA.glob("*.npz")}


def test_the_page_opens_with_a_small_picture_of_each_function(book):
    page = (book / "chapters/reference/gallery.html").read_text(encoding="utf-8")
    first = re.search(r'<nav class="nn-thumbnails".*?</nav>', page, flags=re.DOTALL)[0]
    small = re.findall(r'<li><a href="#(fig-[\w-]+)">', first)
    assert len(small) > 25
    assert [name for name in small if page.count(f'id="{name}"') != 1] == []
    reused = re.findall(r'<use href="#(fig-[\w-]+-drawn)"', first)
    assert [name for name in reused if page.count(f'<svg id="{name}"') != 1] == []


SMALL_ONES = """() => [...document.querySelectorAll(".nn-thumbnails :is(use, img)")]
  .every(picture => picture.checkVisibility({contentVisibilityAuto: true}))"""


@pytest.mark.slow
@pytest.mark.browser
def test_the_steps_of_the_gallery_are_typeset_and_move_by_keyboard(open_visit, address):
    visited = open_visit(address, "chapters/reference/gallery.html")
    visited.page.wait_for_function(SMALL_ONES)  # the small pictures come last
    figures = visited.page.locator("nn-steps").all()
    assert len(figures) == 2
    for figure in figures:
        assert figure.locator(".katex").count() > 1
        figure.get_by_role("button", name="one at a time").press("Enter")
        slider = figure.locator("input").first
        before = figure.inner_text()
        slider.press("ArrowRight")
        assert figure.inner_text() != before
    assert visited.errors == []
