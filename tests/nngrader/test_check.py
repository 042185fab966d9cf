"""`nngrader check`: what it says of a notebook, and its exit status."""

import json
import signal
import subprocess
import time

import pytest

from .orphan_processes import adopt_orphans
from .sample_course import NAME, command, environment

BUSY = """import time
begun = time.process_time()
while time.process_time() < begun + 1.5:
    pass"""


def student_folder(course, tmp_path, notebook):
    folder = tmp_path / "home"
    folder.mkdir(exist_ok=True)
    (folder / f"{NAME}.ipynb").write_text(notebook.text())
    cases = f"{NAME}.cases.json"
    (folder / cases).write_text((course / "release" / NAME / cases).read_text())
    return folder / f"{NAME}.ipynb"


def check(course, tmp_path, notebook):
    line = command(course, "check", student_folder(course, tmp_path, notebook))
    done = subprocess.run(line, capture_output=True, text=True, env=environment())
    assert "Traceback" not in done.stderr
    return done


def test_a_right_notebook_exits_with_0(released, base, tmp_path):
    done = check(released, tmp_path, base.solved())
    assert done.returncode == 0, done.stderr
    assert "softmax_cross_entropy: 40 of 40 points on the visible cases." in done.stdout
    assert done.stdout.endswith("\nTogether: 100 of 100 points on the visible cases.\n")
    assert "when graded" not in done.stdout


def test_each_function_that_is_wrong_is_told(released, base, tmp_path):
    notebook = base.solved().delete("softmax_cross_entropy").add_cell("1 / 0")
    notebook.add_cell("import json\nimport matplotlib.pyplot as plt")
    notebook["setup"]["source"] += "\nfrom math import inf"
    source = notebook["pairwise_distances"]["source"].replace("np.sqrt(", "(")
    done = check(released, tmp_path, notebook.write("pairwise_distances", source))
    assert done.returncode == 1
    for words in (
        "'1 / 0': ZeroDivisionError",
        "squared distances",
        "softmax_cross_entropy: the notebook defines nothing of this name.",
        "hinge_loss: 30 of 30 points",
        "The cell setup was changed",
        "Not there when graded: matplotlib.",
    ):
        assert words in done.stdout, done.stdout


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "status", "words"),
    [
        ("exit()", 1, "ended the process before it was through"),
        ("import sys\nsys.exit(10)", 1, "ended the process before it was through"),
        ("import os\nos._exit(0)", 1, "ended the process before it was through"),
        ("raise KeyboardInterrupt", 0, "KeyboardInterrupt"),
        ("raise ValueError('\\ud800')", 0, "ValueError: \\ud800"),
        ("input('Go on? ')", 0, "EOFError"),
        ("import sys\nsys.argv = ['a']", 0, "100 of 100"),
        ("import os\nos.chdir('/')", 0, "100 of 100"),
        (BUSY, 0, "more than the 1 seconds that it has when graded"),
        ("x" * (9 << 20), 1, "larger than 8 MB without its outputs"),
    ],
)
def test_whatever_a_cell_does_there_is_a_verdict(released, base, tmp_path, cell, status, words):
    done = check(released, tmp_path, base.solved().add_cell(cell))
    assert done.returncode == status, done.stdout
    assert words in done.stdout


def test_the_visible_cases_name_the_limits_of_grading(released):
    file = released / "release" / NAME / f"{NAME}.cases.json"
    for data in json.loads(file.read_text()).values():
        limits = {"call_seconds": 1.0, "total_seconds": 2.5, "memory_mb": 400}
        assert data["limits"] == limits | {"output_kb": 256, "notebook_mb": 100}
        assert data["graded"] >= len(data["cases"])
        assert not data["same"]


@pytest.mark.slow
def test_ctrl_c_ends_check_in_one_line_and_leaves_no_process(released, base, tmp_path):
    cell = "import subprocess\nopen('begun', 'w').close()\nsubprocess.run(['sleep', '1000'])"
    notebook = student_folder(released, tmp_path, base.solved().add_cell(cell))
    line = command(released, "check", notebook)
    how = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    how |= {"env": environment(), "preexec_fn": heed_interrupts}
    with adopt_orphans() as left, subprocess.Popen(line, **how) as process:
        while not notebook.with_name("begun").exists():
            assert process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output = process.communicate()[0]
    assert output == "Stopped before the notebook was through.\n"
    assert process.returncode == 1
    assert left == []


def heed_interrupts():
    """Undo what a shell does to programs in its background, which ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
