"""The command `nngrader`."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import CannotDo, NotThere, WrongUsage, first_line
from .screen import any_terminal, say, shown, warn
from .wording import counted

HERE = Path(__file__).resolve().parents[1]  # the course of the repository: exercises/
KEEP = "keep it to yourself"
DONE, FAILED, USAGE = 0, 1, 2
EXIT = (
    "exit status: 0 every submission accounted for, flags included; "
    "1 something could not be done; 2 wrong usage, which is an option, a number or a kind of "
    "file that the command does not take, or a name that is not there"
)
EXIT_OF_CHECK = (
    "exit status: 0 all is right on the visible cases; 1 something is not; 2 wrong usage, such "
    "as a file that is no notebook"
)


def check(a) -> int:
    """Try the functions of a notebook on the visible cases: what a student runs."""
    from .student.notebook import checkup

    return checkup(a.notebook)


def release(a) -> int:
    """Make release/ASSIGNMENT and ASSIGNMENT.zip for students, unless they tell too much."""
    from .release.build import NotFit
    from .release.build import release as make
    from .sandbox.launch import Sandbox
    from .settings import read_settings

    a.course.require_whole(a.assignment)
    settings = a.course.source(a.assignment).with_name("nngrader.toml")
    with Sandbox(read_settings(settings)[0]) as sandbox:
        sandbox.require()
    try:
        file = make(a.course, a.assignment, a.out, tell=say, again=a.again)
    except NotFit as e:
        print(f"{a.assignment} is not released:", *e.reasons, sep="\n  ", file=sys.stderr)
        return FAILED
    print(f"{file}: ready to be handed out")
    return DONE


def new_problem(a) -> int:
    """Write the files of a new problem, to be filled in: declaration, cells, a test."""
    from .release.new_problem import new_problem as write
    from .release.new_problem import unfilled

    for file in write(a.course, a.assignment, a.name, a.worth, a.takes, a.returns):
        say(f"{file}: fill it in")
    left = len(unfilled(a.course, a.assignment))
    with_it = f" --problems {a.problems}" * bool(a.problems)
    line = f"nngrader release {a.assignment}{with_it}"
    say(f"places that say FILL IN: {left}; `{line}` names each")
    if a.problems:
        place, test = f"{a.problems / a.assignment}.toml", f"pytest {a.problems}"
    else:
        place, test = "their declarations", f"make test T={a.assignment}/{a.name}"
    worth = counted(a.worth, "point")
    say(f"then `{test}`, and take {worth} from others in {place}")
    return DONE


def gradescope(a) -> int:
    """Write ASSIGNMENT-gradescope.zip, an autograder for Gradescope's own container."""
    from .release.build import SEEDS
    from .release.gradescope import autograder
    from .release.seeds import untried

    file = a.out or a.course / "release" / f"{a.assignment}-gradescope.zip"
    autograder(a.course, a.assignment, file)
    if changed := untried(a.course, a.assignment, SEEDS):
        names = ", ".join(changed)
        warn(f"not tried as they stand, run `nngrader release {a.assignment}` first: {names}")
    say(f"{file}: it holds solutions and the seed; upload it as the autograder, nowhere else")
    return DONE


def collect(a) -> int:
    """Bring what was handed in on a learning platform into submitted/STUDENT/ASSIGNMENT/."""
    from .course.groups import groups_of
    from .course.worksheet import SOURCE, read, zone_of
    from .intake.collect import collect as bring
    from .intake.collect import lines

    groups = groups_of(a.course, a.groups, a.apart or ())
    zone = zone_of(a.zone)
    sheet = read(a.worksheet) if a.worksheet else None
    collected = bring(a.course, a.assignment, a.download, groups, sheet, zone)
    for text in lines(a.course, a.assignment, collected):
        say(text)
    if collected.times[SOURCE]:
        say(f"its times are read as of {a.zone or 'this machine (--zone names another)'}")
    return FAILED if collected.left_out else DONE


