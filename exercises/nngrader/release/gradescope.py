"""The zip for Gradescope: `setup.sh`, `run_autograder`, and everything that grading needs.

It contains solutions and the seed. Only the instructor may upload it.
"""

from __future__ import annotations

import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

from ..course.assignment import Assignment
from ..course.folder import Course
from ..gradebook.seed import require_seed
from ..grading.gradescope import PRIVATE, SOURCE
from ..storage.scratch import Scratch
from .package import LONG_AGO, build_wheel

SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, as root, while it builds the image.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive UV_PYTHON_INSTALL_DIR=/opt/python
apt-get update
apt-get install -y --no-install-recommends bubblewrap util-linux python3-venv ca-certificates
python3 -m venv /opt/uv
/opt/uv/bin/pip install uv
/opt/uv/bin/uv venv --python {python} /opt/grader
/opt/uv/bin/uv pip install --python /opt/grader "/autograder/source/{wheel}[{extras}]" {pins}
chmod -R go-rwx /autograder/source
"""
RUN = """#!/usr/bin/env bash
# Gradescope runs this for each submission, in /autograder.
chmod -R go-rwx /autograder/source
exec /opt/grader/bin/python -m nngrader.grading.gradescope /autograder
"""
PINNED = ("numpy", "nbgrader")


def autograder(course: Course, name: str, file: Path) -> None:
    """Write the zip to upload as the autograder of a programming assignment.

    :param course: Includes the seed, and the release's private definitions if there are any.
    :raises CannotDo: If the current state was not released, or the package cannot be built.
    """
    assignment = Assignment(course, name)
    require_seed(course, name)
    with Scratch() as folder:
        wheel = build_wheel(Path(folder))
        members = {wheel.name: wheel.read_bytes()} | _course(course, name)
    settings = {
        "python": ".".join(map(str, sys.version_info[:2])),
        "wheel": wheel.name,
        "extras": ",".join(["grader", *(["torch"] if "torch" in assignment.uses else [])]),
        "pins": " ".join(f"{p}=={version(p)}" for p in PINNED),
    }
    members["setup.sh"] = SETUP.format(**settings).encode()
    members["run_autograder"] = RUN.encode()
    with zipfile.ZipFile(file, "w") as z:
        for member in sorted(members):
            about = zipfile.ZipInfo(member, LONG_AGO)
            runs = member in ("setup.sh", "run_autograder")
            about.compress_type = zipfile.ZIP_DEFLATED
            about.external_attr = (0o755 if runs else 0o600) << 16
            z.writestr(about, members[member])


def _course(course, name):
    """Return the course's files that grading reads, by their path in the zip."""
    source, settings = course.source(name), course.source(name).with_name("nngrader.toml")
    folders = [course / "release" / name, course / "heldback"]
    sources = course.own_notebooks(name) or [source]
    files = [*sources, *[settings] * settings.is_file(), course.memory(name)]
    files += course.data_files(name).values()
    files += [f for folder in folders for f in folder.rglob("*")]
    private = set(course.private_files(name))
    files += [f for f in course.problem_files(name) if f not in private]
    by_place = {f"{SOURCE}/{f.relative_to(course.root).as_posix()}": f for f in files}
    by_place |= {f"{PRIVATE}/{f.relative_to(course.private).as_posix()}": f for f in private}
    members = {place: f.read_bytes() for place, f in by_place.items() if f.is_file()}
    return members | {f"{SOURCE}/.seed": f"{course.seed()}\n".encode()}
