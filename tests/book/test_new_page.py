"""The skeleton of a page: complete, in its place, and never over anything."""

import ast
from difflib import ndiff
from itertools import chain

import new_page
import pytest
import yaml
from page_lint import Page, check
from pages import COURSE, ROOT

LESSONS = [
    page for page in COURSE.pages if page != "start/home" and not page.startswith("reference/")
]
NEXT = "frameworks/pytorch"  # begun once more
TOC = (ROOT / "_toc.yml").read_text(encoding="utf-8")


def without(*pages):
    """Return the table of contents as it was before these pages were begun."""
    toc = TOC
    for page in pages:
        line = f"      - file: chapters/{page}\n"
        assert toc.count(line) == 1
        toc = toc.replace(line, "")
    return toc


def book(tmp_path):
    (tmp_path / "_toc.yml").write_text("# kept\n" + without(NEXT), encoding="utf-8")
    return tmp_path


def test_the_skeleton_of_every_page_holds_its_ids_and_its_plan():
    for page in LESSONS:
        draft = Page.load(page, new_page.skeleton(page))
        found = [sorted(chain(*draft.source.ids(kind))) for kind in ("covers", "erratum")]
        assert found == [sorted(COURSE.topics_of(page)), sorted(COURSE.errata_of(page))], page
        assert max(map(len, draft.source.ids("covers")), default=1) <= 3, page
        for cell in draft.source.cells:
            ast.parse(cell.code)


def test_the_lint_lists_what_a_skeleton_lacks():
    found = check(Page.load(NEXT, new_page.skeleton(NEXT))).findings
    rules = {finding.rule for finding in found}
    assert rules >= {"skeleton", "cell-count", "figure-count", "figure-caption"}
    assert rules >= {"figure-alt", "prediction-count", "question-count", "exercise-count"}
    assert {"covers", "own-words", "spine"} & rules == {"covers"}


@pytest.mark.parametrize("page", [NEXT, "maths/vectors"])
def test_the_skeleton_holds_question_plan_and_claims(page):
    entry = new_page.entries()[page]
    sentences = [entry["question"] + "?", entry["by_hand"], entry["experiment"]]
    sentences += [COURSE.errata[name].claim for name in COURSE.errata_of(page)]
    text = unbroken(new_page.skeleton(page).replace("\n%", ""))
    assert [words for words in sentences if unbroken(words) not in text] == []


def unbroken(text):
    """Return a text without spaces: notes are broken at hyphens too."""
    return "".join(text.split())


@pytest.mark.parametrize("page", LESSONS[::9])
def test_a_page_enters_the_table_of_contents_at_its_place(page):
    before = without(page).splitlines()
    after = new_page.add_to_contents(without(page), page).splitlines()
    assert [row for row in ndiff(before, after) if row.startswith("- ")] == []
    tree = yaml.safe_load("\n".join(after))
    files = [c["file"] for part in tree["parts"] for c in part["chapters"]]
    names = [
        f.removeprefix("chapters/")
        for f in files
        if f.removeprefix("chapters/") in COURSE.pages
    ]
    assert page in names
    taught = [name for name in names if not name.startswith("reference/")]
    assert taught == sorted(taught, key=list(COURSE.pages).index)


def test_all_pages_can_be_begun_one_after_the_other():
    last = [page for page in LESSONS if page.startswith("frameworks/")]
    toc = without(*last).replace("  - caption: Frameworks\n    chapters:\n", "")
    assert "Frameworks" not in toc
    for page in reversed(last):
        toc = new_page.add_to_contents(toc, page)
    captions = [part["caption"] for part in yaml.safe_load(toc)["parts"]]
    *taught, _ = COURSE.parts.values()  # the last part is there to look things up
    assert captions == [*taught, "Reference"]


def test_the_table_keeps_its_comments_and_the_page_is_written(tmp_path):
    path = new_page.write(book(tmp_path), NEXT)
    assert path.read_text(encoding="utf-8").startswith("---\njupytext:")
    toc = (tmp_path / "_toc.yml").read_text(encoding="utf-8")
    assert toc.startswith("# kept\n")
    assert toc.count(f"chapters/{NEXT}\n") == 1


def test_an_existing_page_is_refused_and_nothing_is_changed(tmp_path):
    path = new_page.write(book(tmp_path), NEXT)
    path.write_text("mine")
    assert "exists; nothing was changed" in new_page.refusal(tmp_path, NEXT)
    with pytest.raises(FileExistsError):
        new_page.write(tmp_path, NEXT)
    assert path.read_text() == "mine"


def test_a_page_that_is_only_listed_is_refused(tmp_path):
    new_page.write(book(tmp_path), NEXT).unlink()
    assert "stands in _toc.yml" in new_page.refusal(tmp_path, NEXT)


@pytest.mark.parametrize(
    ("typed", "near"), [("maths/vector", "maths/vectors"), ("vectors", "maths/vectors")]
)
def test_an_unknown_page_is_refused_with_the_near_names(tmp_path, typed, near):
    assert near in new_page.refusal(book(tmp_path), typed)
