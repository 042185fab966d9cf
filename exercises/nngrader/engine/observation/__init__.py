"""Observe a call, and read a student's source text, without knowing the correct answer.

Input: a function with arguments, or the text of cells. Output: plain data that describes the
value that the function returned, or the names and imports in the text.

`gradient`, `likeness`, `observe` and `reading` go into the sandbox, so of this project they
import only each other. This folder doesn't import the other folders of the engine.
"""
