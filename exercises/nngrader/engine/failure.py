"""How a call failed, in words."""

import numpy as np

STOPPED = {
    "NotImplementedError": "is not written yet (NotImplementedError)",
    "TimeoutError": "took longer than it may",
    "MemoryError": "ran out of memory",
    "RecursionError": "calls itself too deep, or without end (RecursionError)",
    "SystemExit": "ends the whole program (SystemExit)",
}


def failure(data, case, o):
    """Say how a call failed; the student's own message only where inputs may be shown.

    Parameters
    ----------
    data, case : dict
        A packed problem, and the case in which it failed.
    o : Seen
        What came of the call.
    """
    kind = o.raised[0] if o.raised else "an error of its own kind"
    if o.stopped:
        return f"{data['name']} {o.stopped}."
    if kind in STOPPED:
        return f"{data['name']} {STOPPED[kind]}."
    if not data["visible"]:
        who = f"using {data['name']}" if data.get("driver") else "the function"
        return f"{who} raised {kind} (with {case['tried']})."
    arrays = {n: v for n, v in case["args"].items() if isinstance(v, np.ndarray) and v.ndim}
    shapes = ", ".join(f"{n} {v.shape}" for n, v in arrays.items())
    message = f"{kind}: {o.message}" if o.message else kind
    return f"{message} (with {case['tried']}{': ' * bool(shapes)}{shapes})"
