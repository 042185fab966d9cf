"""What the gradebook was last written with, so that no machine undoes another's changes.

Several machines can share a gradebook, for example on a PostgreSQL server. Each has its own
copy of the settings, the release and the problems. A table next to nbgrader's, which nbgrader
ignores, contains a row for each change: what changed, and who wrote it. If another machine
wrote the last row, and this machine has an earlier version of the same thing, its copy is out
of date.
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, Integer, MetaData, Table, Text, insert, select

from ..course.assignment import Assignment
from ..course.folder import Course
from ..course.notebooks import grade_id
from ..errors import CannotDo
from ..storage.results import digest
from ..wording import counted
from .reweight import points_of, recorded_points

STATE = Table(
    "nngrader_state",
    MetaData(),
    Column("id", Integer, primary_key=True),
    *(Column(name, Text) for name in ("assignment", "kind", "content")),
    *(Column(name, Text) for name in ("machine", "command", "time")),
)
FILES = {  # what to copy from the other machine, by kind
    "points": ("source/{name}/nngrader.toml", "release/{name}"),
    "release": ("source/{name}", "release/{name}"),
    "definitions": ("the folder of the problems of {name}",),
    "late": ("source/{name}/nngrader.toml",),
    "seed": (".seed",),
}
MOST_NAMED = 4


@dataclass(frozen=True)
class Row:
    """A change: its content as JSON, and who wrote it when."""

    content: str
    machine: str
    command: str
    time: str


def facts(released: dict, definitions: dict[str, str]) -> dict[str, dict]:
    """Return what determines the points of an assignment, by kind, as plain data."""
    cells = [c for c in released["cells"] if grade_id(c)]
    return {
        "points": points_of(released),
        "release": {grade_id(c): digest(c["source"])[:16] for c in cells},
        "definitions": {name: value[:16] for name, value in definitions.items()},
    }


def facts_of(assignment: Assignment, policy) -> dict[str, dict]:
    """Return the facts of an assignment that is graded, with the seed and the late policy."""
    known = facts(assignment.released, assignment.definitions)
    return known | {"late": {"policy": repr(policy)}, "seed": seed_of(assignment.course)}


def seed_of(course: Course) -> dict[str, str]:
    """Return a digest of the seed of the hidden cases."""
    return {"seed": digest(["seed", course.seed()])[:16]}


def require_current(gradebook, course: Course, name: str, known: dict[str, dict]) -> None:
    """Raise an error if this machine would undo what another one wrote.

    :param gradebook: An open gradebook, in a transaction.
    :param known: This machine's facts by kind; kinds that don't matter here can be missing.
    :raises CannotDo: The message names the differences and the files to copy.
    """
    differ, files, by = [], [], None
    for kind, content in known.items():
        rows = _rows(gradebook, name, kind)
        here = _text(content)
        if rows and rows[-1].machine != machine(course) and rows[-1].content != here:
            earlier = here in [row.content for row in rows]
            if earlier or kind == "seed":
                differ += _differences(kind, content, json.loads(rows[-1].content))
                files += [file.format(name=name) for file in FILES[kind]]
                by = by or rows[-1]
        elif kind == "points" and not rows:  # a gradebook of an earlier version
            there = recorded_points(gradebook, name)
            if there.keys() == content.keys() and there != content:
                differ += _differences(kind, content, there)
                files += [file.format(name=name) for file in FILES[kind]]
    if differ:
        where = "another machine" if by is None else f"{by.machine}"
        when = f" with `nngrader {by.command}` on {by.time[:16]} UTC" if by else ""
        raise CannotDo(
            f"{name}: the gradebook was last written by {where}{when}. This machine would undo "
            "that:\n  "
            + "\n  ".join(differ)
            + f"\nCopy {_listed(dict.fromkeys(files))} from there, and run this again. If the "
            "files on this machine are the correct ones, add --this-machine."
        )


def note(gradebook, course: Course, name: str, known: dict[str, dict], command: str) -> None:
    """Write a row for each kind of fact that differs from its last row."""
    for kind, content in known.items():
        rows, here = _rows(gradebook, name, kind), _text(content)
        if not rows or rows[-1].content != here:
            about = {"assignment": name, "kind": kind, "content": here, "command": command}
            about |= {"machine": machine(course), "time": f"{datetime.now(UTC):%F %T}"}
            gradebook.db.connection().execute(insert(STATE).values(about))


def machine(course: Course) -> str:
    """Return the name of this machine and the path of the course on it."""
    return f"{socket.gethostname()}:{course.root.resolve()}"


def _rows(gradebook, name, kind):
    """Return the rows of one kind, oldest first; create the table if there is none."""
    connection = gradebook.db.connection()
    STATE.create(connection, checkfirst=True)
    mine = (STATE.c.assignment == name) & (STATE.c.kind == kind)
    columns = [STATE.c[field] for field in Row.__annotations__]
    query = select(*columns).where(mine).order_by(STATE.c.id)
    return [Row(*values) for values in connection.execute(query)]


def _text(content):
    """Return facts as text, in one form only."""
    return json.dumps(content, sort_keys=True)


def _differences(kind, here, there):
    """Return lines that describe how the facts of this machine differ."""
    names = sorted(n for n in here.keys() | there.keys() if here.get(n) != there.get(n))
    if kind == "points":
        return [
            f"{n.removeprefix('test_')}: {_points(here.get(n))} here, "
            f"{_points(there.get(n))} in the gradebook"
            for n in names
        ]
    shown = ", ".join(names[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
    words = {
        "release": f"an earlier release: {counted(len(names), 'cell')} differ ({shown})",
        "definitions": f"earlier definitions of {shown}",
        "late": "earlier due dates, extensions or penalties",
        "seed": "another seed, so all submissions would get other inputs",
    }
    return [words[kind]]


def _points(worth):
    """Return points in words."""
    return "no points" if worth is None else counted(worth, "point")


def _listed(files):
    """Return file names as a list in words."""
    *most, last = files
    return f"{', '.join(most)} and {last}" if most else last
