import functools
import gzip
import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from begin.course import read_yaml
from begin.glossary import read_terms
from browser import DESKTOP, INK, PHONE, visit
from docutils import nodes
from docutils.utils import new_document
from finish import search
from finish.plain_tex import plain
from pages import ROOT
from sphinx.errors import ExtensionError
from sphinx_exercise.nodes import exercise_node, solution_node

CASES = read_yaml(Path(__file__).with_name("search_cases.yml"))
SETUP, SOFTMAX = "start/setup.html", "classifiers/softmax.html"
STRATEGY = "optimization/strategy.html"
GRADIENT_DESCENT = "classifiers/gradient-descent.html"
NOTATION, API = "reference/notation.html#", "reference/nnlib/"
# Forty queries of readers, and the beginning of the address that must come first. The first
# ten were written from the table of contents alone, before the code of the search was read.
READERS = {
    "install python": SETUP,
    "how do I submit my homework": "reference/assignments.html",
    "knn": "classifiers/nearest-neighbours.html",
    "why is my model overfitting": "classifiers/generalization.html",
    "learning rate too big": GRADIENT_DESCENT,
    "what is a neuron": "backprop/neurons.html",
    "pca explained": "maths/svd-pca.html",
    "bayes theorem": "maths/probability.html",
    "who invented neural networks": "start/history.html",
    "what does this symbol mean": "reference/notation.html",
    "how do I install": SETUP,
    "where do I start": "start/home.html",
    "bag of pictures": "classifiers/learning-problem.html",
    "photo compression": "maths/svd-pca.html",
    "solve system of equations": "maths/linear-systems.html",
    "least squares": "maths/linear-systems.html",
    "dot product": "maths/vectors.html",
    "matrix multiplication": "maths/matrices.html",
    "normal distribution": "maths/probability.html",
    "chain rule": "maths/matrix-calculus.html",
    "jacobian": "maths/matrix-calculus.html",
    "broadcasting in numpy": "maths/numpy-matplotlib.html",
    "linear regresson": "classifiers/linear-regression.html",
    "logistic regression gradient": "classifiers/logistic-regression.html",
    "maximum likelihood estimation": "classifiers/maximum-likelihood.html",
    "train test split": "classifiers/model-selection.html",
    "cross-validation": "classifiers/model-selection.html",
    "curse of dimensionality": "classifiers/nearest-neighbours.html",
    "derivative of softmax": "classifiers/softmax.html",
    "hinge loss": "classifiers/svm.html",
    "relu": "backprop/activations.html",
    "vanishing gradients": "rnn/vanishing-gradients.html",
    "loss function": "backprop/losses.html",
    "backpropagation": "backprop/computational-graphs.html",
    "transpose in backprop": "backprop/tensor-backprop.html",
    "build a neural network from scratch": "backprop/deep-network.html",
    "is my gradient wrong": "backprop/gradient-checking.html",
    "mistakes in the notes": "reference/errata.html",
    "cheat sheet": "reference/formula-sheet.html",
    "how to grade submissions": "reference/instructors.html",
}
# What is typed by those who know how it is called.
NAMES = {
    # questions of beginners, whose words stand in no title
    "what is a gradient": "maths/matrix-calculus.html",
    "why is my loss nan": STRATEGY,
    "accuracy stuck": STRATEGY,
    "my network does not learn": STRATEGY,
    "is my backprop correct": "backprop/gradient-checking.html",
    "image classification": "classifiers/learning-problem.html",
    "how does a neural network learn": "classifiers/learning-problem.html",
    # pages before terms, by name, abbreviation, either spelling
    "gradient descent": GRADIENT_DESCENT,
    "Gradient Descent": GRADIENT_DESCENT,
    "GD": GRADIENT_DESCENT,
    "SGD": "optimization/sgd.html",
    "softmax": SOFTMAX,
    "softmax regression": SOFTMAX,
    "eigenvector": "maths/eigen.html",
    "eigenvalues": "maths/eigen.html",
    "Setup": SETUP,
    "notation": "reference/notation.html",
    # terms where they are explained, with and without a hyphen
    "normalization": "optimization/preprocessing.html#term-normalisation",
    "optimizer": f"{GRADIENT_DESCENT}#term-optimiser",
    "mini-batch": f"{GRADIENT_DESCENT}#term-mini-batch",
    "minibatch": f"{GRADIENT_DESCENT}#term-mini-batch",
    "mini batches": f"{GRADIENT_DESCENT}#term-mini-batch",
    "crossentropy": "backprop/losses.html#term-cross-entropy",
    "Bayes’ rule": "maths/probability.html#term-bayes-rule",
    "stochastic gradient descent": "optimization/sgd.html",
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
    "np.einsum": API + "tensor.html#nnlib.einsum",
    # ids of topics: where they are taught, else their line in the list
    "nnn-024": "classifiers/softmax.html#nnn-024",
    "ee147-001": "start/history.html#ee147-001",
    "ee147-324": "frameworks/keras.html#ee147-324",
    "Hinton": "reference/bibliography.html#",
    # one letter wrong, missing, too many, exchanged
    "sofmax": SOFTMAX,
    "softmaxx": SOFTMAX,
    "gradeint": "maths/matrix-calculus.html#term-gradient",
    "hessain": "maths/matrix-calculus.html#term-hessian",
}
# Ten more in the words of students, and thirty that somebody wrote without knowledge of the
# search, of which 28 must be right.
OWN = {q: f"{page}.html" for q, page in CASES["own"]}
GIVEN = {q: f"{page}.html" for q, page in CASES["given"]}
FIRST = 300_000  # bytes, compressed, that the first key may need
PAGE = f"chapters/{SOFTMAX}"
SHORT = "chapters/reference/errata.html"  # opened, and seen by axe, in a third of the time
TEX = re.compile(r"\\|\$|(?<!\.)\b(?:[dt]?frac|sqrt|math(?:bb|bf|cal|rm)|lVert|cdot)\b")
WINDOWS = "start/setup.html", "reference/assignments.html"  # paths have a backslash


