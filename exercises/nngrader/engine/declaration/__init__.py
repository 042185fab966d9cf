"""Declare a problem once, and pack it as plain data.

Input: a file of `exercises/problems`, with a reference, cases, known mistakes and alternative
solutions. Output: inputs, correct answers and the answers of each known mistake, as plain data.

This folder knows the correct answers. It never calls a student's function; it only calls
functions from the declaration.
"""
