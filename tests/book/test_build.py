"""Each planted fault fails the build, at the second attempt too; nothing runs in vain."""

import json
import re

import pytest
import yaml
from gate_book import excerpt
from minibook import SECOND, erratum, topic
from play import SHEETS

FENCE = "```"


def cell(code: str) -> str:
    return f"{FENCE}{{code-cell}} python\n{code}\n{FENCE}\n"


def edit(old: str, new: str):
    """Change a piece of the text of a page."""

    def edited(fault):
        assert old in fault.text
        fault.text = fault.text.replace(old, new)

    return edited


class Fault:
    """A page with a fault of its own, and the part of the syllabus that belongs to it."""

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
    """Cover one id more, of which `{0}` and `{1}` are those of the page."""
    return lambda fault: edit(fault.ids[1], f"{fault.ids[1]} {name.format(*fault.ids)}")(fault)


def with_cell(code):
    return edit("Two things", cell(code) + "\nTwo things")


HTML = "from IPython.display import HTML\n"
# What is planted, and the words that follow the page's name in what the build says.
FAULTS = {
    "an unknown source": (edit("Two things", "{cite:t}`nobody1999`: two things"), "nobody1999"),
    "a topic left out": (a_further_topic, "mini-3.. is not covered on its page"),
    "more than three ids": (four_topics, "4 ids at once, at most 3"),
    "an unknown id": (further_id("mini-999"), "unknown id mini-999"),
    "an id of another page": (
        further_id("mini-003"),
        "mini-003 belongs to the page part/third",
    ),
    "an id that stands twice": (further_id("{0}"), "mini-1.. stands twice"),
    "an erratum left out": (a_further_erratum, "mini-e3.. is not put right on its page"),
    "a typo in the text": (a_typo, "mini-e3.. is a typo"),
    "a check that fails": (failing_check, "erratum mini-e1.. fails: AssertionError"),
    "a dead link": (edit("Two things", "[Two](../part/nowhere.md) things"), "nowhere"),
    "a dead reference": (edit("Two things", "{ref}`nowhere` things"), "nowhere"),
    "a picture without a text": (
        with_cell(f"{HTML}HTML('<img src=\"_static/nn.css\">')"),
        "without alternative text",
    ),
    "an unknown element": (with_cell(f"{HTML}HTML('<nn-x></nn-x>')"), "no script _play/x.js"),
    "any other warning": (edit("Two things", "{unknown-role}`two` things"), "unknown-role"),
    "a word on standard error": (with_cell("import sys; sys.stderr.write('x')"), "stderr"),
}


@pytest.fixture(scope="module")
def faulty(built, tmp_path_factory):
    """A book with all planted faults, a page for each: what its two builds said."""
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
def test_a_planted_fault_is_told_with_its_page_by_each_build(faulty, name):
    faults, builds = faulty
    number = f"{faults[name].number:02}"
    words = re.escape(FAULTS[name][1]).replace(r"\.\.", number)
    for done in builds:
        assert done.returncode != 0
        told = [line for line in done.stdout.splitlines() if re.search(words, line)]
        assert any(faults[name].page in line for line in told) or words.startswith("erratum")
        assert told


def test_a_dead_anchor_fails_the_build(mini):
    mini.replace("Two things", '<a href="#nowhere">Two</a> things')
    done = mini.build()
    assert done.returncode != 0
    assert "second.html" in done.stdout
    assert "no such anchor" in done.stdout


def test_outputs_of_another_processor_are_not_served_and_both_are_kept(mini):
    before = mini.runs
    assert mini.build(ATEN_CPU_CAPABILITY="default").returncode == 0
    assert mini.runs == before + 1
    assert mini.build().returncode == 0
    assert mini.runs == before + 1


def test_prose_scripts_and_what_the_page_does_not_read_execute_nothing(mini):
    before = mini.runs
    mini.replace("Two things", "Both things")
    for name in ("README.md", "nnlib/data.npz", "tests/test_part.py", "tools/new.py"):
        mini.write(name, "answer = 3\n")
    mini.write("chapters/reference/glossary.yml", "[]\n")
    mini.write("chapters/_extra/_play/parts.js", "window.nn = {};\n")
    assert mini.build().returncode == 0
    assert mini.runs == before
    assert "Both things" in mini.page()
    assert (mini.root / "_build/html/_play/parts.js").read_text() == "window.nn = {};\n"


@pytest.mark.deep(3)
@pytest.mark.parametrize("name", ["nnlib/part.py", "nnlib/numpy.py", "requirements.lock"])
def test_a_change_of_what_the_page_reads_executes_it_again(mini, name):
    before = mini.runs
    mini.write(name, "answer = 3\n")
    assert mini.build().returncode == 0
    assert mini.runs == before + 1