def grade(a) -> int:
    """Grade submissions in a sandbox, and record the points in nbgrader's gradebook."""
    from .grading.command import grade_class

    results = grade_class(a)
    for text in a.course.warnings():
        warn(text)
    return FAILED if any(r.get("failed") for r in results) else DONE


def feedback(a) -> int:
    """Write a page for each graded student, in folders or for Moodle, Canvas or the web."""
    from .course.anonymous import names_of
    from .course.definitions import graded_earlier
    from .gradebook.database import marks
    from .reports.class_report import latest
    from .reports.leaderboard import own_code, write_leaderboards

    if a.anonymous and a.layout != "folders":
        raise WrongUsage(f"--anonymous does not go with --layout {a.layout}, which needs names")
    results = latest(a.course, a.assignment)
    known = marks(a.course, a.assignment)
    seed, earlier = a.course.seed(), graded_earlier(a.course, a.assignment, results)
    if a.layout != "folders":
        return give_back(a, results, known, seed, earlier)
    own = {s: own_code(r, seed) for s, r in results.items()}
    called = names_of(a.course, a.anonymous, results)
    shown_results, known = called.results(results), called.marks(known)
    codes = {called(s): code for s, code in own.items()}
    old = {called(s): names for s, names in earlier.items()}
    out = a.out or a.course / ("feedback-anonymous" if a.anonymous else "feedback")
    out.mkdir(parents=True, exist_ok=True)
    written = [
        write_page(out, r, known.get(name), codes[name], old.get(name, ()))
        for name, r in shown_results.items()
    ]
    say(f"{counted(sum(written), 'page')} in {out}")
    tell_key(called)
    for file in write_leaderboards(results, seed, out):
        say(f"{file}: the leaderboard, without names")
    return DONE if all(written) else FAILED


def tell_key(called) -> None:
    """Say where it stands whose each code is, if students are called by codes."""
    if called.anonymous:
        say(f"{called.key}: whose each code is")


def give_back(a, results: dict, known: dict, seed: int, earlier: dict) -> int:
    """Write feedback as a learning platform or a web server takes it."""
    from .reports.feedback import page
    from .reports.leaderboard import own_code
    from .reports.returned import PLATFORMS, for_the_web, zipped

    pages, failed = {}, False
    for student, result in results.items():
        try:
            old = earlier.get(student, ())
            pages[student] = page(result, known.get(student), own_code(result, seed), old)
        except Exception as e:  # one student's error must not stop the others
            warn(f"no page for {shown(student)}: {shown(first_line(e))}")
            failed = True
    if a.layout == "web":
        made = for_the_web(a.course, a.assignment, pages, a.out, a.address or "")
    else:
        made = zipped(a.course, a.assignment, a.layout, pages, a.out)
    say(f"{made.place}: {counted(made.pages, 'page')}")
    if made.links:
        say(f"{made.links}: who has which link; keep it off the server")
    if made.unreached:
        names = shown(", ".join(made.unreached))
        warn(f"not collected from {PLATFORMS[a.layout]}, so not in the zip: {names}")
    if made.through:
        names = shown(", ".join(f"{s} (by {owner})" for s, owner in made.through.items()))
        warn(
            f"handed in by a partner, so {PLATFORMS[a.layout]} gave no file of theirs and "
            f"they are not in the zip: {names}; pages: `nngrader feedback {a.assignment}`"
        )
    return FAILED if failed or made.unreached or made.through else DONE


