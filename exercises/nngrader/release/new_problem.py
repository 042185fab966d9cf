"""Write template files for a new problem, and list the places that are not filled in yet.

A new problem has a declaration and a section of the text. A public problem is in the course, a
private one in a folder for `--problems`, with a file of tests. Each place to fill in is marked
`FILL IN`, and a release requires that none remain.
"""

from __future__ import annotations

import ast
import keyword
import os
import re
from pathlib import Path

from ..course.folder import FIRST, Course
from ..course.notebooks import MARK, with_sections
from ..engine.declaration.challenge import Challenge
from ..engine.declaration.problem import WHOLE
from ..errors import CannotDo, NotThere, WrongUsage
from ..storage.results import write_whole
from ..wording import counted
from .points import worth_of

FILL = "FILL IN"
NAME = re.compile(r"[a-z][a-z0-9_]*")
ARRAY = ("np.array([[1.0, 2.0], [3.0, 5.0]])", "rng.normal(size=(N, D))")
NUMBERS = {int: ("2", "2 if N < D else 3"), float: ("0.5", "float(rng.uniform(0.5, 2))")}
LISTED = re.compile(r"^PROBLEMS = \[([^\]]*)\]", re.M)
DECLARATION = '''"""{name}: FILL IN what it computes, in a few words."""

import numpy as np
from nngrader.engine import problem

declared = problem(
    "{name}",
    returns={{{returns}}},  # FILL IN a key of `points` for each part
    points={{
        "shape": ({form}, "FILL IN the shape and type of the answer"),
        "value": ({value}, "FILL IN how these points are earned"),
        "inputs-unchanged": ({form}, "FILL IN the arguments that must not change"),
    }},{forbidden}
)


@declared.reference
def {name}({takes}):
    """FILL IN the result, in a whole sentence.

    FILL IN the formula

{arguments}
    Returns {parts} : FILL IN shape and type
    """
    raise NotImplementedError("FILL IN the correct answer")


declared.example(
{example}
)


@declared.case("value", visible=2)
def ordinary(rng, N, D):
    """FILL IN what the case tests, in a few words."""
    # The sizes, here N and D, are random: rename, add or remove them as you need.
    # For a number, write float(rng.uniform(0.5, 2)); for an integer, 2 if N < D else 3.
    return (
{drawn}
    )
{left_out}

# At least two correct answers in other styles: loops, einsum, in place. FILL IN their names.


@declared.alternative
def by_loops({takes}):
    raise NotImplementedError("FILL IN a correct answer in another style")


@declared.alternative
def in_another_style({takes}):
    raise NotImplementedError("FILL IN a correct answer in a third style")


# At least four wrong answers that students really give. A hint is a question, not an answer.
# `loses` names the aspects that a mistake affects, keys of `points`: "value", or "shape value".
# `edit` contains text that occurs once in the reference, and the text that replaces it.
# `where` names the kinds of case that show the mistake; leave it out if all kinds of its
# aspects do.

declared.mistake(
    "FILL IN the hint. What would you ask a student who does this?",
    loses="value",
    name="first_mistake",
    edit=("FILL IN the correct answer", "FILL IN what such a student writes instead"),
)
declared.mistake(
    "FILL IN the second hint.",
    loses="value",
    name="second_mistake",
    edit=("FILL IN the correct answer", "FILL IN what such a student writes instead"),
)
declared.mistake(
    "FILL IN the third hint.",
    loses="value",
    where="ordinary",
    name="third_mistake",
    edit=("FILL IN the correct answer", "FILL IN what such a student writes instead"),
)


# If a wrong answer is more than a small change to the reference, write it as a function.


@declared.mistake("FILL IN the fourth hint.", loses="value")
def fourth_mistake({takes}):
    raise NotImplementedError("FILL IN what such a student writes")
'''
LEFT_OUT = '''

@declared.case("value")
def defaults(rng, N, D):
    """FILL IN what the case tests, and which arguments are omitted."""
    return (
{drawn}
    )
'''
SECTION = """## FILL IN the title

**Read first:** FILL IN a part of a page, `the section *heading* in [title](book:part/page)`.

FILL IN why it matters, the formula, and the shapes:

| | shape | meaning |
|---|---|---|
{rows}

FILL IN the example with its numbers:

```python
{numbers}
```

```{{points}}
```

<details>
<summary>When you are stuck</summary>

- FILL IN the first thing to check.

</details>

```{{problem}} {name}
```

```{{code-cell}} python
:name: look_{name}
try:
    print({name}({call}))  # FILL IN something to look at
except Exception as e:
    print("Nothing to see yet, because this code raised", repr(e))
```
"""
PRIVATE_TEST = '''"""Tests of the private problem {name}; run them with pytest."""

from pathlib import Path

import numpy as np
from nngrader.course import Course
from nngrader.engine import caller, judge, pack
from nngrader.engine.declaration.gate import over_seeds

PRIVATE = Path(__file__).resolve().parent
COURSE = PRIVATE / "{course}"
PROBLEMS = Course(COURSE, problems=PRIVATE).problems("{assignment}")
(PROBLEM,) = [p for p in PROBLEMS if p.name == "{name}"]


def judged(answer, seed=1):
    """Return the points out of 100, and the findings on an answer."""
    data = pack(PROBLEM, seed, visible=True)
    verdict = judge(data, caller(data, answer))
    return verdict.score, verdict.findings


def test_it_matches_its_declaration():
    complaints = over_seeds(PROBLEM, 10)
    assert not complaints, "\\n".join(complaints)


def test_a_mistake_that_is_not_registered_is_described():
    def {name}({takes}):
        return np.zeros(3)  # FILL IN a wrong answer that is not registered

    score, findings = judged({name})
    assert score < 100
    assert [f.code for f in findings] == ["FILL IN the codes; a failure shows them"]
'''
TABLE = """# The total must be 100 points: take the {points} for {name} from other cells.
# Remove the # from a line, and lower its points.
[points]
{rows}"""


