"""The folders of an nbgrader course, and their files: sources, definitions, the seed.

The public definitions of an assignment's problems can be overridden by private ones.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
import os
import secrets
import sys
import threading
import traceback
import zlib
from contextvars import ContextVar
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType

from ..engine import pack
from ..engine.declaration.problem import Problem
from ..errors import CannotDo, NotThere, first_line
from ..settings import read_address, read_settings, read_toml
from ..wording import did_you_mean
from .notebooks import MARK, from_text, own_notebooks, with_links, with_sources, with_tables

__all__ = [
    "HIDDEN_FILES",
    "Course",
    "is_there",
    "make_seed",
    "public_definitions",
    "write_once",
]

HIDDEN_FILES = [  # nbgrader copies whole source folders, and the text there has the solutions
    ".ipynb_checkpoints",
    "__pycache__",
    "*.pyc",
    "*.py",
    "*.toml",
    "*.md",
]
OWN_HIDDEN = [f for f in HIDDEN_FILES if f not in ("*.py", "*.md", "*.toml")]
OWN_HIDDEN += ["nngrader.toml", "*.cases.json"]  # next to notebooks without a text
_PUBLIC: ContextVar[Path | None] = ContextVar("public", default=None)
_READING = threading.RLock()  # reentrant, because a private file reads the public ones
CONFIG = "nbgrader_config.py"
OWN = "exercises"  # the course folder of this repository
CHALLENGE = ".on_heldback"  # appears in the definition of a challenge
FIRST = "__init__.py"  # the file that we run if the definitions are a folder


class Course:
    """A course folder: `source`, `problems`, `release`, `submitted`, `autograded`, `feedback`.

    :param problems: A private folder that overrides the public one. `ASSIGNMENT.py` contains
        definitions; `ASSIGNMENT/` contains a file for each cell with a different text,
        `GRADE_ID.md` or `GRADE_ID.py`, and two for each new problem, `NAME.py` and `NAME.md`;
        `ASSIGNMENT.toml` contains points.
    :param seed_file: The file with the seed of the hidden cases. Default: `.seed`.
    """

    def __init__(self, root, *, problems=None, seed_file=None):
        self.root = Path(root).resolve()
        self.private = Path(problems).resolve() if problems else None
        self.seed_file = Path(seed_file).resolve() if seed_file else None

    def __fspath__(self):
        return str(self.root)

    def __truediv__(self, part) -> Path:
        """Return a path inside the course."""
        return self.root / part

    def assignments(self) -> list[str]:
        """Return the names of all assignments with a text or notebooks, sorted."""
        texts = [f for f in self.root.glob("source/*/*.md") if f.stem == f.parent.name]
        return sorted({f.parent.name for f in [*texts, *self.root.glob("source/*/*.ipynb")]})

    def source(self, assignment: str) -> Path:
        """Return the path of an assignment's text, or of the first of its notebooks.

        A notebook next to a text is generated from it.

        :raises NotThere: If there is neither a text nor a notebook.
        :raises CannotDo: If there is also a text or notebook that isn't part of the assignment.
        """
        file = self.root / "source" / assignment / f"{assignment}.md"
        own = self.own_notebooks(assignment)
        if not own and not file.is_file():
            near = did_you_mean(assignment, self.assignments())
            raise NotThere(f"no assignment {assignment!r}: {file} does not exist{near}")
        if texts := self._other_sources(file, own):
            raise CannotDo(
                f"{file.parent} contains {', '.join(texts)}, but an assignment consists either "
                f"of one text, {file.name}, or of ordinary notebooks without a text"
            )
        return own[0] if own else file

    def own_notebooks(self, assignment: str) -> list[Path]:
        """Return the notebooks that an assignment without a text consists of, sorted."""
        folder = self.root / "source" / assignment
        if (folder / f"{assignment}.md").is_file():
            return []
        return sorted(folder.glob("*.ipynb"))

    def hidden_files(self, assignment: str) -> list[str]:
        """Return patterns of the files in the source folder that students don't receive."""
        return OWN_HIDDEN if self.own_notebooks(assignment) else HIDDEN_FILES

    def data_files(self, assignment: str) -> dict[str, Path]:
        """Return the files next to the instructor's notebooks that cells may read, by path.

        These are the instructor's data and modules; an assignment with a text has none.
        """
        if not self.own_notebooks(assignment):
            return {}
        folder = self.root / "source" / assignment
        inside = {f.relative_to(folder): f for f in sorted(folder.rglob("*")) if f.is_file()}
        hidden = [*OWN_HIDDEN, "*.ipynb"]
        return {
            path.as_posix(): file
            for path, file in inside.items()
            if not any(fnmatch(part, pattern) for part in path.parts for pattern in hidden)
        }

    def notebook_names(self, assignment: str) -> list[str]:
        """Return the names of an assignment's notebooks, without their ending."""
        return [f.stem for f in self.own_notebooks(assignment)] or [assignment]

    def _other_sources(self, file, own):
        """Return the names of texts and notebooks that cannot be part of the assignment."""
        texts = [f for f in file.parent.glob("*.md") if f != file]
        marks = {f: MARK.finditer(f.read_text("utf-8", errors="ignore")) for f in texts}
        read = [f for f, directives in marks.items() if any(m["kind"] for m in directives)]
        made = file.with_suffix(".ipynb")
        others = [f for f in file.parent.glob("*.ipynb") if f != made and not own]
        return sorted(f.name for f in [*read, *others])

    def require_whole(self, assignment: str) -> None:
        """Require all files that an assignment needs; the error lists the missing ones."""
        file, definitions = f"source/{assignment}/{assignment}.md", self.definitions(assignment)
        if (self.root / "source").is_dir():
            self.source(assignment)  # raises an error if the name is misspelt
        own = self.own_notebooks(assignment)
        texts = [f.read_text(encoding="utf-8", errors="ignore") for f in files_of(definitions)]
        challenge = not own and (not texts or any(CHALLENGE in text for text in texts))
        needed = {
            f"{file}: its text, with nngrader.toml next to it": own
            or (self.root / file).is_file(),
            f"problems/{assignment}.py, or a folder of that name: its problems": own
            or texts
            or self.private,
            "nbgrader_config.py: nbgrader's settings": (self.root / CONFIG).is_file(),
            "heldback/: data and solution files of challenges": not challenge
            or (self.root / "heldback").is_dir(),
        }
        if missing := [what for what, exists in needed.items() if not exists]:
            copied = f"copy them from {OWN}/ in the repository, or write your own"
            lines = "\n  ".join([*missing, copied])
            raise NotThere(f"{self.root} is missing files that {assignment} needs:\n  {lines}")

    def instructor(self, assignment: str, points: dict[str, float] | None = None) -> dict:
        """Return the instructor's notebook, including the cells of the private folder.

        Several notebooks of an assignment are joined by `together`.

        :param points: Points by problem or written answer, instead of those in `nngrader.toml`.
        :raises NotThere: If there is no such assignment, or its problems are not defined.
        :raises CannotDo: If its text has an error, or a private cell matches no cell of the
            text.
        """
        file, problems = self.source(assignment), self.problems(assignment)
        if own := self.own_notebooks(assignment):
            return own_notebooks(own, self.points(assignment) | (points or {}))
        settings = file.with_name("nngrader.toml")
        worth = self.points(assignment) | (points or {})
        sections = {n: md.read_text(encoding="utf-8") for n, (_, md) in self.new(assignment)}
        notebook = from_text(file, problems, worth, sections)
        with_sources(notebook, self._private_cells(assignment))
        with_links(notebook, read_address(settings))
        return with_tables(notebook, problems, worth)

    def points(self, assignment: str) -> dict[str, float]:
        """Return points by name that differ from the declared ones; private settings win.

        :raises ValueError: If settings are malformed, or private settings contain anything
            other than points.
        """
        points = {}
        for file in self.settings_files(assignment):
            points |= read_settings(file)[1]
            if file.parent == self.private and (more := read_toml(file).keys() - {"points"}):
                raise ValueError(f"{file}: [{min(more)}] belongs in nngrader.toml")
        return points

    def settings_files(self, assignment: str) -> list[Path]:
        """Return the files that may set points: the public and, if any, the private one."""
        private = self.private / f"{assignment}.toml" if self.private else None
        public = self.root / "source" / assignment / "nngrader.toml"
        return [public] + [private] * bool(private and private.is_file())

    def new(self, assignment: str) -> list[tuple[str, tuple[Path, Path]]]:
        """Return the name and the two files of each new problem in the private folder."""
        return list(new_files(self.private, assignment).items()) if self.private else []

    def _private_cells(self, assignment):
        """Return the files of the private folder that contain cells."""
        folder = self.private / assignment if self.private else None
        if folder is None or not folder.is_dir():
            return []
        new = dict(self.new(assignment))
        files = [f for f in folder.iterdir() if f.suffix in (".md", ".py")]
        return sorted(f for f in files if f.stem not in new)

    def private_files(self, assignment: str) -> list[Path]:
        """Return the private files for an assignment: definitions, cells, problems, points.

        :raises NotThere: If the folder doesn't exist, or contains nothing for the assignment.
        """
        if self.private is None:
            return []
        if not self.private.is_dir():
            raise NotThere(f"no folder of private definitions: {self.private} does not exist")
        own = self.private / f"{assignment}.py"
        files = [own] * own.is_file() + self._private_cells(assignment)
        files += [file for _, pair in self.new(assignment) for file in pair]
        settings = self.private / f"{assignment}.toml"
        files += [settings] * settings.is_file()
        if not files:
            raise NotThere(f"{self.private} has no {own.name} or other file for {assignment}")
        return files

    def problem_files(self, assignment: str) -> list[Path]:
        """Return all files that declare the assignment's problems, the public ones first."""
        return files_of(self.definitions(assignment)) + self.private_files(assignment)

    def definitions(self, assignment: str) -> Path:
        """Return the path of the public definitions: a file, or a folder of files."""
        return definitions_path(self.root / "problems", assignment)

    def problems(self, assignment: str) -> list:
        """Return the problems in order; private definitions replace public ones.

        An assignment that consists of notebooks declares none.
        """
        if self.own_notebooks(assignment):
            return []
        self.private_files(assignment)
        own = self.private / f"{assignment}.py" if self.private else None
        return read_problems(self.definitions(assignment), own)

    def hidden(self, assignment: str) -> dict:
        """Return the hidden cases of every problem by name, as plain data.

        :raises CannotDo: If the release used different private definitions.
        """
        self.require_the_released(assignment)
        seed = self.seed()
        return {p.name: pack(p, seed, visible=False) for p in self.problems(assignment)}

    def made_with(self, assignment: str) -> dict:
        """Return the data that a release stores: a digest of private definitions, or None."""
        files = [(f.name, f.read_text()) for f in self.private_files(assignment)]
        text = json.dumps(files)
        return {"private": hashlib.sha256(text.encode()).hexdigest() if files else None}

    def memory(self, assignment: str) -> Path:
        """Return the file with a release's digests of private definitions and old cells."""
        return self.root / "release" / f"{assignment}.made.json"

    def _remembered(self, assignment):
        """Return what the last release recorded, or {} if nothing can be read."""
        try:
            return dict(json.loads(self.memory(assignment).read_text()))
        except (OSError, ValueError, TypeError):
            return {}

    def earlier_cells(self, assignment: str) -> dict[str, list[str]]:
        """Return digests of the sources that locked cells had in earlier releases, by id."""
        return self._remembered(assignment).get("earlier", {})

    def require_the_released(self, assignment: str) -> None:
        """Raise an error unless the private definitions are the same as in the release.

        :raises CannotDo: If they differ, or only the release or only this course has any.
        """
        if "private" not in (made := self._remembered(assignment)):
            return
        then, now = made["private"], self.made_with(assignment)["private"]
        if then == now:
            return
        release = f"{assignment} was released with"
        if then and not now:
            raise CannotDo(f"{release} private definitions: name their folder with --problems")
        if now and not then:
            raise CannotDo(f"{release}out --problems: leave it out, or release again with it")
        raise CannotDo(
            f"{release} different private definitions from those in {self.private}: "
            "name the folder that the release used, or release again"
        )

    def lacks_private(self, assignment: str) -> bool:
        """Return whether the release used private definitions, and none are named now."""
        return bool(self._remembered(assignment).get("private")) and self.private is None

    def seed(self) -> int:
        """Return the seed of the hidden cases.

        :raises NotThere: If it is missing.
        :raises CannotDo: If it cannot be read, or isn't a whole number.
        """
        file = self.seed_file or self.root / ".seed"
        try:
            return int(file.read_text())
        except FileNotFoundError:
            what = "" if self.seed_file else "; `nngrader grade` creates it"
            raise NotThere(f"no seed: {file} does not exist{what}") from None
        except OSError as e:
            raise CannotDo(f"the seed {file} cannot be read: {e.strerror}") from None
        except ValueError:
            raise CannotDo(f"{file} should contain one whole number, but doesn't") from None

    def warnings(self) -> list[str]:
        """Return warnings about the course, which don't stop the command."""
        files = (self.seed_file or self.root / ".seed", self.root / ".secret")
        return [
            f"other users can read {file}: run `chmod 600` on it"
            for file in files
            if file.is_file() and file.stat().st_mode & 0o077
        ]

    def submissions(self, assignment: str) -> list[str]:
        """Return the students whose folder is a link, or contains the assignment.

        :return: Their ids, sorted. A broken link, a file or an unreadable folder counts too.
        """
        folder = self.root / "submitted"
        names = sorted(os.listdir(folder)) if folder.is_dir() else []
        return [
            student
            for student in names
            if (folder / student).is_symlink() or is_there(folder / student / assignment)
        ]


