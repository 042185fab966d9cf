import re
from collections import Counter

import pytest
import yaml
from begin.course import Course
from begin.glossary import Glossary, Term, read_symbols, read_terms
from browser import PHONE, served
from minibook import HEADER, ROOT, MiniBook

REFERENCE = ROOT / "chapters" / "reference"
COURSE = Course(REFERENCE / "pages.yml", REFERENCE / "syllabus")
TERMS = read_terms(REFERENCE / "glossary.yml")
SYMBOLS = read_symbols(REFERENCE / "notation.yml")

GLOSSARY = [
    {"term": "loss", "also": ["losses"], "page": "part/second", "definition": "A number."},
    {"term": "loss surface", "page": "part/third", "definition": "The graph of $L$."},
    {"term": "SGD", "page": "part/third", "definition": "Noisy steps."},
    {"term": "batch", "page": "part/second", "definition": "Some samples, at most $N < 9$."},
    {"term": "view", "page": "part/second", "definition": "Shared memory.", "link": False},
]
USING = (
    HEADER
    + """# Second

## A loss in a heading

The *loss* is defined here. `batch` is code, [a batch](first.md) is a link, $batch$ is not.

```{code-cell} python
batch = 1
```

Losses again. Small-batch noise is none, batch_size neither, sgd is not, a lossy view neither.
On the loss surfaces we walk by SGD, one batch at a time, and SGD once more.
The {nolink}`loss surface` stays as it is.

See {cite:t}`bridle1990` and {eq}`sum`.

```{math}
:label: sum
1 + 1 = 2
```

```{covers} mini-001 mini-002
```

Two things.

```{erratum} mini-e001
```

```{bibliography}
:filter: docname in docnames
```
"""
)
FIRST = "# First\n\nEach loss of a batch, of every loss. Also SGD.\n"
LISTS = "# Words\n\n```{glossary-list}\n```\n\n```{notation-table}\n```\n"
NOTATION = [
    {"symbol": "W", "shape": "(C, D)", "code": "weight", "meaning": "w", "page": "part/second"},
    {"symbol": "W", "shape": "scalar", "meaning": "the width", "page": "part/third"},
    {"symbol": r"\eta", "shape": "scalar", "meaning": "a rate", "page": "part/third"},
]
BIBLIOGRAPHY = "# Bibliography\n\n```{bibliography}\n:all:\n```\n"


def write(book):
    book.write("chapters/reference/glossary.yml", yaml.safe_dump(GLOSSARY))
    book.write("chapters/reference/notation.yml", yaml.safe_dump(NOTATION))
    book.write("chapters/reference/glossary.md", LISTS)
    book.write("chapters/reference/bibliography.md", BIBLIOGRAPHY)
    book.write("chapters/part/first.md", FIRST)
    book.write("chapters/part/some.md", "---\nnolink: [losses, SGD]\n---\n\n" + FIRST)
    book.write("chapters/part/none.md", "---\nnolink: all\n---\n\n" + FIRST)
    book.write("chapters/part/second.md", USING)
    toc = yaml.safe_load((book.root / "_toc.yml").read_text())
    names = ("reference/glossary", "reference/bibliography", "part/some", "part/none")
    toc["chapters"] += [{"file": f"chapters/{name}"} for name in names]
    book.write("_toc.yml", yaml.safe_dump(toc))
    return book


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    return write(MiniBook.create(tmp_path_factory.mktemp("words") / "book")).made()


@pytest.fixture(scope="module")
def base(words):
    with served(words.root / "_build/html") as address:
        yield address


def links(book, page):
    return re.findall(r'<a class="nn-term[^"]*" href="([^"]+)">([^<]+)</a>', book.page(page))


@pytest.mark.slow
def test_the_first_use_of_each_term_is_linked_once(words):
    target = "../reference/glossary.html"
    assert links(words, "part/first") == [
        (f"{target}#term-loss", "loss"),
        (f"{target}#term-batch", "batch"),
        (f"{target}#term-sgd", "SGD"),
    ]


@pytest.mark.slow
def test_headings_code_links_formulas_and_parts_of_words_are_left_alone(words):
    result = links(words, "part/second")
    assert [text for _, text in result] == ["loss surfaces", "SGD", "batch"]


