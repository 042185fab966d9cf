"""Pages that hold the moving figures of a page of the book, without its text.

The figures are those that a build of the book has kept, where they still hold. Of any other
page the cells run up to its last figure, all pages one after the other in processes that have
imported what pages import. What they show stands in a page with the book's own styles, rooms
and scripts, but without Sphinx: it opens in a tenth of the time.
"""

import ast
import contextlib
import functools
import importlib
import io
import json
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pydata_sphinx_theme
import sphinx_book_theme
from begin import first_paint
from begin.cachekey import CACHE, digest
from execute.reads import Reads
from minibook import ROOT
from nngrader.cli import skip_unused_imports
from write import scripts

CALL = "book.play("
IMPORTED = (  # by the pages, and by what reads and writes them
    *("matplotlib.pyplot", "scipy.stats", "sklearn.datasets", "nnlib.viz", "nnlib.optim"),
    "myst_nb.core.read",
)
BUILDS = ("_build", "_build/gate/_build")
CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = ("start/home",)  # trains; test_home.py sees the book
THEMES = {
    "pydata": Path(pydata_sphinx_theme.__file__).parent
    / "theme/pydata_sphinx_theme/static/styles/pydata-sphinx-theme.css",
    "book": Path(sphinx_book_theme.__file__).parent
    / "theme/sphinx_book_theme/static/styles/sphinx-book-theme.css",
}
TEXT = """<!DOCTYPE html><html lang="en" data-theme="auto" data-content_root=""><head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><link rel="icon" href="data:,">
{head}
</head><body><div class="bd-container"><div class="bd-container__inner bd-page-width">
<main id="main-content" class="bd-main"><div class="bd-content">
<div class="bd-article-container"><article class="bd-article"><section><h1>{title}</h1>
{figures}
</section></article></div></div></main></div></div></body></html>"""
FIGURE = (
    '<div class="cell_output docutils container"><div class="output text_html">{}</div></div>'
)
FOLLOW = """matchMedia("(prefers-color-scheme: dark)").addEventListener("change", dark => {
  document.documentElement.dataset.theme = dark.matches ? "dark" : "light";
});"""  # as the theme does


def pages() -> list[Path]:
    """Return the pages that hold a figure."""
    chapters = ROOT / "chapters"
    files = sorted([*chapters.glob("*/*.md"), chapters / "reference/gallery/moving.md"])
    names = [(path, path.relative_to(chapters).with_suffix("").as_posix()) for path in files]
    return [p for p, n in names if n not in LEFT_OUT and CALL in p.read_text("utf-8")]


def cells(path: Path) -> list:
    """Return the cells of a page up to its last figure."""
    from myst_nb.core.read import read_myst_markdown_notebook

    text = path.read_text(encoding="utf-8")
    notebook = read_myst_markdown_notebook(text, add_source_map=True, path=path)
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    last = max(k for k, cell in enumerate(codes) if CALL in cell.source)
    return codes[: last + 1]


def sources() -> str:
    """Return what the pages of figures are made of: the cells of the pages, and results."""
    parts = [cell for path in pages() for cell in CELL.findall(path.read_text("utf-8"))]
    return "".join([*parts, digest(ROOT, ["chapters/*/experiments/*.json"])])


@functools.cache
def memories() -> list[Reads]:
    """Return what builds of the book remember of the pages that they have executed."""
    files = [m for b in BUILDS for m in ROOT.glob(f"{b}/{CACHE}*/reads.json")]
    return [Reads(ROOT, memory) for memory in files]


def kept(path: Path) -> list[str]:
    """Return the figures of a page as a build has kept them; none where they do not hold."""
    name = path.relative_to(ROOT).with_suffix("").as_posix()
    blocks = CELL.findall(path.read_text(encoding="utf-8"))
    for reads in memories():
        if reads.hold(name):
            folder = reads.memory.parent / "executed" / reads.pages[name]["key"]
            stored = json.loads((folder / "base.ipynb").read_text(encoding="utf-8"))["cells"]
            ends = ["".join([*cell["source"], "\n```"]) for cell in stored]
            if len(ends) == len(blocks) and all(map(str.endswith, blocks, ends)):
                shown = [cell["outputs"][-1] for cell in stored if CALL in str(cell["source"])]
                return ["".join(output["data"]["text/html"]) for output in shown]
    return []


