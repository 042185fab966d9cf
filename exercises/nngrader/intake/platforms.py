"""Group downloaded files into submissions and identify the students by the platform's data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from zoneinfo import ZoneInfo

from ..course.roster import Student, complaint_about, fold_name, foldings
from ..wording import TIME_FORMS, did_you_mean
from .archive import Item
from .submission import CHECKPOINTS, Unreadable, is_near

NOISE = {"__macosx", "thumbs.db", "desktop.ini", "__pycache__"}
USUAL_NOISE = {*NOISE, CHECKPOINTS}
NO_DATES = ("Moodle", "Canvas")  # their zips give every file the time of the download
WRAPPING = {"submitted", "submissions", "inbound"}
STAMP = "timestamp.txt"
IN_EXCHANGE = re.compile(r"[^+]*(?:(?<=[\d ])\+\d\d:?\d\d(?=\+|$))?")  # the time in a name
METADATA, MOST_METADATA = "submission_metadata.yml", 64 << 20
EXPORT = re.compile(r"assignment_\d+_export")
MOODLE = re.compile(r"(.*?)_(\d+)_assignsubmission_[a-z]+_?")
MOODLE_FLAT = re.compile(r"(.*?)_(\d+)_assignsubmission_[a-z]+_(.+)")
OF_MOODLE = re.compile(r"_\d+_assignsubmission_[a-z]+")
CANVAS = re.compile(r"_(\d+)_(\d+)_(?=.)")
LATE = "_LATE"
TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)"
    r"\s*(Z|[+-]\d\d:?\d\d|[A-Za-z][\w+-]*(?:/[\w+-]+)*)?"
)
NAME_THE_GROUP = (
    "use Moodle's name for the group in the class list or in --groups, or give --worksheet"
)
NOBODY = "no student in the class list matches"
MOST_OF_ONE = 20_000  # characters to parse for one submission


@dataclass(frozen=True)
class PlatformIdentity:
    """A platform's data about a student; some fields may be empty."""

    ids: frozenset[str] = frozenset()
    number: str = ""  # the platform's own id of the student
    email: str = ""
    name: str = ""
    joined: str = ""  # the name without spaces

    @cached_property
    def folded(self) -> set[str]:
        """Return the name and the joined name, folded like `Student.names`."""
        return {*foldings(self.name), fold_name(self.joined).replace(" ", "")} - {""}

    def is_sure_of(self, student: Student) -> bool:
        """Return whether an id or an email address belongs to the student."""
        wanted = {i.casefold() for i in (*self.ids, self.email) if i}
        ids = {student.id.casefold(), student.lms_user_id.casefold()}
        email = {student.email.casefold()} - {""}
        return bool(
            {i.casefold() for i in self.ids} & ids
            or wanted & email
            or (self.number and self.number == student.lms_user_id)
        )

    def is_denied_by(self, student: Student) -> bool:
        """Return whether an id or address differs, for an identity that `is_sure_of` rejects.

        If one differs, a matching name is not enough, because students can choose their names
        on some platforms.
        """
        return bool((self.number and student.lms_user_id) or (self.email and student.email))

    def names(self, student: Student) -> bool:
        """Return whether a name belongs to the student."""
        joined = {n.replace(" ", "") for n in student.names} if self.joined else set()
        return bool(self.folded & (student.names | joined))


@dataclass(frozen=True)
class DownloadedSubmission:
    """One submission on a platform.

    `who` is None if the name is ambiguous; `when` is the submission time if the platform
    provides it; `rest` contains the ignored files; `doubt` is the reason to doubt the time, as
    in `SubmissionFiles`.
    """

    label: str
    platform: str
    who: PlatformIdentity | None
    items: tuple[tuple[tuple[str, ...], Item], ...]
    when: datetime | None = None
    source: str = ""
    late: bool = False
    rank: int = 0  # Canvas: newer files have larger ids
    origin: str = ""  # Canvas: common part of the names of a submission's files
    rest: tuple[Item, ...] = ()
    number: str = ""  # Moodle: number of the participant, only in this assignment
    student: str = ""  # the student's id, if a grading worksheet provides it
    draft: bool = False  # Moodle: not submitted for grading, according to the worksheet
    fault: str = ""  # reason for not collecting it
    older: tuple[DownloadedSubmission, ...] = ()  # the same student's, newest first
    doubt: dict = field(default_factory=dict, hash=False)

    @property
    def newest(self) -> datetime:
        """Return the submission time, or else the latest date of a file."""
        return self.when or max(item.when for _, item in self.items)

    @property
    def time(self) -> datetime | None:
        """Return the submission time, or else the latest date of a file, or None if unknown."""
        return self.when or (None if self.platform in NO_DATES else self.newest)


