"""`make test`: no test is lost, a failure is shown once, a topic runs the tests of its name."""

import functools
import os
import re
import signal
import subprocess
import sys
import time
from graphlib import TopologicalSorter
from pathlib import Path
from types import SimpleNamespace

import gate_report
import near_tests
import pytest
import run_tests
import shares

ROOT = Path(__file__).parents[2]
PROGRAM = ROOT / "tools" / "run_tests.py"

OPERATIONS = [
    f"tests/nnlib/test_{word}.py"
    for word in ("opinfo", "ops", "package", "signatures", "signatures_calls")
]
WORD = "def test_{}(tmp_path):\n    assert tmp_path.exists()\n"


@pytest.fixture(autouse=True)
def _one_plugin(monkeypatch):
    """Load no plugin but xdist in the inner runs: they take less time than the loading."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", "xdist.plugin")


@pytest.fixture
def project(tmp_path):
    """Return a project with one passing test in each of two folders."""
    (tmp_path / "pytest.ini").write_text("[pytest]\ntestpaths = tests\n")
    for name in ("nngrader/test_a.py", "book/test_b.py"):
        write(tmp_path, f"tests/{name}", WORD.format(name[-4]))
    return tmp_path


def write(project, name, text):
    (project / name).parent.mkdir(parents=True, exist_ok=True)
    (project / name).write_text(text)


def gate(project, *arguments):
    """Run the gate with two workers; its output holds standard output and errors together."""
    code = f"import sys, run_tests; sys.argv[1:] = {arguments}; run_tests.MOST_WORKERS = 2\n"
    return subprocess.run(
        [sys.executable, "-c", code + "sys.exit(run_tests.main())"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(PROGRAM.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=120,
    )


def test_the_last_line_counts_what_passed(project):
    done = gate(project)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].startswith("2 passed in ")


MANY = """
import pytest

@pytest.fixture
def book():
    pytest.fail("the book was not built", pytrace=False)

@pytest.mark.parametrize("n", range(30))
def test_page(book, n):
    pass

@pytest.mark.parametrize("n", range(30))
def test_sum(n):
    assert n == n + 1
"""


def test_failures_fail_the_gate_and_those_that_say_the_same_are_told_once(project):
    write(project, "tests/book/test_many.py", MANY)
    write(project, "tests/book/test_c.py", "def test_c():\n    assert 1 + 1 == 3, 'sum'\n")
    done = gate(project)
    assert done.returncode == 1
    assert "AssertionError: sum" in done.stdout
    assert "tests/book/test_c.py::test_c" in done.stdout
    assert done.stdout.count("the book was not built") == 1
    assert len(re.findall(r"E +assert \d+ == \(\d+ \+ 1\)", done.stdout)) == 1  # one of 30
    assert done.stdout.count("and 29 more that say the same") == 2
    assert len(re.findall(r"^\[ +\d+ s\] failed: tests/book/test_", done.stdout, re.M)) == 3
    assert len(done.stdout.splitlines()) < 60
    assert done.stdout.splitlines()[-1].startswith("31 failed, 2 passed, 30 errors in ")
    assert (project / "_build/tests/failures.txt").read_text().count("test_sum") >= 30


@pytest.mark.deep(90)
@pytest.mark.parametrize("fault", ["no tests", "no import"])
def test_a_gate_that_cannot_run_the_tests_fails(project, fault):
    if fault == "no tests":
        for name in ("nngrader/test_a.py", "book/test_b.py"):
            (project / "tests" / name).unlink()
        assert gate(project).returncode == 5
    else:
        write(project, "tests/tools/test_d.py", "import nowhere_at_all\n")
        done = gate(project)
        assert done.returncode != 0
        assert "nowhere_at_all" in done.stdout


def alive(pid):
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


LONG = """
import os, time

def test_long():
    with open({note!r}, "w") as file:
        file.write(f"{{os.getpid()}}.")
    time.sleep(90)
