"""Imports and calls that are worth the instructor's eye."""

from __future__ import annotations

USUAL = {  # what a submission may import without remark
    "__future__",
    "abc",
    "collections",
    "copy",
    "dataclasses",
    "functools",
    "itertools",
    "math",
    "nngrader",
    "numpy",
    "operator",
    "random",
    "time",
    "typing",
}
CALLS = {
    "__builtins__",
    "__import__",
    "breakpoint",
    "compile",
    "delattr",
    "eval",
    "exec",
    "globals",
    "locals",
    "open",
    "setattr",
    "vars",
    "numpy.ctypeslib",
    "numpy.f2py",
    "numpy.fromfile",
    "numpy.lib",
    "numpy.load",
    "numpy.memmap",
    "numpy.save",
    "numpy.testing",
}
PLAIN_DUNDER = {"__init__", "__name__", "__doc__", "__main__", "__version__", "__len__"}
MOST_FLAGS = 12
ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")


def suspicious(names: list[str], imports: list[str]) -> list[str]:
    """Flags for unusual imports and calls.

    Parameters
    ----------
    names : list of str
        Dotted names that stand in the cells, aliases undone.
    imports : list of str
        Dotted names of what is imported.

    Returns
    -------
    list of str
        At most a dozen, in words; nothing here costs points.

    >>> suspicious(["numpy.exp", "open", "x.__globals__"], ["numpy", "os.path"])
    ['imports os.path', 'uses open', 'uses x.__globals__']
    """
    odd = [f"imports {clean(i)}" for i in sorted(imports) if i.split(".")[0] not in USUAL]
    odd += [f"uses {clean(n)}" for n in sorted(names) if unusual(n)]
    return odd[:MOST_FLAGS] + ["and more of this kind"] * (len(odd) > MOST_FLAGS)


def unusual(name: str) -> bool:
    """Whether a dotted name reaches for the interpreter, for files, or for private parts.

    >>> [unusual(n) for n in ("numpy.sum", "numpy.lib.format", "f.__code__", "__name__")]
    [False, True, True, False]
    """
    if any(name == c or name.startswith(c + ".") for c in CALLS):
        return True
    parts = name.split(".")
    return any(p.startswith("__") and p.endswith("__") and p not in PLAIN_DUNDER for p in parts)


def clean(name: str) -> str:
    """A name as it may be shown: short, and of letters that look like nothing else.

    >>> clean("os.<b>")
    'os.?b?'
    """
    return "".join(c if c in ALLOWED else "?" for c in name[:60])
