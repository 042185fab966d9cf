"""Judge a function by its result in each case: points by aspect, and findings."""

import itertools
import math
import re
from collections import Counter
from dataclasses import replace

import numpy as np

from ...records.codes import Code
from ...records.finding import Finding
from ..observation.call_result import checked
from ..observation.compare import ORDINARY, Entry, close
from ..observation.driver import as_judged
from ..observation.observe import measured
from .form import UNWRITTEN, failure, form, of_stop, prevented, raised
from .ledger import Ledger, judged
from .thresholds import judge_challenge
from .values import judge_values, with_signs

EACH = 4  # bytes per number; a float64 has 8 bytes, so half an array counts as a whole one


def judge(data, run, names=(), measure=measured):
    """Return the verdict on a function, called on all packed cases of a problem.

    :param run: ``run(args)`` calls the function on a dict of arguments, here or in a sandbox,
        and returns what `observe.observe` returns.
    :param names: (iterable of str) The dotted names that the student's cells use
        (`reading.names_used`).
    :param measure: Runs the problem's measure as `observe.measured` does. The grader runs it in
        a sandbox, because a hostile function may return anything.
    :return: (Verdict) For hidden cases, the findings contain no inputs, no expected values, and
        no text or number from the function.
    """
    if data.get("file"):
        return judge_challenge(data, run, list(names), measure)
    ledger, numbers = charged(data, run, measure)
    return replace(ledger.verdict(list(names)), reported=numbers)


def charged(data, run, measure=measured):
    """Return the ledger of a function before its points are added up, and numbers to show.

    :param data: A packed problem that isn't a challenge.
    :return: The `Ledger`, and the numbers that the notebook shows.
    """
    ledger = Ledger(data, again=_once_more(data, run, measure))
    results = [checked(run(dict(case["args"]))) for case in data["cases"]]
    pairs = zip(data["cases"], results, strict=True)
    observed = [(case, as_judged(data, case, o, measure)) for case, o in pairs]
    entries = [e for case, o in observed for e in _read(ledger, case, o)]
    judge_values(ledger, entries)
    for case, o in ledger.failures:
        if not _fails_by_mistake(ledger, case, o):
            _judge_failure(ledger, case, o)
    _judge_inputs(ledger, [o for _, o in observed])
    right = _right_parts(data, entries)
    _judge_loops(ledger, observed, right)
    _judge_memory(ledger, observed, right)
    known = [o.reported for _, o in observed if data["visible"]]
    numbers = [number for number in known if number is not None]
    return ledger, tuple(numbers)


def is_right(data, case, run, measure=measured):
    """Return whether a function returns the correct answer in one case, in the correct form."""
    ledger = Ledger(data)
    result = as_judged(data, case, checked(run(dict(case["args"]))), measure)
    entries = _read(ledger, case, result)
    return not (ledger.lost or ledger.failures) and all(e.right for e in entries)


def _once_more(data, run, measure):
    """Return a function that returns the parts of one more call in a case, made only once."""
    known = {}

    def again(case):
        if id(case) not in known:
            o = checked(run(dict(case["args"])))
            known[id(case)] = as_judged(data, case, o, measure).parts
        return known[id(case)]

    return again


# Exceptions, types and shapes


def _read(ledger, case, o):
    """Charge exceptions and wrong shapes; return the entries whose values can be compared."""
    if case["aspect"] in ("loops", "memory"):
        return []
    if case["error"]:
        _judge_error(ledger, case, o)
        return []
    if o.failed:
        if case["aspect"] in ORDINARY:
            _judge_failure(ledger, case, o)
        else:  # it may follow from a mistake in other cases
            ledger.failures.append((case, o))
        return []
    if o.fault:
        _judge_fault(ledger, case, o.fault)
        return []
    parts = _judge_count(ledger, case, o.parts)
    case = with_signs(ledger.data, case, parts)
    names = judged(ledger.data, case)
    entries = [
        _read_part(ledger, case, k, part)
        for k, (name, part) in enumerate(zip(ledger.data["returns"], parts, strict=False))
        if name in names
    ]
    return [e for e in entries if e is not None]


def _aspect_at_stake(ledger, case, part):
    """Return the aspect that loses points if a part is wrong in a case."""
    return ledger.data["returns"][part] if case["aspect"] == "value" else case["aspect"]


def _judge_error(ledger, case, o):
    """Judge a case in which an exception is expected."""
    if case["error"] in o.raised:
        return
    data = ledger.data
    about = {"function": data["name"], "expected": case["error"]}
    kind = raised(o.raised, data["visible"])
    if stopped := of_stop(o, kind):
        about["stopped"] = stopped
    else:
        outcome = "error" if _may_show_error(o.parts) else "failed" if o.failed else "returned"
        about |= {"raised": kind} if o.raised else {"returned": outcome}
    finding, again = Finding(Code.ERROR_EXPECTED, cases=(case["tried"],), data=about), False
    if stopped or kind == UNWRITTEN:  # reported once: on ordinary input, or in such a case
        again, ledger.stopped = ledger.failed or ledger.stopped, True
    ledger.find(case["aspect"], case["group"], None if again else finding)


