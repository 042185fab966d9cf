"""The parts of moving figures: by mouse, touch and keyboard, from a server and from a file."""

import re

import pytest
from browser import DESKTOP, PHONE, opened
from figure import Figure, drag, middle, swipe

pytestmark = pytest.mark.browser

PAGE = "chapters/reference/gallery/moving.html"
PARTS = (*("controls", "point", "handle", "plot", "contours"), *("grid", "stepper", "playhead"))
FIGURES = ("vectors", "linear-map", "race", *PARTS)


@pytest.fixture(scope="module", params=["server", pytest.param("file", marks=pytest.mark.slow)])
def window(request, browser, book, address):
    """Return an address of the book and a window in which its pages are opened."""
    window = browser.new_context(has_touch=True)
    yield f"{book.as_uri()}/" if request.param == "file" else address, window
    window.close()


@pytest.fixture
def page(window):
    base, window = window
    page = opened(window, base, PAGE).page
    yield page
    page.close()


def part(page, name):
    if name in PARTS:
        return Figure(page.locator("nn-specimen").nth(PARTS.index(name)))
    return Figure(page.locator(f"nn-{name}"))


@pytest.mark.parametrize("hand", [drag, swipe])
def test_a_point_can_be_dragged_and_swiped(page, hand):
    figure = part(page, "vectors")
    x, y = middle(figure.locator(".nn-point").first)
    unit = figure.locator(".nn-plane").bounding_box()["width"] / 8
    hand(page, (x, y), (x - unit / 2, y), (x - unit, y - unit))
    assert figure.facts()["u"] == "(2.0, 2.0)"
    assert figure.facts()["u · v"] == "6.00"
    assert "v is (1.0, 2.0)" in figure.locator(".nn-plane").get_attribute("aria-label")


@pytest.mark.parametrize("hand", [drag, swipe])
def test_a_handle_keeps_its_distance_from_the_pointer(page, hand):
    figure = part(page, "handle")
    x, y = middle(figure.locator(".nn-handle").nth(1))
    unit = 22 * figure.locator("svg").bounding_box()["width"] / 300
    hand(page, (x + 6, y), (x + 6 + unit, y + 3), (x + 6 + 2 * unit, y + 30))
    assert figure.locator(".nn-handle").nth(1).get_attribute("aria-valuetext") == "7.00"
    assert figure.sentence() == "Their mean is 5.67."


def test_a_handle_is_a_slider_for_keys(page):
    figure = part(page, "handle")
    end = figure.get_by_role("slider", name="bread")
    spoken = []
    for key in "ArrowRight ArrowDown Shift+ArrowUp PageUp PageDown End Home".split():
        end.press(key)
        spoken.append(end.get_attribute("aria-valuenow"))
    assert spoken == ["3.1", "3", "3.5", "4.5", "3.5", "10", "0"]
    assert end.get_attribute("aria-valuemax") == "10"


@pytest.mark.slow
def test_a_fold_is_open_only_where_there_is_room(open_visit, address):
    for size, is_open in ((DESKTOP, True), (PHONE, False)):
        fold = part(open_visit(address, PAGE, size=size).page, "handle").locator("details")
        assert fold.evaluate("e => e.open") is is_open


@pytest.mark.slow
def test_a_point_obeys_the_arrow_keys_and_stays_in_the_plane(page):
    figure = part(page, "vectors")
    tip = figure.locator(".nn-point").first
    tip.press("ArrowUp")
    tip.press("Shift+ArrowLeft")
    assert figure.facts()["u"] == "(2.5, 1.1)"
    assert tip.get_attribute("aria-valuetext") == "2.50, 1.10"
    for _ in range(12):
        tip.press("Shift+ArrowRight")
    assert figure.facts()["u"] == "(4.0, 1.1)"


def test_each_norm_measures_the_vectors_its_own_way(page):
    figure = part(page, "vectors")
    for norm, length in (("1", "4.00"), ("2", "3.16"), ("∞", "3.00")):
        figure.press(f"{norm}-norm")
        assert figure.facts()["norm of u"] == length


