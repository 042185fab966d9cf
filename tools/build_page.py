"""Execute, build and check one page, and list its problems.

Usage: python tools/build_page.py maths/vectors

The build reads only this page, with a separate table of contents, and stores its outputs in the
cache of the book. References to other pages of the book are accepted if those pages exist. The
result is in _build/page.
"""

import argparse
import io
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import yaml
from build_book import NOISE, environment
from page_lint import Page, check
from page_lint.book import CHAPTERS, ROOT, listed

OUT = "_build/page/html"
DOCTREES = "_build/.page-doctrees"  # next to the book's cache, which both builds use
SECONDS, WEIGHT = 15, 1_000_000  # as in docs/pages.md; bytes without theme and formulas
FORMULA = '<span class="katex">'
SPAN = re.compile(r"<span[^>]*>|</span>")
ESCAPE = re.compile(r"\x1b\[[0-9;]*m")
ASSET = re.compile(r'(?:src|href|data)="([^"#?:]+)')
SHARED = ("_vendor/", "_static/", "_sphinx_design_static/")


@dataclass
class Result:
    """The result of building one page."""

    warnings: list[str] = field(default_factory=list)
    failure: str = ""
    seconds: float = 0.0
    weight: int = 0
    path: Path | None = None


def settings(root: Path, page: str) -> dict:
    """Return the book's Sphinx settings, for a book with only this page."""
    from jupyter_book.config import get_final_config

    toc = root / "_build" / "page" / "_toc.yml"
    toc.parent.mkdir(parents=True, exist_ok=True)
    toc.write_text(yaml.safe_dump({"format": "jb-book", "root": f"chapters/{page}"}))
    cli = {"latex_individualpages": False, "nitpicky": True}
    config, _ = get_final_config(user_yaml=root / "_config.yml", cli_config=cli, sourcedir=root)
    return config | {"external_toc_path": str(toc)}


def resolve(app, env, node, contnode):
    """Accept a reference to another page of the book, which this build doesn't read."""
    pages, below = listed(Path(app.srcdir) / "_toc.yml")
    known = {f"chapters/{page}" for page in [*pages, *below]}
    target = node.get("reftarget", "")
    if node.get("reftype") == "doc":
        here = Path(node.get("refdoc", "")).parent.as_posix()
        name = target.strip("/") if target.startswith("/") else f"{here}/{target}"
        return contnode if os.path.normpath(name) in known else None
    return contnode if target in _labels(app.srcdir) else None


def _labels(root: Path) -> set[str]:
    """Return the labels of all pages: of targets, figures, exercises and equations."""
    labels = set()
    for path in (Path(root) / "chapters").glob("*/*.md"):
        text = path.read_text(encoding="utf-8")
        labels |= set(re.findall(r"^\(([\w-]+)\)=$", text, re.MULTILINE))
        labels |= set(re.findall(r"^:\s*(?:name|label): (\S+)", text, re.MULTILINE))
    return labels


def build(root: Path, page: str) -> Result:
    """Execute and build one page; return warnings, seconds and weight."""
    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    result, warnings = Result(), io.StringIO()
    out, doctrees = root / OUT, root / DOCTREES
    shutil.rmtree(out / "chapters", ignore_errors=True)  # older pages may need older scripts
    try:
        with patch_docutils(), docutils_namespace():
            app = Sphinx(
                *(root, None, out, doctrees, "html"),
                confoverrides=settings(root, page),
                status=None,
                warning=warnings,
                freshenv=True,
            )
            app.connect("missing-reference", resolve, priority=100)
            with without_kernel_noise():
                app.build()
        result.seconds = app.env.nn_outputs.get(f"chapters/{page}", {}).get("seconds", 0.0)
    except Exception as error:  # from a cell or an extension: one line, no traceback
        result.failure = _failure(error)
    result.warnings = list(_warning_lines(warnings.getvalue(), root))
    result.path = out / f"chapters/{page}.html"
    result.weight = weight(result.path) if result.path.exists() else 0
    return result


