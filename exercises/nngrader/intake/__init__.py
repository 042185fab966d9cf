"""Take in what was handed in, and trust nothing about it.

Comes in: folders of notebooks, or a download of a learning platform. Goes out: a `Rebuilt`,
the instructor's notebook with the student's cells in it, the names of the odd things as flags,
and the files that were to be handed in beside it.

Read `submission` first, then `rebuild`: step 1 of grading. `collect` with `archive`,
`platforms` and `deposit` brings a download into `submitted/`. `suspicion` names imports and
calls that are worth the instructor's eye.

Nothing of a submission is executed here, and no right answer is known.
"""