def _may_show_error(parts):
    """Return whether the exception may have been returned or printed instead of raised."""
    return (
        bool(parts) and len(parts) == 1 and parts[0]["kind"] in ("object", "function", "none")
    )


def _fails_by_mistake(ledger, case, o):
    """Return whether a mistake charged to another aspect also raises in a special case."""
    mistakes = ledger.data["mistakes"]
    follows = not o.stopped and any(
        name not in case["mistaken"] and case["aspect"] not in mistakes[name]["loses"]
        for name in ledger.by_mistake
    )
    if follows:
        ledger.spare(case["aspect"], case["group"])
    return follows


def _judge_failure(ledger, case, o):
    """Charge all aspects of a case for an unexpected exception; report the exception once."""
    aspects = [_aspect_at_stake(ledger, case, part) for part in ledger.data["returns"]]
    ordinary, same = case["aspect"] == "value", re.sub(r"\d+", "", o.message)
    error = o.raised, same, o.line, repr(o.stopped)  # equal if only sizes in the text differ
    again = error in ledger.errors or (ledger.failed and not ordinary)
    ledger.errors.add(error)
    ledger.find(aspects[0], case["group"], None if again else failure(ledger.data, case, o))
    ledger.failed |= ordinary
    for aspect in [*aspects, *["shape"] * ordinary]:
        ledger.lose(aspect, case["group"])


def _judge_fault(ledger, case, fault):
    """Charge an answer that the problem's measure could not measure."""
    _charge_whole(ledger, case, fault)
    for part in ledger.data["returns"]:
        ledger.lose(_aspect_at_stake(ledger, case, part), case["group"], part)


def _judge_count(ledger, case, parts):
    """Return the parts in the expected order; charge a wrong number or order of parts."""
    wanted = list(ledger.data["returns"])
    if len(wanted) == 1:
        return parts[:1] or [None]  # a hostile worker may send an empty list
    if len(parts) != len(wanted):
        computed = ledger.data.get("computed", ())
        asked = [name for name in wanted if name not in computed]
        _charge_whole(ledger, case, _count(ledger.data["name"], asked, parts))
        return _placed(parts, case["want"])
    shapes = [None if p["values"] is None else p["values"].shape for p in parts]
    asked = [w.shape for w in case["want"]]
    order = _order_returned(shapes, asked)
    if order is None and None not in shapes and not ledger.data.get("measure"):
        order = _order_of_values([p["values"] for p in parts], case)
    if order is not None:
        about = {"function": ledger.data["name"], "names": wanted}
        moved = [name for k, name in enumerate(wanted) if order[k] != k]
        about |= {"swapped": moved} if len(moved) == 2 else {}
        _charge_whole(ledger, case, Finding(Code.ORDER, data=about))
        return [parts[k] for k in order]
    return parts


def _order_returned(shapes, asked):
    """Return the position of each expected part, if the shapes show a different order."""
    if shapes == asked:
        return None
    if shapes == asked[::-1]:
        return range(len(asked))[::-1]
    differ = len(set(asked)) == len(asked) and set(shapes) == set(asked)
    return [shapes.index(shape) for shape in asked] if differ else None


def _order_of_values(values, case):
    """Return the position of each expected part, if all are correct but in another order."""
    want = [np.asarray(w, float) for w in case["want"]]
    if any(v.dtype.kind == "c" for v in values):
        return None
    right = [[close(v, w, case["rtol"]) for v in values] for w in want]
    if all(right[k][k] for k in range(len(want))) or not all(map(any, right)):
        return None
    order, free = [], set(range(len(values)))
    for k, row in enumerate(right):
        fit = [k] * (k in free and row[k]) + [n for n in sorted(free) if row[n]]
        if not fit:
            return None
        order.append(fit[0])
        free.discard(fit[0])
    return order


def _count(name, wanted, parts):
    """Return a finding about a wrong number of values, with the kind of a single odd value."""
    about = {"function": name, "names": wanted, "returned": len(parts)}
    if len(parts) == 1 and parts[0]["values"] is None:
        about["kind"] = parts[0]["kind"]
    return Finding(Code.COUNT, data=about)


def _charge_whole(ledger, case, finding):
    """Charge a fault of the whole answer: "shape", or the aspect of a special case."""
    if case["aspect"] == "value":
        ledger.find("shape", case["group"], finding)
    elif not ledger.has_lost("shape"):
        ledger.find(case["aspect"], case["group"], finding.about(cases=(case["tried"],)))


