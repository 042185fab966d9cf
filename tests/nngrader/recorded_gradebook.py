"""Record results without running submissions, and read whole gradebooks."""

import functools

from nngrader.course import Course
from nngrader.course.assignment import Assignment
from nngrader.course.notebooks import grade_id, is_test, mark, most_points
from nngrader.gradebook import marks, open_gradebook, quiet
from nngrader.gradebook.record import Recorder
from nngrader.intake.rebuild import rebuild, written
from nngrader.intake.submission import read_submission

from .sample_course import NAME


def rebuilt(assignment, student):
    """Return the instructor's notebook with a student's cells put in."""
    return rebuilding(assignment, student).notebook


def rebuilding(assignment, student):
    """Return a submission as it is rebuilt, with its flags."""
    folder = assignment.course / "submitted" / student / assignment.name
    count = functools.partial(written, assignment.released)
    cells, _ = read_submission(folder, assignment.name, count)
    return rebuild(assignment.instructor, assignment.released, cells)


def result(assignment, student, share=1.0, flags=()):
    """Return a result like the grader's, with this fraction of each test cell's points."""
    tests = [c for c in assignment.instructor["cells"] if is_test(c)]
    cells = {grade_id(c): [share * mark(c)["points"], mark(c)["points"]] for c in tests}
    return {
        "student": student,
        "assignment": assignment.name,
        "status": "flagged" if flags else "graded",
        "flags": [flag.as_json() for flag in flags],
        "score": sum(points for points, _ in cells.values()),
        "max_score": most_points(assignment.instructor),
        "problems": {},
        "cells": cells,
    }


def record(course, shares, flags=()):
    """Record a fraction of the points for each student; return the results and their flags."""
    assignment = Assignment(Course(course), NAME)
    results = {s: result(assignment, s, share, flags) for s, share in shares.items()}
    with Recorder(assignment) as recorder:
        for student, one in results.items():
            recorder.record(one, rebuilt(assignment, student))
    return results


def gradebook(course):
    """Return nbgrader's gradebook of a course, for a `with` block."""
    return open_gradebook(Course(course), NAME)


def give(course, student, cell, comment=None, **given):
    """Give a mark or a comment, as a person does in formgrader."""
    with quiet(), gradebook(course) as g:
        if comment:
            g.find_comment(cell, NAME, NAME, student).manual_comment = comment
        if given:
            entry = g.find_grade(cell, NAME, NAME, student)
            entry.needs_manual_grade = False
            for key, value in given.items():
                setattr(entry, key, value)
        g.db.commit()


def scores(course, name=NAME):
    """Return the marks of an assignment by student."""
    return {s: m["score"] for s, m in marks(Course(course), name).items()}


def tables(course):
    """Return a gradebook's tables, with names instead of randomly drawn ids."""
    from nbgrader.api import Base

    with quiet(), gradebook(course) as g:
        rows = {
            t.name: [list(r) for r in g.db.execute(t.select())]
            for t in Base.metadata.sorted_tables
        }
        names = {}
        for table in Base.metadata.sorted_tables:
            for row in rows[table.name]:
                key = "/".join(str(names.get(v, v)) for v in row[1:] if v is not None)
                if table.name not in ("student", "course"):
                    names.setdefault(row[0], f"{table.name}:{key}")
    named = {
        t: sorted(repr([names.get(v, v) for v in row]) for row in actual)
        for t, actual in rows.items()
    }
    assert sum(map(len, named.values())) > 10
    return named
