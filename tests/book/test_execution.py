"""One page is executed: what it read, how long it took, where it failed."""

import json
from types import SimpleNamespace

import pytest
from execute.audit import reading
from execute.reads import Reads
from execute.seconds import LIMIT, Seconds

FENCE = "```"
IMPORTS = "<frozen importlib._bootstrap_external>"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that executes cells as a page of a book with some files."""
    from execute.run import execute  # which loads for seconds
    from myst_nb.core.read import read_myst_markdown_notebook

    def ran(*cells, timeout=60):
        root = tmp_path_factory.mktemp("book").resolve()
        for name in ("nnlib/part.py", "nnlib/data.txt", "_build/made.txt"):
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_text("answer = 2\n")
        page = root / "chapters" / "page.md"
        page.parent.mkdir()
        blocks = [f"{FENCE}{{code-cell}} python\n:tags: [x]\n{c}\n{FENCE}\n" for c in cells]
        text = "# Page\n\n" + "\n".join(blocks)
        page.write_text(text)
        notebook = read_myst_markdown_notebook(text, add_source_map=True, path=page)
        return execute(page, notebook, root, timeout)

    return ran


def test_what_a_page_reads_is_known_and_what_it_writes_or_others_own_is_not(run):
    reads = run(
        "import sys, os, json\nsys.path.insert(0, '../nnlib')\nfrom part import answer",
        "open('../nnlib/data.txt').read(); open('../_build/made.txt').read()",
        "open('out.txt', 'w').close(); os.listdir('.')",
        "open('../nowhere.txt') if answer == 3 else 0\n"
        "try:\n    open('../missing.txt')\nexcept OSError:\n    pass",
    ).reads
    expected = {"nnlib/part.py", "nnlib/data.txt", "nnlib/*.py", "chapters/", "missing.txt"}
    assert expected <= reads
    assert reads - expected <= {"./*.py", "chapters/*.py"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "code",
    [
        "import subprocess, sys; subprocess.run([sys.executable, '-c', ''])",
        "import os; os.system('true')",
        "import os\nif not os.fork():\n    os._exit(0)",
    ],
    ids=["subprocess", "system", "fork"],
)
def test_a_page_that_starts_a_program_may_have_read_anything(run, code):
    assert "*" in run(code).reads


@pytest.mark.parametrize(
    ("event", "args", "caller", "line"),
    [
        ("open", ("/b/nnlib/__pycache__/x.cpython-311.pyc", "rb", 0), "", "nnlib/x.py"),
        ("open", ("/b/x", None, 1), "", None),
        ("open", ("/b/x", "r+", 2), "", "x"),
        ("open", ("/other/x", "r", 0), "", None),
        ("open", ("/bb/x", "r", 0), "", None),
        ("open", (b"/b/x", "r", 0), "", "x"),
        ("open", (3, "r", 0), "", None),
        ("open", ("/b/<unknown>", "r", 0), "", None),
        ("open", ("/b/_build/x", "r", 0), "", None),
        ("os.listdir", ("/b/nnlib",), "", "nnlib/"),
        ("os.scandir", ("/b/nnlib",), IMPORTS, "nnlib/*.py"),
        ("subprocess.Popen", ("/usr/bin/fc-list", [], None, None), "", None),
        ("subprocess.Popen", ("make", [], None, None), "", "*"),
        ("os.fork", (), "", "*"),
        ("import", ("x",), "", None),
    ],
)
def test_an_event_is_read_as_what_it_means(event, args, caller, line):
    assert reading(event, args, "/b", caller) == line


def test_a_failure_names_page_cell_and_line_also_of_a_function_of_an_earlier_cell(run):
    failure = run("def f(x):\n    return 1 / x", "x = 1", "y = 2\nf(0)").failure
    assert (failure.page, failure.line) == ("chapters/page.md", 17)
    assert failure.what == "cell 3 of 3 fails: ZeroDivisionError: division by zero"
    assert failure.excerpt.splitlines()[-1] == "  >   17 | f(0)"
    assert "chapters/page.md:6, in f(x)" in failure.traceback
    assert "Cell In" not in failure.traceback
    assert "\x1b" not in str(failure)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "line", "what"),
    [
        ("x = 1\ny = = 2", 6, "SyntaxError: invalid syntax"),
        ("raise ValueError('a\\nb')", 5, "ValueError: a"),
        ("import os; os._exit(1)", 5, "the kernel ended while it ran"),
        ("import time; time.sleep(60)", 5, "it ran longer than the build's timeout"),
        ("raise SystemExit(2)", 5, "SystemExit: 2"),
    ],
    ids=["syntax", "two lines", "death", "time", "exit"],
)
def test_every_way_to_fail_is_told_in_one_line(run, code, line, what):
    failure = run(code, timeout=60 if "sleep" not in code else 2).failure
    assert failure.line == line
    assert failure.what == f"cell 1 of 1 fails: {what}"


def test_a_claim_that_does_not_hold_is_known_by_cell_and_line_and_leaves_no_output(run):
    done = run(
        "from nnlib import book\ndef all_above(x, least):\n"
        "    book.claim(min(x) > least, 'all are above')",
        "book.claim(1 < 2, 'it holds')\nprint(1)\n\nall_above([3, 4], 3)\nprint(2)",
    )
    (claim,) = done.findings
    assert (claim["cell"], claim["line"]) == (1, 4)
    assert (claim["statement"], claim["asked"]) == ("all are above", "min(x) > least")
    assert claim["found"] == [["min(x)", "3"], ["least", "3"]]
    (output,) = done.notebook.cells[2].outputs
    assert output.text == "1\n2\n"


@pytest.mark.slow
def test_what_a_cell_prints_in_pieces_is_one_output(run):
    done = run(
        "import sys, time\nfor k in range(3):\n    print(k, flush=True); time.sleep(0.3)"
    )
    (output,) = done.notebook.cells[1].outputs
    assert output.text == "0\n1\n2\n"


@pytest.mark.slow
def test_the_seconds_are_those_of_the_kernel_and_name_the_slowest_cell(run):
    work = "end = time.process_time() + 0.5\nwhile time.process_time() < end:\n    pass"
    done = run("import time; time.sleep(0.5)", work, "1")
    assert done.slowest[0] == 2  # the heading is a cell, too
    assert done.slowest[1] >= 0.4
    assert done.processor >= done.slowest[1]
    assert done.wall > done.slowest[1] + 0.5


@pytest.fixture
def reads(tmp_path):
    for name in ("nnlib/a.py", "chapters/part/page.md", "Makefile", "tests/test_b.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    return Reads(tmp_path, tmp_path / "_build" / "reads.json")


LATER = 1e12  # a time after every edit


def again(reads):
    """Return the records of `reads` as the next build loads them."""
    return Reads(reads.root, reads.memory)


@pytest.mark.parametrize(
    ("read", "edit"),
    [
        ("nnlib/a.py", "nnlib/a.py"),
        ("nnlib/b.py", "nnlib/b.py"),
        ("nnlib/", "nnlib/data.npz"),
        ("nnlib/*.py", "nnlib/b.py"),
        ("nnlib/*.py", "nnlib/package/__init__.py"),
        ("*", "nnlib/b.py"),
        ("*", "exercises/problems/p.py"),
        ("Makefile", "numpy.py"),
        ("Makefile", "chapters/part/numpy.py"),
    ],
)
def test_outputs_no_longer_hold_when_what_was_read_has_changed(reads, read, edit):
    reads.keep("chapters/part/page", "key", [read], LATER)
    assert again(reads).hold("chapters/part/page", "key")
    (reads.root / edit).parent.mkdir(parents=True, exist_ok=True)
    (reads.root / edit).write_text("2")
    assert not again(reads).hold("chapters/part/page", "key")


@pytest.mark.parametrize(
    ("read", "edit"),
    [
        ("nnlib/a.py", "nnlib/b.txt"),
        ("nnlib/*.py", "nnlib/data.npz"),
        ("nnlib/*.py", "nnlib/a.py"),
        ("nnlib/", "nnlib/__pycache__/a.pyc"),
        ("Makefile", "chapters/part/other.md"),
        ("*", "tests/test_a.py"),
        ("*", "README.md"),
    ],
)
def test_outputs_hold_when_something_else_has_changed(reads, read, edit):
    reads.keep("chapters/part/page", "key", [read], LATER)
    (reads.root / edit).parent.mkdir(parents=True, exist_ok=True)
    (reads.root / edit).write_text("2")
    assert again(reads).hold("chapters/part/page", "key")


def test_outputs_of_other_cells_or_of_an_unknown_page_do_not_hold(reads):
    reads.keep("chapters/part/page", "key", ["Makefile"], LATER)
    assert not reads.hold("chapters/part/page", "other")
    assert not reads.hold("chapters/part/unknown")


def test_a_file_edited_while_the_page_ran_counts_as_changed(reads):
    before = (reads.root / "Makefile").stat().st_mtime - 1
    reads.keep("chapters/part/page", "key", ["Makefile"], before)
    assert not again(reads).hold("chapters/part/page", "key")


def note(seconds, page, processor):
    cells = [SimpleNamespace(cell_type=kind) for kind in ("markdown", "code", "code")]
    seconds.note(
        page,
        SimpleNamespace(
            processor=processor,
            wall=2 * processor,
            slowest=(2, processor / 2),
            notebook=SimpleNamespace(cells=cells),
        ),
    )


def test_the_report_has_the_longest_first_and_names_what_is_over_the_limit(tmp_path):
    seconds = Seconds(tmp_path / "s.json")
    for page, processor in (("a", 3), ("b", LIMIT + 1), ("c", 4)):
        note(seconds, page, processor)
    heading, *rows = seconds.report().splitlines()
    assert f"limit: {LIMIT} s" in heading
    assert [row.split()[4] for row in rows] == ["b", "c", "a"]
    assert "OVER THE LIMIT: cell 2 alone takes 8.0 s" in rows[0]
    assert "OVER" not in rows[1] + rows[2]


def test_the_next_build_knows_the_seconds_and_still_names_a_slow_page(tmp_path):
    first = Seconds(tmp_path / "s.json")
    for page, processor in (("a", 3), ("b", LIMIT + 1), ("gone", 4)):
        note(first, page, processor)
    for page in ("a", "b"):
        (tmp_path / f"{page}.md").touch()
    first.save(tmp_path)
    second = Seconds(tmp_path / "s.json")
    assert second.known("a") == 3
    assert second.known("gone") == float("inf")
    assert "b (from the cache)  OVER THE LIMIT" in second.report()
    assert "2 pages from the cache" in second.report()
    assert json.loads((tmp_path / "s.json").read_text())["limit"] == LIMIT
