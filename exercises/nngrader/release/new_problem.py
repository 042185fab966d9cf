"""Write the files of a new problem, to be filled in, and say what is not filled in yet.

A new problem is a declaration, a section of the text, and a file of planted mistakes or of
tests: public ones in the course, private ones in a folder for `--problems`. Each place to fill
in says `FILL IN`, and no release is made while one is left.
"""

from __future__ import annotations

import keyword
import re
from pathlib import Path

from ..course.folder import FIRST, Course
from ..course.notebooks import with_sections
from ..errors import CannotDo, NotThere
from ..storage.results import write_whole

FILL = "FILL IN"
NAME = re.compile(r"[a-z][a-z0-9_]*")
PLANTED = "tests/exercises/wrong_answers"  # in the repository
IMPORTED = re.compile(r"(?:^    \w+,\n)+", re.M)
LISTED = re.compile(r"^PROBLEMS = \[([^\]]*)\]", re.M)
DECLARATION = '''"""{name}: FILL IN what it computes, in a few words."""

import numpy as np
from nngrader.engine import problem

declared = problem(
    "{name}",
    returns={{"values": "value"}},  # FILL IN the parts of the answer, each with its aspect
    points={{
        "shape": ({form}, "FILL IN which shape and type the answer has"),
        "value": ({value}, "FILL IN what earns these points"),
        "inputs-unchanged": ({form}, "FILL IN which arguments stay as they are"),
    }},
)


@declared.reference
def {name}(X):
    """FILL IN what is returned, in a whole sentence.

    FILL IN the formula

    X : FILL IN shape and type of each argument
    Returns values : FILL IN shape and type
    """
    raise NotImplementedError("FILL IN the right answer")


declared.example(np.array([[1.0, 2.0], [3.0, 5.0]]))  # FILL IN numbers for pencil and paper


@declared.case("value", visible=2)
def ordinary(rng, N, D):
    """FILL IN what is tried, in a few words."""
    return (rng.normal(size=(N, D)),)  # FILL IN the arguments, drawn anew for each case


# Two right answers in other styles: loops, einsum, in place on a copy. FILL IN their names.


@declared.alternative
def by_loops(X):
    raise NotImplementedError("FILL IN a right answer in another style")


@declared.alternative
def in_another_style(X):
    raise NotImplementedError("FILL IN a right answer in a third style")


# Four wrong answers that students really give; a hint asks, and does not answer.


@declared.mistake("FILL IN the hint. What would you ask who does this?", loses="value")
def first_mistake(X):
    raise NotImplementedError("FILL IN what such a student writes")


@declared.mistake("FILL IN the second hint.", loses="value")
def second_mistake(X):
    raise NotImplementedError("FILL IN what such a student writes")


@declared.mistake("FILL IN the third hint.", loses="value")
def third_mistake(X):
    raise NotImplementedError("FILL IN what such a student writes")


@declared.mistake("FILL IN the fourth hint.", loses="value")
def fourth_mistake(X):
    raise NotImplementedError("FILL IN what such a student writes")
'''
SECTION = """## FILL IN the title

**Read first:** FILL IN a link, `[title](book:part/page)`.

FILL IN why it matters, the formula, and the shapes:

| | shape | what it is |
|---|---|---|
| `X` | FILL IN | FILL IN |
| `values` | FILL IN | FILL IN |

FILL IN the example with its numbers:

```python
FILL IN
```

```{{points}}
```

<details>
<summary>When you are stuck</summary>

- FILL IN what to look at first.

</details>

```{{problem}} {name}
```

```{{code-cell}} python
:name: look_{name}
{name}(X)  # FILL IN something to look at, made by the student's own function
```
"""
PRIVATE_TEST = '''"""Hold the private problem {name} to its declaration; run it with pytest."""

from pathlib import Path

from nngrader.cli import HERE as COURSE
from nngrader.course import Course
from nngrader.engine import caller, judge, pack
from nngrader.engine.declaration.gate import over_seeds

FOUND = Course(COURSE, problems=Path(__file__).parent).problems("{assignment}")
(PROBLEM,) = [p for p in FOUND if p.name == "{name}"]


def told(answer, seed=1):
    """Return points of a hundred, and what a student is told."""
    data = pack(PROBLEM, seed, visible=True)
    verdict = judge(data, caller(data, answer))
    return verdict.score, " ".join(text for _, text, *_ in verdict.findings)


def test_it_holds_to_its_declaration():
    assert over_seeds(PROBLEM, 10) == []


def test_a_mistake_that_is_not_registered_is_told_what_it_is():
    def {name}(X):
        raise NotImplementedError("FILL IN another wrong answer")

    score, words = told({name})
    assert score < 100
    assert "FILL IN words that it is told" in words
'''
PUBLIC_TEST = '''"""Wrong answers to {name}."""

import numpy as np

from tests.exercises.wrong_answers.register import wrong


@wrong("{name}", "FILL IN words that it is told", "value")
def {name}_without_a_name(X):
    return np.zeros(len(X))  # FILL IN a wrong answer that is not registered
'''


