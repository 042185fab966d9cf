"""Copy a submission into `submitted/STUDENT/ASSIGNMENT/`, as a whole or not at all.

It is written beside `submitted` and then renamed. A previous one is kept in `replaced/`.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..course.folder import Course
from .platforms import STAMP, time_of
from .submission import Unreadable, read_regular

UNFINISHED = ".collecting-"
LATE_MARK = ".late"  # beside a submission that the platform marks as late
KEPT = "replaced"  # beside `submitted`, as STUDENT/ASSIGNMENT/1, 2, and so on
FORMAT = "%Y-%m-%d %H:%M:%S.%f UTC"  # of nbgrader's timestamp.txt


@dataclass(frozen=True)
class SubmissionFiles:
    """The files of one submission, its newest date, and the time of submission if known.

    ``told`` is whether the platform tells that time; ``late`` whether it marks it as late.
    """

    files: dict[str, bytes]
    newest: datetime
    when: datetime | None
    told: bool = False
    late: bool = False


@contextmanager
def working_folder(course: Course):
    """Open a folder in which submissions are written before they are renamed into place.

    Parameters
    ----------
    course : Course
        No other run may collect into it during the `with` block.

    Yields
    ------
    Path
        The folder, which is removed after the block. Folders left by killed runs are removed
        before it.
    """
    for old in course.root.glob(f"{UNFINISHED}*"):
        shutil.rmtree(old)  # left by a killed run, since we hold the lock
    work = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=course.root))
    try:
        yield work
    finally:
        shutil.rmtree(work)


def put(
    course: Course, student: str, assignment: str, taken: SubmissionFiles, work: Path
) -> str:
    """Copy a submission to its place, unless the one there is the same or newer.

    Returns
    -------
    str
        What happened: `collected`, `unchanged`, `retimed` (the same files, with another time of
        submission or another mark of lateness from the platform) or `replaced`.

    Raises
    ------
    Unreadable
        If something is there that must not be replaced.
    """
    target = course / "submitted" / student / assignment
    _require_place(course, target)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(_written(taken, work), target)
        return "collected"
    old, dated = _present(target)
    if old == taken.files:
        return "retimed" if _stamp(taken, target) else "unchanged"
    if taken.newest <= dated:
        raise Unreadable(
            f"it is not newer than what is in submitted ({dated:%Y-%m-%d %H:%M:%S})"
        )
    new = _written(taken, work)
    archive = course / KEPT / target.parent.name / target.name
    archive.mkdir(parents=True, exist_ok=True)
    numbers = [int(n) for n in os.listdir(archive) if n.isdecimal()]
    os.rename(target, archive / str(max(numbers, default=0) + 1))
    os.rename(new, target)
    return "replaced"


def _require_place(course, target):
    """Raise an error if the place has links, or a name that differs in case alone."""
    folder = target.parent
    alike = [n for n in _names(folder.parent) if n.casefold() == folder.name.casefold()]
    if other := [n for n in alike if n != folder.name]:
        raise Unreadable(f"submitted/{other[0]} differs from {folder.name} in case alone")
    for path in (folder, target):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            name = path.relative_to(course.root)
            raise Unreadable(f"{name} is a link or a file: nothing is written there")


def _names(folder):
    """Return the names in a folder, none if there is no such folder."""
    return os.listdir(folder) if folder.is_dir() else []


def _present(target):
    """Return the files that are at the place already, and their time."""
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
    """Return a new folder with the files of a submission, dated with its time."""
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
    """Write what the platform tells of a submission's time; return whether that was new."""
    new = False
    if taken.told and _present_stamp(folder) != (stamp := taken.when.strftime(FORMAT)):
        (folder / STAMP).unlink(missing_ok=True)
        (folder / STAMP).write_text(stamp)
        new = True
    if taken.late and not os.path.lexists(folder / LATE_MARK):
        (folder / LATE_MARK).touch()
        new = True
    return new


def _present_stamp(folder):
    """Return the text of `timestamp.txt`, "" if it cannot be read."""
    try:
        return read_regular(folder / STAMP)[0].decode("ascii", "replace")
    except (Unreadable, OSError):
        return ""
