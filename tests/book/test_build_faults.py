"""Each planted fault fails the build with its page and cause, at the second attempt too."""

import re

import pytest
import yaml
from gate_book import excerpt
from minibook import SECOND, cell, erratum, topic, with_pages

pytestmark = pytest.mark.slow


def edit(old: str, new: str):
    """Return a function that replaces a piece of the text of a fault's page."""

    def edited(fault):
        assert old in fault.text
        fault.text = fault.text.replace(old, new)

    return edited


class Fault:
    """A page with a unique fault, and the part of the syllabus that belongs to it."""

    def __init__(self, number, plant):
        self.page, self.number = f"part/fault{number:02}", number
        one, two = self.ids = [f"mini-{100 + number}", f"mini-{200 + number}"]
        self.erratum = f"mini-e{100 + number}"
        text = SECOND.replace("mini-001", one).replace("mini-002", two)
        text = text.replace("mini-e001", self.erratum)
        self.text = re.sub(r"```\{code-cell\}.*?```\n", "", text, flags=re.DOTALL)
        self.topics = [topic(100 + number, self.page), topic(200 + number, self.page)]
        self.errata = [self.wrong(100 + number)]
        plant(self)

    def wrong(self, number, **options):
        """Return an erratum of this page whose check passes."""
        return erratum(number, page=self.page, **{"check": "assert True"} | options)


def failing_check(fault):
    fault.errata = [fault.wrong(100 + fault.number, check="assert 1 + 1 == 3")]


def a_further_topic(fault):
    fault.topics.append(topic(300 + fault.number, fault.page))


def four_topics(fault):
    more = [300 + fault.number, 400 + fault.number]
    fault.topics += [topic(k, fault.page) for k in more]
    ids = " ".join(f"mini-{k}" for k in more)
    edit(fault.ids[1], f"{fault.ids[1]} {ids}")(fault)


def a_further_erratum(fault):
    fault.errata.append(fault.wrong(300 + fault.number))


def a_typo(fault):
    fault.errata.append(fault.wrong(300 + fault.number, check="", severity="typo"))
    edit(fault.erratum, f"{fault.erratum} mini-e{300 + fault.number}")(fault)


def further_id(name):
    """Return a function that makes a fault's page cover one more id."""
    return lambda fault: edit(fault.ids[1], f"{fault.ids[1]} {name.format(*fault.ids)}")(fault)


def with_cell(code):
    return edit("Two things", cell(code) + "\nTwo things")


HTML = "from IPython.display import HTML\n"
# What is planted, and the words that follow the page's name in what the build says.
FAULTS = {
    "an unknown source": (edit("Two things", "{cite:t}`nobody1999`: two things"), "nobody1999"),
    "a topic left out": (a_further_topic, "mini-3.. is not covered on its page"),
    "more than three ids": (four_topics, "expected at most 3 ids in one directive, got 4"),
    "an unknown id": (further_id("mini-999"), "unknown id mini-999"),
    "an id of another page": (
        further_id("mini-003"),
        "mini-003 belongs to the page part/third",
    ),
    "an id that stands twice": (further_id("{0}"), "mini-1.. appears twice"),
    "an erratum left out": (a_further_erratum, "mini-e3.. is not corrected on its page"),
    "a typo in the text": (a_typo, "mini-e3.. is a typo"),
    "a check that fails": (failing_check, "erratum mini-e1.. fails: AssertionError"),
    "a dead link": (edit("Two things", "[Two](../part/nowhere.md) things"), "nowhere"),
    "a dead reference": (edit("Two things", "{ref}`nowhere` things"), "nowhere"),
    "an unknown element": (with_cell(f"{HTML}HTML('<nn-x></nn-x>')"), "no script _play/x.js"),
    "any other warning": (edit("Two things", "{unknown-role}`two` things"), "unknown-role"),
    "a word on standard error": (with_cell("import sys; sys.stderr.write('x')"), "stderr"),
}


@pytest.fixture(scope="module")
def faulty(built, tmp_path_factory):
    """Return a book with a page for each planted fault, and what its two builds printed."""
    book = built.copy(tmp_path_factory.mktemp("faulty") / "book")
    faults = {name: Fault(k, FAULTS[name][0]) for k, name in enumerate(FAULTS)}
    for fault in faults.values():
        book.write(f"chapters/{fault.page}.md", fault.text)
    files = "".join(f"\n- file: chapters/{fault.page}" for fault in faults.values())
    first = "file: chapters/part/second"
    book.replace(first, first + files, "_toc.yml")
    pages = [{"page": fault.page, "title": "Fault"} for fault in faults.values()]
    titles = [{"page": f"part/{name}", "title": name} for name in ("second", "third")]
    book.write("chapters/reference/pages.yml", yaml.safe_dump({"part": titles + pages}))
    own = [t for fault in faults.values() for t in fault.topics]
    book.syllabus([topic(1), topic(2), topic(3, "part/third"), *own])
    own = [e for fault in faults.values() for e in fault.errata]
    book.errata([erratum(1, check="assert True"), *own])
    return faults, [book.build(), book.build()]


@pytest.mark.parametrize("name", FAULTS)
def test_each_build_reports_a_planted_fault_with_its_page(faulty, name):
    faults, builds = faulty
    number = f"{faults[name].number:02}"
    words = re.escape(FAULTS[name][1]).replace(r"\.\.", number)
    for done in builds:
        assert done.returncode != 0
        lines = [line for line in done.stdout.splitlines() if re.search(words, line)]
        assert any(faults[name].page in line for line in lines) or words.startswith("erratum")
        assert lines


def test_a_dead_anchor_fails_the_build(mini):
    mini.replace("Two things", '<a href="#nowhere">Two</a> things')
    done = mini.build()
    assert done.returncode != 0
    assert "second.html" in done.stdout
    assert "no such anchor" in done.stdout


def test_all_pages_that_fail_are_named_in_one_build_and_again_in_the_next(mini):
    with_pages(mini, "third", "fourth")
    for name, code in (("third", "1\n{}['x']"), ("fourth", "1\ndef f(:")):
        mini.replace("print(1 + 1)", code, f"chapters/part/{name}.md")
    mini.replace("print(1 + 1)", "print(1 / 0)")
    lines = (mini.root / "chapters/part/third.md").read_text().splitlines()
    for done in (mini.build(), mini.build()):
        assert done.returncode != 0
        line = "part/second.md:29: cell 2 of 2 fails: ZeroDivisionError: division by zero"
        assert line in done.stdout
        third, fourth = (
            re.search(rf"part/{name}\.md:(\d+): cell 2 of 3 fails: (\w+)", done.stdout)
            for name in ("third", "fourth")
        )
        assert (third[2], fourth[2]) == ("KeyError", "SyntaxError")
        assert lines[int(third[1]) - 1] == "{}['x']"
        assert f"  > {third[1]:>4} | {{}}['x']" in done.stdout
        assert "3 of 3 executed pages failed" in done.stdout
        assert "jupyter_book/cli" not in done.stdout
    shown = excerpt(done.stdout.splitlines())
    assert shown.count("cell 2 of") == 3
    assert len(shown.splitlines()) < 9
