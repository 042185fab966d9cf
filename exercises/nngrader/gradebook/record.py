"""Write results into nbgrader's gradebook, using nbgrader's own steps.

As a result, formgrader, nbgrader's feedback and its export need no change. The steps read
rebuilt notebooks, with the points as outputs of the test cells, never the submitted files.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import shutil
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat

from ..course.assignment import Assignment
from ..course.notebooks import grade_id, is_solution, is_test, mark, parts, problem_of
from ..course.roster import COLUMNS, Student
from ..errors import CannotDo, first_line
from ..intake.deposit import (
    DATES,
    FORMAT,
    LATE_MARK,
    archive_of,
    doubt_of,
    last_in_time,
    submitted_at,
)
from ..intake.platforms import STAMP, names_zone, time_of
from ..intake.rebuild import harmless
from ..intake.submission import Unreadable, read_regular
from ..records.finding import findings_of
from ..records.flag import DOUBTS, Flag, FlagCode, add_flag, flags_of
from ..records.flag_rendering import ranked
from ..records.rendering import Audience, sentences
from ..storage.results import digest
from ..storage.scratch import Scratch
from ..wording import MOST_SAID, cut
from .database import config_of, database_errors, display_name, quiet, reason, require_gradebook
from .late import enter_due, policy_of

MOST_STAMP = 100  # bytes of a timestamp
AHEAD = timedelta(days=1)  # how far a clock in another time zone may be ahead
TRIES, PAUSE = 4, 2.0  # attempts while another program uses the gradebook; seconds between them
DELIMITERS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN MARK SCHEME", "END MARK SCHEME")


class Recorder:
    """Writes the results of an assignment that are not in the gradebook yet.

    It is a context manager; the gradebook stays open in its block.

    :param assignment: The assignment; it must have been released into the gradebook.
    :ivar restored: For each student without a notebook in `autograded/`: the cells whose manual
        marks remain, and whether the journal shows that the marked work hasn't changed.
    :param anyway: Whether to record even if another machine wrote something newer.
    :raises CannotDo: If the gradebook is missing, locked or damaged, doesn't contain the
        assignment, or was written by another machine with something newer.
    """

    def __init__(self, assignment: Assignment, *, anyway: bool = False):
        self.assignment, self.name = assignment, assignment.name
        self.anyway = anyway
        course, self.tries, self.restored = assignment.course, TRIES, {}
        self.config = config_of(course, self.name)
        self.policy = policy_of(self.config, course, self.name)
        self.url = self.config.CourseDirectory.db_url
        require_gradebook(course, self.name)
        self._open = contextlib.ExitStack()
        with self._open:
            self._start()
            self._open = self._open.pop_all()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_):
        with quiet():
            self._open.close()

    def _start(self):
        """Open a temporary folder and the gradebook, which both stay open."""
        from nbgrader.coursedir import CourseDirectory

        from .autograder import Autograder, OpenGradebook, entries_of

        results = self.assignment.course / ".results"
        results.mkdir(mode=0o700, exist_ok=True)
        self.workspace = Path(self._open.enter_context(Scratch(results)))
        self.journal = Journal(results / f"recorded-{self.name}.jsonl")
        self.home = CourseDirectory(config=self.config)
        with quiet(), database_errors(self.url):
            self.gradebook = OpenGradebook(self.url, self.home.course_id)
            self._open.callback(self.gradebook.shut)
            self._enter_due()
            self.entries = entries_of(self.gradebook, self.name)
            self.gradebook.db.rollback()
            self.autograder = Autograder(self.gradebook, self.policy, self.name, self.config)

    def _enter_due(self):
        """Enter the due date; raise an error if the gradebook has no such assignment."""
        from nbgrader.api import MissingEntry

        try:
            with self.gradebook.whole():
                self.gradebook.find_assignment(self.name)
                self._keep_current()
                enter_due(self.gradebook, self.policy, self.name)
                self.due = str(self.gradebook.find_assignment(self.name).duedate)
        except MissingEntry:
            raise CannotDo(
                f"the gradebook {display_name(self.url)} does not contain {self.name}. Is it a "
                f"different gradebook or an old copy? `nngrader release {self.name}` adds the "
                "assignment"
            ) from None

    def _keep_current(self):
        """Refuse to undo what another machine wrote, and note what this one writes."""
        from .state import facts_of, note, require_current

        course, known = self.assignment.course, facts_of(self.assignment, self.policy)
        if not self.anyway:
            require_current(self.gradebook, course, self.name, known)
        note(self.gradebook, course, self.name, known, f"grade {self.name}")

    def enter_names(self, students: Iterable[Student]) -> None:
        """Enter the names of the class list into the gradebook, where formgrader shows them."""
        with quiet(), database_errors(self.url), self.gradebook.whole():
            known = {s.id: s for s in self.gradebook.students}
            for student in students:
                # An empty field of the list doesn't remove what the gradebook knows.
                row = {c: getattr(student, c) for c in COLUMNS[1:] if getattr(student, c)}
                before = known.get(student.id)
                if before is None or any(getattr(before, c) != row[c] for c in row):
                    self.gradebook.update_or_create_student(student.id, **row)

    def record(self, result: dict, notebook: dict) -> None:
        """Record one submission; if this fails, the result gets a flag.

        :param result: A result from `Grader.grade_all`. If it cannot be recorded, `flags` and
            `failed` are set; if it is late or its time is invalid, only `flags`.
        """
        if not is_id(result["student"]):
            add_flag(result, Flag(FlagCode.BAD_STUDENT_ID))
            result["failed"] = True
            return
        try:
            with quiet():
                self._record(result, notebook)
        except (Exception, SystemExit) as e:
            data = {"reason": cut(self._why(e), MOST_SAID)}
            add_flag(result, Flag(FlagCode.NOT_RECORDED, data=data))
            result["failed"] = True

    def _why(self, e):
        """Return the cause of an error in one line, naming the gradebook if it is the cause."""
        from sqlalchemy.exc import SQLAlchemyError

        for one in chain(e):
            if isinstance(one, SQLAlchemyError):
                return f"the gradebook {display_name(self.url)}: {reason(one)}"
        return first_line(e)

    def _record(self, result, notebook):
        """Record one submission, unless the same result has already been recorded."""
        from .autograder import works

        student, named = result["student"], parts(notebook, self.name).items()
        stamp = self._timestamp(student, result)
        if not stamp and os.path.lexists(self._handed_in(student) / LATE_MARK):
            add_flag(result, Flag(FlagCode.MARKED_LATE))
        self._tell_doubts(student, result)
        rubrics = {
            grade_id(c): c["source"]
            for c in self.assignment.instructor["cells"]
            if is_solution(c) and mark(c).get("grade")
        }
        shown = {own: with_results(one, result, rubrics) for own, one in named}
        settings = [self.due, repr(self.policy), json.dumps(self.config, default=str)]
        key = digest([shown, stamp, *settings])
        if not self._is_recorded(student, key):
            waiting = self._persist(student, shown, stamp)
            entry = [key, self._fingerprint(student), works(shown), waiting]
            self.journal.add(student, entry)
        self._tell_late(student, result)

    def _is_recorded(self, student, key):
        """Return whether the same result has been recorded and not changed since."""
        return student in self.entries and self._noted(student)[:2] == [
            key,
            self._fingerprint(student),
        ]

    def _noted(self, student):
        """Return a student's journal entry: key, fingerprint, works and `waiting`, or []."""
        entry = self.journal.get(student)
        return entry if isinstance(entry, list) else []

    def _fingerprint(self, student):
        """Return a fingerprint of the recorded file and its entry, for noticing changes."""
        try:
            stats = [file.stat() for file in self._recorded_files(student).values()]
        except OSError:
            return None
        dated = [[stat.st_mtime_ns, stat.st_size] for stat in stats]
        return [dated, digest(self.entries[student].recorded)]

    def _recorded_files(self, student):
        """Return the paths of the notebooks that nbgrader's tools show, by their names."""
        folder = self.home.format_path(self.home.autograded_directory, student, self.name)
        names = parts(self.assignment.instructor, self.name)
        return {own: Path(folder, f"{own}.ipynb") for own in names}

    def _persist(self, student, shown, stamp):
        """Record the notebooks; try again while another program is using the gradebook.

        If the last try fails, later submissions try once and don't wait, until one succeeds.

        :return: The work of cells whose manual marks no longer count.
        """
        notebooks = {own: nbformat.from_dict(one) for own, one in shown.items()}
        for left in reversed(range(self.tries)):
            try:
                waiting = self._write(student, notebooks, stamp)
                self.tries, self.gradebook.wait_ms = TRIES, type(self.gradebook).wait_ms
                break
            except Exception as e:
                if not _is_held(e):
                    raise
                if not left:
                    self.tries, self.gradebook.wait_ms = 1, 0
                    raise
                time.sleep(PAUSE)
        self._put_away(student, notebooks, stamp)
        return waiting

    def _write(self, student, notebooks, stamp):
        """Write a submission with its points into the gradebook; return `_persist`'s result."""
        from .autograder import entries_of, works

        def earlier():
            """Return the work recorded earlier, from the notebook or else the journal."""
            nonlocal lost
            with contextlib.suppress(Exception):  # it was deleted, or changed by hand
                files = self._recorded_files(student).items()
                return works({own: nbformat.read(f, as_version=4) for own, f in files})
            lost, noted = True, self._noted(student)[2:]
            return noted[0] if noted else None

        lost, before = False, (self._noted(student)[3:] or [{}])[0]
        with self.gradebook.whole():
            kept, waiting = self.autograder.record(student, notebooks, stamp, earlier, before)
        if lost and kept:
            self.restored[student] = kept, bool(self._noted(student)[2:])
        self.entries |= entries_of(self.gradebook, self.name, student)
        self.gradebook.db.rollback()
        return waiting

    def _put_away(self, student, notebooks, stamp):
        """Write the notebooks for nbgrader's tools, replacing the previous ones."""
        made = self.workspace / "made"
        target = next(iter(self._recorded_files(student).values())).parent
        shutil.rmtree(made, ignore_errors=True)
        course = self.assignment.course
        source, hidden = course.source(self.name).parent, course.hidden_files(self.name)
        left_out = shutil.ignore_patterns(*hidden, "*.ipynb", "*.cases.json")
        shutil.copytree(source, made, ignore=left_out)
        for own, notebook in notebooks.items():
            nbformat.write(notebook, made / f"{own}.ipynb")
        if stamp:
            (made / STAMP).write_text(stamp)
        shutil.rmtree(target, ignore_errors=True)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(made, target)

    def _tell_late(self, student, result):
        """Update the late penalty for the current marks, and add a flag about it."""
        entry = self.entries[student]
        fair = entry.fair_penalty(self.policy)
        if abs(fair - entry.penalty) > 1e-9:
            with self.gradebook.whole():
                self.autograder.penalise(student)
        if self._costs(entry):
            if entry.seconds:
                data = {"seconds": entry.seconds, "points": fair}
                add_flag(result, Flag(FlagCode.LATE, data=data))

    def _tell_doubts(self, student, result):
        """Add flags about reasons to doubt the time of submission.

        The date of a file is the usual time for files that came by email, so this flag is only
        information, and only if the assignment has a due date.
        """
        if self._is_behind_link(student):
            return
        for key, text in doubt_of(self._handed_in(student)).items():
            usual = {"usual": True} if text == DATES else {}
            if key in DOUBTS and not (usual and self.due == str(None)):
                code, entry = DOUBTS[key]
                add_flag(result, Flag(code, data={entry: text} | usual))

    def replaced_in_time(self, student: str, result: dict) -> tuple[Path, dict] | None:
        """Return the folder of a version on time that a late one replaced, or None.

        :return: The folder, and the data of a flag about it: `time`, and `now`, the result's
            automatic points after the late penalty.
        """
        entry = self.entries.get(student)
        if not entry or not entry.seconds or not self._costs(entry):
            return None
        grace = timedelta(seconds=self.policy.grace)
        end = entry.timestamp - timedelta(seconds=entry.seconds) + grace
        archive = archive_of(self.assignment.course, student, self.name)
        if not (n := last_in_time(archive, end.replace(tzinfo=UTC))):
            return None
        points = result["score"]
        fair = self.policy.penalty(points, entry.seconds)
        cost = fair if self.policy.stated else min(points, entry.penalty)
        when = submitted_at(archive / str(n))
        time = f"{when:%Y-%m-%d %H:%M:%S} UTC"
        return archive / str(n), {"time": time, "now": round(points - cost, 6)}

    def _costs(self, entry):
        """Return whether a late submission is flagged: it is later than the grace period."""
        return not self.policy.stated or self.policy.days(entry.seconds)

    def _is_behind_link(self, student):
        """Return whether a submission's folder may be another student's."""
        folder = self._handed_in(student)
        return folder.is_symlink() or folder.parent.is_symlink()

    def _handed_in(self, student):
        """Return the folder of a submission."""
        return self.assignment.course / "submitted" / student / self.name

    def _timestamp(self, student, result):
        """Return the time of submission in UTC, or "" if it is missing or not clear.

        We don't use nbgrader's parser: it reads unknown time zones as UTC, and guesses whether
        the day or the month is first.
        """
        file = self._handed_in(student) / STAMP
        if self._is_behind_link(student):
            return ""  # a link may point to another student's file; intake has flagged it
        try:
            text = read_regular(file, MOST_STAMP)[0].decode("ascii", "replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return ""
        except (Unreadable, OSError):
            text = ""
        if not (when := time_of(text)):
            add_flag(result, Flag(FlagCode.UNREADABLE_TIME, data={"text": text}))
            return ""
        if not names_zone(text):
            add_flag(result, Flag(FlagCode.NO_TIME_ZONE, data={"zone": "UTC"}))
        if when > datetime.now(UTC) + AHEAD:
            add_flag(result, Flag(FlagCode.FUTURE_TIME))
        return when.strftime(FORMAT)


def chain(e: BaseException | None):
    """Yield an exception, and then the chain of exceptions that caused it."""
    while e is not None:
        yield e
        e = e.__cause__ or e.__context__


def is_id(student: str) -> bool:
    r"""Return whether nbgrader can store a student's id.

    >>> [is_id(s) for s in ("Zoë [x]", "a\nb", "andr\udce9")]
    [True, False, False]
    """
    try:
        student.encode()
    except UnicodeEncodeError:
        return False
    return "\n" not in student


def _is_held(e):
    """Return whether an error means that another program is using the gradebook."""
    messages = " ".join(str(one).lower() for one in chain(e))
    return "locked" in messages or "lock timeout" in messages


class Journal:
    """Entries by name in a file, one on each line. If a name has several, the last counts.

    :param file: Read if it exists. Incomplete or malformed lines are ignored.
    """

    def __init__(self, file: Path):
        self.file, self.entries, lines = file, {}, 0
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        for line in text.splitlines():
            lines += 1
            self._read(line)
        if lines > 4 * len(self.entries) + 100:
            self._shorten()

    def get(self, name: str):
        """Return the latest entry of a name, or None if there is none."""
        return self.entries.get(name)

    def add(self, name: str, entry) -> None:
        """Add an entry of plain data on a new line, even if the last line is incomplete."""
        self.entries[name] = entry
        with open(self.file, "a", encoding="utf-8") as f:
            f.write(f"\n{json.dumps([name, entry])}\n")

    def _read(self, line):
        """Store the entry of one line, unless the line is damaged."""
        try:
            name, entry = json.loads(line)
            self.entries[name] = entry
        except (ValueError, TypeError):
            return

    def _shorten(self):
        """Rewrite the file with the latest entry of each name."""
        from ..storage.results import write_whole

        write_whole(self.file, "".join(f"{json.dumps(e)}\n" for e in self.entries.items()))


def with_results(notebook: dict, result: dict, rubrics: dict | None = None) -> dict:
    """Return the rebuilt notebook with points and findings, for formgrader.

    :param rubrics: The instructor's cells with model answer and rubric, by id of the written
        answer.
    :return: Points and findings are the outputs of the test cells. A cell at the top contains
        the flags, and each written answer is followed by its rubric.
    """
    shown = copy.deepcopy(notebook)
    shown["cells"] = [c for cell in shown["cells"] for c in _with_rubric(cell, rubrics or {})]
    for cell in shown["cells"]:
        if is_test(cell):
            points = result["cells"].get(grade_id(cell), [0.0])[0]
            cell["outputs"] = _outputs(points, _words(cell, result))
            cell["execution_count"] = 1
    if flags := flags_of(result):
        shown["cells"].insert(0, _note(flags))
    return shown


def _with_rubric(cell, rubrics):
    """Yield a cell and, after a written answer, its rubric."""
    yield cell
    if text := rubrics.get(grade_id(cell), "").strip():
        lines = [t for t in text.splitlines() if not any(d in t for d in DELIMITERS)]
        quoted = "\n".join(f"> {t}" for t in lines)
        source = f"**For marking: answer and rubric**\n\n{quoted}"
        name = f"rubric-{grade_id(cell)}"[:64]
        yield {"cell_type": "markdown", "id": name, "metadata": {}, "source": source}


def _outputs(points, words):
    """Return a test cell's outputs: the findings, then the points, which nbgrader reads."""
    stream = {"output_type": "stream", "name": "stdout", "text": words}
    number = {
        "output_type": "execute_result",
        "data": {"text/plain": repr(float(points))},
        "execution_count": 1,
        "metadata": {},
    }
    return [stream, number] if words else [number]


def _words(cell, result):
    """Return the findings about a test cell's problem."""
    report = result["problems"].get(problem_of(cell), {"findings": []})
    return "".join(f"{text}\n" for text in sentences(findings_of(report), Audience.HIDDEN))


def _note(flags):
    """Return a text cell with the flags, which may contain a student's file name, escaped."""
    lines = "\n".join(f"- {harmless(text)}" for text in ranked(flags))
    source = f"**nngrader, for the instructor**\n\n{lines}"
    return {"cell_type": "markdown", "id": "nngrader-flags", "metadata": {}, "source": source}
