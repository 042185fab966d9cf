"""Run the code of students where it can do no harm.

Comes in: the cells of one submission, and calls of its functions with arguments. Goes out:
the result of each call as plain data whose form was checked, or why there was no answer.

This folder knows no answers: it imports neither the course nor the folders of the engine that
judge.
"""
