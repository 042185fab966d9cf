"""Report the results of grading to people.

Comes in: stored results, and marks of the gradebook. Goes out: a page for each student, a page
about the class for the instructor, leaderboards, tables for learning platforms.

A student's page holds no text that was made by a student's code, no hidden input and no
expected value. This folder grades nothing and writes no mark.
"""
