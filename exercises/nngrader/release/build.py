"""Build the release for students, unless it would leak answers or grade incorrectly."""

from __future__ import annotations

import json
import logging
import os
import shutil
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from ..course.assignment import Assignment, NotReleased, released_notebook
from ..course.definitions import definition_digests
from ..course.folder import Course, files_of
from ..course.notebooks import (
    grade_id,
    is_code,
    is_solution,
    is_test,
    mark,
    parts,
    problem_of,
    together,
)
from ..engine import cases_json, pack
from ..engine.declaration.challenge import Challenge, missing_heldback
from ..errors import CannotDo, first_line
from ..gradebook.database import (
    begin_gradebook,
    config_of,
    database_errors,
    open_gradebook,
    quiet,
)
from ..gradebook.late import enter_due, policy_file, read_policy
from ..gradebook.state import facts, note, require_current
from ..grading.all_submissions import Grader, Threads
from ..records.finding import findings_of
from ..records.flag import FlagCode, flags_of, rank
from ..records.flag_rendering import for_instructor
from ..records.rendering import Audience, text
from ..sandbox.launch import Sandbox
from ..settings import Limits, read_settings
from ..storage.results import Store, digest, require_folder, write_whole
from ..storage.scratch import Scratch
from ..wording import counted
from .attachments import drop_unused
from .leaks import leaks, moving_leaks, package_leaks, shown_cases
from .new_problem import unfilled
from .package import build_wheel, write_zip
from .points import points_complaints, worth_of
from .seeds import seed_complaints

SEEDS = 50
VISIBLE_SEED, TRIAL_SEED = 1, 2
SQLITE = "sqlite:///"
CONDITIONS = (  # settings that `check` needs
    *("call_seconds", "total_seconds", "submission_seconds", "memory_mb", "processes"),
    *("output_kb", "notebook_mb"),
)


class NotFit(Exception):
    """Raised if an assignment must not be released; `reasons` explains why."""

    def __init__(self, reasons: list[str]):
        super().__init__("; ".join(reasons))
        self.reasons = reasons


def release(
    course: Course,
    name: str,
    out: Path | None = None,
    seeds: int = SEEDS,
    tell: Callable = lambda text: None,
    again: bool = False,
    this_machine: bool = False,
) -> Path:
    """Create `release/ASSIGNMENT`, the gradebook's entry and the zip; return the zip's path.

    Everything is first created and tested in a separate folder. If a check fails, or the run is
    stopped, the previous release doesn't change.

    :param seeds: Number of seeds on which each problem is checked against its declaration.
    :param again: Whether to check even problems that have not changed since their last check.
    :param this_machine: Whether to release even if another machine released something newer.
    """
    if reasons := unfilled(course, name):
        raise NotFit(reasons)
    instructor, problems = course.instructor(name), course.problems(name)
    # these three checks take less than a second each
    declared = {p.file: p.most_bytes for p in problems if isinstance(p, Challenge)}
    reasons = [*missing_heldback(problems), *missing_files(course, name, declared)]
    if reasons:
        raise NotFit(reasons)
    policy = read_policy(policy_file(course, name))
    limits, _ = read_settings(policy_file(course, name))
    if reasons := points_complaints(problems, instructor):
        if course.new(name):
            reasons += [
                f"change the points of problems in [points] of {course.private / name}.toml",
                f"now: {', '.join(worth_of(instructor))}",
            ]
        raise NotFit(reasons)
    if reasons := gradebook_complaints(course, name, instructor):  # takes seconds
        raise NotFit(reasons)
    out = out or course / "release"
    for folder in (course.root, course / ".results", course / "source" / name, out):
        require_folder(folder)
    visible = with_points(with_locked(visible_cases(problems), instructor), instructor)
    made_with = course.made_with(name)
    with Scratch() as scratch:
        trial = trial_course(course, name, Path(scratch, "course"))
        hidden = trial.hidden(name)
        visible = with_grading(visible, hidden, limits)
        generate(trial, name, instructor, visible)
        known = facts(
            released_notebook(trial, name),
            definition_digests(course, name, [p.name for p in problems]),
        )
        if not this_machine:
            require_newest(course, name, known)
        folder, wheel = trial / "release" / name, build_wheel(Path(scratch))
        tell("searching for secrets that must not be released")
        reasons = leaks(folder, instructor, course, name)
        reasons += package_leaks(wheel, course, problems) + moving_leaks(problems)
        reasons += shown_cases(visible, hidden)
        tell("grading the solved and the unchanged version")
        reasons += score_complaints(trial, name, instructor, hidden)
        reasons = reasons or seed_complaints(course, name, seeds, tell, again)
        reasons += gradebook_complaints(course, name, instructor)
        if course.made_with(name) != made_with:
            reasons = ["private files changed during the checks: release again"]
        if reasons:
            raise NotFit(list(dict.fromkeys(reasons)))
        generate(trial, name, instructor, visible, gradebook_of(course, name))
        with quiet(), open_gradebook(course, name) as gradebook:
            enter_due(gradebook, policy, name)
            note(gradebook, course, name, known, f"release {name}")
            gradebook.db.commit()
        made = Path(scratch, f"{name}.zip")
        write_zip(made, name, folder, wheel, visible)
        publish(course, name, trial, made, out / f"{name}.zip")
    return out / f"{name}.zip"


