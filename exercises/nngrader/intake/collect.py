"""Copy submissions from a learning platform into `submitted/STUDENT/ASSIGNMENT/`.

We never guess, and we never lose a file. If a submission doesn't match exactly one student, it
is reported with the reason. A submission that is already there is replaced only by a newer one;
the old one is moved to `replaced/`.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from pathlib import Path

from ..course.assignment import Assignment, NotReleased, released_notebook
from ..course.folder import Course
from ..course.groups import of_roster
from ..course.notebooks import grade_id, is_solution
from ..course.origins import Origin, keep
from ..course.roster import missing
from ..course.roster import read as read_roster
from ..course.worksheet import SOURCE, Worksheet, owner, time_of
from ..errors import CannotDo, WrongUsage
from ..screen import WIDTH, shown
from ..storage.results import Store
from ..storage.scratch import alone
from ..wording import counted, cut
from .archive import Item, inside, opened
from .deposit import DATES as OF_FILES
from .deposit import KEPT, SubmissionFiles, doubt_of, lacking, put, working_folder
from .platforms import METADATA, NO_DATES, STAMP, hidden_notebooks, is_noise, sort, whose
from .submission import CHECKPOINTS, MOST_NOTEBOOKS, Unreadable, cells_of, is_near, shrunk

LONGEST = 3 * WIDTH  # characters of a reason
MOST_NAMED = 50  # files of a submission whose names on the platform are stored
MINUTES = "%Y-%m-%d %H:%M UTC"
DATES = "dates of the files"
ITS_DATES = "contains only the time of the download"
NO_LATEST = "and we can't tell which is the latest: collect only the one that counts"
HIDDEN = "the name of the file or of a folder begins with a dot: rename it if it counts"
NONE = "none: "  # prefix for a platform whose download contains no submission times
STAYING = ("not_newer", "too_late", "restored")  # when the download's files aren't used


@dataclass
class Collected:
    """The outcome for each file of a folder or a zip."""

    collected: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    not_newer: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)
    made_late: dict[str, datetime] = field(default_factory=dict)
    too_late: dict[str, datetime] = field(default_factory=dict)
    doubts: dict[str, list[str]] = field(default_factory=dict)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    times: Counter = field(default_factory=Counter)
    late: list[str] = field(default_factory=list)
    drafts: list[str] = field(default_factory=list)
    retimed: list[str] = field(default_factory=list)
    several: dict[str, list[str]] = field(default_factory=dict)
    kept: dict[str, list[str]] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)
    teams: dict[str, tuple[str, str]] = field(default_factory=dict)

    def total(self) -> str:
        """Return the line that summarises a collection."""
        counts = ("collected", "unchanged", "not_newer", "retimed", "replaced", "restored")
        counts += ("too_late", "left_out")
        return ", ".join(
            f"{len(getattr(self, c))} {c.replace('_', ' ')}"
            for c in counts
            if c in ("collected", "unchanged", "replaced", "left_out") or getattr(self, c)
        )


def collect(
    course: Course,
    assignment: str,
    place: Path,
    groups: dict[str, list[str]] | None = None,
    worksheet: Worksheet | None = None,
    zone: tzinfo | None = None,
    *,
    trust_times: bool = False,
    due: Callable[[str], datetime | None] = lambda _: None,
    before_due: bool = False,
) -> Collected:
    """Copy the submissions of a folder or a zip into the course, and return the outcome.

    :param course: Its class list, `students.csv`, maps names to students.
    :param place: A folder or a zip from Moodle, Canvas, Gradescope or nbgrader's exchange, or
        with plain folders and files named after students.
    :param groups: The members of each group. Default: the groups of the class list.
    :param worksheet: Moodle's grading worksheet, with students and times by participant number.
    :param zone: Time zone of times without one. Default: this machine's for the dates of the
        worksheet, and UTC for others.
    :param trust_times: Whether no student wrote the `timestamp.txt` files.
    :param due: Returns the end of a student's time, or None.
    :param before_due: Whether a student's last version before `due` counts if there is one.
    :return: The collected submissions, and the others with reasons.
    :raises CannotDo: If the zip or the class list is damaged, or another run is in progress.
    """
    asked = Assignment(course, assignment)
    declared = asked.declared
    students = read_roster(course)
    groups = of_roster(students) if groups is None else groups
    known = os.listdir(course / "source")
    with alone(Store(course / ".results"), assignment), opened(place) as (items, refused):
        outcome = Collected(left_out=[(n, r) for n, r in refused if _may_be_part(n, declared)])
        outcome.ignored = [n for n, _ in refused if not _may_be_part(n, declared)]
        for name, alone_there in hidden_notebooks(items):
            if alone_there:
                outcome.left_out.append((name, HIDDEN))
            else:
                outcome.ignored.append(name)
        try:
            submissions = sort(items, place.stem, assignment, known, zone)
        except Unreadable as e:
            raise CannotDo(f"{METADATA} in {place} cannot be read: {e}") from None
        if worksheet:
            if not any(s.number in worksheet.rows for s in submissions):
                raise WrongUsage(
                    "a grading worksheet needs a zip from Moodle, but no file in "
                    f"{place} has a participant number from this worksheet"
                )
            submissions = [_from_worksheet(s, worksheet, students, zone) for s in submissions]
        if trust_times:
            submissions = [replace(s, doubt=_without_own(s.doubt)) for s in submissions]
        each = _by_student(submissions, students, groups, asked, outcome)
        mine = _that_count(each, groups, asked, outcome, due if before_due else None)
        with working_folder(course) as work:

            def deposit(student, taken):
                return put(asked, student, taken, work, due, before_due)

            if not before_due and any(len(several) > 1 for several in each.values()):
                # so that versions on time end up in `replaced/`
                for student, early in _in_time_only(each, groups, asked, mine, due).items():
                    _collect_one(asked, student, early, deposit, Collected())
            for student, submission in sorted(mine.items()):
                if submission:
                    _collect_one(asked, student, submission, deposit, outcome)
        keep(course, assignment, outcome.origins)
    return outcome


def lines(course: Course, assignment: str, outcome: Collected) -> list[str]:
    """Return the lines that the command prints about a collection.

    :return: The counts; skipped files and the reasons; the source of the times; missing
        students.
    """
    report = [outcome.total() + (":" if outcome.left_out else "")]
    report += [
        f"  {cut(shown(what), WIDTH)}: {cut(shown(why), LONGEST)}"
        for what, why in outcome.left_out
    ]
    if outcome.replaced:
        earlier = f"the earlier ones are in {KEPT}/"
        report.append(f"replaced, {earlier}: {cut(shown(', '.join(outcome.replaced)), WIDTH)}")
    report += _remarks(assignment, outcome)
    for source, n in sorted(outcome.times.items()):
        platform = source.removeprefix(NONE)
        if platform != source:
            report.append(f"submission times of {n} unknown: {platform}'s zip {ITS_DATES}")
        else:
            chosen = ", which students can change" * (source == DATES)
            report.append(f"submission times of {n}: {source}{chosen}")
    if outcome.teams:
        through = {s: owner for s, (_, owner) in outcome.teams.items() if owner}
        text = f"groups: {len({g for g, _ in outcome.teams.values()})}"
        partners = ", ".join(f"{s} (by {owner})" for s, owner in sorted(through.items()))
        by_partners = f"; submitted by a partner: {cut(shown(partners), WIDTH)}"
        report.append(text + by_partners * bool(through))
    several, kept = outcome.several, outcome.kept
    for words, noun, names in (
        (
            "missing from the new submission, so the earlier file stays",
            "student",
            [f"{s}: {' | '.join(n)}" for s, n in kept.items()],
        ),
        ("several notebooks", "student", [f"{s}: {' | '.join(n)}" for s, n in several.items()]),
        ("marked as late by the platform", "student", outcome.late),
        ("drafts, not submitted for grading on Moodle", "student", outcome.drafts),
        ("not collected", "file", outcome.ignored),
        ("no submission from", "student", _silent(course, assignment, outcome)),
    ):
        if names:
            listed = cut(shown(", ".join(names)), WIDTH)
            report.append(f"{words}: {counted(len(names), noun)} ({listed})")
    return report


def _remarks(assignment, outcome):
    """Return lines about late versions and doubtful times, each with what to do."""
    doubts, place = outcome.doubts, f"submitted/STUDENT/{assignment}/{STAMP}"
    return [
        f"{words}: {counted(len(names), 'student')} ({cut(shown('; '.join(names)), WIDTH)}). "
        f"{todo}"
        for words, names, todo in (
            (
                "a late version replaced one that was on time",
                [f"{s}, {when:{MINUTES}}" for s, when in outcome.made_late.items()],
                f"To bring the earlier one back: nngrader restore {assignment} STUDENT. To "
                "keep the versions on time: collect with --before-due",
            ),
            (
                "the version on time stays",
                [
                    f"{s}, another is from {when:{MINUTES}}"
                    for s, when in outcome.too_late.items()
                ],
                "To collect the late versions, leave out --before-due",
            ),
            (
                f"the version on time is back from {KEPT}/",
                outcome.restored,
                f"The late one is there now: nngrader restore {assignment} STUDENT",
            ),
            (
                f"times from the students' own {STAMP}",
                doubts.get(STAMP, ()),
                "Students can write any time into this file, so these submissions get a flag. "
                f"If you or the platform wrote it, collect again with --trust-times; otherwise "
                f"correct the times in {place}",
            ),
            (
                f"unknown times, although the submissions contain a {STAMP}",
                doubts.get("unused", ()),
                "Students can write any time into this file, so it wasn't used, and these "
                "submissions get a flag. Give the times with --worksheet (Moodle) or in "
                f"{place}",
            ),
            (
                "times without a time zone, read as UTC",
                doubts.get("zone", ()),
                "If they are in another zone, collect again with --zone, e.g. --zone "
                "Europe/Berlin",
            ),
        )
        if names
    ]


def _without_own(doubt):
    """Return the doubts about a time, except that the student may have written it."""
    return {key: text for key, text in doubt.items() if key != "own"}


def _silent(course, assignment, outcome):
    """Return the students without a submission; a rejected file counts as a submission."""
    return [s for s in missing(course, assignment) if s not in outcome.refused]


def _may_be_part(name, declared):
    """Return whether a file may be a submission or part of one, judging by its name."""
    return is_near(name) or name.lower().endswith(".zip") or Path(name).name in declared


def _from_worksheet(submission, worksheet, students, zone):
    """Return a submission with student and time from the grading worksheet."""
    row = worksheet.rows.get(submission.number)
    if row is None:
        return submission
    when = time_of(row.changed, zone)
    student = owner(row, students)
    doubt = {} if when else submission.doubt
    source = SOURCE if when else ""
    facts = {"when": when, "source": source, "doubt": doubt, "draft": row.draft}
    return replace(submission, student=student, **facts)


def _by_student(submissions, students, groups, asked, outcome):
    """Return the submissions of each student who has any."""
    mine, declared = {}, asked.declared
    for submission in submissions:
        try:
            mine.setdefault(whose(submission, students, groups), []).append(submission)
        except Unreadable as e:
            if any(_may_be_part(i.name, declared) for _, i in submission.items):
                outcome.left_out.append((submission.label, str(e)))
            else:
                outcome.ignored += ["/".join(i.parts) for _, i in submission.items]
    return mine


def _that_count(each, groups, asked, outcome, due):
    """Return the submission that counts for each student; None for an unclear one of a group.

    :param due: If given, a submission after this time of a student counts only if neither the
        student nor the group has an earlier one.
    """
    wanted, mine = {*asked.files, *asked.declared}, {}
    teams = {s: members for members in groups.values() for s in members}
    ends = {s: due(s) if due else None for s in {*each, *teams}}
    for end in sorted(set(ends.values()), key=str):
        among, chosen = {s for s in ends if ends[s] == end}, {}
        for student in each:
            team = teams.get(student, [student])
            if among.intersection(team):
                own = _in_time(student, {s: each[s] for s in team if s in each}, end, outcome)
                chosen[student] = own and _that_counts(student, own, wanted, outcome)
        chosen = {s: submission for s, submission in chosen.items() if submission}
        chosen |= _shared(chosen, groups, asked, outcome, among)
        mine |= {s: submission for s, submission in chosen.items() if s in among}
    return mine


def _in_time_only(each, groups, asked, mine, due):
    """Return the submissions on time of the students for whom a late one counts."""
    early = _that_count(each, groups, asked, Collected(), due)
    return {
        s: submission
        for s, submission in early.items()
        if (late := mine.get(s)) and submission and due(s) and late.time and submission.time
        if submission.time <= due(s) < late.time
    }


def _in_time(student, team, end, outcome):
    """Return a student's submissions before a time, or all if the team has none before it."""
    early = {
        s: [h for h in own if not end or not h.time or h.time <= end] for s, own in team.items()
    }
    if not any(early.values()):
        return team[student]
    for late in (h for h in team[student] if h not in early[student]):
        outcome.too_late[student] = late.time
        outcome.ignored.append(late.label)
    return early[student]


