"""A Dask cluster of processes of their own: TLS, a worker that dies, and what is refused."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field

import pytest
from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.errors import CannotDo
from nngrader.gradebook import marks
from nngrader.grading.cluster import Cluster

from .sample_course import NAME, ROOT, command, environment, hand_in, run
from .test_resume import is_worker, wait_for, workers_below

pytestmark = [pytest.mark.sandbox, pytest.mark.turn(0)]
START = 60  # seconds until a process of the cluster must have begun


def certificate(folder):
    """Make an authority and a certificate for the whole cluster, as the page says."""
    page = (ROOT / "chapters/reference/instructors.md").read_text(encoding="utf-8")
    (lines,) = [t for t in re.findall(r"```text\n(.*?)```", page, re.DOTALL) if "openssl" in t]
    subprocess.run(["bash", "-ec", lines], cwd=folder, check=True, capture_output=True)
    settings = {"CA_FILE": "ca.pem"}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {f"{role}__CERT": "one.pem", f"{role}__KEY": "key.pem"}
    return {
        f"DASK_DISTRIBUTED__COMM__TLS__{name}": str(folder / file)
        for name, file in settings.items()
    }


@dataclass
class Processes:
    """A scheduler and its workers, which are ended after the test."""

    folder: object
    settings: dict
    started: list = field(default_factory=list)

    def start(self, *line, **more):
        log = open(self.folder / f"log-{len(self.started)}", "w")
        with log:
            started = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "dask", *map(str, line)],
                env=environment() | self.settings | more,
                stdout=log,
                stderr=log,
                cwd=self.folder,
            )
        self.started.append(started)
        return started

    def scheduler(self, protocol="tls"):
        file = self.folder / "scheduler.json"
        line = ("--protocol", protocol, "--host", "127.0.0.1", "--port", 0, "--no-dashboard")
        self.start("scheduler", *line, "--scheduler-file", file)
        assert wait_for(lambda: file.is_file() and file.read_text().endswith("\n}"), START)
        return json.loads(file.read_text())["address"]

    def worker(self, *scheduler, **more):
        line = ("--nthreads", 1, "--no-nanny", "--no-dashboard", "--host", "127.0.0.1")
        return self.start("worker", *scheduler, *line, **more)

    def registered(self):
        """Return how many workers are registered with the scheduler."""
        logs = [f.read_text() for f in self.folder.glob("log-*")]
        return sum("Registered to:" in text for text in logs)

    def end(self):
        for p in reversed(self.started):
            p.kill()
            p.wait()


@pytest.fixture(scope="module")
def tls(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def processes(tmp_path, tls):
    folder = tmp_path / "cluster"
    folder.mkdir()
    started = Processes(folder, tls)
    yield started
    started.end()


@pytest.fixture(scope="module")
def running(tmp_path_factory, tls):
    """Run a scheduler with TLS and two workers; yield its address and the processes."""
    started = Processes(tmp_path_factory.mktemp("running"), tls)
    file = started.folder / "scheduler.json"  # for which the workers wait
    both = [started.worker("--scheduler-file", file) for _ in range(2)]
    address = started.scheduler()
    assert wait_for(lambda: started.registered() == 2, START)
    yield address, both
    started.end()


def graded(course, *arguments, **settings):
    line = command(course, "grade", NAME, *map(str, arguments))
    done = subprocess.run(
        line, capture_output=True, text=True, env=environment() | settings, timeout=300
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_a_cluster_with_tls_gives_what_this_machine_gives(
    running, course, base, tmp_path, tls, capsys
):
    hand_in(course, "ada", base.solved().text())
    hand_in(course, "bob", base.answering({"hinge_loss": "all_pull"}).text())
    hand_in(course, "cy", b"no notebook")
    hand_in(course, "dee", base.solved().add_cell("import os\nos._exit(1)").text())
    here = shutil.copytree(course, tmp_path / "here")
    address, _ = running
    line = ["--scheduler", address, "--json", tmp_path / "far.json"]
    done = graded(course, *line, **tls)
    assert done.returncode == 0, done.stderr
    assert run(here, "grade", NAME, "--json", tmp_path / "here.json") == 0
    assert json.loads((tmp_path / "far.json").read_text()) == json.loads(
        (tmp_path / "here.json").read_text()
    )
    assert marks(Course(course), NAME) == marks(Course(here), NAME)

    plain = "tcp" + address.removeprefix("tls")
    capsys.readouterr()
    assert run(course, "grade", NAME, "--scheduler", plain) == 1
    assert f"no cluster at {plain}" in capsys.readouterr().err
    assert run(course, "grade", NAME, "--scheduler", address) == 1
    assert "DASK_DISTRIBUTED__COMM__TLS__CA_FILE" in capsys.readouterr().err


def at_work(pid):
    """Return whether a worker has begun a job: it has a slot and a sandbox."""
    held = []
    with contextlib.suppress(OSError):
        for handle in os.listdir(f"/proc/{pid}/fd"):
            held.append(os.readlink(f"/proc/{pid}/fd/{handle}"))
    return any("nngrader-slots-" in name for name in held) and bool(workers_below(pid))


def test_a_worker_that_dies_in_the_middle_is_replaced_by_another(
    running, course, base, tmp_path, tls
):
    slow = "import time\ntime.sleep(0.7)"
    for student in ("ada", "bob"):
        hand_in(course, student, base.solved().add_cell(slow).add_cell(f"{student} = 1").text())
    address, both = running
    line = command(course, "grade", NAME, "--scheduler", address, "--json", tmp_path / "r.json")
    grading = subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment() | tls
    )
    try:
        assert wait_for(lambda: any(at_work(p.pid) for p in both), START)
        busy = next(p for p in both if at_work(p.pid))
        theirs = workers_below(busy.pid)
        busy.send_signal(signal.SIGKILL)
    finally:
        output = grading.communicate(timeout=200)
    assert grading.returncode == 0, output
    assert {
        r["student"]: r["score"] for r in json.loads((tmp_path / "r.json").read_text())
    } == {
        "ada": 100,
        "bob": 100,
    }
    assert wait_for(lambda: not any(is_worker(pid) for pid in theirs))


def test_workers_that_would_not_grade_as_this_machine_does_are_refused(
    processes, course, base, tmp_path
):
    hand_in(course, "ada", base.solved().text())
    processes.settings = {}
    address = processes.scheduler("tcp")
    spec = Assignment(Course(course), NAME).spec()
    with pytest.raises(CannotDo, match="has no workers"):
        Cluster(spec, address)
    without = tmp_path / "programs"
    without.mkdir()
    for name in ("prlimit", "setpriv", "taskset", "env"):
        (without / name).symlink_to(shutil.which(name))
    worker = processes.worker(address, PATH=str(without))
    assert refused(spec, address, "has no workers").count("bwrap not found: run `") == 1
    worker.kill()
    worker.wait()
    package = tmp_path / "other" / "nngrader"
    shutil.copytree(
        os.path.dirname(sys.modules["nngrader"].__file__),
        package,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    with open(package / "judge.py", "a") as f:
        f.write("\n# another version\n")
    processes.worker(address, PYTHONPATH=str(package.parent))
    message = refused(spec, address, "has no workers", "bwrap not found")
    assert "workers that cannot grade as Python" in message
    assert "another version: Python" in message


def refused(spec, address, *passing):
    """Return why a cluster is refused, after ignoring temporary warnings."""
    end = time.monotonic() + START
    while True:
        with pytest.raises(CannotDo) as refusal:
            Cluster(spec, address)
        message = str(refusal.value)
        if not any(words in message for words in passing) or time.monotonic() > end:
            return message
        time.sleep(0.5)


def test_where_there_is_no_cluster_is_one_line(course, base, monkeypatch, capsys):
    hand_in(course, "ada", base.solved().text())
    monkeypatch.setattr("nngrader.grading.cluster.CONNECT", 1)
    assert run(course, "grade", NAME, "--scheduler", "tcp://127.0.0.1:1") == 1
    assert "nngrader: no cluster at tcp://127.0.0.1:1" in capsys.readouterr().err
    assert not (course / "autograded").exists()
