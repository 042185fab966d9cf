"""Judge a challenge: which thresholds the submitted file reaches."""

from dataclasses import replace

from ...records.codes import Code
from ...records.finding import Finding
from ..observation.call_result import checked
from ..observation.driver import measured
from .form import failure
from .ledger import Ledger

TROUBLE = {1: "broken", 2: "objects", 3: "memory"}  # by the status from `open_and_call`


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
            about = {"measured": data["measured"], "value": reached, "threshold": threshold}
            finding = Finding(Code.THRESHOLD, cases=(case["tried"],), data=about)
            ledger.find(aspect, case["group"], finding, aspect)
    return replace(ledger.verdict(names), measured=reached)


def _reached(data, case, run, measure):
    """Return the measured number and None, or None and a finding if nothing was measured."""
    content, name = case["args"].get(data["file"]["parameter"]), data["file"]["name"]
    if content is None or not content.size:
        return None, Finding(Code.FILE_MISSING, data={"file": name})
    if content.size == 1 + (most := data["file"]["most_bytes"]) and not content.any():
        return None, Finding(Code.FILE_TOO_LARGE, data={"file": name, "most": most})
    o = checked(run(dict(case["args"])))
    if o.failed:
        return None, failure(data, case, o)
    if trouble := TROUBLE.get(status_of(o)):
        return None, Finding(Code.FILE_UNREADABLE, data={"file": name, "why": trouble})
    about = data | {
        "observed": 1,
        "raw": [""],
        "returns": {data["measured"]: ""},
    }
    o = measured(about, case, o.instead(o.parts[1:2], None), measure)
    value = o.parts[0]["values"] if o.parts else None
    if value is None or value.size != 1:
        return None, o.fault or Finding(Code.UNMEASURED)
    return float(value.real.item()), None


def status_of(result):
    """Return the status of opening the file, which `challenge.open_and_call` returns first.

    :return: (int or None) 0 if the file could be opened; None if the answer contains no status.
    """
    code = result.parts[0]["values"] if result.parts else None
    whole = code is not None and not code.ndim and code.dtype.kind in "iu"
    return int(code) if whole else None
