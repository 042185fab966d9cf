"""Visit pages with all checks in each visit.

A run opens the pages whose text this commit changed, and of the others so many that it takes
no longer however many there are: in one of four ways that take turns by page and commit, from a
server or from its file, on a desk or on a phone, in light or in dark. Axe looks at the changed
pages and at one in three of the others.
With ``--deep`` every page is opened from a server on a desk and from its file on a phone; in
each visit axe looks at it in light and in dark, and it is photographed in one of them. The
pictures go to ``_build/screenshots``, for whoever changes the look.
"""

import math
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from browser import DESKTOP, INK, PHONE, RULES, Visit, served, visit
from playwright.sync_api import Browser
from shares import edited

PIECE = 8000  # pixels: Chromium draws no picture of 16,384 or more
PIECES = 2  # of a long table more would show nothing new
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
KEYS = ("ArrowRight", "ArrowLeft", "ArrowUp", "Enter")
ANSWER = """() => [...document.querySelectorAll("nn-quiz .nn-question")].map(question => {
  const why = question.querySelector(".nn-why");
  const answers = buttons => [...buttons].map(button => (button.click(), why.innerText));
  const checks = [...question.querySelectorAll("button")]
    .filter(button => /^Check\\b/.test(button.innerText.trim()));
  const choices = "button.nn-pick, button.nn-codeline";
  return [answers(question.querySelectorAll(choices)), answers(checks)];
})"""
SMALL = """() => [...document.querySelectorAll(".nn-panel > .nn-plot text")].flatMap(text => {
  const shown = text.checkVisibility() && !text.closest(".nn-shelf");  // small pictures
  const scale = shown ? text.getScreenCTM() : null;
  const parts = text.children.length ? [...text.children] : [text];
  const sizes = parts.map(part => parseFloat(getComputedStyle(part).fontSize));
  const largest = scale ? Math.hypot(scale.a, scale.b) * Math.max(...sizes) : 12.5;
  const told = `${largest.toFixed(1)} px: ${text.textContent}`;
  return largest < 11.9 || largest > 13.1 ? [told] : [];
})"""  # words in drawings have 12 pixels on a phone and 13 on a desk
CONTROLS = "input, button, select, a[href], [tabindex='0']"


@dataclass(frozen=True)
class Way:
    """How a page is visited."""

    name: str
    size: tuple[int, int]
    from_file: bool
    schemes: dict[str, tuple[str, ...]]  # what axe looks for in light and in dark, if at all
    pictured: str = ""  # the scheme in which it is photographed: as dear as a check


BOTH = {"light": RULES, "dark": INK}
DEEP = (
    Way("desktop-server", DESKTOP, False, BOTH, "light"),
    Way("phone-file", PHONE, True, BOTH, "dark"),
)
TURNS = (  # of the visits that axe sees, every second sees all of its rules
    Way("desktop-server-light", DESKTOP, False, {"light": RULES}),
    Way("phone-file-dark", PHONE, True, {"dark": INK}),
    Way("desktop-file-dark", DESKTOP, True, {"dark": RULES}),
    Way("phone-server-light", PHONE, False, {"light": INK}),
)
PAGES_A_RUN, BELOW_A_RUN = 6, 1  # at most so many unchanged pages, and of those of the API
AXE_IN = 3  # of these visits axe sees one in so many


def jobs(
    pages, below, deep: bool, share: int, changed: Container[str] = ()
) -> list[tuple[str, Way]]:
    """Return which pages a run visits, and how."""
    if deep:
        return [(page, way) for page in [*pages, *below] for way in DEEP]
    chosen = []
    for names, most in ((pages, PAGES_A_RUN), (below, BELOW_A_RUN)):
        one_in = math.ceil(len(names) / most)
        for k, page in enumerate(names):
            turn, rest = divmod(k + share, one_in)
            if page in changed:
                chosen.append((page, TURNS[(k + share) % len(TURNS)]))
            elif rest == 0:
                chosen.append((page, _turn(turn)))
    return chosen


def _turn(k: int) -> Way:
    """Return the way of the k-th turn; axe looks at every third, so in turn at each way."""
    way = TURNS[k % len(TURNS)]
    return replace(way, schemes=dict.fromkeys(way.schemes, ())) if k % AXE_IN else way