@pytest.fixture(scope="module")
def searching(browser, address):
    with visit(browser, address, "search.html") as visited:
        field(visited).fill("several words load the texts")
        visited.page.wait_for_function("window.nn?.search?.whole")
        yield visited.page


def field(visited):
    return visited.page.get_by_role("combobox", name="Search the book")


def options(visited):
    return visited.page.locator(".nn-matches").get_by_role("option")


def wait_until_chosen(visited, title):
    """Wait until only the option with a title is selected, and is the field's active one."""
    result = visited.page.locator(".nn-matches [aria-selected=true]")
    result.locator(
        ".nn-matches-name", has_text=re.compile(rf"^(nnlib\.)?{re.escape(title)}$")
    ).wait_for()
    assert result.count() == 1
    assert result.get_attribute("id") == field(visited).get_attribute("aria-activedescendant")


def kinds(page, query):
    return page.evaluate("q => nn.search.find(q).hits.map(r => r.kind)", query)


def missed(searching, wanted):
    """Return the first result of each query for which it is not the wanted one."""
    find = "qs => qs.map(q => nn.search.find(q).hits[0]?.address ?? 'nothing')"
    result = zip(wanted, searching.evaluate(find, list(wanted)), strict=True)
    return {q: a for q, a in result if not a.startswith(f"chapters/{wanted[q]}")}


def test_exact_matches_come_first(searching):
    assert missed(searching, READERS | NAMES | OWN) == {}
    assert len(GIVEN) == 30
    assert len(missed(searching, GIVEN)) <= 2


@pytest.mark.slow
def test_a_glossary_term_or_a_page_with_the_same_name_comes_first(searching):
    others = """() => nn.search.records.filter(r => r.kind === "term").filter(term => {
      const [first] = nn.search.find(term.title).hits;
      const same = first.names[0].phrase === term.names[0].phrase;
      return first !== term && !(first.kind === "page" && same);
    }).map(term => term.title)"""
    assert searching.evaluate(others) == []


def test_the_first_key_loads_few_bytes(book):
    scripts = [f"_play/{name}.js" for name in ("search-words", "search", "search-results")]
    files = [book / name for name in (search.DATA, *scripts)]
    files.append(ROOT / "chapters/_extra/_play/search-field.js")  # part of a joined file
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) <= FIRST


def test_results_do_not_reveal_what_is_behind_a_curtain(searching):
    rows = searching.evaluate("nn.search.records.filter(r => r.hidden).map(r => r.text)")
    assert len(rows) > 50
    script = """() => {
      const find = query => nn.search.find(query);
      const answer = find("accuracy falls loss rises after step 200");
      return answer.hits.flatMap(r => nn.search.snippet(r, answer)).map(([t]) => t).join(" ");
    }"""
    assert "96.2% to 95.4%" not in searching.evaluate(script)


def test_titles_are_found_before_texts_load_and_no_result_offers_links(open_visit, address):
    held = []

    def hold(tab):
        tab.route(f"**/{search.TEXT}", lambda route: held.append(route))

    visited = open_visit(address, SHORT, prepare=hold)
    visited.page.keyboard.press("/")
    visited.page.keyboard.type("gradient descent")
    wait_until_chosen(visited, "Gradient descent")
    assert not visited.page.evaluate("nn.search.whole")
    field(visited).fill("zzqqxx")
    visited.page.locator(".nn-matches-note", has_text="Searching").wait_for()
    while not held:  # the request may arrive here after the note is drawn
        visited.page.wait_for_timeout(10)
    assert options(visited).count() == 0
    held[0].continue_()
    options(visited).nth(2).wait_for()
    for way in options(visited).all():
        assert "zzqqxx" not in way.get_attribute("href")
    assert field(visited).get_attribute("aria-activedescendant") is None