@pytest.mark.slow
def test_the_term_in_italics_on_its_page_is_the_anchor_that_the_glossary_leads_to(words):
    assert words.page("part/second").count('<em id="term-loss">loss</em>') == 1
    glossary = words.page("reference/glossary")
    assert 'href="../part/second.html#term-loss"' in glossary
    assert 'href="../part/second.html"' in glossary
    assert "Third (planned)" in glossary


@pytest.mark.slow
def test_front_matter_switches_terms_off(words):
    assert [text for _, text in links(words, "part/some")] == ["batch"]
    assert links(words, "part/none") == []


@pytest.mark.slow
def test_a_changed_term_reaches_unchanged_pages_and_a_wrong_page_fails(words, tmp_path):
    book = words.copy(tmp_path / "book")
    book.replace("Noisy steps.", "Steps by chance.", "chapters/reference/glossary.yml")
    book.replace("page: part/third", "page: part/fourth", "chapters/reference/notation.yml")
    done = book.build()
    assert "Steps by chance." in book.page("part/first")
    assert done.returncode != 0
    assert "names the page part/fourth, which pages.yml doesn't list" in done.stdout


def test_an_entry_without_a_definition_is_named(tmp_path):
    path = tmp_path / "glossary.yml"
    path.write_text("- {term: x, page: a/b}\n")
    with pytest.raises(ValueError, match=r"expected definition in the entry .*'x'"):
        read_terms(path)


@pytest.mark.slow
def test_a_symbol_with_two_meanings_names_both_pages(words):
    page = words.page("reference/glossary")
    twice = re.search(r'id="notation-twice".*?</section>', page, flags=re.DOTALL)[0]
    assert "the width" in twice
    assert 'href="../part/second.html"' in twice
    assert "eta" not in twice


@pytest.mark.slow
def test_a_source_names_the_pages_that_cite_it(words):
    page = words.page("reference/bibliography")
    cited = re.findall(r'Cited in <a class="reference[^"]*" href="([^"]+)">Second</a>', page)
    assert cited == ["../part/second.html"]
    assert page.count("Not cited yet.") == page.count('class="citation"') - 1


@pytest.mark.slow
def test_a_page_contains_only_the_cards_of_its_own_terms(words):
    assert "Noisy steps." in words.page("part/first")
    assert "The graph of" not in words.page("part/first")
    assert "nn-cards" not in words.page("reference/glossary")
    cards = re.search(r'id="nn-cards">(.*?)</script>', words.page("part/first"))[1]
    assert "at most <span" in cards
    assert "<\\/span>" in cards  # nothing ends the script before its end
    assert "</" not in cards


def card(visited):
    return visited.page.locator(".nn-card")


@pytest.mark.slow
def test_a_card_opens_under_the_pointer_and_stays_until_it_leaves_both(open_visit, base):
    visited = open_visit(base, "chapters/part/first.html")
    visited.page.locator("a.nn-term", has_text="SGD").hover()
    card(visited).wait_for()
    assert "Noisy steps." in card(visited).inner_text()
    card(visited).hover()
    visited.page.wait_for_timeout(500)
    assert card(visited).is_visible()
    visited.page.mouse.move(2, 2)
    card(visited).wait_for(state="detached")
    assert (visited.errors, visited.outside) == ([], [])


def test_a_card_opens_on_focus_tab_leads_into_it_and_escape_closes_it(open_visit, address):
    visited = open_visit(address, "chapters/maths/numpy-matplotlib.html")
    link = visited.page.locator("main p > a.nn-term").first
    term = link.inner_text()
    link.focus()
    card(visited).wait_for()
    assert link.get_attribute("aria-describedby") == card(visited).get_attribute("id")
    visited.page.keyboard.press("Tab")
    assert visited.page.evaluate("document.activeElement.closest('.nn-card') !== null")
    visited.page.keyboard.press("Escape")
    card(visited).wait_for(state="detached")
    assert visited.page.evaluate("document.activeElement.textContent") == term
    assert visited.errors == []


@pytest.mark.slow
def test_the_first_tap_opens_the_card_and_the_second_follows_the_link(open_visit, base):
    options = {"size": PHONE, "has_touch": True, "is_mobile": True}
    visited = open_visit(base, "chapters/part/first.html", **options)
    link = visited.page.locator("a.nn-term", has_text="SGD")
    link.tap()
    card(visited).wait_for()
    box = card(visited).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]
    assert visited.page.url.endswith("first.html")
    link.tap()
    visited.page.wait_for_url("**/glossary.html#term-sgd")


