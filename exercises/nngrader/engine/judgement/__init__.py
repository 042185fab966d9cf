"""Judge what a function returned: points by aspect, and findings in words.

Comes in: a packed problem, and a description of what each call returned or raised. Goes out: a
`Verdict`.

It works on plain data and calls no function but the one that it is given to run a case.
"""
