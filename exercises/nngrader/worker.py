"""Runs inside the sandbox: loads a student's cells, calls functions, answers with plain data.

Everything here is the student's to change: the grader believes nothing but the form of an
answer. Started as a program, with the folders of its modules and of NumPy as arguments.
"""

from __future__ import annotations
import __future__

import ast
import os
import sys
import types

if __name__ == "__main__":
    sys.path[:0] = sys.argv[1:]
    import likeness
    import observe
    import reading
    import wire
else:
    from . import wire
    from .engine import likeness, observe, reading


def main() -> None:
    """Answer questions until the grader closes the pipe."""
    source, sink = os.dup(0), os.dup(1)
    silence()
    student = types.ModuleType("student")
    student.display = lambda *_, **__: None  # as in a notebook; there is nobody to look
    sys.modules.update(student=student, nngrader=stand_in())
    texts = []
    while True:
        try:
            question = wire.receive(source)
        except EOFError:
            return
        wire.send(sink, frame(answer(question, student.__dict__, texts)))


def silence():
    """What the student prints goes nowhere."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)


def stand_in():
    """What `from nngrader import check` finds here: it does nothing."""
    ours = types.ModuleType("nngrader")
    ours.check = ours.points = lambda *_: None
    return ours


def answer(question, names, texts):
    """Do what is asked; an exception becomes the names of its classes, never its text."""
    try:
        return ASKED[question["do"]](question, names, texts)
    except BaseException as e:  # SystemExit too
        return {"error": [[c.__name__ for c in type(e).__mro__[:-2]], ""]}


def ready(question, names, texts):
    """Nothing: the answer tells that everything is imported."""
    return {"error": None}


def read(question, names, texts):
    """Parse a cell without running it, and keep its text for `named`."""
    reading.imports(question["source"])
    texts.append(question["source"])
    return {"error": None}


def named(question, names, texts):
    """Dotted names, and imports, in the cells read so far; those wanted are never left out."""
    wanted = question["wanted"]
    return {
        "names": reading.names_used(*texts, wanted=wanted),
        "imports": reading.imports(*texts, wanted=wanted),
    }


def load(question, names, texts):
    """Run a cell statement by statement: one that fails does not take the others with it.

    A notebook may draw a picture on its way; there is nothing here to draw with, and what the
    same cell defines is needed all the same. Annotations are never evaluated.
    """
    flags, failed = __future__.annotations.compiler_flag, None
    for statement in ast.parse(reading.plain(question["source"])).body:
        alone = ast.Module([statement], [])
        code = compile(alone, question["name"], "exec", flags=flags, dont_inherit=True)
        flags |= code.co_flags & FUTURE
        try:
            exec(code, names)
        except Exception as e:
            failed = failed or e
    if failed:
        raise failed
    return {"error": None}


def alike(question, names, texts):
    """What of a cell is compared with the cells of others."""
    return {"error": None, "prints": likeness.fingerprint(reading.plain(question["source"]))}


def undefined(question, names):
    """What is said where the cells have defined no such function, None where they have."""
    missing = question["name"] not in names
    return {"error": [["NameError"], ""], "missing": True} if missing else None


def call(question, names, texts):
    """Call a function and describe what came of it, as the engine judges it."""
    if said := undefined(question, names):
        return said
    f = observe.driven(names[question["name"]], question["driver"])
    seen = observe.observe(f, question["args"], question["parts"])
    if seen["error"]:
        seen["error"][1] = ""
    return seen


def value(question, names, texts):
    """Call a function and return its value."""
    if said := undefined(question, names):
        return said
    result = names[question["name"]](*question["args"], **question["kwargs"])
    return {"error": None, "value": result}


FUTURE = 0  # all flags of `from __future__ import …`
for feature in __future__.all_feature_names:
    FUTURE |= getattr(__future__, feature).compiler_flag
ASKED = {
    "ready": ready,
    "read": read,
    "named": named,
    "alike": alike,
    "load": load,
    "call": call,
    "value": value,
}


def frame(said):
    """A frame in any case."""
    try:
        return wire.pack(said)
    except wire.Bad:
        return wire.pack({"error": [["ValueError"], ""]})


if __name__ == "__main__":
    main()
