"""Live code: each page as a notebook, the library as a wheel, and buttons that run the page.

For a page with cells, this module writes ``_sources/PAGE.ipynb`` (to download, and for Colab)
and ``_live/PAGE.js`` (its cells, fetched when a reader presses *Run*), and adds the menu of
services that can run the page. All addresses come from one setting, ``nn_live``:

repository
    ``owner/name`` on GitHub; if it is empty, the page offers neither Binder nor Colab.
branch, site_branch
    The branch with the sources, which Binder opens, and the one with the built site, for Colab.
site
    The address of the built site, from which Colab gets the wheel; without it, no Colab.
pyodide
    The address of a released version of Pyodide; without it, there is no *Run*.
"""

import json
import re
from itertools import takewhile
from pathlib import Path
from urllib.parse import quote

import nbformat
from begin import wheel
from begin.course import page_of
from docutils import nodes
from jupyter_cache import get_cache
from sphinx.errors import ConfigError

from . import page_notebook
from .katex import VENDORED

FOLDER = "_live"
SCRIPTS = (
    "parts",
    "live-cell",
    "live",
)  # live.js fetches live_worker.js when a reader presses Run
CORE = 10  # megabytes of Pyodide's core and NumPy, compressed; the core is 5.6 of them
PACKAGES = (  # other packages: the names that a cell uses for them, and their approximate sizes
    {"name": "matplotlib", "words": "viz|matplotlib|plt", "size": 10},
    {"name": "scipy", "words": "scipy", "size": 15},
    {"name": "scikit-learn", "words": "classifiers|sklearn", "size": 25},
    {"name": "sympy", "words": "sympy", "size": 8},
    {"name": "pyyaml", "words": "yaml", "size": 0.2},
    {"name": "tqdm", "words": "tqdm", "size": 0.1},
)
# What Pyodide doesn't have.
BEYOND = re.compile(r"^(import|from) (torch|torchvision|keras)\b", re.MULTILINE)
FORMS = {
    "repository": r"([\w.-]+/[\w.-]+)?",
    "branch": r"[\w./-]+",
    "site_branch": r"[\w./-]+",
    "site": r"(https?://\S+/)?",
    "pyodide": r"(https?://\S+/)?",
}
BINDER = "https://mybinder.org/v2/gh/{repository}/{branch}?urlpath={path}"
COLAB = "https://colab.research.google.com/github/{repository}/blob/{site_branch}/{path}"
ROOM = (  # space for the buttons that the script adds below cells
    "<style>@media screen and (scripting: enabled) { :root { --nn-run-row: 2.6rem; } }</style>"
)
SHOWN_BY_TAG = {"remove-cell": False, "remove-input": False, "remove_input": False}


def settings(app) -> dict[str, str]:
    """Return the setting ``nn_live``, checked."""
    configured = app.config.nn_live
    for name in FORMS.keys() | configured.keys():
        value = configured.get(name)
        if name not in FORMS:
            raise ConfigError(f"nn_live: unknown {name!r}; expected {', '.join(FORMS)}")
        if not isinstance(value, str) or not re.fullmatch(FORMS[name], value):
            raise ConfigError(f"nn_live: expected {name} to match {FORMS[name]}, got {value!r}")
    return configured


def executed(app, docname: str) -> Path:
    """Return the path where MyST-NB stores the cells of a page, if it has any."""
    return Path(app.outdir).parent / "jupyter_execute" / f"{docname}.ipynb"


def with_outputs(app, path: Path):
    """Return a page's cells with their outputs, which are in the cache, not in its file."""
    notebook = nbformat.read(path, as_version=4)
    try:
        cache = get_cache(app.env.mystnb_config.execution_cache_path)
        return cache.merge_match_into_notebook(notebook)[1]
    except KeyError:  # not executed, or executed without the cache
        return notebook


def wheel_address(app) -> str:
    """Return the address from which Colab gets the wheel, empty if the site has no address."""
    site, name = settings(app)["site"], wheel.wheel_name(Path(app.confdir))
    return f"{site}{FOLDER}/{name}" if site and name else ""


def places(docname: str, where: dict[str, str], *, elsewhere: bool = True) -> list[dict]:
    """Return the menu of a page: the command for JupyterLab, then links to services."""
    command = f"make lab P={page_of(docname)}"
    path = quote(f"lab/tree/{docname}.md", safe="")
    services = [("JupyterLab", f"Copy the command: {command}", None)]
    if where["repository"]:
        services.append(
            ("Binder", "Open this page on Binder", BINDER.format(path=path, **where))
        )
    if elsewhere and where["repository"] and where["site"]:
        path = f"_sources/{docname}.ipynb"
        services.append(("Colab", "Open this page in Colab", COLAB.format(path=path, **where)))
    return [_item(text, tooltip, url, command) for text, tooltip, url in services]


def _item(text: str, tooltip: str, url: str | None, command: str) -> dict:
    """Return an item of the menu as the theme draws it."""
    item = {"text": text, "tooltip": tooltip, "label": f"live-{text.lower()}"}
    if url:
        return item | {"type": "link", "url": url}
    return item | {"type": "javascript", "javascript": f"nn.tryIt.copy('{command}')"}


