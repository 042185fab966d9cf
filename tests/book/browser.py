"""Open pages of the built book in Chromium, with the outside world shut off and recorded."""

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

AXE = Path(__file__).parent / "vendor" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21aa")
INK = ("color-contrast",)  # the one rule that a change from light to dark can break
DESKTOP, PHONE = (1280, 900), (360, 780)
LONG = 120_000  # milliseconds that a page may take to load
LOOK = """async rules => {
  const less = {preload: false, resultTypes: ["violations"], selectors: false};
  const {violations} = await axe.run({exclude: ["mjx-container"]}, {runOnly: rules, ...less});
  return violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.html.slice(0, 120)}`));
}"""
NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class _Silent(http.server.SimpleHTTPRequestHandler):
    """A server of files that does not log."""

    def log_message(self, format, *args):
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on this machine; yield its address."""
    handler = functools.partial(_Silent, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
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
        """Refuse and record what leaves ``base``; record failed loads and errors."""
        self.page.route("**/*", lambda route: self._pass(route, base))
        self.page.on("response", self._answered)
        self.page.on("requestfailed", lambda request: self.missing.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._said)

    def _pass(self, route, base: str) -> None:
        """Let a request go on if it stays inside."""
        if route.request.url.startswith((base, "data:", "blob:")):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def _answered(self, response) -> None:
        """Record an answer that is an error."""
        if response.status >= 400:
            self.missing.append(response.url)

    def _said(self, message) -> None:
        """Record an error on the console."""
        if message.type == "error":
            self.errors.append(message.text)

    def typeset(self) -> None:
        """Wait until the formulas stand."""
        self.page.evaluate(
            "() => window.MathJax?.startup ? MathJax.startup.promise.then(() => 0) : 0"
        )

    def untypeset(self) -> list[str]:
        """Return formulas that MathJax left as text or could not read."""
        self.typeset()
        return self.page.evaluate(
            "() => [...document.querySelectorAll('.math')]"
            ".filter(e => !e.querySelector('mjx-container') || e.querySelector('mjx-merror'))"
            ".map(e => e.textContent.slice(0, 60))"
        )

    def too_wide(self) -> list[str]:
        """Return what sticks out of the window to the right, by tag and class."""
        self.typeset()
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

        The inside of a typeset formula is MathJax's own and takes its colour from the text
        around it; a page with a thousand of them would take minutes. Without ``preload: false``
        axe would ask for the style sheets again, which ``file://`` refuses.
        """
        self.page.add_style_tag(content="* { transition: none !important; }")
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(AXE.read_text(encoding="utf-8"))
        return self.page.evaluate(LOOK, list(rules))


@contextmanager
def visit(
    browser: Browser, base: str, path: str, *, size=DESKTOP, scheme: str = "light", **options
) -> Iterator[Visit]:
    """Open one page as a first visit; yield it when it has loaded.

    A window costs more than a light page, so the profile of a visit that went well serves the
    next of its kind: what the page kept is deleted, and an empty tab holds the window open.
    """
    kept = browser.__dict__.setdefault("kept_profiles", {})
    kind = (size, scheme, *sorted(options.items()))
    context = kept.pop(kind, None) or _profile(browser, size, scheme, options)
    try:
        visit = Visit(context.new_page())
        visit.watch(base)
        visit.page.goto(base + path, wait_until="load")
        yield visit
        _forget(context, base)
        kept[kind] = context
    finally:
        if kind not in kept:
            context.close()


def _profile(browser: Browser, size, scheme: str, options: dict) -> BrowserContext:
    """Return a new profile with an empty tab."""
    context = profile(browser, size, color_scheme=scheme, **options)
    context.new_page()
    return context


def profile(browser: Browser, size, **options) -> BrowserContext:
    """Return a new profile; its pages may take long to load on a machine that is busy."""
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, **options)
    context.set_default_navigation_timeout(LONG)
    return context


def _forget(context: BrowserContext, base: str) -> None:
    """Close the pages of a profile but its empty tab; delete what they kept."""
    empty, *pages = context.pages
    for page in pages:
        page.close()
    origin = re.match(r"[^:]+://[^/]*", base)[0]
    wire = context.new_cdp_session(empty)
    wire.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    wire.detach()
    context.clear_permissions()


def shots(browser: Browser, base: str, path: str, out: Path, height: int = 1500) -> list[Path]:
    """Photograph a page at both sizes, light and dark, in pieces; return the files."""
    files = []
    for size in (DESKTOP, PHONE):
        for scheme in ("light", "dark"):
            with visit(browser, base, path, size=size, scheme=scheme) as seen:
                seen.typeset()
                files += _pieces(
                    seen.page, out / f"{Path(path).stem}-{size[0]}-{scheme}", height
                )
    return files


def _pieces(page: Page, stem: Path, height: int) -> list[Path]:
    """Photograph an open page in pieces of one height."""
    total = page.evaluate("document.documentElement.scrollHeight")
    width = page.viewport_size["width"]
    stem.parent.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": width, "height": total})
    files = []
    for k, top in enumerate(range(0, total, height)):
        files.append(stem.with_name(f"{stem.name}-{k:02}.png"))
        clip = {"x": 0, "y": top, "width": width, "height": min(height, total - top)}
        page.screenshot(path=str(files[-1]), clip=clip)
    return files
