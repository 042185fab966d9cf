"""Judge the results of a function: points by aspect, and findings.

Input: a packed problem, and a description of the value or exception from each call. Output: a
`Verdict`.

This folder works on plain data. To run a case, it calls the function that it receives for this
purpose.
"""
