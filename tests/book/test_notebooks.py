"""Pages as notebooks, the wheel and its pieces, the addresses: what is made for live code."""

import base64
import importlib.util
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from docutils import nodes
from live_book import PAGE, html, known, notebook
from write.markdown import Markdown

import nnlib.datasets
from nnlib.datasets.packaged import DATA

ROOT = Path(__file__).resolve().parents[2]
BLOCKED = ("ctypes", "multiprocessing", "_multiprocessing", "subprocess", "matplotlib", "scipy")
DEFAULTS = {
    "repository": "",
    "branch": "main",
    "site_branch": "gh-pages",
    "site": "",
    "pyodide": "https://x.example/v1/",
}


@pytest.fixture(scope="module")
def book(live_book):
    return live_book


@pytest.fixture(scope="module")
def made(book):
    return notebook(book)


@pytest.fixture(scope="module")
def packed(book):
    text = (html(book) / "_live/library.js").read_text()
    data = re.search(r'nn\.tryIt\.bytes\("nnlib", "([^"]+)"\)', text)[1]
    return zipfile.ZipFile(io.BytesIO(base64.b64decode(data)))


def texts(made):
    return "\n\n".join(cell.source for cell in made.cells if cell.cell_type == "markdown")


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        "See [First](https://someone.example/book/chapters/part/first.html), $x_1 < 3$ and",
        "The sum is 3.0, its opposite −1.5.",
        "**Time**\n\n5 minutes, plus 5 for 1 exercise\n\n**You need**\n\n- Third\n\n",
        "**You will be able to**\n\n- make a bar longer\n- say what came out for $x$",
        "<details><summary>Corrections to the lecture notes: one statement</summary>",
        "**Correction:** It is 2.",
        "**Figure 1.** One bar of height $1$.\n\nFigure 1 shows it.",
        "### Exercise 1 (Longer)\n\nMake it longer.",
        "### Solution to Exercise 1 (Longer)\n\nLike this.",
        "| a | b |\n|---|---|\n| 1 | $x$ |\n| p \\| q | 2 |",
    ],
)
def test_the_text_is_markdown_that_any_notebook_shows(made, words):
    assert words in texts(made)


def test_a_bar_in_a_cell_of_a_table_starts_no_column():
    def row(*texts):
        cells = [nodes.entry("", nodes.paragraph("", text)) for text in texts]
        return nodes.row("", *cells)

    body = nodes.thead("", row("a", "b")), nodes.tbody("", row("p | q", "2"))
    table = nodes.table("", nodes.tgroup("", *body))
    assert Markdown().table(table) == "| a | b |\n|---|---|\n| p \\| q | 2 |"


@pytest.mark.slow
def test_no_markup_of_the_book_is_left(made):
    import nbformat

    nbformat.validate(made)
    assert not re.search(r"```\{|\{glue|\{doc\}|\{numref\}|mini-001", texts(made))
    assert "<nn-" not in nbformat.writes(made)
    assert "papermill" not in nbformat.writes(made)


@pytest.mark.slow
def test_hidden_cells_are_there_and_folded(made):
    folded = [c.source.split("\n")[0] for c in made.cells if c.metadata.get("jupyter")]
    assert "import numpy as np" in folded
    assert any(line.startswith("book.numbers(") for line in folded)
    shown = [c for c in made.cells if c.cell_type == "code" and not c.metadata.get("jupyter")]
    assert shown[0].outputs[0].text == "[0. 1. 2.] (3,)\nline 0\nline 1\n"


@pytest.mark.slow
def test_a_prediction_becomes_text(made):
    outputs = [o for c in made.cells for o in c.get("outputs", []) if "data" in o]
    first = outputs[0].data["text/html"]
    assert "How large is the sum?" in first
    assert "<li>3</li>" in first


@pytest.mark.slow
def test_the_first_cell_installs_the_wheel_of_the_site(made):
    wheel = "https://someone.example/book/_live/nn_first_principles-0.1.0-py3-none-any.whl"
    assert f'wheel = "{wheel}"' in made.cells[0].source


