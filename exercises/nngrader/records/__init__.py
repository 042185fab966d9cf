"""The grader's results as records, and the modules that turn records into sentences.

A `Finding` is a code with data about a fault of a function. A `Flag` is a code with data about
something unusual in a submission. The sentences are all in `rendering`, `exceptions` and
`flag_rendering`, and no other code depends on them.
"""
