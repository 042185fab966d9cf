"""The instructor's page about a class: difficult problems, mistakes, submissions to look at.

All its data come from results and the gradebook. Everything is escaped, including the names of
folders, which students can choose.
"""

from __future__ import annotations

from collections import defaultdict
from html import escape
from pathlib import Path
from statistics import mean

from ..course.anonymous import Names, names_of
from ..course.definitions import EARLIER, graded_earlier
from ..course.folder import Course
from ..course.roster import missing
from ..errors import NotThere
from ..gradebook.database import marks, students
from ..gradebook.late import present
from ..records.flag import flags_of, rank
from ..records.flag_rendering import RANKS, for_instructor
from ..records.rendering import as_html
from ..screen import say
from ..storage.results import digest, latest_results, write_whole
from ..wording import counted
from .breakdown import overview, problem, scores
from .item_analysis import LEAST, UNWRITTEN, commonest, costs, judged, problem_names
from .likeness import likeness
from .similarity import RULE
from .style import document, names, points, section, table

NAMES = Names()
TOP = 3
TERMS = (
    (
        "Difficulty",
        "is the mean fraction of an item's points that the graded submissions earned: 0% is "
        "hardest, 100% easiest. The dark part of the bar shows submissions with all points, "
        "the pale part submissions with some points. This is the item difficulty p of "
        "classical test theory (Crocker and Algina 1986, Introduction to Classical and Modern "
        "Test Theory, chapter 14).",
    ),
    (
        "Discrimination",
        "is the corrected item-total correlation: Pearson's correlation between the points "
        "of an item and the points that the same submissions earned for all other items. An "
        "item is therefore not correlated with itself (Nunnally and Bernstein 1994, "
        "Psychometric Theory, chapter 8). Below 0.2, the item predicts little about the "
        f"rest; below 0, read its text again. It needs at least {LEAST} submissions; with "
        "fewer than a hundred, it is only a rough estimate.",
    ),
    (
        "Points lost",
        "are the total cost of a finding for the class: an aspect's loss is divided equally "
        "among the findings about the whole problem. If there are none, it is divided among "
        "the findings about this aspect, or else among all findings of the problem.",
    ),
    (
        "Seconds",
        "are the processor time of all calls to a student's function in one grading run.",
    ),
    ("Similarity", "shows a person where to look; it changes no score. " + RULE),
)


def write_report(course: Course, assignment: str, anonymous: bool, out: Path | None) -> None:
    """Write the report, by default into the course's folder `report`."""
    name = f"{assignment}{'-anonymous' * anonymous}.html"
    out = out or course / "report" / name
    called = names_of(course, anonymous, latest(course, assignment))
    text = page(course, assignment, called)
    out.parent.mkdir(parents=True, exist_ok=True)
    write_whole(out, text)
    content = "shows results by student code" if anonymous else "contains students' names"
    say(f"{out}: it {content}, so keep it private")
    called.tell_key()


def page(course: Course, assignment: str, called: Names = NAMES) -> str:
    """Return the report on an assignment: a complete HTML page without scripts.

    :return: HTML. It contains students' ids and is for the instructor. If it has codes instead
        of names, you may give it to anyone who is allowed to see marks.
    :raises NotThere: If there is no such assignment, or nothing has been graded.
    """
    results = called.results(latest(course, assignment))
    known = called.marks(known_marks(course, assignment))
    fine = judged(results)
    all_costs = costs(fine)
    parts = [
        f"<h1>{escape(assignment)}: report on the class</h1>",
        _counts(course, assignment, results, known),
        _misunderstood(fine, all_costs),
        f'<div class="columns">{scores(results, known)}\n{overview(fine)}</div>',
        *(problem(fine, name, all_costs) for name in problem_names(fine)),
        *_by_hand(known),
        *_earlier(graded_earlier(course, assignment, results)),
        *_notes(course, assignment, results, known, called),
        likeness(course, assignment, fine, called),
        section("Terms", "".join(f"<p><b>{n}</b> {text}</p>" for n, text in TERMS)),
    ]
    return document(f"{assignment}: report", parts, "wide")


def latest(course: Course, assignment: str) -> dict[str, dict]:
    """Return the results of the last grading, by student.

    :raises NotThere: If there is no such assignment, or nothing has been graded.
    """
    course.source(assignment)
    again = f"run `nngrader grade {assignment}`"
    if results := latest_results(course, assignment):
        return results
    if handed_in := course.submissions(assignment):
        raise NotThere(f"{counted(len(handed_in), 'submission')} not graded yet: {again}")
    raise NotThere(f"nothing graded yet: there are no submissions for {assignment}")


def known_marks(course: Course, assignment: str) -> dict[str, dict]:
    """Return the gradebook's marks, or {} if the assignment is not in the gradebook."""
    try:
        return marks(course, assignment)
    except NotThere:
        return {}


def _counts(course, assignment, results, known):
    """Return the paragraph with counts at the top of the report."""
    status = [r["status"] for r in results.values()]
    late = sum(m["late_penalty"] > 0 for m in known.values())
    todo = sum(m["needs_manual_grade"] for m in known.values())
    failed = sum(bool(r.get("failed")) for r in results.values())
    counts = [f"{counted(len(results), 'submission')}: {status.count('graded')} graded"]
    counts += [f"{status.count('flagged')} graded with flags"]
    counts += [f"{status.count('ungradable')} ungradable"]
    counts += [f"{failed} with an error in the grader"] * bool(failed)
    counts += [f"{late} late"] * bool(late)
    counts += [f"{todo} still to be marked by hand"] * bool(todo)
    where = sorted({r["processor"] for r in results.values() if r.get("processor")})
    machines = f" Computed on {escape('; on '.join(where))}." if where else ""
    return f'<p class="soft">{", ".join(counts)}.{machines}</p>'


