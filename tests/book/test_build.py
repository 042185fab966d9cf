"""Each planted fault fails the build, at the second attempt too; nothing runs in vain."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from minibook import erratum, topic
from play import SHEETS

FENCE = "```"


def cell(code: str) -> str:
    return f"{FENCE}{{code-cell}} python\n{code}\n{FENCE}\n"


def edit(old: str, new: str):
    return lambda book: book.replace(old, new)


def failing_check(book):
    book.errata([erratum(1, check="assert 1 + 1 == 3"), erratum(2, check="", severity="typo")])


def a_further_topic(book):
    book.syllabus([topic(k) for k in (1, 2, 4)] + [topic(3, "part/third")])


def four_topics(book):
    book.syllabus([topic(k) for k in (1, 2, 4, 5)] + [topic(3, "part/third")])
    book.replace("{covers} mini-001 mini-002", "{covers} mini-001 mini-002 mini-004 mini-005")


def a_further_erratum(book):
    book.errata([erratum(1, check="assert True"), erratum(3, check="assert True")])


BARE = "from IPython.display import HTML\nHTML('<img src=\"_static/nn.css\">')"
FAULTS = {
    "a cell that fails": (
        edit("print(1 + 1)", "print(1 / 0)"),
        "part/second.md:29: cell 2 of 2 fails: ZeroDivisionError: division by zero",
    ),
    "a dead anchor": (
        edit("Two things", '<a href="#nowhere">Two</a> things'),
        "no such anchor",
    ),
    "an unknown source": (edit("Two things", "{cite:t}`nobody1999`: two things"), "nobody1999"),
    "a topic left out": (a_further_topic, "mini-004 is not covered on its page"),
    "more than three ids": (four_topics, "4 ids at once, at most 3"),
    "an unknown id": (
        edit("mini-001 mini-002", "mini-001 mini-002 mini-999"),
        "unknown id mini-999",
    ),
    "an id of another page": (
        edit("mini-001 mini-002", "mini-001 mini-002 mini-003"),
        "mini-003 belongs to the page part/third",
    ),
    "an id that stands twice": (
        edit("mini-001 mini-002", "mini-001 mini-002 mini-002"),
        "twice",
    ),
    "an erratum left out": (a_further_erratum, "mini-e003 is not put right on its page"),
    "a typo in the text": (
        edit("{erratum} mini-e001", "{erratum} mini-e001 mini-e002"),
        "is a typo",
    ),
    "a check that fails": (
        failing_check,
        "the check of erratum mini-e001 fails: AssertionError",
    ),
    "a dead link": (edit("Two things", "[Two](../part/nowhere.md) things"), "nowhere"),
    "a dead reference": (edit("Two things", "{ref}`nowhere` things"), "nowhere"),
    "a picture without a text": (
        edit(cell("print(1 + 1)"), cell(BARE)),
        "without alternative text",
    ),
    "an unknown element": (
        edit(
            cell("print(1 + 1)"),
            cell("from IPython.display import HTML\nHTML('<nn-x></nn-x>')"),
        ),
        "no script _play/x.js",
    ),
    "any other warning": (edit("Two things", "{unknown-role}`two` things"), "unknown-role"),
    "a word on standard error": (
        edit("print(1 + 1)", "import sys; sys.stderr.write('x')"),
        "stderr",
    ),
}


TWICE = {
    "a cell that fails",
    "a topic left out",
    "a check that fails",
    "a picture without a text",
}


@pytest.fixture(scope="session")
def faulty(built, tmp_path_factory):
    """What each planted fault leads to: its builds, two faults at a time."""

    def attempt(name):
        book = built.copy(tmp_path_factory.mktemp("faulty") / "book")
        FAULTS[name][0](book)
        return [book.build() for _ in range(2 if name in TWICE else 1)]

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(FAULTS, pool.map(attempt, FAULTS), strict=True))


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_fails_the_build_with_its_message(faulty, name):
    for done in faulty[name]:
        assert done.returncode != 0
        assert FAULTS[name][1] in done.stdout


def test_a_second_build_executes_nothing(mini):
    before = mini.runs
    assert mini.build().returncode == 0
    assert mini.runs == before


def test_outputs_of_another_processor_are_not_served_and_both_are_kept(mini):
    before = mini.runs
    assert mini.build(ATEN_CPU_CAPABILITY="default").returncode == 0
    assert mini.runs == before + 1
    assert mini.build().returncode == 0
    assert mini.build(ATEN_CPU_CAPABILITY="default").returncode == 0
    assert mini.runs == before + 1


def test_an_edit_of_the_prose_executes_nothing(mini):
    before = mini.runs
    mini.replace("Two things", "Both things")
    assert mini.build().returncode == 0
    assert mini.runs == before
    assert "Both things" in mini.page()


@pytest.mark.parametrize("name", ["nnlib/part.py", "nnlib/numpy.py", "requirements.lock"])
def test_a_change_of_what_the_page_reads_executes_it_again(mini, name):
    before = mini.runs
    mini.write(name, "answer = 3\n")
    assert mini.build().returncode == 0
    assert mini.runs == before + 1


def test_a_change_of_what_the_page_does_not_read_executes_nothing(mini):
    before = mini.runs
    for name in ("README.md", "nnlib/data.npz", "tests/test_part.py", "tools/new.py"):
        mini.write(name, "answer = 3\n")
    mini.write("chapters/reference/glossary.yml", "[]\n")
    assert mini.build().returncode == 0
    assert mini.runs == before


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


def test_all_pages_that_fail_are_named_in_one_build(mini):
    with_pages(mini, "third", "fourth")
    for name, code in (("third", "{}['x']"), ("fourth", "def f(:")):
        mini.replace("print(1 + 1)", f"1\n{code}", f"chapters/part/{name}.md")
    done = mini.build()
    assert done.returncode != 0
    third, fourth = (
        re.search(rf"part/{name}\.md:(\d+): cell 2 of 3 fails: (\w+)", done.stdout)
        for name in ("third", "fourth")
    )
    assert (third[2], fourth[2]) == ("KeyError", "SyntaxError")
    lines = (mini.root / "chapters/part/third.md").read_text().splitlines()
    assert lines[int(third[1]) - 1] == "{}['x']"
    assert f"  > {third[1]:>4} | {{}}['x']" in done.stdout
    assert "2 of 2 executed pages failed" in done.stdout
    assert "jupyter_book/cli" not in done.stdout


def test_a_changed_script_reaches_the_built_book(mini):
    mini.write("chapters/_extra/_play/parts.js", "window.nn = {};\n")
    assert mini.build().returncode == 0
    copied = mini.root / "_build/html/_play/parts.js"
    assert copied.read_text() == "window.nn = {};\n"


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
