"""Functions of a problem's file that travel as text: the driver and the measure.

The *driver* runs in the same process as the student's code, in the worker or in the student's
notebook. It receives the function or class that the student defined, and the plain arguments of
a case. From these it makes other arguments for the student's function, for example a callback,
a generator of random numbers or a tensor. Then it calls the function and returns plain data. If
it calls the function several times, each call receives the arguments of the case unchanged.

The *measure* runs in a process of the sandbox that has never run a student's code, or on the
student's computer. It receives the arguments by name and the values that the driver returned.
It returns the values that are compared, such as a loss, or whether each index is in exactly one
fold.

Both can use `np`, but must import everything else, such as packages that the problem `uses`,
inside the function. Code that several measures share goes into a function marked by `travels`,
which is sent with them. A driver can measure like `observe`, with `Steps` and `Held`. If an
error leaves no value for a part, the driver returns `Failed(e, "who raised it")` instead, and
the other parts can still earn points. If a part arrived as a tensor and only its form should
lose points, the driver returns `Tensor(numbers)`.

We recognise known mistakes by the measured values. A part that is True or False has only one
wrong value. Therefore, if a mistake makes such a part wrong, its hint must be true for every
answer in which the part is wrong. For the same reason, a measured answer, even if a mistake
explains it, earns points for `ledger.PASSIVE` aspects only if it earns them for another aspect.
"""

import ast
import builtins
import dis
import functools
import inspect
import math
import textwrap
from types import CodeType

import numpy as np

from ...records.codes import Code
from ...records.finding import Finding
from .call_result import checked, part_of
from .observe import LENT, driven, observe
from .observe import measured as observe_measured
from .parsing import parse

KNOWN = {"np", *dir(builtins)}
TRAVELLERS = set()  # functions whose text travels with the functions that call them


def travels(f):
    """Mark a function that drivers or measures call, so that its source travels with them."""
    TRAVELLERS.add(f)
    return f


@functools.lru_cache(256)
def as_text(f, what):
    """Return name and source of a driver or measure, including marked functions it calls.

    :raises ValueError: If it isn't a plain function in a file, or uses names that aren't
        defined where the text runs.
    """
    try:
        source = textwrap.dedent(inspect.getsource(f))
        (node,) = parse(source).body
    except (OSError, TypeError, SyntaxError, ValueError):
        node = None
    if not isinstance(node, ast.FunctionDef) or (node.decorator_list and f not in TRAVELLERS):
        raise ValueError(f"its {what} must be a plain function in a file, without decorators")
    source = source[source.index(f"def {node.name}") :]
    names = _outer_names(compile(source, what, "exec")) - KNOWN - {node.name}
    if what == "driver":
        names -= {n for n in names & LENT.keys() if f.__globals__.get(n) is LENT[n]}
    called = [g for n in sorted(names) if (g := _global(f, n)) in TRAVELLERS]
    if unknown := sorted(names - {g.__name__ for g in called}):
        raise ValueError(
            f"its {what} uses names that aren't sent with it: {', '.join(unknown)}; define or "
            "import them inside the function"
        )
    sources = [as_text(g, what)["source"] for g in called]
    return {"name": node.name, "source": "\n\n".join([*sources, source])}


def _global(f, name):
    """Return the function with a certain name in a function's file, or None."""
    value = f.__globals__.get(name)
    return value if inspect.isfunction(value) else None


def _outer_names(code):
    """Return the names that code looks up as globals or built-ins, at any depth."""
    here = {i.argval for i in dis.get_instructions(code) if i.opname in _LOOKUPS}
    return here.union(*(_outer_names(c) for c in code.co_consts if isinstance(c, CodeType)))


_LOOKUPS = ("LOAD_GLOBAL", "LOAD_NAME")


def arguments(driver):
    """Return a driver's parameters by name, without the first one, the student's object."""
    first, *rest = [*inspect.signature(driver).parameters.values(), None]
    if first is None or any(p and p.kind != p.POSITIONAL_OR_KEYWORD for p in (first, *rest)):
        raise ValueError(
            "its driver should take the student's object, then each argument of a "
            "case as a parameter"
        )
    return {p.name: p for p in rest[:-1]}


