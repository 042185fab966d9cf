"""From what a function did in each case to points by aspect, with the findings in words."""

import numpy as np

from .compare import Entry, form
from .diagnose import explain
from .ledger import Ledger
from .seen import checked

STOPPED = {
    "NotImplementedError": "is not written yet (NotImplementedError)",
    "TimeoutError": "took longer than it may",
    "MemoryError": "ran out of memory",
    "RecursionError": "calls itself without end (RecursionError)",
    "SystemExit": "ends the whole program (SystemExit)",
}
COUNTS = {1: "one value", 2: "two values", 3: "three values", 4: "four values"}


def judge(data, run, names=()):
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

    Returns
    -------
    Verdict
        For hidden cases the findings hold no inputs, no expected values, and no text or number
        that the function made.
    """
    book = Ledger(data)
    seen = [(case, checked(run(dict(case["args"])))) for case in data["cases"]]
    entries = [e for case, o in seen for e in _read(book, case, o)]
    _judge_values(book, entries)
    _judge_inputs(book, [o for _, o in seen])
    _judge_loops(book, seen)
    return book.verdict(list(names))


# What came: errors, kinds, shapes


def _read(book, case, o):
    """Charge what can be seen without comparing values; return the entries to compare."""
    if case["aspect"] == "loops":
        return []
    if case["error"]:
        _judge_error(book, case, o)
        return []
    if o.failed:
        _judge_failure(book, case, o)
        return []
    parts = _judge_count(book, case, o.parts)
    found = [_read_part(book, case, k, part) for k, part in enumerate(parts)]
    return [e for e in found if e is not None]


def _charged(book, case, part):
    """Return the aspect that a wrong part of a case costs."""
    return book.data["returns"][part] if case["aspect"] == "value" else case["aspect"]


def _judge_error(book, case, o):
    """Judge a case in which an exception is asked for."""
    if case["error"] in o.raised:
        return
    came = f"raised {o.raised[0]}" if o.raised else "failed" if o.failed else "returned"
    text = f"{case['tried']}: expected a {case['error']}, but the function {came}."
    stopped = o.raised[:1] and o.raised[0] in STOPPED  # that is said once, of ordinary input
    book.find(case["aspect"], case["group"], "" if stopped else text)


def _judge_failure(book, case, o):
    """Charge a call that raised: every aspect of the case, and in words the first time."""
    aspects = [_charged(book, case, part) for part in book.data["returns"]]
    text = "" if book.failed and case["aspect"] != "value" else _failure(book, case, o)
    book.find(aspects[0], case["group"], text)
    book.failed |= case["aspect"] == "value"
    for aspect in [*aspects, *["shape"] * (case["aspect"] == "value")]:
        book.lose(aspect, case["group"])


def _failure(book, case, o):
    """Say how a call failed; the student's own message only where inputs may be shown."""
    kind = o.raised[0] if o.raised else "an error of its own kind"
    if kind in STOPPED:
        return f"{book.data['name']} {STOPPED[kind]}."
    if not book.data["visible"]:
        return f"the function raised {kind} (with {case['tried']})."
    shapes = [f"{n} {np.shape(v)}" for n, v in case["args"].items() if np.ndim(v)]
    message = f"{kind}: {o.message}" if o.message else kind
    return f"{message} (with {case['tried']}: {', '.join(shapes)})"


def _judge_count(book, case, parts):
    """Return the parts in the order asked for, charging a wrong number or order of them."""
    wanted = list(book.data["returns"])
    if len(wanted) == 1:
        return parts[:1]
    if len(parts) != len(wanted):
        asked = f"expected {COUNTS.get(len(wanted), len(wanted))}: {', '.join(wanted)}"
        came = COUNTS.get(len(parts), "more values" if parts else "nothing")
        if len(parts) == 1 and parts[0]["kind"] == "none":
            came = "None (is there a return?)"
        _charge_whole(book, case, f"the function returns {came}, {asked}.")
        return _placed(parts, case["want"])
    shapes = [None if p["values"] is None else p["values"].shape for p in parts]
    asked = [w.shape for w in case["want"]]
    if shapes != asked and shapes == asked[::-1]:
        order = f"expected {', then '.join(wanted)}"
        _charge_whole(book, case, f"the parts come in another order: {order}.")
        return parts[::-1]
    return parts


