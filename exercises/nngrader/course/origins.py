"""Under which names a platform handed over each submission, for feedback to go back there.

`nngrader collect` copies submissions into folders by student; what they were called on the
platform is kept in `.results/collected-ASSIGNMENT.json`. Collecting the same download again
writes it anew.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from ..storage.results import Store
from .folder import Course


@dataclass(frozen=True)
class Origin:
    """Where a student's submission came from.

    Attributes
    ----------
    platform : str
        "Moodle", "Canvas", "Gradescope", or a layout of folders.
    files : tuple of str
        Paths as the platform named them, without an outer folder.
    group : str
        The student's group, if it handed in as one.
    through : str
        Who handed in for the group, if it was another one of it.
    number : str
        Moodle's number of the participant, in this assignment alone.
    """

    platform: str
    files: tuple[str, ...] = ()
    group: str = ""
    through: str = ""
    number: str = ""


def keep(course: Course, assignment: str, found: dict[str, Origin]) -> None:
    """Keep where submissions came from, beside those that are kept already."""
    store = Store(course / ".results")
    kept = store.get(_key(assignment)) or {}
    store.put(_key(assignment), kept | {s: asdict(o) for s, o in found.items()})


def read(course: Course, assignment: str) -> dict[str, Origin]:
    """Return where the submissions of an assignment came from, by student."""
    kept = Store(course / ".results").get(_key(assignment)) or {}
    return {s: Origin(**(o | {"files": tuple(o["files"])})) for s, o in kept.items()}


def groups(course: Course, assignment: str) -> dict[str, list[str]]:
    """Return the members of each group that handed in together, as it was collected."""
    found = {}
    for student, origin in sorted(read(course, assignment).items()):
        if origin.group:
            found.setdefault(origin.group, []).append(student)
    return found


def _key(assignment):
    """Return the key of the store under which it is kept."""
    return f"collected-{assignment}"
