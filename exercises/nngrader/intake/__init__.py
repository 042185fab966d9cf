"""Read what was handed in, and trust nothing about it.

Comes in: folders of notebooks, or a download of a learning platform. Goes out: a `Rebuilt`,
with the instructor's notebook that holds the student's cells, flags about all that is unusual,
and the files that were to be handed in with it.

Nothing of a submission is executed here, and no right answer is known.
"""
