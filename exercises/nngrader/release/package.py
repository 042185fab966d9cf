"""The zip for students; the same files give exactly the same bytes."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

from ..errors import CannotDo
from ..settings import Limits

PROJECT = Path(__file__).resolve().parents[3]
LONG_AGO = (1980, 1, 1, 0, 0, 0)
README = """{title}
{line}

1. You need Python 3.11 or newer. Open a terminal in this folder and type these lines once:
       python3 -m venv env
       . env/bin/activate
       pip install jupyterlab matplotlib {package}
{torch}   On Windows the first two lines are:
       py -m venv env
       env\\Scripts\\activate
   In every new terminal, type the line with activate again.
2. Open {notebooks} with: jupyter lab
{declared}{last}. Submit {files}.
   We grade notebooks of at most {most} MB, including their outputs. If your notebook is
   larger, clear the outputs.
"""

DECLARED = """\
   Leave {name}.cases.json in the same folder.
3. Write your solutions. The cell below each solution checks it.
4. Before you submit, type: nngrader check {name}.ipynb
"""
SMALL = """\
   On Linux, PyTorch also installs several gigabytes of libraries for NVIDIA graphics cards. If
   you don't have such a card, type this line before the line with pip:
       pip install {torch} --index-url ADDRESS
   The installation guide on pytorch.org contains the ADDRESS of the CPU builds.
"""


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this package, and return its path.

    :raises CannotDo: If this package doesn't run from a checkout, or the build fails.
    """
    if not (PROJECT / "pyproject.toml").is_file():
        raise CannotDo(
            f"{PROJECT} is not a checkout of the course, so its package cannot be built. "
            "Install the package in place: run pip install -e '.[grader]' in the checkout"
        )
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True)
    if done.returncode:
        raise CannotDo(f"the package cannot be built: {done.stderr[-500:]}")
    return next(folder.glob("*.whl"))


def write_zip(file: Path, name: str, folder: Path, wheel: Path, visible: dict) -> None:
    """Write the zip for students.

    :param visible: The visible cases by problem. They name the files to submit and the packages
        to import.
    """
    notebooks = sorted(f.name for f in folder.glob("*.ipynb"))
    members = {
        f"{name}/README.txt": readme(name, wheel.name, visible, notebooks).encode(),
        f"{name}/{wheel.name}": wheel.read_bytes(),
    }
    for f in folder.rglob("*"):
        if f.is_file():
            members[f"{name}/{f.relative_to(folder).as_posix()}"] = f.read_bytes()
    with zipfile.ZipFile(file, "w") as z:
        for member in sorted(members):
            about = zipfile.ZipInfo(member, LONG_AGO)
            about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            z.writestr(about, members[member])


def _pinned(package):
    """Return a package with the version that this project pins."""
    required = (r.partition(";")[0] for r in metadata.requires("nn-first-principles"))
    return next(r for r in required if r.startswith(f"{package}=="))


def _limits(visible):
    """Return the limits of an assignment, from its visible cases."""
    return Limits(**next(iter(visible.values()), {}).get("limits", {}))


def readme(name: str, wheel: str, visible: dict, notebooks: Sequence[str] = ()) -> str:
    """Return the zip's README, which explains to a student what to do, step by step.

    ``notebooks`` are the names of the files to submit. Default: one with the assignment's name.
    """
    title = f"Assignment {name}"
    declared = [data["file"]["name"] for data in visible.values() if data.get("file")]
    all_files = " and ".join(notebooks or [f"{name}.ipynb"])
    files = all_files if declared or notebooks[1:] else f"one file, {all_files}"
    if declared:
        files += f", and {' and '.join(declared)} if you took up the challenge"
    torch = any("torch" in (data.get("uses") or ()) for data in visible.values())
    return README.format(
        title=title,
        line="=" * len(title),
        notebooks=all_files,
        declared=DECLARED.format(name=name) if visible else "3. Write your solutions.\n",
        last=5 if visible else 4,
        package=f'"{wheel}[torch]"' if torch else wheel,
        torch=SMALL.format(torch=_pinned("torch")) if torch else "",
        files=files,
        most=_limits(visible).notebook_mb,
    )
