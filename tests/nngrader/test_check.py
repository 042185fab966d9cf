"""`nngrader check`: what it says about a notebook, and its exit status."""

import json
import signal
import subprocess
import time

import numpy as np
import pytest
from nngrader.sandbox.supervisor import tree_usage
from nngrader.student.notebook import Checkup, checkup

from .orphan_processes import still_running
from .sample_course import NAME, POINTS, command, environment

BUSY = """import time
begun = time.process_time()
while time.process_time() < begun + 1.5:
    pass"""
FORKS = """import os, time
for _ in range(2000):
    if os.fork() == 0:
        time.sleep(100)
        os._exit(0)"""


def student_folder(course, tmp_path, notebook):
    folder = tmp_path / "home"
    folder.mkdir(exist_ok=True)
    (folder / f"{NAME}.ipynb").write_text(notebook.text())
    cases = f"{NAME}.cases.json"
    (folder / cases).write_text((course / "release" / NAME / cases).read_text())
    return folder / f"{NAME}.ipynb"


def check(course, tmp_path, notebook):
    file = student_folder(course, tmp_path, notebook)
    np.savez(file.with_name("few.npz"), a=1)
    line = command(course, "check", file)
    done = subprocess.run(line, capture_output=True, text=True, env=environment())
    assert "Traceback" not in done.stderr
    return done


def test_a_correct_notebook_exits_with_0(released, base, tmp_path):
    done = check(released, tmp_path, base.solved())
    assert done.returncode == 0, done.stderr
    assert "softmax_cross_entropy: 40 of 40 points on the visible cases." in done.stdout
    assert done.stdout.endswith("\nIn total: 100 of 100 points on the visible cases.\n")
    assert "in grading" not in done.stdout


def test_each_function_that_is_wrong_is_reported(released, base, tmp_path):
    notebook = base.solved().delete("softmax_cross_entropy").add_cell("1 / 0")
    notebook.add_cell("import json\nimport matplotlib.pyplot as plt")
    notebook["setup"]["source"] += "\nfrom math import inf"
    source = notebook["pairwise_distances"]["source"].replace("np.sqrt(", "(")
    done = check(released, tmp_path, notebook.write("pairwise_distances", source))
    assert done.returncode == 1
    for words in (
        "'1 / 0' failed: ZeroDivisionError",
        "squared distances",
        "softmax_cross_entropy: Your notebook doesn't define it.",
        "hinge_loss: 30 of 30 points",
        "You changed the cell setup",
        "Not available in grading: matplotlib.",
    ):
        assert words in done.stdout, done.stdout


def test_a_forbidden_package_is_reported_once_with_its_cell(released, base, tmp_path):
    cell = "import scipy\nnp.pi = scipy.pi"
    done = check(released, tmp_path, base.solved().add_cell(cell))
    assert done.stdout.count("`scipy` in the cell that begins 'import scipy'") == 1
    assert done.stdout.count("scipy`") == 1
    assert "In total: 0 of 100 points" in done.stdout


def test_a_package_that_is_not_allowed_is_the_only_cause(released, base, tmp_path):
    notebook = base.solved().add_cell("from scipy.special import expit")
    source = notebook["pairwise_distances"]["source"].replace("np.sqrt(", "expit(")
    said = check(released, tmp_path, notebook.write("pairwise_distances", source)).stdout
    assert "`scipy` in the cell that begins 'from scipy.special" in said
    assert "which isn't allowed and costs all points of `pairwise_distances`" in said
    assert "imports scipy, which isn't available in grading." in said
    for words in ("NameError", "Restart", "not a package", "either"):
        assert words not in said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "status", "words"),
    [
        ("exit()", 0, "begins 'exit()' ends the whole program"),
        ("import os\nos._exit(0)", 0, "ends the whole program"),
        ("import os\nos.kill(os.getpid(), 11)", 0, "crashes the Python process"),
        ("while True:\n    pass", 0, "begins 'while True:' takes longer"),
        (FORKS, 0, "starts too many processes"),
        ("raise KeyboardInterrupt", 0, "KeyboardInterrupt"),
        ("raise ValueError('\\ud800')", 0, "ValueError: \\ud800"),
        ("input('Go on? ')", 0, "EOFError"),
        ("import sys\nsys.argv = ['a']", 0, "100 of 100"),
        ("import os\nos.chdir('/')", 0, "100 of 100"),
        (BUSY, 0, "takes longer than the 1 s that grading allows"),
        ("x" * (9 << 20), 1, "larger than 8 MB even without its outputs"),
    ],
)
def test_every_cell_gets_a_verdict(released, base, tmp_path, cell, status, words):
    done = check(released, tmp_path, base.solved().add_cell(cell))
    assert done.returncode == status, done.stdout
    assert words in done.stdout


