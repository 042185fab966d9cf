"""Code that runs inside the sandbox, in the same place as a student's code.

Input: questions, as frames of plain data. Output: answers, as frames. The grader outside checks
their format and does not trust their content.

These files are mounted in the sandbox individually, with four files of `engine/observation`
(`launch.PARTS`); the rest of this package is not there. `worker` runs as a program and is never
imported.
"""