def whose(
    submission: DownloadedSubmission,
    students: dict[str, Student] | None,
    groups: dict[str, list[str]] | None = None,
) -> str:
    """Return the student of a submission.

    :param students: The class list; without one, the name must itself be a student's id.
    :param groups: The members of each group. Moodle writes a group's name and a hyphen before
        the student's name.
    :return: The id; the first member of a group if the submission has the group's name.
    :raises Unreadable: If not exactly one student matches.
    """
    if submission.student:
        return submission.student
    if not submission.who:
        raise Unreadable("its name is ambiguous")
    if students is None:
        return _own_id(submission)
    matches = _fitting(submission.who, students.values())
    if not matches and groups and submission.platform == "Moodle":
        matches = _of_group(submission.who.name, students, groups)
    if len(matches) == 1:
        return matches.pop()
    if matches:
        raise Unreadable(f"{len(matches)} students match: {', '.join(sorted(matches))}")
    raise Unreadable(_no_team(submission, students, groups or {}) or NOBODY)


def sort(
    items: list[Item],
    stem: str,
    assignment: str,
    known: Iterable[str],
    zone: tzinfo | None = None,
) -> list[DownloadedSubmission]:
    """Group the files of a folder or a zip into submissions.

    :param stem: The name of the folder or the zip; a single folder of this name inside
        doesn't count as a student's.
    :param known: All assignments of the course; the folders of other assignments are skipped.
    :param zone: The zone of times without a zone. Default: UTC, with a doubt.
    :return: Submissions sorted by name.
    :raises Unreadable: If Gradescope's list of submitters cannot be read.
    """
    items = _unwrapped(
        _without_noise(items), {stem.casefold(), assignment.casefold(), *WRAPPING}
    )
    listed = next((i for i in items if i.parts == (METADATA,)), None)
    if listed:
        return list(_gradescope(items, listed, zone))
    groups = {}
    for item in items:
        key = _key(item, assignment, set(known) - {assignment})
        if key:
            groups.setdefault(key[:-1], []).append((key[-1], item))
    return [_downloaded(key, tuple(files), zone) for key, files in sorted(groups.items())]


def names_zone(text: str) -> bool:
    """Return whether a time names its time zone.

    >>> names_zone("2026-04-26 17:34:00 UTC"), names_zone("2026-04-26 17:34:00")
    (True, False)
    """
    match = TIME.fullmatch(text.strip())
    return bool(match and match[3])


def time_of(text: str, default: tzinfo = UTC) -> datetime | None:
    """Return a time in nbgrader's or Gradescope's format, or None if it isn't clear.

    :param default: The zone of a time without a zone; UTC, as in nbgrader.

    >>> time_of("2026-04-26 17:34:00.861687000 Z").isoformat()
    '2026-04-26T17:34:00.861687+00:00'
    >>> time_of("2026-04-26 17:34:00 Europe/Berlin").isoformat()
    '2026-04-26T15:34:00+00:00'
    """
    if not (match := TIME.fullmatch(text.strip())):
        return None
    day, clock, zone = match.groups()
    try:
        if not zone:
            moment = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=default)
            return moment.astimezone(UTC)
        if zone[0] in "+-Z":
            return datetime.fromisoformat(f"{day}T{clock}{zone}").astimezone(UTC)
        moment = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone))
        if "/" not in zone and moment.tzname() != zone:
            return None  # for example CET in summer
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, KeyError, OSError):  # the last two: unknown time zone
        return None