@contextmanager
def without_kernel_noise() -> Iterator[None]:
    """Remove the kernels' own messages from standard error."""
    saved = os.dup(2)
    with tempfile.TemporaryFile("w+") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            file.seek(0)
            sys.stderr.writelines(line for line in file if NOISE not in line)


def _failure(error: Exception) -> str:
    """Return the last line of an error."""
    lines = [line for line in ESCAPE.sub("", str(error)).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def _warning_lines(text: str, root: Path) -> Iterator[str]:
    """Yield the warnings without colours, and with paths relative to the book's folder."""
    for line in ESCAPE.sub("", text).splitlines():
        if line.strip():
            yield line.replace(f"{root}/", "")


def without_formulas(text: str) -> str:
    """Return a page without its typeset formulas, whose weight has a separate limit."""
    kept, start, depth = [], 0, 0
    for tag in SPAN.finditer(text):
        if depth:
            depth += -1 if tag[0] == "</span>" else 1
            start = tag.end()
        elif tag[0] == FORMULA:
            kept.append(text[start : tag.start()])
            depth = 1
    return "".join([*kept, text[start:]])


def weight(path: Path) -> int:
    """Return the size in bytes of a page and its own files, without theme and formulas."""
    text = path.read_text(encoding="utf-8")
    names = {name for name in ASSET.findall(text) if not name.endswith(".html")}
    files = {(path.parent / name).resolve() for name in names}
    own = {f for f in files if f.is_file() and not _shared(f, path)}
    page = len(without_formulas(text).encode())
    return page + sum(file.stat().st_size for file in own)


def _shared(file: Path, page: Path) -> bool:
    """Return whether a file belongs to the theme or is shared by all pages."""
    ours = {sheet.name for sheet in (CHAPTERS / "_static").iterdir()}
    shared = any(folder in file.as_posix() for folder in SHARED) and file.name not in ours
    return shared or "_sources" in file.parts


def report_lines(page: str, result: Result, wall: float) -> tuple[list[str], bool]:
    """Return the lines to print, and whether the page has no problems."""
    findings = check(Page.load(page))
    lines = [f"build: {line}" for line in result.warnings]
    if result.failure and not lines:
        lines.append(f"build: {result.failure}")
    lines += [finding.show(page) for finding in findings]
    if result.weight > WEIGHT:
        lines.append(
            f"build: the page has {result.weight:,} bytes, expected at most {WEIGHT:,}"
        )
    done = not (result.failure or result.warnings or findings)
    done = done and result.weight <= WEIGHT
    count = sum(not line.startswith("build:  ") for line in lines)
    state = "is complete" if done else f"has {count} problem{'s' * (count != 1)}"
    if result.seconds > SECONDS:  # doesn't count, because a busy machine is slower
        lines.append(f"The cells ran for {result.seconds:.1f} s, expected at most {SECONDS} s")
    lines.append(
        f"{page} {state}: cells {result.seconds:.1f} s, {result.weight / 1000:,.0f} kB, "
        f"{page_size(page)}; built in {wall:.0f} s"
    )
    return lines + [f"Open {result.path}"] * bool(result.weight), done


def page_size(page: str) -> str:
    """Return the size of a page in words, figures and cells."""
    source = Page.load(page).source
    cells = len(source.lesson_cells)
    return f"{source.words:,} words, {source.figures} figures, {cells} visible cells"


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("page", metavar="PAGE", help="such as maths/vectors")
    page = parser.parse_args().page.removeprefix("chapters/").removesuffix(".md")
    if not (CHAPTERS / f"{page}.md").exists():
        parser.error(f"there is no chapters/{page}.md")
    os.environ.update(environment(serial=True, strict=True))
    started = time.monotonic()
    result = build(ROOT, page)
    lines, done = report_lines(page, result, time.monotonic() - started)
    print("\n".join(lines))
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
