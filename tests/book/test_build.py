"""A build of a small book: what it executes, stores, shows and reports.

If the result of a check is different, the page gets a notice; a strict build fails. Other kinds
of faults are in `test_build_faults.py`.
"""

import filecmp
import json
import re

import pytest
from minibook import MiniBook, with_pages
from write.scripts import SHEETS

FENCE = "```"
PAGE = f"""
{FENCE}{{code-cell}} python
from nnlib import book
x = 3
book.claim(x == 3, "three is three")
print("one")
book.claim(x > 5, "the value `x` is above $5$")
print("two")
{FENCE}

{FENCE}{{exercise-start}}
:label: ex-claims
{FENCE}
Ask.
{FENCE}{{exercise-end}}
{FENCE}

`{FENCE}{{solution-start}} ex-claims
`{FENCE}
Words of the answer.
{FENCE}{{code-cell}} python
:tags: [remove-cell]
book.claim(x < 2, "x is small")
{FENCE}
More words.
`{FENCE}{{solution-end}}
`{FENCE}

{FENCE}{{code-cell}} python
:tags: [remove-input]
book.claim(x == 3, "three is still three")
{FENCE}

"""
# A failed check in a shown and in a hidden cell, an error, and a figure that needs it.
FAULTS = f"""
{FENCE}{{code-cell}} python
book.setup()
assert x == 4
print("after", "the assertion")
{FENCE}

{FENCE}{{code-cell}} python
:tags: [remove-cell]
def check(value):
    assert value < 1, "a value that is too large"
check(x)
{FENCE}

It comes to {{glue:text}}`missing:.1%` and {{glue:text}}`there:.1f`.

{FENCE}{{code-cell}} python
book.numbers(there=3)
y = [][x]
book.numbers(missing=y)
{FENCE}

{FENCE}{{code-cell}} python
:tags: [hide-input]
:mystnb:
:  figure:
:    name: fig-missing
:    caption: "A figure that is not drawn."
print(y)
{FENCE}

{FENCE}{{code-cell}} python
print("the end")
{FENCE}

"""


@pytest.fixture(scope="module")
def claiming(tmp_path_factory):
    """Return a small book with faults of each kind, built for a reader, then strictly."""
    mini = MiniBook.create(tmp_path_factory.mktemp("claiming") / "book")
    mini.replace(f"{FENCE}{{erratum}}", PAGE + FAULTS + f"{FENCE}{{erratum}}")
    done = mini.build(reader=True)
    mini.summary = json.loads((mini.root / "_build/checks.json").read_text())
    return mini, done, mini.build()


def line_of(mini, text):
    lines = (mini.root / "chapters/part/second.md").read_text().splitlines()
    return next(k for k, line in enumerate(lines, start=1) if text in line)


def test_a_readers_build_ends_with_a_book_and_a_short_summary(claiming):
    mini, done, _ = claiming
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    start = next(k for k, line in enumerate(lines) if "came out differently" in line)
    assert len(lines[start:]) <= 10
    assert lines[start].startswith("6 checks")
    table = "\n".join(lines[start:])
    for text, expected, result in (
        ("x is small", "x is small", "x = 3"),
        ("assert x == 4", "x == 4", "x = 3"),
        ("[][x]", "no error", "IndexError: list index out of range"),
    ):
        line = rf"second\.md:{line_of(mini, text)} +expected: {expected} +found: {result}"
        assert re.search(line, table)
    assert "three" not in table
    assert lines[-1].endswith("_build/html/index.html")


def test_the_summary_is_also_stored_as_json(claiming):
    mini, *_ = claiming
    result = mini.summary
    kinds = [finding["kind"] for finding in result["findings"]]
    assert kinds == ["claim", "claim", "assert", "assert", "error", "error"]
    assert result["pages"] == 3


def test_a_strict_build_stops_at_the_first_error_of_a_page(claiming):
    mini, _, strict = claiming
    assert strict.returncode != 0
    line = line_of(mini, "assert x == 4")
    message = rf"part/second\.md:{line}: cell \d+ of \d+ fails: AssertionError; x = 3"
    assert re.search(message, strict.stdout)


@pytest.mark.slow
def test_a_strict_build_fails_for_claims(claiming, tmp_path):
    mini = claiming[0].copy(tmp_path / "book")
    mini.replace(FAULTS, "")
    strict = mini.build()
    assert strict.returncode != 0
    line = line_of(mini, "is above $5$")
    message = "a claim is false: the value `x` is above $5$ (expected: x > 5; found: x = 3)"
    assert re.search(rf"part/second\.md:{line}: \S*ERROR: {re.escape(message)}", strict.stdout)
    assert strict.stdout.count("a claim is false") == 2


def test_the_page_has_a_notice_and_a_box_at_each_failed_check(claiming):
    page = claiming[0].page()
    notice, shown, hidden, *_ = (m.start() for m in re.finditer('class="nn-claim', page))
    assert page.index("<h1>") < notice < page.index("Two things are taught")
    assert "6 checks on this page came out differently" in page
    assert page.index("two\n") < shown < page.index("Ask.")
    assert page.index("Words of the answer.") < hidden < page.index("More words.")
    assert "The text says: x is small. Found here:" in page
    for name in re.findall(r'href="#(differs-here-\d)"', page):
        assert f'id="{name}"' in page


def test_the_cells_after_an_error_run_and_what_is_missing_is_marked(claiming):
    page = claiming[0].page()
    assert "the end\n" in page
    assert "after the assertion" not in page
    assert page.count("Traceback") == 4  # also of the cell that is not shown
    assert page.count("<em>(not computed)</em>") == 1


