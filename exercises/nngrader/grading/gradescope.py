"""Grade one submission in Gradescope's container, and write its `results.json`.

`run_autograder` in the zip from `nngrader gradescope` runs this module there. Gradescope
defines the folder, `/autograder`: `source` contains the unpacked zip, `submission` the
student's files, `submission_metadata.json` the student and the time, and `results` our output.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from ..course.assignment import Assignment
from ..course.folder import Course
from ..errors import CannotDo
from ..records.finding import findings_of
from ..records.flag import Flag, FlagCode, flags_of
from ..records.flag_rendering import as_shown, for_student
from ..records.rendering import ALL_RIGHT, Audience, sentences
from ..sandbox.launch import Refused, Sandbox
from ..wording import counted
from .all_submissions import read_from
from .one_submission import Job, run

SOURCE, PRIVATE = "course", "private"
BY_HAND = "Marked by hand and not included here: {} of the assignment."


def grade(folder: Path) -> dict:
    """Grade the submission in a container's folder; return the results for Gradescope.

    :return: `tests` contains one entry per problem, with our hints as `output`; `output` is
        about the whole submission; and `extra_data`, which Gradescope stores, contains the
        students' email addresses, the time, status, flags and points by aspect. None of them
        contains hidden inputs, expected values or student code.
    :raises CannotDo: If the zip is incomplete, or no worker can be started.
    """
    root = folder / "source" / SOURCE
    private = folder / "source" / PRIVATE
    course = Course(root, problems=private if private.is_dir() else None)
    (name,) = os.listdir(course / "source")
    assignment = Assignment(course, name)
    rebuilt = read_from(assignment, folder / "submission")
    result = _run(assignment, rebuilt)
    return _as_theirs(assignment, result) | {"extra_data": _kept(folder, result)}


def _run(assignment, rebuilt):
    """Return the result of a submission, run in the sandbox, or as a different user."""
    r, refused = rebuilt, None
    for apart in (False, True):
        spec = assignment.spec(unsafe=apart)
        flags = r.flags + [Flag(FlagCode.NO_SANDBOX)] * apart
        job = Job(r.work, flags, r.solutions, r.files, r.tested, r.unread)
        with Sandbox(
            spec.limits, unsafe=apart, apart=apart, uses=spec.uses, files=spec.files
        ) as sandbox:
            try:
                sandbox.require()
            except Refused as e:
                refused = refused or e
                continue
            return run(spec, job, sandbox, 0)
    raise refused


def _as_theirs(assignment, result):
    """Return the tests and the output of a result."""
    spec, most = assignment.spec(), sum(most for *_, most in assignment.spec().tests)
    tests = [_test(name, report) for name, report in result["problems"].items()]
    words = [BY_HAND.format(counted(spec.most - most, "point"))] * (spec.most > most)
    if result["status"] == "ungradable":
        words[:0] = ["Nothing could be graded.", *map(for_student, flags_of(result))]
        tests = [{"name": assignment.name, "score": 0.0, "max_score": most}]
    return {"output": "\n".join(words), "output_format": "text", "tests": tests}


def _test(name, report):
    """Return one problem as a Gradescope test: its hints, and the points by aspect."""
    said = sentences(findings_of(report), Audience.HIDDEN) or [ALL_RIGHT]
    said += [
        f"{a}: {p:g} of {counted(most, 'point')}" for a, (p, most) in report["aspects"].items()
    ]
    return {
        "name": name,
        "score": report["score"],
        "max_score": report["max"],
        "output": "\n".join(said),
        "output_format": "text",
        "visibility": "visible",
    }


def _kept(folder, result):
    """Return data for Gradescope to store: students, time, status, flags, points by aspect."""
    try:
        about = json.loads((folder / "submission_metadata.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        about = {}
    users = [u.get("email", "") for u in about.get("users") or ()]
    aspects = {name: report["aspects"] for name, report in result["problems"].items()}
    return {
        "students": users,
        "handed_in": about.get("created_at", ""),
        "status": result["status"],
        "flags": [as_shown(flag) for flag in flags_of(result)],
        "aspects": aspects,
    }


def main(folder: Path) -> int:
    """Write `results/results.json`, and print flags for the instructor.

    Without a result there is no file. Gradescope then reports that the autograder failed, so an
    error of the grader never becomes a mark.
    """
    try:
        result = grade(folder)
    except (CannotDo, OSError) as e:
        print(f"nngrader: {e}", file=sys.stderr)
        return 1
    out = folder / "results"
    out.mkdir(exist_ok=True)
    (out / "results.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    kept = result["extra_data"]
    print(kept["status"], *[flag["text"] for flag in kept["flags"]], sep="\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
