"""Declare a problem once, and pack it as plain data.

Comes in: a file of `exercises/problems`, with reference, cases, known mistakes and other right
answers. Goes out: inputs, right answers and what each known mistake gives, without any code.

Read `problem` first, then `cases`. `cases_json` is the packed problem as a file; `challenge`
and `weights` are for problems whose answer is a file that was trained at home; `gate` tries
whether a problem holds to its own declaration.

This room knows the answers: it calls no function of a student's, only those of the
declaration.
"""