@pytest.mark.slow
def test_a_notebook_runs_where_only_nnlib_is_installed(book, made, tmp_path, monkeypatch):
    import nbformat
    from nbclient import NotebookClient

    wheel = next((html(book) / "_live").glob("*.whl"))
    zipfile.ZipFile(wheel).extractall(tmp_path / "site")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    again = nbformat.from_dict(made)
    check = [f"import nnlib; assert {str(tmp_path)!r} in nnlib.__file__"]
    again.cells.append(nbformat.v4.new_code_cell(check[0], id="where"))
    (tmp_path / "work").mkdir()
    resources = {"metadata": {"path": str(tmp_path / "work")}}
    NotebookClient(again, timeout=60, resources=resources).execute()
    outputs = [cell.outputs for cell in again.cells if cell.source == "total = x.sum()\ntotal"]
    assert outputs[0][0].data["text/plain"] == "3.0"


@pytest.mark.slow
def test_the_library_of_a_page_holds_code_and_the_data_of_each_function_stand_alone(
    book, packed
):
    names = packed.namelist()
    assert "nnlib/tensor.py" in names
    assert not [name for name in names if "/data/" in name and name.endswith(".npz")]
    results = {}
    for path in sorted(html(book).glob("_live/data-*.js")):
        name, coded = re.fullmatch(
            r'nn.tryIt.bytes\("(.*?)", "(.*)"\);\n', path.read_text()
        ).groups()
        archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(coded)))
        results[path.name] = sorted(Path(file).name for file in archive.namelist())
        assert path.name == f"data-{name}.js"
        assert callable(getattr(nnlib.datasets, name))
    assert results["data-fashion_mnist.js"] == ["fashion_mnist.more.npz", "fashion_mnist.npz"]
    every = [file for files in results.values() for file in files]
    assert sorted(every) == sorted(path.name for path in DATA.glob("*.npz"))


@pytest.mark.slow
def test_the_library_imports_with_only_numpy_and_names_data_that_are_missing(packed, tmp_path):
    packed.extractall(tmp_path)
    program = f"""
import sys
sys.path = [p for p in sys.path if not p.endswith(("exercises", {str(ROOT)!r}))]
sys.path.insert(0, {str(tmp_path)!r})
import numpy
for name in {BLOCKED!r}:
    sys.modules[name] = None
import nnlib, nnlib.book, nnlib.viz, nnlib.training
from nnlib import nn, optim
assert nnlib.__file__.startswith({str(tmp_path)!r}), nnlib.__file__
print(nn.Linear(3, 2)(nnlib.ones(4, 3)).shape)
try:
    nnlib.datasets.penguins()
except OSError as error:
    print(error)
"""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=env, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert "(4, 2)" in done.stdout
    assert "penguins.npz in nnlib.datasets is missing" in done.stdout


@pytest.mark.slow
def test_binder_and_colab_lead_to_this_page(book):
    assert known(book)["places"] == {
        "Binder": "https://mybinder.org/v2/gh/someone/book/main"
        "?urlpath=lab%2Ftree%2Fchapters%2Fpart%2Fsecond.md",
        "Colab": "https://colab.research.google.com/github/someone/book/blob/gh-pages/"
        "_sources/chapters/part/second.ipynb",
    }
    page = book.page()
    assert all(f'href="{url}"' in page for url in known(book)["places"].values())
    report = "https://github.com/someone/book/issues/new?template=1-wrong-statement.yml"
    assert f'href="{report}&amp;page=Second"' in page


def test_without_an_address_only_the_command_is_offered():
    from write.live import places

    assert [p["text"] for p in places("chapters/a/b", DEFAULTS)] == ["JupyterLab"]
    some = DEFAULTS | {"repository": "someone/book"}
    assert [p["text"] for p in places("chapters/a/b", some)] == ["JupyterLab", "Binder"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"repository": "book"}, "expected repository to match"),
        ({"site": "https://x.example"}, "expected site to match"),
        ({"pyodide": None}, "expected pyodide to match"),
        ({"colour": "red"}, "unknown 'colour'; expected repository"),
    ],
)
def test_a_wrong_address_is_named(change, words):
    from types import SimpleNamespace

    from sphinx.errors import ConfigError
    from write.live import settings

    app = SimpleNamespace(config=SimpleNamespace(nn_live=DEFAULTS | change))
    with pytest.raises(ConfigError, match=words):
        settings(app)