"""


@pytest.mark.deep(90)
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_workers(project, stop):
    note = project / "worker.pid"
    write(project, "tests/book/test_long.py", LONG.format(note=str(note)))
    running = subprocess.Popen(
        [sys.executable, PROGRAM],
        cwd=project,
        stdout=subprocess.DEVNULL,
        # A shell that starts the tests in the background lets its children ignore SIGINT.
        preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
    )
    while not (note.exists() and note.read_text().endswith(".")):
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(stop)
    assert running.wait(60) != 0
    pid, end = int(note.read_text().rstrip(".")), time.monotonic() + 10
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert not alive(pid)


def test_long_groups_come_first_and_what_waits_for_the_book_last(monkeypatch):
    monkeypatch.setattr(gate_report, "GROUPS", {"b.py": "slow", "d.py": "slow"})
    monkeypatch.setattr(gate_report, "LONG", ("slow",))
    waits = {"a.py::two": ["gate", "book"], "0.py::x": ["figure_pages"]}
    names = ["0.py::x", "a.py::one", "a.py::two", "b.py::x", "c.py::x", "d.py::x", "b.py::y"]
    items = [SimpleNamespace(nodeid=n, fixturenames=waits.get(n, [])) for n in names]
    gate_report.pytest_collection_modifyitems(items)
    order = ["b.py::x", "d.py::x", "b.py::y", "c.py::x", "0.py::x", "a.py::one", "a.py::two"]
    assert [item.nodeid for item in items] == order


def test_a_long_group_starts_first_however_few_tests_it_has(project):
    for name, tests in (("many", 3), ("few", 1)):
        text = f"import pytest\n@pytest.mark.parametrize('k', range({tests}))\n"
        text += "def test_it(k):\n    with open('order', 'a') as file:\n"
        write(project, f"tests/book/test_{name}.py", f"{text}        file.write('{name} ')\n")
    long = "gate_report.LONG = ('tests/book/test_few.py',)"
    write(project, "conftest.py", f"import gate_report, run_tests\n{long}\n")
    code = "import sys, run_tests; sys.argv[1:] = ['tests/book']; run_tests.MOST_WORKERS = 1\n"
    subprocess.run(
        [sys.executable, "-c", code + "sys.exit(run_tests.main())"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(PROGRAM.parent)},
        check=True,
        timeout=120,
    )
    assert (project / "order").read_text().split() == ["few", "many", "many", "many"]


def test_the_files_of_a_group_go_to_one_worker(project):
    text = (
        "import os\ndef test_who(worker_id, tmp_path_factory):\n    base = tmp_path_factory\n"
    )
    text += "    (base.getbasetemp().parent / __name__).write_text(worker_id)\n"
    files = {f"tests/nngrader/test_{k}.py": "one" for k in "pqrs"}
    for name in files:
        write(project, name, text)
    write(project, "conftest.py", f"import gate_report\ngate_report.GROUPS.update({files})\n")
    options = [*run_tests.SHORT, "-n", "2", "--basetemp", str(project / "base")]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-vv"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(PROGRAM.parent)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout
    wrote = [(project / "base").rglob(f"*test_{k}") for k in "pqrs"]
    assert len({path.read_text() for found in wrote for path in found}) == 1


def test_every_name_that_is_offered_is_a_topic_with_tests_that_exist():
    for name in run_tests.topic_names(ROOT):
        topic = run_tests.find_topic(name, ROOT)
        assert topic.left_out
        for argument in topic.arguments:
            assert "/" not in argument or (ROOT / argument).exists(), (name, argument)
        if name.startswith("nnlib/ops/"):
            assert "tests/nnlib/test_ops.py" in topic.arguments


@pytest.mark.parametrize("folder", near_tests.SOURCES)
def test_no_modules_of_a_folder_import_each_other(folder):
    importers = near_tests.imported_by(folder, ROOT)
    assert len(importers) > 5
    TopologicalSorter(importers).prepare()  # a CycleError names the ring


@pytest.mark.parametrize(
    ("name", "arguments", "page"),
    [
        ("nnlib/linalg", ["nnlib/linalg", "tests/nnlib/linalg"], ""),
        ("nnlib/ops", ["nnlib/ops", "tests/nnlib/edges", *OPERATIONS], ""),
        ("chapters/maths/vectors.md", ["tests/book/test_play_vectors.py"], "maths/vectors"),
        ("ps2_classifiers/hinge_loss", ["tests/exercises", "-k", "hinge_loss"], ""),
        ("ps8_pytorch/residual_mlp", ["tests/exercises", "-k", "ResidualMLP"], ""),
        ("ps8_pytorch/common", ["tests/exercises", "-k", "ps8_pytorch"], ""),
        ("tools", ["tests/tools"], ""),
    ],
)
def test_a_topic_runs_what_bears_its_name(name, arguments, page):
    topic = run_tests.find_topic(name, ROOT)
    assert topic.arguments == arguments
    assert topic.page == page


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("nngrader/engine", ["tests/exercises"]),
        ("nngrader/engine/judgement/judging", ["tests/exercises/test_judging.py"]),
        ("nngrader/engine/judgement/values", ["tests/exercises/test_judging.py"]),
        ("nngrader/engine/explanation", ["tests/exercises/test_diagnose.py"]),
        ("nngrader/student/function", ["tests/exercises/test_student.py"]),
        ("nngrader/grading", ["tests/nngrader/test_cluster.py"]),
        ("nnlib/walk", ["tests/nnlib/test_autograd.py", "tests/nnlib/test_graph.py"]),
        ("nnlib/hook", ["tests/nnlib/test_graph_hooks.py"]),
        ("tools/run_tests", ["tests/tools/test_run_tests.py"]),
        ("chapters/_ext/write", [f"tests/book/test_{w}.py" for w in ("build", "extensions")]),
    ],
)
def test_a_topic_runs_the_tests_near_it(name, near):
    topic = run_tests.find_topic(name, ROOT)
    assert [p for p in near if p not in topic.arguments] == []
    assert len(topic.arguments) == len(set(topic.arguments))
    assert ("not browser and not built_book" in topic.arguments) == ("_ext" in name)


def test_a_topic_counts_the_test_files_that_it_leaves_out(tmp_path):
    sources = {
        "nnlib/__init__.py": "from .a import f",
        "nnlib/a.py": "from .b import g as f",
        "nnlib/b.py": "def g():\n    pass",
        "nnlib/lost.py": "",
        "tests/nnlib/test_one.py": "from nnlib import f",
        "tests/nnlib/test_two.py": "from nnlib.other import f",
    }
    for name, text in sources.items():
        write(tmp_path, name, text)
    topic = run_tests.find_topic("nnlib/b", tmp_path)
    assert topic.arguments == ["nnlib/b.py", "tests/nnlib/test_one.py"]
    assert topic.left_out == ["1 of 2 test files of tests/nnlib", "all other tests"]
    assert run_tests.find_topic("nnlib/lost", tmp_path).arguments[1:] == ["tests/nnlib"]


@pytest.mark.parametrize("name", ["maths/vector", "nnlib/linalgg", "ps2", "tests/nowhere"])
def test_an_unknown_topic_is_refused_with_what_is_near(name):
    with pytest.raises(SystemExit, match="no topic") as refused:
        run_tests.find_topic(name, ROOT)
    near = {"maths/vector": "maths/vectors", "nnlib/linalgg": "nnlib/linalg"}
    assert near.get(name, "") in str(refused.value)


def test_groups_name_files_that_exist():
    files = [*gate_report.GROUPS, *(g for g in gate_report.LONG if "/" in g)]
    assert [f for f in files if not (ROOT / f).exists()] == []
    assert {g for g in gate_report.LONG if "/" not in g} <= {*gate_report.GROUPS.values()}


DEEP = """
import pytest

