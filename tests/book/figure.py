"""An interactive figure as a test uses it: its texts and its controls."""

import json

from playwright.sync_api import Locator, Page

SET = """(slider, value) => {
  if (!slider.checkVisibility()) throw new Error("the slider is hidden");
  slider.value = value;
  slider.dispatchEvent(new Event("input"));
}"""
DATA = """element => window.asItCame
  .map(figure => figure.querySelector(`${element.localName} script`))
  .find(script => script).textContent"""


class Figure:
    """An interactive figure on an open page; other attributes are those of its locator."""

    def __init__(self, element: Locator):
        self.element, self.page = element, element.page

    def __getattr__(self, name: str):
        return getattr(self.element, name)

    @property
    def data(self) -> dict:
        """Return the data that the page gives the figure."""
        return json.loads(self.evaluate(DATA))

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

    def unfold(self, name: str) -> None:
        """Open a fold, as a reader on a phone does."""
        self.locator("summary", has_text=name).click()

    def press(self, name: str, times: int = 1) -> None:
        """Press the named button by keyboard."""
        for _ in range(times):
            self.get_by_role("button", name=name, exact=True).press("Enter")

    def slide(self, slider: str | int, value: float | str) -> None:
        """Set a slider, given by its label or index, as the pointer would."""
        self.settle()  # a button pressed before may show it
        found = (
            self.locator("input[type=range]").nth(slider)
            if isinstance(slider, int)
            else self.get_by_label(slider, exact=True)
        )
        found.evaluate(SET, value)

    def pull(self, right: float, down: float, handle: str = ".nn-point") -> None:
        """Drag the first handle by so many pixels."""
        x, y = middle(self.locator(handle).first)
        drag(self.page, (x, y), (x + right / 2, y + down / 2), (x + right, y + down))


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
        points = [{"x": at[0], "y": at[1]}]
        wire.send(send, {"type": kind, "touchPoints": points})
    wire.send(send, {"type": "touchEnd", "touchPoints": []})
    wire.detach()
