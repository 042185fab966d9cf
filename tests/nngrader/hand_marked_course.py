"""A course with two answers that a person marks: a written answer with a rubric, and a task."""

from .sample_course import LIMITS, NAME, make_course, release_unchecked

MODEL = "Because only differences of scores count."
RUBRIC = "5 points for the shift, 5 for what can no longer overflow"
SCHEME = "2 points for the axes, 3 for the curve"
BY_HAND = f"""
**A question.** Why may one number be taken from all scores of a row, and why the largest?

```{{answer}} why
:points: 10
{MODEL}

{RUBRIC}
```

```{{task}} draw
:points: 5
**Task.** Draw the two losses and say below the picture what you see.

=== BEGIN MARK SCHEME ===
{SCHEME}
=== END MARK SCHEME ===
```
"""


def hand_marked_course(folder):
    """Return a released course with a written answer `why` and a task `draw`."""
    course = make_course(folder)
    file = course / "source" / NAME / f"{NAME}.md"
    file.write_text(file.read_text() + BY_HAND)
    settings = LIMITS.replace("hinge_loss = 30", "hinge_loss = 15")
    file.with_name("nngrader.toml").write_text(settings)
    release_unchecked(course)
    return course


def markdown_cell(source):
    """Return a Markdown cell that a student has added."""
    return {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": source}