def _charge_whole(book, case, text):
    """Charge the form of the whole answer, to a special case only if it is the first."""
    if case["aspect"] == "value":
        book.find("shape", case["group"], text)
    elif not book.has_lost("shape"):
        book.find(case["aspect"], case["group"], f"{text[:-1]} (with {case['tried']}).")


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
    aspect = _charged(book, case, part)
    want = np.asarray(case["want"][k])
    if answer is None:
        book.lose(aspect, case["group"])
        return None
    shows = {"lists": book.data["lists"], "visible": book.data["visible"]}
    looks = form(answer, want, case["sizes"], **shows)
    fault = _charge_form(book, case, part, looks)
    if looks.values is None:
        book.lose(aspect, case["group"])
        return None
    marks = {n: _mark(values, k, want) for n, values in case["marks"].items()}
    rtol = max(case["rtol"], looks.least_rtol)
    want = want.astype(float)
    shown = book.data["visible"]
    return Entry(part, aspect, case, looks.values, want, marks, rtol, shown, fault)


def _charge_form(book, case, part, looks):
    """Charge a fault of form to "shape"; return it where only this special case shows it."""
    if case["aspect"] == "value" and looks.fault:
        book.find("shape", case["group"], f" {looks.fault}", part)
    if case["aspect"] == "value" or book.has_lost("shape"):
        return None
    if looks.fault and looks.values is None:
        book.find(case["aspect"], case["group"], f" {looks.fault} (with {case['tried']})", part)
    return looks.fault


def _mark(values, k, want):
    """Return a known mistake's answer for one part, None where it has another shape."""
    if k >= len(values) or values[k] is None or np.iscomplexobj(values[k]):
        return None
    mark = np.asarray(values[k], float)
    return mark if mark.shape == want.shape else None


# Values


def _judge_values(book, entries):
    """Compare values, ordinary cases first; charge and explain each mistake once."""
    carried = {}
    kinds = dict.fromkeys((not e.ordinary, e.part, e.group) for e in entries)
    for special, part, group in sorted(kinds, key=lambda k: k[0]):
        here = [e for e in entries if e.group == group]
        mine = [e for e in here if e.part == part]
        if special:
            _judge_special(book, mine, here, carried.get(part, []))
        elif not all(e.right for e in mine):
            found = explain(mine, here, book.data["mistakes"])
            book.find(mine[0].aspect, group, found.text, part, found.mistake)
            carried.setdefault(part, []).append(found)
            book.explained |= found.predict is not None
            book.unclear |= {part} if found.predict is None else set()


def _judge_special(book, mine, here, carried):
    """Judge a special case, where what a charged mistake gives is not charged again."""
    mistakes = book.data["mistakes"]
    aspect, group, part = mine[0].aspect, mine[0].group, mine[0].part
    wrong = [
        e
        for e in mine
        if e.fault or not (e.right or any(_follows(e, found, mistakes) for found in carried))
    ]
    if not wrong:
        return
    if part in book.unclear or book.failed:
        book.find(aspect, group, ": first make it right on ordinary input.", part)
        return
    found = explain(mine, here, mistakes)
    text = f" {wrong[0].fault}" if wrong[0].fault and not found.mistake else found.text
    tried = "" if found.mistake else f" (with {wrong[0].case['tried']})"
    book.find(aspect, group, text + tried, part, found.mistake)


def _follows(entry, found, mistakes):
    """Tell whether an entry is what a charged mistake gives, and is not charged for it."""
    if found.predict is None or not np.isfinite(entry.got).all():
        return False
    if found.mistake and entry.aspect in mistakes[found.mistake]["loses"]:
        return False
    with np.errstate(all="ignore"):
        return entry.matches(found.predict(entry))


# What only the worker can see


def _judge_inputs(book, seen):
    """Charge a function that writes into its arguments."""
    changed = [n for n in book.data["parameters"] if any(n in o.changed for o in seen)]
    if changed and "inputs-unchanged" in book.data["points"]:
        text = f"the function changes its caller's {' and '.join(changed)}"
        question = "Which line writes into an argument?"
        book.find("inputs-unchanged", "all", f"{text}. {question}")


def _judge_loops(book, seen):
    """Charge steps of Python that grow with an axis over which there should be no loop."""
    pairs = {}
    for case, o in seen:
        if case["aspect"] == "loops":
            pairs.setdefault(case["letter"], []).append((case["sizes"][case["letter"]], o))
    for letter, ((few, small), (many, large)) in pairs.items():
        if small.failed or large.failed:
            book.lose("loops", "all")
        elif large.steps - small.steps > (many - few) / 2:
            counts = (
                f" ({small.steps} lines of Python ran for {letter} = {few}, "
                f"{large.steps} for {letter} = {many})"
                if book.data["visible"]
                else ""
            )
            text = f"the work in Python grows with {letter}{counts}"
            book.find(
                "loops", f"loop over {letter}", f"{text}. Which expression takes all at once?"
            )
