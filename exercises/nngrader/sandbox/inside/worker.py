"""Run inside the sandbox: load a student's cells, call functions, answer with plain data.

A student's code can change everything in this process, so the grader trusts only the format of
an answer. The program's arguments are lists separated by ``--``: the folders of its modules and
of NumPy, the packages to import, the sandbox's own writable folders. `check` adds a fourth
list, the packages that are missing in grading. In this case there is no sandbox, and the
program answers the questions itself, in one process.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import errno
import functools
import mmap
import numbers
import os
import re
import sys
import time
import traceback
import types

if __name__ == "__main__":
    sys.path[:0] = sys.argv[1 : sys.argv.index("--")]
    import fork_server
    import gradient
    import likeness
    import observe
    import reading
    import wire
else:
    from ...engine.observation import gradient, likeness, observe, reading
    from . import fork_server, wire


def main() -> None:
    """Import the packages that the problems use, then serve the grader."""
    _, uses, own, *missing = lists(sys.argv[1:])
    for name in uses:
        __import__(name)
    source, sink = os.dup(0), os.dup(1)
    silence()
    if not missing:
        fork_server.serve(source, sink, answer_all, own)
        return
    for name in missing[0]:
        sys.modules.setdefault(name, None)  # its import then raises ModuleNotFoundError
    if hasattr(os, "register_at_fork"):
        forks = mmap.mmap(-1, 8)  # shared by all copies of this process
        wait, cut = (
            functools.partial(wait_after_many, forks),
            functools.partial(cut_off, source, sink),
        )
        os.register_at_fork(before=wait, after_in_child=cut)
    wire.send(sink, wire.pack({"ready": True}))
    answer_all(source, sink)


def lists(words):
    """Return the lists of words separated by ``--``."""
    parts = [[]]
    for word in words:
        parts.append([]) if word == "--" else parts[-1].append(word)
    return parts


def wait_after_many(forks):
    """Count a fork; after too many, wait so that `check` can find and end all copies."""
    n = int.from_bytes(forks[:], "big") + 1
    forks[:] = n.to_bytes(8, "big")
    if n > MOST_FORKS:
        time.sleep(60)


def cut_off(*pipes):
    """Close the pipes in a copy of this process, so that it answers no questions."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in pipes:
        os.dup2(null, fd)


def answer_all(source, sink):
    """Answer questions about one student's cells until there are no more."""
    student = types.ModuleType("__main__")  # as in a notebook
    student.display = lambda *_, **__: None  # notebooks have this function
    sys.modules.update({"student": student, "nngrader": stand_in()})
    if __name__ == "__main__":
        sys.modules["__main__"] = student
        sys.path += [FILES] if os.path.isdir(FILES) else []
    texts = []
    PIPES.extend((source, sink))
    while True:
        try:
            question = wire.receive(source)
        except EOFError:
            return
        wire.send(sink, frame(answer(question, student.__dict__, texts)))


def silence():
    """Discard everything that the student's code prints."""
    null = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(null, fd)


def stand_in():
    """Return a module for `from nngrader import check` whose checks do nothing."""
    ours = types.ModuleType("nngrader")
    ours.check = ours.points = lambda *_: None
    ours.numerical_gradient = gradient.numerical_gradient
    return ours


def answer(question, names, texts):
    """Return the answer to a question.

    For an exception, it contains the names of its classes. If the question requests texts, it
    also contains the exception's text; only `check` does so, because it has no hidden inputs.
    """
    try:
        return ASKED[question["do"]](question, names, texts)
    except BaseException as e:  # SystemExit too
        raised = [c.__name__ for c in type(e).__mro__[:-2]]
        text = text_of(e)
        shown = text[:MOST_SHOWN] if question.get("texts") else ""
        return {"error": [raised, shown], "limit": limit(raised, text), **place(e, question)}


