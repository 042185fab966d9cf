"""Keep results on the disk, and manage temporary folders and locks.

Comes in: results, as plain data. Goes out: the same results, found by a digest of all that they
depend on; temporary folders, numbers for workers that run at one time, and locks.

Everything that is kept is plain data: this folder knows nothing of assignments.
"""
