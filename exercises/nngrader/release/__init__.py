"""Make what students get, and refuse where it would tell too much or grade wrongly.

Comes in: the source of an assignment and its problems. Goes out: the released notebook, and a
zip with it, the visible cases and the package.

Read `build` first: it lists what is looked at before anything is handed out. `leaks` looks for
solutions, hidden answers and held-back data, with `statements`, `pictures` and `unfold`;
`package` makes the zip, byte for byte the same from the same files.

It tries the grader on the solved and on the untouched notebook, so it may import all other
rooms that grading needs.
"""
