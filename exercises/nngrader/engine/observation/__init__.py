"""See what can be seen of a function and of a text without knowing the right answer.

Comes in: a function with arguments, or the text of cells. Goes out: plain data that describes
what came back, and which names and imports stand in a text.

Read `observe` first, then `call_result`, which believes no more of a description than its form.
`driver` serves problems on classes and callables; `compare` says when two answers are the
same.

`observe`, `reading` and `likeness` import nothing of ours: they are put into the sandbox. This
room stands below all others of the engine.
"""