def figures(path: Path) -> list[str]:
    """Run the cells of a page; return its figures as HTML."""
    os.chdir(path.parent)
    names, shown = {"__name__": "__main__"}, []
    for cell in cells(path):
        with contextlib.redirect_stdout(io.StringIO()):
            last = run(cell.source, f"{path.name}, cell", names)
        if CALL in cell.source:
            shown.append(last._repr_html_())
    return shown


def run(code: str, name: str, names: dict) -> object:
    """Run a cell; return what its last expression gives."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), names)
    return eval(compile(ast.Expression(last.value), name, "eval"), names) if last else None


class Head:
    """The head of a page, as far as `scripts` asks Sphinx for something in it."""

    confdir = ROOT
    config = SimpleNamespace(html_extra_path=["chapters/_extra"])

    def __init__(self, styles: list[str], chapters: str):
        self.chapters = chapters
        self.tags = [f'<link rel="stylesheet" href="{style}">' for style in styles]
        self.tags.append(f"<script>{first_paint.SCRIPT}{FOLLOW}</script>")

    def add_js_file(self, name: str | None, body: str = "", **attributes: str) -> None:
        """Add a script of the book, or one that is given."""
        source = name and name.replace("..", f"{self.chapters}/_extra")
        self.tags.append(
            f'<script defer src="{source}"></script>' if name else f"<script>{body}</script>"
        )


def page(figures: list[str], out: Path, folder: Path) -> str:
    """Return a page with figures, which is to lie at `out`, with sheets in a folder."""
    chapters, sheets = (os.path.relpath(p, out.parent) for p in (ROOT / "chapters", folder))
    ours = [f"{chapters}/_static/{name}" for name in scripts.SHEETS]
    head = Head([*(f"{sheets}/{name}.css" for name in (*THEMES, "fonts")), *ours], chapters)
    context = {"body": "".join(FIGURE.format(figure) for figure in figures)}
    scripts.add_scripts(head, out.stem, "", context, None)
    tags = "\n".join([*head.tags, context["metatags"]])
    return TEXT.format(title=out.stem, head=tags, figures=context["body"])


def write(path: Path, shown: list[str], folder: Path) -> None:
    """Write the page that holds the figures of a page."""
    out = folder / path.relative_to(ROOT / "chapters").with_suffix(".html")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(shown, out, folder), encoding="utf-8")


def run_and_write(job: tuple[Path, Path]) -> str:
    """Write the figures that the cells of a page give; return what failed, if anything did."""
    path, folder = job
    try:
        write(path, figures(path), folder)
    except Exception as error:
        return f"{path.parent.name}/{path.name}: {type(error).__name__}: {error}"
    return ""


def make(folder: Path) -> None:
    """Write the pages of all figures into a folder."""
    command = [sys.executable, __file__, str(folder)]
    environment = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the figures could not be made:\n{done.stdout}{done.stderr}")
    for name, sheet in THEMES.items():
        shutil.copy(sheet, folder / f"{name}.css")
    fonts = first_paint.sheet(ROOT / first_paint.FONTS)
    (folder / "fonts.css").write_text(fonts, encoding="utf-8")


def main() -> int:
    """Write the pages; run those not kept, two at a time, in forks with what they import."""
    skip_unused_imports()
    folder = Path(sys.argv[1])
    jobs = []
    for path in pages():
        if shown := kept(path):
            write(path, shown, folder)
        else:
            jobs.append((path, folder))
    for name in IMPORTED if jobs else ():
        importlib.import_module(name)
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        failed = [line for line in pool.imap(run_and_write, jobs) if line]
    print("\n".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
