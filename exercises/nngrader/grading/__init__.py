"""Grade what was handed in and record the points: `nngrader grade`.

Comes in: the names of students who have handed in. Goes out: for each of them a result (points
by problem and aspect, findings, flags), stored on the disk and recorded in the gradebook.

Read `command` first, then `all_submissions`, the loop that rebuilds each submission and hands
it to a thread, and `one_submission`, which runs it and judges it. `cluster` hands submissions
to a Dask cluster instead of threads.

Right answers and submissions meet here only as plain data: students' code runs in the sandbox.
"""
