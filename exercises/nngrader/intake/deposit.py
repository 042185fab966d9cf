"""Copy a submission into `submitted/STUDENT/ASSIGNMENT/`, as a whole or not at all.

It is written next to `submitted` and then renamed. A previous one is moved to `replaced/`, and
`restore` brings it back.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from ..course.assignment import Assignment
from ..course.folder import Course
from ..course.roster import complaint_about
from ..errors import NotThere
from .platforms import STAMP, time_of
from .submission import Unreadable, read_regular

UNFINISHED = ".collecting-"
LATE_MARK = ".late"  # in the folder of a submission that the platform marks as late
DOUBT = ".doubt"  # there: reasons to doubt its time, with the `timestamp.txt` they are about
DATES = "dates"  # of the files
MOST_DOUBT = 2000  # bytes
KEPT = "replaced"  # next to `submitted`, as STUDENT/ASSIGNMENT/1, 2, and so on
FORMAT = "%Y-%m-%d %H:%M:%S.%f UTC"  # of nbgrader's timestamp.txt


@dataclass(frozen=True)
class SubmissionFiles:
    """The files of one submission, its latest date, and the submission time if known.

    ``from_platform`` is whether this time comes from the platform; ``late`` is whether the
    platform marks the submission as late. ``doubt`` contains reasons to doubt the time: `own`
    is where a student can write it (`timestamp.txt` or `dates`), `zone` the time zone that we
    assumed, and `unused` a student's `timestamp.txt` that doesn't count.
    """

    files: dict[str, bytes]
    newest: datetime
    when: datetime | None
    from_platform: bool = False
    late: bool = False
    doubt: dict = field(default_factory=dict)


@contextmanager
def working_folder(course: Course):
    """Open a folder for writing submissions before they are renamed into place.

    :param course: No other run may collect into this course during the `with` block.
    :yield: The folder; it is removed after the block. Folders that killed runs have left behind
        are removed before the block.
    """
    for old in course.root.glob(f"{UNFINISHED}*"):
        shutil.rmtree(old)  # from a killed run, because we have the lock
    work = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=course.root))
    try:
        yield work
    finally:
        shutil.rmtree(work)


def lacking(asked: Assignment, new: dict, old: dict) -> dict[str, bytes]:
    """Return the earlier files that a new submission lacks, by the assignment's names.

    A notebook with a different name takes the place of the one whose cells it contains.
    """
    missing = {}
    for name, ids in asked.ids_of.items():
        earlier = _holder(asked, old, name, ids)
        if earlier and not _holder(asked, new, name, ids):
            missing[name] = old[earlier]
    return missing


def _holder(asked, files, name, ids):
    """Return the file with this name, or else one that contains one of its cells, or None."""
    if files.get(name) is not None:
        return name
    quoted = [f'"{gid}"'.encode() for gid in ids]
    others = [n for n in files if n not in asked.ids_of and files[n]]
    return next((n for n in others if any(gid in files[n] for gid in quoted)), None)


def put(
    asked: Assignment,
    student: str,
    taken: SubmissionFiles,
    work: Path,
    due: Callable[[str], datetime | None] = lambda _: None,
    before_due: bool = False,
) -> tuple[str, list[str]]:
    """Copy a submission to its place, unless the one there is the same or newer.

    If it lacks one of the assignment's files, the earlier submission's file stays.

    A submission whose time is unknown never replaces one with a time, and files that a later
    submission has replaced don't come back if the same download is collected again.

    :param due: Returns the end of a student's time, or None.
    :param before_due: Whether the last version before `due` counts if there is one.
    :return: The result: `collected`, `unchanged`, `retimed` (the same files, with a new time
        or late mark from the platform), `not_newer` (a later one had replaced it), `replaced`,
        `made_late` (it replaced one that was on time), or with `before_due` also `too_late`
        (one that is on time stays) or `restored` (it has come back from `replaced/`); then
        the names of the earlier files that stay.
    :raises Unreadable: If the submission there must not be replaced, or by `_require_place`.
    """
    course = asked.course
    target = course / "submitted" / student / asked.name
    _require_place(course, target)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(_written(taken, work), target)
        return "collected", []
    old, dated = _present(target)
    timed = time_of(_present_stamp(target))
    kept, own = lacking(asked, taken.files, old), taken.files.items()
    taken = replace(taken, files=taken.files | kept)
    earlier = kept and timed and taken.when and taken.when < timed
    archive = archive_of(course, student, asked.name)
    numbers, end = _numbers(archive), due(student) if timed and taken.when else None
    in_time = end and before_due and timed > end and taken.when <= end
    if end and before_due and timed > end and (n := last_in_time(archive, end)):
        if not in_time or submitted_at(archive / str(n)) >= taken.when:
            _exchange(target, archive, n)
            return "restored", []
    same = old == taken.files and not earlier
    known = not same or doubt_of(target).get("own") != DATES
    ends_late = end and timed <= end < taken.when and known
    if ends_late and before_due:
        return "too_late", []
    if same and not ends_late:
        return "retimed" if _stamp(taken, target) else "unchanged", [*kept]
    if not taken.when and any(own <= _present(archive / str(n))[0].items() for n in numbers):
        return "not_newer", []
    name = target.relative_to(course.root)
    if timed and not taken.when:
        raise Unreadable(
            f"its time is unknown, and {name} is from {timed:%Y-%m-%d %H:%M:%S} UTC: remove "
            "that folder if this submission is later"
        )
    if bool(timed) == bool(taken.when) and taken.newest <= dated and not in_time:
        raise Unreadable(
            f"{name} is from {dated:%Y-%m-%d %H:%M:%S} UTC, so this submission is not newer: "
            "if it counts anyway, remove that folder"
        )
    new = _written(taken, work)
    archive.mkdir(parents=True, exist_ok=True)
    os.rename(target, archive / str(max(numbers, default=0) + 1))
    os.rename(new, target)
    return "made_late" if ends_late else "replaced", [*kept]


def archive_of(course: Course, student: str, assignment: str) -> Path:
    """Return the folder with a student's replaced submissions, which may not exist."""
    return course / KEPT / student / assignment


