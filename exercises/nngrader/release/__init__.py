"""Build the release for students, unless it would leak answers or grade wrongly.

Comes in: the source of an assignment and its problems. Goes out: the released notebook, and a
zip with it, the visible cases and the package.

It tries the grader on the solved and on the untouched notebook, so it may import all other
folders that grading needs.
"""
