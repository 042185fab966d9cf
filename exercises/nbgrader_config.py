"""nbgrader's settings for this course; formgrader is started in this folder."""

from pathlib import Path

from nngrader.gradebook.formulas import without_network

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "nn-first-principles"
c.CourseDirectory.root = str(Path(__file__).resolve().parent)

# The text of an assignment stands beside its notebook, solutions in it: never copied.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "__pycache__",
    "*.pyc",
    "*.py",
    "*.toml",
    "*.md",
]

# What a student wrote as prose is shown in the instructor's browser.
c.HTMLExporter.sanitize_html = True

# Formulas in formgrader and in nbgrader's feedback are typeset without the network.
without_network(c)

# Late days, as `[late]` in the assignment's nngrader.toml says, for nbgrader's own tools too.
c.AssignLatePenalties.plugin_class = "nngrader.gradebook.late.LatePolicy"

# One gradebook for several graders: a PostgreSQL server, by psycopg 3.
# c.CourseDirectory.db_url = "postgresql+psycopg://user:password@host/database"