def _placed(parts, want):
    """Return as many parts as expected, filled up with None.

    A single part goes to the first place with its shape; if there is none, it is left out.
    """
    if len(parts) != 1:
        return (parts + [None] * len(want))[: len(want)]
    values = parts[0]["values"]
    fits = [values is not None and values.shape == w.shape for w in want]
    return (
        [parts[0] if k == fits.index(True) else None for k in range(len(want))]
        if any(fits)
        else [None] * len(want)
    )


def _read_part(ledger, case, k, answer):
    """Charge the form of one part; return its entry, or None if it can't be compared."""
    part = list(ledger.data["returns"])[k]
    aspect = _aspect_at_stake(ledger, case, part)
    want = np.asarray(case["want"][k])
    if answer is None:
        ledger.lose(aspect, case["group"], part)
        return None
    if answer["kind"] == "failed" and ledger.data.get("driver"):
        _judge_prevented(ledger, case, part, answer)
        return None
    shows = {"lists": ledger.data["lists"], "visible": ledger.data["visible"]}
    looks = form(answer, want, _sizes_to_name(ledger.data, case, k, answer["values"]), **shows)
    mistaken = {n: _mistaken_part(values, k) for n, values in case["mistaken"].items()}
    rtol = max(case["rtol"], looks.least_rtol)
    values = _known_form(looks, mistaken, rtol) if looks.values is None else looks.values
    is_known = looks.values is None and values is not None and case["aspect"] != "value"
    # the hint of a known mistake is more helpful
    fault = None if is_known else _charge_form(ledger, case, part, looks)
    if values is None:
        waits = answer["kind"] == "none" and len(ledger.data["returns"]) > 1
        missing = Finding(Code.STILL_MISSING) if waits else None
        ledger.find(aspect, case["group"], missing, part)
        return None
    want, none = want.astype(float), ledger.data.get("none", {}).get(part)
    if none is not None:  # replace the number that means None by infinity
        values, want = (np.where(v == none, np.inf, v) for v in (values, want))
        mistaken = {
            n: v if v is None else np.where(v == none, np.inf, v) for n, v in mistaken.items()
        }
    shown = ledger.data["visible"]
    odd = looks.fault if is_known else None
    letters = ledger.data.get("entries", {}).get(part, "")
    rows = tuple(ledger.data.get("rows", {}).get(part, ()))
    about = part, aspect, case, values, want, mistaken, rtol, shown, fault, odd
    zeros = ledger.data.get("zeros", {}).get(part, "")
    variants = case["variants"][k] if "variants" in case else None
    return Entry(*about, letters, rows, zeros, none is not None, variants)


def _sizes_to_name(data, case, k, values):
    """Return the sizes by letter that may name the axes of a value with a wrong shape.

    A letter is left out if its size is the length of an axis in this case only, by chance.
    """
    shape, sizes = np.shape(case["want"][k]), case["sizes"]
    if values is None or values.shape == shape:
        return sizes
    pairs = [(np.shape(c["want"][k]), c["sizes"]) for c in data["cases"] if c.get("want")]
    by_chance = {
        letter
        for axis, letter in itertools.product(range(len(shape)), sizes)
        if sizes[letter] == shape[axis]
        for other, named in pairs
        if len(other) == len(shape) and named.get(letter, other[axis]) != other[axis]
    }
    return {letter: n for letter, n in sizes.items() if letter not in by_chance}


def _judge_prevented(ledger, case, part, answer):
    """Charge a part without a value, and "shape" if no part of the aspect has one."""
    aspect, finding = _aspect_at_stake(ledger, case, part), prevented(ledger.data, case, answer)
    if case["aspect"] == "value":
        ledger.prevented.add(part)
        if {p for p, a in ledger.data["returns"].items() if a == aspect} <= ledger.prevented:
            ledger.lose("shape", case["group"], part)
    elif part in ledger.prevented:
        finding = None  # reported once, on ordinary input
    # The driver names the cause: charge it once.
    if finding and finding.code == Code.UNMEASURED:
        here = aspect, case["group"], part
        first = ledger.by_words.setdefault(finding.data["words"], here)
        if first[0] != aspect:
            ledger.also(finding, first, here)
            return
    ledger.find(aspect, case["group"], finding, part)


def _known_form(looks, mistaken, rtol):
    """Return values of an unexpected shape if they equal the answer of a known mistake."""
    odd = looks.misshapen
    known = odd is not None and any(
        answer is not None and close(odd, answer, rtol) for answer in mistaken.values()
    )
    return odd if known else None