def test_entries_columns_and_presets_of_a_map_follow_each_other(page):
    figure = part(page, "linear-map")
    entry = figure.locator("input").nth(1)
    entry.fill("2.5")
    second = figure.locator(".nn-point").nth(1)
    assert second.get_attribute("aria-valuetext") == "2.50, 1.00"
    second.press("ArrowUp")
    assert figure.locator("input").nth(3).input_value() == "1.1"
    assert figure.facts()["determinant"] == "1.10"
    figure.press("flatten")
    assert figure.facts()["rank"] == "1"
    assert "no matrix undoes it" in figure.sentence()
    entry.fill("")
    assert figure.facts()["rank"] == "1"


@pytest.mark.slow
@pytest.mark.parametrize("hand", [drag, swipe])
def test_a_grid_is_painted_by_a_stroke(page, hand):
    figure = part(page, "grid")
    figure.press("nothing")
    cells = figure.locator(".nn-cell")
    hand(page, *(middle(cells.nth(k)) for k in (0, 1, 2)))
    assert cells.all_inner_texts() == ["1", "1", "1", "0", "1", "0", "0", "0", "0"]


def test_a_grid_is_painted_by_keys_and_describes_its_cells(page):
    figure = part(page, "grid")
    cells = figure.locator(".nn-cell")
    before = pixels(figure)
    cells.first.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    page.keyboard.press("+")
    assert cells.nth(4).get_attribute("aria-label") == "row 2, column 2: 1.5"
    page.keyboard.press("-")
    assert cells.all_inner_texts() == ["1", "0", "−1", "2", "1", "−2", "1", "0", "−1"]
    figure.settle()
    assert pixels(figure) != before
    assert figure.locator("[role=gridcell][tabindex='0']").count() == 1


def pixels(figure):
    return figure.locator("canvas").last.evaluate("e => e.toDataURL()")


@pytest.mark.slow
def test_a_picture_in_the_inks_of_the_book_follows_the_theme(page):
    figure = part(page, "grid")
    before = pixels(figure)
    page.emulate_media(color_scheme="dark")
    page.wait_for_selector("html[data-theme=dark]")
    assert pixels(figure) != before