def marks(a) -> int:
    """Read marks and comments by hand from a CSV: student,cell,points,comment."""
    from dataclasses import replace

    from .course.anonymous import names_of
    from .course.origins import groups
    from .course.roster import read as read_roster
    from .gradebook.by_hand import HandMarks, People, changes, for_groups, read

    a.course.source(a.assignment)
    if not a.file and not a.share:
        raise NotThere("name a table of marks, or share those of groups with --share")
    given, name = read(a.file) if a.file else [], str(a.file or a.assignment)
    called = names_of(a.course, a.anonymous)
    given = [replace(g, student=called.student(g.student)) for g in given]
    with HandMarks(a.course, a.assignment) as gradebook:
        standing = gradebook.standing
        if a.share:
            given = for_groups(standing, groups(a.course, a.assignment), given, name)
        lost = ungradable(a, called)
        people = People(called, read_roster(a.course), lost, gradebook.written)
        found = changes(standing, given, name, people)
        for change in found:
            say(shown(str(replace(change, student=called(change.student)))))
        same = len(given) - len(found)
        of = f"; {same} of {counted(len(given), 'row')} change{'s' * (same == 1)} nothing"
        left = of * bool(same)
        if a.dry_run:
            say(f"nothing is written (--dry-run): {counted(len(found), 'change')}{left}")
            return DONE
        gradebook.write(found)
    say(f"{len(found)} changed{left}")
    return DONE


def ungradable(a, called) -> dict[str, str]:
    """Return by student why nothing of the submission could be graded, as it may be shown."""
    from .storage.results import Store

    known = Store(a.course / ".results").get(f"latest-{a.assignment}") or {}
    lost = {s: r["flags"] for s, r in known.items() if r["status"] == "ungradable"}
    return {s: shown(called.text("; ".join(flags))) for s, flags in lost.items()}


def course(a) -> int:
    """Add up all graded assignments: weights, the lowest dropped, excuses (course.toml)."""
    from .course.anonymous import names_of
    from .reports.totals import rules_for, table, totals

    asked = a.weights, a.drop_lowest, a.excuse or ()
    rules = rules_for(a.course, *asked, a.zero_missing, a.zero_ungradable)
    names, rows, warnings = totals(a.course, rules, a.anonymous)
    for warning in warnings:
        warn(warning)
    open_ = [t for t in rows if t.percent is None]
    if open_:
        warn(f"no total yet for {len(open_)}: {shown(', '.join(t.student for t in open_))}")
    text = table(names, rows)
    if a.out:
        a.out.write_text(text, encoding="utf-8")
        tell_key(names_of(a.course, a.anonymous))
    else:
        print(text, end="")
    return DONE


def write_page(
    out: Path, result: dict, mark: dict | None, code: str = "", earlier: Sequence[str] = ()
) -> bool:
    """Write one student's page; return whether that was possible."""
    from .reports.feedback import page
    from .storage.results import write_whole

    folder = out / result["student"] / result["assignment"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / f"{result['assignment']}.html", page(result, mark, code, earlier))
        return True
    except Exception as e:  # one student's error must not stop the others
        warn(f"no page for {shown(result['student'])}: {shown(first_line(e))}")
        return False


def report(a) -> int:
    """Write a page on the class: what was hard, which mistakes, flags, likeness."""
    from .course.anonymous import names_of
    from .reports.class_report import latest, page
    from .storage.results import write_whole

    name = f"{a.assignment}{'-anonymous' * a.anonymous}.html"
    out = a.out or a.course / "report" / name
    called = names_of(a.course, a.anonymous, latest(a.course, a.assignment))
    text = page(a.course, a.assignment, called)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, text)
    say(f"{out}: it {'has codes for names' if a.anonymous else 'names students'}, {KEEP}")
    tell_key(called)
    return DONE


def explain(a) -> int:
    """Show why a submission lost points: failing inputs, what was expected and what came."""
    from .course.anonymous import names_of, require_among
    from .course.assignment import Assignment
    from .grading.explain import explain as why
    from .grading.explain import in_all, lines
    from .reports.class_report import known_marks
    from .reports.explanation import page
    from .storage.results import write_whole

    assignment = Assignment(a.course, a.assignment)
    called = names_of(a.course, a.anonymous)
    there = a.course.submissions(a.assignment)
    words = f"nothing handed in for {a.assignment} by"
    (student,) = require_among(a.course, [a.student], there, called, words)
    mark = None
    with contextlib.suppress(CannotDo):  # a gradebook that is gone keeps nobody from explaining
        mark = known_marks(a.course, a.assignment).get(student)
    for text in graded_before(a, student, mark):
        warn(shown(called.text(text)))
    try:
        found = why(assignment, student, a.problem, a.unsafe_no_sandbox)
    except NotThere as e:
        raise NotThere(called.text(str(e))) from None
    found = [lost.told_with(called.text) for lost in found]
    total = "" if a.problem or not mark else in_all(found, mark)
    if a.out:
        write_whole(a.out, page(a.assignment, called(student), found, total))
        say(f"{a.out}: it shows hidden inputs and answers, keep it to yourself")
        return DONE
    for text in [
        *lines(called(student), found),
        *[f"{called(student)}, {total}"] * bool(total),
    ]:
        say(shown(text))
    return DONE


