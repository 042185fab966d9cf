"""The parts of the extensions that need no build."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from begin.cachekey import digest, read_by
from begin.checks import failures
from docutils import nodes
from read.numbering import count_by_page, recall_book
from write.minus import GLUED_HYPHEN
from write.thumbnails import PLACE, filled

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tree(tmp_path):
    for name in ("nnlib/a.py", "nnlib/data/x.npz", "chapters/reference/pages.yml"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    return tmp_path


LESSON, SETUP = "chapters/maths/eigen", "chapters/start/setup"


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("nnlib/a.py", {LESSON, SETUP}),
        ("nnlib/data/x.npz", {LESSON, SETUP}),
        ("nnlib/new.py", {LESSON, SETUP}),
        ("requirements.lock", {LESSON, SETUP}),
        ("chapters/part/experiments/long.json", {LESSON, SETUP}),
        ("chapters/reference/pages.yml", {SETUP}),
        ("exercises/problems/p.py", {SETUP}),
        ("exercises/nngrader/release/build.py", {SETUP}),
        ("tools/new.py", {SETUP}),
        ("nnlib/__pycache__/a.pyc", set()),
        ("exercises/source/p/p.ipynb", set()),
        ("chapters/maths/eigen.md", set()),
        ("tests/test_a.py", set()),
        ("README.md", set()),
    ],
)
def test_a_page_is_executed_again_when_a_file_changes_that_it_may_read(tree, name, changed):
    before = {page: digest(tree, read_by(page)) for page in (LESSON, SETUP)}
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    (tree / name).write_text("2")
    after = {page: digest(tree, read_by(page)) for page in (LESSON, SETUP)}
    assert {page for page in before if after[page] != before[page]} == changed


def test_the_digest_does_not_depend_on_the_folder(tree, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    for path in sorted(tree.rglob("*"), reverse=True):
        if path.is_file():
            copy = other / path.relative_to(tree)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    assert digest(other, ["nnlib/**/*"]) == digest(tree, ["nnlib/**/*"])


@pytest.mark.parametrize(
    ("check", "error"),
    [
        ("assert 1 == 1", None),
        ("assert 1 == 2", "AssertionError"),
        ("assert 1 == 2, 'sum'", "AssertionError: sum"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("raise SystemExit", "SystemExit"),
        ("x =", "SyntaxError"),
        ("print('said')", None),
    ],
)
def test_a_check_fails_with_its_error(tmp_path, check, error):
    result = failures({"e1": check}, tmp_path / "memory.json", "lock")
    assert (error is None and result == {}) or result["e1"].startswith(error)


def test_a_check_that_passed_is_not_run_again_and_one_that_failed_is(tmp_path):
    memory, log = tmp_path / "memory.json", tmp_path / "log"
    write = f"open({str(log)!r}, 'a').write('{{0}}')"
    checks = {"good": write.format("g"), "bad": write.format("b") + "; assert False"}
    for _ in range(2):
        assert set(failures(checks, memory, "lock")) == {"bad"}
    assert log.read_text() == "gbb"


def test_a_check_cannot_change_the_arithmetic_of_the_next(tmp_path):
    checks = {
        "first": "import numpy as np; np.seterr(all='raise')",
        "second": "import numpy as np; assert np.exp(np.float64(-1000)) == 0",
    }
    assert failures(checks, tmp_path / "memory.json", "lock") == {}


def test_checks_run_again_when_the_environment_changes(tmp_path):
    memory, log = tmp_path / "memory.json", tmp_path / "log"
    for lock in ("one", "one", "two"):
        failures({"e": f"open({str(log)!r}, 'a').write('x')"}, memory, lock)
    assert log.read_text() == "xx"


def test_a_check_that_ends_the_interpreter_fails_all(tmp_path):
    checks = {"a": "import os; os._exit(0)", "b": "assert True"}
    assert set(failures(checks, tmp_path / "memory.json", "lock")) == {"a", "b"}
    assert json.loads((tmp_path / "memory.json").read_text()) == []


def test_glued_numbers_get_a_minus_and_texts_keep_their_hyphen():
    text = '<span class="pasted-text">-1.5</span> <span class="pasted-text">-ish</span>'
    assert GLUED_HYPHEN.sub(r"\1−", text) == text.replace("-1.5", "−1.5")


def test_the_helpers_need_only_numpy_until_they_draw():
    code = (
        "import sys; from nnlib import book, viz; book.setup(); "
        "book.predict('a', 'Which?', ['One.', 'Two.']); "
        "print([m for m in ('matplotlib', 'IPython', 'myst_nb') if m in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert done.stdout.strip() == "[]"


def test_the_steps_are_called_in_the_order_of_their_list():
    from page import STEPS  # which loads for seconds

    for event in {event for event, _, _ in STEPS}:
        priorities = [priority for other, _, priority in STEPS if other == event]
        assert priorities == sorted(priorities), event


def test_figures_and_exercises_are_counted_by_page_and_the_count_of_the_book_comes_back():
    book = {
        "a": {"exercise": {"ex-a": (1,), "ex-b": (2,)}, "figure": {"fig-a": (1,)}},
        "b": {"exercise": {"ex-c": (3,), "ex-d": (4,)}, "figure": {"fig-b": (2,)}},
        "c": {"figure": {}},
    }
    before = json.dumps(book)
    env = SimpleNamespace(toc_fignumbers=book)
    assert recall_book(None, env) == count_by_page(None, env) == []
    assert book["b"]["exercise"] == {"ex-c": (1,), "ex-d": (2,)}
    assert book["a"]["figure"] == {"fig-a": (1,)}
    assert book["b"]["figure"] == {"fig-b": (1,)}
    recall_book(None, env)
    assert json.dumps(book) == before


def test_a_thumbnail_draws_the_first_figure_of_a_section_again():
    svg = '<svg viewBox="0 0 2 1"><path/></svg>'
    pixels = '<img src="data:image/png;base64,AA" alt="b">'
    heading = '<h3>%s<a class="headerlink" href="#x">#</a></h3>'
    figure = '<figure class="f" id="fig-%s">%s</figure>'
    parts = (("one", svg), ("two", pixels), ("three", "a table"))
    body = "".join(heading % name + figure % (name, shown) for name, shown in parts)
    page = filled(PLACE + body + figure % ("other", svg))
    assert '<a href="#fig-one"><span><svg aria-hidden="true" viewBox="0 0 2 1"><use' in page
    assert '<use href="#fig-one-drawn"/></svg></span>one</a>' in page
    assert '<svg id="fig-one-drawn" viewBox="0 0 2 1"><path/></svg></figure>' in page
    assert page.count("data:image/png") == 2
    assert page.count("<li>") == 2


@pytest.mark.parametrize(
    ("shown", "below"),
    [
        (nodes.figure(), True),
        (nodes.raw("", '<figure class="nn-play"></figure>', format="html"), True),
        (nodes.raw("", "<table></table>", format="html"), False),
        (nodes.literal_block("", "0.5"), False),
    ],
    ids=["figure", "moving figure", "table", "text"],
)
def test_the_code_of_a_figure_is_below_it_and_other_code_above_its_result(shown, below):
    from myst_nb.sphinx_ import HideCodeCellNode  # which loads for seconds
    from read.folds import put_below

    fold, output = HideCodeCellNode(), nodes.container("", shown)
    cell = nodes.container("", fold, output)
    put_below(None, nodes.section("", cell), "page")
    assert cell.children == ([output, fold] if below else [fold, output])
