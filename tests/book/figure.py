"""A figure that moves, as a test uses it: what it says, and its controls."""

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
    """An element of ours on an open page; what it has not itself, its locator has."""

    def __init__(self, element: Locator):
        self.element, self.page = element, element.page

    def __getattr__(self, name: str):
        return getattr(self.element, name)

    @property
    def data(self) -> dict:
        """Return the data that the page gives the element."""
        return json.loads(self.evaluate(DATA))

    def settle(self) -> None:
        """Draw at once what would be drawn with the next frame."""
        self.page.evaluate("nn.flush()")

    def sentence(self, k: int = 0) -> str:
        """Return the sentence that says what is shown; of several, the k-th."""
        self.settle()
        return self.locator(".nn-live").nth(k).inner_text()

    def texts(self) -> list[str]:
        """Return the values of its list of facts."""
        self.settle()
        return self.locator("dd").all_inner_texts()

    def facts(self) -> dict[str, str]:
        """Return its list of facts: each name with its value."""
        return dict(zip(self.locator("dt").all_inner_texts(), self.texts(), strict=True))

    def numbers(self) -> list[float]:
        """Return the values of its list of facts as numbers."""
        return [number(text) for text in self.texts()]

    def press(self, name: str, times: int = 1) -> None:
        """Press the button of a name by keyboard."""
        for _ in range(times):
            self.get_by_role("button", name=name, exact=True).press("Enter")

    def slide(self, slider: str | int, value: float | str) -> None:
        """Move a slider, given by its label or place, as the pointer would."""
        found = (
            self.locator("input[type=range]").nth(slider)
            if isinstance(slider, int)
            else self.get_by_label(slider, exact=True)
        )
        found.evaluate(SET, value)

    def pull(self, right: float, down: float, handle: str = ".nn-point") -> None:
        """Drag its first handle by so many pixels."""
        x, y = middle(self.locator(handle).first)
        drag(self.page, (x, y), (x + right / 2, y + down / 2), (x + right, y + down))


def number(text: str) -> float:
    """Return the number that a figure has written, with its own minus sign."""
    return float(text.replace("−", "-"))


def middle(locator: Locator) -> tuple[float, float]:
    """Return where on the screen the middle of something lies, once it is in view."""
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, start: tuple[float, float], *path: tuple[float, float]) -> None:
    """Press the mouse at one place, move it over others and let it go."""
    page.mouse.move(*start)
    page.mouse.down()
    for point in path:
        page.mouse.move(*point)
    page.mouse.up()


def swipe(page: Page, start: tuple[float, float], *path: tuple[float, float]) -> None:
    """Put a finger down, move and lift it, as the browser itself reports it."""
    wire = page.context.new_cdp_session(page)
    send = "Input.dispatchTouchEvent"
    for kind, at in [("touchStart", start), *(("touchMove", point) for point in path)]:
        points = [{"x": at[0], "y": at[1]}]
        wire.send(send, {"type": kind, "touchPoints": points})
    wire.send(send, {"type": "touchEnd", "touchPoints": []})
    wire.detach()
