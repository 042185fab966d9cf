"""How a page looks: face, measure, frame, weight; nothing moves while it loads."""

import re
from pathlib import Path

import pytest
from begin.course import Course
from browser import DESKTOP, PHONE
from build_page import WEIGHT, without_formulas
from finish import icons, theme_style
from minibook import MiniBook
from pages import REFERENCE, ROOT
from sphinx.errors import ExtensionError
from write.markup import minified

WIDE, WIDEST = (1920, 1000), (2560, 1300)
TITLE = "Neural networks from first principles"
PAGES = "chapters/reference/pages.yml"
SOFTMAX = "chapters/classifiers/softmax.html"
API = "chapters/reference/nnlib/functional.html"
OURS = re.compile(r'(?:src|href)="[^"]*?((?:_images|_play)/[^"?]+)')


def built_pages(book):
    return sorted(book.rglob("*.html"))


def weights(book, page):
    """Return the bytes of a page without its formulas, and the bytes of the formulas."""
    text = page.read_text(encoding="utf-8")
    bare = len(without_formulas(text).encode())
    own = sum((book / f).stat().st_size for f in set(OURS.findall(text)))
    return bare + own, page.stat().st_size - bare


def test_no_page_weighs_more_than_a_megabyte_beyond_theme_and_formulas(book):
    results = {page.stem: weights(book, page) for page in built_pages(book)}
    assert {name: n for name, n in results.items() if max(n) > WEIGHT} == {}


def test_the_weight_of_a_page_leaves_out_whole_formulas():
    formula = '<span class="katex"><span class="katex-html"><span>x</span></span></span>'
    text = f"<p><span>a</span> <span class='math'>{formula}</span> b {formula}</p>"
    assert without_formulas(text) == text.replace(formula, "")


def test_marks_without_ink_and_needless_digits_are_left_out():
    code = '<span class="n">x</span> <span class="o">=</span> <span class="mi">1</span>'
    assert minified(code) == 'x = <span class="mi">1</span>'
    curve = '<path d="M 1.123456 -0.5 L 2.999999 3" transform="scale(0.015625)"/>'
    assert minified(curve) == '<path d="M 1.12 -0.5 L 2.99 3" transform="scale(0.015625)"/>'


def theme_sheet(book):
    """Return the joined style sheet of a page."""
    page = (book / SOFTMAX).read_text(encoding="utf-8")
    name = re.search(r'_static/(joined-\w+\.css)" data-files="theme\.css', page)[1]
    return (book / "_static" / name).read_text(encoding="utf-8")


def test_the_theme_ships_only_files_that_pages_load(book):
    static = book / "_static"
    assert [f for pattern in icons.UNUSED for f in static.glob(pattern)] == []
    single = [f for f in static.rglob("*") if f.is_file() and not f.match("joined-*")]
    assert sum(f.stat().st_size for f in single) < WEIGHT / 4
    assert len(theme_sheet(book)) < WEIGHT / 2


def test_every_icon_of_every_page_has_its_drawing(book):
    sheet = theme_sheet(book)
    used = set().union(*(icons.used(p.read_text(encoding="utf-8")) for p in built_pages(book)))
    assert {"bars", "list", "sun"} <= used
    assert [name for name in used if f".fa-{name} {{ --icon: url(" not in sheet] == []


def test_an_icon_without_a_drawing_is_an_error_that_names_it():
    script = icons.SCRIPT.read_text(encoding="utf-8")
    assert icons.outline("moon", script)[:2] == (384, 512)
    with pytest.raises(ExtensionError, match=r"no drawing of 'fa-no-such-thing'"):
        icons.outline("no-such-thing", script)


def test_rules_of_the_theme_that_no_page_can_use_are_left_out(book):
    text = """.used,.never{a:b}:is(.never).used{a:b}.used:not(.never){a:b}#never p{a:b}
    @media print{.never{a:b}} @media screen{p.used{a:b}.never .used{a:b}}
    @font-face{font-family:"Font Awesome 6 Free"}@keyframes turn{0%{a:b}}p>[data-x="."]{a:b}"""
    assert theme_style.pruned(text, {"used"}).split("\n") == [
        ".used{a:b}",
        ":is(.never).used{a:b}",
        ".used:not(.never){a:b}",
        "@media screen{p.used{a:b}}",
        "@keyframes turn{0%{a:b}}",
        'p>[data-x="."]{a:b}',
    ]
    kept = theme_sheet(book)
    assert ".bd-sidebar-primary" in kept
    assert ".tooltip-inner" in kept  # a script makes it


@pytest.mark.slow
@pytest.mark.browser
def test_the_icons_are_seen_and_the_text_is_set_in_our_face(open_visit, book):
    visited = open_visit(book.as_uri() + "/", SOFTMAX)
    masks = visited.page.locator("i[class*='fa-'], span[class*='fa-']").evaluate_all(
        "es => es.map(e => getComputedStyle(e).maskImage)"
    )
    assert masks
    assert all(mask.startswith('url("data:image/svg+xml') for mask in masks)
    faces = visited.page.evaluate("[...document.fonts].map(f => [f.family, f.status])")
    assert ["NN Text", "loaded"] in [[name.strip('"'), status] for name, status in faces]
    assert (visited.missing, visited.errors) == ([], [])


