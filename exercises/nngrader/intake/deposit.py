"""Copy a submission into `submitted/STUDENT/ASSIGNMENT/`, as a whole or not at all.

It is written next to `submitted` and then renamed. A previous one is moved to `replaced/`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ..course.assignment import Assignment
from ..course.folder import Course
from .platforms import STAMP, time_of
from .submission import Unreadable, read_regular

UNFINISHED = ".collecting-"
LATE_MARK = ".late"  # in the folder of a submission that the platform marks as late
KEPT = "replaced"  # next to `submitted`, as STUDENT/ASSIGNMENT/1, 2, and so on
FORMAT = "%Y-%m-%d %H:%M:%S.%f UTC"  # of nbgrader's timestamp.txt


@dataclass(frozen=True)
class SubmissionFiles:
    """The files of one submission, its latest date, and the submission time if known.

    ``from_platform`` is whether this time comes from the platform; ``late`` is whether the
    platform marks the submission as late.
    """

    files: dict[str, bytes]
    newest: datetime
    when: datetime | None
    from_platform: bool = False
    late: bool = False


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
    asked: Assignment, student: str, taken: SubmissionFiles, work: Path
) -> tuple[str, list[str]]:
    """Copy a submission to its place, unless the one there is the same or newer.

    If it lacks one of the assignment's files, the earlier submission's file stays.

    A submission whose time is unknown never replaces one with a time, and files that a later
    submission has replaced don't come back if the same download is collected again.

    :return: The result: `collected`, `unchanged`, `retimed` (the same files, with a new time
        or late mark from the platform), `not_newer` (a later one had replaced it)
        or `replaced`; then the names of the earlier files that stay.
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
    if old == taken.files and not earlier:
        return "retimed" if _stamp(taken, target) else "unchanged", [*kept]
    archive = course / KEPT / target.parent.name / target.name
    archive.mkdir(parents=True, exist_ok=True)
    numbers = [int(n) for n in os.listdir(archive) if n.isdecimal()]
    if not taken.when and any(own <= _present(archive / str(n))[0].items() for n in numbers):
        return "not_newer", []
    name = target.relative_to(course.root)
    if timed and not taken.when:
        raise Unreadable(
            f"its time is unknown, and {name} is from {timed:%Y-%m-%d %H:%M:%S} UTC: remove "
            "that folder if this submission is later"
        )
    if bool(timed) == bool(taken.when) and taken.newest <= dated:
        raise Unreadable(
            f"{name} is from {dated:%Y-%m-%d %H:%M:%S} UTC, so this submission is not newer: "
            "if it counts anyway, remove that folder"
        )
    new = _written(taken, work)
    os.rename(target, archive / str(max(numbers, default=0) + 1))
    os.rename(new, target)
    return "replaced", [*kept]


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
    return folder


def _stamp(taken, folder):
    """Write the platform's data about the submission time; return whether they are new."""
    new = False
    if taken.from_platform and _present_stamp(folder) != (stamp := taken.when.strftime(FORMAT)):
        (folder / STAMP).unlink(missing_ok=True)
        (folder / STAMP).write_text(stamp)
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