def test_the_visible_cases_name_the_limits_of_grading(released):
    file = released / "release" / NAME / f"{NAME}.cases.json"
    for data in json.loads(file.read_text()).values():
        limits = {"call_seconds": 1.0, "total_seconds": 2.5, "submission_seconds": 60.0}
        limits |= {"memory_mb": 400, "processes": 16, "output_kb": 256, "notebook_mb": 100}
        assert data["limits"] == limits
        assert data["graded"] >= len(data["cases"])
        assert not data["same"]


PATCHED = """
import numpy as np
np.allclose = np.array_equal = lambda *_, **__: True
np.abs = lambda a: np.zeros(np.shape(a))
np.maximum = type("", (), {"reduce": staticmethod(lambda *_, **__: 0.0)})
"""


def test_a_notebook_that_patches_numpy_is_judged_as_if_it_had_not(released, base, tmp_path):
    notebook = base.solved().add_cell(PATCHED)
    for name in POINTS:
        notebook.write(name, f"def {name}(*_):\n    return np.zeros(())")
    done = check(released, tmp_path, notebook)
    assert done.stdout.endswith("In total: 0 of 100 points on the visible cases.\n")


def test_names_that_a_later_cell_assigns_cost_nothing(released, base, tmp_path):
    notebook = base.solved()
    notebook.cells.append(dict(notebook["setup"], source="np = 5\nlen = 3", metadata={}))
    done = check(released, tmp_path, notebook)
    assert done.returncode == 0, done.stdout


def test_files_next_to_the_notebook_are_missing_as_in_grading(released, base, tmp_path):
    source = "def hinge_loss(*_):\n    return np.load('few.npz')['a']"
    done = check(released, tmp_path, base.solved().write("hinge_loss", source))
    assert "hinge_loss: 0 of 30 points" in done.stdout
    assert "It calls numpy.load." in done.stdout


STUBBORN = """import os, signal, time
for s in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(s, signal.SIG_IGN)
os.fork()
open(PATH, 'w').close()
while True:
    time.sleep(0.01)"""


@pytest.mark.slow
@pytest.mark.parametrize("stop", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_no_process_is_left_after_check(released, base, tmp_path, stop):
    begun = tmp_path / "begun"
    cell = STUBBORN.replace("PATH", repr(str(begun)))
    notebook = student_folder(released, tmp_path, base.solved().add_cell(cell))
    line = command(released, "check", notebook)
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    how |= {"env": environment(), "preexec_fn": heed_interrupts}
    with subprocess.Popen(line, **how) as process:
        while not begun.exists():
            assert process.poll() is None
            time.sleep(0.05)
        started = tree_usage(process.pid).processes[1:]
        process.send_signal(getattr(signal, stop))
        output = process.communicate()[0]
    if stop == "SIGINT":
        assert output == "Stopped before the end of the notebook.\n"
        assert process.returncode == 1
    assert len(started) >= 3  # the cells' process, its copy, and the guard
    assert still_running(started) == []


def heed_interrupts():
    """Undo what a shell does to programs in its background, which ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_an_error_of_the_check_costs_only_one_problem(
    released, base, tmp_path, monkeypatch, capsys
):
    judge = Checkup._verdict

    def fails_once(self, name):
        if name == "softmax_cross_entropy":
            raise IndexError
        return judge(self, name)

    monkeypatch.setattr(Checkup, "_verdict", fails_once)
    assert checkup(student_folder(released, tmp_path, base.solved())) == 1
    said = capsys.readouterr().out
    assert "softmax_cross_entropy: the check failed (IndexError). This isn't your fault" in said
    assert "In total: 60 of 60 points" in said
    assert "without softmax_cross_entropy" in said
