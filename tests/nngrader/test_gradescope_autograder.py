"""The autograder for Gradescope, run as their container runs it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from nngrader.records.flag import FlagCode

from .sample_course import NAME, POINTS, environment, run

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
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
def archive(released, tmp_path_factory):
    file = tmp_path_factory.mktemp("gradescope") / "autograder.zip"
    assert run(released, "gradescope", NAME, "--out", file) == 0
    return file


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
    line = ["bwrap", "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    line += ["--unshare-pid", "--tmpfs", "/opt", *python_in(tmp_path / "grader")]
    line += ["--ro-bind", tmp_path / "installed", "/opt/wheel"]
    line += ["--setenv", "PYTHONPATH", "/opt/wheel"]
    line += ["--bind", top, "/autograder", "--chdir", "/autograder", "--cap-drop", "ALL"]
    line += [word for c in CAPABILITIES for word in ("--cap-add", f"CAP_{c}")]
    line += ["--setenv", "PATH", "/usr/bin:/bin", "--", "./run_autograder"]

    def grade(text):
        (top / "submission" / f"{NAME}.ipynb").write_text(text)
        done = subprocess.run(
            list(map(str, line)), env=environment(), capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stderr
        return json.loads((top / "results/results.json").read_text())

    return grade


def test_a_notebook_has_its_points_and_hints_in_their_fields(container, base):
    result = container(base.mistaken("pairwise_distances").text())
    assert set(result) == {"output", "output_format", "tests", "extra_data"}
    assert [t["name"] for t in result["tests"]] == list(POINTS)
    fields = {"name", "score", "max_score", "output", "output_format", "visibility"}
    tests = {t["name"]: t for t in result["tests"]}
    for name, test in tests.items():
        assert set(test) == fields
        assert test["max_score"] == MOST[name]
        assert (test["score"] < MOST[name]) == (name == "pairwise_distances")
    assert "?" in tests["pairwise_distances"]["output"]
    assert result["extra_data"]["students"] == ["ada@uni.example"]
    assert result["extra_data"]["handed_in"] == METADATA["created_at"]


def test_a_submission_cannot_read_the_answers(container, base):
    notebook = base.solved()
    notebook.write("hinge_loss", notebook["hinge_loss"]["source"] + SPY)
    result = container(notebook.text())
    tests = {t["name"]: t for t in result["tests"]}
    assert tests["hinge_loss"]["score"] == MOST["hinge_loss"]
    codes = [flag["code"] for flag in result["extra_data"]["flags"]]
    assert FlagCode.NO_SANDBOX in codes
