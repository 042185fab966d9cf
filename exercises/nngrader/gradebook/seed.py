"""The seed of the hidden cases: made once, and copied next to the gradebook.

With a different seed, a submission gets different inputs. Therefore a lost seed is never
replaced without a person's decision, and a class is never graded with two seeds.
"""

from __future__ import annotations

from pathlib import Path

from ..course.folder import Course, make_seed
from ..errors import CannotDo
from ..screen import say
from ..storage.results import write_private
from .database import SQLITE, config_of, open_gradebook, quiet, require_gradebook


def require_seed(course: Course, assignment: str, *, whole: bool = True) -> None:
    """Make the seed if nothing has been graded yet, and keep a copy of it.

    :param whole: Whether all submissions will be graded. Only then may the seed differ from the
        copy.
    :raises CannotDo: If the seed is missing although it has a copy or the gradebook has
        submissions, or if only some submissions would be graded with a different seed.
    """
    if course.seed_file:
        return
    file, copy = course / ".seed", copy_of(course, assignment)
    kept = copy.read_text().strip() if copy.is_file() else ""
    restore = f"restore it with `cp -p {copy} {file}`, and run this again"
    if not file.exists():
        require_gradebook(course, assignment)
        if kept:
            raise CannotDo(f"the seed {file} is missing: {restore}")
        if _has_submissions(course, assignment):
            raise CannotDo(
                f"the seed {file} is missing: restore a copy, and run this again. Without a "
                "copy, write a new whole number into it, and grade the whole class again"
            )
        make_seed(file)
    seed = str(course.seed())
    if kept not in ("", seed):
        if not whole:
            raise CannotDo(
                f"the class was graded with a different seed than the one in {file}: "
                f"{restore}, or grade the whole class without --students"
            )
        say(f"the seed in {file} has changed, so all submissions get new inputs")
    if kept != seed:
        write_private(copy, f"{seed}\n")


def require_shared_seed(course: Course, assignment: str) -> None:
    """Raise an error if another machine graded the class with a different seed."""
    from .state import require_current, seed_of

    if course.seed_file or not (course / ".seed").exists():
        return
    require_gradebook(course, assignment)
    with quiet(), open_gradebook(course, assignment) as gradebook:
        require_current(gradebook, course, assignment, {"seed": seed_of(course)})


def copy_of(course: Course, assignment: str) -> Path:
    """Return the path of the seed's copy: next to the gradebook's file, or in the course."""
    url = config_of(course, assignment).CourseDirectory.db_url
    if not url.startswith(SQLITE):
        return course / "gradebook.seed"
    return Path(url.removeprefix(SQLITE)).with_suffix(".seed")


def _has_submissions(course, assignment):
    """Return whether the gradebook contains a submission of any assignment."""
    with quiet(), open_gradebook(course, assignment) as gradebook:
        return any(known.num_submissions for known in gradebook.assignments)
