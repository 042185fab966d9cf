"""Which test files share what is dear to make, and which take long: read by the runner.

A worker of the runner takes a file at a time. Files of one group go to one worker, so that a
fixture of the session that they share is made once.
"""

GROUPS: dict[str, str] = {
    "tests/nngrader/test_class.py": "class",
    "tests/nngrader/test_feedback.py": "class",
    "tests/nngrader/test_report.py": "class",
}
"""File: the group that it runs with; any other file is a group by itself."""

LONG: tuple[str, ...] = (
    "class",
    "tests/nngrader/test_resume.py",
    "tests/nngrader/test_release.py",
    "tests/book/test_every_page.py",  # of those that wait for the book
)
"""Groups that take longest, the longest first: they start first."""
