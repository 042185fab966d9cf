"""The front page: what is on its first screen, and the network that reads a drawn digit."""

import base64
import json
import re
import sys

import numpy as np
import pytest
from browser import DESKTOP, PHONE
from figure import drag, swipe
from pages import CHAPTERS

import nnlib
from nnlib import nn
from nnlib.nn.utils import vector_to_parameters
from nnlib.training import predict

sys.path.append(str(CHAPTERS / "start"))
import handwriting

pytestmark = [pytest.mark.browser]

PAGE = "chapters/start/home.html"
SIZES = pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
DATA = re.compile(r'<nn-digit><script type="application/json">(.*?)</script>')
LAST = "page => nn.progress.replace({...nn.progress.read(), last: page})"
READS = """([samples, settings]) => {
  const {network, dark, blur} = settings, read = nn.digit.reader(network);
  return samples.map(text => {
    const packed = nn.bytes(text), bit = (_, k) => packed[k >> 3] >> (7 - k % 8) & 1;
    const x = nn.digit.counts(Uint8Array.from({length: 32 * 32}, bit), 32, {dark, blur});
    return [[...x], [...read(x)]];
  });
}"""  # what the script makes of bitmaps: 64 numbers and ten probabilities


@pytest.fixture
def home(open_visit, address):
    """Return a function that opens the page, with its first drawing finished at once."""
    calm = {"reduced_motion": "reduce", "has_touch": True}
    return lambda size=DESKTOP: open_visit(address, PAGE, size=size, **calm).page


def board(page):
    return page.get_by_role("application", name="Drawing board")


def best(page):
    """Return the digit that the network reads, or None without a drawing."""
    page.evaluate("nn.flush()")
    rows = page.locator(".nn-digit-odds li").all_inner_texts()
    odds = [text.split()[1:] for text in rows]
    if not any(odds):
        return None
    shares = [int(share.removesuffix("%")) for (share,) in odds]
    assert 97 <= sum(shares) <= 103
    return int(np.argmax(shares))


def corners(page, *points):
    """Return points of the board, given as fractions of its sides, in pixels of the window."""
    board(page).scroll_into_view_if_needed()
    box = board(page).bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]


@pytest.mark.slow
@SIZES
def test_name_promise_start_doors_and_figure_are_on_the_first_screen(home, size):
    page = home(size)
    page.evaluate(LAST, "maths/numpy-matplotlib")
    selectors = ["h1", ".nn-front-words", ".nn-begin a >> nth=0", ".nn-begin nn-resume a"]
    selectors += ["nn-digit", "figure:has(nn-digit) figcaption", ".nn-doors"]
    for selector in selectors:
        box = page.locator(f"article {selector}").bounding_box()
        assert box["height"] > 0
        assert box["y"] + box["height"] <= size[1], selector
    assert page.evaluate("scrollY") == 0
    titles = ["Read the book", "Do the exercises", "Teach with it"]
    doors = page.locator(".nn-doors a")
    assert doors.all_inner_texts() == titles
    for door in doors.all():
        target = door.get_attribute("href")
        reached = page.request.get(page.url.rsplit("/", 1)[0] + "/" + target)
        assert reached.ok


@pytest.mark.slow
def test_continue_leads_to_the_page_that_was_read_last(open_visit, address):
    page = open_visit(address, PAGE).page
    page.evaluate(LAST, None)  # another page in this window may have been read
    assert page.locator("nn-resume a").count() == 0
    for name in ("start/setup", "maths/eigen"):
        page.goto(f"{address}chapters/{name}.html", wait_until="domcontentloaded")
    page.goto(address + PAGE)
    page.get_by_role("link", name="Continue where you left off: Eigenvalues").click()
    page.wait_for_url("**/maths/eigen.html")


@pytest.mark.slow
def test_the_script_computes_what_nnlib_does(home):
    page = home()
    settings = json.loads(DATA.search(page.request.get(page.url).text())[1])
    strokes, _ = handwriting.drawn(2, np.random.default_rng(5))
    given = [base64.b64encode(np.packbits(ink)).decode() for ink in strokes]
    given += [sample["ink"] for sample in settings["samples"]]
    result = page.evaluate(READS, [given, settings])
    inks = np.unpackbits(np.array([[*base64.b64decode(text)] for text in given], "u1"), axis=1)
    counts = handwriting.counts(inks.reshape(-1, 32, 32).astype(bool))
    read = np.array([x for x, _ in result])
    assert abs(read - counts).sum(axis=1).max() <= 2 / 16  # a pixel more or less, by rounding
    expected = softmax(predict(network(**settings["network"]), read.astype("f4")))
    np.testing.assert_allclose([p for _, p in result], expected, atol=1e-5)
    labels = [sample["label"] for sample in settings["samples"]]
    assert np.mean(expected[-len(labels) :].argmax(axis=1) == labels) >= 0.8


def network(hidden, values):
    """Return the network of nnlib whose parameters a page contains."""
    model = nn.Sequential(nn.Linear(64, hidden), nn.ReLU(), nn.Linear(hidden, 10))
    flat = np.frombuffer(base64.b64decode(values), "<f4")
    vector_to_parameters(nnlib.tensor(flat), model.parameters())
    return model


def softmax(scores):
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.slow
def test_the_page_begins_with_a_drawing_that_has_been_read(home):
    page = home()
    assert best(page) == 3
    assert page.locator(".nn-digit-best").count() == 1


@pytest.mark.slow
def test_a_digit_drawn_by_mouse_is_read(home):
    page = home()
    drag(page, *corners(page, (0.3, 0.2), (0.7, 0.2), (0.6, 0.5), (0.5, 0.85)))
    assert best(page) == 7
    page.get_by_role("button", name="Clear").click()
    assert best(page) is None
    drag(page, *corners(page, (0.5, 0.15), (0.5, 0.5), (0.5, 0.85)))
    assert best(page) == 1
    page.get_by_text("It reads 1, ").wait_for(state="attached")


@pytest.mark.slow
def test_a_finger_draws_on_the_board_and_scrolls_next_to_it(home):
    page = home(PHONE)
    swipe(page, *corners(page, (0.5, 0.85), (0.5, 0.5), (0.5, 0.15)))
    assert best(page) == 1
    assert page.evaluate("scrollY") == 0
    below = page.locator("figure:has(nn-digit) figcaption").bounding_box()
    x, y = below["x"] + 40, below["y"] + 20
    swipe(page, (x, y), (x, y - 60), (x, y - 200))
    page.wait_for_function("scrollY > 50")
