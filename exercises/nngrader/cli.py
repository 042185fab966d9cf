"""The command `nngrader`. Each subcommand is a class, and its fields are the arguments."""

from __future__ import annotations

import argparse
import contextlib
import sys
from dataclasses import dataclass, field, fields
from pathlib import Path
from time import tzname

from .errors import CannotDo, NotThere, WrongUsage, of_system
from .screen import any_terminal, say, warn
from .settings import cores
from .wording import counted, unfit_name

HERE = Path(__file__).resolve().parents[1]  # the course of the repository: exercises/
DONE, FAILED, USAGE = 0, 1, 2
MOST_WORKERS = 64
EXIT = (
    "exit status: 0 if every submission is accounted for, even if it has flags; "
    "1 if something failed; 2 for a usage error: an option, a number or a kind of file that "
    "the command doesn't accept, or a name that doesn't exist"
)
EXIT_OF_CHECK = (
    "exit status: 0 if everything is correct on the visible cases (a challenge that you "
    "haven't started doesn't count); 1 if something is wrong; 2 for a usage error, for example "
    "a file that is not a notebook"
)


def a_path(text: str) -> Path:
    """Return the absolute path of a command-line argument."""
    return Path(text).absolute()


def a_file(text: str) -> Path:
    """Return the absolute path of an argument; raise WrongUsage if it is a folder."""
    path = a_path(text)
    if path.is_dir():
        raise WrongUsage(f"{path} is a folder, expected a file")
    return path


def a_price(text: str) -> tuple[str, float]:
    """Return the name and the points in an argument such as ``hinge_loss=20``."""
    name, _, number = text.partition("=")
    with contextlib.suppress(ValueError):
        return name.strip(), float(number)
    raise argparse.ArgumentTypeError(
        f"{text!r}: expected a name and points, such as hinge_loss=20"
    )


def workers(text: str) -> int:
    """Return the number of workers from the command line."""
    if text.isdecimal() and 1 <= int(text) <= MOST_WORKERS:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r}: expected a number from 1 to {MOST_WORKERS}")


def argument(name: str = "", **settings):
    """Return a field for an argument, declared as in argparse; positional if it has no name."""
    return field(default=None, metadata={"name": name, "settings": settings})


def flag(name: str, words: str):
    """Return a field for an option without a value."""
    return argument(name, action="store_true", help=words)


command = dataclass(frozen=True, kw_only=True)
OUT = {
    "name": "--out",
    "type": a_path,
    "metavar": "PATH",
    "help": "the file or folder to write",
}
OUT_FILE = OUT | {"type": a_file, "metavar": "FILE", "help": "the file to write"}
CODES = ("--anonymous", "replace names with codes; anonymous-key.csv maps them back")
SEED = {
    "name": "--seed",
    "type": a_file,
    "metavar": "FILE",
    "help": "file with the seed of the hidden cases",
}
ONLY = {"name": "--students", "nargs": "+", "default": (), "metavar": "STUDENT"}
ONLY["help"] = "only these students"
HERE_IS_RIGHT = (
    "--this-machine",
    "use the files on this machine, even if another one wrote something newer",
)
UNSAFE = ("--unsafe-no-sandbox", "run without a sandbox; only for submissions that you trust")


@command
class Check:
    """Check the functions of a notebook on the visible cases. Students run this command."""

    notebook: Path = argument(type=Path, metavar="NOTEBOOK")

    def run(self) -> int:
        from .student.notebook import checkup

        return checkup(self.notebook)


@command
class OfCourse:
    """Arguments shared by all of the instructor's commands."""

    folder: Path
    problems: Path | None = argument(
        "--problems",
        type=a_path,
        help="folder with private problems, which override the public ones",
    )

    @property
    def course(self):
        """Return the course that the command works on."""
        from .course.folder import Course

        seed_file = getattr(self, "seed", None)
        return Course(self.folder, problems=self.problems, seed_file=seed_file)


@command
class OfAssignment(OfCourse):
    """Arguments shared by all commands that take one assignment."""

    assignment: str = argument(metavar="ASSIGNMENT")

    def __post_init__(self):
        if wrong := unfit_name(self.assignment):
            raise WrongUsage(wrong)