@pytest.mark.deep(4)
@pytest.mark.parametrize("n", range(40))
def test_many(n):
    pass

@pytest.mark.deep(90)
@pytest.mark.parametrize("n", range(3))
def test_few(n):
    pass

@pytest.mark.deep(2)
def test_one():
    pass

@pytest.mark.turn(0)
def test_even():
    pass

@pytest.mark.turn(1)
def test_odd():
    pass

@pytest.mark.turn(1)
@pytest.mark.deep(90)
@pytest.mark.parametrize("n", range(4))
def test_odd_and_dear(n):
    pass
"""
TABLES = """
import pytest

@pytest.mark.parametrize("n", range(40))
def test_long(n):
    pass

@pytest.mark.parametrize("n", range(9))
def test_short(n):
    pass
"""
PROBLEMS = f"""
import pytest

NAMES = [f"problem_{{n}}" for n in range(24)]

@pytest.mark.parametrize("mistake", range(3))
@pytest.mark.parametrize("name", NAMES + {[*shares.DEAR]})
def test_mistake(name, mistake):
    pass
"""
MARKS = """[pytest]
pythonpath = .
markers =
    deep(k): a share
    turn(n): one commit in two
"""


def share(project, number, *arguments):
    """Return the cases that one commit sees."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--co", *arguments],
        cwd=project,
        env=os.environ | {"TEST_SHARE": str(number)},
        capture_output=True,
        text=True,
        check=True,
    )
    return {line for line in done.stdout.splitlines() if "::" in line}


@pytest.fixture
def sharing(tmp_path):
    """Return a project of which each run takes a share."""
    for name in ("conftest.py", "tools/shares.py"):
        write(tmp_path, name, (ROOT / name).read_text())
    write(tmp_path, "pytest.ini", MARKS)
    write(tmp_path, "tests/nnlib/test_table.py", TABLES)
    write(tmp_path, "tests/exercises/test_problems.py", PROBLEMS)
    write(tmp_path, "test_deep.py", DEEP)
    return tmp_path