def new_problem(
    course: Course,
    assignment: str,
    name: str,
    points: float,
    takes: str = "X",
    returns: str = "values",
) -> list[Path]:
    """Write the files of a new problem, and return the files to fill in.

    :param course: If it has a private folder, the problem goes there and nothing public
        changes.
    :param takes: The arguments of the function, as in its signature. An argument whose default
        is a number becomes a random number, the others random arrays.
    :raises WrongUsage: If the name is invalid or already exists, the points are not positive,
        or `takes` or `returns` is invalid.
    :raises CannotDo: If a file already exists, a list of problems cannot be changed, or the
        assignment has no problem yet.
    """
    course.source(assignment)
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        allowed = "use lower-case letters, digits and _, begin with a letter, avoid keywords"
        raise WrongUsage(f"{name!r} is not a valid name: {allowed}")
    if not points > 0:
        raise WrongUsage(f"--points is {points:g}: expected more than 0")
    if not Course(course.root).problems(assignment):
        raise CannotDo(
            f"{course.source(assignment)} has no problem that a new one could follow: declare "
            "the first problem by hand, as in docs/problems.md"
        )
    private, present = course.private, _there(course, assignment)
    others = present.problems(assignment)
    if name in [p.name for p in others]:
        raise WrongUsage(f"{assignment} already has a problem {name}")
    form = round(points / 10, 3)
    filled = {"name": name, "form": f"{form:g}", "value": f"{points - 2 * form:g}"}
    filled |= _signature(takes, returns)
    filled["forbidden"] = _forbidden(others)
    declaration, section = DECLARATION.format(**filled), SECTION.format(**filled)
    if private:
        folder = private / assignment
        files = {
            folder / f"{name}.py": f"{declaration}\n\nPROBLEMS = [declared]\n",
            folder / f"{name}.md": f"after: {_last(course, assignment)}\n\n{section}",
            private / f"test_{assignment}_{name}.py": PRIVATE_TEST.format(
                assignment=assignment,
                course=Path(os.path.relpath(course.root, private)).as_posix(),
                **filled,
            ),
        }
    else:
        files = _public_files(course, assignment, name, declaration, section)
    changed = [course.definitions(assignment) / FIRST, course.source(assignment)]
    if existing := [file for file in files if file.exists() and file not in changed]:
        raise CannotDo(f"{existing[0]} already exists and will not be overwritten")
    listed = [file for file in files if file.name != FIRST]
    if private and not (table := folder.with_suffix(".toml")).exists():
        files[table] = _table(present, assignment, name, points)
    for file, text in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, text)
    return listed


