"""The autograder for Gradescope, run as their container runs it."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from nngrader.course import Course
from nngrader.release.build import SEEDS
from nngrader.release.seeds import seeds_key
from nngrader.storage.results import Store

from .sample_course import NAME, POINTS, environment, run

pytestmark = pytest.mark.sandbox
CAPABILITIES = "SETUID SETGID SETPCAP KILL CHOWN DAC_OVERRIDE FOWNER".split()  # of docker's
METADATA = {
    "id": 123456,
    "created_at": "2026-02-27T17:34:00.861687-08:00",
    "assignment": {"due_date": "2026-03-01T23:00:00.000000-08:00", "total_points": "100.0"},
    "submission_method": "upload",
    "users": [{"email": "ada@uni.example", "id": 1, "name": "Ada Lovelace"}],
    "previous_submissions": [],
}
SPY = """
honest = hinge_loss
def hinge_loss(*args, **kwargs):
    import os
    for look in (os.listdir, open):
        for place in ("/autograder/source", "/autograder/source/course/.seed"):
            try:
                look(place)
            except PermissionError:
                continue
            return 0.0
    return honest(*args, **kwargs) if os.getuid() else 0.0
"""
MOST = {name: sum(aspects.values()) for name, aspects in POINTS.items()}


@pytest.fixture(scope="module")
def archive(graded, tmp_path_factory):
    """Yield the zip that the command writes for a released course."""
    file = tmp_path_factory.mktemp("gradescope") / "autograder.zip"
    assert run(graded.course, "gradescope", NAME, "--out", file) == 0
    return file


def test_problems_that_no_release_has_tried_as_they_stand_are_named(graded, tmp_path, capsys):
    words = ("gradescope", NAME, "--out", tmp_path / "a.zip")
    told = f"not tried as they stand, run `nngrader release {NAME}` first: "
    store = Store(graded.course / ".results").part("seeds").part(NAME)
    course = Course(graded.course)
    keys = {p.name: seeds_key(course, NAME, p.name, SEEDS) for p in course.problems(NAME)}
    last = list(keys)[-1]
    for name, key in keys.items():
        store.put(key, name != last)
    capsys.readouterr()
    assert run(graded.course, *words) == 0
    assert told + last + "\n" in capsys.readouterr().err
    store.put(keys[last], True)
    assert run(graded.course, *words) == 0
    assert told not in capsys.readouterr().err


def python_in(folder):
    """Return the options that mount this Python as `setup.sh` installs it, open to all."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    (folder / "bin").mkdir(parents=True)
    (folder / "lib").mkdir()
    (folder / "bin/python").symlink_to(f"/opt/python/bin/{name}")
    (folder / "pyvenv.cfg").write_text("home = /opt/python/bin\n")
    options = ["--ro-bind", sys.base_prefix, "/opt/python", "--bind", folder, "/opt/grader"]
    return [*options, "--ro-bind", Path(sys.prefix, "lib"), "/opt/grader/lib"]


@pytest.fixture
def container(archive, tmp_path):
    """Return a function that grades a notebook as their container does."""
    top = tmp_path / "autograder"
    for part in ("source", "submission", "results"):
        (top / part).mkdir(parents=True)
    os.chmod(tmp_path, 0o755)
    subprocess.run(["unzip", "-q", archive, "-d", top / "source"], check=True)
    wheel = next((top / "source").glob("*.whl"))
    subprocess.run(["unzip", "-q", wheel, "-d", tmp_path / "installed"], check=True)
    (top / "run_autograder").write_bytes((top / "source/run_autograder").read_bytes())
    (top / "run_autograder").chmod(0o755)
    (top / "submission_metadata.json").write_text(json.dumps(METADATA))

    def grade(text, name=f"{NAME}.ipynb"):
        (top / "submission" / name).write_text(text)
        line = ["bwrap", "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
        line += ["--unshare-pid", "--tmpfs", "/opt", *python_in(tmp_path / "grader")]
        line += ["--ro-bind", tmp_path / "installed", "/opt/wheel"]
        line += ["--setenv", "PYTHONPATH", "/opt/wheel"]
        line += ["--bind", top, "/autograder", "--chdir", "/autograder"]
        line += ["--cap-drop", "ALL"]
        line += [word for c in CAPABILITIES for word in ("--cap-add", f"CAP_{c}")]
        line += ["--setenv", "PATH", "/usr/bin:/bin", "--", "./run_autograder"]
        done = subprocess.run(
            list(map(str, line)), env=environment(), capture_output=True, text=True, timeout=300
        )
        file = top / "results/results.json"
        return done, json.loads(file.read_text()) if file.exists() else None

    return grade


def test_the_zip_has_both_programs_at_its_top_and_lets_nobody_read_the_rest(archive):
    with zipfile.ZipFile(archive) as z:
        modes = {i.filename: i.external_attr >> 16 for i in z.infolist()}
        setup = z.read("setup.sh").decode()
    assert modes.pop("setup.sh") == modes.pop("run_autograder") == 0o755
    assert set(modes.values()) == {0o600}
    assert {f"course/source/{NAME}/{NAME}.md", "course/.seed"} <= set(modes)
    (wheel,) = [name for name in modes if name.endswith(".whl")]
    assert f"/autograder/source/{wheel}[grader]" in setup
    subprocess.run(["bash", "-n"], input=setup, text=True, check=True)


def test_a_right_notebook_has_all_points_and_every_field_is_theirs(container, base):
    done, found = container(base.solved().text())
    assert done.returncode == 0, done.stderr
    assert set(found) == {"output", "output_format", "tests", "extra_data"}
    assert [t["name"] for t in found["tests"]] == list(POINTS)
    fields = {"name", "score", "max_score", "output", "output_format", "visibility"}
    for test in found["tests"]:
        assert set(test) == fields
        assert test["score"] == test["max_score"] == MOST[test["name"]]
    kept = found["extra_data"]
    assert kept["students"] == ["ada@uni.example"]
    assert kept["handed_in"] == METADATA["created_at"]


def test_a_mistake_has_its_hint_and_other_problems_their_points(container, base):
    text = base.answering({"pairwise_distances": "squared"}).text()
    done, found = container(text)
    assert done.returncode == 0, done.stderr
    tests = {t["name"]: t for t in found["tests"]}
    assert "?" in tests["pairwise_distances"]["output"]
    assert tests["pairwise_distances"]["score"] < MOST["pairwise_distances"]
    assert tests["hinge_loss"]["score"] == MOST["hinge_loss"]


def test_a_submission_cannot_read_the_answers(container, base):
    notebook = base.solved()
    notebook.write("hinge_loss", notebook["hinge_loss"]["source"] + SPY)
    _, found = container(notebook.text())
    tests = {t["name"]: t for t in found["tests"]}
    assert tests["hinge_loss"]["score"] == MOST["hinge_loss"]
    assert "run without a sandbox" in found["extra_data"]["flags"]


def test_what_cannot_be_read_is_told_and_is_no_failure_of_the_autograder(container):
    done, found = container("{")
    assert done.returncode == 0, done.stderr
    assert found["output"].startswith("Nothing could be graded:")
    assert sum(t["score"] for t in found["tests"]) == 0
