"""One page is executed: how long it took, where it failed, and which results differ."""

import pytest

FENCE = "```"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return a function that executes cells as a page of a book."""
    from execute.run import execute  # which loads for seconds
    from myst_nb.core.read import read_myst_markdown_notebook

    def ran(*cells, timeout=60):
        root = tmp_path_factory.mktemp("book").resolve()
        page = root / "chapters" / "page.md"
        page.parent.mkdir()
        blocks = [f"{FENCE}{{code-cell}} python\n:tags: [x]\n{c}\n{FENCE}\n" for c in cells]
        text = "# Page\n\n" + "\n".join(blocks)
        page.write_text(text)
        notebook = read_myst_markdown_notebook(text, add_source_map=True, path=page)
        return execute(page, notebook, root, timeout)

    return ran


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
        ("import os; os._exit(1)", 5, "the kernel ended while the cell ran"),
        ("import time; time.sleep(60)", 5, "it ran longer than the build's timeout"),
        ("raise SystemExit(2)", 5, "SystemExit: 2"),
    ],
    ids=["syntax", "two lines", "death", "time", "exit"],
)
def test_every_way_to_fail_is_reported_in_one_line(run, code, line, what):
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
    assert claim["values"] == [["min(x)", "3"], ["least", "3"]]
    (output,) = done.notebook.cells[2].outputs
    assert output.text == "1\n2\n"


@pytest.mark.slow
def test_pieces_of_printed_text_are_joined(run):
    done = run(
        "import sys, time\nfor k in range(3):\n    print(k, flush=True); time.sleep(0.3)"
    )
    (output,) = done.notebook.cells[1].outputs
    assert output.text == "0\n1\n2\n"


@pytest.mark.slow
def test_the_seconds_are_measured_in_the_kernel(run):
    work = "end = time.process_time() + 0.5\nwhile time.process_time() < end:\n    pass"
    done = run("import time; time.sleep(0.5)", work, "1")
    assert done.processor >= 0.4
    assert done.wall > 0.9