def _shared(mine, groups, asked, outcome, among):
    """Return the submission that counts for each group member, or None if this is unclear.

    :param among: The students to return.
    """
    shared = {}
    for group, members in sorted(groups.items()):
        submitted = {s: mine[s] for s in members if s in mine}
        if not submitted or not among.intersection(members):
            continue
        content = {s: _content(submission, asked) for s, submission in submitted.items()}
        owner = _owner(submitted, content)
        if owner is None:
            who = f"{len(submitted)} members of {group}"
            reason = f"{who} submitted different work, {NO_LATEST}"
            outcome.left_out.append((", ".join(h.label for h in submitted.values()), reason))
            outcome.refused += members
            shared |= dict.fromkeys(among.intersection(members))
            continue
        for student in (s for s in members if s in among):
            same = content.get(student) == content[owner]
            shared[student] = submitted[student if same else owner]
            outcome.teams[student] = group, "" if same else owner
            if student in submitted and not same:
                outcome.ignored.append(submitted[student].label)
    return shared


def _owner(submitted, content):
    """Return whose submission counts for a group: the latest, any of equal ones, or None."""
    if len(set(content.values())) == 1:
        return min(submitted)
    newest = max(submitted, key=lambda s: submitted[s].newest)
    times = [h.when for h in submitted.values()]
    return newest if all(times) and times.count(submitted[newest].when) == 1 else None


