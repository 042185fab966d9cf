"""One page built by itself: it reads no other page, and lists its problems."""

import json
import os
import subprocess
import sys

import build_page
import pytest
from minibook import MiniBook
from pages import ROOT

PAGE = "part/second"


@pytest.fixture
def mini(tmp_path):
    return MiniBook.create(tmp_path / "book")


def alone(book, page=PAGE):
    """Build one page as the command does, in a separate process."""
    program = (
        "import json, os, pathlib, build_page, build_book; "
        f"root = pathlib.Path({str(book.root)!r}); "
        "os.environ.update(build_book.environment(True, root, strict=True)); "
        f"r = build_page.build(root, {page!r}); "
        "print(json.dumps([r.warnings, r.failure, r.seconds, r.weight]))"
    )
    env = os.environ | {"PYTHONPATH": str(ROOT / "tools"), "NO_COLOR": "1"}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    warnings, failure, seconds, weight = json.loads(done.stdout.splitlines()[-1])
    return build_page.Result(warnings, failure, seconds, weight, book.root / build_page.OUT)


@pytest.mark.slow
def test_a_page_is_built_from_the_cache_and_no_other_is_read(mini):
    mini.replace("Two things are taught here", "See {doc}`first`")
    assert alone(mini).warnings == []
    mini.replace("See {doc}`first`", "See {doc}`/chapters/part/first`")
    result = alone(mini)
    assert (result.warnings, result.failure) == ([], "")
    assert mini.runs == 1
    assert result.seconds > 0
    assert 10_000 < result.weight < 1_000_000
    pages = {path.name for path in (result.path / "chapters").rglob("*.html")}
    assert pages == {"second.html"}


@pytest.mark.slow
def test_a_failing_cell_is_named_with_its_line_and_the_page_is_not_built(mini):
    mini.replace("print(1 + 1)", "print(1 / 0)")
    result = alone(mini)
    assert result.failure
    logged = "\n".join(result.warnings)
    assert "ZeroDivisionError" in logged
    assert "second.md:" in logged
    assert result.weight == 0


@pytest.mark.slow
def test_missing_topics_dead_links_and_false_claims_are_warnings(mini):
    claim = 'from nnlib import book; book.claim(1 + 1 > 2, "it is more")'
    mini.replace("print(1 + 1)", claim)
    mini.replace("mini-001 mini-002", "mini-001")
    mini.replace("Two things are taught here", "See {doc}`nowhere`, one thing is taught here")
    logged = "\n".join(alone(mini).warnings)
    assert "mini-002 is not covered" in logged
    assert "nowhere" in logged
    assert "a claim is false: it is more (expected: 1 + 1 > 2; found: 1 + 1 = 2)" in logged


def test_the_weight_counts_images_and_our_scripts_but_not_the_theme(tmp_path):
    page = tmp_path / "chapters" / "part" / "a.html"
    for name, size in (("_images/p.svg", 500), ("_play/x.js", 70), ("_static/theme.js", 9000)):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x" * size)
    page.parent.mkdir(parents=True)
    text = '<img src="../../_images/p.svg"><script src="../../_play/x.js"></script>'
    page.write_text(text + '<script src="../../_static/theme.js"></script><a href="b.html">')
    assert build_page.weight(page) == page.stat().st_size + 570


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (
            build_page.Result(weight=2_000_000),
            "build: the page has 2,000,000 bytes, expected at most 1,000,000",
        ),
        (build_page.Result(warnings=["a.md:1: WARNING: b"]), "build: a.md:1: WARNING: b"),
        (build_page.Result(failure="KeyError"), "build: KeyError"),
    ],
    ids=["heavy", "warned", "failed"],
)
def test_missing_parts_of_a_page_are_printed_and_counted(result, words):
    lines, done = build_page.report_lines("classifiers/softmax", result, 1.0)
    assert words in lines
    assert not done
    assert any("has 1 problem:" in line for line in lines)


def test_a_complete_page_is_reported_even_if_its_cells_are_slow():
    result = build_page.Result(seconds=16)
    lines, done = build_page.report_lines("classifiers/softmax", result, 1.0)
    assert done
    assert any("16.0 s" in line for line in lines)
    assert "classifiers/softmax is complete" in lines[-1]


def test_an_unknown_page_is_refused():
    program = [sys.executable, ROOT / "tools" / "build_page.py", "maths/vector"]
    done = subprocess.run(program, capture_output=True, text=True)
    assert done.returncode == 2
    assert "there is no chapters/maths/vector.md" in done.stderr
