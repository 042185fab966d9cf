"""Write the new points that `reweight` planned into all files and the gradebook.

They go into `[points]` of the settings files, the notebooks in source, release and autograded,
the results, and the gradebook. The gradebook is committed last and as a whole, so a run that
was killed before that can be completed by running it again.
"""

from __future__ import annotations

import copy
import json
from pathlib import Path

from ..course.assignment import Assignment, NotReleased
from ..course.folder import Course
from ..course.notebooks import from_file, grade_id, is_solution, is_test, mark
from ..screen import say, shown
from ..settings import read_settings, with_points
from ..storage.results import Store, latest_key, write_whole
from ..storage.scratch import alone
from .database import config_of, database_errors, quiet
from .late import policy_of
from .reweight import (
    BY_HAND,
    Plan,
    given_by_hand,
    latest,
    lines,
    new_mark,
    new_result,
    plan,
    points_of,
    recorded_points,
    wanted,
)
from .state import note, require_current


def reweight(
    course: Course,
    name: str,
    points: list[tuple[str, float]],
    drop: list[str],
    yes: bool,
    this_machine: bool = False,
) -> None:
    """Show how new points would affect each student; with `yes`, apply them.

    :param this_machine: Whether to apply them even if another machine wrote something newer.
    """
    made = plan(course, name, wanted(points, drop))
    for text in lines(made):
        say(shown(text))
    if made.changes and yes:
        apply(course, made, anyway=this_machine)
        again = f"run `nngrader feedback {name}` and `export` again"
        say(f"changed in [points], the gradebook and the results: {again}")
    elif made.changes:
        say("nothing was changed: add --yes to apply this")


def apply(course: Course, plan: Plan, *, anyway: bool = False) -> None:
    """Apply a plan; with ``anyway``, even if another machine wrote something newer.

    :raises CannotDo: If the gradebook cannot be written, or another run is grading the same
        assignment.
    """
    from nbgrader.coursedir import CourseDirectory

    from .autograder import OpenGradebook

    store, name = Store(course / ".results"), plan.assignment
    config = config_of(course, name)
    home = CourseDirectory(config=config)
    with alone(store, name), quiet(), database_errors(home.db_url):
        gradebook = OpenGradebook(home.db_url, home.course_id)
        try:
            with gradebook.whole():
                _keep_current(course, plan, gradebook, anyway)
                _write(course, plan, store, gradebook, home, policy_of(config, course, name))
        finally:
            gradebook.shut()


def _keep_current(course, plan, gradebook, anyway):
    """Refuse to undo what another machine wrote; note the points before and after."""
    name = plan.assignment
    if not anyway:
        require_current(gradebook, course, name, {"points": points_of(course.instructor(name))})
    before = recorded_points(gradebook, name)
    for points in (before, before | {c.cell: c.after for c in plan.changes}):
        note(gradebook, course, name, {"points": points}, f"reweight {name}")


def _write(course, plan, store, gradebook, home, policy):
    """Write everything within one transaction of the gradebook."""
    name = plan.assignment
    old = course.instructor(name, {c.name: c.before for c in plan.changes})
    new = course.instructor(name, {c.name: c.after for c in plan.changes})
    texts = _texts(old, new)
    results, key = latest(course, name), _key(course, name)
    by_hand = _write_gradebook(plan, gradebook, results, texts, policy)
    for file, worth in _by_file(course, plan).items():
        write_whole(file, with_points(file, worth))
    points = {c.cell: c.after for c in plan.changes}
    files = [f"{own}.ipynb" for own in course.notebook_names(name)]
    for file in files:
        _rewrite(course / "source" / name / file, points, texts)
        _rewrite(course / "release" / name / file, points, {})  # texts stay as released
    for student in {row.student for row in plan.rows}:
        folder = home.format_path(home.autograded_directory, student, name)
        cells = plan.results.get(student, {}).get("cells", {})
        earned = {cell: cells[cell][0] for cell in points if cell in cells}
        for file in files:
            _rewrite(Path(folder, file), points, texts, earned)
    store.put(BY_HAND.format(name), by_hand)
    _write_results(course, plan, store, results, key)


def _by_file(course, plan):
    """Return the points to write, by settings file; private files may already have some."""
    public, *private = course.settings_files(plan.assignment)
    mine = {n for file in private for n in read_settings(file)[1]}
    mine |= {n for n, _ in course.new(plan.assignment)} & plan.settings.keys()
    by_file = {public: {n: p for n, p in plan.settings.items() if n not in mine}}
    if mine:
        own = course.private / f"{plan.assignment}.toml"
        by_file[own] = {n: plan.settings[n] for n in mine}
    return by_file


