"""An interactive figure as a test uses it: its texts and its controls."""

import json
import re
from types import SimpleNamespace

from begin import first_paint
from browser import ROOT
from playwright.sync_api import Locator, Page
from write import curtain, scripts

PLAYED = re.compile(r'book\.play\(\s*"([\w-]+)"')
CHAPTERS = ROOT / "chapters"
PAGES = {  # of each figure the page on which it stands, one in the course before the gallery
    name: path.relative_to(CHAPTERS).with_suffix("").as_posix()
    for path in sorted(
        CHAPTERS.rglob("*.md"), key=lambda path: ("gallery" not in path.parts, path)
    )
    for name in PLAYED.findall(path.read_text(encoding="utf-8"))
}
BARE = """<!DOCTYPE html><html lang="en" data-theme="light"><title>{title}</title>
<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
{head}<main class="bd-content"><article class="bd-article"><h1>{title}</h1>
{body}</article></main></html>"""
SET = """(slider, value) => {
  if (!slider.checkVisibility()) throw new Error("the slider is hidden");
  slider.value = value;
  slider.dispatchEvent(new Event("input"));
}"""
DATA = """async element => {
  const text = await fetch(location.href).then(answer => answer.text());
  const page = new DOMParser().parseFromString(text, "text/html");
  return page.querySelector(`${element.localName} script`).textContent;
}"""


def behind(body: str, *ids: str) -> str:
    """Return HTML behind a curtain that opens with the predictions of these ids."""
    written = SimpleNamespace(body=[])
    node = curtain.Behind(predictions=list(ids))
    curtain.visit(written, node)
    written.body.append(body)
    curtain.depart(written, node)
    return "".join(written.body)


def bare(body: str, name: str) -> str:
    """Return a page of the book's elements with their styles and scripts, and no more."""
    head = [
        f'<link rel="stylesheet" href="{(CHAPTERS / "_static" / sheet).as_uri()}">'
        for sheet in scripts.SHEETS
    ]

    def add_js_file(file, body="", **_):
        source = file and f'src="{(CHAPTERS / "_extra").as_uri()}/{file.removeprefix("../")}"'
        head.append(f"<script {'defer ' + source if file else ''}>{body}</script>\n")

    config = SimpleNamespace(html_extra_path=["chapters/_extra"])
    app = SimpleNamespace(confdir=ROOT, config=config, add_js_file=add_js_file)
    app.add_css_file = lambda *_: None
    context = {"body": body}
    add_js_file(None, body=first_paint.SCRIPT)
    scripts.add_scripts(app, name, "", context, None)
    curtain.add_style(app, name, "", context, None)
    head.append(context["metatags"])
    return BARE.format(title=name, head="".join(head), body=body)


class Figure:
    """An interactive figure on an open page; other attributes are those of its locator."""

    def __init__(self, element: Locator, data: dict | None = None):
        self.element, self.page, self._data = element, element.page, data

    def __getattr__(self, name: str):
        return getattr(self.element, name)

    @property
    def data(self) -> dict:
        """Return the data that the page gives the figure."""
        self._data = self._data or json.loads(self.evaluate(DATA))
        return self._data

    def settle(self) -> None:
        """Draw at once what would be drawn in the next animation frame."""
        self.page.evaluate("nn.flush()")

    def sentence(self, k: int = 0) -> str:
        """Return the k-th sentence that describes what is shown."""
        self.settle()
        return self.locator(".nn-live").nth(k).inner_text()

    def texts(self) -> list[str]:
        """Return the values of the figure's definition list as texts."""
        self.settle()
        return self.locator("dd").all_inner_texts()

    def facts(self) -> dict[str, str]:
        """Return the figure's definition list: each name with its value."""
        return dict(zip(self.locator("dt").all_inner_texts(), self.texts(), strict=True))

    def numbers(self) -> list[float]:
        """Return the values of the figure's definition list as numbers."""
        return [number(text) for text in self.texts()]

    def press(self, name: str, times: int = 1) -> None:
        """Press the named button by keyboard."""
        for _ in range(times):
            self.get_by_role("button", name=name, exact=True).press("Enter")

    def slide(self, slider: str | int, value: float | str) -> None:
        """Set a slider, given by its label or index, as the pointer would."""
        self.settle()  # a button pressed before may show it
        result = (
            self.locator("input[type=range]").nth(slider)
            if isinstance(slider, int)
            else self.get_by_label(slider, exact=True)
        )
        result.evaluate(SET, value)


def number(text: str) -> float:
    """Return the number in a text that a figure has written with a minus sign."""
    return float(text.replace("−", "-"))


def middle(locator: Locator) -> tuple[float, float]:
    """Scroll an element into view; return the coordinates of its centre."""
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], *path: tuple[float, float]) -> None:
    """Press the mouse at a point, move it along a path and release it."""
    page.mouse.move(*start)
    page.mouse.down()
    for point in path:
        page.mouse.move(*point)
    page.mouse.up()


def swipe(page: Page, start: tuple[float, float], *path: tuple[float, float]) -> None:
    """Touch a point, move the finger along a path and lift it."""
    wire = page.context.new_cdp_session(page)
    send = "Input.dispatchTouchEvent"
    for kind, at in [("touchStart", start), *(("touchMove", point) for point in path)]:
        wire.send(send, {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}]})
    wire.send(send, {"type": "touchEnd", "touchPoints": []})
    wire.detach()
