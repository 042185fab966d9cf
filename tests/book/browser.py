"""Open pages of the built book in Chromium, with the outside world shut off and recorded."""

import functools
import http.server
import shutil
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests/book/vendor" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21aa")
INK = ("color-contrast",)  # the one rule that a change from light to dark can break
DESKTOP, PHONE = (1280, 900), (360, 780)
# In a test the sections of a page do not wait to be laid out; where it is to be as for a reader
# who opens a page, the second script takes the first back.
WHOLE = """{
  const all = performance.getEntriesByType.bind(performance);
  performance.getEntriesByType = kind => kind === "navigation" ? [] : all(kind);
}"""
ARRIVING = "delete performance.getEntriesByType;"
# Most tests look at a page whose predictions are all settled.
SETTLED = """{
  const add = DOMTokenList.prototype.add;
  DOMTokenList.prototype.add = function(...names) {
    return add.apply(this, names.filter(name => name !== "nn-veiled"));
  };
}"""
LONG = 120_000  # milliseconds that a page may take to load
LOOK = """async rules => {
  const less = {preload: false, resultTypes: ["violations"], selectors: false};
  const {violations} = await axe.run({exclude: [".katex"]}, {runOnly: rules, ...less});
  return violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 120)}`));
}"""
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Not by `page.route`, which would ask us about each request and keep nothing in a cache.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


class _Silent(http.server.SimpleHTTPRequestHandler):
    """A server of files that does not log."""

    def log_message(self, format, *args):
        """Do not log."""


class _Server(http.server.ThreadingHTTPServer):
    """A server that ignores browsers that close a connection early."""

    def handle_error(self, request, client_address):
        """Print what went wrong, unless the browser has closed the connection."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; yield its address."""
    handler = functools.partial(_Silent, directory=str(folder))
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the machine's own Chromium."""
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise RuntimeError(f"no browser found: install one of {', '.join(NAMES)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@dataclass
class Visit:
    """An open page and what went wrong while it loaded."""

    page: Page
    outside: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def watch(self, base: str) -> None:
        """Record requests to addresses outside ``base``, failed loads and errors."""
        self.page.on("request", lambda request: self._asked(request.url, base))
        self.page.on("response", self._answered)
        self.page.on("requestfailed", lambda request: self.missing.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._note_console)

    def _asked(self, url: str, base: str) -> None:
        """Record a request that leaves; the browser finds no other host than this machine."""
        if not url.startswith((base, "data:", "blob:")):
            self.outside.append(url)

    def _answered(self, response) -> None:
        """Record an answer that is an error."""
        if response.status >= 400:
            self.missing.append(response.url)

    def _note_console(self, message) -> None:
        """Record an error on the console."""
        if message.type == "error":
            self.errors.append(message.text)

    def untypeset(self) -> list[str]:
        """Return formulas that are shown as text, and any with an unpainted bracket."""
        return self.page.evaluate(
            """() => [...document.querySelectorAll('.math')]
              .filter(e => !e.querySelector('.katex') || e.querySelector('.katex-error')
                || [...e.querySelectorAll('.katex svg path')]
                  .some(path => getComputedStyle(path).fill === 'none'))
              .map(e => e.textContent.slice(0, 60))"""
        )

    def undescribed(self) -> list[str]:
        """Return images without a description of their own or of an element around them.

        Moving figures draw their own and have their own check. In a typeset formula the MathML
        describes what the HTML draws.
        """
        return self.page.evaluate(
            """() => {
              const text = (e, name) => (e?.getAttribute(name) ?? '').trim();
              return [...document.querySelectorAll('main img, main svg')]
                .filter(e => !e.closest('button, .katex-html, .nn-play, [aria-hidden=true]'))
                .filter(e => !text(e, e.localName === 'img' ? 'alt' : 'aria-label'))
                .filter(e => !text(e.closest('[role=img]'), 'aria-label'))
                .map(e => e.getAttribute('src')?.slice(0, 60) ?? e.localName);
            }"""
        )

    def too_wide(self) -> list[str]:
        """Return what sticks out of the window to the right, by tag and class."""
        return self.page.evaluate(
            """() => {
              const width = document.documentElement.clientWidth;
              if (document.documentElement.scrollWidth <= width) return [];
              const out = [...document.querySelectorAll('main *')]
                .filter(e => e.getBoundingClientRect().right > width + 1)
                .map(e => `${e.tagName}.${e.getAttribute('class')}`);
              return out.length ? out.slice(0, 5) : ['the page'];
            }"""
        )

    def axe(self, rules: Sequence[str] = RULES) -> list[str]:
        """Return what axe finds against WCAG 2.0, levels A and AA, and WCAG 2.1, level AA.

        The inside of a typeset formula is KaTeX's own and takes its colour from the text
        around it; a page with a thousand of them would take minutes. Without ``preload: false``
        axe would ask for the style sheets again, which ``file://`` refuses.
        """
        self.page.add_style_tag(content="* { transition: none !important; }")
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        return self.page.evaluate(LOOK, list(rules))


def opened(
    window: BrowserContext,
    base: str,
    path: str,
    *,
    size: tuple[int, int] = DESKTOP,
    scheme: str = "light",
    prepare: Callable[[Page], object] | None = None,
    wait_until: str = "load",
    curtains: bool = False,
) -> Visit:
    """Open a page in a new tab of a window; ``prepare`` gets the tab before it is asked for.

    With ``curtains`` the results of predictions are hidden, as they are for a new reader.
    """
    tab = window.new_page()
    tab.set_default_navigation_timeout(LONG)
    tab.set_viewport_size({"width": size[0], "height": size[1]})
    tab.emulate_media(color_scheme=scheme)
    tab.add_init_script(WHOLE)
    if not curtains:
        tab.add_init_script(SETTLED)
    visited = Visit(tab)
    visited.watch(base)
    if prepare:
        prepare(tab)
    tab.goto(base + path, wait_until=wait_until)
    return visited


@contextmanager
def visit(
    browser: Browser,
    base: str,
    path: str,
    *,
    size: tuple[int, int] = DESKTOP,
    scheme: str = "light",
    prepare: Callable[[Page], object] | None = None,
    wait_until: str = "load",
    curtains: bool = False,
    **options,
) -> Iterator[Visit]:
    """Open a page as at a first visit, in a window of its own; yield it when it has loaded."""
    window = browser.new_context(**options)
    try:
        how = {"size": size, "scheme": scheme, "prepare": prepare, "wait_until": wait_until}
        yield opened(window, base, path, curtains=curtains, **how)
    finally:
        window.close()
