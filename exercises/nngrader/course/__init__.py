"""Read what the instructor has written: assignments, problems, settings, the class list.

Comes in: the folder of a course, laid out as nbgrader wants it. Goes out: an `Assignment`,
with the released notebook and an `AssignmentSpec`, the plain data about it that grading needs.

This folder knows the hidden cases and the right answers. So it may not import what runs
students' code, and reads nothing that a student wrote.
"""

from .folder import Course, public_definitions

__all__ = ["Course", "public_definitions"]