def _there(course, assignment):
    """Return the course, without its private folder if that has no files for the assignment."""
    try:
        course.private_files(assignment)
    except NotThere:
        return Course(course.root)
    return course


def _forbidden(problems):
    """Return the line that forbids everything that all problems here forbid, or ""."""
    first, *others = [p.forbidden.get(WHOLE, ()) for p in problems]
    names = [name for name in first if all(name in forbidden for forbidden in others)]
    listed = ", ".join(f'"{name}"' for name in names)
    line = f'\n    forbidden={{"{WHOLE}": [{listed}]}},  # as in all problems here'
    return line if names else ""


def _table(course, assignment, name, points):
    """Return the text of a points table, with the current points of each cell."""
    worth = worth_of(course.instructor(assignment))
    rows = "".join(f"# {' = '.join(each.rsplit(' ', 1))}\n" for each in worth)
    return TABLE.format(rows=rows, name=name, points=counted(points, "point"))


def _signature(takes, returns):
    """Return the text about each argument and each part of the answer."""
    try:
        signature = ast.parse(f"lambda {takes}: 0", mode="eval").body.args
    except (SyntaxError, AttributeError) as e:
        raise WrongUsage(f"{takes!r} is invalid: write the arguments as in a signature") from e
    args = [a.arg for a in signature.args]
    parts = [part for part in re.split(r"[\s,]+", returns) if part]
    if not args or not parts or not all(map(str.isidentifier, parts)):
        raise WrongUsage(
            "a problem needs at least one argument, and a name for each part of the answer"
        )
    every = [*args, *parts]
    plain = len(args) - len(signature.defaults)
    kinds = dict.fromkeys(args, ARRAY) | {
        name: NUMBERS.get(type(getattr(default, "value", None)), ARRAY)
        for name, default in zip(args[plain:], signature.defaults, strict=True)
    }
    drawn = [
        f"        {made},  # FILL IN {a}, random for each case"
        for a, (_, made) in kinds.items()
    ]
    left_out = LEFT_OUT.format(drawn="\n".join(drawn[:plain])) if signature.defaults else ""
    return {
        "takes": takes,
        "call": ", ".join(args),
        "parts": ", ".join(parts) if len(parts) == 1 else f"({', '.join(parts)})",
        "returns": ", ".join(f'"{part}": "value"' for part in parts),
        "arguments": "\n".join(f"    {a} : FILL IN shape and type" for a in args),
        "example": "\n".join(
            f"    {shown},  # FILL IN {a}, small enough to check by hand"
            for a, (shown, _) in kinds.items()
        ),
        "drawn": "\n".join(drawn),
        "left_out": left_out,
        "rows": "\n".join(f"| `{n}` | FILL IN | FILL IN |" for n in every),
        "numbers": "\n".join(f"{n} = FILL IN" for n in every),
    }


def _last(course, assignment):
    """Return the last problem of the public text that is not a challenge."""
    problems = Course(course.root).problems(assignment)
    text = course.source(assignment).read_text(encoding="utf-8")
    challenges = {p.name for p in problems if isinstance(p, Challenge)}
    marked = [m["argument"] for m in MARK.finditer(text) if m["kind"] == "problem"]
    return ([name for name in marked if name not in challenges] or marked)[-1]


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
    return {
        definitions / f"{name}.py": declaration,
        first: listing + before[listed.end() :],
        source: text,
    }


def unfilled(course: Course, assignment: str) -> list[str]:
    """Return the places still to be filled in, by file and line, in definitions and texts."""
    files = [*course.problem_files(assignment), course.source(assignment)]
    if course.private:
        files += sorted(course.private.glob(f"test_{assignment}_*.py"))
    return [place for file in files for place in _places(file)]


def _places(file):
    """Yield each place of a file that must be filled in, with its description."""
    for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if FILL in line:
            what = line[line.index(FILL) :].strip(" \"'`()|,.:")
            yield f"{file.name}, line {n}: {what}"