def is_noise(part: str) -> bool:
    """Return whether operating systems or Jupyter create files with this name.

    >>> is_noise(".ipynb_checkpoints"), is_noise("ps1.ipynb")
    (True, False)
    """
    return part.casefold() in NOISE or part.startswith(".")


def hidden_notebooks(items: list[Item]) -> list[tuple[str, bool]]:
    """Return the notebooks whose name, or a folder's name, begins with a dot.

    Jupyter's checkpoints and the files of macOS aren't among them.

    :return: Paths, and whether the folder with the hidden part contains no other notebook.
    """
    hidden, beside = [], set()
    for item in (i for i in items if is_near(i.name)):
        first = next((n for n, p in enumerate(item.parts) if is_noise(p)), None)
        if first is None:
            beside |= {item.parts[:n] for n in range(len(item.parts))}
        elif not any(p.casefold() in USUAL_NOISE or p[:2] == "._" for p in item.parts):
            hidden.append((item.parts, first))
    return [("/".join(parts), parts[:first] not in beside) for parts, first in hidden]


def _without_noise(items):
    """Return the items without files that operating systems and Jupyter create.

    A checkpoint stays if its folder has no notebook: it is all that the student submitted.
    """
    kept = [i for i in items if not any(map(is_noise, i.parts))]
    with_notebook = {i.parts[:-1] for i in kept if is_near(i.name)}
    return kept + [
        i
        for i in items
        if i.parts[1:-1][-1:] == (CHECKPOINTS,)
        and i.parts[:-2] not in with_notebook
        and not any(map(is_noise, i.parts[:-2]))
    ]


def _unwrapped(items, names):
    """Return the items without an outer folder whose name is not a student's."""
    tops = {i.parts[0] for i in items}
    if len(tops) != 1 or any(len(i.parts) < 2 for i in items):
        return items
    (top,) = tops
    named = top.casefold() in names or EXPORT.fullmatch(top)
    if not named and not all(_is_of_platform(i.parts[1]) for i in items):
        return items
    return _unwrapped([replace(i, parts=i.parts[1:]) for i in items], names - {top.casefold()})


def _is_of_platform(name):
    """Return whether a name is one that Moodle or Canvas gives to a submission."""
    return bool(MOODLE.fullmatch(name) or MOODLE_FLAT.fullmatch(name) or CANVAS.search(name))


def _key(item, assignment, others):
    """Return platform or layout, the submission's name, one more value, and the path inside.

    The third value is Moodle's participant number, the assignment of a folder, or "". If a name
    contains two numbers in Moodle's form, a student chose one of them, so we use neither. The
    result is None for a file in the folder of a different assignment.
    """
    top, *rest = item.parts
    if len(OF_MOODLE.findall(top)) > 1:
        return "Moodle", top, "", tuple(rest) or (top,)
    if rest and (match := MOODLE.fullmatch(top)):
        return "Moodle", match[1], match[2], tuple(rest)
    if not rest and (match := MOODLE_FLAT.fullmatch(top)):
        return "Moodle", match[1], match[2], (match[3],)
    if rest and f"+{assignment}+" in top:
        return "exchange", top, assignment, tuple(rest)
    if not rest:
        if CANVAS.search(top):
            return "Canvas", top, "", (top,)
        notebook = top.lower().endswith(".ipynb")  # named after the student
        return "file", top, "", (f"{assignment}.ipynb" if notebook else top,)
    if len(rest) > 1 and rest[0] in others:
        return None
    return "folder", top, assignment, tuple(rest)


def _downloaded(key, files, zone):
    """Return one submission from a layout in which paths name students."""
    kind, name, more = key
    if kind == "Moodle":
        who, label = (PlatformIdentity(name=name), f"{name}_{more}") if more else (None, name)
        return DownloadedSubmission(label, kind, who, files, number=more)
    if kind == "Canvas":
        return _canvas(name, files)
    if kind == "exchange":
        student, _, rest = name.partition(f"+{more}+")
        when, doubt = _timed(IN_EXCHANGE.match(rest)[0], zone)
        source = "names in nbgrader's exchange"
        return DownloadedSubmission(
            name, kind, _plain(student), files, when, source, doubt=doubt
        )
    if kind == "file":
        return DownloadedSubmission(name, kind, _plain(name.rpartition(".")[0]), files)
    return _folder(name, more, files, zone)