@command
class NewProblem(OfAssignment):
    """Write templates for a new problem: declaration, text, and tests if it is private."""

    name: str = argument(metavar="NAME", help="the function that students write")
    worth: float = argument(
        "--points",
        type=float,
        default=10.0,
        help="number of points in the declaration; default: 10",
    )
    takes: str = argument(
        "--takes",
        metavar="ARGUMENTS",
        default="X",
        help="the function's arguments, as in a signature: 'scores, labels, k=1'; default: X",
    )
    returns: str = argument(
        "--returns",
        metavar="PARTS",
        default="values",
        help="names of the parts of the answer: 'loss, gradient'; default: values",
    )

    def run(self) -> int:
        from .release.new_problem import new_problem, unfilled

        course, name = self.course, self.assignment
        for file in new_problem(course, name, self.name, self.worth, self.takes, self.returns):
            say(f"{file}: fill it in")
        with_it = f" --problems {self.problems}" if self.problems else ""
        places = len(unfilled(course, name))
        todo = counted(places, "place")
        say(f"{todo} marked FILL IN: `nngrader release {name}{with_it}` lists them all")
        test, place = f"make test T={self.name}", "their declarations"
        if self.problems:
            test, place = f"pytest {self.problems}", f"{self.problems / name}.toml"
        worth = counted(self.worth, "point")
        say(f"then run `{test}`, and remove {worth} from other problems, in {place}")
        return DONE


@command
class Release(OfAssignment):
    """Write release/ASSIGNMENT and ASSIGNMENT.zip unless they leak answers or grade wrongly."""

    again: bool = flag("--again", "test all problems again, even those that haven't changed")
    out: Path | None = argument(**OUT)
    this_machine: bool = flag(*HERE_IS_RIGHT)

    def run(self) -> int:
        from .release.build import NotFit, release
        from .sandbox.launch import Sandbox
        from .settings import read_settings

        course, name = self.course, self.assignment
        course.require_whole(name)
        settings = course.source(name).with_name("nngrader.toml")
        with Sandbox(read_settings(settings)[0]) as sandbox:
            sandbox.require()
        try:
            options = {"again": self.again, "this_machine": self.this_machine}
            file = release(course, name, self.out, tell=say, **options)
        except NotFit as e:
            print(f"{name} is not released:", *e.reasons, sep="\n  ", file=sys.stderr)
            return FAILED
        say(f"{file}: ready to give to students")
        return DONE


@command
class Gradescope(OfAssignment):
    """Write ASSIGNMENT-gradescope.zip, an autograder for Gradescope's own container."""

    out: Path | None = argument(**OUT_FILE)
    seed: Path | None = argument(**SEED)

    def run(self) -> int:
        from .release.build import SEEDS
        from .release.gradescope import autograder
        from .release.seeds import untried

        course, name = self.course, self.assignment
        file = self.out or course / "release" / f"{name}-gradescope.zip"
        autograder(course, name, file)
        if changed := untried(course, name, SEEDS):
            names = ", ".join(changed)
            warn(
                f"changed since they were last tested: {names}; "
                f"run `nngrader release {name}` first"
            )
        secret = "contains solutions and the seed, so upload it only as the autograder"
        say(f"{file}: {secret}")
        return DONE


