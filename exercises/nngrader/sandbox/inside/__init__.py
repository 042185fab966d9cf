"""Code that runs inside the sandbox, beside the code of a student.

Comes in: questions, as frames of plain data. Goes out: answers, as frames, of which the outside
checks the form and trusts nothing else.

These files are put into the sandbox one by one with four of `engine/observation`
(`launch.PARTS`); the rest of this package is not there. `worker` runs as a program and is never
imported.
"""