def publish(course: Course, name: str, trial: Course, made: Path, file: Path) -> None:
    """Replace the previous release with a new one that passed all checks, by renaming."""
    file.parent.mkdir(parents=True, exist_ok=True)
    target = course / "release" / name
    about = course.made_with(name) | {"earlier": earlier_cells(course, name)}
    target.parent.mkdir(exist_ok=True)
    new_zip = file.with_name(f".{file.name}.{os.getpid()}")
    new, old = (target.with_name(f".{name}.{w}.{os.getpid()}") for w in ("new", "old"))
    try:
        shutil.copy(made, new_zip)
        shutil.copytree(trial / "release" / name, new)
        if target.exists():
            target.rename(old)
        new.rename(target)
        os.replace(new_zip, file)
        write_whole(course.memory(name), json.dumps(about))
        replace_made(trial / "source" / name, course / "source" / name)
    finally:
        new_zip.unlink(missing_ok=True)
        if old.exists() and not target.exists():
            old.rename(target)
        for folder in (new, old):
            shutil.rmtree(folder, ignore_errors=True)


def earlier_cells(course: Course, name: str) -> dict[str, list[str]]:
    """Return digests of the sources of locked cells in all releases so far, by id.

    With these digests, students who still have an earlier release, for example with other
    points in a table, don't get a flag for changed cells.
    """
    digests = course.earlier_cells(name)
    try:
        cells = released_notebook(course, name)["cells"]
    except NotReleased:
        return digests
    for cell in cells:
        if mark(cell).get("locked"):
            before = digests.get(grade_id(cell), [])
            digests[grade_id(cell)] = list(dict.fromkeys([*before, digest(cell["source"])]))
    return digests


def replace_made(made: Path, source: Path) -> None:
    """Copy the generated notebook and visible cases next to the source, for formgrader.

    Notebooks that are themselves the source don't change.
    """
    if not (source / f"{source.name}.md").is_file():
        return
    for stale in source.glob("*.cases.json"):
        stale.unlink()
    for file in [*made.glob("*.ipynb"), *made.glob("*.cases.json")]:
        shutil.copy(file, source)


def visible_cases(problems: list) -> dict:
    """Return the cases that students receive, by problem."""
    try:
        return {p.name: pack(p, VISIBLE_SEED, visible=True) for p in problems}
    except ValueError as e:
        raise NotFit([str(e)]) from None


def with_locked(visible: dict, instructor: dict) -> dict:
    """Return the visible cases with digests of the cells that students must not change."""
    locked = {
        grade_id(c): digest(c["source"])
        for c in instructor["cells"]
        if is_code(c) and mark(c).get("locked") and not is_test(c) and not is_solution(c)
    }
    return {name: data | {"locked": locked} for name, data in visible.items()}


