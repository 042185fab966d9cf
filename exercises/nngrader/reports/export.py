"""Marks as a table for a learning platform: comma-separated, in UTF-8, with decimal points.

Each student has at most one row; the rows are sorted by id. Names, addresses and Canvas's ids
come from the class list, `students.csv`; without one they are empty, except that the name for
Canvas is then the id.

- A mark that is not final is never exported. It isn't final if something is still to be marked
  by hand, if the submission could not be graded, or if there is no submission (the course
  decides whether that is 0). In these cases Canvas's and Moodle's tables have no row, because
  an empty cell would delete the platform's entry, even if it is "excused". The other two tables
  have every student of the class list and of the gradebook, with an empty score and the reason.
  The command names these students. A submission that could not be graded gets 0 points if
  `zero_ungradable` is set; if a person has given it points, these count.
- Late penalties have already been deducted, so don't let the platform deduct any again.
- Names are written unchanged, even if a spreadsheet would read them as formulas, because the
  platform must recognise them. The command lists such names.
- Numbers have as many decimals as they need, at most six. There is no byte order mark, because
  some programs would read it as part of the first column's name.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from ..course.anonymous import Names, names_of
from ..course.definitions import EARLIER, earlier_in_words, graded_earlier
from ..course.folder import Course
from ..course.origins import read as read_origins
from ..course.roster import Student, read
from ..course.worksheet import Worksheet, owner
from ..course.worksheet import read as read_worksheet
from ..errors import CannotDo, NotThere, WrongUsage
from ..gradebook.database import marks
from ..screen import shown, warn
from ..storage.results import latest_key
from .class_report import latest

NAMES = Names()
FORMULA = tuple("=+-@\t\r")  # first characters of cells that a spreadsheet reads as formulas
CSV = ("student", "score", "max_score", "late_penalty", "needs_manual_grade", "status", "flag")
FINAL, UNMARKED, UNGRADABLE, MISSING = "final", "unmarked", "ungradable", "missing"
REASONS = {  # messages about marks that are not final
    UNMARKED: "no mark yet, because something is still to be marked by hand",
    UNGRADABLE: "no mark, because nothing could be graded (see the report; --zero-ungradable)",
    MISSING: "no mark, because there is no submission",
}
ZEROED = "0 points, because nothing could be graded (--zero-ungradable)"


def write_marks(
    course: Course,
    assignment: str,
    layout: str,
    sheet: Path | None,
    *,
    zero_ungradable: bool,
    anonymous: bool,
    out: Path | None,
) -> None:
    """Write final marks in a layout or into Moodle's worksheet; warn about the others."""
    known = marks(course, assignment) if anonymous else ()
    called = names_of(course, anonymous, known)
    remarks = []
    if sheet:
        text, remarks = fill(course, assignment, read_worksheet(sheet), zero_ungradable)
    else:
        text = table(course, assignment, layout, zero_ungradable, called)
    for warning in [*warnings(course, assignment, zero_ungradable, called), *remarks]:
        warn(shown(warning))
    if out:
        out.write_bytes(text.encode())
        called.tell_key()
    else:
        print(text, end="")


def table(
    course: Course,
    assignment: str,
    layout: str = "csv",
    zero_ungradable: bool = False,
    called: Names = NAMES,
) -> str:
    """Return the marks of an assignment from the gradebook.

    :param zero_ungradable: Whether a submission that could not be graded gets 0 points instead
        of no mark.
    :raises CannotDo: If the class list cannot be read, or the platform would not recognise the
        codes.
    """
    if called.anonymous and layout in ("canvas", "moodle"):
        words = f"--anonymous cannot be combined with --layout {layout}, which needs names"
        raise WrongUsage(words)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    students, by_student = standings(course, assignment, zero_ungradable)
    students, by_student = called.rows(students), called.marks(by_student)
    writer.writerows(LAYOUTS[layout](assignment, students, by_student))
    return out.getvalue()


