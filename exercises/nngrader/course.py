"""The folders of an nbgrader course, and what is found in them."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
from pathlib import Path

from .engine import pack
from .errors import CannotDo, NotThere

HIDDEN_FILES = [  # nbgrader copies whole source folders: the text there holds the solutions
    ".ipynb_checkpoints",
    "__pycache__",
    "*.pyc",
    "*.py",
    "*.toml",
]


class Course:
    """A course folder: `source`, `problems`, `release`, `submitted`, `autograded`, `feedback`.

    Parameters
    ----------
    root : path
        The folder with `nbgrader_config.py`.
    problems : path, optional
        A private folder of definitions, used where it has one, instead of `problems`.
    seed_file : path, optional
        Where the seed of the hidden cases is; by default `.seed`, made by the first use.
    """

    def __init__(self, root, *, problems=None, seed_file=None):
        self.root = Path(root).resolve()
        self.private = Path(problems).resolve() if problems else None
        self.seed_file = Path(seed_file).resolve() if seed_file else None

    def __fspath__(self):
        return str(self.root)

    def __truediv__(self, part) -> Path:
        """A path inside the course."""
        return self.root / part

    def source(self, assignment: str) -> Path:
        """The text of an assignment.

        Raises
        ------
        FileNotFoundError
            If the course has no such assignment.
        """
        file = self.root / "source" / assignment / f"{assignment}.py"
        if not file.is_file():
            raise NotThere(f"no assignment {assignment!r}: {file} does not exist")
        return file

    def problems_file(self, assignment: str) -> Path:
        """The definitions of an assignment's problems, private ones before public ones."""
        folders = [f for f in (self.private, self.root / "problems") if f]
        files = [f / f"{assignment}.py" for f in folders]
        return next((f for f in files if f.is_file()), files[-1])

    def problems(self, assignment: str) -> list:
        """The problems, in the order of their definitions.

        Raises
        ------
        FileNotFoundError
            If they are not defined.
        """
        file = self.problems_file(assignment)
        if not file.is_file():
            raise NotThere(f"no problems of {assignment}: {file} does not exist")
        spec = importlib.util.spec_from_file_location(f"problems_{assignment}", file)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module.PROBLEMS

    def hidden(self, assignment: str) -> dict:
        """Hidden cases of every problem by name, as plain data."""
        seed = self.seed()
        return {p.name: pack(p, seed, visible=False) for p in self.problems(assignment)}

    def seed(self) -> int:
        """The seed of the hidden cases; the first use makes it, readable by nobody else.

        Raises
        ------
        CannotDo
            If the file holds no whole number.
        """
        file = self.seed_file or self.root / ".seed"
        if not self.seed_file and not file.exists():
            make_seed(file)
        try:
            return int(file.read_text())
        except ValueError:
            raise CannotDo(f"{file} should hold one whole number, and holds none") from None

    def warnings(self) -> list[str]:
        """What is odd about the course, though nothing is stopped by it."""
        file = self.seed_file or self.root / ".seed"
        if file.is_file() and file.stat().st_mode & 0o077:
            return [f"{file} can be read by others: run `chmod 600` on it"]
        return []

    def submissions(self, assignment: str) -> list[str]:
        """Students in whose folder there is anything by the name of the assignment.

        Returns
        -------
        list of str
            Sorted; also where it is a broken link, a file, or may not be read.
        """
        folder = self.root / "submitted"
        found = sorted(os.listdir(folder)) if folder.is_dir() else []
        return [
            student
            for student in found
            if (folder / student).is_symlink() or is_there(folder / student / assignment)
        ]


def is_there(path: Path) -> bool:
    """Whether there is anything, be it a broken link or closed to us.

    Parameters
    ----------
    path : Path
        Links are not followed at its end.

    Returns
    -------
    bool
        False only where surely there is nothing.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def make_seed(file: Path) -> None:
    """Write a random seed, mode 0600, once: of two runs at a time the first one's holds.

    Parameters
    ----------
    file : Path
        Nothing happens if it exists.
    """
    half = file.with_name(f"{file.name}.{os.getpid()}")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w") as f:
        f.write(f"{secrets.randbits(62)}\n")
    with contextlib.suppress(FileExistsError):
        os.link(half, file)
    half.unlink()