def _texts(old, new):
    """Return (old, new) source by cell id, for the cells that the new points change."""
    pairs = zip(old["cells"], new["cells"], strict=True)
    return {
        grade_id(a): (a["source"], b["source"]) for a, b in pairs if a["source"] != b["source"]
    }


def _write_gradebook(plan, gradebook, results, texts, policy):
    """Write points of cells and students and the new late penalties into the gradebook.

    Return the original and the new manual marks, for `reweight`.
    """
    from .autograder import deduct, entries_of

    name = plan.assignment
    assignment = gradebook.find_assignment(name)
    changes = {c.cell: c for c in plan.changes}
    entries, kept = entries_of(gradebook, name), copy.deepcopy(plan.by_hand)
    for submitted in assignment.submissions:
        student = submitted.student.id
        entry = entries[student]
        for grade in (g for one in submitted.notebooks for g in one.grades):
            if change := changes.get(grade.name):
                was = entry.grades[grade.name]
                now = new_mark(plan, student, was, change, results.get(student))
                entry.grades[grade.name] = now
                if now.manual_score is not None:
                    original = given_by_hand(plan, student, was, change)
                    kept.setdefault(student, {})[grade.name] = [*original, now.manual_score]
                grade.auto_score, grade.manual_score = now.auto_score, now.manual_score
    if policy.stated:
        gradebook.db.commit()  # computes the scores of the notebooks
        for submitted in assignment.submissions:
            penalty = entries[submitted.student.id].fair_penalty(policy)
            deduct(submitted.notebooks, penalty)
    for one in assignment.notebooks:
        for cell in (*one.grade_cells, *one.task_cells):
            if change := changes.get(cell.name):
                cell.max_score = change.after
    points = {c.cell: c.after for c in plan.changes}
    for cell in (c for one in assignment.notebooks for c in one.source_cells):
        before, after = texts.get(cell.name, ("", ""))
        if cell.name in points or cell.source == before != "":
            cell.source = after if cell.source == before else cell.source
            cell.checksum = _checksum(cell, points.get(cell.name))
    gradebook.db.flush()
    return kept


def _checksum(cell, points):
    """Return nbgrader's checksum of a cell in the gradebook."""
    from nbformat import NotebookNode
    from nbgrader.utils import compute_checksum

    about = {"grade_id": cell.name, "grade": points is not None, "points": points}
    about |= {"solution": not cell.locked, "locked": cell.locked, "schema_version": 3}
    plain = {"cell_type": cell.cell_type, "source": cell.source}
    return compute_checksum(NotebookNode(plain | {"metadata": NotebookNode(nbgrader=about)}))


def _rewrite(file, points, texts, earned=None):
    """Write points, the texts that mention them, and earned points into a notebook."""
    from nbformat import from_dict
    from nbgrader.utils import compute_checksum

    if not file.is_file():
        return
    notebook = from_file(file)
    for cell in notebook["cells"]:
        name, about = grade_id(cell), mark(cell)
        before, after = texts.get(name, (None, None))
        changed = name in points or cell["source"] == before
        if cell["source"] == before:
            cell["source"] = after
        if name in points:
            about["points"] = _whole(points[name])
        if is_test(cell) and name in (earned or {}):
            _give(cell, earned[name])
        if changed and about.get("checksum") and not (earned is not None and is_solution(cell)):
            about["checksum"] = compute_checksum(from_dict(cell))
    write_whole(file, json.dumps(notebook, indent=1) + "\n")


def _give(cell, points):
    """Write the points that a test cell gave into its output."""
    for output in cell["outputs"]:
        if output["output_type"] == "execute_result":
            output["data"]["text/plain"] = repr(float(points))


def _whole(points):
    """Return points as nbgrader stores them: whole points as an integer."""
    return int(points) if points == int(points) else points


def _key(course, name):
    """Return the key of results for the current state, or "" if it isn't the released one."""
    try:
        return Assignment(course, name).key
    except NotReleased:
        return ""


def _write_results(course, plan, store, results, before):
    """Write the results, also under the keys that `grade` will look for."""
    name, after = plan.assignment, _key(course, plan.assignment)
    folder, written = store.part(name), {}
    old, new = f"{before[:16]}-", f"{after[:16]}-"
    for student, result in plan.results.items():
        key = results[student].get("key", "")
        if before and after and key.startswith(old) and (kept := folder.get(key)):
            moved = new + key.removeprefix(old)
            folder.put(moved, new_result(kept, plan.changes, plan.most[1]))
            result = result | {"key": moved}
        written[student] = result
    if before and after and folder.get(f"{old}seed") is not None:
        folder.put(f"{new}seed", [])
    store.put(latest_key(name), written)
