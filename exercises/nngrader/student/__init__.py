"""Check a notebook on the student's own machine, with the visible cases.

Input: a function or class, or a whole notebook, and the file of visible cases in the same
folder. Output: printed lines about correct and wrong results, with a hint.

This package needs only NumPy, runs on every system, and has no hidden cases. It judges a whole
notebook through the `Runner` of grading, with a plain process instead of the sandbox.
"""