def last_in_time(archive: Path, end: datetime) -> int | None:
    """Return the number of the latest replaced submission from before a time, or None."""
    times = {n: submitted_at(archive / str(n)) for n in _numbers(archive)}
    in_time = {n: when for n, when in times.items() if when and when <= end}
    return max(in_time, key=in_time.get, default=None)


def submitted_at(folder: Path) -> datetime | None:
    """Return the time in a folder's `timestamp.txt`, or None."""
    return time_of(_present_stamp(folder))


def doubt_of(folder: Path) -> dict[str, str]:
    """Return the reasons to doubt a submission's time.

    There are none if `timestamp.txt` has changed since: a person has corrected it.
    """
    with contextlib.suppress(Unreadable, OSError, ValueError, RecursionError):
        doubt = json.loads(read_regular(folder / DOUBT, MOST_DOUBT)[0])
        if isinstance(doubt, dict) and doubt.pop("stamp", None) == _present_stamp(folder):
            return {key: text for key, text in doubt.items() if isinstance(text, str)}
    return {}


def restore(
    course: Course,
    assignment: str,
    student: str,
    number: int | None = None,
    due: Callable[[str], datetime | None] = lambda _: None,
) -> str:
    """Bring a replaced submission back; the one that is there goes to `replaced/`.

    :param number: Its folder in `replaced/STUDENT/ASSIGNMENT/`. Default: the last one from
        before `due` if the one in `submitted/` is later, or else the highest.
    :param due: Returns the end of a student's time, or None.
    :return: The sentence that the command prints.
    :raises NotThere: If there is no such submission. The message lists those that there are.
    """
    if complaint := complaint_about(student):
        raise NotThere(f"no student can have the id {student!a}: it {complaint}")
    archive = archive_of(course, student, assignment)
    target = course / "submitted" / student / assignment
    numbers, n = sorted(_numbers(archive)), number
    if n is None and (when := submitted_at(target)) and (end := due(student)) and when > end:
        n = last_in_time(archive, end)
    if n is None:
        n = max(numbers, default=0)
    if n not in numbers:
        which = "" if number is None else f" number {number}"
        there = ", ".join(f"{k} ({_dated(archive / str(k))})" for k in numbers)
        raise NotThere(
            f"no replaced submission{which} of {student} in {KEPT}/{student}/{assignment}"
            + (f": there are {there}" if there else "")
        )
    _require_place(course, target)
    back, away = _dated(archive / str(n)), _dated(target) if target.exists() else ""
    new = _exchange(target, archive, n)
    return f"{student}: the submission from {back} is back in submitted/" + (
        f"; the one from {away} is now {new.relative_to(course.root)}" if away else ""
    )


