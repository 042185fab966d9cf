"""Cells that run in the page, with a stand-in for Pyodide."""

import json
from pathlib import Path

import pytest
from browser import served
from live_book import PAGE as NAME
from live_book import html, known

pytestmark = [pytest.mark.browser]

CDN = "https://cdn.jsdelivr.net/"
PYODIDE = Path(__file__).parent / "stand_in" / "pyodide.mjs"
PAGE = f"{NAME}.html"
ALLOWED = {"access-control-allow-origin": "*"}


@pytest.fixture(scope="module")
def live(live_book):
    return html(live_book)


@pytest.fixture(scope="module")
def address(live):
    with served(live) as address:
        yield address


@pytest.fixture(params=["server", "file"])
def base(request, live, address):
    return live.as_uri() + "/" if request.param == "file" else address


class Try:
    """A visit in which the test answers requests for Pyodide and its packages."""

    def __init__(self, visited, absent=()):
        self.page, self.visited, self.absent = visited.page, visited, absent
        self.calls, self.asked = [], []
        self.page.set_default_timeout(8000)
        self.page.on("console", self._hear)
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.route(f"{CDN}**", self._answer)

    def _hear(self, message):
        if message.text.startswith("pyodide "):
            self.calls.append(json.loads(message.text.removeprefix("pyodide ")))

    def _answer(self, route):
        name = route.request.url.rpartition("/")[2]
        if name in self.absent:
            route.abort()
        elif name == PYODIDE.name:
            headers = ALLOWED | {"content-type": "text/javascript"}
            route.fulfill(body=PYODIDE.read_text(), headers=headers)
        else:
            route.fulfill(body="wheel", headers=ALLOWED)

    def button(self, name, k=0):
        return self.page.get_by_role("button", name=name, exact=True).nth(k)

    def open(self, k=0):
        self.button("Run this cell", k).press("Enter")
        if self.button("Load and run").count():
            self.button("Load and run").press("Enter")

    def says(self, words, k=-1):
        statuses = self.page.locator(".nn-live-status")
        status = statuses.last if k < 0 else statuses.nth(k)
        status.filter(has_text=words).wait_for()

    def executed(self):
        return [call[1] for call in self.calls if call[0] == "run"]

    @property
    def state(self):
        """Return how the first editor looks, and whether its output is still to come."""
        box = self.page.locator(".nn-run").first
        busy = box.locator(".nn-live-out").get_attribute("aria-busy")
        return box.get_attribute("data-state"), busy

    @property
    def area(self):
        return self.page.locator(".nn-run textarea").first


@pytest.fixture
def tried(open_visit, base):
    return Try(open_visit(base, PAGE))


@pytest.fixture
def editor(tried):
    """Return a visit in which the cells up to the first editor have run."""
    tried.open()
    tried.says("Done")
    return tried


def test_a_cell_of_the_book_runs_after_a_click(open_visit, book):
    with served(book) as address:
        tried = Try(open_visit(address, "chapters/maths/numpy-matplotlib.html"))
        assert [url for url in tried.asked if not url.startswith(address)] == []
        tried.open()
        tried.says("Done")
        assert tried.calls[0][0] == "load"
        assert tried.executed()
        assert tried.visited.errors == []


@pytest.mark.slow
def test_no_request_before_the_click(tried, live_book):
    word = tried.page.locator(".nn-live-word")
    tried.button("Run this cell").press("Enter")
    text = word.inner_text()
    near = known(live_book)["near"]
    assert 0.5 < near < 1.5
    for part in ("NumPy", "matplotlib", "(20 MB, from cdn.jsdelivr.net)", f"({near:g} MB)"):
        assert part in text
    assert tried.button("Load and run").evaluate("node => node === document.activeElement")
    tried.button("Not now").press("Enter")
    assert word.count() == 0
    assert tried.button("Run this cell").evaluate("node => node === document.activeElement")
    assert [url for url in tried.asked if "favicon" not in url] == []
    assert tried.calls == tried.visited.outside == []


