"""Containers instead of bubblewrap: the command that is built, and the worker inside."""

import json
import shutil

import pytest
from nngrader.sandbox import container, seccomp
from nngrader.sandbox.launch import Refused, Sandbox
from nngrader.settings import Container, Limits

pytestmark = pytest.mark.sandbox
PROGRAM = ["python3", "/g/worker.py"]


def built(prefix, **limits):
    """Return the command for a program, and its options by name."""
    settings = Limits(container=Container(prefix, "ours:1"), **limits)
    return container.command(settings, "one", "/profile.json", {"/a": "/g/a"}, PROGRAM)


LIMITED = """--pull=never --name=one --network=none --ipc=none --read-only --cap-drop=ALL
--user=65534:65534 --security-opt=no-new-privileges --security-opt=seccomp=/profile.json
--memory=264m --memory-swap=264m --pids-limit=6 --ulimit=fsize=3145728:3145728
--ulimit=core=0:0 --tmpfs=/tmp:rw,nosuid,nodev,mode=1777,size=7m --entrypoint=python3"""


def test_a_container_gets_nothing_but_its_files():
    for prefix in ("podman", "docker"):
        line = built(prefix, memory_mb=200, processes=5, file_mb=3, space_mb=7)
        assert line[:4] == [prefix, "run", "--rm", "--interactive"]
        at = line.index("ours:1")
        assert line[at + 1 :] == PROGRAM[1:]
        assert set(LIMITED.split()) <= set(line[:at])
        assert ("--read-only-tmpfs=false" in line) == (prefix == "podman")
        for never in ("--privileged", "--volume", "docker.sock", "--cap-add", "--device"):
            assert never not in " ".join(line)


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


def test_without_its_program_the_message_offers_bubblewrap(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda program: None)
    limits = Limits(container=Container("podman", "ours:1"))
    offer = r"^podman not found: install it, or remove \[sandbox\] from nngrader\.toml"
    with Sandbox(limits) as box, pytest.raises(Refused, match=offer):
        box.require()
