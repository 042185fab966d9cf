"""The figures that move, alone: each page of the book, cut down to its figures.

Of a page the cells run up to its last figure, all in one process that has imported what pages
import; a page of the same name holds the figures that they made. These pages are built with the
real configuration and extensions, so that a figure gets its scripts, its room and its style as
in the book, in a tenth of the time.
"""

import ast
import contextlib
import importlib
import io
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml
from begin.cachekey import digest
from minibook import ROOT, MiniBook
from nngrader.imports import leave_out

CALL = "book.play("
IMPORTED = (  # by the pages, and by what reads and writes them
    *("matplotlib.pyplot", "scipy.stats", "sklearn.datasets", "nnlib.viz", "nnlib.optim"),
    *("myst_nb.core.read", "nbformat.v4"),
)
CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
LEFT_OUT = ("start/welcome",)  # trains for its map, which has a small book of its own
MATHJAX = "chapters/_extra/_vendor/mathjax"


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


def figures(path: Path) -> list:
    """Run the cells of a page; return those of its figures, with what they show."""
    from nbformat.v4 import new_output  # which loads for a second

    os.chdir(path.parent)
    names, kept = {"__name__": "__main__"}, []
    for cell in cells(path):
        with contextlib.redirect_stdout(io.StringIO()):
            shown = run(cell.source, f"{path.name}, cell", names)
        if CALL in cell.source:
            data = {"text/html": shown._repr_html_(), "text/plain": repr(shown)}
            cell.outputs = [new_output("execute_result", data, execution_count=1)]
            kept.append(cell)
    return kept


def run(code: str, name: str, names: dict) -> object:
    """Run a cell; return what its last expression gives."""
    tree = ast.parse(code)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, name, "exec"), names)
    return eval(compile(ast.Expression(last.value), name, "eval"), names) if last else None


def write(job: tuple[Path, Path]) -> str:
    """Write the page that holds the figures of a page; return what failed, if anything did."""
    import nbformat

    path, out = job
    try:
        kept = figures(path)
    except Exception as error:
        return f"{path.parent.name}/{path.name}: {type(error).__name__}: {error}"
    title = nbformat.v4.new_markdown_cell(f"# {path.stem}\n\nThe figures $f$ of this page.")
    language = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    notebook = nbformat.v4.new_notebook(cells=[title, *kept], metadata=language)
    out.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, out)
    return ""


def make(folder: Path) -> None:
    """Build the book of figures."""
    command = [sys.executable, __file__, str(folder)]
    places = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        command, env=os.environ | places, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the figures could not be made alone:\n{done.stdout}{done.stderr}")
    book = MiniBook.create(folder)
    shutil.copytree(ROOT / MATHJAX, folder / MATHJAX, dirs_exist_ok=True)
    files = [p.relative_to(ROOT).with_suffix("").as_posix() for p in pages()]
    toc = {"format": "jb-book", "root": "chapters/part/first"}
    book.write("_toc.yml", yaml.safe_dump(toc | {"chapters": [{"file": f} for f in files]}))
    book.write("chapters/part/first.md", "# First\n")
    book.syllabus([])
    book.errata([])
    config = yaml.safe_load((folder / "_config.yml").read_text(encoding="utf-8"))
    config["execute"]["execute_notebooks"] = "off"
    book.write("_config.yml", yaml.safe_dump(config, sort_keys=False))
    done = book.build()
    if done.returncode:
        raise RuntimeError(f"the figures could not be built alone:\n{done.stdout[-2000:]}")


def main() -> int:
    """Write the pages, two at a time, each in a process that has imported what pages import."""
    leave_out()
    for name in IMPORTED:
        importlib.import_module(name)
    folder = Path(sys.argv[1])
    jobs = [(p, folder / p.relative_to(ROOT).with_suffix(".ipynb")) for p in pages()]
    with multiprocessing.get_context("fork").Pool(2, maxtasksperchild=1) as pool:
        failed = [line for line in pool.imap(write, jobs) if line]
    print("\n".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