def test_as_many_commits_as_the_mark_says_see_every_case(sharing):
    whole = share(sharing, 0, "--deep")
    runs = [share(sharing, 100 + k) for k in range(4)]
    assert len(whole) == 50 + 40 + 9 + 90
    many = {case for case in whole if "many" in case}
    assert many <= set.union(*runs)
    assert [len(s & many) for s in runs] == [10, 10, 10, 10]
    assert all(sum("few" in case for case in s) == 1 for s in runs)
    assert all("test_deep.py::test_one" in s for s in runs)
    assert share(sharing, 102) == runs[2]


def test_a_test_that_takes_turns_waits_only_where_all_tests_run(sharing):
    dear = [share(sharing, 100 + k) for k in range(8)]
    assert len({case for run in dear for case in run if "dear" in case}) == 4
    both = {"test_deep.py::test_even", "test_deep.py::test_odd"}
    assert [share(sharing, n) & both for n in (6, 7)] == [{name} for name in sorted(both)]
    assert share(sharing, 6, "--deep") >= both
    assert share(sharing, 6, "test_deep.py") >= both


def parts_of(runs, name, number):
    """Return the cases of a table in runs that together see each of them once."""
    parts = [{case for case in run if name in case} for run in runs]
    assert len(set.union(*parts)) == sum(map(len, parts)) == number
    assert min(map(len, parts)) > number / len(runs) / 2
    return parts


def make_repository(project):
    """Make a repository of a project, in which its tests do not count as changed."""
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    write(project, ".gitignore", "/tests\n")


def problems_of(cases):
    return {case.split("[")[1].split("-")[0] for case in cases if "test_mistake" in case}


def test_three_runs_see_a_long_table_and_two_where_the_library_was_changed(sharing):
    runs = [share(sharing, n) for n in (8, 9, 10)]
    parts_of(runs, "test_long", 40)
    assert all(sum("test_short" in case for case in run) == 9 for run in runs)
    assert sum("test_long" in case for case in share(sharing, 8, "tests/nnlib")) == 40
    make_repository(sharing)
    write(sharing, "nnlib/tensor.py", "")
    parts_of([share(sharing, n) for n in (8, 9)], "test_long", 40)


def test_three_runs_try_all_problems_and_each_run_all_mistakes_of_its_own(sharing):
    for part in parts_of([share(sharing, n) for n in (8, 9, 10)], "test_mistake", 90):
        assert len(problems_of(part)) == len(part) / 3
        assert len(problems_of(part) & {*shares.DEAR}) == 2


def test_the_dear_problems_exist():
    text = "".join(p.read_text() for p in (ROOT / "exercises/problems").glob("*/*.py"))
    assert set(shares.DEAR) <= set(run_tests.DECLARED.findall(text))


def test_a_changed_problem_is_tried_in_each_run_and_half_where_the_grader_was(sharing):
    make_repository(sharing)
    before = [share(sharing, n) for n in (8, 9, 10)]
    write(sharing, "exercises/problems/ps1/problem7.py", "")
    for old, n in zip(before, (8, 9, 10), strict=True):
        assert problems_of(share(sharing, n)) == problems_of(old) | {"problem_7"}
    (sharing / "exercises/problems/ps1/problem7.py").unlink()
    write(sharing, "exercises/nngrader/engine/judge.py", "")
    parts_of([share(sharing, n) for n in (8, 9)], "test_mistake", 90)


def test_without_a_number_the_commits_are_counted(monkeypatch):
    monkeypatch.setenv("TEST_SHARE", "41")
    assert shares.share() == 41
    monkeypatch.delenv("TEST_SHARE")
    counted = subprocess.run(
        ["git", "rev-list", "--count", "HEAD"], cwd=ROOT, capture_output=True, text=True
    )
    assert shares.share() == int(counted.stdout or 0)


@pytest.mark.parametrize(("ci", "session"), [("true", "10\n"), ("", "0\n")])
def test_under_ci_alone_the_whole_session_steps_back_behind_the_book(
    ci, session, monkeypatch, tmp_path
):
    steps = []
    monkeypatch.setattr(os, "nice", steps.append)
    monkeypatch.setattr(run_tests, "AUTOGROUP", tmp_path / "autogroup")
    monkeypatch.setenv("CI", ci)
    (tmp_path / "autogroup").write_text("0\n")
    run_tests._step_back()
    assert (steps, (tmp_path / "autogroup").read_text()) == ([10], session)
    monkeypatch.setattr(run_tests, "AUTOGROUP", tmp_path / "nowhere" / "autogroup")
    run_tests._step_back()  # no such file: nothing to step back from
