"""From what a function did in each case to points by aspect, with the findings in words."""

import math
from collections import Counter

import numpy as np

from ..observation.call_result import CALLED, checked
from ..observation.compare import ORDINARY, Entry, close
from ..observation.driver import as_judged
from ..observation.observe import measured
from .form import STOPPED, failure, form, raised
from .ledger import Ledger
from .thresholds import judge_challenge
from .values import judge_values, with_signs

EACH = 4  # bytes; a number that is exact enough has eight, a table of fewer axes is small
COUNTS = {1: "one value", 2: "two values", 3: "three values", 4: "four values"}


def judge(data, run, names=(), measure=measured):
    """Judge a function on packed cases.

    Parameters
    ----------
    data : dict
        What `pack` made.
    run : callable
        ``run(args)`` calls the function on a dict of arguments, here or in a sandbox, and
        returns what `observe.observe` returns.
    names : iterable of str, optional
        The dotted names that the student's cells use (`reading.names_used`).
    measure : callable, optional
        Runs a problem's measure, as `observe.measured` does: elsewhere, where what it is given
        is anything that a hostile function can make.

    Returns
    -------
    Verdict
        For hidden cases the findings hold no inputs, no expected values, and no text or number
        that the function made.
    """
    if data.get("file"):
        return judge_challenge(data, run, list(names), measure)
    book = Ledger(data)
    results = [checked(run(dict(case["args"]))) for case in data["cases"]]
    pairs = zip(data["cases"], results, strict=True)
    observed = [(case, as_judged(data, case, o, measure)) for case, o in pairs]
    entries = [e for case, o in observed for e in _read(book, case, o)]
    judge_values(book, entries)
    _judge_inputs(book, [o for _, o in observed])
    right = _right_parts(data, entries)
    _judge_loops(book, observed, right)
    _judge_memory(book, observed, right)
    return book.verdict(list(names))


# What came: errors, kinds, shapes


def _read(book, case, o):
    """Charge what can be seen without comparing values; return the entries to compare."""
    if case["aspect"] in ("loops", "memory"):
        return []
    if case["error"]:
        _judge_error(book, case, o)
        return []
    if o.failed:
        _judge_failure(book, case, o)
        return []
    if o.fault:
        _judge_fault(book, case, o.fault)
        return []
    parts = _judge_count(book, case, o.parts)
    case = with_signs(book.data, case, parts)
    found = [_read_part(book, case, k, part) for k, part in enumerate(parts)]
    return [e for e in found if e is not None]


def _aspect_at_stake(book, case, part):
    """Return the aspect that a wrong part of a case costs."""
    return book.data["returns"][part] if case["aspect"] == "value" else case["aspect"]


def _judge_error(book, case, o):
    """Judge a case in which an exception is asked for."""
    if case["error"] in o.raised:
        return
    kind = raised(o, book.data["visible"])
    came = f"raised {kind}" if o.raised else "failed" if o.failed else "returned"
    text = f"{case['tried']}: expected a {case['error']}, but the function {came}."
    if _is_shown_only(o.parts):
        text += " An error is raised, not returned or printed."
    stopped = o.stopped or (
        o.raised[:1] and o.raised[0] in STOPPED
    )  # that is said once, of ordinary input
    book.find(case["aspect"], case["group"], "" if stopped else text)


def _is_shown_only(parts):
    """Tell whether what was returned may be an exception, or nothing after a print."""
    return (
        bool(parts) and len(parts) == 1 and parts[0]["kind"] in ("object", "function", "none")
    )


def _judge_failure(book, case, o):
    """Charge a call that raised: every aspect of the case, and in words the first time."""
    aspects = [_aspect_at_stake(book, case, part) for part in book.data["returns"]]
    text = "" if book.failed and case["aspect"] != "value" else failure(book.data, case, o)
    book.find(aspects[0], case["group"], text)
    book.failed |= case["aspect"] == "value"
    for aspect in [*aspects, *["shape"] * (case["aspect"] == "value")]:
        book.lose(aspect, case["group"])


