"""Judge a challenge: which thresholds are reached with the file that was handed in."""

from dataclasses import replace

from ..observation.call_result import checked
from ..observation.driver import measured
from .form import failure
from .ledger import Ledger

ABSENT = "is missing: without it there is nothing to try."  # of a file to hand in
TROUBLE = {  # by the codes that `challenge.open_and_call` returns
    1: "cannot be opened: it is not a complete .npz file",
    2: "holds Python objects, expected arrays of numbers",
    3: "holds more numbers than fit in memory",
}


def judge_challenge(data, run, names, measure):
    """Return the verdict on a challenge, whose file `with_file` has put into the case."""
    ledger, (case,) = Ledger(data), data["cases"]
    reached, fault = _reached(data, case, run, measure)
    if fault:
        ledger.find(next(iter(data["points"])), case["group"], fault)
    for aspect, threshold in data["thresholds"].items():
        if fault:
            ledger.lose(aspect, case["group"])
        elif not (reached <= threshold if data["lower"] else reached >= threshold):
            text = f" is not reached: it is {reached:.4g} with {case['tried']}."
            ledger.find(aspect, case["group"], text, aspect)
    return replace(ledger.verdict(names), measured=reached)


def _reached(data, case, run, measure):
    """Return the measured number and None, or None and why there is no number."""
    given, name = case["args"].get(data["file"]["parameter"]), data["file"]["name"]
    if given is None or not given.size:
        return None, f"{name} {ABSENT}"
    if given.size == 1 + (most := data["file"]["most_bytes"]) and not given.any():
        return None, f"{name} is larger than {most:,} bytes: it is not read."
    o = checked(run(dict(case["args"])))
    if o.failed:
        return None, failure(data, case, o)
    if trouble := _why_unread(o.parts[0] if o.parts else None):
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


def _why_unread(part):
    """Return why the driver could not open the file, None where it could."""
    code = None if part is None else part["values"]
    whole = code is not None and not code.ndim and code.dtype.kind in "iu"
    return TROUBLE.get(int(code)) if whole else None
