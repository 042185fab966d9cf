"""Run the code of students where it can do no harm.

Comes in: the cells of one submission, and calls of its functions with arguments. Goes out:
the result of each call as plain data whose form was checked, or why there was no answer.

Read `runner` first: it loads the cells and asks. `launch` starts a worker inside bubblewrap,
`supervisor` watches its processes and ends them, `seccomp` lists the system calls that they
may not make, `container` is for machines without bubblewrap. The files that run inside the
sandbox are in `inside`.

This folder knows no answers: it imports neither the course nor the folders of the engine that
judge.
"""
