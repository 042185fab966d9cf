"""Show a case as lines of text: the inputs, the correct answer and the student's."""

import re

import numpy as np

DIGITS = 4
NO_NUMBERS = {"none": "None", "failed": "missing"}
EXACT = 2**53  # floats represent all integers below this
MOST_SHOWN = 400  # characters of an argument or an answer


def given(data, args):
    """Return the arguments of a case as lines, with texts, such as programs, last."""
    if not data.get("entries"):
        return [
            f"    {name} = {shown(value)}" for name, value in args.items() if is_some(value)
        ]
    texts = [value for value in args.values() if isinstance(value, str)]
    rest = {n: v for n, v in args.items() if not isinstance(v, str)}
    if texts:  # leave out arguments that no program uses
        used = re.findall(r"\w+", " ".join(texts))
        rest = {n: v for n, v in rest.items() if n in used or n in data["entries"]}
    lines = [_entries(data, name, value) for name, value in rest.items()]
    return [f"    {line}" for line in [*lines, *"\n".join(texts).splitlines()]]


def _entries(data, name, value):
    """Return an argument as a line of Python; a list is written entry by entry."""
    if name not in data["entries"]:
        return f"{name} = {shown(value)}"
    named = zip(data["entries"][name], value, strict=False)
    return ", ".join(f"{letter} = {shown(v)}" for letter, v in named)


def differences(data, case, parts):
    """Return lines about parts, or entries of parts, that differ from the correct ones."""
    if parts is None:
        return ["    your function fails here"]
    lines = []
    for name, part, want in zip(data["returns"], parts, case["want"], strict=False):
        if name in data.get("wrong", {}) and data.get("measure"):
            continue  # this part is the outcome of a comparison, not a value
        got = part["values"]
        both = [(name, got, want)]
        named = name in data.get("entries", ())
        if got is None:
            words = NO_NUMBERS.get(part["kind"], "no numbers")
            lines.append(f"    {name}: expected {shown(want)}; yours: {words}")
            continue
        if named and got.shape == np.shape(want):
            letters = data["entries"][name]
            both = [(f"{name} of {c}", *e) for c, *e in zip(letters, got, want, strict=False)]
        lines += [line for one in both if (line := difference(*one))]
    return lines


def difference(title, got, want):
    """Return a line with expected and returned numbers, or "" if they are equal.

    This compares the rounded numbers that are printed, and ignores types: 1.0 equals 1.
    """
    got, want = real(np.asarray(got)), np.asarray(want)
    if shown(got) == shown(want.astype(float)):
        return ""
    whole = got.dtype.kind == "f" and np.all(np.abs(got) < EXACT) and np.all(got % 1 == 0)
    if want.dtype.kind in "iu" and whole:
        got = got.astype(int)
    return f"    {title}: expected {shown(want)}; yours: {shown(got)}"


def is_some(value):
    """Return whether an argument is anything but an array without entries."""
    return not isinstance(value, np.ndarray) or value.size > 0


def real(values):
    """Return numbers of any type as floats, except for complex ones."""
    return values if values.dtype.kind == "c" else values.astype(float)


def shown(value):
    """Return plain data on one line, with numbers rounded."""
    text = value if isinstance(value, str) else str(_rounded(value))
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]} …"


def _rounded(value):
    """Return plain data with numbers rounded and arrays as lists."""
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_rounded(v) for v in value]
    if value is None or isinstance(value, str | bool):
        return value
    values = np.asarray(value)
    if values.ndim == 0 and values.dtype.kind == "f" and 0 < abs(values) < 0.1**DIGITS:
        return float(f"{values:.1e}")  # a tolerance of 1e-10 is not 0
    rounded = np.round(values if values.dtype.kind in "iuc" else values.astype(float), DIGITS)
    return (rounded + 0.0 if rounded.dtype.kind == "f" else rounded).tolist()