def with_grading(visible: dict, hidden: dict, limits: Limits) -> dict:
    """Return the visible cases with the conditions of grading.

    These are the limits, the number of calls, and whether the visible cases contain the inputs
    of all hidden ones.
    """
    conditions = {name: getattr(limits, name) for name in CONDITIONS}
    cases = {}
    for name, data in visible.items():
        shown = {cases_json.digest(case["args"]) for case in data["cases"]}
        graded = hidden[name]["cases"]
        same = all(cases_json.digest(case["args"]) in shown for case in graded)
        cases[name] = data | {"limits": conditions, "graded": len(graded), "same": same}
    return cases


def with_points(visible: dict, instructor: dict) -> dict:
    """Return the visible cases with the points of each problem's test cell."""
    points = {problem_of(c): mark(c)["points"] for c in instructor["cells"] if is_test(c)}
    return {
        name: data | {"total": points.get(name) or data["total"]}
        for name, data in visible.items()
    }


def gradebook_of(course: Course, name: str) -> str:
    """Return the address of the course's gradebook."""
    from nbgrader.coursedir import CourseDirectory

    return CourseDirectory(config=config_of(course, name)).db_url


def gradebook_complaints(course: Course, name: str, instructor: dict) -> list[str]:
    """Return a complaint if the gradebook has submissions that don't fit the new cells."""
    from nbgrader.api import MissingEntry

    url = gradebook_of(course, name)
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).is_file():
        return []
    with quiet(), open_gradebook(course, name) as gradebook:
        try:
            known = gradebook.find_assignment(name)
        except MissingEntry:
            return []
        n, then = len(known.submissions), {}
        for notebook in known.notebooks:
            graded = [*notebook.grade_cells, *notebook.task_cells]
            about = {c.name: None for c in notebook.source_cells}
            about |= {c.name: c.max_score for c in graded}
            then |= {place(notebook.name, c, name): most for c, most in about.items()}
    differ = differences(then, cells_now(instructor, name))
    return [changed(name, n, differ)] if n and differ else []


def require_newest(course: Course, name: str, known: dict) -> None:
    """Raise an error if another machine has released something newer into the gradebook."""
    from nbgrader.api import MissingEntry

    url = gradebook_of(course, name)
    if url.startswith(SQLITE) and not Path(url.removeprefix(SQLITE)).is_file():
        return
    with quiet(), open_gradebook(course, name) as gradebook:
        try:
            gradebook.find_assignment(name)
        except MissingEntry:
            return
        require_current(gradebook, course, name, known)


def place(notebook: str, cell: str, assignment: str) -> str:
    """Return a cell's id, with its notebook if the assignment has a different name."""
    return cell if notebook == assignment else f"{notebook}/{cell}"


def cells_now(instructor: dict, name: str) -> dict:
    """Return points by `place` as the gradebook will have them, or None for ungraded cells."""
    named = parts(instructor, name).items()
    kept = [(own, mark(c)) for own, nb in named for c in nb["cells"] if grade_id(c)]
    roles, graded = ("grade", "solution", "locked", "task"), ("grade", "task")
    return {
        place(own, m["grade_id"], name): float(m["points"])
        if any(m.get(k) for k in graded)
        else None
        for own, m in kept
        if any(m.get(k) for k in roles)
    }


def differences(then: dict, now: dict) -> list[str]:
    """Return a description of removed and new cells, and of cells with different points."""
    changes = [f"removed: {', '.join(gone)}"] if (gone := sorted(set(then) - set(now))) else []
    changes += [f"new: {', '.join(new)}"] if (new := sorted(set(now) - set(then))) else []
    return changes + [
        f"{c}: {counted(then[c] or 0, 'point')}, now {now[c] or 0:g}"
        for c in then
        if c in now and then[c] != now[c]
    ]


def changed(name: str, submissions: int, differ: list[str]) -> str:
    """Return the advice for submissions that no longer fit."""
    return (
        f"the gradebook has {counted(submissions, 'submission')} with different cells "
        f"({'; '.join(differ)}). Give the assignment a different name. Or, to start again "
        f"without their marks, copy the gradebook and type "
        f"`nbgrader db assignment remove {name} --force` in the course folder"
    )


