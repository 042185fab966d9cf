"""List imports and calls that the instructor should look at."""

from __future__ import annotations

import sys
from dataclasses import replace

from ..engine.observation.reading import COMPUTED, MORE, MOST_NAMES
from ..records.flag import Flag, FlagCode

USUAL = set(  # packages that a submission may import without a flag
    """
    __future__ abc collections copy dataclasses functools itertools math nngrader numpy
    operator random time typing
    """.split()
)
INNOCENT = USUAL.union(  # also packages that some honest answers use
    """
    bisect cmath contextlib datetime decimal enum fractions heapq io matplotlib numbers pprint
    re statistics string textwrap warnings
    """.split()
)
EVERYDAY = {"asyncio", "csv", "json", "logging", "platform", "traceback"}
PLACES = set(  # names in `os` and `sys` that a notebook needs to find its files, as in Colab
    """
    os os.chdir os.getcwd os.listdir os.makedirs os.path sys sys.path sys.version
    sys.version_info
    """.split()
)
THERE = USUAL | sys.stdlib_module_names  # packages that can be imported where submissions run
DANGEROUS = set(  # names that give access to the interpreter, files and other processes
    """
    _ctypes _os _posixsubprocess _sys ctypes gc importlib inspect modules os posix settrace
    signal socket subprocess sys
    """.split()
)
CALLS = {COMPUTED}.union(
    """
    __builtins__ __import__ breakpoint compile delattr eval exec globals locals open setattr
    vars io.FileIO io.open io.open_code numpy.ctypeslib numpy.f2py numpy.fromfile numpy.lib
    numpy.load numpy.memmap numpy.save numpy.testing
    """.split()
)
WINDOWS = "numpy.lib.stride_tricks.sliding_window_view"  # harmless, unlike its package
OPERATORS = """
    abs add and bool contains delitem divmod enter eq exit float floordiv ge getitem gt
    hash iadd iand ifloordiv imatmul imul index int invert ior ipow isub iter itruediv
    le len lt matmul mod mul ne neg next or pos pow radd rand repr reversed rfloordiv
    rmatmul rmod rmul ror round rpow rsub rtruediv rxor setitem str sub truediv xor
""".split()
PLAIN = {"_", "__version__"}
PLAIN_DUNDER = {f"__{name}__" for name in OPERATORS}.union(
    """
    __all__ __array_priority__ __author__ __call__ __doc__ __future__ __init__ __main__
    __name__ __post_init__ __slots__ __version__
    """.split()
)
MOST_FLAGS = 12
ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")


def suspicious(names: list[str], imports: list[str], uses: list[str] = ()) -> list[Flag]:
    """Return flags for unusual imports and calls.

    :param names: Dotted names in the cells, with aliases resolved.
    :param imports: Dotted names of imported packages and objects.
    :param uses: Packages that the problems require.
    :return: At most `MOST_FLAGS` flags, and one that counts the rest; none costs points.

    >>> flags = suspicious(["numpy.exp", "open", "x.__globals__"], ["aa", "numpy", "os.path"])
    >>> [flag.data["name"] for flag in flags]
    ['os.path', 'aa', 'open', 'x.__globals__']
    >>> len(suspicious(["numpy.lib", WINDOWS], [])), len(suspicious(["numpy.lib"], []))
    (0, 1)
    """
    modules = {i.split(".")[0] for i in imports} | {"numpy"}
    many = MORE in [*names, *imports]
    odd = [Flag(FlagCode.TOO_MANY_NAMES, data={"most": MOST_NAMES})] * many
    usual = INNOCENT.union(uses)
    brought = [i for i in sorted(imports, key=_harmless) if i.split(".")[0] not in usual]
    for name in (i for i in brought if i != MORE):
        flag = _flag(FlagCode.UNUSUAL_IMPORT, name)
        everyday = {"usual": True} if _is_everyday(name.split(".")[0], names) else {}
        odd.append(replace(flag, data=flag.data | everyday))
    way = [n for n in names if WINDOWS in names and WINDOWS.startswith(f"{n}.")]
    if {"nnlib", "torch"}.intersection(uses):  # their networks have a modules() method
        way += [f"{n}.modules" for n in _owners(names, "modules") - modules - DANGEROUS]
    used = sorted(set(names).difference(way), key=_harmless)
    odd += [_flag(FlagCode.UNUSUAL_NAME, n) for n in used if unusual(n, modules)]
    more = len(odd) - MOST_FLAGS
    return odd[:MOST_FLAGS] + [Flag(FlagCode.MORE_UNUSUAL, data={"more": more})] * (more > 0)


def _is_everyday(package, names):
    """Return whether a package is common in notebooks, or isn't in the standard library."""
    if package in ("os", "sys"):
        used = {".".join(n.split(".")[:2]) for n in names if n.split(".")[0] == package}
        return used <= PLACES and bool(package == "sys" or used - {"os"})
    return package in EVERYDAY or package not in sys.stdlib_module_names


def _flag(code, name):
    return Flag(code, data={"name": clean(name)})


def _owners(names, attribute):
    """Return the objects whose attribute is used, if their names contain no dot."""
    split = (n.rpartition(".") for n in names)
    return {owner for owner, _, last in split if last == attribute and "." not in owner}


def _harmless(name):
    """Return the sort key of a name: dangerous names come first."""
    return not DANGEROUS & set(name.split(".")), name


def unusual(name: str, modules: set[str] = frozenset({"numpy"})) -> bool:
    """Return whether a name gives access to the interpreter, files or private attributes.

    :param name: The dotted name, with aliases resolved.
    :param modules: Names of modules; a student should never need their private attributes.

    >>> [unusual(n) for n in ("numpy.sum", "numpy.lib.format", "f.__code__", "__name__")]
    [False, True, True, False]
    >>> [unusual(n) for n in ("random._os", "self._x", "a.sys.modules", "os")]
    [True, False, True, False]
    >>> unusual("random._x", {"random"}), unusual(WINDOWS)
    (True, False)
    """
    if name in (MORE, WINDOWS):
        return False
    if any(name == c or name.startswith(c + ".") for c in CALLS):
        return True
    first, *parts = name.split(".")
    private = [p for p in parts if p.startswith("_") and p not in PLAIN and first in modules]
    if private or (DANGEROUS & set(parts) and first not in ("self", "cls")):
        return True
    return any(
        p.startswith("__") and p.endswith("__") and p not in PLAIN_DUNDER
        for p in (first, *parts)
    )


def clean(name: str) -> str:
    """Return a name for display: short, and with "?" instead of unusual characters.

    >>> clean("os.<b>")
    'os.?b?'
    """
    return "".join(c if c in ALLOWED else "?" for c in name[:60])
