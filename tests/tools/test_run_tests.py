"""What `make test` runs: a path or a name, the book during the tests, and the exit status."""

import subprocess
import sys
from pathlib import Path

import pytest
import run_tests

ROOT = Path(__file__).resolve().parents[2]


def collected(folder, *options):
    """Return the names that pytest collects in a folder with the repository's own rules."""
    (folder / "conftest.py").write_text((ROOT / "conftest.py").read_text())
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = slow: with --slow only\n")
    (folder / "test_some.py").write_text(
        "import pytest\ndef test_quick(): pass\n@pytest.mark.slow\ndef test_long(): pass\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "--collect-only", *options, str(folder)]
    out = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=True).stdout
    return [line.partition("::")[2] for line in out.splitlines() if "::" in line]


def test_slow_tests_are_left_out_by_default(tmp_path):
    assert collected(tmp_path) == ["test_quick"]
    assert collected(tmp_path, "--slow") == ["test_quick", "test_long"]


def test_a_path_is_a_path_and_anything_else_a_name():
    assert run_tests.chosen("nnlib/optim") == ["tests/nnlib/optim"]
    assert run_tests.chosen("nnlib/tensor.py") == ["nnlib/tensor.py"]  # its examples
    assert run_tests.chosen("tools/test_run_tests.py") == ["tests/tools/test_run_tests.py"]
    assert run_tests.chosen("nnlib/test_ops") == ["tests/nnlib/test_ops.py"]
    assert run_tests.chosen("softmax") == ["-k", "softmax"]


@pytest.mark.parametrize(
    ("build", "statuses", "expected"),
    [(0, [0, 0], 0), (0, [1, 0], 1), (0, [0, 5], 5), (1, [0], 1)],
)
def test_a_failure_of_either_part_or_of_the_book_fails(
    monkeypatch, tmp_path, build, statuses, expected
):
    monkeypatch.setattr(run_tests.gate_book, "FOLDER", tmp_path)
    calls, ends = [], iter(statuses)
    monkeypatch.setattr(run_tests, "run", lambda *a: (calls.append(a), next(ends))[1])
    monkeypatch.setattr(sys, "argv", ["run_tests"])
    program = [sys.executable, "-c", f"raise SystemExit({build})"]
    start = subprocess.Popen
    monkeypatch.setattr(run_tests.subprocess, "Popen", lambda *a, **k: start(program, **k))
    assert run_tests.main() == expected
    assert len(calls) == len(statuses)
    assert all("--slow" not in call for call in calls)