def test_a_page_shows_the_section_that_was_found_unless_its_title_was_typed(searching):
    place = """([query, address]) => {
      const {hits, places} = nn.search.find(query);
      const page = hits.find(r => r.kind === "page" && r.address.endsWith(address));
      return [places.get(page)?.kind, hits.includes(places.get(page))];
    }"""
    assert searching.evaluate(place, ["hinge loss gradient", "svm.html"]) == ["section", False]
    title = ["Support vector machines", "svm.html"]
    assert searching.evaluate(place, title) == [None, False]


def test_a_page_is_found_by_its_title(searching, book):
    pages = searching.evaluate("nnSearch.pages")
    firsts = searching.evaluate(
        "pages => pages.map(([, title]) => nn.search.find(title).hits[0].address)", pages
    )
    assert firsts == [address for address, *_ in pages]


TITLES = ["linear", "vector", "matrix"]
TERMS = ["relu", "xor", "sigmoid", "softmax", "loss", "gradient", "learning rate"]


def test_pages_come_before_names_of_the_api_and_those_before_topics(searching):
    for query in (*TITLES, *TERMS):
        result = kinds(searching, query)
        assert result[:2].index("page") == (query in TERMS), query
        at = {kind: result.index(kind) for kind in ("page", "api", "topic") if kind in result}
        assert list(at.values()) == sorted(at.values()), query


def test_unknown_words_have_no_results(searching):
    assert searching.evaluate("nn.search.find('zzqqxx').hits") == []
    assert searching.evaluate("nn.search.find('  ').hits") == []


def test_every_address_of_the_search_has_its_target(searching, book):
    for address in set(searching.evaluate("nn.search.records.map(r => r.address)")):
        path, _, anchor = address.partition("#")
        assert not anchor or anchor in anchors(book / path), address


@functools.cache
def anchors(page):
    return set(re.findall(r'id="([^"]+)"', page.read_text(encoding="utf-8")))


def test_search_results_show_no_tex(searching):
    shown = searching.evaluate("nn.search.records.map(r => [r.address, r.title, r.text])")
    raw = [(address, text) for address, *texts in shown for text in texts if TEX.search(text)]
    unexpected = [result for result in raw if not any(page in result[0] for page in WINDOWS)]
    assert unexpected == []


def test_the_keyboard_searches_on_any_page(open_visit, address):
    visited = open_visit(address, SHORT)
    keys = visited.page.keyboard
    visited.page.locator("article a.reference.internal").first.focus()
    keys.press("/")
    assert field(visited).evaluate("e => e === document.activeElement")
    assert field(visited).get_attribute("aria-expanded") == "false"
    keys.type("gradient desc")
    wait_until_chosen(visited, "Gradient descent")
    assert field(visited).get_attribute("aria-expanded") == "true"
    assert field(visited).get_attribute("aria-controls") == "nn-matches"
    status = visited.page.get_by_role("status").filter(has_text="results")
    status.first.wait_for(state="attached")
    keys.press("ArrowDown")
    wait_until_chosen(visited, "Stochastic gradient descent")
    keys.press("ArrowUp")
    keys.press("ArrowUp")
    last = visited.page.locator(".nn-matches [role=option]:last-child[aria-selected=true]")
    last.filter(has_text=re.compile(r"^All \d+ results$")).wait_for()
    keys.press("ArrowDown")
    wait_until_chosen(visited, "Gradient descent")
    assert visited.axe() == []
    keys.press("Escape")
    visited.page.locator("#nn-matches").wait_for(state="hidden")
    assert field(visited).input_value() == "gradient desc"
    keys.press("ArrowDown")
    options(visited).first.wait_for()
    keys.press("Escape")
    keys.press("Escape")
    assert field(visited).input_value() == ""
    keys.press("Escape")
    assert visited.page.evaluate("document.activeElement.matches('main a.reference')")
    keys.press("Control+k")
    keys.type("nn.Linear")
    wait_until_chosen(visited, "nn.Linear")
    keys.press("Enter")
    visited.page.wait_for_url("**/reference/nnlib/nn.html#nnlib.nn.Linear")
    assert (visited.outside, visited.missing, visited.errors) == ([], [], [])


@pytest.mark.slow
def test_enter_before_the_results_are_there_leads_to_all_of_them(open_visit, address):
    def hold(tab):
        def late(route):
            if "q=" in tab.url:
                route.continue_()

        tab.route(f"**/{search.DATA}", late)

    visited = open_visit(address, SHORT, prepare=hold)
    visited.page.keyboard.press("/")
    visited.page.keyboard.type("GD")
    visited.page.keyboard.press("Enter")
    visited.page.locator("#nn-search-results a", has_text="Gradient descent").first.wait_for()
    assert field(visited).input_value() == "GD"