def graded_before(a, student: str, mark: dict | None) -> list[str]:
    """Return lines about a student's stored result, where a definition has changed since."""
    from .course.definitions import EARLIER, graded_earlier
    from .storage.results import Store

    known = Store(a.course / ".results").get(f"latest-{a.assignment}") or {}
    mine = {s: r for s, r in known.items() if s == student}
    old = graded_earlier(a.course, a.assignment, mine).get(student, ())
    asked = {n: known[student]["problems"][n]["score"] for n in old if a.problem in (None, n)}
    by_hand = {cell: points for cell, points, *_ in (mark["by_hand"] if mark else ())}
    given = {n: by_hand.get(f"test_{n}") for n in asked}
    return [
        f"{name}: {counted(points, 'point')} "
        f"{'is' if points == 1 else 'are'} recorded, {EARLIER}"
        + (f", and {given[name]:g} by hand, which count" if given[name] is not None else "")
        + "; what follows is by the present one"
        for name, points in asked.items()
    ]


def reweight(a) -> int:
    """Give problems other points after hand-in: says for whom what changes; --yes does it."""
    from .gradebook.reweight import lines, plan, wanted
    from .gradebook.rewrite import apply

    made = plan(a.course, a.assignment, wanted(a.points, a.drop))
    for text in lines(made):
        say(shown(text))
    if made.changes and a.yes:
        apply(a.course, made)
        again = f"run `nngrader feedback {a.assignment}` and `export` again"
        say(f"done, in [points] of nngrader.toml, the gradebook and the results: {again}")
    elif made.changes:
        say("nothing was changed: with --yes it will be")
    return DONE


def export(a) -> int:
    """Write the marks as a table for a learning platform."""
    from .course.anonymous import names_of
    from .gradebook.database import marks
    from .reports.export import table, warnings

    known = marks(a.course, a.assignment) if a.anonymous else ()
    called = names_of(a.course, a.anonymous, known)
    asked = a.zero_ungradable, called
    told = []
    if a.worksheet:
        text, told = fill_worksheet(a)
    else:
        text = table(a.course, a.assignment, a.layout, *asked)
    for warning in [*warnings(a.course, a.assignment, *asked), *told]:
        warn(shown(warning))
    if a.out:
        a.out.write_bytes(text.encode())
    else:
        print(text, end="")
    return DONE


