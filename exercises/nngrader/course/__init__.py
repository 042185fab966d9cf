"""Read the instructor's files: assignments, problems, settings, and the class list.

Input: a course folder in nbgrader's layout. Output: an `Assignment` with the released notebook
and an `AssignmentSpec`, plain data about the assignment that grading needs.

This folder knows the hidden cases and the correct answers. Therefore it must not import the
sandbox's worker, which runs students' code, and it reads nothing that a student wrote.
"""

from .folder import Course, public_definitions

__all__ = ["Course", "public_definitions"]