def fill(
    course: Course, assignment: str, worksheet: Worksheet, zero_ungradable: bool = False
) -> tuple[str, list[str]]:
    """Return Moodle's grading worksheet with the final marks filled in, and warnings.

    :param worksheet: The worksheet. Only the marks of the students in it change.
    :raises CannotDo: If the maximum in the worksheet differs from the assignment's, because a
        mark would then mean a different percentage.
    """
    students, by_student = standings(course, assignment, zero_ungradable)
    listed = read(course)
    numbers = {o.number: s for s, o in read_origins(course, assignment).items() if o.number}
    most, marks, reached = _most(by_student), {}, set()
    for number_, row in worksheet.rows.items():
        if row.most and _as_number(row.most) not in (None, float(most)):
            raise CannotDo(
                f"{worksheet.file}: the maximum is {row.most} there but {most} here: change it "
                "in the assignment's settings in Moodle, and download the worksheet again"
            )
        student = row.student if row.blind and row.student in by_student else ""
        student = student or numbers.get(number_) or owner(row, listed)
        if student and (mark := _final(by_student, Student(student))):
            marks[number_] = mark
            reached.add(student)
    final = {s.id for s in students if _status(by_student, s) == FINAL}
    lost = sorted(final - reached)
    remarks = [f"with a mark, but not in the worksheet: {', '.join(lost)}"] if lost else []
    return worksheet.filled(marks), remarks


def _as_number(text):
    """Return a number with a decimal point or comma, or None if it isn't a number."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def collected_since(course: Course, assignment: str) -> list[str]:
    """Return the students whose submission has changed since the class was graded."""
    file = course / ".results" / f"{latest_key(assignment)}.json"
    if not file.is_file():
        return []
    graded, folder = file.stat().st_mtime, course / "submitted"
    return [
        student
        for student in course.submissions(assignment)
        if (folder / student / assignment).lstat().st_mtime > graded
    ]


def warnings(
    course: Course, assignment: str, zero_ungradable: bool = False, called: Names = NAMES
) -> list[str]:
    """Return warnings that a person should read before uploading the table.

    :return: One line for each kind of warning.
    """
    students, by_student = standings(course, assignment, zero_ungradable)
    known = read(course)
    odd = [s.id for s in students if any(c[:1] in FORMULA for c in vars(s).values() if c)]
    odd = [] if called.anonymous else odd
    complaints = [("a spreadsheet would read a name, an id or an address as a formula", odd)]
    for status, text in REASONS.items():
        complaints.append((text, [s.id for s in students if _status(by_student, s) == status]))
    complaints.append((ZEROED, [s for s, mark in by_student.items() if mark["zeroed"]]))
    changed = f"collected after the last run of `nngrader grade {assignment}`"
    complaints.append((changed, collected_since(course, assignment)))
    strangers = [s for s in by_student if known is not None and s not in known]
    complaints.append(("not in the class list", strangers))
    remarks = [f"{text}: {', '.join(called.all(names))}" for text, names in complaints if names]
    old = {called(s): mark["earlier"] for s, mark in by_student.items() if mark["earlier"]}
    return remarks + earlier_in_words(old)


def number(value: float) -> str:
    """Return a number in a form that every platform reads: a point, at most six decimals.

    >>> number(100.0), number(200 / 3), number(1e-7)
    ('100.0', '66.666667', '0.0')
    """
    text = f"{value:z.6f}".rstrip("0")
    return text + "0" if text.endswith(".") else text


def standings(
    course: Course, assignment: str, zero_ungradable: bool = False
) -> tuple[list[Student], dict[str, dict]]:
    """Return all students with their class list rows, and marks with a status by id.

    :return: All students of the class list and the gradebook; the gradebook's marks, each with
        a `status`: `FINAL`, or the reason. Students without a mark have no submission.
    """
    by_student = marks(course, assignment)
    results = _results(course, assignment)
    earlier = graded_earlier(course, assignment, results)
    lost = {s for s, r in results.items() if r["status"] == UNGRADABLE}
    for student, mark in by_student.items():
        has_mark = any(points is not None for _, points, *_ in mark["by_hand"])
        ungradable = student in lost and not (has_mark or mark["extra"])
        unmarked = UNMARKED if mark["needs_manual_grade"] else FINAL
        mark["status"] = UNGRADABLE if ungradable and not zero_ungradable else unmarked
        mark["zeroed"] = ungradable and mark["status"] == FINAL
        mark["earlier"] = earlier.get(student, [])
    listed = read(course) or {}
    return [listed.get(s) or Student(s) for s in sorted(listed.keys() | by_student)], by_student


def _results(course, assignment):
    """Return the results of the last grading run, or {} if there was none."""
    try:
        return latest(course, assignment)
    except NotThere:
        return {}


def _status(by_student, student):
    """Return whether a student's mark is final, or the reason why it isn't."""
    return by_student[student.id]["status"] if student.id in by_student else MISSING


def _final(by_student, student):
    """Return a student's mark if it is final, or else ""."""
    return (
        number(by_student[student.id]["score"]) if _status(by_student, student) == FINAL else ""
    )


