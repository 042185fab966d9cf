"""Observe a call, read a student's source text, and compare values.

Input: a function with arguments, or the text of cells. Output: plain data that describes the
returned value, or the names and imports in the text. `compare` uses the correct answers.

`gradient`, `likeness`, `observe` and `reading` go into the sandbox, so they import nothing from
this project except each other. This folder doesn't import the other folders of the engine.
"""