def _judge_fault(book, case, fault):
    """Charge an answer that could not be measured."""
    _charge_whole(book, case, fault)
    for part in book.data["returns"]:
        book.lose(_aspect_at_stake(book, case, part), case["group"], part)


def _judge_count(book, case, parts):
    """Return the parts in the order asked for, charging a wrong number or order of them."""
    wanted = list(book.data["returns"])
    if len(wanted) == 1:
        return parts[:1] or [None]  # a worker may say anything, also nothing
    if len(parts) != len(wanted):
        asked = f"expected {COUNTS.get(len(wanted), len(wanted))}: {', '.join(wanted)}"
        came, question = _came(parts)
        _charge_whole(book, case, f"the function returns {came}, {asked}.{question}")
        return _placed(parts, case["want"])
    shapes = [None if p["values"] is None else p["values"].shape for p in parts]
    asked = [w.shape for w in case["want"]]
    if shapes != asked and shapes == asked[::-1]:
        order = f"expected {', then '.join(wanted)}"
        _charge_whole(book, case, f"the values come in another order: {order}.")
        return parts[::-1]
    return parts


def _came(parts):
    """Say how many values came, or what came in their place, and what to ask about it."""
    one = parts[0] if len(parts) == 1 else {"kind": "", "values": None}
    if one["kind"] == "none":
        return "None (is there a return?)", ""
    if one["kind"] == "array" and one["values"] is None:
        return "one array of Python objects", ""
    if one["kind"] in CALLED and one["values"] is None:
        came, _, question = CALLED[one["kind"]].partition(".")
        return came, question
    return COUNTS.get(len(parts), "more values" if parts else "nothing"), ""


def _charge_whole(book, case, text):
    """Charge the form of the whole answer, to a special case only if it is the first."""
    if case["aspect"] == "value":
        book.find("shape", case["group"], text)
    elif not book.has_lost("shape"):
        book.find(case["aspect"], case["group"], f"{text} (with {case['tried']})")


def _placed(parts, want):
    """Put a wrong number of parts where their shapes fit; the rest is absent."""
    if len(parts) != 1:
        return (parts + [None] * len(want))[: len(want)]
    values = parts[0]["values"]
    fits = [values is not None and values.shape == w.shape for w in want]
    return (
        [parts[0] if k == fits.index(True) else None for k in range(len(want))]
        if any(fits)
        else [None] * len(want)
    )


def _read_part(book, case, k, answer):
    """Charge the form of one part; return it as an entry where its values can be compared."""
    part = list(book.data["returns"])[k]
    aspect = _aspect_at_stake(book, case, part)
    want = np.asarray(case["want"][k])
    if answer is None:
        book.lose(aspect, case["group"], part)
        return None
    shows = {"lists": book.data["lists"], "visible": book.data["visible"]}
    looks = form(answer, want, case["sizes"], **shows)
    mistaken = {n: _mistaken_part(values, k) for n, values in case["mistaken"].items()}
    rtol = max(case["rtol"], looks.least_rtol)
    values = _known_form(looks, mistaken, rtol) if looks.values is None else looks.values
    is_known = looks.values is None and values is not None and case["aspect"] != "value"
    fault = None if is_known else _charge_form(book, case, part, looks)  # its hint says more
    if values is None:
        waits = answer["kind"] == "none" and len(book.data["returns"]) > 1
        text = " is still missing: these points wait for it." if waits else ""
        book.find(aspect, case["group"], text, part)
        return None
    want = want.astype(float)
    shown = book.data["visible"]
    odd = looks.fault if is_known else None
    return Entry(part, aspect, case, values, want, mistaken, rtol, shown, fault, odd)


def _known_form(looks, mistaken, rtol):
    """Return values of another shape than is asked, if a known mistake gives just these."""
    odd = looks.misshapen
    known = odd is not None and any(
        answer is not None and close(odd, answer, rtol) for answer in mistaken.values()
    )
    return odd if known else None