@pytest.mark.slow
def test_a_source_and_an_equation_have_cards_made_of_the_page_itself(open_visit, base):
    visited = open_visit(base, "chapters/part/second.html")
    visited.page.locator("a.reference.internal", has_text="1990").first.focus()
    card(visited).wait_for()
    assert "Bridle. Probabilistic interpretation" in card(visited).inner_text()
    visited.page.locator("a.reference.internal[href='#equation-sum']").focus()
    card(visited).locator(".katex-html").wait_for()
    ids = "[...document.querySelectorAll('[id]')].map(e => e.id)"
    assert not [k for k, n in Counter(visited.page.evaluate(ids)).items() if n > 1]


@pytest.mark.slow
def test_the_glossary_is_filtered_by_part_and_words(open_visit, base):
    how = {"size": PHONE}
    visited = open_visit(base, "chapters/reference/glossary.html", **how)
    entries = visited.page.locator(".nn-gloss")
    assert entries.filter(visible=True).count() == len(GLOSSARY)
    visited.page.get_by_label("Words").fill("noisy")
    assert entries.filter(visible=True).count() == 1
    assert visited.page.locator("#letter-l").is_hidden()
    assert f"1 of {len(GLOSSARY)} terms" in visited.page.locator("nn-filter").inner_text()
    assert visited.too_wide() == []
    assert visited.axe() == []


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Loss surfaces rise.", ["Loss surfaces"]),
        ("a mini batch, a mini-batch", ["mini batch", "mini-batch"]),
        ("Bayes’ rule and bayes' rule", ["Bayes’ rule"]),
        ("penalties", ["penalties"]),
        ("a query and two keys", ["keys"]),
        ("a loss-free, gloss, loss_fn, nn.loss(x)", []),
        ("the loss.\nThe next", ["loss"]),
        ("loss\nsurface", ["loss\nsurface"]),
    ],
)
def test_terms_are_found_whole_longest_first_in_all_their_forms(text, terms):
    names = ["loss", "loss surface", "mini-batch", "Bayes' rule", "penalty", "key"]
    glossary = Glossary([Term(name, "a/b", "…") for name in names])
    assert [words for _, words, _ in glossary.find(text)] == terms


def test_no_two_terms_share_a_form_or_an_anchor():
    forms = [form.replace("-", " ") for term in TERMS for form in (term.term, *term.also)]
    assert [form for form, n in Counter(forms).items() if n > 1] == []
    assert [name for name, n in Counter(term.id for term in TERMS).items() if n > 1] == []


def test_every_definition_is_one_sentence_that_does_not_start_with_its_term():
    for term in TERMS:
        text = re.sub(r"\$[^$]*\$", "x", term.definition)
        assert re.fullmatch(r"[A-Z](?:(?![a-z]\. [A-Z]).)*\.", text), term.term
        assert not text.lower().startswith((f"{term.term.lower()} is", "it is")), term.term


def test_every_page_that_teaches_something_has_terms_and_every_term_a_page():
    taught = {topic.page for topic in COURSE.topics.values()}
    taught = {page for page in taught if not page.startswith("reference/")}
    assert taught <= {term.page for term in TERMS}
    pages = {entry.page for entry in (*TERMS, *SYMBOLS)}
    assert pages <= set(COURSE.pages)


def test_the_terms_of_the_notes_are_in_the_glossary():
    glossary = Glossary(TERMS)
    listed = [
        t.topic.removesuffix(" (term)") for t in COURSE.topics.values() if "(term)" in t.topic
    ]
    missing = [name for name in listed if not list(glossary.find(name))]
    assert len(listed) > 40
    assert missing == []


def test_every_source_has_authors_a_title_a_year_and_a_venue():
    text = (ROOT / "chapters" / "references.bib").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=@)", text.strip())
    venue = "journal|booktitle|publisher|school|eprint|howpublished"
    for entry in entries:
        for field in ("author|editor", "title", "year", venue):
            assert re.search(rf"^\s*({field})\s*=", entry, flags=re.MULTILINE), entry