def place(e, question):
    """Return the line of a syntax error in a cell, or the name or module that a cell lacks.

    For a call, return neither, because its exceptions may contain hidden inputs.
    """
    if question["do"] not in ("load", "test"):
        return {}
    try:
        if isinstance(e, SyntaxError) and e.filename == question["name"]:
            return {"line": e.lineno} if type(e.lineno) is int else {}
        is_named = isinstance(e, NameError | ModuleNotFoundError) and type(e.name) is str
        return {"undefined": e.name} if is_named else {}
    except BaseException:  # the exception's class may be the student's own
        return {}


def text_of(e):
    """Return the text of an exception, or "" if computing it fails."""
    try:
        return str(e)
    except BaseException:
        return ""


def limit(raised, text):
    """Return the name of the limit that caused an exception, or None if none did."""
    if "MemoryError" in raised:
        return "memory"
    if "RuntimeError" in raised and text.startswith("can't start new thread"):
        return "processes"
    number = NUMBER.match(text) if "OSError" in raised else None
    return LIMITS.get(int(number[1])) if number else None


def read(question, names, texts):
    """Parse a cell without running it, and store its text for `named`."""
    source = question["source"]
    reading.imports(source)
    texts.append(source)
    asis = (source, reading.dedented(source))
    plain = reading.plain(source)
    return {"error": None, "skipped": plain not in asis or reading.awaits(plain)}


def named(question, names, texts):
    """Return what the cells read so far use, import and define, and each function's names."""
    wanted = question["wanted"]
    return {
        "names": reading.names_used(*texts, wanted=wanted),
        "imports": reading.imports(*texts, wanted=wanted),
        "of": {
            name: reading.names_used(*texts, wanted=wanted, function=name)
            for name in question["functions"]
        },
        "written": reading.written(*texts),
    }


def parsed(source, name):
    """Return a cell's syntax tree; in every Python, a null character raises SyntaxError."""
    if tree := reading.parse(source):
        return tree
    try:
        return ast.parse(source, name)
    except ValueError as e:  # SyntaxError from Python 3.11.4 on
        raise SyntaxError(str(e)) from None


def load(question, names, texts):
    """Run a cell statement by statement, so that a failing one does not stop the others.

    For example, a cell that draws a plot fails here, because drawing isn't possible, but we
    need its functions; this isn't the student's error. Annotations are never evaluated.
    """
    flags, failed = __future__.annotations.compiler_flag, None
    for statement in parsed(reading.plain(question["source"]), question["name"]).body:
        if reading.awaits(statement):
            continue
        alone = ast.Module([statement], [])
        try:
            code = compile(alone, question["name"], "exec", flags=flags, dont_inherit=True)
            flags |= code.co_flags & FUTURE
            exec(code, names)
        except Exception as e:
            if is_drawing(e):
                DRAWN.update(bound(statement))
            else:
                failed = failed or e
    if failed:
        raise failed
    return {"error": None}


def is_drawing(e):
    """Return whether a statement failed only because matplotlib is missing."""
    if isinstance(e, ModuleNotFoundError):
        return str(e.name).partition(".")[0] == "matplotlib"
    return isinstance(e, NameError) and e.name in DRAWN


