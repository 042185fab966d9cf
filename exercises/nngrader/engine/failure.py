"""How a call failed, in words."""

import numpy as np

STOPPED = {
    "NotImplementedError": "is not written yet (NotImplementedError)",
    "TimeoutError": "took longer than it may",
    "MemoryError": "ran out of memory",
    "RecursionError": "calls itself too deeply, or without end (RecursionError)",
    "SystemExit": "ends the whole program (SystemExit)",
}
NAMED = (  # exceptions that students meet; more of them could carry more of a hidden input
    "AssertionError AttributeError Exception FileNotFoundError FloatingPointError ImportError "
    "IndexError KeyError ModuleNotFoundError NameError OSError OverflowError StopIteration "
    "SyntaxError TypeError UnboundLocalError ValueError ZeroDivisionError"
).split()


def raised(o, visible):
    """Return the class of an exception, where it is one of Python's own that may be named.

    Parameters
    ----------
    o : Seen
        What came of a call that failed.
    visible : bool
        Whether all may be named, since the inputs are known.
    """
    known = [name for name in o.raised if visible or name in NAMED or name in STOPPED]
    return known[0] if known else "an error of its own kind"


def failure(data, case, o):
    """Say how a call failed; the student's own message only where inputs may be shown.

    Parameters
    ----------
    data, case : dict
        A packed problem, and the case in which it failed.
    o : Seen
        What came of the call.
    """
    kind = raised(o, data["visible"])
    if o.stopped:
        return f"{data['name']} {o.stopped}."
    if kind in STOPPED:
        return f"{data['name']} {STOPPED[kind]}."
    if not data["visible"]:
        who = f"using {data['name']}" if data.get("driver") else "the function"
        return f"{who} raised {kind} (with {case['tried']})."
    bytes_of_file = (data.get("file") or {}).get("parameter")  # to the student it is a dict
    given = {n: v for n, v in case["args"].items() if n != bytes_of_file}
    arrays = {n: v for n, v in given.items() if isinstance(v, np.ndarray) and v.ndim}
    shapes = ", ".join(f"{n} {v.shape}" for n, v in arrays.items())
    message = f"{kind}: {o.message}" if o.message else kind
    return f"{message} (with {case['tried']}{': ' * bool(shapes)}{shapes})"