def _content(submission, asked):
    """Return a digest of the graded part of a submission."""
    whole = hashlib.sha256()
    for path, item in sorted(submission.items, key=lambda i: i[0]):
        if _may_be_part(item.name, asked.declared) or path[-1] in asked.declared:
            try:
                raw = item.read(asked.limits.notebook_mb << 20)
            except (Unreadable, OSError) as e:
                raw = repr(e).encode()
            whole.update(f"{path[-1]} {len(raw)}\n".encode("utf-8", "replace") + raw)
    return whole.hexdigest()


def _that_counts(student, several, wanted, outcome):
    """Return the student's submission that counts, or None if this cannot be decided."""
    if several[0].origin and len({h.origin for h in several}) == 1:
        return _joined(several, wanted, outcome)
    newest = max(several, key=lambda h: h.newest)
    if len(several) == 1:
        return newest
    if all(h.when for h in several) and [h.when for h in several].count(newest.when) == 1:
        older = sorted(several, key=lambda h: h.when, reverse=True)[1:]
        outcome.ignored += [h.label for h in older]
        return replace(newest, older=tuple(older))
    reason = f"{len(several)} submissions of {student}, {NO_LATEST}"
    outcome.left_out.append((", ".join(h.label for h in several), reason))
    return None


def _joined(several, wanted, outcome):
    """Combine a student's files from Canvas into one submission, each in its latest version."""
    files = {}
    for submission in sorted(several, key=lambda h: h.rank):
        ((path, item),) = submission.items
        again = re.fullmatch(r"(.+)-\d+(\.\w+)", path[0])
        name = again[1] + again[2] if again and again[1] + again[2] in wanted else path[0]
        if name in files:
            outcome.ignored.append(files[name].name)
        files[name] = item
    items = tuple(((name,), item) for name, item in files.items())
    return replace(several[0], items=items, late=any(h.late for h in several))