def _timed(text, zone):
    """Return a time in UTC, or None, and a doubt if we had to assume its time zone."""
    when = time_of(text, zone or UTC)
    return when, {"zone": "UTC"} if when and not zone and not names_zone(text) else {}


def _plain(name):
    """Return an identity whose id, email address or name may be this string."""
    return PlatformIdentity(frozenset([name]), "", name if "@" in name else "", name, name)


def _folder(name, assignment, files, zone):
    """Return the submission in a student's folder, or in the assignment's folder inside it.

    The student may have written the `timestamp.txt` in it.
    """
    inner = tuple((p[1:], i) for p, i in files if len(p) > 1 and p[0] == assignment)
    rest = tuple(i for p, i in files if inner and p[0] != assignment)
    files = inner or files
    stamps = [item for path, item in files if path == (STAMP,)]
    when, doubt, fault = _stamped(stamps[0], zone) if stamps else (None, {}, "")
    files = tuple(f for f in files if f[0] != (STAMP,))
    label = f"{name}/{assignment}" if inner else name
    source, who = STAMP if when else "", _plain(name)
    return DownloadedSubmission(
        label, "folder", who, files, when, source, rest=rest, fault=fault, doubt=doubt
    )


def _stamped(item, zone):
    """Return the time in `timestamp.txt` and the doubts, or None and why it can't be read."""
    try:
        text = item.read(1000).decode("ascii", "replace").strip()
    except (Unreadable, OSError) as e:
        return None, {}, f"{STAMP} cannot be read: {getattr(e, 'strerror', None) or e}"
    when, doubt = _timed(text, zone)
    if not when:
        return None, {}, f"{STAMP} contains {text!r}: expected {TIME_FORMS}"
    return when, {"own": STAMP} | doubt, ""


def _canvas(name, files):
    """Return a submission of one file from Canvas's zip.

    On Canvas, students choose their own names and the names of their files. If a name contains
    numbers in Canvas's form, we can't know which numbers are Canvas's, so `who` is None.
    """
    starts = [m.start() for m in re.finditer("_", name) if CANVAS.match(name, m.start())]
    match = CANVAS.match(name, starts[0])
    student = name[: starts[0]]
    who = PlatformIdentity(number=match[1], joined=student.removesuffix(LATE))
    own = (((name[match.end() :],), files[0][1]),)
    return DownloadedSubmission(
        name,
        "Canvas",
        who if len(starts) == 1 else None,
        own,
        late=student.endswith(LATE),
        rank=int(match[2]),
        origin=name[: match.start(2)],
    )


def _gradescope(items, listed, zone) -> Iterator[DownloadedSubmission]:
    """Yield the submissions in Gradescope's list, one for each student of a group."""
    about = submitters_of(listed.read(MOST_METADATA).decode("utf-8", "replace"))
    folders = {}
    for item in items:
        if len(item.parts) > 1:
            folders.setdefault(item.parts[0], []).append((item.parts[1:], item))
    for folder, files in sorted(folders.items()):
        submitters, written = about.get(folder, ((), ""))
        when, doubt = _timed(written, zone)
        for sid, email, name in submitters or [("", "", "")]:
            who = PlatformIdentity(frozenset([sid] if sid else []), "", email, name)
            label = f"{folder} ({who.name or who.email or 'no name'})"
            yield DownloadedSubmission(
                label, "Gradescope", who, tuple(files), when, METADATA, doubt=doubt
            )


def _own_id(submission):
    """Return the student's id without a class list; the submission's name must be an id."""
    if submission.platform not in ("exchange", "folder", "file"):
        raise Unreadable("the class list (students.csv) is missing, so its student is unknown")
    (student,) = submission.who.ids
    if not re.fullmatch(r"[\w.@+-]+", student) or complaint_about(student):
        raise Unreadable("its name is not an id, and there is no class list (students.csv)")
    return student


