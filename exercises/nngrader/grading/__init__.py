"""Grade what was handed in and record the points: `nngrader grade`.

Comes in: the names of students who have handed in. Goes out: for each of them a result (points
by problem and aspect, findings, flags), stored on the disk and recorded in the gradebook.

Right answers and submissions meet here only as plain data: students' code runs in the sandbox.
"""
