"""What a build of the book executes, keeps and shows; its faults: `test_build_faults.py`."""

import json
import re

import pytest
from minibook import with_pages
from write.scripts import SHEETS


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
    for words in (
        "Corrections to the lecture notes: one statement",
        "1 + 1",
        "It is 2.",
        "assert",
    ):
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
