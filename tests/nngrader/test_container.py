"""Containers in the place of bubblewrap: the command that is built, and the worker inside."""

import json
import os
import stat
import sys

import numpy as np
import pytest
from nngrader.errors import CannotDo
from nngrader.sandbox import container, seccomp
from nngrader.sandbox.launch import Refused, Sandbox
from nngrader.sandbox.runner import Runner
from nngrader.sandbox.supervisor import Died, Worker
from nngrader.settings import Container, Limits

pytestmark = pytest.mark.sandbox
PROGRAM = ["python3", "/g/worker.py"]

# Takes the place of podman: its mounts are made by bubblewrap, `rm` writes down what to end.
STAND_IN = """#!{python}
import os, sys
arguments = sys.argv[1:]
with open("{log}", "a") as f:
    f.write(" ".join(arguments) + "\\n")
if arguments[0] != "run":
    sys.exit()
line = ["bwrap", "--unshare-pid", "--as-pid-1", "--die-with-parent", "--dev-bind", "/", "/"]
line += ["--tmpfs", "/opt", "--dir", "/opt/own"]
at = arguments.index("ours:1")
for word, value in zip(arguments, arguments[1:]):
    if word == "--mount":
        part = dict(p.partition("=")[::2] for p in value.split(","))
        line += ["--ro-bind", part["source"], part["target"].replace("/g/", "/opt/")]
words = [w.replace("/g", "/opt") for w in arguments[at + 1 :]]
words[words.index("python3")] = "{python}"
words[words.index("/tmp")] = "/opt/own"
os.execvp("bwrap", [*line, "env", *words])
"""


def built(prefix, **limits):
    """Return the command for a program, and its options by name."""
    settings = Limits(container=Container(prefix, "ours:1"), **limits)
    return container.command(settings, "one", "/profile.json", {"/a": "/g/a"}, PROGRAM)


@pytest.mark.parametrize("prefix", ["podman", "docker"])
def test_a_container_gets_nothing_but_its_files(prefix):
    line = built(prefix, memory_mb=200, processes=5, file_mb=3, space_mb=7)
    assert line[:4] == [prefix, "run", "--rm", "--interactive"]
    at = line.index("ours:1")
    assert line[at + 1 :] == PROGRAM[1:]
    assert {
        "--pull=never",
        "--name=one",
        "--network=none",
        "--ipc=none",
        "--read-only",
        "--cap-drop=ALL",
        "--user=65534:65534",
        "--security-opt=no-new-privileges",
        "--security-opt=seccomp=/profile.json",
        "--memory=264m",
        "--memory-swap=264m",
        "--pids-limit=6",
        "--ulimit=fsize=3145728:3145728",
        "--ulimit=core=0:0",
        "--tmpfs=/tmp:rw,nosuid,nodev,mode=1777,size=7m",
        "--entrypoint=python3",
    } <= set(line[:at])
    assert ("--read-only-tmpfs=false" in line) == (prefix == "podman")
    words = " ".join(line)
    for never in ("--privileged", "--volume", "docker.sock", "--cap-add", "--device"):
        assert never not in words


def test_a_path_that_a_mount_cannot_name_is_refused():
    with pytest.raises(CannotDo, match="a,b"):
        container.mounts({"/a,b": "/g/a"})


def test_the_profile_refuses_what_the_filter_refuses(tmp_path):
    profile = json.loads(container.write_profile(tmp_path / "p.json").read_text())
    assert profile["defaultAction"] == "SCMP_ACT_ALLOW"
    whole = {
        n: r["errnoRet"] for r in profile["syscalls"] if "args" not in r for n in r["names"]
    }
    assert whole == dict.fromkeys(seccomp.DENIED, 1) | {"clone3": 38}
    flags = {"clone": 0, "mmap": 0}
    for rule in profile["syscalls"]:
        for argument in rule.get("args", ()):
            if argument["op"] == "SCMP_CMP_MASKED_EQ":
                assert argument["value"] == argument["valueTwo"]
                flags[rule["names"][0]] |= argument["value"]
    assert flags == {"clone": seccomp.NEW_NAMESPACE, "mmap": seccomp.MAP_SHARED}


@pytest.fixture
def log(tmp_path, monkeypatch):
    """Return the file in which the stand-in for podman logs its arguments."""
    fake = tmp_path / "bin" / "podman"
    fake.parent.mkdir()
    fake.write_text(STAND_IN.format(python=sys.executable, log=tmp_path / "log"))
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    return tmp_path / "log"


@pytest.fixture
def runner(log):
    """Yield a runner of a submission whose container is the stand-in."""
    setting = Container("podman", "ours:1")
    limits = Limits(call_seconds=0.5, total_seconds=4.0, container=setting)
    cell = (
        "import os, time\nimport numpy as np\n"
        "def f(x):\n    return x * 2\n"
        "def sleep():\n    time.sleep(100)\n"
        "def end():\n    os.kill(os.getpid(), 9)\n"
    )
    with Sandbox(limits) as box:
        r = Runner([("cell", cell, False)], box, 0)
        yield r
        r.close()


def test_a_worker_in_a_container_answers(runner):
    runner.read()
    np.testing.assert_array_equal(runner.value("f", (np.arange(3),), {}), [0, 2, 4])
    assert runner.fingerprints["cell"]
    assert runner.notes == {}
    assert 0 < runner.spent["f"] < 1


def test_in_a_container_seconds_are_those_of_the_clock(runner):
    with pytest.raises(Died, match="took too long"):
        runner.value("sleep", (), {})
    assert runner.spent["sleep"] >= 2


def test_in_a_container_the_kernel_ends_what_holds_too_much(runner):
    with pytest.raises(Died, match="used too much memory"):
        runner.value("end", (), {})


def test_a_container_that_goes_on_is_removed(tmp_path):
    end = ["touch", str(tmp_path / "removed")]
    worker = Worker(["sleep", "1000"], 0, counted=False, end=end)
    worker.close()
    assert (tmp_path / "removed").exists()
    assert worker.process.returncode == -9


def test_a_container_is_removed_by_the_name_it_was_given(runner, log):
    runner.value("f", (1,), {})
    name = log.read_text().partition("--name=")[2].split()[0]
    assert name.startswith("nngrader-")
    assert runner.worker.end == ["podman", "rm", "--force", name]


def test_without_bubblewrap_a_container_is_named_as_a_way(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with Sandbox(Limits()) as box, pytest.raises(Refused, match="let podman or docker"):
        box.require()
    with (
        Sandbox(Limits(container=Container("docker", "ours:1"))) as box,
        pytest.raises(Refused, match="docker not found"),
    ):
        box.require()