def is_there(path: Path) -> bool:
    """Return whether a path exists, even as a broken link or in an unreadable folder.

    :param path: The path; links are not followed.
    :return: False only if it is certain that nothing is there.
    """
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True
    return True


def make_seed(file: Path) -> None:
    """Write a random seed that only its owner can read, unless the file exists.

    :param file: The file. If two runs start at the same time, the first one writes it.
    """
    write_once(file, str(secrets.randbits(62)))


def write_once(file: Path, text: str) -> None:
    """Write a line of text that only its owner can read, unless the file exists.

    :param file: The file. If two runs start at the same time, the first one writes it.
    """
    half = file.with_name(f"{file.name}.{os.getpid()}")
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w") as f:
        f.write(f"{text}\n")
    with contextlib.suppress(FileExistsError):
        os.link(half, file)
    half.unlink()


def definitions_path(problems: Path, assignment: str) -> Path:
    """Return the path of an assignment's definitions: one file, or a folder of files.

    :param assignment: Determines the name of the file, `ASSIGNMENT.py`, or of the folder, whose
        `__init__.py` declares all problems.
    :return: The folder if it exists, or else the file, whether it exists or not.
    """
    file, folder = problems / f"{assignment}.py", problems / assignment
    if not (folder / FIRST).is_file():
        return file
    if file.is_file():
        raise CannotDo(f"{assignment} is defined twice: in {file} and in {folder}")
    return folder