def bound(statement):
    """Return the names that a statement would have assigned."""
    nodes = list(ast.walk(statement))
    stored = {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    imported = [a for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names]
    return stored | {a.asname or a.name.partition(".")[0] for a in imported}


def keep(question, names, texts):
    """Store the values of all names, before loading the cells that follow the test cell."""
    KEPT.update(names)
    return {"error": None}


def restore(question, names, texts):
    """Undo assignments of later cells to earlier names, or to Python's built-ins.

    In a notebook, a function is checked before a later cell assigns ``sum = 0``. New names from
    later cells remain, because they may be helpers; so do later definitions of the function.
    """
    own = names.get(question["name"])
    for name in (set(names) - set(KEPT)) & set(dir(builtins)):
        del names[name]
    names.update(KEPT)
    if callable(own):
        names[question["name"]] = own
    return {"error": None}


class Right:
    """Replaces a student's function, and requests the result of a correct one from the grader.

    If the arguments cannot be sent, for example a generator, we call the student's function.
    """

    def __init__(self, name, own):
        self.name, self.own = name, own

    def __call__(self, *args, **kwargs):
        """Return the result of the correct function, or raise its exception."""
        try:
            needs = wire.pack({"needs": self.name, "args": list(args), "kwargs": kwargs})
        except wire.Bad:
            return self.own(*args, **kwargs)
        source, sink = PIPES
        wire.send(sink, needs)
        answer = wire.receive(source)
        if answer["error"] is not None:
            raise getattr(builtins, answer["error"], Exception)
        return answer["value"]


def correct(question, names, texts):
    """Replace the other wrong functions with correct ones; classes don't change."""
    for name in question["names"]:
        own = names.get(name)
        if callable(own) and not isinstance(own, type):  # true of functools.cache wrappers too
            names[name] = Right(name, own)
    return {"error": None}


def alike(question, names, texts):
    """Return a cell's fingerprints, for comparing it with other students' cells."""
    return {
        "error": None,
        "fingerprints": likeness.fingerprint(reading.plain(question["source"])),
    }


def undefined(question, names):
    """Return an error if the cells don't define this function, or else None."""
    missing = question["name"] not in names
    return {"error": [["NameError"], ""], "missing": True} if missing else None


def call(question, names, texts):
    """Call a function and return a description of what it returned or raised."""
    if missing := undefined(question, names):
        return missing
    f = observe.driven(names[question["name"]], question["driver"])
    counted = question.get("counted", True)
    observation = observe.observe(f, question["args"], question["parts"], counted=counted)
    if observation["error"]:
        observation["limit"] = limit(*observation["error"][:2])
    return observation


def measure(question, names, texts):
    """Measure an answer, in a process that has not loaded any cell."""
    asked = (question[key] for key in ("measure", "inputs", "raw", "parts"))
    return {"error": None} | observe.measured(*asked)


def test(question, names, texts):
    """Run an ordinary test cell; return the number in its last line, or the line that failed.

    True and False aren't numbers here, so a comparison in the last line earns full points.
    """
    try:
        number = run_cell(question["source"], question["name"], names)
    except BaseException as e:  # SystemExit too
        raised = [c.__name__ for c in type(e).__mro__[:-2]]
        frames, cell = traceback.extract_tb(e.__traceback__), question["name"]
        line = next((frame.lineno for frame in frames if frame.filename == cell), None)
        outcome = {"error": [raised, ""], "line": line, "limit": limit(raised, text_of(e))}
        return place(e, question) | outcome
    counts = isinstance(number, numbers.Real) and not isinstance(number, bool)
    return {"error": None, "value": float(number) if counts else None}


def run_cell(source, name, names):
    """Run a cell as a notebook does, and return the value of its last line, if it has one."""
    body, last = parsed(reading.plain(source), name).body, None
    if body and isinstance(body[-1], ast.Expr):
        *body, end = body  # the tree may be used again
        last = compile(ast.Expression(end.value), name, "eval", dont_inherit=True)
    exec(compile(ast.Module(body, []), name, "exec", dont_inherit=True), names)
    return eval(last, names) if last else None


def value(question, names, texts):
    """Call a function and return its value."""
    if missing := undefined(question, names):
        return missing
    result = names[question["name"]](*question["args"], **question["kwargs"])
    return {"error": None, "value": result}


FILES = os.path.join(os.path.dirname(__file__), "files")  # the instructor's files and modules
MOST_FORKS = 200  # in `check`; after more forks, the process waits until `check` ends it
MOST_SHOWN = 300  # characters of an exception's text
DRAWN = set()  # matplotlib's names, and the names of plots that could not be drawn
PIPES = []  # from the grader and to the grader
KEPT = {}  # the values of names before the test cell
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
    "correct": correct,
    "call": call,
    "measure": measure,
    "test": test,
    "value": value,
}


def frame(reply):
    """Return a reply as a frame, or a frame with an error if it cannot be packed."""
    try:
        return wire.pack(reply)
    except wire.Bad:
        return wire.pack({"error": [["ValueError"], ""]})


if __name__ == "__main__":
    main()
