"""Make what students get, and refuse where it would tell too much or grade wrongly."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path

from .assignment import Assignment
from .course import HIDDEN_FILES, Course
from .engine import pack, store
from .engine.gate import over_seeds
from .errors import CannotDo, first_line
from .grade import Grader
from .gradebook import config_of, open_gradebook, quiet
from .late import enter_due, policy_file, read_policy
from .leaks import leaks, package_leaks
from .limits import read_settings
from .notebooks import (
    from_text,
    grade_id,
    is_code,
    is_solution,
    is_test,
    mark,
    most_points,
)
from .package import build_wheel, write_zip
from .place import Threads
from .sandbox import Sandbox
from .store import Store, digest

SEEDS = 50
VISIBLE_SEED = 1


class NotFit(Exception):
    """The assignment must not be released; `reasons` says why."""

    def __init__(self, reasons: list[str]):
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def release(course: Course, name: str, out: Path | None = None, seeds: int = SEEDS) -> Path:
    """Make `release/ASSIGNMENT`, the gradebook's entry and the zip.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    out : Path, optional
        Where the zip is written; by default the course's `release`.
    seeds : int
        On how many seeds the problems are held to their declaration.

    Returns
    -------
    Path
        The zip.

    Raises
    ------
    NotFit
        If anything is found that the gate looks for. Nothing is written then.
    """
    instructor, problems = from_text(course.source(name)), course.problems(name)
    policy = read_policy(policy_file(course, name))
    visible = with_locked(visible_cases(problems), instructor)
    with tempfile.TemporaryDirectory(prefix="nngrader-") as scratch:
        trial = trial_course(course, name, Path(scratch, "course"))
        generate(trial, name, instructor, visible)
        folder, wheel = trial / "release" / name, build_wheel(Path(scratch))
        reasons = weight_complaints(course, name, instructor)
        reasons += leaks(folder, instructor, course, name) + package_leaks(wheel, course)
        reasons += score_complaints(trial, name, instructor)
        reasons = reasons or [c for p in problems for c in over_seeds(p, seeds)]
        if reasons:
            raise NotFit(list(dict.fromkeys(reasons)))
        generate(course, name, instructor, visible)
        with quiet(), open_gradebook(course, name) as gradebook:
            enter_due(gradebook, policy, name)
        out = out or course / "release"
        out.mkdir(parents=True, exist_ok=True)
        write_zip(out / f"{name}.zip", name, folder, wheel)
    return out / f"{name}.zip"


def visible_cases(problems: list) -> dict:
    """The cases that students get, by problem.

    Raises
    ------
    NotFit
        If a problem is declared wrongly.
    """
    try:
        return {p.name: pack(p, VISIBLE_SEED, visible=True) for p in problems}
    except ValueError as e:
        raise NotFit([str(e)]) from None


def with_locked(visible: dict, instructor: dict) -> dict:
    """The visible cases, with digests of the cells that students run and must not change."""
    locked = {
        grade_id(c): digest(c["source"])
        for c in instructor["cells"]
        if is_code(c) and mark(c).get("locked") and not is_test(c) and not is_solution(c)
    }
    return {name: data | {"locked": locked} for name, data in visible.items()}


def weight_complaints(course: Course, name: str, instructor: dict) -> list[str]:
    """Whether the points of cells and of `nngrader.toml` agree, and add up to 100."""
    _, weights = read_settings(course.source(name).with_name("nngrader.toml"))
    tests = [c for c in instructor["cells"] if is_test(c)]
    found = []
    for problem, points in weights.items():
        given = [mark(c)["points"] for c in tests if f'"{problem}"' in c["source"]]
        if sum(given) != points:
            found.append(f"{problem}: nngrader.toml says {points:g} points, its cells {given}")
    if most_points(instructor) != 100:
        found.append(f"the cells add up to {most_points(instructor):g} points, not 100")
    return found


def trial_course(course: Course, name: str, folder: Path) -> Course:
    """A course to try the release in: the same source and problems, a gradebook of its own."""
    shutil.copytree(course.source(name).parent, folder / "source" / name)
    (folder / "problems").mkdir()
    shutil.copy(course.problems_file(name), folder / "problems" / f"{name}.py")
    return Course(folder)


def generate(course: Course, name: str, instructor: dict, visible: dict) -> None:
    """Write notebook and visible cases beside the source, and let nbgrader release them.

    nbgrader clears solutions and hidden tests and enters the cells into the gradebook.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory

    source = course / "source" / name
    for stale in [*source.rglob("*.ipynb"), *source.glob("*.cases.json")]:
        stale.unlink()
    (source / f"{name}.ipynb").write_text(json.dumps(instructor), encoding="utf-8")
    store.save(visible, source / f"{name}.cases.json")
    config = config_of(course, name, student_id=".", ignore=HIDDEN_FILES)
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    converter.force, converter.log.level = True, 40
    try:
        with quiet():
            converter.start()
    except NbGraderException as e:
        why = first_line(e.__context__ or e)
        raise CannotDo(f"nbgrader cannot make the release: {why}") from e


def score_complaints(trial: Course, name: str, instructor: dict) -> list[str]:
    """Whether the solved version earns all points and the untouched one none."""
    assignment = Assignment(trial, name)
    tests = [c for c in instructor["cells"] if is_test(c)]
    wanted = {"solved": sum(mark(c)["points"] for c in tests), "untouched": 0}
    for student, notebook in (("solved", instructor), ("untouched", assignment.released)):
        place = trial / "submitted" / student / name
        place.mkdir(parents=True)
        (place / f"{name}.ipynb").write_text(json.dumps(without_hidden(notebook)))
    with Sandbox(assignment.limits, uses=assignment.uses) as sandbox:
        with Threads(assignment.paper(), sandbox) as place:
            grader = Grader(assignment, place, Store(trial / ".results"))
            graded = {r["student"]: r for r, _ in grader.grade_all(list(wanted))}
    return [
        f"the {student} version scores {graded[student]['score']:g}, not {most:g} "
        f"{why(graded[student])}"
        for student, most in wanted.items()
        if abs(graded[student]["score"] - most) > 1e-6
    ]


def without_hidden(notebook: dict) -> dict:
    """A copy without test cells: what a student could hand in at most."""
    kept = [c for c in notebook["cells"] if not is_test(c) and (is_code(c) or grade_id(c))]
    return notebook | {"cells": kept}


def why(result: dict) -> str:
    """Flags and findings in short."""
    found = [text for p in result["problems"].values() for _, text, _ in p["findings"]]
    return f"({'; '.join(result['flags'] + found)[:300]})" if result["flags"] or found else ""