@command
class Collect(OfAssignment):
    """Copy a learning platform's submissions into submitted/STUDENT/ASSIGNMENT/."""

    download: Path = argument(
        type=a_path, metavar="FOLDER_OR_ZIP", help="the platform's download, a folder or a zip"
    )
    groups: Path | None = argument(
        "--groups",
        type=a_file,
        metavar="FILE.csv",
        help="table of groups, instead of the column `group` of the class list",
    )
    worksheet: Path | None = argument(
        "--worksheet",
        type=a_file,
        metavar="FILE.csv",
        help="Moodle's grading worksheet, which lists the participants and submission times",
    )
    zone: str | None = argument(
        "--zone",
        metavar="ZONE",
        help="time zone of times without one, e.g. Europe/Berlin; default: this machine's for "
        "the worksheet's dates, UTC for timestamp.txt",
    )
    before_due: bool = flag(
        "--before-due",
        "keep each student's last version before the due date (with extension and grace "
        "period), if there is one",
    )
    trust_times: bool = flag(
        "--trust-times",
        "don't flag the times in timestamp.txt: you or the platform wrote these files",
    )
    apart: list = argument(
        "--apart",
        nargs="+",
        default=(),
        metavar="STUDENT",
        help="students to treat individually, outside their groups",
    )

    def run(self) -> int:
        from .course.groups import groups_of
        from .course.worksheet import SOURCE, read, zone_of
        from .gradebook.late import deadlines
        from .intake.collect import collect, lines

        course, name = self.course, self.assignment
        groups = groups_of(course, self.groups, self.apart)
        zone = zone_of(self.zone)
        sheet = read(self.worksheet) if self.worksheet else None
        due = deadlines(course, name)
        if self.before_due and not due(""):
            raise WrongUsage(
                f"--before-due: {name} has no due date. Write it into its nngrader.toml, as in "
                "due = 2026-12-01T23:59:00+01:00"
            )
        collected = collect(
            course,
            name,
            self.download,
            groups,
            sheet,
            zone,
            trust_times=self.trust_times,
            due=due,
            before_due=self.before_due,
        )
        for text in lines(course, name, collected):
            say(text)
        if collected.times[SOURCE]:
            machine = " or ".join(dict.fromkeys(tzname))  # such as CET or CEST
            zone = self.zone or f"{machine}, as on this machine (change with --zone)"
            say(f"time zone of the worksheet's dates: {zone}")
        return FAILED if collected.left_out else DONE


@command
class Restore(OfAssignment):
    """Bring back a submission that a later one replaced, from replaced/STUDENT/ASSIGNMENT/."""

    student: str = argument(metavar="STUDENT")
    number: int | None = argument(
        metavar="NUMBER",
        nargs="?",
        type=int,
        help="its folder there; default: the last one "
        "before the due date if the present one is late, or else the highest",
    )

    def run(self) -> int:
        from .gradebook.late import deadlines
        from .intake.deposit import restore
        from .storage.results import Store
        from .storage.scratch import alone

        course, name = self.course, self.assignment
        with alone(Store(course / ".results"), name):
            say(restore(course, name, self.student, self.number, deadlines(course, name)))
        return DONE


@command
class Grade(OfAssignment):
    """Grade submissions in a sandbox and record the points in nbgrader's gradebook."""

    assignment: str = argument(
        metavar="ASSIGNMENT",
        help="name of the assignment; or ASSIGNMENT.ipynb, to grade a file without recording "
        "the points",
    )
    anonymous: bool = flag(*CODES)
    seed: Path | None = argument(**SEED)
    unsafe: bool = flag(*UNSAFE)
    students: list = argument(**ONLY)
    workers: int = argument(
        "--workers",
        type=workers,
        default=min(cores(), MOST_WORKERS),
        help=f"submissions to grade in parallel; default: usable cores, at most {MOST_WORKERS}",
    )
    scheduler: str | None = argument(
        "--scheduler", metavar="ADDRESS", help="address of a Dask cluster: tls://HOST:PORT"
    )
    json: Path | None = argument(
        "--json", type=a_file, metavar="FILE", help="also write the results to this file"
    )
    this_machine: bool = flag(*HERE_IS_RIGHT)

    def run(self) -> int:
        from .grading.command import grade_class

        course = self.course
        if self.assignment.endswith(".ipynb"):
            from .release.one_file import grade_file

            result = grade_file(course, Path(self.assignment), unsafe=self.unsafe)
            return FAILED if result["status"] == "ungradable" else DONE
        results = grade_class(
            course,
            self.assignment,
            self.students,
            anonymous=self.anonymous,
            unsafe=self.unsafe,
            workers=self.workers,
            scheduler=self.scheduler,
            json_file=self.json,
            this_machine=self.this_machine,
        )
        for text in course.warnings():
            warn(text)
        return FAILED if any(r.get("failed") for r in results) else DONE


@command
class Explain(OfAssignment):
    """Show why a submission lost points: failing inputs, expected and actual results."""

    student: str = argument(metavar="STUDENT")
    problem: str | None = argument(metavar="PROBLEM", nargs="?", help="only this problem")
    out: Path | None = argument(**OUT_FILE)
    anonymous: bool = flag(*CODES)
    seed: Path | None = argument(**SEED)
    unsafe: bool = flag(*UNSAFE)

    def run(self) -> int:
        from .reports.explanation import show_lost

        show_lost(
            self.course,
            self.assignment,
            self.student,
            self.problem,
            out=self.out,
            anonymous=self.anonymous,
            unsafe=self.unsafe,
        )
        return DONE


