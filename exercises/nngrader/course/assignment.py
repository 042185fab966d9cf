"""One assignment, with everything that determines the points of a submission."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from ..engine.declaration.challenge import Challenge
from ..engine.declaration.gate import check_seed
from ..engine.observation.reading import imports, names_used
from ..errors import CannotDo
from ..records.flag import Flag
from ..settings import Limits, read_settings
from ..storage.results import code, file_digest
from .definitions import definition_digests
from .folder import Course
from .notebooks import (
    from_file,
    grade_id,
    is_code,
    is_ordinary,
    is_picture,
    is_solution,
    is_test,
    mark,
    most_points,
    parts,
    problem_of,
    together,
)

# NumPy is always available, Matplotlib never is, and the grader stays outside the sandbox.
NOT_FOR_STUDENTS = {"numpy", "matplotlib", "nngrader", *sys.stdlib_module_names}


@dataclass(frozen=True)
class AssignmentSpec:
    """Data shared by all submissions of an assignment.

    :param tests: The test cells in order: problem, id of the cell, points.
    :param hidden: Hidden cases by problem, from `nngrader.engine.pack`.
    :param uses: Packages that submissions may import in addition to NumPy.
    :param most: Points of all graded cells, including those marked by hand.
    :param code: A digest of our code and of the versions of its libraries. It must be the same
        on all machines that grade.
    :param solved: The instructor's cells for a runner. They define the correct functions.
    :param ordinary: The source of each ordinary test cell, with hidden tests, by its id.
    :param files: The instructor's data and modules that cells may read, as bytes by relative
        path.
    :param usual: Names that the instructor's cells use, so we don't flag them; empty if
        `files` is.
    """

    tests: list
    hidden: dict
    limits: Limits
    uses: list
    most: float
    unsafe: bool
    code: str
    solved: list = field(default_factory=list)
    ordinary: dict = field(default_factory=dict)
    files: dict = field(default_factory=dict)
    usual: list = field(default_factory=list)

    def result(self, status: str, flags: list[Flag], cells: dict, **judged) -> dict:
        """Return a result for storage: status, flags, points, reports, times, fingerprints.

        :param cells: [points, maximum] by id of the test cell.
        :param **judged: `problems`, `seconds`, `fingerprints`; empty if nothing was judged.
        """
        return {
            "status": status,
            "flags": [flag.as_json() for flag in flags],
            "score": round(sum(score for score, _ in cells.values()), 6),
            "max_score": self.most,
            "problems": judged.get("problems", {}),
            "cells": cells,
            "seconds": judged.get("seconds", {}),
            "fingerprints": judged.get("fingerprints", {}),
        }

    def nothing(self, flags: list[Flag]) -> dict:
        """Return the result of a submission that cannot be graded: 0 points and the reasons."""
        cells = {gid: [0.0, most] for _, gid, most in self.tests}
        return self.result("ungradable", flags, cells)


class NotReleased(CannotDo):
    """Raised if an assignment was not released, or its cells have changed since the release."""


def modules_of(files: Iterable[str]) -> set[str]:
    """Return the names under which the instructor's files can be imported.

    >>> sorted(modules_of(["helper.py", "data/x.csv"]))
    ['data', 'helper']
    """
    return {name.partition("/")[0].removesuffix(".py") for name in files}


def declared_files(problems: dict[str, dict]) -> dict[str, int]:
    """Return the files to submit with the notebook, with their maximum sizes."""
    files = [data["file"] for data in problems.values() if data.get("file")]
    return {f["name"]: f["most_bytes"] for f in files}


class Assignment:
    """An assignment of a course.

    :raises NotReleased: If it was not released, or the ids, roles or points of its cells have
        changed since the release.
    """

    def __init__(self, course: Course, name: str):
        self.course, self.name = course, name
        course.require_the_released(name)
        self.instructor = course.instructor(name)
        self.limits, _ = read_settings(course.source(name).with_name("nngrader.toml"))
        self.weights = course.points(name)
        self.released = released_notebook(course, name)
        self.earlier = course.earlier_cells(name)
        if _cells(self.released) != _cells(self.instructor):
            raise NotReleased(
                f"{name}: its cells have changed since the release; release it again"
            )

    @cached_property
    def hidden(self) -> dict:
        """Return the hidden cases by problem, as plain data."""
        return self.course.hidden(self.name)

    @cached_property
    def uses(self) -> list[str]:
        """Return the packages that submissions may import in addition to NumPy.

        These are the packages of the declared problems and, if there are ordinary test cells,
        the installed packages that the instructor's cells import.
        """
        packages = {name for data in self.hidden.values() for name in data.get("uses", ())}
        if any(map(is_ordinary, self.instructor["cells"])):
            cells = [c["source"] for c in self.instructor["cells"] if is_code(c)]
            cells += [f.decode() for name, f in self.data.items() if name.endswith(".py")]
            own = {name.partition(".")[0] for name in imports(*cells)} - NOT_FOR_STUDENTS
            own -= modules_of(self.data)
            packages |= {name for name in own if importlib.util.find_spec(name)}
        return sorted(packages)

    @cached_property
    def data(self) -> dict[str, bytes]:
        """Return the instructor's data and modules that cells may read, by relative path."""
        files = self.course.data_files(self.name).items()
        return {name: file.read_bytes() for name, file in files}

    @cached_property
    def usual(self) -> list[str]:
        """Return the names that the instructor's cells use, for example to read data."""
        cells = [c["source"] for c in self.instructor["cells"] if is_code(c)]
        return names_used(*cells) if self.data else []

    @cached_property
    def declared(self) -> dict[str, int]:
        """Return the files to submit with the notebook, with their maximum sizes.

        They don't depend on the seed, which a course doesn't have before it grades.
        """
        challenges = [p for p in self.course.problems(self.name) if isinstance(p, Challenge)]
        return {p.file: p.most_bytes for p in challenges}

    @cached_property
    def files(self) -> list[str]:
        """Return the names of the notebooks to submit."""
        return [f"{own}.ipynb" for own in parts(self.instructor, self.name)]

    @cached_property
    def ids_of(self) -> dict[str, list[str]]:
        """Return the files to submit, each with the cells that only it contains.

        :return: By name: the ids of the cells that students write, empty unless the file is a
            notebook. An assignment's only notebook is left out, because it may have any name.
        """
        notebooks = parts(self.released, self.name)
        several = {
            f"{own}.ipynb": [grade_id(c) for c in one["cells"] if is_solution(c)]
            for own, one in notebooks.items()
            if len(notebooks) > 1
        }
        return several | {file: [] for file in self.declared}

    @cached_property
    def solution_ids(self) -> list[str]:
        """Return the ids of the cells that students write."""
        return [grade_id(c) for c in self.released["cells"] if is_solution(c)]

    def spec(self, unsafe: bool = False) -> AssignmentSpec:
        """Return the data needed to run and judge submissions.

        :return: Contains the correct answers, so only trusted machines may receive it.
        """
        return AssignmentSpec(
            tests=[
                (problem_of(c), grade_id(c), mark(c)["points"])
                for c in self.instructor["cells"]
                if is_test(c)
            ],
            solved=[
                (grade_id(c), c["source"], False)  # no student added it
                for c in self.instructor["cells"]
                if _is_loaded(c)
            ],
            ordinary={
                grade_id(c): c["source"] for c in self.instructor["cells"] if is_ordinary(c)
            },
            hidden=self.hidden,
            limits=self.limits,
            uses=self.uses,
            files=self.data,
            usual=self.usual,
            most=most_points(self.instructor),
            unsafe=unsafe,
            code=code(self.uses),
        )

    @cached_property
    def key(self) -> str:
        """Return a digest of source, problems, seed, code and versions, but not submissions."""
        source = self.course.source(self.name)
        files = self.course.own_notebooks(self.name) or [source]
        files += self.course.problem_files(self.name)
        files += sorted(f for f in (self.course / "heldback").rglob("*") if f.is_file())
        parts = [file_digest(f) for f in files] + [str(self.course.seed())]
        parts += [repr(self.limits), repr(self.weights)]  # but not the due date
        parts += [f"{n} {hashlib.sha256(f).hexdigest()}" for n, f in self.data.items()]
        parts += [json.dumps(self.released), code(self.uses)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @cached_property
    def definitions(self) -> dict[str, str]:
        """Return a digest of the declaration of each problem, by name."""
        return definition_digests(self.course, self.name, list(self.hidden))

    def seed_complaints(self) -> list[str]:
        """Return complaints about the problems at the seed of this course."""
        seed, problems = self.course.seed(), self.course.problems(self.name)
        return [c for p in problems for c in check_seed(p, seed, self.hidden[p.name])]


def released_notebook(course: Course, name: str) -> dict:
    """Return the notebook as students received it; several are joined by `together`.

    :raises NotReleased: If a notebook has not been released.
    """
    notebooks = {}
    for own in course.notebook_names(name):
        file = course / "release" / name / f"{own}.ipynb"
        if not file.is_file():
            which = name if own == name else f"{own}.ipynb of {name}"
            raise NotReleased(f"{which} has not been released: run `nngrader release {name}`")
        notebooks[own] = from_file(file)
    return together(notebooks) if course.own_notebooks(name) else notebooks[name]


def _cells(notebook):
    """Return the metadata of cells that must not change between release and grading."""
    marks = [(grade_id(c), mark(c)) for c in notebook["cells"] if grade_id(c)]
    return [(g, m.get("grade"), m.get("solution"), m.get("points")) for g, m in marks]


def _is_loaded(cell):
    """Return whether a code cell defines students' functions, or code that they need."""
    return is_code(cell) and bool(grade_id(cell)) and not (is_test(cell) or is_picture(cell))