@pytest.mark.slow
def test_search_by_touch_works_from_a_file_with_a_wide_field(open_visit, book):
    base = book.as_uri() + "/"
    visited = open_visit(base, SHORT, size=PHONE, scheme="dark", has_touch=True)
    field(visited).tap()
    visited.page.keyboard.type("sofmax")
    options(visited).first.wait_for()
    assert field(visited).bounding_box()["width"] > 320
    visited.page.locator(".nn-matches-note", has_text="Did you mean “softmax”?").wait_for()
    assert visited.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    assert visited.axe(INK) == []
    visited.page.get_by_role("button", name="Close the search").tap()
    visited.page.locator("#nn-matches").wait_for(state="hidden")
    assert visited.page.evaluate("!document.activeElement.closest('.nn-find')")
    field(visited).tap()
    assert field(visited).input_value() == ""
    visited.page.keyboard.type("sofmax")
    options(visited).filter(has_text="Softmax regression").first.tap()
    visited.page.wait_for_url("**/classifiers/softmax.html*")
    assert (visited.outside, visited.errors) == ([], [])


@pytest.mark.slow
@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_results_show_page_section_and_the_place_that_was_found(open_visit, address, size):
    visited = open_visit(address, "search.html?q=temperature", size=size)
    results = visited.page.locator("#nn-search-results > li")
    results.first.wait_for()
    visited.page.wait_for_function("nn.search.whole")
    row = results.filter(
        has=visited.page.locator("a[href*='calibration.html#temperature-scaling']")
    )
    assert "Calibration" in row.inner_text()
    assert "Temperature scaling" in row.inner_text()
    assert row.locator("mark").first.inner_text().lower() == "temperature"
    status = visited.page.get_by_role("status").filter(has_text="results for")
    assert f"{results.count()} results for “temperature”" in status.inner_text()
    assert visited.too_wide() == []
    assert visited.axe() == []
    assert (visited.outside, visited.missing, visited.errors) == ([], [], [])


def test_search_synonyms_lead_to_existing_pages():
    said = read_yaml(ROOT / "chapters/reference/search.yml")
    assert [p for p in said["pages"] if not (ROOT / f"chapters/{p}.md").is_file()] == []
    terms = read_terms(ROOT / "chapters/reference/glossary.yml")
    known = {(t.page, form.lower()) for t in terms for form in t.forms}
    needless = {(p, phrase) for p, result in said["pages"].items() for phrase in result} & known
    assert needless == set()


def test_words_for_a_missing_page_are_an_error(tmp_path):
    (tmp_path / "search.yml").write_text("pages:\n  no/page: [word]\n")
    app = SimpleNamespace(confdir=tmp_path, config=SimpleNamespace(nn_search="search.yml"))
    with pytest.raises(
        ExtensionError, match=r"search\.yml: expected pages of the book, got no/page"
    ):
        search._phrases(app, SimpleNamespace(number={}))


def test_an_exercise_is_searched_and_its_solution_is_not():
    document = new_document("page.md")
    asked, solved = exercise_node(), solution_node()
    for box, text in ((asked, "How many weights?"), (solved, "Fourteen.")):
        box += nodes.paragraph(text, text)
    section = nodes.section("", nodes.title("Exercises", "Exercises"), asked, solved, ids=["e"])
    document += section
    assert search.sections(document) == [["", "Exercises", "How many weights?", "", ""]]


@pytest.mark.parametrize(
    ("tex", "typed"),
    [
        (r"\hat{y} = \mathrm{softmax}(z)", "y=softmax(z)"),
        (r"X W^\top + b", "X W^T + b"),
        (r"p(t_n \mid x_n, \theta)", "p(t_n|x_n,θ)"),
        (r"\nabla_{\theta} L", "∇_θ L"),
        (r"\left( \frac{a}{b} \right)", "(a/b)"),
        (r"\tfrac12 \lVert w \rVert^2", "1/2 ‖w‖^2"),
        (r"\frac{\partial L}{\partial w_{ij}}", "∂L/∂w_ij"),
        (r"\frac{1}{\sqrt{2\pi\sigma^2}} e^{-z}", "1/√(2πσ^2) e^-z"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "1 2 ; 3 4"),
        (r"\underbrace{a + b}_{\text{score}}, \; x\,\% \label{eq}", "a + b_score,x %"),
        (r"\binom{n}{k} \unknown", "(n over k) unknown"),
    ],
)
def test_a_formula_is_kept_as_a_reader_would_type_it(tex, typed):
    assert plain(tex) == typed