@command
class Marks(OfAssignment):
    """Read manual marks and comments from a CSV file: student,cell,points,comment."""

    file: Path | None = argument(
        type=a_file,
        metavar="FILE.csv",
        nargs="?",
        help="the table of marks; optional with --share",
    )
    share: bool = flag(
        "--share", "give each mark to the whole group, except members with a separate mark"
    )
    dry_run: bool = flag("--dry-run", "show what would change, but write nothing")
    anonymous: bool = flag(*CODES)

    def run(self) -> int:
        from .gradebook.by_hand import take_marks

        asked = {"share": self.share, "dry_run": self.dry_run, "anonymous": self.anonymous}
        take_marks(self.course, self.assignment, self.file, **asked)
        return DONE


@command
class Reweight(OfAssignment):
    """Show the effect of new points after the deadline; --yes applies them."""

    points: list = argument(
        "--points",
        nargs="+",
        type=a_price,
        default=(),
        metavar="PROBLEM=N",
        help="new points for a problem or a written answer",
    )
    drop: list = argument(
        "--drop",
        nargs="+",
        default=(),
        metavar="PROBLEM",
        help="the same as --points PROBLEM=0",
    )
    yes: bool = flag("--yes", "apply the changes after showing them")
    this_machine: bool = flag(*HERE_IS_RIGHT)

    def run(self) -> int:
        from .gradebook.rewrite import reweight

        asked = (self.points, self.drop, self.yes, self.this_machine)
        reweight(self.course, self.assignment, *asked)
        return DONE


@command
class Feedback(OfAssignment):
    """Write a page for each graded student, in folders or for Moodle, Canvas or the web."""

    layout: str = argument(
        "--layout",
        choices=("folders", "moodle", "canvas", "web"),
        default="folders",
        help="folders (default), a zip for Moodle or Canvas, or a folder for a web server",
    )
    address: str = argument(
        "--address",
        metavar="URL",
        default="",
        help="URL where you will serve the folder of --layout web, for the list of links",
    )
    students: list = argument(**ONLY)
    out: Path | None = argument(**OUT)
    anonymous: bool = flag(*CODES)

    def run(self) -> int:
        from .reports.returned import write_feedback

        if self.anonymous and self.layout != "folders":
            raise WrongUsage(
                f"--anonymous cannot be combined with --layout {self.layout}, which needs names"
            )
        if self.students and self.layout == "web":
            raise WrongUsage(
                "--students cannot be combined with --layout web, whose list of "
                "links contains the whole class"
            )
        if self.layout in ("folders", "web") and self.out and self.out.is_file():
            raise WrongUsage(f"--out: {self.out} is a file, expected a folder")
        asked = self.layout, self.out, self.address, self.anonymous, self.students
        return DONE if write_feedback(self.course, self.assignment, *asked) else FAILED


@command
class Export(OfAssignment):
    """Write the marks as a table for a learning platform."""

    layout: str = argument(
        "--layout",
        choices=("csv", "canvas", "moodle", "gradescope"),
        default="csv",
        help="format of the table; default: csv",
    )
    worksheet: Path | None = argument(
        "--worksheet",
        type=a_file,
        metavar="FILE.csv",
        help="with --layout moodle: grading worksheet to fill in",
    )
    zero_ungradable: bool = flag(
        "--zero-ungradable",
        "give 0 points instead of no mark to submissions that could not be graded",
    )
    out: Path | None = argument(**OUT_FILE)
    anonymous: bool = flag(*CODES)

    def run(self) -> int:
        from .reports.export import write_marks

        if self.worksheet and (self.layout != "moodle" or self.anonymous):
            raise WrongUsage(
                "--worksheet needs --layout moodle and cannot be combined with --anonymous"
            )
        write_marks(
            self.course,
            self.assignment,
            self.layout,
            self.worksheet,
            zero_ungradable=self.zero_ungradable,
            anonymous=self.anonymous,
            out=self.out,
        )
        return DONE