def files_of(folder: Path) -> list[Path]:
    """Return all files of an assignment's definitions.

    :return: The files, sorted; none if the path does not exist.
    """
    if folder.is_dir():
        return sorted(f for f in folder.rglob("*.py") if f.is_file())
    return [folder] * folder.is_file()


def public_definitions() -> ModuleType:
    """Return the public definitions of the assignment whose private ones are being read.

    A private file calls this function to change a problem instead of writing a new one. Each
    call loads new modules, so the changes have no effect elsewhere.

    :return: The public file, or the `__init__.py` of the folder, as a module.
    :raises NotThere: If there are none, or if the caller is not a private file.
    """
    file = _PUBLIC.get()
    if file is None:
        raise NotThere("public_definitions: only a file of private definitions may call this")
    return _module(file)


def read_problems(public: Path, private: Path | None = None) -> list[Problem]:
    """Return the problems of an assignment, in the order of their definitions.

    :param public: The public definitions, a file or a folder. They may be missing if there are
        private ones.
    :param private: Private definitions. They replace public ones with the same name and add the
        others. New problems in the folder next to the file are added too.
    :raises CannotDo: If a file cannot be run, `PROBLEMS` isn't a list of problems with
        different names, or a new problem has the name of another one.
    """
    here = private is not None and private.is_file()
    added = new_files(private.parent, private.stem) if private else {}
    if not here and not added:
        return _declared(public)
    with _public(public):
        own = {p.name: p for p in _declared(private)} if here else {}
        new = {name: _only(file, name) for name, (file, _) in added.items()}
    rest = {p.name: p for p in _declared(public)} if files_of(public) else {}
    if known := sorted(new.keys() & (rest | own).keys()):
        raise CannotDo(
            f"{added[known[0]][0]}: {known[0]} already exists. Give a new problem a new name; "
            f"put definitions that replace public ones into {private.name}"
        )
    return list((rest | own | new).values())