def _fitting(who, students):
    """Return the ids of students who may be meant; several if the identity is inconsistent."""
    sure = {s.id for s in students if who.is_sure_of(s)}
    named = {s.id: s for s in students if who.names(s)}
    if sure:
        return sure if not named or sure <= set(named) else sure | set(named)
    return {i for i, s in named.items() if not who.is_denied_by(s)}


def _no_team(submission, students, groups):
    """Return why no student matches a name that Moodle may put after a group's name, or "".

    A student who matches the part after the hyphen is a hint, not a match: Anna-Lena Meyer is
    not Lena Meyer.
    """
    name = submission.who.name if submission.platform == "Moodle" else ""
    for n in (i for i, letter in enumerate(name) if letter == "-"):
        group, own = name[:n].strip(), fold_name(name[n + 1 :])
        meant = " or ".join(sorted(s.id for s in students.values() if own in s.names))
        if not meant:
            continue
        if fold_name(group) in map(fold_name, groups):
            words = f"the name after the hyphen matches {meant}, who is not in the group"
            return f"{words} {group!a}"
        near = did_you_mean(group, groups)
        return (
            f"the class list's column `group` has no {group!a}{near or '.'} The name "
            f"after the hyphen matches {meant}: {NAME_THE_GROUP}"
        )
    near = did_you_mean(name, groups) if name else ""
    return f"{NOBODY}, and no group{near}" if near else ""


def _of_group(name, students, groups):
    """Return the ids of students meant by `Group-Full Name`, or by just a group's name."""
    teams = {fold_name(group): members for group, members in groups.items()}
    if members := teams.get(fold_name(name)):
        return {members[0]}
    grouped = {s for members in groups.values() for s in members}
    matches = set()
    for n in (i for i, letter in enumerate(name) if letter == "-"):
        members, own = teams.get(fold_name(name[:n])), {fold_name(name[n + 1 :])}
        fitting = {s.id for s in students.values() if own & s.names}
        matches |= fitting & set(members) if members else fitting - grouped
    return matches


def submitters_of(text: str) -> dict[str, tuple[list[tuple[str, str, str]], str]]:
    """Return the submitters and the time of each submission in Gradescope's list.

    :param text: The YAML file. We read only lines of its first two levels, and parse only the
        list of submitters and the time, with every value as text. The output of students'
        programs is at deeper levels and is skipped.
    :return: By folder: a list of (SID, email, name), and the time as a string; both are empty
        if they cannot be read.
    """
    by_folder, folder, part, kept = {}, None, "", {}
    for line in text.split("\n"):
        if line[:1].strip() and line.rstrip().endswith(":"):
            folder, part = line.rstrip()[:-1].strip("'\""), ""
            kept = by_folder[folder] = {":submitters": [], ":created_at": []}
        elif folder and line.startswith("  :") and line[2:].strip():
            part = line.strip().partition(": ")[0].rstrip(":")
        if folder and part in kept and line[:1] == " ":
            kept[part].append(line)
    return {name: _submission(lines) for name, lines in by_folder.items()}


def _submission(lines):
    """Return the submitters and the time of one submission."""
    import yaml

    text = "\n".join(lines[":submitters"] + lines[":created_at"])
    try:
        data = yaml.load(text, Loader=yaml.BaseLoader) if len(text) <= MOST_OF_ONE else {}
    except yaml.YAMLError:
        data = {}
    data = data if isinstance(data, dict) else {}
    people, when = data.get(":submitters"), data.get(":created_at")
    people = people if isinstance(people, list) else []
    submitters = [_submitter(p) for p in people if isinstance(p, dict)]
    return submitters, when if isinstance(when, str) else ""


def _submitter(person):
    """Return SID, email address and name of one submitter; missing values are ""."""
    values = (person.get(f":{key}") for key in ("sid", "email", "name"))
    return tuple(v.strip() if isinstance(v, str) else "" for v in values)