@command
class Totals(OfCourse):
    """Add up all graded assignments, with weights, drops and excuses from course.toml."""

    weights: list = argument(
        "--weights",
        nargs="+",
        default=(),
        metavar="ASSIGNMENT=NUMBER",
        help="weights instead of those in course.toml, or a .toml file instead of course.toml",
    )
    drop_lowest: int | None = argument(
        "--drop-lowest", type=int, metavar="N", help="drop each student's N lowest assignments"
    )
    excuse: list = argument(
        "--excuse",
        nargs=2,
        action="append",
        default=[],
        metavar=("STUDENT", "ASSIGNMENT"),
        help="don't count this assignment for this student; may be repeated",
    )
    zero_missing: bool = flag(
        "--zero-missing",
        "count missing submissions as 0, instead of withholding the total",
    )
    zero_ungradable: bool = flag(
        "--zero-ungradable", "count submissions that could not be graded as 0"
    )
    out: Path | None = argument(**OUT_FILE)
    anonymous: bool = flag(*CODES)

    def run(self) -> int:
        from .reports.totals import rules_for, write_totals

        typed = self.weights, self.drop_lowest, self.excuse
        rules = rules_for(self.course, *typed, self.zero_missing, self.zero_ungradable)
        write_totals(self.course, rules, self.anonymous, self.out)
        return DONE


@command
class Report(OfAssignment):
    """Write a page about the class: difficult problems, mistakes, flags, similar solutions."""

    out: Path | None = argument(**OUT_FILE)
    anonymous: bool = flag(*CODES)

    def run(self) -> int:
        from .reports.class_report import write_report

        write_report(self.course, self.assignment, self.anonymous, self.out)
        return DONE


COMMANDS = {
    "check": Check,
    "new-problem": NewProblem,
    "release": Release,
    "gradescope": Gradescope,
    "collect": Collect,
    "restore": Restore,
    "grade": Grade,
    "explain": Explain,
    "marks": Marks,
    "reweight": Reweight,
    "feedback": Feedback,
    "export": Export,
    "course": Totals,
    "report": Report,
}


class Version(argparse.Action):
    """Option that prints the version and ends the program."""

    def __call__(self, *_):
        from nnlib import __version__

        say(f"nngrader {__version__}")
        raise SystemExit(DONE)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command, with the arguments of every subcommand."""
    about = "Release assignments, grade them in a sandbox, and explain the result to students."
    p = argparse.ArgumentParser(
        prog="nngrader", description=about, epilog=EXIT, allow_abbrev=False
    )
    place = "the course folder; default: the exercises of this checkout"
    folder = {"dest": "folder", "type": Path, "metavar": "DIR", "help": place}
    p.add_argument("--course", default=HERE, **folder)
    hidden = {"dest": argparse.SUPPRESS, "default": argparse.SUPPRESS}
    p.add_argument("--version", action=Version, nargs=0, help="print the version", **hidden)
    commands = p.add_subparsers(required=True, metavar="COMMAND")
    for name, kind in COMMANDS.items():
        status = EXIT_OF_CHECK if kind is Check else EXIT
        s = commands.add_parser(
            name, help=kind.__doc__, description=kind.__doc__, epilog=status, allow_abbrev=False
        )
        s.set_defaults(kind=kind)
        # people type it before or after the command
        s.add_argument("--course", default=argparse.SUPPRESS, **folder)
        for f in fields(kind):
            if f.metadata:
                name, settings = f.metadata["name"], dict(f.metadata["settings"])
                if name:
                    settings["dest"] = f.name
                s.add_argument(name or f.name, **settings)
    return p


def main(argv: list[str] | None = None) -> int:
    """Run the command, by default with the arguments of the process; return its exit status.

    Errors that a person can correct are printed without a traceback.
    """
    any_terminal()
    try:
        typed = vars(parser().parse_args(argv))
        kind = typed.pop("kind")
        folder = typed.pop("folder")
        if kind is Check:
            return Check(**typed).run()
        if not folder.is_dir():
            parser().error(f"--course: the folder {folder} doesn't exist")
        return kind(folder=folder, **typed).run()
    except (NotThere, WrongUsage) as e:
        print(f"nngrader: {e}", file=sys.stderr)
        return USAGE
    except (CannotDo, ValueError) as e:
        print(f"nngrader: {e}", file=sys.stderr)
        return FAILED
    except OSError as e:  # a full disk, a read-only folder
        print(f"nngrader: {of_system(e)}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(
            "stopped: finished results are saved; run the command again to continue",
            file=sys.stderr,
        )
        return FAILED


if __name__ == "__main__":
    raise SystemExit(main())
