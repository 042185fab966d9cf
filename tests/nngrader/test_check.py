"""`nngrader check`: what it says of a notebook, and its exit status."""

import json
import signal
import subprocess
import time
from types import SimpleNamespace

import pytest
from nngrader.engine import Verdict
from nngrader.release.build import with_grading
from nngrader.settings import Limits
from nngrader.storage.results import digest
from nngrader.student.function import NOT_PROVED, report
from nngrader.student.notebook import sources_of, together

from .orphan_processes import adopt_orphans
from .sample_course import NAME, command, environment


def student_folder(course, tmp_path, notebook):
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / f"{NAME}.ipynb").write_text(notebook.text())
    cases = f"{NAME}.cases.json"
    (folder / cases).write_text((course / "release" / NAME / cases).read_text())
    return folder / f"{NAME}.ipynb"


def check(course, tmp_path, notebook):
    line = command(course, "check", student_folder(course, tmp_path, notebook))
    return subprocess.run(line, capture_output=True, text=True, env=environment())


@pytest.fixture(scope="module")
def right(released, base, tmp_path_factory):
    """Return what `check` says of a right notebook."""
    return check(released, tmp_path_factory.mktemp("right"), base.solved())


def test_check_of_a_right_notebook_exits_with_0(right):
    assert right.returncode == 0, right.stderr
    assert "softmax_cross_entropy: 40 of 40 points on the visible cases." in right.stdout
    assert right.stdout.endswith("\nTogether: 100 of 100 points on the visible cases.\n")


def test_check_of_an_untouched_notebook_exits_with_1(released, base, tmp_path):
    done = check(released, tmp_path, base.untouched())
    assert done.returncode == 1
    assert done.stdout.count("is not written yet") == 3


def test_check_says_what_is_wrong_with_each_function(released, base, tmp_path):
    notebook = base.solved().delete("hinge_loss").add_cell("1 / 0")
    source = notebook["pairwise_distances"]["source"].replace("np.sqrt(", "(")
    done = check(released, tmp_path, notebook.write("pairwise_distances", source))
    assert done.returncode == 1
    for words in (
        "A cell failed, it begins '1 / 0': ZeroDivisionError",
        "these are squared distances. What is still missing?",
        "hinge_loss: the notebook defines nothing of this name.",
        "softmax_cross_entropy: 40 of 40 points",
    ):
        assert words in done.stdout, done.stdout


@pytest.mark.deep(5)
@pytest.mark.parametrize(
    "cell",
    [
        "exit()",
        "quit()",
        "import sys\nsys.exit(1)",
        "import sys\nsys.exit(10)",
        "import os\nos._exit(0)",
    ],
)
def test_check_notices_that_a_notebook_ends_the_process(released, base, tmp_path, cell):
    done = check(released, tmp_path, base.solved().add_cell(cell))
    assert done.returncode == 1
    assert "ended the process before it was through" in done.stdout


def test_check_tells_of_a_changed_cell_and_of_what_is_not_there_when_graded(
    released, base, tmp_path
):
    notebook = base.solved().add_cell("import json\nimport matplotlib.pyplot as plt")
    notebook["setup"]["source"] += "\nfrom math import inf"
    done = check(released, tmp_path, notebook)
    assert done.returncode == 0, done.stdout
    assert "The cell setup was changed: when graded, ours is used." in done.stdout
    assert "Not there when graded: matplotlib." in done.stdout


def test_the_courses_own_pictures_are_not_drawn():
    drawing = SimpleNamespace(code=True, source="import matplotlib.pyplot", grade_id="map")
    own = SimpleNamespace(code=True, source="import matplotlib", grade_id=None)
    problems = {"f": {"locked": {"map": digest(drawing.source)}}}
    assert sources_of([drawing, own], problems) == [own.source]


def test_the_last_lines_add_up_the_points_and_name_the_answers_that_are_missing():
    answers = {"why": "YOUR ANSWER HERE", "how": "By the chain rule.", None: "YOUR ANSWER HERE"}
    cells = [SimpleNamespace(code=False, source=s, grade_id=n) for n, s in answers.items()]
    cells.append(SimpleNamespace(code=True, source="# YOUR ANSWER HERE", grade_id="f"))
    problems = {"f": {"total": 8}, "g": {"total": 12.5}}
    assert together({"f": 50.0, "g": 100.0}, problems, cells) == [
        "Together: 16.5 of 20.5 points on the visible cases.",
        "Not answered yet, and marked by hand: why.",
    ]
    assert len(together({"f": 0.0, "g": 0.0}, problems, cells[1:])) == 1