def code_cells(notebook) -> list[dict]:
    """Return the cells that a live page runs, in order, with their position in the page."""
    return [
        {"index": k, "code": cell.source, "shown": _is_shown(cell)}
        for k, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and not page_notebook.is_build_only(cell)
    ]


def cells_for_the_browser(cells: list[dict]) -> list[dict]:
    """Return the live cells above the first one that imports a package no browser can run."""
    return list(takewhile(lambda cell: not BEYOND.search(cell["code"]), cells))


def _is_shown(cell) -> bool:
    """Return whether a reader sees the code of a cell."""
    return all(SHOWN_BY_TAG.get(tag, True) for tag in cell.metadata.get("tags", []))


def mark_cells(app, doctree, docname) -> None:
    """Give each cell that can run in the browser an id, so that the script can find it."""
    path = executed(app, docname)
    if not path.exists():
        return
    cells = cells_for_the_browser(code_cells(nbformat.read(path, as_version=4)))
    running = {cell["index"] for cell in cells}
    for node in doctree.findall(nodes.container):
        if node.get("nb_element") == "cell_code":
            if node["cell_index"] in running:
                node["ids"].append(f"nn-cell-{node['cell_index']}")


def add_live_code(app, pagename, templatename, context, doctree) -> None:
    """Write the notebook and the cells of a page, and load the script that runs them."""
    path = executed(app, pagename)
    context["nn_live"] = app.builder.format == "html" and doctree is not None and path.exists()
    if not context["nn_live"]:
        return
    notebook = with_outputs(app, path)
    portable = page_notebook.make(
        doctree,
        notebook,
        app.env,
        pagename,
        site=_address(app, pagename),
        wheel=wheel_address(app),
    )
    out = Path(app.outdir)
    _write(out / "_sources" / f"{pagename}.ipynb", nbformat.writes(portable) + "\n")
    cells = code_cells(notebook)
    data = json.dumps({"cells": cells}, ensure_ascii=False)
    _write(out / FOLDER / f"{pagename}.js", f"nn.tryIt.page({data});\n")
    context["ipynb_source"] = f"{pagename}.ipynb"  # the theme offers it as a download
    for name in SCRIPTS:
        app.add_js_file(f"../_play/{name}.js", defer="defer")
    known = _known(app, pagename, cells_for_the_browser(cells))
    start = json.dumps(known).replace("</", "<\\/")
    app.add_js_file(None, body=start, type="application/json", id="nn-live")
    if known["pyodide"]:
        context["metatags"] = context.get("metatags", "") + ROOM


def _address(app, docname: str) -> str:
    """Return the address of a page on the site; empty when the site has none."""
    site = settings(app)["site"]
    return site + app.builder.get_target_uri(docname) if site else ""


def _known(app, docname: str, cells: list[dict]) -> dict:
    """Return the settings for a page's script, and the cells that can run in the browser."""
    code = "\n".join(cell["code"] for cell in cells)
    runs = any(cell["shown"] for cell in cells)
    where, elsewhere = settings(app), page_notebook.runs_elsewhere(app.env, docname)
    root = "../" * docname.count("/")
    data, near = wheel.sizes(Path(app.outdir) / FOLDER, code)
    return {
        "root": f"{root}{FOLDER}/",
        "page": f"{root}{FOLDER}/{docname}.js",
        "worker": f"{root}_play/live_worker.js",
        "katex": f"{root}{VENDORED}/",
        "notebook": f"{root}_sources/{docname}.ipynb",
        "command": f"make lab P={page_of(docname)}",
        "places": {
            p["text"]: p["url"]
            for p in places(docname, where, elsewhere=elsewhere)
            if "url" in p
        },
        "pyodide": where["pyodide"] if near and elsewhere and runs else "",
        "core": CORE,
        "near": near,
        "data": data,
        "packages": [p | {"used": _names(code, p["words"])} for p in PACKAGES],
    }


def _names(code: str, words: str) -> bool:
    """Return whether code contains one of these words."""
    return bool(re.search(rf"\b({words})\b", code))


def add_menu(app, pagename, templatename, context, doctree) -> None:
    """Add the menu to the header, after the theme has made its own buttons."""
    if context.get("nn_live"):
        elsewhere = page_notebook.runs_elsewhere(app.env, pagename)
        group = {
            "type": "group",
            "tooltip": "Run this page",
            "icon": "fas fa-rocket",
            "label": "launch-buttons",
            "buttons": places(pagename, settings(app), elsewhere=elsewhere),
        }
        context["header_buttons"].insert(0, group)


def _write(path: Path, text: str) -> None:
    """Write a text file; create its folder if needed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def deliver_wheel(app) -> None:
    """Put the wheel, and its pieces for the page, where the built pages will be."""
    settings(app)
    if app.builder.name == "html":
        memory = Path(app.doctreedir).parent
        wheel.deliver(Path(app.confdir), Path(app.outdir) / FOLDER, memory)