def _collect_one(asked, student, submission, deposit, outcome):
    """Copy one student's submission, and add the result to the outcome."""
    try:
        taken = _read(submission, asked, outcome)
        _require_own(taken, asked)
        taken, names = _completed(taken, submission.older, asked)
        became, kept = deposit(student, taken)
    except Unreadable as e:
        outcome.left_out.append((submission.label, str(e)))
        outcome.refused.append(student)
        return
    if became in ("made_late", "too_late"):
        getattr(outcome, became)[student] = taken.when
    if became != "too_late":
        getattr(outcome, "replaced" if became == "made_late" else became).append(student)
    if became not in STAYING and (names := [*dict.fromkeys(names + kept)]):
        outcome.kept[student] = names
    notebooks = [name for name in taken.files if name.lower().endswith(".ipynb")]
    if len(notebooks) > 1 and not {*notebooks} <= {*asked.files}:
        outcome.several[student] = notebooks
    files = tuple("/".join(item.parts) for _, item in submission.items[:MOST_NAMED])
    group, through = outcome.teams.get(student, ("", ""))
    outcome.origins[student] = Origin(
        submission.platform, files, group, through, "" if through else submission.number
    )
    outcome.late += [student] * submission.late
    outcome.drafts += [student] * submission.draft
    source, folder = _source(submission), asked.course / "submitted" / student / asked.name
    for key, text in doubt_of(folder).items():
        if became not in STAYING and text != OF_FILES:
            outcome.doubts.setdefault(STAMP if key == "own" else key, []).append(student)
    untimed = source.startswith(NONE) and not (folder / STAMP).exists()
    if became not in ("unchanged", *STAYING) or untimed:
        outcome.times[source] += 1


