"""Functions of a problem's file that travel as text: its driver and its measure.

The *driver* runs beside the student's code, in the worker or in the student's notebook: it is
given what the student defined (a function, a class) and the plain arguments of a case, makes of
them what is no plain data (a callback, a generator of random numbers, a tensor), and returns
plain data. However often it calls the student's function, the arguments of the case arrive
there as they were at the start.

The *measure* runs where nothing of the student's has run, in a process of its own in the
sandbox or in the student's notebook: it is given the arguments by name and what the driver
returned, and returns what is compared, such as a loss or whether each index is in one fold.
Both know `np` alone and import the rest inside: NumPy, and what the problem `uses`. What
several measures share is a function marked by `travels`: its text goes with theirs. A driver
may measure as `observe` does, with its `Steps` and `Held`.

Mistakes are known by what is measured. A part that is true or false has one wrong value: the
hint of a mistake that loses it must fit whatever else loses it, and no passive aspect is earned
by being such a mistake.
"""

import ast
import builtins
import dis
import functools
import inspect
import textwrap
from types import CodeType

from .call_result import CALLED, checked, part_of
from .observe import Held, Steps, driven, observe
from .observe import measured as observe_measured

KNOWN = {"np", *dir(builtins)}
METERS = {"Steps": Steps, "Held": Held}  # which `driven` gives to a driver
TRAVELLERS = set()  # functions whose text goes with those that call them
FORMLESS = "what it gives cannot be measured. Is it of the form that is asked?"


def travels(f):
    """Mark a function whose text goes with a driver or measure that calls it by its name."""
    TRAVELLERS.add(f)
    return f


@functools.lru_cache(256)
def as_text(f, what):
    """Return name and source of a function that can run elsewhere, with what travels with it.

    Parameters
    ----------
    f : function
        Made by a plain `def` in a file.
    what : str
        What the function is, for errors: "driver", "measure".

    Raises
    ------
    ValueError
        If it is no such function, or uses names that are not there where it runs.
    """
    try:
        source = textwrap.dedent(inspect.getsource(f))
        (node,) = ast.parse(source).body
    except (OSError, TypeError, SyntaxError, ValueError):
        node = None
    if not isinstance(node, ast.FunctionDef) or (node.decorator_list and f not in TRAVELLERS):
        raise ValueError(f"its {what} must be a plain def of the problem's file, without @")
    source = source[source.index(f"def {node.name}") :]
    names = _outer_names(compile(source, what, "exec")) - KNOWN - {node.name}
    if what == "driver":
        names -= {n for n in names & METERS.keys() if f.__globals__.get(n) is METERS[n]}
    called = [g for n in sorted(names) if (g := _global(f, n)) in TRAVELLERS]
    if unknown := sorted(names - {g.__name__ for g in called}):
        raise ValueError(
            f"its {what} uses {', '.join(unknown)}: it knows np alone, and imports the rest "
            "inside"
        )
    sources = [as_text(g, what)["source"] for g in called]
    return {"name": node.name, "source": "\n\n".join([*sources, source])}


def _global(f, name):
    """Return the function that a function of a file calls by a name, or None."""
    found = f.__globals__.get(name)
    return found if inspect.isfunction(found) else None


def _outer_names(code):
    """Return the names that code looks up outside of its functions."""
    here = {i.argval for i in dis.get_instructions(code) if i.opname in _LOOKUPS}
    return here.union(*(_outer_names(c) for c in _inner(code)))


_LOOKUPS = ("LOAD_GLOBAL", "LOAD_NAME")


def _inner(code):
    """Return the code of the functions and classes inside."""
    return [c for c in code.co_consts if isinstance(c, CodeType)]


def arguments(driver):
    """Return the names and defaults of what a driver takes after the student's object.

    Raises
    ------
    ValueError
        If they are not plain parameters in order.
    """
    first, *rest = [*inspect.signature(driver).parameters.values(), None]
    if first is None or any(p and p.kind != p.POSITIONAL_OR_KEYWORD for p in (first, *rest)):
        raise ValueError(
            "its driver takes the student's object, then the arguments of a case, one by one"
        )
    return {p.name: p for p in rest[:-1]}


def caller(data, f):
    """Return what calls a function in this process, as `judge` wants it.

    Parameters
    ----------
    data : dict
        A packed problem.
    f : object
        What answers it.
    """
    target = driven(f, data.get("driver"))
    return lambda args: observe(target, args, observed(data))


def observed(data):
    """Return how many values a call gives, before anything is measured."""
    return data.get("observed") or len(data["returns"])


def result_of(data, case, run):
    """Call a function on a case and return what is judged: measured, where that is asked.

    Returns
    -------
    CallResult
        ``fault`` says what is wrong where nothing could be measured.
    """
    return as_judged(data, case, checked(run(dict(case["args"]))))


def as_judged(data, case, result, measure=observe_measured):
    """Return what is judged of what was seen: measured, where that is asked."""
    if not data.get("measure") or result.failed or case["error"]:
        return result
    return measured(data, case, result, measure)


def measured(data, case, result, measure=observe_measured):
    """Return what the problem's measure makes of what was seen; ``measure`` runs it."""
    raw = [p["values"] for p in result.parts[: observed(data)]]
    raw += [None] * (observed(data) - len(raw))
    inputs = case["args"] | case.get("kept", {})
    reply = measure(data["measure"], inputs, raw, len(data["returns"]))
    if not isinstance(reply.get("parts"), list):
        return result.instead([], _fault(data, result.parts, reply.get("message")))
    parts = [part_of(p) for p in reply["parts"]]
    return result.instead([_of_ours(p) for p in parts], "")


def _of_ours(part):
    """Return a part that our own code made: a list of numbers is an array."""
    return part if part["values"] is None else part | {"kind": "array"}


def _fault(data, parts, message):
    """Say why nothing could be measured: by what came first, else in the measure's own words.

    What an exception says is told only where it stands in the measure as it is: else it may
    hold what the student's code made, by which hidden inputs could leave.
    """
    names = data.get("raw") or data["returns"]
    odd = [
        (k, f"{name} {_no_values(part['kind'])}")
        for k, (name, part) in enumerate(zip(names, parts, strict=False))
        if part["values"] is None
    ]
    if odd and odd[0][0] == 0:  # what the student's function gave, as it came
        return odd[0][1]
    if message in _sentences(**data["measure"]) - {""}:
        return message
    return odd[0][1] if odd else FORMLESS


def _no_values(kind):
    """Say what came where numbers were asked."""
    if kind == "none":
        return "is None. Does every path through the function return it?"
    return f"is {CALLED.get(kind, 'an array of another type, expected numbers')}"


@functools.lru_cache(64)
def _sentences(name, source):
    """Return the texts that stand in a function's source."""
    nodes = ast.walk(ast.parse(source))
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
