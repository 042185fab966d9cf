"""Declare a problem once, and pack it as plain data.

Comes in: a file of `exercises/problems`, with reference, cases, known mistakes and other right
answers. Goes out: inputs, right answers and the answers of each known mistake, without code.

This folder knows the answers: it calls no function of a student's, only those of the
declaration.
"""
