"""Observe a call, and read a student's source text, without knowing the right answer.

Comes in: a function with arguments, or the text of cells. Goes out: plain data that describes
what the function returned, and the names and imports in a text.

`observe`, `reading` and `likeness` import nothing of ours: they are put into the sandbox. This
folder imports no other folder of the engine.
"""
