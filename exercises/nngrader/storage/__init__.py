"""Keep on the disk what a run needs again, and give back what it holds for the moment.

Comes in: results, as plain data. Goes out: the same results, by a digest of all that they
follow from; temporary folders, numbers for what runs at one time, and locks.

Read `results` first: a file is there whole or not at all, and a result that follows from
another state of our code is not found. What `scratch` gives ends with the process that asked
for it, also when that is killed.

Whatever another room keeps is plain data here: this room knows nothing of assignments.
"""