def changed(root: Path) -> set[str]:
    """Return the pages whose text the last commit or an edit since then has changed."""
    found = [n for n in edited(root) if n.startswith("chapters/")]
    return {n.removeprefix("chapters/").removesuffix(".md") for n in found if n.endswith(".md")}


def findings(
    browser: Browser, book: Path, jobs: Iterable[tuple[str, Way]], pictures: Path
) -> dict[tuple[str, str], list[str]]:
    """Visit pages of a built book; return what is wrong by page and name of the way.

    A fault of the visit itself, such as a page that never loads, is a finding too.
    """
    found = {}
    with served(book) as address:
        for page, way in jobs:
            base = book.as_uri() + "/" if way.from_file else address
            found[page, way.name] = _examined(browser, base, page, way, pictures)
    return found


def _examined(browser: Browser, base: str, page: str, way: Way, pictures: Path) -> list[str]:
    """Visit one page in one way; return what is wrong."""
    address = f"chapters/{page}.html"
    try:
        with visit(browser, base, address, size=way.size) as visited:
            picture = pictures / f"{page.replace('/', '-')}-{way.name}"
            return examine(visited, picture, way)
    except Exception as error:  # else the other pages would not be visited
        return [f"the visit failed: {type(error).__name__}: {error}"[:600]]


def examine(visited: Visit, picture: Path, way: Way) -> list[str]:
    """Check an open page; return a line for each finding."""
    found = [f"formula: {text}" for text in visited.untypeset()]
    found += [f"not painted: {text}" for text in visited.unpainted()]
    found += [f"words of {what}" for what in visited.page.evaluate(SMALL)]
    for scheme, rules in way.schemes.items():
        visited.page.emulate_media(color_scheme=scheme)
        visited.page.wait_for_selector(f"html[data-theme={scheme}]")
        if scheme == way.pictured:
            _photograph(visited.page, picture.with_name(f"{picture.name}-{scheme}"))
        found += [f"too wide in {scheme}: {what}" for what in visited.too_wide()]
        if rules:
            found += [f"axe in {scheme}: {what}" for what in visited.axe(rules)]
    found += [f"does not move by keyboard: {name}" for name in still(visited.page)]
    found += [f"question {k}: {what}" for k, what in unreasoned(visited.page)]
    found += [f"formula of an answer: {text}" for text in visited.untypeset()]
    found += [f"asks the outside: {address}" for address in visited.outside]
    found += [f"cannot load: {address}" for address in visited.missing]
    return found + [f"error: {text}" for text in visited.errors]


def still(page) -> list[str]:
    """Return the names of the moving figures that no key moves."""
    figures = page.locator("figure.nn-play").all()
    return [figure.get_attribute("aria-label") for figure in figures if not moves(page, figure)]


def moves(page, figure) -> bool:
    """Press keys on each control of a figure until what it shows has changed."""
    before = figure.inner_html()
    for control in figure.locator(CONTROLS).all():
        if not control.is_enabled():
            continue
        control.focus()
        for key in KEYS:
            page.keyboard.press(key)
            page.evaluate(DRAWN)
            if figure.inner_html() != before:
                return True
    return False


def unreasoned(page) -> Iterator[tuple[int, str]]:
    """Press every choice; yield what its question does not tell, by number."""
    questions = page.evaluate(ANSWER)
    if page.locator("nn-quiz").count() and not 3 <= len(questions) <= 6:
        yield len(questions), "is the last, of at least 3 and at most 6"
    for k, (answers, checked) in enumerate(questions, start=1):
        if len(set(answers)) < len(answers):
            yield k, "two choices get the same reason"
        if answers and sum(text.startswith("✓ Right: ") for text in answers) != 1:
            yield k, "not one choice is right"
        if "" in checked:
            yield k, "says nothing when it is checked"


def _photograph(page, stem: Path) -> None:
    """Photograph a page from the top, in pieces where it is long."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    for old in stem.parent.glob(f"{stem.name}*.png"):
        old.unlink()
    width = page.viewport_size["width"]
    height = page.evaluate("document.documentElement.scrollHeight")
    for k, top in enumerate(range(0, min(height, PIECES * PIECE), PIECE)):
        clip = {"x": 0, "y": top, "width": width, "height": min(PIECE, height - top)}
        path = stem.with_name(f"{stem.name}{f'-{k}' if height > PIECE else ''}.png")
        page.screenshot(path=str(path), full_page=True, clip=clip)