def _completed(taken, older, asked):
    """Add the files that only older submissions contain; also return their names."""
    names = []
    for submission in older:
        with contextlib.suppress(Unreadable):
            earlier = _read(submission, asked, Collected())
            _require_own(earlier, asked)
            kept = lacking(asked, taken.files, earlier.files)
            taken = replace(taken, files=taken.files | kept)
            names += kept
    return taken, names


def _require_own(taken, asked):
    """Raise an error if a notebook's cells have the ids of a different assignment."""
    own = _ids(asked.released["cells"])
    for name, raw in taken.files.items():
        if not name.lower().endswith(".ipynb"):
            continue
        try:
            ids = {c.grade_id for c in cells_of(shrunk(raw), [], name)} - {None}
        except Unreadable:
            continue  # a flag will report what is wrong with it
        if not ids or ids & own:
            return
        for other in asked.course.assignments():
            with contextlib.suppress(NotReleased):
                if ids & _ids(released_notebook(asked.course, other)["cells"]):
                    raise Unreadable(f"{name} is a notebook of {other}")


def _ids(cells):
    """Return the ids of the cells that students write, in a released notebook."""
    return {grade_id(c) for c in cells if is_solution(c)}


def _source(submission):
    """Return a description of the source of the submission time."""
    if submission.when:
        return submission.source
    return NONE + submission.platform if submission.platform in NO_DATES else DATES


def _read(submission, asked, outcome):
    """Return the notebook and the declared files of a submission."""
    if submission.fault:
        raise Unreadable(submission.fault)
    items, refused = list(submission.items), []
    if not any(_is_notebook(i) for _, i in items):
        items, refused = _opened_inside(items)
    files = _notebooks(items, asked.files)
    if not files:
        reasons = "; ".join(f"{n}: {r}" for n, r in refused)
        raise Unreadable(reasons or _no_notebook(items, asked.files))
    for path, item in items:
        if path[-1] in asked.declared:
            files.setdefault(path[-1], item)
    content = _contents(submission.label, files, asked, outcome)
    whole = all(own in content for own in asked.files)
    other = {n for n, raw in content.items() if whole and not _is_ours(n, raw, asked)}
    content = {n: raw for n, raw in content.items() if n not in other}
    kept = {id(item) for name, item in files.items() if name not in other}
    outcome.ignored += ["/".join(i.parts) for _, i in items if id(i) not in kept]
    outcome.ignored += ["/".join(i.parts) for i in submission.rest]
    dated = submission.when or max(files[n].when for n in content)
    when = None if not submission.when and submission.platform in NO_DATES else dated
    doubt = submission.doubt
    if not submission.when:
        stamped = not when and any(path[-1] == STAMP for path, _ in items)
        doubt = {"own": OF_FILES} if when else {"unused": STAMP} if stamped else {}
    known = bool(submission.when)
    return SubmissionFiles(content, dated, when, known, submission.late, doubt)


