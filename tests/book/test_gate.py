"""The book is built once a run, its failure is reported once, a reader's build is kept."""

import json
from concurrent.futures import ThreadPoolExecutor

import figure_pages
import gate_book
import pytest
from execute.reads import Reads
from filelock import FileLock
from gate_book import Result, excerpt, html, result

LOG = """Running Jupyter-Book v1.0
[1/33] executed maths/vectors in 24.1 s
[2/33] FAILED maths/eigen in 34.4 s
maths/eigen.md:12: cell 2 of 9 fails: ZeroDivisionError: division by zero
    11 | x = 0
  >   12 | print(1 / x)
  The end of the traceback:
    some/where.py in f(x)
maths/svd-pca.md:7: WARNING: undefined label: 'nowhere'
2 of 33 executed pages failed
The book was not built: see above (22 s).
"""


def test_the_book_builds(gate):
    if not gate.built:
        pytest.fail(f"the book does not build:\n{gate.message}", pytrace=False)
    assert (html() / "index.html").is_file()


def test_a_failure_is_told_by_page_line_and_cause_and_no_more():
    assert excerpt(LOG.splitlines()).splitlines() == [
        "maths/eigen.md:12: cell 2 of 9 fails: ZeroDivisionError: division by zero",
        "  >   12 | print(1 / x)",
        "maths/svd-pca.md:7: WARNING: undefined label: 'nowhere'",
    ]
    many = [f"a.md:{k}: WARNING: x" for k in range(999)]
    assert excerpt(many).splitlines()[-1] == f"… and {999 - gate_book.SHOWN} lines more"
    assert excerpt(["something new"]) == "something new"


@pytest.fixture
def builds(monkeypatch, tmp_path):
    """Return what is built in place of the book: one entry a build, `True` if it succeeds."""
    state = {"done": [], "next": True}

    def build(folder, root, key, run):
        state["done"].append(state["next"])
        html(folder).mkdir(parents=True, exist_ok=True)
        (html(folder) / "index.html").touch()
        return Result(key, run, state["next"], "" if state["next"] else "why", 1.0)

    monkeypatch.setattr(gate_book, "_build", build)
    monkeypatch.setenv("GATE_RUN", "one")
    (tmp_path / "nnlib").mkdir()
    (tmp_path / "nnlib/a.py").write_text("1")
    return state


def asked(tmp_path, **options):
    return result(tmp_path / "gate", root=tmp_path, **options)


def test_all_who_ask_get_one_build_until_a_source_changes(builds, tmp_path, monkeypatch):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: asked(tmp_path), range(8)))
    assert set(found) == {found[0]}
    monkeypatch.setenv("GATE_RUN", "two")
    assert asked(tmp_path).built
    assert len(builds["done"]) == 1
    (tmp_path / "nnlib/a.py").write_text("2")
    asked(tmp_path)
    assert len(builds["done"]) == 2


def test_a_failure_is_kept_for_the_run_and_tried_again_in_the_next(
    builds, tmp_path, monkeypatch
):
    builds["next"] = False
    assert [asked(tmp_path).message for _ in range(3)] == ["why"] * 3
    assert len(builds["done"]) == 1
    monkeypatch.setenv("GATE_RUN", "two")
    builds["next"] = True
    assert asked(tmp_path).built
    assert len(builds["done"]) == 2


def test_a_build_whose_pages_are_gone_is_made_again(builds, tmp_path):
    asked(tmp_path)
    (html(tmp_path / "gate") / "index.html").unlink()
    asked(tmp_path)
    assert len(builds["done"]) == 2


def test_who_waits_too_long_is_told_where_to_look(builds, tmp_path):
    (tmp_path / "gate").mkdir()
    refused = pytest.raises(TimeoutError, match=r"not built within 0 s; see .*log")
    with FileLock(tmp_path / "gate" / "lock"), refused:
        asked(tmp_path, wait=0.1)


def test_the_book_of_the_tests_lies_apart_from_the_readers():
    assert html().relative_to(gate_book.ROOT).parts == ("_build", "gate", "_build", "html")


def test_figures_are_those_of_the_book_until_a_cell_or_a_file_changes(tmp_path, monkeypatch):
    page, data = tmp_path / "chapters/maths/page.md", tmp_path / "data.json"
    cells = ["x = 1", 'book.play("a", {"x": x})']
    text = "\n\n".join(f"```{{code-cell}} python\n{source}\n```" for source in cells)
    page.parent.mkdir(parents=True)
    page.write_text(text)
    data.write_text("1")
    cache = tmp_path / "_build/.jupyter_cache-x"
    Reads(tmp_path, cache / "reads.json").keep(
        "chapters/maths/page", "key", ["data.json"], 1e12
    )
    output = {"data": {"text/html": ["<nn-a>", "</nn-a>"]}}
    stored = [{"source": [s], "outputs": [output] * (s != "x = 1")} for s in cells]
    (cache / "executed/key").mkdir(parents=True)
    (cache / "executed/key/base.ipynb").write_text(json.dumps({"cells": stored}))
    monkeypatch.setattr(figure_pages, "ROOT", tmp_path)

    def kept():
        figure_pages.memories.cache_clear()
        return figure_pages.kept(page)

    assert kept() == ["<nn-a></nn-a>"]
    page.write_text(text.replace("x = 1", "x = 2"))
    assert kept() == []
    page.write_text(text)
    data.write_text("2")
    assert kept() == []
    figure_pages.memories.cache_clear()
