import re
from collections import defaultdict
from types import SimpleNamespace

import pybtex.plugin
import pytest
import yaml
from begin import citations
from begin.course import Course
from begin.glossary import WORD, Glossary, Term, read_symbols, read_terms
from minibook import ROOT
from read import formulas
from sphinxcontrib.bibtex.citation_target import CitationTarget
from sphinxcontrib.bibtex.roles import CitationRef
from write.katex import KATEX, Typesetter

REFERENCE = ROOT / "chapters" / "reference"
COURSE = Course(REFERENCE / "pages.yml", REFERENCE / "syllabus")
ORDER = {page: k for k, page in enumerate(COURSE.pages)}
TERMS = read_terms(REFERENCE / "glossary.yml")
SYMBOLS = read_symbols(REFERENCE / "notation.yml")
FORMULAS = [entry for part in formulas.read(ROOT).values() for entry in part]
MATH = re.compile(r"\$([^$]+)\$")

# Words of everyday English, or with a second meaning in the course.
EVERYDAY = """attention bias bottleneck channel cost cell depth edge expectation
filter flatten fold gate generalise generator head independent inference kernel key margin mask
metric mode module moment network noise normalisation padding precision projection query rank
recall residual sampling scaling schedule score sequence shape shortcut span strides symmetric
temperature template token trace value view width""".split()


def tex_of_everything():
    for term in TERMS:
        yield from ((term.term, tex) for tex in (term.symbol, *MATH.findall(term.definition)))
    for symbol in SYMBOLS:
        yield from ((symbol.symbol, t) for t in (symbol.symbol, *MATH.findall(symbol.meaning)))
    for entry in FORMULAS:
        words = MATH.findall(entry["name"]) + MATH.findall(entry["when"])
        yield from ((entry["name"], tex) for tex in (entry["tex"], *words))


def test_every_formula_of_the_references_can_be_converted():
    katex, faults = Typesetter(ROOT / KATEX), {}
    for name, tex in tex_of_everything():
        try:
            katex.formula(tex or "x")
        except ValueError as error:
            faults[name] = str(error)
    assert faults == {}


def test_a_symbol_has_one_meaning_on_a_page():
    pairs = [(symbol.symbol, symbol.page) for symbol in SYMBOLS]
    assert [pair for pair in set(pairs) if pairs.count(pair) > 1] == []


def test_every_formula_names_a_page_of_the_course():
    assert {entry["page"] for entry in FORMULAS} <= set(COURSE.pages)


def test_no_form_belongs_to_two_terms_in_the_plural_either():
    owners = defaultdict(set)
    for term in TERMS:
        for form in term.forms:
            owners[" ".join(WORD.findall(form))].add(term.term)
    assert {form: terms for form, terms in owners.items() if len(terms) > 1} == {}


@pytest.mark.parametrize(
    "words", ["mini-batches", "losses", "epochs", "penalties", "activation maps", "biases"]
)
def test_regular_plurals_are_found(words):
    assert Glossary(TERMS).named(words) is not None


def test_terms_and_symbols_are_in_the_order_of_the_pages():
    for entries in (TERMS, SYMBOLS):
        order = [ORDER[entry.page] for entry in entries]
        assert order == sorted(order)


def test_quiet_forms_are_forms_of_their_term():
    for term in TERMS:
        assert set(term.quiet) <= {term.term, *term.also}, term.term


@pytest.mark.parametrize("word", EVERYDAY)
def test_an_everyday_word_is_not_linked(word):
    glossary = Glossary(TERMS)
    for form in (word, word + "s", word.capitalize()):
        assert [result for _, text, result in glossary.find(form) if result.links(text)] == []


@pytest.mark.parametrize(
    ("words", "linked"),
    [("Expectations", False), ("expected\nvalues", True), ("mean-value", False), ("L1", False)],
)
def test_a_quiet_form_is_known_but_not_linked(words, linked):
    term = Term("expectation", "a/b", "…", ("expected value", "mean value", "L1"))
    term = Term(**{**term.__dict__, "quiet": ("expectation", "mean value", "L1")})
    assert Glossary([term]).named(words) is term
    assert term.links(words) is linked


def test_no_term_is_defined_after_the_page_that_teaches_its_definition():
    glossary, late = Glossary(TERMS), {}
    for file in sorted((REFERENCE / "syllabus").glob("*.yml")):
        for topic in yaml.safe_load(file.read_text("utf-8")):
            term = glossary.named(re.sub(r" \(.*\)", "", topic.get("topic", "")))
            if term and topic.get("kind") == "definition" and topic["page"] in ORDER:
                if ORDER[topic["page"]] < ORDER[term.page]:
                    late[term.term] = topic["page"]
    assert late == {}


def test_citations_of_a_page_are_merged_in_their_order_and_put_back():
    made = [
        CitationRef("id1", "maths/b", 3, [CitationTarget("y1986", "", "")]),
        CitationRef("id2", "maths/a", 5, [CitationTarget("x1951", "", "")]),
        CitationRef("id3", "maths/b", 9, [CitationTarget(k, "", "") for k in ("z", "x1951")]),
    ]
    cite = SimpleNamespace(data={"citation_refs": made}, citation_refs=made)
    env = SimpleNamespace(domains={"cite": cite})
    assert citations.merge(app=None, env=env) == []
    merged = {ref.docname: [t.key for t in ref.targets] for ref in cite.data["citation_refs"]}
    assert merged == {"maths/b": ["y1986", "z", "x1951"], "maths/a": ["x1951"]}
    assert len(cite.data["citation_refs"]) == 2
    assert citations.restore(app=None, env=env) == []
    assert cite.data["citation_refs"] is made
    assert [len(ref.targets) for ref in made] == [1, 1, 2]
    assert vars(env) == {"domains": {"cite": cite}}


def test_styles_of_citations_are_found_without_looking_through_all_packages(monkeypatch):
    groups = ("pybtex.style.formatting", "pybtex.style.labels", "pybtex.style.sorting")
    installed = [pybtex.plugin.find_plugin(group) for group in groups]
    monkeypatch.setattr(pybtex.plugin, "_RUNTIME_PLUGINS", {})
    citations.register_styles(app=None)
    monkeypatch.delattr(pybtex.plugin, "entry_points")
    assert [pybtex.plugin.find_plugin(group) for group in groups] == installed