def test_a_claim_that_holds_leaves_nothing_in_the_page_and_no_claim_in_the_notebook(claiming):
    mini, *_ = claiming
    assert "still three" not in mini.page()
    assert "vnd.nn.claim" not in mini.page()
    notebook = mini.root / "_build/html/_sources/chapters/part/second.ipynb"
    cells = json.loads(notebook.read_text())["cells"]
    outputs = [o for cell in cells for o in cell.get("outputs", [])]
    assert not [o for o in outputs if "vnd.nn.claim" in json.dumps(o)]
    assert [o for o in outputs if "".join(o.get("text", "")) == "one\ntwo\n"]


def test_a_page_covers_its_topics_and_the_generated_page_links_to_them(claiming):
    mini, *_ = claiming
    page, generated = mini.page(), mini.page("reference/generated")
    assert 'id="mini-002"' in page
    assert 'href="../part/second.html#mini-002">Second</a>' in generated
    assert "planned: Third" in generated
    fold = re.search(r"Corrections to the lecture notes: .*?</details>", page, re.DOTALL)[0]
    for words in ("one statement", "1 + 1", "It is 2.", "assert"):
        assert words in fold
    assert 'href="../part/second.html#mini-e001">Second</a>' in generated
    assert 'id="mini-e001"' in page
    assert "mini-e002" in generated  # a typo
    assert 'href="../part/second.html">Second</a>' in generated


def _joined(page):
    """Return the sources of the files that a page loads."""
    return " ".join(re.findall(r'data-files="([^"]+)"', page)).split()


def test_a_page_loads_each_sheet_once_its_icon_and_the_scripts_that_it_uses(claiming):
    mini, *_ = claiming
    for name, used in (("part/first", False), ("reference/generated", True)):
        files = _joined(mini.page(name))
        assert files.count("page.js") == 1
        assert ("filter.js" in files) == used
    page = mini.page()
    assert len(re.findall(r'(?:src|rel="stylesheet") ?(?:href)?="[^"]+\.(?:js|css)', page)) < 10
    assert re.search(r'<link rel="icon" href="[^"]*_static/favicon\.svg"', page)
    for sheet in SHEETS:
        assert _joined(page).count(sheet) == 1, sheet
    assert (mini.root / "_build/html/_static/favicon.svg").is_file()
    index = (mini.root / "_build/html/index.html").read_text()
    assert 'href="chapters/part/second.html"' in index
    assert '<meta property="og:title"' in index


@pytest.mark.slow
def test_changes_of_prose_scripts_and_unread_files_execute_nothing(mini):
    before = mini.runs
    mini.replace("Two things", "Both things")
    for name in ("README.md", "tests/test_part.py", "tools/new.py"):
        mini.write(name, "answer = 3\n")
    mini.write("chapters/reference/glossary.yml", "[]\n")
    mini.write("chapters/_extra/_play/parts.js", "window.nn = {};\n")
    assert mini.build().returncode == 0
    assert mini.runs == before
    assert "Both things" in mini.page()
    joined = (mini.root / "_build/html/_play").glob("joined-*.js")
    assert any("window.nn = {};\n" in script.read_text() for script in joined)


@pytest.mark.parametrize("name", ["nnlib/part.py", "nnlib/numpy.py", "requirements.lock"])
@pytest.mark.slow
def test_a_page_is_executed_again_if_a_file_that_it_reads_changes(mini, name):
    before = mini.runs
    mini.write(name, "answer = 3\n")
    assert mini.build().returncode == 0
    assert mini.runs == before + 1


@pytest.mark.slow
def test_cells_that_return_to_an_older_text_are_executed_if_files_have_changed(mini):
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


@pytest.mark.slow
def test_several_pages_are_executed_in_advance_and_each_is_timed_in_a_line(mini):
    with_pages(mini, "third", "fourth")
    done = mini.build()
    assert done.returncode == 0, done.stdout
    assert "[1/2] executed part/" in done.stdout
    assert "[2/2] executed part/" in done.stdout
    assert re.search(r"part/fourth in \d+\.\d s \(\d+\.\d s of one core\)\n", done.stdout)


CELLS = (
    "print({'apple', 'pear', 'plum', 'fig'}, {1.5: 'x'})",
    "import sys\nfor k in range(20):\n    print(k, flush=True)",
    "from matplotlib import pyplot as plt\nfrom nnlib import viz\n"
    "figure, axes = plt.subplots()\naxes.plot([1, 2])\n"
    "viz.show(figure, alt='a line', name='line')",
)


@pytest.mark.slow
def test_builds_in_two_folders_give_the_same_bytes(tmp_path):
    folders = []
    for place in ("book", "another place/the book"):
        mini = MiniBook.create(tmp_path / place)
        page = (mini.root / "chapters/part/second.md").read_text()
        cells = [f"```{{code-cell}} python\n{code}\n```\n" for code in CELLS]
        mini.write("chapters/part/second.md", "\n".join([page, *cells]))
        done = mini.build()
        assert done.returncode == 0, done.stdout
        folders.append(mini.root / "_build/html")
    names = [{f.relative_to(d) for f in d.rglob("*") if f.is_file()} for d in folders]
    assert names[0] == names[1]
    _, differing, unreadable = filecmp.cmpfiles(*folders, names[0], shallow=False)
    assert (differing, unreadable) == ([], [])