def fill_worksheet(a) -> tuple[str, list[str]]:
    """Return Moodle's grading worksheet with marks put in, and warnings."""
    from .course.worksheet import read
    from .reports.export import fill

    if a.layout != "moodle" or a.anonymous:
        raise WrongUsage("--worksheet goes with --layout moodle alone")
    return fill(a.course, a.assignment, read(a.worksheet), a.zero_ungradable)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command, with the arguments of every subcommand."""
    about = "Release assignments, grade them in a sandbox, and explain the result to students."
    p = argparse.ArgumentParser(
        prog="nngrader", description=about, epilog=EXIT, allow_abbrev=False
    )
    place = "the course folder, by default the exercises of this checkout"
    p.add_argument("--course", type=Path, metavar="DIR", default=HERE, help=place)
    commands = p.add_subparsers(required=True, metavar="COMMAND")
    for f in (
        *(check, new_problem, release, gradescope, collect, grade, explain, marks),
        *(reweight, feedback, export, course, report),
    ):
        name = f.__name__.replace("_", "-")
        status = EXIT_OF_CHECK if f is check else EXIT
        s = commands.add_parser(
            name, help=f.__doc__, description=f.__doc__, epilog=status, allow_abbrev=False
        )
        s.set_defaults(run=f)
        s.add_argument(  # it may stand on either side of the command
            "--course", type=Path, metavar="DIR", default=argparse.SUPPRESS, help=place
        )
        if f is check:
            s.add_argument("notebook", type=Path, metavar="NOTEBOOK")
        elif f is not course:
            s.add_argument("assignment", metavar="ASSIGNMENT")
        if f is collect:
            s.add_argument(
                "download", type=Path, metavar="FOLDER_OR_ZIP", help="what is collected"
            )
            collect_arguments(s)
        if f is new_problem:
            s.add_argument("name", metavar="NAME", help="the function that students write")
            words = "what it declares to be worth; default: 10"
            s.add_argument("--points", dest="worth", type=float, default=10.0, help=words)
            words = "its arguments, as in a signature: 'scores, labels, k=1'; default: X"
            s.add_argument("--takes", metavar="ARGUMENTS", default="X", help=words)
            words = "names of the parts of the answer: 'loss, gradient'; default: values"
            s.add_argument("--returns", metavar="PARTS", default="values", help=words)
        if f is explain:
            s.add_argument("student", metavar="STUDENT")
            s.add_argument("problem", metavar="PROBLEM", nargs="?", help="this one alone")
        if f is release:
            again = "try the seeds also of problems that have not changed"
            s.add_argument("--again", action="store_true", help=again)
        if f is not check:
            s.add_argument(
                "--problems", type=Path, help="private definitions, before the public"
            )
        if f in (release, gradescope, explain, feedback, export, report, course):
            s.add_argument("--out", type=Path, metavar="PATH", help="where to write")
        if f in (grade, explain, marks, feedback, export, course, report):
            codes = "codes in place of names; anonymous-key.csv tells you whose"
            s.add_argument("--anonymous", action="store_true", help=codes)
        if f in (gradescope, grade, explain):
            s.add_argument("--seed", type=Path, metavar="FILE", help="seed of the hidden cases")
        if f in (grade, explain):
            unsafe = "run submissions that you trust as plain processes"
            s.add_argument("--unsafe-no-sandbox", action="store_true", help=unsafe)
        if f is grade:
            grade_arguments(s)
        if f is feedback:
            feedback_arguments(s)
        if f is marks:
            s.add_argument("file", type=Path, metavar="FILE.csv", nargs="?", help="the table")
            share = "give each mark to all of a group that has none of its own"
            s.add_argument("--share", action="store_true", help=share)
            dry = "say what would change, and write nothing"
            s.add_argument("--dry-run", action="store_true", help=dry)
        if f is course:
            course_arguments(s)
        if f is reweight:
            reweight_arguments(s)
        if f is export:
            layouts = ("csv", "canvas", "moodle", "gradescope")
            s.add_argument("--layout", choices=layouts, default="csv", help="default: csv")
            sheet = "with --layout moodle: fill the grades of its grading worksheet"
            s.add_argument("--worksheet", type=Path, metavar="FILE.csv", help=sheet)
            zero = "give 0 where nothing of a submission could be graded, instead of no mark"
            s.add_argument("--zero-ungradable", action="store_true", help=zero)
    return p


def grade_arguments(s) -> None:
    """Add the arguments of `nngrader grade` to its parser."""
    from .settings import cores

    s.add_argument("--students", nargs="+", metavar="STUDENT", help="these alone")
    s.add_argument(
        "--workers",
        type=workers,
        default=min(cores(), 64),
        help="how many at one time; default: the cores that it may use",
    )
    s.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster: tls://HOST:PORT")
    s.add_argument("--json", type=Path, metavar="FILE", help="write the results here")


def collect_arguments(s) -> None:
    """Add the arguments of `nngrader collect` to its parser."""
    groups = "table of groups, in place of the class list's column `group`"
    s.add_argument("--groups", type=Path, metavar="FILE.csv", help=groups)
    sheet = "Moodle's grading worksheet: whose each submission is, and its time"
    s.add_argument("--worksheet", type=Path, metavar="FILE.csv", help=sheet)
    zone = "the time zone of its dates, such as Europe/Berlin; default: this machine's"
    s.add_argument("--zone", metavar="ZONE", help=zone)
    apart = "students who are treated singly, outside of their groups"
    s.add_argument("--apart", nargs="+", metavar="STUDENT", help=apart)


def feedback_arguments(s) -> None:
    """Add the arguments of `nngrader feedback` to its parser."""
    layouts = ("folders", "moodle", "canvas", "web")
    said = "a zip to upload on a platform, or a folder for a web server; default: folders"
    s.add_argument("--layout", choices=layouts, default="folders", help=said)
    where = "where the folder of --layout web will be, for the list of links"
    s.add_argument("--address", metavar="URL", help=where)


def course_arguments(s) -> None:
    """Add the arguments of `nngrader course` to its parser."""
    s.add_argument(
        "--weights",
        nargs="+",
        metavar="ASSIGNMENT=NUMBER",
        help="in place of those in course.toml; or the path of another such file",
    )
    s.add_argument("--drop-lowest", type=int, metavar="N", help="of each student's assignments")
    s.add_argument(
        "--excuse",
        nargs=2,
        action="append",
        metavar=("STUDENT", "ASSIGNMENT"),
        help="which does not count for this student; may be repeated",
    )
    missing = "count what was not handed in as 0, instead of withholding the total"
    s.add_argument("--zero-missing", action="store_true", help=missing)
    ungradable = "the same of what could not be graded"
    s.add_argument("--zero-ungradable", action="store_true", help=ungradable)


def reweight_arguments(s) -> None:
    """Add the arguments of `nngrader reweight` to its parser."""
    each = "points that a problem or a written answer is worth from now on"
    s.add_argument(
        "--points", nargs="+", type=priced, default=[], metavar="PROBLEM=N", help=each
    )
    s.add_argument(
        "--drop", nargs="+", default=[], metavar="PROBLEM", help="the same as PROBLEM=0"
    )
    s.add_argument("--yes", action="store_true", help="change it, after saying what changes")


def priced(text: str) -> tuple[str, float]:
    """Return the name and the points in an argument such as ``hinge_loss=20``.

    Raises
    ------
    ArgumentTypeError
        If it has another form.
    """
    name, _, number = text.partition("=")
    with contextlib.suppress(ValueError):
        return name.strip(), float(number)
    raise argparse.ArgumentTypeError(f"{text!r}: expected a name and points, as hinge_loss=20")


def workers(text: str) -> int:
    """Return a number of workers that was given on the command line.

    Raises
    ------
    ValueError
        If it is not a whole number from 1 to 64.
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
    for name in ("out", "download", "json", "problems", "seed", "file", "groups", "worksheet"):
        if getattr(a, name, None):
            setattr(a, name, getattr(a, name).absolute())
    if a.run is not check:
        from .course.folder import Course

        if not a.course.is_dir():
            parser().error(f"no course folder {a.course}")
        a.course = Course(
            a.course, problems=getattr(a, "problems", None), seed_file=getattr(a, "seed", None)
        )
    return guarded(a)


def require_files(a) -> None:
    """Raise an error where a folder was named for a file, or a file for a folder of pages."""
    names = ["json", "file", "groups", "worksheet", "seed"]
    names += ["out"] * (a.run in (gradescope, explain, export, course, report))
    for name in names:
        if (path := getattr(a, name, None)) and path.is_dir():
            raise WrongUsage(f"{path} is a folder: name a file")
    if a.run is feedback and a.layout in ("folders", "web") and a.out and a.out.is_file():
        raise WrongUsage(f"{a.out} is a file: name a folder")


def guarded(a) -> int:
    """Run a command; print an error that a person can correct as one line, no traceback."""
    try:
        require_files(a)
        return a.run(a)
    except (NotThere, WrongUsage) as e:
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
