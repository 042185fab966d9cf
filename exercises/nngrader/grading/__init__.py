"""Grade submissions and record the points: `nngrader grade`.

Input: the students who submitted. Output: a result for each student (points by problem and
aspect, findings, flags), stored on disk and recorded in the gradebook.

Correct answers and submissions meet here only as plain data, because students' code runs in
the sandbox.
"""
