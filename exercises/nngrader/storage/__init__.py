"""Keep results on the disk, and manage temporary folders and locks.

Comes in: results, as plain data. Goes out: the same results, found by a digest of all that they
depend on; temporary folders, numbers for workers that run at one time, and locks.

Read `results` first: a file is written whole or not at all, and a result of another state of
our code is not found. Folders and locks of `scratch` end with the process that holds them, even
if it is killed.

Everything that is kept is plain data: this folder knows nothing of assignments.
"""