def trial_course(course: Course, name: str, folder: Path) -> Course:
    """Return a course for testing the release, with the same sources and a different seed."""
    shutil.copytree(
        course.source(name).parent,
        folder / "source" / name,
        ignore=shutil.ignore_patterns("*.ipynb", "*.cases.json"),
    )
    for file in course.own_notebooks(name):
        shutil.copy(file, folder / "source" / name)
    (folder / "problems").mkdir()
    public = course.definitions(name)
    for file in files_of(public):
        target = folder / "problems" / file.relative_to(public.parent)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    if (course / "nbgrader_config.py").is_file():
        shutil.copy(course / "nbgrader_config.py", folder)
    if (course / "heldback").is_dir():
        (folder / "heldback").symlink_to(course / "heldback")
    (folder / ".seed").write_text(f"{TRIAL_SEED}\n")
    private = None
    for file in course.private_files(name):
        private = folder / "private"
        target = private / file.relative_to(course.private)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, target)
    return Course(folder, problems=private)


def generate(
    course: Course, name: str, instructor: dict, visible: dict, gradebook: str | None = None
) -> None:
    """Write the notebook and the visible cases, and let nbgrader create the release.

    nbgrader removes solutions, hidden tests and mark schemes; we remove the images that only
    they show, so nbgrader needn't refuse them. If the gradebook's address is given, nbgrader
    also adds the cells to the gradebook.
    """
    from nbgrader.converters import GenerateAssignment
    from nbgrader.converters.base import NbGraderException
    from nbgrader.coursedir import CourseDirectory
    from nbgrader.preprocessors import SaveCells

    source = course / "source" / name
    write_parts(instructor, source)
    if visible:
        cases_json.save(visible, source / f"{name}.cases.json")
    settings = {"db_url": gradebook} if gradebook else {}
    config = config_of(
        course, name, student_id=".", ignore=course.hidden_files(name), **settings
    )
    config.ClearMarkScheme.check_attachment_leakage = False
    converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
    reasons = Reasons()
    converter.force, converter.log = True, reasons.log
    if gradebook:
        with database_errors(gradebook):
            begin_gradebook(gradebook)
    else:
        converter.no_database = True
        converter.preprocessors = [p for p in converter.preprocessors if p is not SaveCells]
    try:
        with quiet():
            converter.start()
    except NbGraderException as e:
        why = reasons.first() or first_line(e.__context__ or e)
        raise CannotDo(f"nbgrader cannot create the release: {why}") from e
    drop_unused(course / "release" / name)


class Reasons(logging.Handler):
    """Stores the exceptions that nbgrader only writes into its log, with their cells."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.found: list[str] = []
        self.log = logging.Logger("nbgrader")
        self.log.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Store the exception that is being handled, if there is one."""
        _, e, trace = sys.exc_info()
        if e is not None:
            self.found.append(f"{_cell_of(trace)}{' '.join(first_line(e).split())}")

    def first(self) -> str:
        """Return the first reason, or ""."""
        return self.found[0] if self.found else ""


def _cell_of(trace) -> str:
    """Return "cell ID: " for the cell that was processed when an exception was raised."""
    for frame, _ in traceback.walk_tb(trace):
        cell = frame.f_locals.get("cell")
        if isinstance(cell, dict) and "source" in cell:
            name = cell["metadata"].get("nbgrader", {}).get("grade_id")
            begin = "".join(cell["source"]).strip().partition("\n")[0][:60]
            return f"cell {name}: " if name else f"the cell that begins with {begin!r}: "
    return ""


def write_parts(notebook: dict, folder: Path) -> None:
    """Write each notebook of an assignment into a folder with the assignment's name."""
    for own, one in parts(notebook, folder.name).items():
        (folder / f"{own}.ipynb").write_text(json.dumps(one), encoding="utf-8")


