"""Each kind of dead link is found, and named with its page."""

from pathlib import Path

import check_links
import pytest

ROOT = Path(__file__).resolve().parents[2]
GOOD = '<p id="top"></p><a name="old"></a><svg><linearGradient id="g"/></svg>'
FAULTS = {
    "a page that does not exist": ('<a href="b.html">', "link to 'b.html': no such file"),
    "a picture that does not exist": ('<img src="../x.png">', "'../x.png': no such file"),
    "one of several pictures": ('<img srcset="a.html 1x, y.png 2x">', "'y.png': no such file"),
    "an object": ('<object data="z.svg"></object>', "'z.svg': no such file"),
    "an anchor of this page": ('<a href="#no">', "'#no': no such anchor in part/a.html"),
    "an anchor of another page": (
        '<a href="../index.html#no">',
        "no such anchor in index.html",
    ),
    "a colour of a drawing": ('<path fill="url(#no)"/>', "'#no': no such anchor"),
    "a use of a drawing": ('<svg><use xlink:href="#no"/></svg>', "'#no': no such anchor"),
    "a folder": ('<a href="../part">', "'../part': no such file"),
    "a file outside": ('<a href="../../README.md">', "leads out of the book's folder"),
    "a path from the root": ('<a href="/part/a.html">', "when opened from file://"),
    "an address without a host": (
        '<a href="https://docs/x">',
        "'docs' is not a valid host name",
    ),
    "an address with a blank": ('<a href="https://a.org/x y">', "contains a space"),
    "an unknown scheme": ('<a href="htp://a.org">', "expected http or https, got htp"),
    "a scheme left out": ('<a href="//a.org/x">', "expected http or https, got no scheme"),
    "a broken address": ('<a href="https://[a.org">', "Invalid IPv6 URL"),
    "an id that stands twice": ('<b id="x"></b><i id="x"></i>', "the id 'x' appears 2 times"),
}
SOUND = (
    "a.html",
    "../index.html?q=1",
    "#",
    "",
    "#top",
    "#old",
    "a%2Ehtml#top",
    "../_static/theme.css?v=1",
    "https://a.org/x#y",
    "mailto:a@b.org",
    "data:,x",
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "part").mkdir()
    (tmp_path / "_static").mkdir()
    (tmp_path / "index.html").write_text('<a href="part/a.html#top">')
    (tmp_path / "_static/theme.css").write_text("")
    (tmp_path / "_static/webpack-macros.html").write_text('<a href="nowhere">')
    return tmp_path


def findings(folder, text):
    (folder / "part/a.html").write_text(f"{GOOD}\n{text}")
    return check_links.check(folder)


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_gives_one_line_that_names_its_page(folder, name):
    text, message = FAULTS[name]
    (result,) = findings(folder, text)
    assert result.startswith("part/a.html:")
    assert message in result


@pytest.mark.parametrize("link", SOUND)
def test_a_sound_link_gives_no_finding(folder, link):
    assert findings(folder, f'<a href="{link}"><path fill="url(#g)"/>') == []


def test_a_finding_names_its_line(folder):
    assert findings(folder, '\n<a href="b.html">')[0].startswith("part/a.html:3: ")


def test_uncited_entries_of_the_bibliography_are_named(tmp_path):
    (tmp_path / "references.bib").write_text(
        "@book{one,\n}\n@article{two,\n}\n@book{three,\n}\n"
    )
    (tmp_path / "page.md").write_text("{cite:p}`one, three` says so.\n")
    assert check_links.unused(tmp_path) == ["two"]


def test_every_entry_of_the_bibliography_is_cited():
    assert check_links.unused(ROOT / "chapters") == []
