"""Check a notebook on the student's own machine, on the visible cases.

Comes in: a function or class, or a whole notebook, with the file of visible cases that lies
beside it. Goes out: printed lines that say what is right, what is wrong, and a hint.

It needs NumPy alone and runs on every system. It imports neither the sandbox nor the gradebook,
and knows no hidden case.
"""