def new_problem(course: Course, assignment: str, name: str, points: float) -> list[Path]:
    """Write the files of a new problem, and return those to fill in.

    Parameters
    ----------
    course : Course
        With a private folder, the problem goes there and nothing public changes.
    assignment : str
        The assignment that gets it.
    name : str
        The function that students write.
    points : float
        What it declares to be worth.

    Raises
    ------
    CannotDo
        If the name is none for a function, or taken, or a list of problems cannot be changed.
    """
    course.source(assignment)
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise CannotDo(f"{name!r} cannot be called: small letters, digits and _ make a name")
    if not points > 0:
        raise CannotDo(f"{points:g} points: a problem declares more than 0")
    private = course.private
    if name in [p.name for p in _there(course, assignment).problems(assignment)]:
        raise CannotDo(f"{assignment} has a problem {name} already")
    form = round(points / 10, 3)
    worth = {"form": f"{form:g}", "value": f"{points - 2 * form:g}"}
    declaration = DECLARATION.format(name=name, **worth)
    section = SECTION.format(name=name)
    if private:
        folder = private / assignment
        files = {
            folder / f"{name}.py": f"{declaration}\n\nPROBLEMS = [declared]\n",
            folder / f"{name}.md": section,
            private / f"test_{assignment}_{name}.py": PRIVATE_TEST.format(
                name=name, assignment=assignment
            ),
        }
    else:
        files = _public_files(course, assignment, name, declaration, section)
    changed = [course.definitions(assignment) / FIRST, course.source(assignment)]
    changed += [course.root.parent / PLANTED / "catalogue.py"]
    if there := [file for file in files if file.exists() and file not in changed]:
        raise CannotDo(f"{there[0]} is there already: nothing is written over it")
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text)
    return [file for file in files if file.name not in (FIRST, "catalogue.py")]


def _there(course, assignment):
    """Return the course, with its private folder if that holds anything for it yet."""
    try:
        course.private_files(assignment)
    except NotThere:
        return Course(course.root)
    return course


def _public_files(course, assignment, name, declaration, section):
    """Return the texts of all files that a public problem adds or changes."""
    definitions, source = course.definitions(assignment), course.source(assignment)
    first = definitions / FIRST
    listed = LISTED.search(first.read_text(encoding="utf-8")) if first.is_file() else None
    if not listed:
        raise CannotDo(
            f"{definitions} should be a folder whose {FIRST} has a line PROBLEMS = [...], so "
            "that a problem can be added"
        )
    before = first.read_text(encoding="utf-8")
    named = ", ".join([n.strip() for n in listed[1].split(",") if n.strip()] + [name])
    imported = f"from .{name} import declared as {name}\n"
    listing = before[: listed.start()].rstrip() + f"\n{imported}\nPROBLEMS = [{named}]"
    text = with_sections(source.read_text(encoding="utf-8"), {name: section})
    files = {
        definitions / f"{name}.py": declaration,
        first: listing + before[listed.end() :],
        source: text,
    }
    planted = course.root.parent / PLANTED
    catalogue = planted / "catalogue.py"
    if catalogue.is_file():
        files[planted / f"{name}.py"] = PUBLIC_TEST.format(name=name)
        files[catalogue] = IMPORTED.sub(
            lambda found: _with_module(found[0], name), catalogue.read_text(encoding="utf-8")
        )
    return files


def _with_module(lines, name):
    """Return lines that import modules, with one more in its place."""
    return "".join(sorted([*lines.splitlines(keepends=True), f"    {name},\n"]))


def unfilled(course: Course, assignment: str) -> list[str]:
    """Return what is left to fill in, by file and line, in the definitions and texts."""
    files = [*course.problem_files(assignment), course.source(assignment)]
    names = [p.name for p in course.problems(assignment)]
    planted = [course.root.parent / PLANTED / f"{name}.py" for name in names]
    files += [f for f in planted if f.is_file()]
    if course.private:
        files += sorted(course.private.glob(f"test_{assignment}_*.py"))
    return [place for file in files for place in _places(file)]


def _places(file):
    """Yield each place of a file that says what is to be filled in there."""
    for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if FILL in line:
            what = line[line.index(FILL) :].strip(" \"'`()|,.:")
            yield f"{file.name}, line {n}: {what}"
