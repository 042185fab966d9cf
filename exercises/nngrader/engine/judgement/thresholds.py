"""Judge a challenge: what is reached with the file that was handed in, by thresholds."""

from dataclasses import replace

from ..observation.call_result import checked
from ..observation.driver import measured
from .form import failure
from .ledger import Ledger

TROUBLE = {  # by what `challenge.open_and_call` says of a file
    1: "cannot be opened: it is not a complete .npz file",
    2: "holds Python objects, expected arrays of numbers",
    3: "holds more numbers than fit in memory",
}


def judge_challenge(data, run, names, measure):
    """Judge what a function does with the file that `with_file` has put in."""
    book, (case,) = Ledger(data), data["cases"]
    reached, fault = _reached(data, case, run, measure)
    if fault:
        book.find(next(iter(data["points"])), case["group"], fault)
    for aspect, threshold in data["thresholds"].items():
        if fault:
            book.lose(aspect, case["group"])
        elif not (reached <= threshold if data["lower"] else reached >= threshold):
            text = f" is not reached: it is {reached:.4g} with {case['tried']}."
            book.find(aspect, case["group"], text, aspect)
    return replace(book.verdict(names), measured=reached)


def _reached(data, case, run, measure):
    """Return the number that was measured, or None and why there is none."""
    given, name = case["args"].get(data["file"]["parameter"]), data["file"]["name"]
    if given is None or not given.size:
        return None, f"{name} is missing: without it there is nothing to try."
    if given.size == 1 + (most := data["file"]["most_bytes"]) and not given.any():
        return None, f"{name} is larger than {most:,} bytes: it is not read."
    o = checked(run(dict(case["args"])))
    if o.failed:
        return None, failure(data, case, o)
    if trouble := _trouble(o.parts[0] if o.parts else None):
        return None, f"{name} {trouble}."
    about = data | {
        "observed": 1,
        "raw": ["what it returns"],
        "returns": {data["measured"]: ""},
    }
    o = measured(about, case, o.instead(o.parts[1:2], ""), measure)
    value = o.parts[0]["values"] if o.parts else None
    if value is None or value.size != 1:
        return None, f"{data['name']}: {o.fault}{'' if o.fault.endswith(('?', '.')) else '.'}"
    return float(value.real.item()), None


def _trouble(part):
    """Say what the driver could not do with the file; nothing where it could."""
    code = None if part is None else part["values"]
    whole = code is not None and not code.ndim and code.dtype.kind in "iu"
    return TROUBLE.get(int(code)) if whole else None