@pytest.fixture(scope="module")
def run_cell():
    text = (ROOT / "chapters/_extra/_play/live_worker.js").read_text(encoding="utf-8")
    scope = {}
    exec(re.search(r"String\.raw`(.*?)`;", text, re.DOTALL)[1], scope)
    return scope["run_cell"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("x = 2\nx + 1", [("text", "3\n")]),
        ("x;", []),
        (
            "print('a', end='')\nprint('b')\nprint('c', end='')",
            [("text", "ab\n"), ("text", "c")],
        ),
        ("from nnlib.viz.html import Html\nHtml('<b>2</b>', '2')", [("html", "<b>2</b>")]),
        ("display(1, 2)", [("text", "1\n"), ("text", "2\n")]),
    ],
)
def test_a_cell_says_what_a_notebook_would_show(run_cell, source, words):
    heard = []
    assert run_cell("x = 2", "cell 1", print)
    assert run_cell(source, "cell 2", lambda *what: heard.append(what))
    assert heard == words


def test_an_error_shows_the_lines_of_cells_and_no_others(run_cell):
    heard = []
    run_cell("import json\ndef f(x):\n    return json.loads(x)", "cell 1", print)
    assert not run_cell("y = 1\nf('{')", "cell 2", lambda *what: heard.append(what))
    [(kind, text)] = heard
    assert kind == "error"
    for part in ('File "cell 2", line 2', "f('{')", 'File "cell 1", line 3', "JSONDecodeError"):
        assert part in text
    assert "json/" not in text
    heard.clear()
    assert not run_cell("if x", "cell 3", lambda *what: heard.append(what))
    assert "SyntaxError" in heard[0][1]


@pytest.fixture(scope="module")
def lab():
    spec = importlib.util.spec_from_file_location("open_lab", ROOT / "tools/open_lab.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name", ["classifiers/softmax", "chapters/classifiers/softmax.md", "/classifiers/softmax/"]
)
def test_the_lab_opens_the_page_that_is_named(lab, name):
    line = lab.command(name, ["--no-browser"])
    assert line[3] == str(ROOT / "chapters/classifiers/softmax.md")
    assert line[-1] == "--no-browser"
    assert lab.command("", [])[3:] == [str(ROOT / "chapters")]


@pytest.mark.parametrize("name", ["softmax", "classifiers/sofmax"])
def test_a_page_that_is_not_there_is_answered_with_its_neighbours(lab, name):
    with pytest.raises(
        SystemExit, match=r"no page is called .*did you mean classifiers/softmax"
    ):
        lab.command(name, [])


@pytest.mark.parametrize(
    ("line", "count"),
    [
        ("import torch", 1),
        ("from keras import layers", 1),
        ("import numpy", 3),
        ("x = torch", 3),
    ],
)
def test_run_is_offered_above_the_first_cell_that_no_browser_can_run(line, count):
    from write.live import cells_for_the_browser

    codes = ("x = 1", f"y = 2\n{line}", "z = 3")
    cells = [{"index": k, "code": code, "shown": True} for k, code in enumerate(codes)]
    assert cells_for_the_browser(cells) == cells[:count]


@pytest.mark.slow
def test_the_cells_of_a_page_are_listed_in_order_without_what_only_the_build_runs(book):
    text = (html(book) / f"_live/{PAGE}.js").read_text(encoding="utf-8")
    cells = json.loads(text.removeprefix("nn.tryIt.page(").removesuffix(");\n"))["cells"]
    assert [cell["shown"] for cell in cells] == [False, False, True, False, True, True, True]
    assert not any("Path" in cell["code"] for cell in cells)


def test_a_page_that_needs_the_repository_says_so_and_offers_no_place_without_it():
    from types import SimpleNamespace

    from write.live import places
    from write.page_notebook import runs_elsewhere

    env = SimpleNamespace(metadata={"a": {"nn-elsewhere": "False"}, "b": {}})
    assert not runs_elsewhere(env, "a")
    assert runs_elsewhere(env, "b")
    where = DEFAULTS | {"repository": "someone/book", "site": "https://x.example/"}
    offered = [p["text"] for p in places("a", where, elsewhere=False)]
    assert offered == ["JupyterLab", "Binder"]
    assert places("b", where)[-1]["text"] == "Colab"
