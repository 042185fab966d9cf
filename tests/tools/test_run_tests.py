"""The gate's two groups: nothing falls out, and what one says or does reaches the reader."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "tools" / "run_tests.py"
SPEC = importlib.util.spec_from_file_location("run_tests", PROGRAM)
run_tests = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(run_tests)
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]


def under(file, folders):
    return any(file.startswith(f"{folder}/") for folder in folders)


def runs(file, arguments):
    """Whether pytest with these arguments, and the settings of the project, runs a file."""
    ignored = [a.removeprefix("--ignore=") for a in arguments if a.startswith("--ignore=")]
    named = [a for a in arguments if not a.startswith("-")] or SETTINGS["testpaths"]
    return under(file, named) and not under(file, ignored)


def test_every_file_with_tests_belongs_to_exactly_one_group():
    files = [p.relative_to(ROOT).as_posix() for p in ROOT.glob("tests/**/test_*.py")]
    assert len(files) > 100
    for file in [*files, "nnlib/tensor.py", "exercises/nngrader/release.py"]:
        assert sum(runs(file, group) for group in run_tests.groups().values()) == 1, file


@pytest.mark.parametrize("folder", run_tests.APART)
def test_a_folder_set_apart_exists_and_holds_tests(folder):
    assert list((ROOT / folder).glob("test_*.py"))


@pytest.fixture
def project(tmp_path):
    """A project with one passing test in each group."""
    for folder in (*run_tests.APART, "tests/book"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    write(
        tmp_path, "tests/nngrader/test_a.py", "def test_a(tmp_path): assert tmp_path.exists()"
    )
    write(tmp_path, "tests/book/test_b.py", "def test_b(tmp_path): assert tmp_path.exists()")
    return tmp_path


def write(project, name, text):
    (project / name).write_text(text + "\n")


def gate(project, *arguments):
    """Run the gate in a project; its output holds standard output and errors together."""
    return subprocess.run(
        [sys.executable, PROGRAM, *arguments],
        cwd=project,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )


def test_what_passed_in_both_groups_is_summed(project):
    done = gate(project)
    assert done.returncode == 0, done.stdout
    assert "\n2 passed in " in done.stdout
    assert (project / ".pytest_cache/all-else").is_dir()
    assert (project / ".pytest_cache/grader-and-tools").is_dir()


@pytest.mark.parametrize("folder", ["nngrader", "tools", "book"])
def test_a_failure_in_any_folder_fails_the_gate_and_is_shown_whole_at_the_end(project, folder):
    write(project, f"tests/{folder}/test_c.py", "def test_c():\n    assert 1 + 1 == 3, 'sum'")
    done = gate(project)
    assert done.returncode == 1
    assert "\n2 passed, 1 failed in " in done.stdout
    name = "grader and tools" if folder != "book" else "all else"
    last = done.stdout[done.stdout.rindex(f"===== {name} =====") :]
    assert "AssertionError: sum" in last
    assert "assert 1 + 1 == 3" in last


def test_a_group_without_tests_fails_the_gate(project):
    (project / "tests/book/test_b.py").unlink()
    assert gate(project).returncode == 5


def test_a_file_that_cannot_be_imported_fails_the_gate(project):
    write(project, "tests/tools/test_d.py", "import nowhere_at_all")
    done = gate(project)
    assert done.returncode != 0
    assert "nowhere_at_all" in done.stdout


def test_arguments_go_to_one_pytest(project):
    done = gate(project, "-q", "tests/book")
    assert done.returncode == 0
    assert "1 passed" in done.stdout
    assert "=====" not in done.stdout


def alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_both_groups(project, stop):
    for folder in ("nngrader", "book"):
        note = project / f"{folder}.pid"
        text = f"def test_long():\n    open({str(note)!r}, 'w').write(str(os.getpid()) + '.')\n"
        write(
            project,
            f"tests/{folder}/test_long.py",
            f"import os, time\n{text}    time.sleep(90)",
        )
    notes = [project / "nngrader.pid", project / "book.pid"]
    gate = subprocess.Popen([sys.executable, PROGRAM], cwd=project, stdout=subprocess.DEVNULL)
    while not all(note.exists() and note.read_text().endswith(".") for note in notes):
        assert gate.poll() is None
        time.sleep(0.05)
    gate.send_signal(stop)
    assert gate.wait(60) != 0
    assert [alive(int(note.read_text().rstrip("."))) for note in notes] == [False, False]


def test_two_groups_run_only_on_two_cores(monkeypatch):
    called = []
    monkeypatch.setattr(run_tests.sys, "argv", ["run_tests.py"])
    monkeypatch.setattr(run_tests, "run", lambda *given: called.append("groups") or 0)

    def one(command, **options):
        called.append("one")
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(run_tests.subprocess, "run", one)
    for cores in (1, 2):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        with pytest.raises(SystemExit, match="0"):
            run_tests.main()
    assert called == ["one", "groups"]
