"""The name of each submission on the platform it came from, so that feedback can go back.

`nngrader collect` copies submissions into folders by student. The platform's names are stored
in `.results/collected-ASSIGNMENT.json`. If you collect the same download again, the file is
rewritten.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ..storage.results import Store
from .folder import Course


@dataclass(frozen=True)
class Origin:
    """The source of a student's submission.

    :ivar platform: "Moodle", "Canvas", "Gradescope", or a layout of folders.
    :ivar files: Paths on the platform, without an outer folder.
    :ivar group: The student's group, if the group submitted together.
    :ivar through: The group member who submitted, if that was a different student.
    :ivar number: Moodle's number for the participant, which is valid only in this assignment.
    """

    platform: str
    files: tuple[str, ...] = ()
    group: str = ""
    through: str = ""
    number: str = ""


def keep(course: Course, assignment: str, origins: dict[str, Origin]) -> None:
    """Store the origins of submissions, and keep the earlier ones."""
    store = Store(course / ".results")
    kept = store.get(_key(assignment)) or {}
    new = {s: asdict(o) for s, o in origins.items()}
    for student, origin in new.items():
        if not origin["number"]:  # a later file came by email; feedback still goes to Moodle
            origin["number"] = kept.get(student, {}).get("number", "")
    store.put(_key(assignment), kept | new)


def read(course: Course, assignment: str) -> dict[str, Origin]:
    """Return the origins of an assignment's submissions, by student."""
    kept = Store(course / ".results").get(_key(assignment)) or {}
    return {s: Origin(**(o | {"files": tuple(o["files"])})) for s, o in kept.items()}


def groups(course: Course, assignment: str) -> dict[str, list[str]]:
    """Return the members of each group that submitted together."""
    members = {}
    for student, origin in sorted(read(course, assignment).items()):
        if origin.group:
            members.setdefault(origin.group, []).append(student)
    return members


def _key(assignment):
    """Return the key for the result store."""
    return f"collected-{assignment}"
