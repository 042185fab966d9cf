"""The release: what students get, and what the gate refuses."""

import json
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.errors import NotThere
from nngrader.gradebook import open_gradebook, quiet
from nngrader.release.build import (
    NotFit,
    gradebook_complaints,
    publish,
    release,
    score_complaints,
    trial_course,
    visible_cases,
)
from nngrader.release.leaks import leaks, package_leaks
from nngrader.release.package import build_wheel, readme
from nngrader.release.points import (
    cell_complaints,
    points_complaints,
    text_complaints,
    weight_complaints,
)
from nngrader.release.statements import secret_statements
from nngrader.sandbox.launch import package_paths

from tools.setup_env import TORCH

from .sample_course import (
    EXERCISES,
    NAME,
    grade_id,
    make_course,
    problems,
    problems_folder,
    run,
)

SOLUTION_LINE = (
    "    return np.sqrt(np.maximum((X**2).sum(1)[:, None] + (Y**2).sum(1) - 2 * X @ Y.T, 0))"
)


def notebook_of(folder):
    return json.loads((folder / f"{NAME}.ipynb").read_text())


def write(folder, notebook):
    (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))


def test_the_zip_holds_notebook_cases_package_and_how_to_start(released):
    with zipfile.ZipFile(released / "release" / f"{NAME}.zip") as z:
        names = sorted(n.partition("/")[2] for n in z.namelist())
        readme = z.read(f"{NAME}/README.txt").decode()
    wheel = next(n for n in names if n.endswith(".whl"))
    assert names == sorted(["README.txt", wheel, f"{NAME}.cases.json", f"{NAME}.ipynb"])
    assert wheel.startswith("nn_first_principles-")
    assert f"pip install jupyterlab matplotlib {wheel}" in readme


def test_the_readme_names_what_is_installed_and_handed_in():
    text = readme("ps5_cnn", "a.whl", {"relu": {}, "classify": {"file": None, "uses": None}})
    assert "pip install jupyterlab matplotlib a.whl\n   On Windows" in text
    assert "5. Hand in the one file ps5_cnn.ipynb.\n" in text
    challenge = {"file": {"name": "weights.npz"}, "uses": ["torch"]}
    text = readme("ps5_cnn", "a.whl", {"relu": {}, "classify": challenge})
    assert 'pip install jupyterlab matplotlib "a.whl[torch]"\n' in text
    assert f"pip install {TORCH} --index-url ADDRESS\n" in text
    line = "5. Hand in ps5_cnn.ipynb, and weights.npz if you took up the challenge.\n"
    assert line in text
    assert "A notebook of more than 100 MB is not read." in text
    limited = {"relu": {"limits": {"notebook_mb": 30}}}
    assert "A notebook of more than 30 MB is not read." in readme("ps5_cnn", "a.whl", limited)


def test_the_package_in_the_zip_checks_a_notebook_with_numpy_alone(released, base, tmp_path):
    with zipfile.ZipFile(released / "release" / f"{NAME}.zip") as z:
        z.extractall(tmp_path)
    folder = tmp_path / NAME
    shutil.unpack_archive(next(folder.glob("*.whl")), tmp_path / "package", "zip")
    for f in package_paths(["numpy"]):
        (tmp_path / "package" / f.name).symlink_to(f)
    write(folder, json.loads(base.solved().text()))
    start = f"import sys; sys.path.insert(0, {str(tmp_path / 'package')!r}); "
    arguments = ["check", str(folder / f"{NAME}.ipynb")]
    code = f"{start}from nngrader.cli import main; sys.exit(main({arguments!r}))"
    line = [sys.executable, "-S", "-c", code]
    settings = {"PYTHONPATH": str(tmp_path / "package"), "PATH": "/usr/bin"}
    done = subprocess.run(line, capture_output=True, text=True, env=settings)
    assert "pairwise_distances: 30 of 30 points" in done.stdout, done
    assert "hinge_loss: 30 of 30 points" in done.stdout