@pytest.mark.slow
def test_a_cursor_follows_pointer_and_keys(page):
    figure = part(page, "plot")
    assert figure.sentence().startswith("Step 6:")
    figure.locator(".nn-cursor").press("ArrowRight")
    assert figure.sentence().startswith("Step 7:")
    box = figure.locator(".nn-plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] / 2)
    assert int(re.match(r"Step (\d+):", figure.sentence())[1]) > 20


def test_a_stepper_goes_back_forward_and_to_both_ends(page):
    figure = part(page, "stepper")
    button = {
        word: figure.get_by_role("button", name=word) for word in ("back", "step", "rewind")
    }
    button["step"].press("Enter")
    assert "= 14." in figure.sentence()
    assert button["step"].get_attribute("aria-disabled") == "true"
    button["step"].press("Enter")
    assert "= 14." in figure.sentence()
    button["back"].press("Enter")
    assert figure.sentence() == "Row 2: 1 × 1 + 3 × 2 + (−1) × 3 = 4."
    button["rewind"].press("Enter")
    assert "Nothing" in figure.sentence()


SAME = """
figure => {
  const before = new Set(figure.querySelectorAll("svg *, canvas, .nn-cell, dd, output"));
  for (let k = 0; k < 5; k++) {
    const handles = ".nn-point, .nn-cursor, .nn-handle, .nn-cell[tabindex='0']";
    for (const node of figure.querySelectorAll(handles)) {
      node.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowUp", bubbles: true}));
    }
    for (const input of figure.querySelectorAll("input[type=range]")) {
      input.stepUp();
      input.dispatchEvent(new Event("input"));
    }
    nn.flush();
  }
  return [...figure.querySelectorAll("svg *, canvas, .nn-cell, dd, output")]
    .filter(node => !before.has(node)).length;
}
"""


def test_a_figure_is_changed_in_place(page):
    assert {name: part(page, name).evaluate(SAME) for name in FIGURES} == dict.fromkeys(
        FIGURES, 0
    )


BROKEN = """
([name, data]) => {
  const element = document.createElement(`nn-${name}`);
  element.innerHTML = '<script type="application/json"></script><p>the picture</p>';
  element.querySelector("script").textContent = data;
  document.querySelector("main").prepend(element);
  return element.innerText;
}
"""


SPOILT = [
    ("vectors", '{"extent": 3}', 'nn-vectors: the data has no "start"; it has "extent"'),
    ("race", "{}", 'nn-race: the data has no "surfaces", "steps"; it has no key'),
    ("race", '{"steps": 3, "surfaces": [{"kind": "hill", "lr": {}}]}', 'unknown name "hill"'),
    ("vectors", "{", "nn-vectors: "),
]


def test_a_fault_in_the_data_is_reported_next_to_the_image(open_visit, address):
    visited = open_visit(address, PAGE)
    for name, data, words in SPOILT:
        text = visited.page.evaluate(BROKEN, [name, data])
        assert "the picture" in text
        assert "This figure is a still image, because its script failed: " in text
        assert words in text
        assert any(words in error for error in visited.errors)


def test_a_page_loads_what_its_figures_need_and_no_more(book):
    def scripts(page):
        files = re.findall(r'data-files="([^"]+)"', (book / page).read_text(encoding="utf-8"))
        return [name.removesuffix(".js") for name in " ".join(files).split()]

    loaded = scripts(PAGE)
    assert loaded.index("parts") < loaded.index("parts-plot") < loaded.index("vectors")
    assert {"parts-grid", "parts-time", "parts-marks", "linear-map", "race"} <= set(loaded)
    first = scripts("chapters/reference/bibliography.html")
    assert "page" in first
    assert not [name for name in first if name.startswith("parts-")]


SMALL_PARTS = """
() => {
  const out = {}, values = [], tell = value => values.push(value);
  const slider = nn.slider({label: "s", min: 0, max: 2, step: 1, value: 0, move: tell});
  const matrix = nn.matrix({values: [[1, 2], [3, 4]], label: "A", change: tell});
  const row = nn.buttons({label: "b", options: ["one", "two"], press: k => tell(`b${k}`)});
  const plane = nn.plane({extent: 2, size: 200, describe: "a plane"});
  document.body.append(slider.node, matrix.node, plane.node, row.node);
  const type = (input, value) => {
    input.value = value;
    input.dispatchEvent(new Event("input"));
  };
  type(slider.node.querySelector("input"), 2);
  type(matrix.node.querySelectorAll("input")[1], "5");
  row.node.querySelectorAll("button")[1].click();
  nn.store.set("k", 3);
  let drawn = 0;
  const draw = nn.frame(() => { drawn++; });
  draw(), draw(), nn.flush();
  const plot = nn.plot({x: [1, 100], y: [0, 4], log: "x"});
  [slider, matrix, plane, row].forEach(part => part.node.remove());
  return {
    values, drawn, kept: nn.store.get("k"), to: plane.to(1, 1), from: plane.from(150, 50),
    arrows: [nn.arrow(0, 0), nn.arrow(30, 0).slice(0, 10)],
    number: [nn.number(-0.001, 1), nn.number(-1.25, 1), nn.short(-0.19663), nn.short(1.2e8)],
    ticks: [nn.ticks(0, 1), nn.ticks(-0.3, 0.3, 3), nn.decades(1, 1000), nn.decades(1, 20)],
    middle: plot.px(10) * 2 - plot.px(1) - plot.px(100),
    pressed: row.node.children[1].getAttribute("aria-pressed"), ids: nn.id() !== nn.id(),
  };
}
"""


def test_the_small_parts_do_what_they_say(page):
    got = page.evaluate(SMALL_PARTS)
    assert got["values"] == [2, [[1, 5], [3, 4]], "b1"]
    assert got["drawn"] == 1
    assert got["to"] == [150, 50]
    assert got["from"] == [1, 1]
    assert got["arrows"] == ["M0 0", "M0 0L19 0M"]
    assert got["number"] == ["0.0", "−1.3", "−0.197", "1.2e+08"]
    assert got["ticks"] == [
        [0, 0.2, 0.4, 0.6, 0.8, 1],
        [-0.2, 0, 0.2],
        [1, 10, 100, 1000],
        [1, 2, 5, 10, 20],
    ]
    assert got["middle"] == pytest.approx(0, abs=1e-9)
    assert got["kept"] == "3"
    assert got["pressed"] == "true"
    assert got["ids"]