def _exchange(target, archive, n):
    """Exchange a submission with a replaced one; return where the former is now."""
    new = archive / str(max(_numbers(archive)) + 1)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        os.rename(target, new)
    os.rename(archive / str(n), target)
    return new


def _numbers(archive):
    """Return the numbers of the submissions in a folder of `replaced/`."""
    return [int(n) for n in _names(archive) if n.isdecimal()]


def _dated(folder):
    """Return the time of the submission in a folder as text."""
    return f"{_present(folder)[1]:%Y-%m-%d %H:%M:%S} UTC"


def _require_place(course, target):
    """Raise an error if the place is a link or a file, or exists in a different case."""
    folder = target.parent
    alike = [n for n in _names(folder.parent) if n.casefold() == folder.name.casefold()]
    if other := [n for n in alike if n != folder.name]:
        raise Unreadable(f"submitted/{other[0]} differs from {folder.name} only in case")
    for path in (folder, target):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            name = path.relative_to(course.root)
            raise Unreadable(f"{name} is a link or a file, so nothing is written there")


def _names(folder):
    """Return the names in a folder, or no names if there is no such folder."""
    return os.listdir(folder) if folder.is_dir() else []


def _present(target):
    """Return the files that are already at the place, and their time."""
    files, dates = {}, []
    for path in sorted(target.iterdir()):
        if path.name.startswith(".") or path.name == STAMP:
            continue
        try:
            files[path.name] = read_regular(path, 1 << 30)[0]
            dates.append(path.stat().st_mtime)
        except (Unreadable, OSError):
            files[path.name] = None
    newest = datetime.fromtimestamp(max(dates, default=0.0), UTC)
    return files, time_of(_present_stamp(target)) or newest


def _written(taken, work):
    """Return a new folder with the files of a submission, all with its latest date."""
    folder = Path(tempfile.mkdtemp(dir=work))
    folder.chmod(0o755)
    for name, raw in taken.files.items():
        (folder / name).write_bytes(raw)
        os.utime(folder / name, (taken.newest.timestamp(),) * 2)
    if taken.when:
        (folder / STAMP).write_text(taken.when.strftime(FORMAT))
    if taken.late:
        (folder / LATE_MARK).touch()
    _write_doubt(taken, folder)
    return folder


def _write_doubt(taken, folder):
    """Write the reasons to doubt a submission's time, or remove earlier ones."""
    (folder / DOUBT).unlink(missing_ok=True)
    if taken.doubt:
        about = taken.doubt | {"stamp": _present_stamp(folder)}
        (folder / DOUBT).write_text(json.dumps(about))


def _stamp(taken, folder):
    """Write the platform's data about the submission time; return whether they are new.

    A time that a student can write replaces only another such time.
    """
    present, before, new = _present_stamp(folder), doubt_of(folder), False
    if taken.from_platform and ("own" not in taken.doubt or not present or "own" in before):
        if present != (stamp := taken.when.strftime(FORMAT)):
            (folder / STAMP).unlink(missing_ok=True)
            (folder / STAMP).write_text(stamp)
            new = True
        if new or taken.doubt != before:
            _write_doubt(taken, folder)
            new = True
    if taken.late and not os.path.lexists(folder / LATE_MARK):
        (folder / LATE_MARK).touch()
        new = True
    return new


def _present_stamp(folder):
    """Return the text of `timestamp.txt`, or "" if it cannot be read."""
    try:
        return read_regular(folder / STAMP)[0].decode("ascii", "replace")
    except (Unreadable, OSError):
        return ""
