"""Lead submissions from what was handed in to recorded points: `nngrader grade`.

Comes in: the names of students who have handed in. Goes out: for each of them a result (points
by problem and aspect, findings, flags), kept on the disk and recorded in the gradebook.

Read `command` first, then `all_submissions`, the loop that rebuilds each submission and hands
it to a thread, and `one_submission`, which runs it and judges it. `cluster` hands submissions
to a Dask cluster instead of threads.

Answers and submissions meet here as plain data alone: the code of students runs elsewhere.
"""
