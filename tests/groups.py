"""Which test files share expensive fixtures, and which take long; `make test` reads it.

A worker of the runner takes a file at a time. Files of one group go to one worker, so that a
fixture of the session that they share is made once.
"""

GROUPS: dict[str, str] = {
    "tests/nngrader/test_class.py": "class",
    "tests/nngrader/test_feedback.py": "class",
    "tests/nngrader/test_gradescope_autograder.py": "class",
    "tests/nngrader/test_report.py": "class",
}
"""File: the group that it runs with; any other file is a group by itself."""

LONG: tuple[str, ...] = (
    "class",
    "tests/nngrader/test_machine.py",
    "tests/nngrader/test_resume.py",
    "tests/exercises/test_problems.py",
    "tests/nngrader/test_instructors.py",
    "tests/nngrader/test_postgres.py",
    "tests/nngrader/test_cluster.py",
    "tests/book/test_every_page.py",  # of those that wait for the book
    "tests/book/test_search.py",
    "tests/book/test_browser.py",
    "tests/book/test_map.py",
    "tests/book/questions/test_questions_progress.py",
)
"""Groups that take longest, the longest first: they start first."""
