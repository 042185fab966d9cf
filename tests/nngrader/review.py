"""A course with answers that a person marks: a written one with its rubric, and a task."""

from nngrader.course import Course
from nngrader.release import release

from .making import LIMITS, NAME, make_course

KEYS = '"locked": {locked}, "schema_version": 3, "solution": {solution}, "task": {task}'
HEAD = (
    '\n\n# %% [markdown] nbgrader={{"grade": {grade}, "grade_id": "{gid}", "points": {points}, '
)
QUESTION = """

# %% [markdown]
# **A question.** Why may one number be taken from all scores of a row, and why the largest?
"""
MODEL = "Because only differences of scores count."
RUBRIC = "5 points for the shift, 5 for what can no longer overflow"
SCHEME = "2 points for the axes, 3 for the curve"
WRITTEN = f"""
# ### BEGIN SOLUTION
# {MODEL}
#
# {RUBRIC}
# ### END SOLUTION"""
TASK = f"""
# **Task.** Draw the two losses and say below the picture what you see.
#
# === BEGIN MARK SCHEME ===
# {SCHEME}
# === END MARK SCHEME ==="""


def cell(gid, points, text, written):
    """A cell of the source that a person marks."""
    word = {True: "true", False: "false"}
    keys = KEYS.format(locked=word[not written], solution=word[written], task=word[not written])
    head = HEAD.format(grade=word[written], gid=gid, points=points)
    return f"{head}{keys}}}{text}"


def marked_course(folder):
    """A released course with a written answer `why` and a task `draw`, 10 and 5 points."""
    course = make_course(folder)
    file = course / "source" / NAME / f"{NAME}.py"
    text = file.read_text()
    before = '"grade_id": "test_hinge_loss", "locked": true, "points": 30'
    for worth in (before, 'points("hinge_loss", hinge_loss, 30)'):
        assert worth in text
        text = text.replace(worth, worth.replace("30", "15"))
    text += QUESTION + cell("why", 10, WRITTEN, True) + cell("draw", 5, TASK, False) + "\n"
    file.write_text(text)
    settings = LIMITS.replace("hinge_loss = 30", "hinge_loss = 15")
    file.with_name("nngrader.toml").write_text(settings)
    release(Course(course), NAME, seeds=1)
    return course


def markdown(source):
    """A cell of a student's own prose."""
    return {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": source}