def _charge_form(ledger, case, part, looks):
    """Charge "shape" for a wrong form; return the fault if only a special case shows it."""
    if case["aspect"] == "value" and looks.fault:
        ledger.find("shape", case["group"], looks.fault, part)
    if case["aspect"] == "value" or ledger.has_lost("shape"):
        return None
    if looks.fault and looks.values is None:
        finding = looks.fault.about(cases=(case["tried"],))
        ledger.find(case["aspect"], case["group"], finding, part)
    return looks.fault


def _mistaken_part(values, k):
    """Return a known mistake's answer for one part, or None if it isn't real numbers."""
    if k >= len(values) or values[k] is None:
        return None
    answer = np.asarray(values[k])
    return None if answer.dtype.kind == "c" else answer.astype(float, copy=False)


# Changed inputs, loops and memory; only the worker can observe these


def _judge_inputs(ledger, observed):
    """Charge "inputs-unchanged" if the function writes into its arguments."""
    changed = [n for n in ledger.data["parameters"] if any(n in o.changed for o in observed)]
    if changed and "inputs-unchanged" in ledger.data["points"]:
        about = {"function": ledger.data["name"], "arguments": changed}
        finding = Finding(Code.INPUTS_CHANGED, data=about)
        ledger.find("inputs-unchanged", "all", finding)
        in_place = any(f.data.get("cause") == "casting" for f in ledger.parts_by_finding)
        if ledger.unclear or in_place:  # other errors may follow from the changed inputs
            ledger.lost.discard(("inputs-unchanged", "all", ""))
            ledger.spare("inputs-unchanged", "all")


def _right_parts(data, entries):
    """Return the parts of the answer that are correct in every ordinary case."""
    n_cases = sum(case["aspect"] in ORDINARY for case in data["cases"])
    right = Counter(e.part for e in entries if e.ordinary and e.right)
    return [part for part in data["returns"] if right[part] == n_cases]


def _judge_loops(ledger, observed, right):
    """Charge "loops" if the number of executed lines grows with a forbidden axis.

    Parts that are correct on ordinary input must be correct here too. Otherwise, a function
    could skip the work when it recognises such a case.
    """
    pairs = {}
    for case, o in observed:
        if case["aspect"] == "loops":
            pairs.setdefault(case["group"], []).append((case, o))
    for group, pair in pairs.items():
        letter = pair[0][0]["letter"]
        failed = next((one for one in pair if one[1].failed), None)
        if failed and not right:
            ledger.lose("loops", "all")
        elif failed or not all([_is_right_here(ledger, *one, right) for one in pair]):
            ledger.find("loops", group, _larger_wrong(ledger, [letter], failed))
        else:
            _judge_steps(ledger, letter, *pair)


def _is_right_here(ledger, case, o, right):
    """Return whether parts that are correct on ordinary input are correct in this case."""
    parts = zip(ledger.data["returns"], _judge_count(ledger, case, o.parts), strict=False)
    read = [
        _read_part(ledger, case, k, answer)
        for k, (part, answer) in enumerate(parts)
        if part in right
    ]
    return all(e is not None and e.right and not e.fault for e in read)


def _judge_steps(ledger, letter, few, many):
    """Charge "loops" if the count of executed lines grows by more than one per two entries."""
    (small, less), (large, more) = few, many
    n, m = small["sizes"][letter], large["sizes"][letter]
    if more.steps - less.steps > (m - n) / 2:
        about = {"function": ledger.data["name"], "letters": [letter]}
        about["steps"] = [[n, less.steps], [m, more.steps]]
        ledger.find("loops", small["group"], Finding(Code.LOOPS, data=about))


def _larger_wrong(ledger, letters, failed):
    """Return a finding about longer axes, for which a call fails or gives a wrong answer.

    :param failed: The first failed call, as a pair of its case and `CallResult`, or None.
    """
    if failed:
        return failure(ledger.data, *failed)
    about = {"function": ledger.data["name"], "letters": letters}
    return Finding(Code.LARGER_WRONG, data=about)


def _judge_memory(ledger, observed, right):
    """Charge "memory" if a call needs an array over all of the letters' axes."""
    for case, o in observed:
        if case["aspect"] != "memory":
            continue
        letters = list(case["letters"])
        most = EACH * math.prod(case["sizes"][letter] for letter in case["letters"])
        if o.failed and not right:
            ledger.lose("memory", "all")
        elif o.failed or not _is_right_here(ledger, case, o, right):
            failed = (case, o) if o.failed else None
            ledger.find("memory", case["group"], _larger_wrong(ledger, letters, failed))
        elif o.held > most:
            about = {"function": ledger.data["name"], "letters": letters, "bytes": o.held}
            ledger.find("memory", case["group"], Finding(Code.MEMORY, data=about))
