"""Grade one notebook: `nngrader grade FILE.ipynb`, which records nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

from ..course.assignment import Assignment
from ..course.folder import Course
from ..errors import CannotDo, NotThere
from ..grading.all_submissions import read_from
from ..grading.one_submission import Job, run
from ..records.finding import findings_of
from ..records.flag import flags_of
from ..records.flag_rendering import ranked
from ..records.rendering import Audience, sentences
from ..sandbox.launch import Sandbox
from ..screen import say, shown
from ..storage.scratch import Scratch
from ..wording import counted
from .build import generate, trial_course, visible_cases


def grade_file(course: Course, file: Path, *, unsafe: bool = False) -> dict:
    """Grade a notebook, print its points and what is wrong, and return the result.

    If the course has no release of the assignment or no seed yet, temporary ones are used. The
    sum doesn't include the points that a person gives.

    :param file: The notebook, named ``ASSIGNMENT.ipynb`` or similar, next to its other files.
        If the assignment has several notebooks, it is named after one of them.
    :raises NotThere: If there is no such file.
    :raises CannotDo: If its name doesn't contain the name of an assignment, or the sandbox
        doesn't work.
    """
    if not file.is_file():
        raise NotThere(f"there is no notebook {file}")
    name, own = assignment_of(course, file)
    with Scratch() as scratch:
        folder = Path(scratch, "submission")
        folder.mkdir()
        ready = (course / "release" / name).is_dir() and (
            course.seed_file or (course / ".seed").is_file()
        )
        assignment = Assignment(
            course if ready else _released(course, name, Path(scratch)), name
        )
        for other in (*assignment.files, *assignment.declared):
            if (file.parent / other).is_file():
                shutil.copy(file.parent / other, folder)
        shutil.copy(file, folder / f"{own}.ipynb")
        r, spec = read_from(assignment, folder), assignment.spec(unsafe)
        with Sandbox(spec.limits, unsafe=unsafe, uses=spec.uses, files=spec.files) as sandbox:
            sandbox.require()
            result = run(
                spec, Job(r.work, r.flags, r.solutions, r.files, r.tested, r.unread), sandbox, 0
            )
    _tell(name, result, sum(most for *_, most in spec.tests))
    return result | {"student": file.stem, "assignment": name}


def assignment_of(course: Course, file: Path) -> tuple[str, str]:
    """Return the assignment and the notebook whose name is in the name of a file."""
    known = [(a, own) for a in course.assignments() for own in course.notebook_names(a)]
    if named := [pair for pair in known if pair[1] in file.name]:
        longest = max(len(own) for _, own in named)
        first, *others = [pair for pair in named if len(pair[1]) == longest]
        if others:
            both = ", ".join(a for a, _ in (first, *others))
            rename = "rename the notebook of one of them"
            raise CannotDo(f"{file.name} may belong to {both}: {rename}")
        return first
    known = ", ".join(own for _, own in known)
    lacks = f"the file name {file.name} doesn't contain the name of an assignment's notebook"
    raise CannotDo(f"{lacks}: rename the file so that it contains one of these: {known}")


def _released(course, name, scratch):
    """Return a temporary course that has released the assignment."""
    trial = trial_course(course, name, scratch / "course")
    problems = trial.problems(name)
    generate(trial, name, trial.instructor(name), visible_cases(problems))
    return trial


def _tell(name, result, most):
    """Print the points of each problem with the explanations, the flags, and the sum."""
    for problem, report in result["problems"].items():
        say(f"{problem}: {report['score']:g} of {counted(report['max'], 'point')}")
        for text in sentences(findings_of(report), Audience.INSTRUCTOR):
            say(f"    {shown(text)}")
    for text in ranked(flags_of(result)):
        say(shown(text))
    say(f"{name}: {result['score']:g} of {counted(most, 'point')}; nothing was recorded")
