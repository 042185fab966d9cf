"""Records of what the grader finds out, and the module that turns them into sentences.

A `Finding` says by code and data what is wrong with a function. `rendering` is the only module
that puts a finding into words; no other code reads the words.
"""