def new_files(private: Path, assignment: str) -> dict[str, tuple[Path, Path]]:
    """Return the files of a private folder's new problems by name: declaration and section.

    :param assignment: Its new problems have both `NAME.py` and `NAME.md` in `ASSIGNMENT/`.
    """
    files = sorted((private / assignment).glob("*.py"))
    pairs = {f.stem: (f, f.with_suffix(".md")) for f in files}
    return {name: pair for name, pair in pairs.items() if pair[1].is_file()}


def _only(file, name):
    """Return the only problem that a file declares; it has the same name as the file."""
    problems = _declared(file)
    if [p.name for p in problems] != [name]:
        raise CannotDo(f"{file}: PROBLEMS should contain only {name}, named like the file")
    return problems[0]


@contextlib.contextmanager
def _public(file):
    """Open a block in which `public_definitions` returns the definitions in this file."""
    token = _PUBLIC.set(file)
    try:
        yield
    finally:
        _PUBLIC.reset(token)


def _module(path):
    """Run a file of definitions, or a folder of them as a package, and return the module."""
    file, inside = (path / FIRST, [str(path)]) if path.is_dir() else (path, None)
    if not file.is_file():
        raise NotThere(f"no problems for {path.stem}: {file} does not exist")
    name = f"problems_{path.stem}_{zlib.crc32(bytes(path)):08x}"
    with _READING:
        for known in [n for n in sys.modules if n.startswith(f"{name}.")]:
            del sys.modules[known]  # from an earlier call, whose result still refers to them
        spec = importlib.util.spec_from_file_location(
            name, file, submodule_search_locations=inside
        )
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # where `inspect` looks for the source of a class
        try:
            spec.loader.exec_module(module)
        except CannotDo:
            raise
        except Exception as e:
            raise CannotDo(f"{file} cannot be read: {first_line(e)}{_line(e, file)}") from e
    return module


def _line(e, file):
    """Return the last line of a file that an exception refers to, in brackets, or ""."""
    frames = traceback.extract_tb(e.__traceback__)
    lines = [f.lineno for f in frames if f.filename == str(file)]
    if isinstance(e, SyntaxError) and e.filename == str(file):
        lines.append(e.lineno)
    return f" (line {lines[-1]})" if lines else ""


def _declared(file):
    """Return the problems that a file declares as PROBLEMS."""
    problems = getattr(_module(file), "PROBLEMS", None)
    if not isinstance(problems, list) or not all(isinstance(p, Problem) for p in problems):
        raise CannotDo(f"{file}: PROBLEMS should be a list of problems")
    names = [p.name for p in problems]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise CannotDo(f"{file}: PROBLEMS contains {', '.join(twice)} twice")
    return problems