def test_cells_that_return_to_an_older_text_are_executed_with_what_is_read_now(mini):
    before = mini.runs
    mini.replace("print(1 + 1)", "print(answer)")
    assert mini.build().returncode == 0
    mini.write("nnlib/part.py", "answer = 4\n")
    mini.replace("print(answer)", "print(1 + 1)")
    assert mini.build().returncode == 0
    mini.replace("print(1 + 1)", "print(answer)")
    assert mini.build().returncode == 0
    assert mini.runs == before + 3
    assert ">4\n<" in mini.page()


def with_pages(book, *names):
    """Add pages with cells of their own."""
    second = (book.root / "chapters/part/second.md").read_text()
    other = re.sub(r"```\{(covers|erratum)\}.*?```", "", second, flags=re.DOTALL)
    for k, name in enumerate(names):
        text = other.replace("# Second", f"# {name.title()}") + cell(f"print({k})")
        book.write(f"chapters/part/{name}.md", text)
    files = "".join(f"\n- file: chapters/part/{name}" for name in names)
    first = "file: chapters/part/second"
    book.replace(first, first + files, "_toc.yml")
    book.syllabus([topic(1), topic(2)])


def test_all_pages_that_fail_are_named_in_one_build_and_again_in_the_next(mini):
    with_pages(mini, "third", "fourth")
    for name, code in (("third", "1\n{}['x']"), ("fourth", "1\ndef f(:")):
        mini.replace("print(1 + 1)", code, f"chapters/part/{name}.md")
    mini.replace("print(1 + 1)", "print(1 / 0)")
    lines = (mini.root / "chapters/part/third.md").read_text().splitlines()
    for done in (mini.build(), mini.build()):
        assert done.returncode != 0
        told = "part/second.md:29: cell 2 of 2 fails: ZeroDivisionError: division by zero"
        assert told in done.stdout
        third, fourth = (
            re.search(rf"part/{name}\.md:(\d+): cell 2 of 3 fails: (\w+)", done.stdout)
            for name in ("third", "fourth")
        )
        assert (third[2], fourth[2]) == ("KeyError", "SyntaxError")
        assert lines[int(third[1]) - 1] == "{}['x']"
        assert f"  > {third[1]:>4} | {{}}['x']" in done.stdout
        assert "3 of 3 executed pages failed" in done.stdout
        assert "jupyter_book/cli" not in done.stdout
    said = excerpt(done.stdout.splitlines())
    assert said.count("cell 2 of") == 3
    assert len(said.splitlines()) < 9


def test_several_pages_are_executed_ahead_with_a_line_each_and_their_seconds(mini):
    with_pages(mini, "third", "fourth")
    done = mini.build()
    assert done.returncode == 0, done.stdout
    assert "[1/2] executed part/" in done.stdout
    assert "[2/2] executed part/" in done.stdout
    assert re.search(r"\d\.\d s +\d+\.\d s  chapters/part/fourth\n", done.stdout)
    assert re.search(r"\d\.\d s +1 pages from the cache\n", done.stdout)
    kept = json.loads((mini.root / "_build/page-seconds.json").read_text())
    states = {page: seconds["from"] for page, seconds in kept["pages"].items()}
    assert states == {
        "chapters/part/fourth": "executed",
        "chapters/part/second": "cache",
        "chapters/part/third": "executed",
    }


def test_covers_leaves_an_anchor_and_the_generated_page_links_to_it(built):
    assert 'id="mini-002"' in built.page()
    generated = built.page("reference/generated")
    assert 'href="../part/second.html#mini-002">Second</a>' in generated
    assert "planned: Third" in generated


def test_the_fold_tells_claim_right_statement_and_check(built):
    fold = re.search(r"<details.*?</details>", built.page(), flags=re.DOTALL)[0]
    for words in ("Put right: one statement", "1 + 1", "It is 2.", "assert"):
        assert words in fold


def test_the_errata_page_lists_typos_too(built):
    generated = built.page("reference/generated")
    assert "mini-e002" in generated
    assert "(typo)" in generated


def test_an_erratum_links_to_its_fold_and_a_typo_to_its_page(built):
    generated = built.page("reference/generated")
    assert 'href="../part/second.html#mini-e001">Second</a>' in generated
    assert 'href="../part/second.html">Second</a>' in generated
    assert 'id="mini-e001"' in built.page()


def test_every_page_has_the_common_script_and_only_used_pages_the_others(built):
    for name, used in (("part/first", False), ("reference/generated", True)):
        page = built.page(name)
        assert len(re.findall(r'src="[^"]*_play/page\.js', page)) == 1
        assert ("_play/filter.js" in page) == used


def test_every_page_names_its_icon(built):
    assert re.search(r'<link rel="icon" href="[^"]*_static/favicon\.svg"', built.page())
    assert (built.root / "_build/html/_static/favicon.svg").is_file()


def test_the_first_page_is_the_root(built):
    index = (built.root / "_build/html/index.html").read_text()
    assert "chapters/part/first.html" in index


@pytest.mark.parametrize("sheet", SHEETS)
def test_each_style_sheet_is_loaded_once(built, sheet):
    assert len(re.findall(rf'href="[^"]*_static/{sheet}\b', built.page())) == 1
