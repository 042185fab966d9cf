"""Declare a problem once, and pack it as plain data.

Comes in: a file of `exercises/problems`, with reference, cases, known mistakes and other right
answers. Goes out: inputs, right answers and the answers of each known mistake, without code.

Read `problem` first, then `cases`. `cases_json` is the packed problem as a file; `challenge`
and `weights` are for problems whose answer is a file of weights trained at home; `gate`
checks that a problem's answers and mistakes earn what they should.

This folder knows the answers: it calls no function of a student's, only those of the
declaration.
"""
