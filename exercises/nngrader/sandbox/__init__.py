"""Run students' code where it can't do any harm.

Input: the cells of one submission, and calls of its functions with arguments. Output: the
result of each call as plain data in a checked format, or the reason why there is no answer.

This folder knows no answers: it imports neither the course nor the parts of the engine that
judge.
"""