@pytest.mark.slow
def test_python_comes_first_then_packages_then_the_library_then_the_cells(tried):
    tried.open()
    tried.says("Done: this cell and 2 above it ran.")
    kinds = [call[0] for call in tried.calls]
    assert kinds == ["load", "package", "unpack", "unpack", "run", "run", "run"]
    assert tried.calls[0] == ["load", f"{CDN}pyodide/v314.0.7/full/"]
    assert tried.calls[1] == ["package", "numpy"]
    sizes = [call[1] for call in tried.calls if call[0] == "unpack"]
    assert sizes[0] > 300_000
    assert 1_000 < sizes[1] < 10_000
    assert all(call[2:] == ["PK", "zip", "/nn"] for call in tried.calls[2:4])
    assert tried.page.locator(".nn-live-out").inner_text().strip() == "ran cell 3"
    assert not tried.page.locator("#nn-cell-4 .cell_output").first.is_visible()
    assert tried.visited.errors == []


@pytest.mark.slow
def test_a_second_run_runs_what_has_changed_and_what_follows(editor):
    del editor.calls[:]
    editor.button("Run").press("Enter")
    editor.says("Done.")
    assert editor.executed() == ["cell 3"]
    assert editor.state == ("done", "false")
    editor.area.fill("changed = 1")
    editor.open()
    editor.says("Done: this cell and 4 above it ran.")
    assert editor.executed() == ["cell 3", "cell 3", "cell 4", "cell 5", "cell 6", "cell 7"]


@pytest.mark.slow
def test_an_error_is_shown_where_it_happened_and_ends_the_run(editor):
    editor.area.fill("boom")
    editor.area.press("Shift+Enter")
    editor.says("The code stopped with an error.")
    assert editor.state == ("failed", "false")
    assert (
        'File "cell 3", line 1\nValueError: boom'
        in editor.page.locator(".nn-live-error").first.inner_text()
    )
    editor.open()
    editor.says("A cell above stopped with an error.")
    assert editor.page.locator(".nn-live-error").count() == 2
    assert "cell 5" not in editor.executed()


@pytest.mark.slow
def test_stop_ends_an_endless_cell_and_the_next_run_starts_fresh(editor):
    editor.area.fill("forever")
    editor.area.press("Control+Enter")
    editor.says("Running cell 1 of 1")
    assert editor.state == ("running", "true")
    editor.page.get_by_text("ran cell 3").wait_for()
    editor.button("Stop").press("Enter")
    editor.says("Stopped. The next run starts from the first cell.")
    assert editor.state == ("stopped", "false")
    del editor.calls[:]
    editor.area.fill("picture")
    editor.button("Run").press("Enter")
    editor.says("Done")
    assert editor.executed() == ["cell 1", "cell 2", "cell 3"]
    assert editor.page.locator(".nn-live-out b").inner_text() == "a picture"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("absent", "words"),
    [("pyodide.mjs", "Python could not be downloaded"), ("numpy.whl", "numpy could not be")],
)
def test_missing_packages_are_named_with_a_remedy(open_visit, base, absent, words):
    visited = open_visit(base, PAGE)
    tried = Try(visited, absent={absent})
    tried.open()
    tried.says(words)
    out = tried.page.locator(".nn-live-out")
    assert "make lab P=part/second" in out.inner_text()
    links = out.get_by_role("link").evaluate_all("es => es.map(e => e.textContent)")
    assert links == ["download the notebook", "open it in Binder", "open it in Colab"]
    assert tried.executed() == []
    tried.absent = ()
    tried.button("Run").press("Enter")
    tried.says("Done")


@pytest.mark.slow
def test_edited_code_is_kept_until_it_is_reset(editor):
    original = editor.area.input_value()
    editor.area.fill("y = 5")
    editor.page.reload()
    editor.open()
    assert editor.area.input_value() == "y = 5"
    editor.says("Done")
    editor.button("Reset code").press("Enter")
    assert editor.area.input_value() == original
    editor.button("Close").press("Enter")
    assert editor.page.locator(".nn-run").count() == 0
    assert editor.page.locator("#nn-cell-4 .cell_output").first.is_visible()


@pytest.mark.slow
def test_the_menu_opens_by_keyboard_and_shows_the_command(open_visit, base):
    visited = open_visit(base, PAGE)
    visited.page.get_by_role("button", name="Run this page").press("Enter")
    visited.page.locator(".dropdown-launch-buttons .btn-live-jupyterlab").press("Enter")
    status = visited.page.locator(".nn-live-notice")
    status.filter(has_text="make lab P=part/second").wait_for()
    links = visited.page.locator(".dropdown-launch-buttons a").evaluate_all(
        "es => es.map(e => e.textContent.trim())"
    )
    assert links == ["Binder", "Colab"]
    assert visited.errors == []