SIGNS = """
() => {
  let signs = 0, lines = 0;
  for (const p of document.querySelectorAll(".bd-article section > p")) {
    if (p.querySelector(".katex, code") || p.textContent.length < 250) continue;
    const range = document.createRange();
    range.selectNodeContents(p);
    const ends = [...range.getClientRects()].map(r => r.bottom).sort((a, b) => a - b);
    signs += p.textContent.length;
    lines += ends.filter((y, k) => !k || y - ends[k - 1] > 10).length - 0.5;  // the last
  }
  return signs / lines;
}
"""


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    ("size", "least", "most"),
    [(PHONE, 33, 48), (DESKTOP, 62, 76), (WIDE, 62, 76), (WIDEST, 62, 76)],
)
def test_a_line_of_text_has_a_length_that_is_easy_to_read(
    open_visit, address, size, least, most
):
    visited = open_visit(address, SOFTMAX, size=size)
    assert least <= visited.page.evaluate(SIGNS) <= most


@pytest.fixture(scope="module")
def numbered(tmp_path_factory):
    book = MiniBook.create(tmp_path_factory.mktemp("numbered") / "book")
    book.write(
        "chapters/part/first.md", "# First\n\n$$\na = b\n$$ (eq-first)\n\nSee {eq}`eq-two`.\n"
    )
    label = (
        "\n$$\nx = 1\n$$\n\n```{math}\n:label: eq-two\ny = \\frac12\n```\n\nBy {eq}`eq-two`.\n"
    )
    figure = "```{figure} x.svg\n:name: fig-%s\nA bar.\n```\n\n"
    figure += "{numref}`fig-one`, {numref}`fig-two`\n"
    book.replace("Two things", f"{label}\n{figure % 'two'}\nTwo things")
    book.replace("See {eq}", f"{figure % 'one'}\nSee {{eq}}", "chapters/part/first.md")
    book.write("chapters/part/x.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
    book.replace("title: Second", "question: Is 1 < 2\n  title: Second", PAGES)
    book.replace("# First", f"# {TITLE}", "chapters/part/first.md")
    return book.made()


@pytest.mark.slow
def test_an_equation_with_a_label_has_a_number_by_page_and_can_be_referred_to(numbered):
    first, second = numbered.page("part/first"), numbered.page("part/second")
    assert first.count('class="eqno"') == second.count('class="eqno"') == 1
    assert '<span class="eqno">(1)' in first
    assert '<span class="eqno">(1)' in second
    assert 'href="#equation-eq-two">(1)</a>' in second
    assert 'href="second.html#equation-eq-two">(1)</a>' in first


@pytest.mark.slow
def test_a_figure_has_a_number_by_page_and_another_page_names_its_page(numbered):
    numbers = {"part/first": "Figure 1, Figure 1 of Second"}
    numbers["part/second"] = f"Figure 1 of {TITLE}, Figure 1"
    for page, expected in numbers.items():
        text = numbered.page(page)
        assert re.findall(r'caption-number">([^<]*) <', text) == ["Figure 1"]
        assert expected in re.sub(r"<[^>]+>", "", text)


@pytest.mark.slow
def test_the_question_of_a_page_is_its_subtitle_and_its_hint_in_the_sidebar(numbered):
    first, second = numbered.page("part/first"), numbered.page("part/second")
    assert re.search(r'</h1>\s*<p class="nn-subtitle">Is 1 &lt; 2\?</p>', second)
    assert "nn-subtitle" not in first
    assert first.count('title="Is 1 &lt; 2?"') == second.count('title="Is 1 &lt; 2?"') == 1
    assert first.count(f"<title>{TITLE}</title>") == 1  # the front page has the book's title


def test_a_page_of_the_api_has_a_title_but_no_question(book):
    page = (book / API).read_text(encoding="utf-8")
    assert page.count('class="nn-way-title"') == 2
    assert "nn-way-question" not in page


def test_every_page_of_the_course_has_a_question_that_asks():
    pages = Course(REFERENCE / "pages.yml", REFERENCE / "syllabus").pages.values()
    asked = [page.question for page in pages if page.question]
    assert len(asked) > 60
    assert [text for text in asked if not text.endswith(("?", ".", "!"))] == []


@pytest.mark.slow
@pytest.mark.browser
def test_a_cell_is_copied_by_keyboard_without_its_prompts_and_uncovered(open_visit, address):
    page = open_visit(address, "chapters/reference/nnlib/linalg.html").page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    block = page.locator("div.highlight", has_text=">>>").first
    button = block.get_by_role("button", name="Copy this code")
    code = block.locator("pre").bounding_box()
    assert button.bounding_box()["x"] >= code["x"] + code["width"] - 0.5
    button.focus()
    page.keyboard.press("Enter")
    page.locator("[role=status]", has_text="Copied").wait_for(state="attached")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip()
    assert ">>>" not in copied


def test_the_sheets_keep_the_inks_that_figures_use():
    sheet = Path(ROOT, "chapters/_static/nn.css").read_text(encoding="utf-8")
    for ink in ("ink", "grid", "soft", *"abcdefghij"):
        assert sheet.count(f"--nn-{ink}:") == 2, ink


def test_no_sheet_for_screens_asks_what_a_page_or_section_holds():
    # such a rule would style the whole page again at each change in a figure
    sheets = [f for f in Path(ROOT, "chapters/_static").glob("*.css") if f.stem != "print"]
    asked = re.compile(
        r"(?<![\w-])(?:html|body|main|article|section|\.bd-[\w-]+)[^\s>+~,{]*:has\("
    )
    results = [f"{f.name}: {asked.search(f.read_text('utf-8'))}" for f in sheets]
    assert [line for line in results if not line.endswith(": None")] == []