def caller(data, f):
    """Return a function ``run(args)`` for `judge` that calls `f` in this process."""
    target = driven(f, data.get("driver"))
    counted = any(case["aspect"] == "loops" for case in data.get("cases", ()))
    return lambda args: observe(target, args, observed(data), counted=counted)


def observed(data):
    """Return the number of values that a call returns, before anything is measured."""
    return data.get("observed") or len(data["returns"])


def answer_cap(data: dict, output_kb: int) -> int:
    """Return the maximum size in bytes of an answer that we read, far above the correct one."""
    sizes = [sum(np.asarray(w).nbytes for w in c.get("want") or ()) for c in data["cases"]]
    sizes += [c.get("raw_bytes", 0) for c in data["cases"]]  # before it is measured
    return output_kb * 1024 + 8 * max(sizes, default=0)


def result_of(data, case, run):
    """Call a function on a case, and return the result that `judge` compares.

    :return: (CallResult) If nothing could be measured, ``fault`` contains the reason.
    """
    return as_judged(data, case, checked(run(dict(case["args"]))))


def as_judged(data, case, result, measure=observe_measured):
    """Return a call's result for `judge`, measured if the problem has a measure."""
    if not data.get("measure") or result.failed or case["error"]:
        return result
    return measured(data, case, result, measure)


def measured(data, case, result, measure=observe_measured):
    """Return a result with the parts from the problem's measure, which ``measure`` runs."""
    raw = [p["values"] for p in result.parts[: observed(data)]]
    raw += [None] * (observed(data) - len(raw))
    inputs = case["args"] | case.get("kept", {})
    reply = measure(data["measure"], inputs, raw, len(data["returns"]))
    if not isinstance(reply.get("parts"), list):
        return result.instead([], _fault(data, result.parts, reply.get("message")))
    parts = [part_of(p) for p in reply["parts"]]
    # a list of numbers is as good as an array
    parts = [p if p["values"] is None else p | {"kind": "array"} for p in parts]
    number = None
    if data.get("tells") and len(parts) > len(data["returns"]):
        number = _number(parts.pop())
    return result.instead(parts, None, number)


def _number(part):
    """Return a part as a float if it is a single finite number, else None."""
    values = part["values"]
    if values is None or values.size != 1 or values.dtype.kind not in "biuf":
        return None
    number = float(values.item())
    return number if math.isfinite(number) else None


def _fault(data, parts, message):
    """Return a finding about values that couldn't be measured: not an array, or rejected.

    We use the text of the measure's exception only if it appears literally in the measure's
    source. Any other text may contain values from the student's code, and thus hidden inputs.
    """
    names = data.get("raw") or data["returns"]
    odd = [
        (k, no_numbers(part, False).about(parts=(name,) * bool(name)))
        for k, (name, part) in enumerate(zip(names, parts, strict=False))
        if part["values"] is None
    ]
    if odd and odd[0][0] == 0:  # the value that the student's function returned
        return odd[0][1]
    if message in string_constants(**data["measure"]) - {""}:
        return Finding(Code.UNMEASURED, data={"words": message})
    return odd[0][1] if odd else Finding(Code.UNMEASURED)


def no_numbers(part, is_number):
    """Return a finding about a value that should contain numbers but doesn't."""
    if part["kind"] == "none":
        return Finding(Code.IS_NONE)
    ragged = part["kind"] == "list" and part["values"] is None and not is_number
    kind = "ragged" if ragged else part["kind"]
    return Finding(Code.KIND, data={"kind": kind, "number": is_number})


@functools.lru_cache(64)
def string_constants(name, source):
    """Return the string constants in a function's source."""
    nodes = ast.walk(parse(source))
    return {n.value for n in nodes if isinstance(n, ast.Constant) and isinstance(n.value, str)}