def test_check_of_a_right_notebook_has_no_notes(right):
    assert "when graded" not in right.stdout


@pytest.mark.deep(3)
@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("raise KeyboardInterrupt", "KeyboardInterrupt"),
        ("raise ValueError('\\ud800')", "ValueError: \\ud800"),
        ("input('Go on? ')", "EOFError"),
    ],
)
def test_check_survives_a_cell_and_says_so(released, base, tmp_path, cell, words):
    done = check(released, tmp_path, base.solved().add_cell(cell))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert f"A cell failed, it begins {cell!r}: " in done.stdout
    assert words in done.stdout


@pytest.mark.deep(3)
@pytest.mark.parametrize(
    "cell", ["import sys\nsys.argv = ['a']", "display(3)", "import os\nos.chdir('/')"]
)
def test_check_reaches_its_verdict_whatever_a_cell_changes(released, base, tmp_path, cell):
    done = check(released, tmp_path, base.solved().add_cell(cell))
    assert done.returncode == 0, done.stdout
    assert "A cell failed" not in done.stdout


@pytest.mark.deep(2)
@pytest.mark.parametrize("text", ['{"f": ', "[3]"])
def test_check_names_a_file_with_cases_that_is_broken(released, base, tmp_path, text):
    notebook = student_folder(released, tmp_path, base.solved())
    notebook.with_suffix(".cases.json").write_text(text)
    line = command(released, "check", notebook)
    done = subprocess.run(line, capture_output=True, text=True, env=environment())
    assert done.returncode == 1
    assert f"{NAME}.cases.json is broken" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_visible_cases_name_the_limits_of_grading(released):
    file = released / "release" / NAME / f"{NAME}.cases.json"
    for data in json.loads(file.read_text()).values():
        limits = {"call_seconds": 1.0, "total_seconds": 2.5, "memory_mb": 400}
        assert data["limits"] == limits | {"output_kb": 256, "notebook_mb": 100}
        assert data["graded"] >= len(data["cases"])
        assert not data["same"]


def test_check_warns_of_a_notebook_that_is_large(released, base, tmp_path):
    notebook = base.solved()
    notebook["hinge_loss"]["outputs"] = [{"text": "x" * (51 << 20)}]
    done = check(released, tmp_path, notebook)
    assert "The notebook has 51 MB; one of more than 100 MB is not read" in done.stdout
    assert done.returncode == 0


def test_check_says_of_a_notebook_that_it_is_too_large(released, base, tmp_path):
    done = check(released, tmp_path, base.solved().add_cell("x" * (9 << 20)))
    assert "the notebook is larger than 8 MB without its outputs: not read" in done.stdout
    assert done.returncode == 1


def test_inputs_that_are_those_of_grading_are_not_said_to_be_others():
    def packed(*inputs):
        return {"f": {"cases": [{"args": {"x": x}} for x in inputs]}}

    for hidden, same in ((packed(1, 2), True), (packed(2, 3), False)):
        assert with_grading(packed(1, 2), hidden, Limits())["f"]["same"] is same
    right = Verdict(100.0, {}, [])
    for same in (True, False):
        data = {"name": "f", "total": 4, "same": same}
        assert (NOT_PROVED in report(data, len, right, None)) is not same


def test_check_ends_a_loop_and_names_the_function(released, base, tmp_path):
    loop = "def hinge_loss(scores, y, margin=1.0):\n    while True:\n        pass"
    done = check(released, tmp_path, base.solved().write("hinge_loss", loop))
    assert done.returncode == 1
    assert (
        "hinge_loss took longer than it may (more than 1 seconds of computing time in one call)"
    ) in done.stdout
    assert "softmax_cross_entropy: 40 of 40 points" in done.stdout


def test_check_tells_of_a_cell_that_is_cut_off_when_graded(released, base, tmp_path):
    cell = "import time\nbegun = time.process_time()\n"
    cell += "while time.process_time() < begun + 1.5:\n    pass"
    done = check(released, tmp_path, base.solved().add_cell(cell))
    assert done.returncode == 0
    assert "A cell takes more than the 1 seconds that it has when graded, it begins" in (
        done.stdout
    )


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
