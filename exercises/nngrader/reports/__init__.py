"""Report the results of grading to people.

Input: stored results, and marks from the gradebook. Output: a page for each student, a page
about the class for the instructor, leaderboards, and tables for learning platforms.

A student's page contains no output of a student's code, no hidden input and no expected value.
This folder doesn't grade, and it doesn't change any marks.
"""
