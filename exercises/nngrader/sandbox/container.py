"""Start a worker in a podman or docker container, for machines without bubblewrap.

The instructor provides the image. It needs Python, NumPy, and the packages that the problems
use, such as torch. Submissions can import everything that is installed in it. A worker's time
is wall time, because we can't measure the processes of a container.

Tested: podman 4.3 with runc, as root; it refused everything that a submission must not do. For
docker we could test only the command line, because there was no daemon to run it.
"""

from __future__ import annotations

import json
from pathlib import Path

from ..errors import CannotDo
from ..settings import OPEN_FILES, Limits
from . import seccomp

NOBODY = 65534
OWN_MB = 64  # added to the memory limit, for the worker's first process and its files
MOUNT = "type=bind,source={},target={},readonly"


def command(limits: Limits, name: str, profile: Path, files: dict, program: list) -> list[str]:
    """Return the command that starts a worker in a container.

    :param limits: Limits of a worker; `limits.container` names the program and the image.
    :param files: Files and folders of this machine, and their read-only paths inside.
    :param program: The command line that runs inside; its first word is the entry point.
    :return: The command line. The container has no network, no capabilities, an unprivileged
        user, only a small /tmp to write to, and limits on memory, processes, files and
        processor time.
    """
    settings = limits.container
    memory = f"{limits.memory_mb + OWN_MB}m"
    line = [settings.prefix, "run", "--rm", "--interactive", "--pull=never", f"--name={name}"]
    line += ["--network=none", "--ipc=none", "--hostname=sandbox", "--log-driver=none"]
    line += ["--read-only", f"--user={NOBODY}:{NOBODY}", "--cap-drop=ALL", "--cpus=1"]
    line += ["--security-opt=no-new-privileges", f"--security-opt=seccomp={profile}"]
    line += [f"--memory={memory}", f"--memory-swap={memory}"]
    line += [f"--pids-limit={limits.processes + 1}", *_limits(limits)]
    line += [f"--tmpfs=/tmp:rw,nosuid,nodev,mode=1777,size={limits.space_mb}m"]
    line += ["--read-only-tmpfs=false"] * (settings.prefix == "podman")
    line += mounts(files)
    return [*line, "--workdir=/tmp", f"--entrypoint={program[0]}", settings.image, *program[1:]]


def mounts(files: dict) -> list[str]:
    """Return options that mount files and folders in the container, read-only.

    :param files: Paths on this machine, and their paths in the container.
    :raises CannotDo: If a path contains a comma, which ends a value in this option.
    """
    if odd := [str(p) for p in files if "," in str(p)]:
        raise CannotDo(f"{odd[0]} cannot be mounted in a container: its path contains a comma")
    options = (["--mount", MOUNT.format(*pair)] for pair in files.items())
    return [word for pair in options for word in pair]


def _limits(limits):
    """Return the options that limit the resources of each process."""
    seconds = int(4 * limits.submission_seconds) + 60
    most = {"nofile": OPEN_FILES, "core": 0, "memlock": 0, "cpu": seconds}
    most["fsize"] = limits.file_mb << 20
    return [f"--ulimit={name}={value}:{value}" for name, value in most.items()]


def ending(limits: Limits, name: str) -> list[str]:
    """Return the command that kills a container that doesn't end by itself."""
    return [limits.container.prefix, "rm", "--force", name]


def write_profile(file: Path) -> Path:
    """Write the table of refused system calls in the format of podman and docker."""
    rules = [_rule(list(seccomp.DENIED), seccomp.EPERM)]
    rules += [_rule(["clone3"], seccomp.ENOSYS)]
    spaces = [1 << n for n in range(32) if seccomp.NEW_NAMESPACE >> n & 1]
    rules += [_rule(["clone"], seccomp.EPERM, 0, bit) for bit in spaces]
    rules += [_rule(["mmap"], seccomp.EPERM, 3, seccomp.MAP_SHARED)]
    other = {"index": 0, "value": 0, "op": "SCMP_CMP_NE"}
    rules += [_rule(["prlimit64"], seccomp.EPERM) | {"args": [other]}]
    profile = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": rules}
    file.write_text(json.dumps(profile), encoding="utf-8")
    return file


def _rule(names, error, argument=None, bit=0):
    """Return a rule that refuses system calls, always or if a bit of an argument is set."""
    rule = {"names": names, "action": "SCMP_ACT_ERRNO", "errnoRet": error}
    if argument is not None:
        equal = {"value": bit, "valueTwo": bit, "op": "SCMP_CMP_MASKED_EQ"}
        rule["args"] = [{"index": argument, **equal}]
    return rule
