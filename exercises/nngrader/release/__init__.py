"""Build the release for students, unless it would leak answers or grade incorrectly.

Input: the source of an assignment and its problems. Output: the released notebook, and a zip
with the notebook, the visible cases and the package.

The release tests the grader on the solved and on the unchanged notebook, so this folder may
import all other folders that grading needs.
"""
