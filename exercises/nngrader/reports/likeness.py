"""The part of the instructor's page about similar submissions."""

from __future__ import annotations

from html import escape

from ..course.anonymous import Names
from ..course.assignment import released_notebook
from ..course.folder import Course
from ..course.notebooks import from_file, together
from ..course.origins import read as read_origins
from ..wording import counted
from .similarity import (
    LEAST_WRITTEN,
    rings,
    same_as_published,
    same_work,
    solution_fingerprints,
)
from .style import names, section, table

MOST_RINGS = 50
MOST_IN_SIGHT = 6  # visible submissions of a ring; the others are folded
MOST_ROWS = 10  # visible submissions of the instructor's solution; the others are folded
NONE = "<p>No two submissions are more similar than we expect in this class.</p>"
SAME_WORK = (
    "These students wrote the same text in the solution cells and written answers, with at "
    f"least {LEAST_WRITTEN} characters. Text from the released notebook and added cells "
    "don't count."
)
PUBLISHED = (
    "These cells have the same fingerprints as the instructor's solution, which may be public. "
    "Short cells on their own don't count, because they have one obvious solution."
)
TOGETHER = "Of each group that submitted together, only one student is listed."


def likeness(course: Course, assignment: str, fine: dict[str, dict], called: Names) -> str:
    """Return the section about unusually similar submissions.

    :param fine: Results of gradable submissions, by the names of students in the output.
    """
    solved, released = _ours(course, assignment)
    known = {cell: set(f) | released.get(cell, set()) for cell, f in solved.items()}
    compared = {s: r for s, r in fine.items() if "fingerprints" in r}
    one, together = _one_of_each_group(course, assignment, compared, called)
    fingerprints = {  # only of solution cells, because the other cells are the same for all
        s: {cell: p for cell, p in r["fingerprints"].items() if cell in known}
        for s, r in one.items()
    }
    same = same_work({s: r["own"] for s, r in one.items() if "own" in r})
    similar = [
        r for r in rings(fingerprints, known) if not any({*r.students} <= {*s} for s in same)
    ]
    where = _code if called.anonymous else _where
    own, *more = course.notebook_names(assignment)
    place = assignment if more else f"{assignment}/{own}.ipynb"
    parts = [*_same_work(same, place, where), *_alike(similar, place, where, same)]
    parts += _published(same_as_published(fingerprints, solved, released), len(solved))
    parts += [f"<p>{TOGETHER}</p>"] * together
    if without := len(fine) - len(compared):
        parts.append(
            f"<p>{counted(without, 'submission')} could not be compared, because the results "
            "contain no fingerprints for them.</p>"
        )
    return section("Similarity", "".join(parts))


def _ours(course, assignment):
    """Return fingerprints of the instructor's solution, and of the release, by cell."""
    released = solution_fingerprints(released_notebook(course, assignment))
    folder = course / "source" / assignment  # its generated notebooks date from the release
    named = course.notebook_names(assignment)
    source = together({own: from_file(folder / f"{own}.ipynb") for own in named})
    return solution_fingerprints(source), {cell: set(f) for cell, f in released.items()}


def _one_of_each_group(course, assignment, results, called):
    """Return the results of one student from each group, and whether others were left out."""
    groups = {called(s): o.group for s, o in read_origins(course, assignment).items()}
    first = {}
    for student in sorted(results):
        first.setdefault(groups.get(student) or (student,), student)
    kept = {s: results[s] for s in first.values()}
    return kept, len(kept) < len(results)


def _same_work(same, place, where):
    """Yield the list of rings whose members submitted the same text."""
    if not same:
        return
    rows = [
        [names(list(ring), MOST_IN_SIGHT), _folded([where(s, place) for s in ring])]
        for ring in same
    ]
    yield f"<h3>The same answers</h3><p>{SAME_WORK}</p>"
    yield table(["Students", "Where to look"], rows)


def _alike(similar, place, where, same):
    """Yield the list of similar rings, or a sentence if there are none."""
    if not similar:
        yield "" if same else NONE
        return
    if same:
        yield "<h3>Very similar</h3>"
    rows = [_ring(ring, place, where) for ring in similar[:MOST_RINGS]]
    columns = ["Submissions", "Similar in", "Rare fingerprints", "Where to look"]
    yield table(columns, rows, numbers=(2,))
    if len(similar) > MOST_RINGS:
        more = counted(len(similar) - MOST_RINGS, "more group")
        yield f"<p>And {more} with less similarity.</p>"


def _published(same, n):
    """Yield the students who submitted our solution, those with the most of n cells first."""
    if not same:
        return
    most_first = sorted(same.items(), key=lambda item: (-len(item[1]), item[0]))
    rows = [[escape(s), _how_many(cells, n)] for s, cells in most_first]
    columns, rest = ["Student", "Cells"], rows[MOST_ROWS:]
    yield f"<h3>The same as the instructor's solution</h3><p>{PUBLISHED}</p>"
    yield table(columns, rows[:MOST_ROWS])
    if rest:
        summary = f"<summary>and {len(rest)} more</summary>"
        yield f"<details>{summary}{table(columns, rest)}</details>"


def _how_many(cells, n):
    """Return a description of how many of n cells are the same."""
    listed = escape(", ".join(cells))
    return f"<b>all {n}</b>" if len(cells) == n else f"{len(cells)} of {n}: {listed}"


def _ring(ring, place, where):
    """Return a ring of similar submissions as the cells of a row; a large one is folded."""
    *first, last = map(escape, ring.students)
    many = len(ring.students) > MOST_IN_SIGHT
    return [
        names(list(ring.students), MOST_IN_SIGHT) if many else f"{', '.join(first)} and {last}",
        "<br>".join(f"{escape(cell)}: {share:.0%}" for cell, share in ring.cells.items()),
        f"{ring.weight:.0f}",
        _folded([where(s, place) for s in ring.students]),
    ]


def _folded(lines):
    """Return lines of HTML; the first ones are visible and the others folded."""
    visible, rest = "<br>".join(lines[:MOST_IN_SIGHT]), "<br>".join(lines[MOST_IN_SIGHT:])
    summary = f"<summary>and {len(lines) - MOST_IN_SIGHT} more</summary>"
    return f"{visible}<details>{summary}{rest}</details>" if rest else visible


def _code(student, _):
    """Return a student's code; only the key file shows whose notebook to look at."""
    return f"<code>{escape(student)}</code>"


def _where(student, place):
    """Return the path of the notebook to look at, or of the folder with several notebooks."""
    return f"<code>{escape(f'autograded/{student}/{place}')}</code>"