def _charge_form(book, case, part, looks):
    """Charge a fault of form to "shape"; return it where only this special case shows it."""
    if case["aspect"] == "value" and looks.fault:
        book.find("shape", case["group"], f" {looks.fault}", part)
    if case["aspect"] == "value" or book.has_lost("shape"):
        return None
    if looks.fault and looks.values is None:
        book.find(case["aspect"], case["group"], f" {looks.fault} (with {case['tried']})", part)
    return looks.fault


def _mistaken_part(values, k):
    """Return a known mistake's answer for one part, None where it has no real numbers."""
    if k >= len(values) or values[k] is None or np.iscomplexobj(values[k]):
        return None
    return np.asarray(values[k], float)


# What only the worker can see


def _judge_inputs(book, observed):
    """Charge a function that writes into its arguments."""
    changed = [n for n in book.data["parameters"] if any(n in o.changed for o in observed)]
    if changed and "inputs-unchanged" in book.data["points"]:
        text = f"the function changes its caller's {' and '.join(changed)}"
        question = "Which line writes into an argument?"
        book.find("inputs-unchanged", "all", f"{text}. {question}")


def _right_parts(data, entries):
    """Return the parts of the answer that are right in every ordinary case."""
    asked = sum(case["aspect"] in ORDINARY for case in data["cases"])
    right = Counter(e.part for e in entries if e.ordinary and e.right)
    return [part for part in data["returns"] if right[part] == asked]


def _judge_loops(book, observed, right):
    """Charge steps of Python that grow with an axis over which there should be no loop.

    What is right on ordinary input must be right here, too: else the steps are of something
    else than what is asked.
    """
    pairs = {}
    for case, o in observed:
        if case["aspect"] == "loops":
            pairs.setdefault(case["group"], []).append((case, o))
    for group, pair in pairs.items():
        letter = pair[0][0]["letter"]
        failed = any(o.failed for _, o in pair)
        if failed and not right:
            book.lose("loops", "all")
        elif failed or not all([_is_right_here(book, *one, right) for one in pair]):
            came = "the function fails" if failed else "the answer is not what is asked"
            text = f"where {letter} is larger than in the other cases, {came}"
            book.find("loops", group, f"{text}. Which line depends on {letter}?")
        else:
            _judge_steps(book, letter, *pair)


def _is_right_here(book, case, o, right):
    """Tell whether the parts that are right on ordinary input are right in this case, too."""
    parts = zip(book.data["returns"], _judge_count(book, case, o.parts), strict=False)
    read = [
        _read_part(book, case, k, answer)
        for k, (part, answer) in enumerate(parts)
        if part in right
    ]
    return all(e is not None and e.right and not e.fault for e in read)


def _judge_steps(book, letter, few, many):
    """Charge steps that grow by more than one for every second entry along an axis."""
    (small, less), (large, more) = few, many
    n, m = small["sizes"][letter], large["sizes"][letter]
    if more.steps - less.steps > (m - n) / 2:
        counts = f" ({less.steps} steps for {letter} = {n}, {more.steps} for {m})"
        text = f"the work in Python grows with {letter}{counts * book.data['visible']}"
        question = "Which expression takes all at once?"
        book.find("loops", small["group"], f"{text}. {question}")


def _judge_memory(book, observed, right):
    """Charge a call that held as many numbers as all lengths make when they are multiplied."""
    for case, o in observed:
        if case["aspect"] != "memory":
            continue
        letters = ", ".join(case["letters"])
        most = EACH * math.prod(case["sizes"][letter] for letter in case["letters"])
        if o.failed and not right:
            book.lose("memory", "all")
        elif o.failed or not _is_right_here(book, case, o, right):
            came = "the function fails" if o.failed else "the answer is not what is asked"
            text = f"where {letters} are larger than in the other cases, {came}"
            book.find("memory", case["group"], f"{text}. Which line depends on them?")
        elif o.held > most:
            much = f" ({o.held / 1e6:.1f} MB)" * book.data["visible"]
            text = f"one number for each choice of {letters} is held at once{much}"
            question = "How many bytes would that be with each length ten times as large?"
            book.find("memory", case["group"], f"{text}. {question}")
