"""Run the code of students where it can do no harm.

Comes in: the cells of one submission, and calls of its functions with arguments. Goes out:
what came of each call, as plain data that was checked, or why there was no answer.

Read `runner` first: it loads the cells and asks. `launch` starts a worker inside bubblewrap,
`supervisor` watches its processes and ends them, `seccomp` lists the system calls that they
may not make, `container` is for machines without bubblewrap. What is in the sandbox lies in
`inside`.

This room knows no answers: it imports neither the course nor the rooms of the engine that
judge.
"""
