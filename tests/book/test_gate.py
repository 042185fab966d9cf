"""The book is built once a run, and its failure is reported once."""

from concurrent.futures import ThreadPoolExecutor

import gate_book
import pytest
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


def test_a_failure_is_reported_only_by_page_line_and_cause():
    assert excerpt(LOG.splitlines()).splitlines() == [
        "maths/eigen.md:12: cell 2 of 9 fails: ZeroDivisionError: division by zero",
        "  >   12 | print(1 / x)",
        "maths/svd-pca.md:7: WARNING: undefined label: 'nowhere'",
    ]
    many = [f"a.md:{k}: WARNING: x" for k in range(999)]
    assert excerpt(many).splitlines()[-1] == f"… and {999 - gate_book.SHOWN} more lines"


def test_the_log_shows_when_all_pages_have_been_executed(tmp_path):
    assert not gate_book.executed(tmp_path)
    (tmp_path / "log").write_text("[1/33] executed maths/vectors in 24.1 s\n")
    assert not gate_book.executed(tmp_path)
    (tmp_path / "log").write_text("[32/33] executed a in 1 s\n[33/33] executed b in 2 s\n")
    assert gate_book.executed(tmp_path)


@pytest.fixture
def builds(monkeypatch, tmp_path):
    """Return what is built instead of the book: one entry per build, `True` if it succeeds."""
    state = {"done": [], "next": True}

    def build(folder, root, key, run):
        state["done"].append(state["next"])
        html(folder).mkdir(parents=True, exist_ok=True)
        (html(folder) / "index.html").touch()
        return Result(key, run, state["next"], "" if state["next"] else "why", 1.0)

    monkeypatch.setattr(gate_book, "build", build)
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", "one")
    (tmp_path / "nnlib").mkdir()
    (tmp_path / "nnlib/a.py").write_text("1")
    return state


def test_all_requests_share_one_build_until_a_source_changes(builds, tmp_path, monkeypatch):
    def asked(_=0, **options):
        return result(tmp_path / "gate", root=tmp_path, **options)

    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(asked, range(8)))
    assert set(results) == {results[0]}
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", "two")
    assert asked().built
    assert len(builds["done"]) == 1
    (html(tmp_path / "gate") / "index.html").unlink()
    asked()
    assert len(builds["done"]) == 2
    (tmp_path / "nnlib/a.py").write_text("2")
    builds["next"] = False
    assert [asked().message for _ in range(3)] == ["why"] * 3  # a failure is kept for the run
    assert len(builds["done"]) == 3
    monkeypatch.setenv("PYTEST_XDIST_TESTRUNUID", "three")
    builds["next"] = True
    assert asked().built
    (tmp_path / "nnlib/a.py").write_text("3")
    with FileLock(tmp_path / "gate" / "lock"), pytest.raises(TimeoutError, match="log"):
        asked(wait=0.1)
