"""A Dask cluster of separate processes: TLS, a worker that dies, and what is refused."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.errors import CannotDo
from nngrader.gradebook import marks
from nngrader.grading.cluster import Cluster

from .sample_course import NAME, command, environment, grade, hand_in, run
from .test_resume import wait_for

pytestmark = [pytest.mark.sandbox, pytest.mark.slow]
START = 60  # seconds until a process of the cluster must have begun


def certificate(folder):
    """Make an authority and a certificate for the whole cluster."""
    new = "openssl req -x509 -newkey rsa:2048 -nodes -days 9 -subj /CN=class"
    line = f"{new} -keyout key.pem -out one.pem -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(line.split(), cwd=folder, check=True, capture_output=True)
    settings = {"CA_FILE": "one.pem"}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {f"{role}__CERT": "one.pem", f"{role}__KEY": "key.pem"}
    return {
        f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(folder / file)
        for name, file in settings.items()
    }


class Processes:
    """A scheduler and its workers, which are ended after the test."""

    def __init__(self, folder, settings):
        self.folder, self.settings, self.started = folder, settings, []
        self.file = folder / "scheduler.json"  # for which the workers wait

    def start(self, *line, **more):
        line = [sys.executable, "-W", "ignore", "-m", "dask", *map(str, line)]
        how = {"env": environment() | self.settings | more, "cwd": self.folder}
        with open(self.folder / f"log-{len(self.started)}", "w") as log:
            self.started.append(subprocess.Popen(line, stdout=log, stderr=log, **how))

    def scheduler(self, protocol="tls"):
        line = ("--protocol", protocol, "--host", "127.0.0.1", "--port", 0, "--no-dashboard")
        self.start("scheduler", *line, "--scheduler-file", self.file)
        path = self.file
        assert wait_for(lambda: path.is_file() and path.read_text().endswith("\n}"), START)
        return json.loads(path.read_text())["address"]

    def worker(self, **more):
        line = ("--nthreads", 1, "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        self.start("worker", "--scheduler-file", self.file, *line, **more)

    def registered(self):
        """Return how many workers are registered with the scheduler."""
        logs = [f.read_text() for f in self.folder.glob("log-*")]
        return sum("Registered to:" in text for text in logs)


@pytest.fixture
def processes(tmp_path):
    folder = tmp_path / "cluster"
    folder.mkdir()
    started = Processes(folder, certificate(folder))
    yield started
    for p in reversed(started.started):
        p.kill()
        p.wait()


def test_a_cluster_with_tls_gives_what_this_machine_gives(
    processes, course, base, tmp_path, capsys
):
    hand_in(course, "ada", base.solved().text())
    hand_in(course, "bob", base.mistaken("hinge_loss").text())
    hand_in(course, "cy", b"no notebook")
    hand_in(course, "dee", base.solved().add_cell("import os\nos._exit(1)").text())
    here = shutil.copytree(course, tmp_path / "here")
    address = processes.scheduler()
    for _ in range(2):
        processes.worker()
    assert wait_for(lambda: processes.registered() == 2, START)
    line = ["grade", NAME, "--scheduler", address, "--json", str(tmp_path / "far.json")]
    how = {"env": environment() | processes.settings, "timeout": 300}
    done = subprocess.run(command(course, *line), capture_output=True, text=True, **how)
    assert done.returncode == 0, done.stderr
    far = json.loads((tmp_path / "far.json").read_text())
    assert far == [*grade(here).values()]
    assert marks(Course(course), NAME) == marks(Course(here), NAME)

    plain = "tcp" + address.removeprefix("tls")
    capsys.readouterr()
    assert run(course, "grade", NAME, "--scheduler", plain) == 1
    assert f"no cluster at {plain}" in capsys.readouterr().err
    assert run(course, "grade", NAME, "--scheduler", address) == 1
    assert "DASK_DISTRIBUTED__COMM__TLS__CA_FILE" in capsys.readouterr().err


def test_a_worker_that_would_not_grade_as_this_machine_does_is_refused(
    processes, course, base, tmp_path
):
    hand_in(course, "ada", base.solved().text())
    processes.settings = {}
    address = processes.scheduler("tcp")
    spec = Assignment(Course(course), NAME).spec()
    with pytest.raises(CannotDo, match="has no workers"):
        Cluster(spec, address)
    package = tmp_path / "other" / "nngrader"
    ours = os.path.dirname(sys.modules["nngrader"].__file__)
    shutil.copytree(ours, package, ignore=shutil.ignore_patterns("__pycache__"))
    with open(package / "judge.py", "a") as f:
        f.write("\n# another version\n")
    processes.worker(PYTHONPATH=str(package.parent))
    assert wait_for(lambda: processes.registered() == 1, START)
    with pytest.raises(CannotDo, match="different version: Python"):
        Cluster(spec, address)