def _most(by_student):
    """Return the maximum number of points."""
    return number(next((m["max_score"] for m in by_student.values()), 100.0))


def _csv(_, students, by_student):
    """Yield a table of all students, with the reason if a mark is not final."""
    yield CSV
    for s in students:
        mark, status = by_student.get(s.id), _status(by_student, s)
        penalty = number(mark["late_penalty"]) if mark else ""
        open_ = mark["needs_manual_grade"] if mark else ""
        old = ", ".join(mark["earlier"]) if mark else ""
        flag = f"{EARLIER}: {old}" if old else ""
        yield [s.id, _final(by_student, s), _most(by_student), penalty, open_, status, flag]


def _canvas(assignment, students, by_student):
    """Yield the table for Canvas's "Import" (`lib/gradebook_importer.rb`).

    Canvas expects the columns Student, ID, SIS User ID, SIS Login ID, Section in this order,
    then one for each assignment with its title, or `Title (id)`. It also expects a row whose
    first cell contains "Points Possible" after four blanks, as Canvas writes it. Canvas
    identifies a student by ID (our `lms_user_id`), then by the two SIS columns, and finally by
    name, "Last, First". Before it creates an assignment, it requests confirmation and shows the
    changes. A mark without a row doesn't change.
    """
    yield ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment]
    yield ["    Points Possible", "", "", "", "", _most(by_student)]
    for s in students:
        name = ", ".join(n for n in (s.last_name, s.first_name) if n) or s.id
        if mark := _final(by_student, s):
            yield [name, s.lms_user_id, s.id, s.id, "", mark]


def _moodle(assignment, students, by_student):
    """Yield the table for Moodle's "Import: CSV file" (docs.moodle.org, "Grade import").

    In Moodle, you map "ID number" or "Email address" to the same field of a user, and the
    assignment to its grade item; you can ignore the other columns. One unknown user stops the
    whole import, and an empty cell deletes a grade (`grade/import/csv/classes/load_data.php`).
    The offline grading worksheet is different: only Moodle knows its "Participant 123".
    """
    yield ["First name", "Last name", "ID number", "Email address", assignment]
    for s in students:
        if mark := _final(by_student, s):
            yield [s.first_name, s.last_name, s.id, s.email, mark]


def _gradescope(_, students, by_student):
    """Yield a table with the columns of Gradescope's "Download Grades".

    Gradescope has no documented import of marks. The table is for programs that read its own
    tables. SID is the id; Status is Graded, Ungraded or Missing; only Graded rows have a score.
    """
    yield ["First Name", "Last Name", "SID", "Email", "Total Score", "Max Points", "Status"]
    for s in students:
        score = _final(by_student, s)
        status = "Graded" if score else "Ungraded" if s.id in by_student else "Missing"
        yield [s.first_name, s.last_name, s.id, s.email, score, _most(by_student), status]


LAYOUTS = {"csv": _csv, "canvas": _canvas, "moodle": _moodle, "gradescope": _gradescope}