def _contents(label, files, asked, outcome):
    """Return the contents of files, and report files that cannot be read.

    If no notebook can be read, raise an error.
    """
    contents, reasons = {}, []
    for name, item in files.items():
        try:
            if name in asked.declared:
                contents[name] = item.read(asked.declared[name])
            else:
                contents[name] = shrunk(item.read(asked.limits.notebook_mb << 20))
        except (Unreadable, OSError) as e:
            reasons.append(f"{item.name}: {getattr(e, 'strerror', None) or e}")
    if not any(name.lower().endswith(".ipynb") for name in contents):
        raise Unreadable("; ".join(reasons))
    outcome.left_out += [(label, reason) for reason in reasons]
    return contents


def _is_ours(name, raw, asked):
    """Return whether a file belongs to the assignment, by its name or the cells in it."""
    ids = (f'"{gid}"'.encode() for gid in asked.solution_ids)
    own = name in asked.declared or name in asked.files
    return own or any(gid in raw for gid in ids)


def _no_notebook(items, expected):
    """Return why a submission without a notebook is left out, with files that look like one."""
    near = [item.name for _, item in items if is_near(item.name)]
    files = f"no notebook among {counted(len(items), 'file')}"
    if not near:
        return files
    return (
        f"{files}. Is {' or '.join(near)} the notebook? If so, rename it to "
        f"{' or '.join(expected)}"
    )


def _is_notebook(item: Item) -> bool:
    """Return whether a file has the name of a notebook, and isn't one of its checkpoints."""
    return item.name.lower().endswith(".ipynb") and item.parts[-2:-1] != (CHECKPOINTS,)


def _called(notebooks, name):
    """Return the notebook with this name, or one whose name differs only in case, or None."""
    alike = [f for f in notebooks if f[0][-1].casefold() == name.casefold()]
    return min(alike, key=lambda f: f[0][-1] != name, default=None)


def _opened_inside(items):
    """Return the files with each zip replaced by its files, and those that cannot be read."""
    files, refused = [], []
    for path, item in items:
        if not item.name.lower().endswith(".zip"):
            files.append((path, item))
            continue
        try:
            more, bad = inside(item)
        except Unreadable as e:
            refused.append((item.name, str(e)))
            continue
        files += [(i.parts, i) for i in more if not any(map(is_noise, i.parts))]
        refused += bad
    return files, refused


def _notebooks(items, expected):
    """Return the notebooks of a submission, by the names under which we store them.

    If there are more than the expected ones, the grader will use those with the most cells
    filled in, and name the others in a flag.
    """
    notebooks = sorted((f for f in items if _is_notebook(f[1])), key=lambda f: len(f[0]))
    named = [_called(notebooks, name) for name in expected]
    taken = {name: f[1] for name, f in zip(expected, named, strict=True) if f}
    if len(notebooks) > MOST_NOTEBOOKS:
        if taken:
            return taken
        raise Unreadable(
            f"{len(notebooks)} notebooks, and none is called {' or '.join(expected)}"
        )
    reserved = {name.casefold() for name in expected}
    for n, (path, item) in enumerate(f for f in notebooks if f not in named):
        safe = len(path[-1].encode()) <= 100 and path[-1].isprintable()
        lower = {name.casefold() for name in taken}
        fine = safe and path[-1].casefold() not in {*lower, *reserved}
        taken[path[-1] if fine else f"notebook-{n + 1}.ipynb"] = item
    return taken
