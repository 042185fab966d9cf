"""Print the built pages: Chromium opens each from its file, prepares it and prints it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The full browser comes first, because it lays out text as a reader's browser does.
NAMES = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--allow-file-access-from-files",
)
# Runs before the page's own scripts, so that our elements look as they do without scripts: a
# still image with words and answers.
STILL = "customElements.define = () => {};"
# Open all folds, and add a hidden link to each link target, so that Chromium writes a named
# destination for it into the PDF.
READY = """async places => {
  await document.fonts.ready;
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  for (const image of document.images) image.loading = "eager";
  await Promise.all([...document.images].map(image => image.decode().catch(() => 0)));
  for (const place of places) {
    const link = document.createElement("a");
    link.href = "#" + place;
    link.hidden = true;
    document.body.append(link);
  }
}"""
HEADINGS = """() => [...document.querySelectorAll(".bd-article :is(h1, h2)")].map(heading => {
  const copy = heading.cloneNode(true);
  copy.querySelectorAll(".headerlink, .katex-html, annotation").forEach(node => node.remove());
  const id = heading.id || heading.closest("section")?.id || "";
  return [+heading.tagName[1], id, copy.textContent.trim()];
})"""


class Printer:
    """Prints pages with one browser."""

    def __init__(self, browser):
        self.context = browser.new_context(color_scheme="light", viewport=None)
        self.context.add_init_script(STILL)
        self.page = self.context.new_page()
        self.page.emulate_media(media="print", color_scheme="light")

    def open(self, path: Path, places: list[str]) -> list[tuple[int, str, str]]:
        """Open a built page and prepare it; return its headings as (level, id, text)."""
        self.page.goto(path.as_uri(), wait_until="load")
        self.page.evaluate(READY, sorted(places))
        return [tuple(heading) for heading in self.page.evaluate(HEADINGS)]

    def show(self, html: str) -> None:
        """Open a page given as text."""
        self.page.goto("about:blank")
        self.page.set_content(html)
        self.page.evaluate("document.fonts.ready.then(() => 0)")

    def print(self, style: str = "") -> bytes:
        """Return the open page as PDF, with an additional style."""
        if style:
            self.page.add_style_tag(content=style)
        return self.page.pdf(prefer_css_page_size=True, print_background=True, outline=False)


@contextmanager
def printer() -> Iterator[Printer]:
    """Start the machine's own Chromium.

    Raises
    ------
    RuntimeError
        If no Chromium is installed.
    """
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        raise RuntimeError(f"no browser found: install one of {', '.join(NAMES)}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield Printer(browser)
        browser.close()


def quoted(text: str) -> str:
    """Return a text as a CSS string."""
    return json.dumps(text, ensure_ascii=False)