def _misunderstood(fine, all_costs):
    """Return the section about the most common findings."""
    empty = defaultdict(set)  # students by problem
    for cost in all_costs:
        if cost.finding.code in UNWRITTEN:
            empty[cost.problem] |= {*cost.students}
    top = commonest(all_costs, TOP)
    rows = "".join(f"<li>{_in_words(c, len(fine))}</li>" for c in top)
    none = "The class lost no points to wrong answers." if fine else "Nothing could be graded."
    left = "; ".join(f"{escape(name)}: {len(who)}" for name, who in empty.items())
    if left:
        words = "Functions that are missing or not written, with the number of students"
        left = f'<p class="soft">{words}: {left}.</p>'
    return section(
        "What the class misunderstood", (f"<ol>{rows}</ol>" if top else f"<p>{none}</p>") + left
    )


def _in_words(cost, n):
    """Return one of the most common findings as a line of HTML."""
    what = "" if cost.mistake else " (no known mistake; the grader describes the error)"
    return (
        f"<b>{escape(cost.problem)}</b>: {as_html(cost.text)}{what} "
        f'<span class="said">{len(cost.students)} of {counted(n, "student")}, '
        f"{points(cost.points)} points in total.</span>"
    )


def _by_hand(known):
    """Yield the section about the cells to mark by hand."""
    cells = defaultdict(list)
    for student, mark in known.items():
        for name, score, most, _ in mark["by_hand"]:
            cells[name].append((student, score, most))
    if not cells:
        return
    rows = []
    for name, all_marks in sorted(cells.items()):
        done = [(score, most) for _, score, most in all_marks if score is not None]
        share = [score / most for score, most in done if most]
        left = [student for student, score, _ in all_marks if score is None]
        rows.append(
            [
                escape(name),
                f"{len(done)} of {len(all_marks)}",
                f"{mean(share):.0%}" if share else "–",
                names(left) if left else "nobody",
            ]
        )
    columns = ["Cell", "Marked", "Difficulty", "Still to be marked"]
    yield section("Marked by hand", table(columns, rows, numbers=(1, 2)))


def _earlier(earlier):
    """Yield the section about results that depend on an earlier definition."""
    if earlier:
        rows = [[escape(s), escape(", ".join(old))] for s, old in sorted(earlier.items())]
        text = (
            "<p>The definitions of these problems have changed since then. Grade these "
            "students again.</p>"
        )
        yield section(EARLIER.capitalize(), text + table(["Student", "Problems"], rows))


def _notes(course, assignment, results, known, called):
    """Yield the sections about flags, ungradable or late submissions, and missing students."""
    raised, students_of = {}, defaultdict(dict)
    for student, r in results.items():
        flags = flags_of(r) if r["status"] != "ungradable" else []
        for flag in present(flags, known.get(student)):
            key = digest(flag.as_json())
            raised[key] = rank(flag), for_instructor(flag)
            students_of[key][student] = True
    if raised:
        often = sorted(raised, key=lambda k: (raised[k][0], -len(students_of[k]), raised[k]))
        notes = [(*raised[key], [*students_of[key]]) for key in often]
        rows = [[RANKS[r], escape(text), str(len(who)), names(who)] for r, text, who in notes]
        columns = ["Rank", "Flag", "Submissions", "Who"]
        yield section("Flags", table(columns, rows, (2,), "sentences"))
    lost = {s: r for s, r in results.items() if r["status"] == "ungradable"}
    if lost:
        reasons = {
            s: " ".join(map(for_instructor, flags_of(r))) for s, r in sorted(lost.items())
        }
        rows = [[escape(s), escape(text)] for s, text in reasons.items()]
        yield section("Ungradable", table(["Student", "Reason"], rows))
    late = {s: m["late_penalty"] for s, m in known.items() if m["late_penalty"] > 0}
    if late:
        rows = [[escape(s), points(p)] for s, p in sorted(late.items())]
        yield section("Late", table(["Student", "Points deducted"], rows, numbers=(1,)))
    unknown = [s for s, m in known.items() if m.get("untimed")]
    if unknown:
        text = (
            "The submission time is unknown, so these students are not counted as late. To "
            "change this, collect their submissions again from a download with times, or write "
            "timestamp.txt next to the notebook."
        )
        yield section(
            "Submission time unknown", f"<p>{text}</p>\n<p>{names(unknown, len(unknown))}</p>"
        )
    yield from _missing(course, assignment, results, called)


def _missing(course, assignment, results, called):
    """Yield the section about students without a submission or without a result."""
    submitted = set(called.all(course.submissions(assignment)))
    absent = called.all(missing(course, assignment, students(course, assignment)))
    lists = {
        "Not submitted": [s for s in absent if s not in results],
        "Submitted, not graded yet": sorted(submitted - set(results)),
        "Graded, but no longer in the folder of submissions": sorted(set(results) - submitted),
    }
    paragraphs = [
        f"<h3>{title}: {len(who)}</h3>\n<p>{names(who, len(who))}</p>"
        for title, who in lists.items()
        if who
    ]
    if paragraphs:
        yield section("Missing", "\n".join(paragraphs))
