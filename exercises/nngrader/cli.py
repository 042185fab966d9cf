"""The command `nngrader`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from .errors import CannotDo, NotThere, first_line
from .screen import any_terminal, public, say, shown, totals, warn

HERE = Path(__file__).resolve().parents[1]  # the course of the repository: exercises/
DONE, FAILED, USAGE = 0, 1, 2
EXIT = (
    "exit status: 0 every submission accounted for, flags included; "
    "1 something could not be done; 2 wrong usage"
)


def check(a) -> int:
    """Try the functions of a notebook on the visible cases: what a student runs."""
    from .checkup import checkup

    return checkup(a.notebook)


def release(a) -> int:
    """Make release/ASSIGNMENT and ASSIGNMENT.zip for students, unless they tell too much."""
    from .limits import read_settings
    from .release import NotFit
    from .release import release as make
    from .sandbox import Sandbox

    settings = a.course.source(a.assignment).with_name("nngrader.toml")
    with Sandbox(read_settings(settings)[0]) as sandbox:
        sandbox.require()
    try:
        file = make(a.course, a.assignment, a.out)
    except NotFit as e:
        print(f"{a.assignment} is not released:", *e.reasons, sep="\n  ", file=sys.stderr)
        return FAILED
    print(f"{file}: ready to be handed out")
    return DONE


def grade(a) -> int:
    """Grade submissions in a sandbox, and record the points in nbgrader's gradebook."""
    from .assignment import Assignment
    from .grade import Grader
    from .record import Recorder
    from .sandbox import Sandbox
    from .session import alone, grade_and_record, require_seed, require_writable, wanted
    from .store import Store

    require_writable(a.json)
    assignment = Assignment(a.course, a.assignment)
    students = wanted(a, a.course.submissions(a.assignment))
    store = Store(a.course / ".results")
    settings = {"unsafe": a.unsafe_no_sandbox, "uses": assignment.uses}
    with alone(store), Sandbox(assignment.limits, **settings) as sandbox:
        sandbox.require()
        require_seed(assignment, store)
        grader = Grader(assignment, sandbox, store, a.workers)
        results = grade_and_record(grader, Recorder(assignment), students)
    say(totals(results))
    for text in a.course.warnings():
        warn(text)
    if a.json:
        a.json.write_text(json.dumps([public(r) for r in results], indent=1) + "\n")
    return FAILED if any(r.get("failed") for r in results) else DONE


def feedback(a) -> int:
    """Write a page for each graded student: feedback/STUDENT/ASSIGNMENT/ASSIGNMENT.html."""
    from .gradebook import marks
    from .leaderboard import own_row, write_leaderboards
    from .store import Store

    results = Store(a.course / ".results").get(f"latest-{a.assignment}")
    if not results:
        raise NotThere(f"nothing graded yet: run `nngrader grade {a.assignment}`")
    known = marks(a.course, a.assignment)
    out = a.out or a.course / "feedback"
    out.mkdir(parents=True, exist_ok=True)
    seed = a.course.seed()
    written = [
        write_page(out, r | {"row": own_row(r, seed)}, known.get(student))
        for student, r in results.items()
    ]
    say(f"{sum(written)} pages in {out}")
    for file in write_leaderboards(results, seed, out):
        say(f"{file}: the leaderboard, without names")
    return DONE if all(written) else FAILED


def write_page(out: Path, result: dict, mark: dict | None) -> bool:
    """Write one student's page; whether it could be written."""
    from .feedback import page
    from .store import write_whole

    folder = out / result["student"] / result["assignment"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{result['assignment']}.html", page(result, mark))
        return True
    except Exception as e:  # one student's must not be all students'
        warn(f"no page for {shown(result['student'])}: {shown(first_line(e))}")
        return False


def export(a) -> int:
    """Write the marks as a table for a learning platform."""
    from .export import formulas, table

    if odd := formulas(a.course, a.assignment):
        names = ", ".join(map(shown, odd))
        warn(f"a spreadsheet would take these names for formulas: {names}")
    text = table(a.course, a.assignment, a.layout)
    if a.out:
        a.out.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    return DONE


def parser() -> argparse.ArgumentParser:
    """The arguments of every command."""
    about = "Release assignments, grade them in a sandbox, and explain the result to students."
    p = argparse.ArgumentParser(prog="nngrader", description=about, epilog=EXIT)
    place = "the course folder, by default the exercises of this checkout"
    p.add_argument("--course", type=Path, metavar="DIR", default=HERE, help=place)
    commands = p.add_subparsers(required=True, metavar="COMMAND")
    for f in (check, release, grade, feedback, export):
        s = commands.add_parser(f.__name__, help=f.__doc__, description=f.__doc__, epilog=EXIT)
        s.set_defaults(run=f)
        if f is check:
            s.add_argument("notebook", type=Path, metavar="NOTEBOOK")
        else:
            s.add_argument("assignment", metavar="ASSIGNMENT")
        if f in (release, grade):
            s.add_argument(
                "--problems", type=Path, help="private definitions, before the public"
            )
        if f in (release, feedback, export):
            s.add_argument("--out", type=Path, metavar="PATH", help="where to write")
        if f is grade:
            grade_arguments(s)
        if f is export:
            layouts = ("csv", "canvas", "moodle", "gradescope")
            s.add_argument("--layout", choices=layouts, default="csv", help="default: csv")
    return p


def grade_arguments(s) -> None:
    """The arguments of `nngrader grade`."""
    s.add_argument("--students", nargs="+", metavar="STUDENT", help="these alone")
    s.add_argument(
        "--workers",
        type=workers,
        default=min(os.cpu_count() or 1, 64),
        help="how many at one time; default: processors",
    )
    s.add_argument("--seed", type=Path, metavar="FILE", help="seed of the hidden cases")
    s.add_argument("--json", type=Path, metavar="FILE", help="write the results here")
    s.add_argument(
        "--unsafe-no-sandbox",
        action="store_true",
        help="run submissions that you trust as plain processes",
    )


def workers(text: str) -> int:
    """A number of workers.

    Raises
    ------
    ValueError
        If it is none from 1 to 64.
    """
    if not 1 <= int(text) <= 64:
        raise ValueError
    return int(text)


def main(argv: list[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    argv : list of str, optional
        Arguments; by default those of the process.

    Returns
    -------
    int
        The exit status.
    """
    any_terminal()
    a = parser().parse_args(argv)
    for name in ("out", "json", "problems", "seed"):
        if getattr(a, name, None):
            setattr(a, name, getattr(a, name).absolute())
    if a.run is not check:
        from .course import Course

        if not a.course.is_dir():
            parser().error(f"no course folder {a.course}")
        a.course = Course(
            a.course, problems=getattr(a, "problems", None), seed_file=getattr(a, "seed", None)
        )
    return guarded(a)


def guarded(a) -> int:
    """Run a command; what a person can mend is one line, and no traceback."""
    try:
        return a.run(a)
    except NotThere as e:
        print(f"nngrader: {e}", file=sys.stderr)
        return USAGE
    except (CannotDo, ValueError, OSError) as e:  # OSError: a full disk, a folder for a file
        print(f"nngrader: {e}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("stopped; what is graded is kept, run it again to go on", file=sys.stderr)
        return FAILED


if __name__ == "__main__":
    raise SystemExit(main())