def test_two_releases_give_the_same_bytes(released, tmp_path, monkeypatch):
    monkeypatch.setattr("nngrader.release.build.build_wheel", build_wheel)  # anew
    course = make_course(tmp_path / "again")
    file = release(Course(course), NAME, tmp_path / "out", seeds=1)
    assert file == tmp_path / "out" / f"{NAME}.zip"
    assert file.read_bytes() == (released / "release" / f"{NAME}.zip").read_bytes()


def test_what_is_released_holds_no_secret(released, base):
    found = leaks(released / "release" / NAME, base.instructor_joined(), Course(released), NAME)
    assert found == []
    assert len(secret_statements(base.instructor_joined(), problems())) > 8


def plant_marker(folder, course):
    notebook = notebook_of(folder)
    notebook["cells"][0]["source"] = ["text\n", "### BEGIN HIDDEN TESTS\n"]
    write(folder, notebook)


def plant_solution(folder, course):
    notebook = notebook_of(folder)
    notebook["cells"][0]["source"] = ["so: \n", SOLUTION_LINE.replace(" ", "  ")]
    write(folder, notebook)


def plant_solution_in_text(folder, course):
    (folder / "hints.txt").write_text(SOLUTION_LINE)


def plant_output(folder, course):
    notebook = notebook_of(folder)
    code = next(c for c in notebook["cells"] if c["cell_type"] == "code")
    code["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "3"}]
    write(folder, notebook)


def plant_path(folder, course):
    (folder / "data.csv").write_text(f"{course.root}/source")


def plant_reference(folder, course):
    shutil.copy(distances_of(course), folder)


def plant_bytecode(folder, course):
    (folder / "helper.pyc").write_bytes(b"\0")


def plant_checkpoint(folder, course):
    (folder / ".ipynb_checkpoints").mkdir()
    shutil.copy(folder / f"{NAME}.ipynb", folder / ".ipynb_checkpoints")


def plant_held_back(folder, course):
    (course / "heldback").mkdir()
    (course / "heldback" / "test.npz").write_bytes(b"held back")
    (folder / "extra.npz").write_bytes(b"held back")


@pytest.mark.deep(3)
@pytest.mark.parametrize(
    ("plant", "reason"),
    [
        (plant_marker, "hidden region"),
        (plant_solution, "statement of a solution"),
        (plant_solution_in_text, "statement of a solution"),
        (plant_output, "outputs"),
        (plant_path, "path of this machine"),
        (plant_reference, "should not be there"),
        (plant_bytecode, "should not be there"),
        (plant_checkpoint, "should not be there"),
        (plant_held_back, "held back"),
    ],
)
def test_a_planted_leak_is_found(course, base, plant, reason):
    plant(course / "release" / NAME, Course(course))
    found = leaks(course / "release" / NAME, base.instructor_joined(), Course(course), NAME)
    assert any(reason in f for f in found), found


@pytest.mark.parametrize("name", ["problems/ps2.py", "nngrader/x.pyc", "data/heldback/a.npz"])
def test_a_package_with_what_is_private_is_refused(tmp_path, course, name):
    with zipfile.ZipFile(tmp_path / "p.whl", "w") as z:
        z.writestr(name, "")
        z.writestr("nngrader/fine.py", f"at = {str(course)!r}")
    found = package_leaks(tmp_path / "p.whl", Course(course))
    assert any(name in f for f in found)
    assert any("path of this machine" in f for f in found)


def edit(course, old, new, file=None):
    file = file or course / "source" / NAME / f"{NAME}.md"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


@pytest.mark.deep(90)
@pytest.mark.parametrize("first", [True, False], ids=["first", "second"])
def test_a_leak_in_the_source_stops_the_release_and_nothing_is_written(
    request, tmp_path, capsys, few_seeds, first
):
    course = make_course(tmp_path / "new") if first else request.getfixturevalue("course")
    before = everything(course)
    (course / "source" / NAME / "hints.txt").write_text(SOLUTION_LINE)
    (course / "source" / NAME / "notes.csv").write_text(f"{course}/submitted\n")
    with few_seeds():
        assert run(course, "release", NAME) == 1
    errors = capsys.readouterr().err
    assert "hints.txt: it holds a statement of a solution" in errors
    assert "notes.csv: it holds a path of this machine" in errors
    assert everything(course) == before
    assert not (first and (course / "release").exists())
    assert not (first and (course / "gradebook.db").exists())


def test_a_reference_that_leans_on_what_the_notebook_lacks_stops_the_release(course):
    helper = "def twice(x):\n    return 2 * x\n\n\ndistances.example"
    edit(
        course,
        "2 * X @ Y.T, 0))\n\n\ndist",
        "twice(X @ Y.T), 0))\n\n\ndist",
        distances_of(course),
    )
    edit(course, "distances.example", helper, distances_of(course))
    trial = trial_of(course)
    found = score_complaints(trial, NAME, Course(course).instructor(NAME))
    assert len(found) == 1
    assert re.match(r"the solved version scores .*\(pairwise_distances \d", found[0])


def test_a_stub_that_earns_points_stops_the_release(course, base):
    notebook = notebook_of(course / "release" / NAME)
    solved = {c["metadata"].get("nbgrader", {}).get("grade_id"): c for c in base.solved().cells}
    for cell in notebook["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = solved[cell["metadata"]["nbgrader"]["grade_id"]]["source"]
    write(course / "release" / NAME, notebook)
    found = score_complaints(Course(course), NAME, base.instructor_joined())
    assert any("the untouched version scores 100, not 0" in f for f in found)


def test_points_that_are_no_hundred_are_found(course):
    edit(course, "hinge_loss = 30", "hinge_loss = 31", settings_of(course))
    found = weight_complaints(Course(course).instructor(NAME))
    assert found == ["the cells add up to 101 points, not 100"]


def test_a_test_cell_that_asks_for_other_points_than_its_own_is_found(base):
    notebook = base.instructor_joined()
    (cell,) = (c for c in notebook["cells"] if grade_id(c) == "test_hinge_loss")
    assert not weight_complaints(notebook)
    cell["source"] = cell["source"].replace("hinge_loss, 30)", "hinge_loss, 40)")
    (found,) = weight_complaints(notebook)
    assert found == "test_hinge_loss asks for 40 points, and is worth 30"


def text_before(notebook, graded, text):
    """Write a text before a graded cell."""
    at = next(n for n, c in enumerate(notebook["cells"]) if grade_id(c) == graded)
    about = {"metadata": {"nbgrader": {"grade_id": "told"}}, "source": text}
    notebook["cells"].insert(at, {"cell_type": "markdown"} | about)


def test_a_table_whose_points_are_not_the_cells_is_found(base):
    notebook = base.instructor_joined()
    assert text_complaints(notebook) == []
    text_before(
        notebook, "test_hinge_loss", "| points | for |\n|---|---|\n| 20 | a |\n| 9 | b |"
    )
    assert text_complaints(notebook) == [
        "told, before test_hinge_loss: its table adds up to 29 points, the cell gives 30"
    ]


def test_points_in_a_sentence_before_a_written_answer_are_compared():
    marks = {"grade": True, "solution": True, "points": 10, "grade_id": "why"}
    answer = {"cell_type": "markdown", "source": "", "metadata": {"nbgrader": marks}}
    notebook = {"cells": [answer]}
    text_before(notebook, "why", "A person reads it and gives 8 points, and 3 points for each.")
    assert text_complaints(notebook) == [
        "told, before why: it says 8 points, the cell gives 10"
    ]


@pytest.mark.parametrize("name", sorted(f.name for f in (EXERCISES / "source").iterdir()))
def test_the_points_of_each_assignment_agree(name):
    course = Course(EXERCISES)
    assert points_complaints(course.problems(name), course.instructor(name)) == []


def test_wrong_points_are_told_before_anything_slow(course, monkeypatch):
    def slow(*_):
        raise AssertionError("the cases were made before the points were compared")

    monkeypatch.setattr("nngrader.release.build.visible_cases", slow)
    edit(course, "hinge_loss = 30", "hinge_loss = 31", settings_of(course))
    with pytest.raises(NotFit, match="the cells add up to 101 points, not 100"):
        release(Course(course), NAME)


def test_a_mistake_that_scores_too_much_stops_the_release(course):
    old, new = "wraps_around(X, Y):\n", "wraps_around(X, Y):\n    X, Y = X * 1.0, Y * 1.0\n"
    edit(course, old, new, distances_of(course))
    with pytest.raises(NotFit, match="wraps around"):
        visible_cases(Course(course).problems(NAME))


def test_a_problem_without_cells_is_named(base):
    class Extra:
        name = "argmax_rows"

    assert cell_complaints([*problems(), Extra], base.instructor_joined()) == [
        "argmax_rows: the text has no mark `{problem} argmax_rows`",
    ]


def test_the_trial_has_the_course_s_own_settings_and_held_back_files(course):
    (course / "heldback").mkdir()
    (course / "heldback" / "a.npz").write_bytes(b"a")
    trial = trial_course(Course(course), NAME, course / "trial")
    assert (trial / "heldback" / "a.npz").read_bytes() == b"a"
    assert (trial / "nbgrader_config.py").is_file()


def challenge(course, monkeypatch, most):
    """Let the assignment declare a file, as a challenge does."""
    monkeypatch.setattr(Assignment, "declared", {"weights.npz": most})
    return score_complaints(trial_of(course), NAME, Course(course).instructor(NAME))


def trial_of(course):
    trial = trial_course(Course(course), NAME, course / "trial")
    shutil.copytree(course / "release" / NAME, trial / "release" / NAME)
    return trial


@pytest.mark.sandbox
def test_a_challenge_without_its_solved_file_is_refused(course, monkeypatch):
    (found,) = challenge(course, monkeypatch, 9)
    assert found == (
        f"the solved weights.npz is missing: heldback/{NAME}/weights.npz does not exist"
    )


@pytest.mark.sandbox
def test_a_solved_file_larger_than_students_may_is_refused(course, monkeypatch):
    (course / "heldback" / NAME).mkdir(parents=True)
    (course / "heldback" / NAME / "weights.npz").write_bytes(b"0123456789")
    (found,) = challenge(course, monkeypatch, 9)
    assert found == "the solved weights.npz holds 10 bytes, 9 are allowed"


@pytest.mark.sandbox
def test_the_solved_file_lies_beside_the_solved_notebook_alone(course, monkeypatch):
    (course / "heldback" / NAME).mkdir(parents=True)
    (course / "heldback" / NAME / "weights.npz").write_bytes(b"012345678")
    assert challenge(course, monkeypatch, 9) == []
    handed_in = (course / "trial" / "submitted").rglob("weights.npz")
    assert [f.parent.parent.name for f in handed_in] == ["solved"]


def test_a_source_that_changed_since_the_release_is_not_graded(course, capsys, base):
    (course / "submitted" / "ada" / NAME).mkdir(parents=True)
    edit(course, "hinge_loss = 30", "hinge_loss = 20", settings_of(course))
    assert run(course, "grade", NAME) == 1
    assert "its cells have changed since the release" in capsys.readouterr().err


def test_the_key_of_results_follows_all_that_decides_them(course):
    keys = [Assignment(Course(course), NAME).key]
    for change in (
        lambda: (course / ".seed").write_text("5\n"),
        lambda: edit(course, "memory_mb = 400", "memory_mb = 401", settings_of(course)),
        lambda: edit(course, "Random points.", "Points.", distances_of(course)),
        lambda: edit(course, "Restart Kernel", "Restart the kernel"),
    ):
        change()
        keys.append(Assignment(Course(course), NAME).key)
    assert len(set(keys)) == 5


def distances_of(course):
    return problems_folder(course) / "pairwise_distances.py"


def settings_of(course):
    return course / "source" / NAME / "nngrader.toml"


def everything(course):
    files = [f for f in (course / "release").rglob("*") if f.is_file()]
    return {f.relative_to(course).as_posix(): f.read_bytes() for f in files}


def test_a_release_stopped_while_it_is_put_in_place_leaves_the_former_one(course, monkeypatch):
    before, trial = everything(course), trial_of(course)
    (course / "made.zip").write_bytes(b"new")

    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(shutil, "copytree", stopped)
    archive = course / "release" / f"{NAME}.zip"
    with pytest.raises(KeyboardInterrupt):
        publish(Course(course), NAME, trial, course / "made.zip", archive)
    assert everything(course) == before


def enter_submission(course):
    with quiet(), open_gradebook(Course(course), NAME) as gradebook:
        gradebook.add_student("ada")
        gradebook.add_submission(NAME, "ada")


def test_cells_may_not_change_under_submissions_in_the_gradebook(course, base):
    now = base.instructor_joined()
    tests = next(c for c in now["cells"] if c["metadata"]["nbgrader"].get("points") == 40)
    tests["metadata"]["nbgrader"]["points"] = 30.0
    assert gradebook_complaints(Course(course), NAME, now) == []
    enter_submission(course)
    assert gradebook_complaints(Course(course), NAME, base.instructor_joined()) == []
    now["cells"][0]["metadata"]["nbgrader"]["grade_id"] = "another"
    (complaint,) = gradebook_complaints(Course(course), NAME, now)
    assert "has 1 submission whose cells were others (gone: intro; new: another" in complaint
    assert "test_softmax_cross_entropy: 40 points, now 30" in complaint
    assert f"nbgrader db assignment remove {NAME} --force" in complaint


def test_submissions_that_forbid_a_release_are_told_before_anything_slow(course, monkeypatch):
    enter_submission(course)

    def slow(*_):
        raise AssertionError("the cases were made before the gradebook was asked")

    monkeypatch.setattr("nngrader.release.build.visible_cases", slow)
    monkeypatch.setattr("nngrader.release.build.cells_now", lambda _: {"another": 3.0})
    with pytest.raises(NotFit, match=r"1 submission whose cells were others \(gone: "):
        release(Course(course), NAME)


def test_a_release_names_at_once_all_that_a_folder_lacks(tmp_path, capsys):
    (tmp_path / "course").mkdir()
    assert run(tmp_path / "course", "release", NAME) == 2
    told = capsys.readouterr().err
    for part in (f"source/{NAME}/{NAME}.md", f"problems/{NAME}.py", "nbgrader_config.py"):
        assert part in told
    assert "heldback/" in told
    (tmp_path / "course" / "source").mkdir()
    assert run(tmp_path / "course", "release", NAME) == 2
    assert f"no assignment '{NAME}'" in capsys.readouterr().err


def test_held_back_data_are_asked_for_where_a_problem_is_a_challenge(tmp_path):
    course = shutil.copytree(EXERCISES / "source", tmp_path / "source").parent
    shutil.copytree(EXERCISES / "problems", course / "problems")
    (course / "nbgrader_config.py").touch()
    with pytest.raises(NotThere, match="lacks what") as told:
        Course(course).require_whole(NAME)
    assert str(told.value).count("heldback/") == 1
    assert "nbgrader_config.py" not in str(told.value)
    (course / "heldback").mkdir()
    Course(course).require_whole(NAME)
