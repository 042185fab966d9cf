import functools
import re

import pytest
from browser import DESKTOP, PHONE, visit
from finish.search import plain

GLOSSARY, NOTATION, API = (
    "reference/glossary.html#",
    "reference/notation.html#",
    "reference/nnlib/",
)
# What is typed, and the beginning of the address that must come first.
QUERIES = {
    # terms, by name, abbreviation, plural, either spelling, with and without a hyphen
    "gradient descent": GLOSSARY + "term-gradient-descent",
    "Gradient Descent": GLOSSARY + "term-gradient-descent",
    "GD": GLOSSARY + "term-gradient-descent",
    "SGD": GLOSSARY + "term-stochastic-gradient-descent",
    "softmax": GLOSSARY + "term-softmax",
    "eigenvector": GLOSSARY + "term-eigenvector",
    "normalization": GLOSSARY + "term-normalisation",
    "optimizer": GLOSSARY + "term-optimiser",
    "mini-batch": GLOSSARY + "term-mini-batch",
    "minibatch": GLOSSARY + "term-mini-batch",
    "mini batches": GLOSSARY + "term-mini-batch",
    "crossentropy": GLOSSARY + "term-cross-entropy",
    "Bayes’ rule": GLOSSARY + "term-bayes-rule",
    # symbols, as letters, as TeX, by name, with spaces or without
    "∇": NOTATION + "notation-maths",
    r"\nabla": NOTATION + "notation-maths",
    "η": NOTATION + "notation-classifiers",
    "eta": NOTATION + "notation-classifiers",
    "σ": NOTATION + "notation-",
    "W^T": NOTATION + "notation-classifiers",
    r"W^\top": NOTATION + "notation-classifiers",
    "p(t|x)": NOTATION + "notation-classifiers",
    "p( t | x )": NOTATION + "notation-classifiers",
    # names in code
    "nn.Linear": API + "nn.html#nnlib.nn.Linear",
    "nnlib.viz.show": API + "viz.html#nnlib.viz.show",
    "cross_entropy": API,
    "F.cross_entropy": API + "functional.html#nnlib.nn.functional.cross_entropy",
    # ids of topics: where they are taught, else their line in the list
    "nnn-024": "classifiers/softmax.html#nnn-024",
    "ee147-001": "start/history.html#ee147-001",
    "ee147-324": "reference/syllabus.html#topic-ee147-324",
    # titles above what only mentions the words
    "softmax classifier": "classifiers/softmax.html",
    "eigenvalues": "maths/eigen.html",
    "Set up and hand in": "start/setup.html",
    "Hinton": "reference/bibliography.html#",
    # one letter wrong, missing, too many, exchanged
    "sofmax": GLOSSARY + "term-softmax",
    "softmaxx": GLOSSARY + "term-softmax",
    "gradeint": GLOSSARY + "term-gradient",
    "hessain": GLOSSARY + "term-hessian",
}


@pytest.fixture(scope="module")
def searching(browser, address):
    with visit(browser, address, "search.html") as visited:
        visited.page.wait_for_function("window.nn && nn.search")
        yield visited.page


@pytest.mark.parametrize(("query", "target"), QUERIES.items())
def test_what_is_looked_for_comes_first(searching, query, target):
    first = searching.evaluate("q => (nn.search.find(q).found[0] || [])[3]", query)
    assert first, "nothing found"
    assert first.startswith(f"chapters/{target}")


def test_nothing_is_found_for_what_nowhere_stands(searching):
    assert searching.evaluate("nn.search.find('zzqqxx').found") == []
    assert searching.evaluate("nn.search.find('  ').found") == []


def test_every_address_of_the_search_has_its_target(searching, book):
    for address in set(searching.evaluate("nnSearch.records.map(r => r[3])")):
        path, _, anchor = address.partition("#")
        assert not anchor or anchor in anchors(book / path), address


@functools.cache
def anchors(page):
    return set(re.findall(r'id="([^"]+)"', page.read_text(encoding="utf-8")))


@pytest.mark.deep(2)
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_results_show_page_section_and_the_place_that_was_found(open_visit, address, size):
    visited = open_visit(address, "search.html?q=temperature", size=size)
    results = visited.page.locator("#nn-search-results > li")
    results.first.wait_for()
    row = results.filter(has=visited.page.locator("a[href$='softmax.html#temperature']"))
    assert "The softmax classifier" in row.locator(".nn-where").inner_text()
    assert row.locator("mark").inner_text().lower() == "temperature"
    assert f"{results.count()} results" in visited.page.get_by_role("status").inner_text()
    assert visited.too_wide() == []
    assert visited.axe() == []
    assert (visited.outside, visited.missing, visited.errors) == ([], [], [])


def test_a_misspelt_word_is_named_with_what_was_shown_instead(open_visit, address):
    page = open_visit(address, "search.html?q=sofmax").page
    status = page.get_by_role("status")
    status.filter(has_text="Did you mean “softmax”?").wait_for()


def test_typing_searches_and_so_does_the_dialog_of_the_theme(open_visit, address):
    page = open_visit(address, "chapters/classifiers/softmax.html").page
    page.keyboard.press("Control+k")
    page.keyboard.type("GD")
    page.keyboard.press("Enter")
    first = page.locator("#nn-search-results a").first
    first.wait_for()
    assert first.inner_text() == "gradient descent"
    page.get_by_role("searchbox").fill("∇")
    page.locator("#nn-search-results a", has_text="∇").first.wait_for()


def test_the_search_works_from_a_file(open_visit, book):
    visited = open_visit(book.as_uri(), "/search.html?q=SGD")
    visited.page.locator("#nn-search-results a").first.wait_for()
    assert (visited.outside, visited.errors) == ([], [])


def test_only_the_search_page_loads_the_index(book):
    assert "search-data.js" in (book / "search.html").read_text(encoding="utf-8")
    for path in book.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert "searchindex.js" not in text
        assert path.name == "search.html" or "search-data.js" not in text


@pytest.mark.parametrize(
    ("tex", "typed"),
    [
        (r"\hat{y} = \mathrm{softmax}(z)", "y=softmax(z)"),
        (r"X W^\top + b", "X W^T + b"),
        (r"p(t_n \mid x_n, \theta)", "p(t_n|x_n,θ)"),
        (r"\nabla_{\theta} L", "∇_θ L"),
        (r"\left( \frac{a}{b} \right)", "(a/b)"),
    ],
)
def test_a_formula_is_kept_as_a_reader_would_type_it(tex, typed):
    assert plain(tex) == typed
