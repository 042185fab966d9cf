"""The pages of the API: each public name has its entry, and none shows this machine."""

import importlib
import pkgutil
import re

import pytest
from pages import API, CHAPTERS
from read.api import DIRECTIVE, by_file

import nnlib

TEXTS = {page: (CHAPTERS / f"{page}.md").read_text(encoding="utf-8") for page in API}
MODULES = {page: DIRECTIVE.search(text)["modules"].split() for page, text in TEXTS.items()}


@pytest.fixture(scope="module")
def entries(book):
    """Return the anchors of the API entries on each page."""
    places = {}
    for page in API:
        html = (book / f"chapters/{page}.html").read_text(encoding="utf-8")
        places[page] = set(re.findall(r'<dt[^>]*\bid="([^"]+)"', html))
    return places


def public_names():
    """Yield each public name, preceded by the page that documents it."""
    for page, modules in MODULES.items():
        for module in modules:
            for names in by_file(module).values():
                yield from ((page, f"{module}.{name}") for name in names)


def test_every_part_of_the_library_has_a_page():
    listed = {module for modules in MODULES.values() for module in modules}
    parts = {f"nnlib.{part}" for part in nnlib._PARTS} | {"nnlib", "nnlib.book"}
    parts -= {"nnlib.utils"}  # its pages are those of nnlib.utils.data and nn.utils
    assert parts <= listed


def test_every_package_with_public_names_is_on_a_page():
    listed = {module for modules in MODULES.values() for module in modules}
    explained = {
        id(getattr(importlib.import_module(m), n))
        for m in listed
        for f in by_file(m).values()
        for n in f
    }
    for result in pkgutil.walk_packages(nnlib.__path__, "nnlib."):
        if result.ispkg:
            module = importlib.import_module(result.name)
            for name in getattr(module, "__all__", ()):
                one = getattr(module, name)
                if callable(one) and str(getattr(one, "__module__", "")).startswith("nnlib"):
                    assert id(one) in explained, f"{result.name}.{name}"


def test_every_public_name_has_its_entry(entries):
    missing = [name for page, name in public_names() if name not in entries[page]]
    assert missing == []


def test_no_entry_shows_a_path_or_an_address_in_memory(book):
    for page in API:
        html = (book / f"chapters/{page}.html").read_text(encoding="utf-8")
        text = re.sub(r"<[^>]+>", "", html)
        assert not re.search(r"site-packages|\bat 0x[0-9a-f]{6}", text), page
