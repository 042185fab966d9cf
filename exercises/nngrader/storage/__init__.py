"""Store results on disk, and manage temporary folders and locks.

Input: results, as plain data. Output: the same results, found by a digest of everything that
they depend on; temporary folders, numbers for workers that run in parallel, and locks.

All stored data are plain data, because this folder doesn't know about assignments.
"""
