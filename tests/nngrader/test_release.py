"""The release: what students get, and what the gate refuses."""

import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.gradebook import open_gradebook, quiet
from nngrader.release import seeds
from nngrader.release.build import gradebook_complaints, score_complaints, trial_course
from nngrader.release.points import points_complaints, text_complaints
from nngrader.release.seeds import seed_complaints
from nngrader.sandbox.launch import package_paths

from .sample_course import EXERCISES, NAME, grade_id, make_course, problems_folder, run

SOLUTION_LINE = (
    "    return np.sqrt(np.maximum((X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T, 0))"
)


def write(folder, notebook):
    (folder / f"{NAME}.ipynb").write_text(notebook.text())


@pytest.mark.slow
def test_the_package_in_the_zip_checks_a_notebook_with_only_numpy(released, base, tmp_path):
    with zipfile.ZipFile(released / "release" / f"{NAME}.zip") as z:
        z.extractall(tmp_path)
    folder = tmp_path / NAME
    shutil.unpack_archive(next(folder.glob("*.whl")), tmp_path / "package", "zip")
    for f in package_paths(["numpy"]):
        (tmp_path / "package" / f.name).symlink_to(f)
    write(folder, base.solved())
    start = f"import sys; sys.path.insert(0, {str(tmp_path / 'package')!r}); "
    arguments = ["check", str(folder / f"{NAME}.ipynb")]
    code = f"{start}from nngrader.cli import main; sys.exit(main({arguments!r}))"
    line = [sys.executable, "-S", "-c", code]
    settings = {"PYTHONPATH": str(tmp_path / "package"), "PATH": "/usr/bin"}
    done = subprocess.run(line, capture_output=True, text=True, env=settings)
    assert "pairwise_distances: 30 of 30 points" in done.stdout, done
    assert "hinge_loss: 30 of 30 points" in done.stdout


def edit(course, old, new, file=None):
    file = file or course / "source" / NAME / f"{NAME}.md"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.slow
def test_a_leak_in_the_source_stops_the_release_and_nothing_is_written(tmp_path, capsys):
    course = make_course(tmp_path / "new")
    (course / "source" / NAME / "hints.txt").write_text(SOLUTION_LINE)
    (course / "source" / NAME / "notes.csv").write_text(f"{course}/submitted\n")
    assert run(course, "release", NAME) == 1
    errors = capsys.readouterr().err
    assert "hints.txt: it contains a statement of a solution" in errors
    assert "notes.csv: it contains a path of this machine" in errors
    assert not (course / "release").exists()
    assert not (course / "gradebook.db").exists()


def test_a_reference_that_leans_on_what_the_notebook_lacks_stops_the_release(course):
    helper = "def same(x):\n    return x\n\n\ndistances.example"
    line = "X, Y = np.asarray(X, float), np.asarray(Y, float)\n"
    edit(course, line, f"{line}    X = same(X)\n", distances_of(course))
    edit(course, "distances.example", helper, distances_of(course))
    trial = trial_course(Course(course), NAME, course / "trial")
    shutil.copytree(course / "release" / NAME, trial / "release" / NAME)
    result = score_complaints(trial, NAME, Course(course).instructor(NAME))
    assert len(result) == 1
    assert re.match(r"the solved version scores .*\n    pairwise_distances \d", result[0])


def test_a_stub_that_earns_points_stops_the_release(course, base):
    write(course / "release" / NAME, base.solved())
    result = score_complaints(Course(course), NAME, base.instructor_joined())
    assert any("the unchanged version scores 100, expected 0" in f for f in result)


def test_points_that_do_not_agree_are_found(base):
    notebook = base.instructor_joined()
    assert not points_complaints([], notebook)
    text = "| points | for |\n|---|---|\n| 20 | a |\n| 9 | b |"
    cells = notebook["cells"]
    (cell,) = (c for c in cells if grade_id(c) == "test_hinge_loss")
    about = {"metadata": {"nbgrader": {"grade_id": "told"}}, "source": text}
    cells.insert(cells.index(cell), {"cell_type": "markdown"} | about)
    (result,) = text_complaints(notebook)
    assert "29 points, but the cell gives 30" in result
    cell["metadata"]["nbgrader"]["points"] = 31.0
    assert "the cells add up to 101 points, not 100" in points_complaints([], notebook)


