"""The pages of the nnlib API, generated from docstrings: a directive names a page's modules.

```` ```{api} nnlib.linalg ```` becomes a heading for each file of that package, made from the
file's first sentence, and everything that ``__all__`` lists from it, in that order. Sphinx's
autodoc and Napoleon write the entries.
"""

import importlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from begin.cachekey import digest

FOLDER = "chapters/reference/nnlib/"
OVERVIEW = FOLDER.rstrip("/")
PARTS = "```{api-parts}\n```"
DIRECTIVE = re.compile(r"^```\{api\}[ ]*(?P<modules>[\w. ]+)\n```$", re.MULTILINE)
ESCAPED = re.compile(r"(?<!\\)\||(?<![\\*\w)])\*(?=\w)")
REQUEST = re.compile(r"set_\w+_request")
NAMED_TUPLE = "Alias for field number"


def expand(app, docname: str, source: list[str]) -> None:
    """Replace the `api` directives in a page's source with their modules' documentation."""
    if docname.startswith(FOLDER):
        source[0] = DIRECTIVE.sub(lambda m: "\n".join(_page(m["modules"].split())), source[0])
    elif docname == OVERVIEW:
        source[0] = source[0].replace(PARTS, "\n".join(_parts(app)))


def _parts(app) -> Iterator[str]:
    """Yield the lines of a table of the API pages: opening sentence and number of names."""
    yield from ("| page | contents | names |", "|---|---|--:|")
    toc = Path(app.srcdir, "_toc.yml").read_text(encoding="utf-8")
    for name in re.findall(rf"file: {FOLDER}(\S+)", toc):
        file = Path(app.srcdir, FOLDER, f"{name}.md")
        modules = DIRECTIVE.search(file.read_text(encoding="utf-8"))["modules"].split()
        count = sum(len(names) for m in modules for names in by_file(m).values())
        opening = importlib.import_module(modules[0]).__doc__.partition("\n\n")[0]
        yield f"| [](nnlib/{name}.md) | {' '.join(opening.split())} | {count} |"


def _page(modules: Iterable[str]) -> Iterator[str]:
    """Yield the lines of a page on these modules: MyST, with entries in reStructuredText."""
    for name in modules:
        for file, names in by_file(name).items():
            title, text = _opening(file)
            yield from ("", f"## {title}", "", text, "", "```{eval-rst}")
            for one in names:
                yield from _entry(f"{name}.{one}", getattr(importlib.import_module(name), one))
            yield "```"


def by_file(name: str) -> dict[str, list[str]]:
    """Return a module's public names by defining file, in the order of ``__all__``.

    A name that ``nnlib`` itself exports is listed only for ``nnlib``.
    """
    module, whole, files = importlib.import_module(name), importlib.import_module("nnlib"), {}
    for one in module.__all__:
        member = getattr(module, one)
        file = getattr(member, "__module__", None)
        again = module is not whole and getattr(whole, one, None) is member
        ours = isinstance(file, str) and file.partition(".")[0] == "nnlib"
        if callable(member) and ours and not again:
            files.setdefault(file, []).append(one)
    return files


def _opening(file: str) -> tuple[str, str]:
    """Return a heading and a paragraph, both made from a file's module docstring."""
    first = (importlib.import_module(file).__doc__ or file).partition("\n\n")[0]
    title, colon, rest = " ".join(first.split()).rstrip(".").partition(": ")
    return title, f"{rest[:1].upper()}{rest[1:]}." if colon else ""


def _entry(name: str, member: object) -> Iterator[str]:
    """Yield the lines of one autodoc entry; a class includes its methods."""
    if isinstance(member, type):
        yield from (f".. autoclass:: {name}", "   :members:", "")
    else:
        yield from (f".. autofunction:: {name}", "")


def skip_members(app, what, name, member, skip, options) -> bool | None:
    """Return True to leave out a named tuple's field or scikit-learn's request method."""
    plain = (getattr(member, "__doc__", "") or "").startswith(NAMED_TUPLE)
    return True if plain or REQUEST.fullmatch(name) else None


def prepare_docstring(app, what, name, member, options, lines: list[str]) -> None:
    """Rewrite a docstring's lines so that Napoleon reads them as intended.

    |x| is an absolute value and (..., *shape) a shape, not markup; an extra empty line ends
    the last section before a source or an example.
    """
    ready, last = [], ""
    for line in lines:
        if not last.strip() and line.startswith((">>>", "Source:")):
            ready.append("")
        is_code = line.lstrip().startswith((">>>", "...")) or "``" in line
        ready.append(line if is_code else ESCAPED.sub(r"\\\g<0>", line))
        last = line
    lines[:] = ready


def own_nodes(app, doctree) -> None:
    """Set a page's document as the document of all its nodes.

    MyST reads each ``eval-rst`` into a separate document whose settings refer to the whole
    build, so every page would store and reload 12 MB.
    """
    for node in doctree.findall():
        node.document = doctree


def outdated(app, env, added, changed, removed) -> list[str]:
    """Return all pages of the API if any file of the package has changed."""
    package = digest(Path(app.srcdir), ["nnlib/**/*.py"])
    before, env.nn_api_digest = getattr(env, "nn_api_digest", None), package
    pages = [page for page in env.found_docs if page == OVERVIEW or page.startswith(FOLDER)]
    return pages if package != before else []