def score_complaints(
    trial: Course, name: str, instructor: dict, hidden: dict | None = None
) -> list[str]:
    """Return complaints if the solved version loses points or the unchanged one earns some.

    ``hidden`` are the hidden cases of the trial, if they have already been drawn.
    """
    assignment = Assignment(trial, name)
    if hidden:
        assignment.hidden = hidden
    tests = [c for c in instructor["cells"] if is_test(c)]
    wanted = {"solved": sum(mark(c)["points"] for c in tests), "unchanged": 0}
    solved = with_solutions(assignment.released, instructor)
    for student, notebook in (("solved", solved), ("unchanged", assignment.released)):
        target = trial / "submitted" / student / name
        target.mkdir(parents=True)
        write_parts(without_hidden(notebook), target)
    for file in assignment.declared:
        shutil.copy(trial / "heldback" / name / file, trial / "submitted" / "solved" / name)
    complaints = []
    spec = assignment.spec()
    with Sandbox(spec.limits, uses=spec.uses, files=spec.files) as sandbox:
        with Threads(spec, sandbox) as threads:
            grader = Grader(assignment, threads, Store(trial / ".results"))
            graded = {r["student"]: r for r, _ in grader.grade_all(list(wanted))}
    for student, result in graded.items():
        if result.get("failed"):  # its 0 points would look correct for the unchanged version
            reason = for_instructor(flags_of(result)[-1])
            complaints.append(f"the {student} version cannot be graded. {reason}")
    return complaints + [
        f"the {student} version scores {graded[student]['score']:g}, expected {most:g}"
        f"{why(graded[student], most)}"
        for student, most in wanted.items()
        if abs(graded[student]["score"] - most) > 1e-6
    ]


def with_solutions(released: dict, instructor: dict) -> dict:
    """Return the released notebook with the solutions, as a perfect student would submit it."""
    ours = {grade_id(c): c["source"] for c in instructor["cells"] if is_solution(c)}
    return with_cells(
        released,
        lambda cells: [
            c | {"source": ours[grade_id(c)]} if is_solution(c) else c for c in cells
        ],
    )


def with_cells(notebook: dict, changed: Callable) -> dict:
    """Return a notebook with the cells ``changed(cells)``, part by part if it has several."""
    if "parts" in notebook:
        named = notebook["parts"].items()
        return together({own: with_cells(one, changed) for own, one in named})
    return notebook | {"cells": changed(notebook["cells"])}


def missing_files(course: Course, name: str, declared: dict) -> list[str]:
    """Return complaints about the challenges' solution files that are missing or too large.

    :param declared: Names of the optional files to submit, with their maximum size in bytes.
    """
    complaints = []
    for file, most in declared.items():
        target = course / "heldback" / name / file
        if not target.is_file():
            complaints.append(
                f"the solution file {file} is missing: heldback/{name}/{file} does not exist"
            )
        elif (size := target.stat().st_size) > most:
            complaints.append(
                f"the solution file {file} has {size:,} bytes; the limit is {most:,}"
            )
    return complaints


def without_hidden(notebook: dict) -> dict:
    """Return a copy without the cells that students may remove: tests, and text without ids."""
    return with_cells(
        notebook,
        lambda cells: [c for c in cells if not is_test(c) and (is_code(c) or grade_id(c))],
    )


def why(result: dict, most: float) -> str:
    """Return the reasons why a trial did not give the expected points, in lines.

    A cell that failed may explain the findings, so its flag comes before them. The trial itself
    removes locked cells, so we leave out the flag about those.
    """
    odd, findings = [], []
    for name, p in result["problems"].items():
        if abs(p["score"] - (p["max"] if most else 0)) > 1e-6:
            odd.append(f"{name} {p['score']:g} of {p['max']:g}")
            findings += [text(f, Audience.INSTRUCTOR) for f in findings_of(p)]
    flags = [f for f in flags_of(result) if f.code != FlagCode.LOCKED_CELL_CHANGED]
    raised = [f.data for f in flags if f.code == FlagCode.CELL_RAISED]
    advice = [
        f"Install `{about['name']}` in the grader's Python, or do without it."
        for about in raised
        if "name" in about  # the name of a missing module
    ]
    remarks = [*odd, *map(for_instructor, sorted(flags, key=rank)), *findings, *advice]
    return "".join(f"\n    {remark}" for remark in dict.fromkeys(remarks))