def test_the_points_of_each_assignment_agree():
    course = Course(EXERCISES)
    for name in sorted(f.name for f in (EXERCISES / "source").iterdir()):
        assert points_complaints(course.problems(name), course.instructor(name)) == [], name


def test_the_key_of_results_follows_all_that_decides_them(course):
    keys = [Assignment(Course(course), NAME).key]
    settings = course / "source" / NAME / "nngrader.toml"
    for change in (
        lambda: (course / ".seed").write_text("5\n"),
        lambda: edit(course, "memory_mb = 400", "memory_mb = 401", settings),
        lambda: edit(course, "Random points.", "Points.", distances_of(course)),
        lambda: edit(course, "Restart Kernel", "Restart the kernel"),
    ):
        change()
        keys.append(Assignment(Course(course), NAME).key)
    assert len(set(keys)) == 5


def distances_of(course):
    return problems_folder(course) / "pairwise_distances.py"


def test_cells_may_not_change_under_submissions_in_the_gradebook(course, base):
    now = base.instructor_joined()
    tests = next(c for c in now["cells"] if c["metadata"]["nbgrader"].get("points") == 40)
    tests["metadata"]["nbgrader"]["points"] = 30.0
    assert gradebook_complaints(Course(course), NAME, now) == []
    with quiet(), open_gradebook(Course(course), NAME) as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(NAME, "ada")
    assert gradebook_complaints(Course(course), NAME, base.instructor_joined()) == []
    now["cells"][0]["metadata"]["nbgrader"]["grade_id"] = "another"
    (complaint,) = gradebook_complaints(Course(course), NAME, now)
    assert "has 1 submission with different cells (removed: intro; new: another" in complaint
    assert "test_softmax_cross_entropy: 40 points, now 30" in complaint
    assert f"nbgrader db assignment remove {NAME} --force" in complaint


# The seeds of a release: in parallel, and only of problems that changed

NAMES = ["pairwise_distances", "softmax_cross_entropy", "hinge_loss"]


@pytest.fixture
def fresh(tmp_path):
    return make_course(tmp_path / "fresh")


def test_only_what_changed_is_tried_again(fresh, monkeypatch):
    tried, messages = [], []
    monkeypatch.setattr(seeds, "over_seeds", lambda p, n, first: tried.append(p.name) or [])
    monkeypatch.setattr(seeds, "CHUNK", 50)

    def asked(**options):
        tried.clear()
        assert seed_complaints(Course(fresh), NAME, 50, messages.append, **options) == []
        return sorted(tried)

    assert asked() == sorted(NAMES)
    assert asked() == []
    assert messages[-1].startswith("unchanged since the check on 50 seeds: ")
    file = problems_folder(fresh) / "hinge_loss.py"
    file.write_text(file.read_text() + "\n# changed\n")
    assert asked() == ["hinge_loss"]
    assert asked(again=True) == sorted(NAMES)


@pytest.mark.slow
def test_processes_find_what_one_would_find_at_its_first_seed(fresh, monkeypatch):
    file = problems_folder(fresh) / "hinge_loss.py"
    monkeypatch.setattr(seeds, "CHUNK", 2)
    monkeypatch.setattr(seeds, "cores", lambda: 2)
    wrong = '\nhinge.alternatives["a wrong one"] = lambda *_, **__: None\n'
    file.write_text(file.read_text() + wrong)
    result = seed_complaints(Course(fresh), NAME, 4, lambda text: None)
    (one,) = result
    said = "hinge_loss: a wrong one scores 0, expected 100 (seed 0): it loses everything "
    assert one.startswith(f"{said}(The student's `hinge_loss` returns None"), one
