"""Records of what the grader finds out, and the modules that turn them into sentences.

A `Finding` says by code and data what is wrong with a function, a `Flag` what is unusual about
a submission. Only `rendering` and `flag_rendering` put them into words, and no code reads the
words.
"""
