"""Runs inside the sandbox: loads a student's cells, calls functions, answers with plain data.

Everything here is the student's to change: the grader believes nothing but the form of an
answer. Started as a program with three lists, ``--`` between them: the folders of its modules
and of NumPy, the packages to import beforehand, the folders that are the sandbox's own.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import errno
import os
import re
import sys
import types

if __name__ == "__main__":
    sys.path[:0] = sys.argv[1 : sys.argv.index("--")]
    import fork_server
    import likeness
    import observe
    import reading
    import wire
else:
    from ...engine.observation import likeness, observe, reading
    from . import fork_server, wire


def main() -> None:
    """Import what the problems use, on the machine's time, and then serve the grader."""
    rest = sys.argv[sys.argv.index("--") + 1 :]
    between = rest.index("--")
    for name in rest[:between]:
        __import__(name)
    source, sink = os.dup(0), os.dup(1)
    silence()
    fork_server.serve(source, sink, answer_all, rest[between + 1 :])


def answer_all(source, sink):
    """Answer questions about one student's cells until there are no more."""
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
    """Return what `from nngrader import check` finds here: it does nothing."""
    ours = types.ModuleType("nngrader")
    ours.check = ours.points = lambda *_: None
    return ours


def answer(question, names, texts):
    """Do what is asked; an exception becomes the names of its classes, never its text."""
    try:
        return ASKED[question["do"]](question, names, texts)
    except BaseException as e:  # SystemExit too
        raised = [c.__name__ for c in type(e).__mro__[:-2]]
        return {"error": [raised, ""], "limit": limit(raised, text_of(e))}


def text_of(e):
    """Return what an exception says, as far as it can be said."""
    try:
        return str(e)
    except BaseException:
        return ""


def limit(raised, text):
    """Return which limit an exception tells of, in a word that the grader knows; else None."""
    if "MemoryError" in raised:
        return "memory"
    if "RuntimeError" in raised and text.startswith("can't start new thread"):
        return "processes"
    number = NUMBER.match(text) if "OSError" in raised else None
    return LIMITS.get(int(number[1])) if number else None


def read(question, names, texts):
    """Parse a cell without running it, and keep its text for `named`."""
    source = question["source"]
    reading.imports(source)
    texts.append(source)
    asis = (source, reading.dedented(source))
    return {"error": None, "skipped": reading.plain(source) not in asis}


def named(question, names, texts):
    """Return dotted names and imports in the cells so far; wanted ones are never left out."""
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
        try:
            code = compile(alone, question["name"], "exec", flags=flags, dont_inherit=True)
            flags |= code.co_flags & FUTURE
            exec(code, names)
        except Exception as e:
            failed = failed or e
    if failed:
        raise failed
    return {"error": None}


def keep(question, names, texts):
    """Remember what the names stand for, before cells that come after a function's test."""
    KEPT.update(names)
    return {"error": None}


def restore(question, names, texts):
    """Undo what later cells have made of earlier names, or of Python's own.

    In a notebook a function is checked before somebody writes ``sum = 0`` below. What later
    cells add stays, for a helper may stand there; so does a later definition of the function.
    """
    own = names.get(question["name"])
    for name in (set(names) - set(KEPT)) & set(dir(builtins)):
        del names[name]
    names.update(KEPT)
    if callable(own):
        names[question["name"]] = own
    return {"error": None}


def alike(question, names, texts):
    """Return what of a cell is compared with the cells of others."""
    return {
        "error": None,
        "fingerprints": likeness.fingerprint(reading.plain(question["source"])),
    }


def undefined(question, names):
    """Return an error where the cells have defined no such function, else None."""
    missing = question["name"] not in names
    return {"error": [["NameError"], ""], "missing": True} if missing else None


def call(question, names, texts):
    """Call a function and describe what came of it, as the engine judges it."""
    if missing := undefined(question, names):
        return missing
    f = observe.driven(names[question["name"]], question["driver"])
    observation = observe.observe(f, question["args"], question["parts"])
    if observation["error"]:
        observation["limit"] = limit(*observation["error"])
        observation["error"][1] = ""
    return observation


def measure(question, names, texts):
    """Measure an answer; this process has loaded no cell."""
    asked = (question[key] for key in ("measure", "inputs", "raw", "parts"))
    return {"error": None} | observe.measured(*asked)


def value(question, names, texts):
    """Call a function and return its value."""
    if missing := undefined(question, names):
        return missing
    result = names[question["name"]](*question["args"], **question["kwargs"])
    return {"error": None, "value": result}


KEPT = {}  # names, as they stood before the test cell
FUTURE = 0  # all flags of `from __future__ import …`
for feature in __future__.all_feature_names:
    FUTURE |= getattr(__future__, feature).compiler_flag
NUMBER = re.compile(r"\[Errno ([0-9]{1,5})\]")
LIMITS = {
    errno.EAGAIN: "processes",
    errno.EFBIG: "file",
    errno.ENOSPC: "space",
    errno.EMFILE: "open files",
}
ASKED = {
    "read": read,
    "named": named,
    "alike": alike,
    "load": load,
    "keep": keep,
    "restore": restore,
    "call": call,
    "measure": measure,
    "value": value,
}


def frame(reply):
    """Return what is said as a frame, an error where it cannot be packed."""
    try:
        return wire.pack(reply)
    except wire.Bad:
        return wire.pack({"error": [["ValueError"], ""]})


if __name__ == "__main__":
    main()
