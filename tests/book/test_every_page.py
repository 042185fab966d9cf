"""Every page in a browser: offline, typeset, accessible, narrow enough, and alive."""

import os
import subprocess
from pathlib import Path

import pytest
from browser import DESKTOP, PHONE, served, visit
from pages import BELOW, PAGES
from visits import BOTH, DEEP, TURNS, Way, changed, examine, findings, jobs

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "_build" / "screenshots"


def pytest_generate_tests(metafunc):
    """Choose the pages and ways of this commit, or all."""
    if "way" in metafunc.fixturenames:
        deep, share = metafunc.config.getoption("deep"), int(os.environ["TEST_SHARE"])
        chosen = jobs(PAGES, BELOW, deep, share, changed(ROOT))
        ids = [f"{page}-{way.name}" for page, way in chosen]
        metafunc.parametrize(("page", "way"), chosen, ids=ids)


@pytest.fixture(scope="module")
def visited(request, browser, book):
    """Return what is wrong with the pages of the tests that were chosen."""
    chosen = [
        item.callspec.params for item in request.session.items if "visited" in item.fixturenames
    ]
    jobs = [(params["page"], params["way"]) for params in chosen]
    return findings(browser, book, jobs, PICTURES)


def test_a_page_has_no_fault_in_a_browser(visited, page, way):
    assert visited[page, way.name] == [], f"{page}, {way.name}"


@pytest.mark.parametrize("ways", [DEEP, TURNS], ids=["deep", "in turn"])
def test_the_ways_cover_both_origins_sizes_and_schemes(ways):
    assert {way.from_file for way in ways} == {True, False}
    assert {way.size for way in ways} == {DESKTOP, PHONE}
    assert {scheme for way in ways for scheme in way.schemes} == {"light", "dark"}


@pytest.mark.parametrize("first", [0, 12, 959])
def test_turns_show_every_page_and_axe_sees_each_and_in_the_end_in_every_way(first):
    pages, below = [f"a{k}" for k in range(30)], [f"x{k}" for k in range(12)]
    whole = {way.name: way for way in TURNS}
    runs = [jobs(pages, below, False, share) for share in range(first, first + 60)]
    assert {page for run in runs[:5] for page, _ in run} >= set(pages)
    assert {page for run in runs[:16] for page, _ in run} == {*pages, *below}
    shown = [{(p, w.name) for p, w in run if w == whole[w.name]} for run in runs]
    assert {page for run in shown[:15] for page, _ in run} >= set(pages)
    assert set().union(*shown) >= {(page, name) for page in pages for name in whole}


def test_a_changed_page_is_seen_by_axe_at_once():
    for share in range(8):
        way = dict(jobs(["a", "b"], ["x"], False, share, {"b"}))["b"]
        assert way in TURNS


def test_a_page_counts_as_changed_by_the_last_commit_an_edit_or_as_new(tmp_path):
    def write(text, *names):
        for name in names:
            (tmp_path / f"chapters/{name}.md").write_text(text)

    def commit():
        git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x"]
        for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "pages"]):
            subprocess.run([*git, *command], check=True)

    (tmp_path / "chapters").mkdir()
    write("one", "old", "edited")
    commit()
    write("one", "last")
    commit()
    write("two", "edited", "new")
    assert changed(tmp_path) == {"last", "edited", "new"}


PICK = '<button class="nn-pick">a</button>'
QUESTION = """<div class="nn-question">%s<button>Check</button>
<p class="nn-why"></p></div>"""
PLANTED = {
    "asks the outside: https://example.org/x.png": '<img alt="x" src="https://example.org/x.png">',
    "cannot load: ": '<img alt="x" src="nowhere.png">',
    "error: ": "<script>throw new Error('planted')</script>",
    "formula: x^2": '<span class="math">x^2</span>',
    "not painted: [x]": '<p class="katex">[x]<svg><path fill="none" d="M0 0"/></svg></p>',
    "words of 9.0 px: y": """<p class="nn-panel"><svg class="nn-plot">
<text font-size="9">y</text></svg></p>""",
    "too wide in light: DIV": '<div style="width: 3000px">wide</div>',
    "axe in dark: color-contrast": '<p style="color: #777; background: #888">pale</p>',
    "question 1: two choices": "<nn-quiz>" + QUESTION % (PICK * 2),
    "question 1: not one": "",
    "question 1: says nothing": "",
    "question 1: is the last": "</nn-quiz>",
    "does not move by keyboard: stone": '<figure class="nn-play" aria-label="stone"></figure>',
}
WAY = Way("planted", DESKTOP, False, BOTH, "dark")
PAGE = """<!doctype html><html lang="en"><head><title>Planted</title><script>
const dark = matchMedia("(prefers-color-scheme: dark)");
const set = () => { document.documentElement.dataset.theme = dark.matches ? "dark" : "light"; };
set(); dark.addEventListener("change", set);
</script></head><body><main><h1>Planted</h1>%s</main></body></html>"""


@pytest.mark.parametrize("planted", [{}, PLANTED], ids=["none", "all"])
def test_planted_faults_are_found(browser, tmp_path, planted):
    (tmp_path / "page.html").write_text(PAGE % "".join(planted.values()))
    (tmp_path / "favicon.ico").touch()
    with (
        served(tmp_path) as address,
        visit(browser, address, "page.html") as opened,
    ):
        found = examine(opened, tmp_path / "pictures" / "page", WAY)
    assert [f for f in planted if not any(line.startswith(f) for line in found)] == []
    assert planted or found == []
    pictures = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert pictures == ["page-dark.png"]


def test_a_page_that_does_not_load_is_a_finding_and_the_others_are_visited(browser, tmp_path):
    (tmp_path / "chapters").mkdir()
    (tmp_path / "chapters/good.html").write_text(PAGE % "")
    (tmp_path / "favicon.ico").touch()
    way = Way("desktop-file", DESKTOP, True, BOTH, "light")
    found = findings(browser, tmp_path, [("bad", way), ("good", way)], tmp_path / "pictures")
    assert found["good", way.name] == []
    assert found["bad", way.name][0].startswith("the visit failed: ")


def test_a_long_page_is_photographed_in_pieces(browser, tmp_path):
    (tmp_path / "favicon.ico").touch()
    (tmp_path / "page.html").write_text(PAGE % '<div style="height: 9000px">long</div>')
    with (
        served(tmp_path) as address,
        visit(browser, address, "page.html") as opened,
    ):
        assert examine(opened, tmp_path / "pictures" / "page", WAY) == []
    assert len(list((tmp_path / "pictures").iterdir())) == 2
