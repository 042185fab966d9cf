"""Call a function on copies of its inputs, and describe the result as plain data.

This file needs only the standard library and NumPy, because the worker in the sandbox doesn't
have the rest of the package. A function may return anything. Therefore we never call a method
of a returned object: we get its type by `type`, and read arrays through `numpy.ndarray`.
"""

import contextlib
import copy
import functools
import gc
import inspect
import itertools
import os
import sys
import time
import tracemalloc
import types

import numpy as np

MOST_ENTRIES = 4_000_000  # of a larger array, we report the shape but no values
MOST_NODES = 200_000  # entries of lists and of arrays of Python objects
MOST_DEPTH = 8
LARGE = 30_000  # bytes of the arguments' arrays; if there are fewer, we don't measure memory
NUMPY = os.path.dirname(np.__file__) + os.sep
NUMBERS = (bool, int, float, complex, np.bool_, np.number)
KINDS = {
    "none": type(None),
    "text": (str, bytes, bytearray),
    "dict": dict,
    "set": (set, frozenset),
    "generator": type(_ for _ in ()),
    "iterator": (map, zip, filter, enumerate, reversed, type(iter([])), type(iter(()))),
    "view": (memoryview, type({}.keys()), type({}.values()), type({}.items())),
    "function": (type(inspect.isclass), type(len), type),
}
NAMED = {  # classes that we recognise by name, because their packages may be missing
    "Fraction": "exact",
    "Decimal": "exact",
    "Tensor": "tensor",
    "DataFrame": "table",
    "Series": "table",
}
EXACTLY = {  # functions that read Python's numbers without calling a subclass's method
    bool: bool,
    complex: complex.__complex__,
    float: float.__float__,
    int: int.__int__,
}


class TooLarge(ValueError):
    """Raised for a sequence with too many entries to read."""


class Failed:
    """Replaces a part of a driver's answer that is missing because the student's code failed.

    :param who: The name of the code that raised the error, a string literal in the driver.
    """

    def __init__(self, error, who):
        self.error, self.who = error, who


class Tensor:
    """Replaces a tensor in a driver's answer by the numbers that the driver has read from it.

    The numbers are judged like an array or a number, but the form loses points.
    """

    def __init__(self, numbers):
        self.numbers = numbers


class Driven:
    """Calls a problem's driver with the student's object as the first argument."""

    def __init__(self, drive, f):
        self.drive, self.f = drive, f

    def __call__(self, *args):
        """Call the driver with the arguments of a case."""
        return self.drive(_unchanging(self.f, args), *args)


def _unchanging(f, args):
    """Return a function that calls ``f`` with the original arguments of a case each time.

    The first call receives the objects in ``args`` themselves, so that `observe` notices if
    ``f`` writes into them. Each later call receives copies with the original content as
    positional arguments. If ``f`` is a class, it is returned unchanged.
    """
    if issubclass(type(f), type):
        return f
    original = {id(value): copy.deepcopy(value) for value in args}
    calls = itertools.count()

    def fresh(value):
        return copy.deepcopy(original[id(value)]) if id(value) in original else value

    def call(*values, **options):
        if next(calls):
            values = map(fresh, values)
        return f(*values, **options)

    return call


@functools.lru_cache(64)
def _code(source, title):
    """Return compiled source, which is compiled once for all cases of a problem."""
    return compile(source, title, "exec")


def driven(f, driver):
    """Return a callable that calls a problem's driver with the student's object first.

    :param driver: (dict or None) ``name`` and ``source`` of a function, which can use `np` and
        the classes in `LENT`, and imports the rest. If None, ``f`` is called directly.
    :return: A function of the arguments of a case, which should return plain data.
    """
    if driver is None:
        return f
    names = {"__name__": "driver", "np": np} | LENT
    exec(_code(driver["source"], "<driver>"), names)
    return Driven(names[driver["name"]], f)


def measured(measure, inputs, raw, n_parts):
    """Call a problem's measure on the raw parts of an answer.

    :param measure: ``name`` and ``source`` of a function, which can use `np` and imports the
        rest.
    :param inputs: The first argument: the inputs of the case, and its values that are only for
        the measure.
    :param raw: The student's arrays, of any shape, with None for values that aren't arrays.
    :return: ``parts`` as in `observe`, or ``message``: the text of a ValueError, "" for any
        other exception.
    """
    names = {"__name__": "measure", "np": np}
    exec(_code(measure["source"], "<measure>"), names)
    try:
        with np.errstate(all="ignore"):
            return {"parts": parts_of(names[measure["name"]](inputs, *raw), n_parts)}
    except Exception as e:
        return {"message": str(e)[:300] if type(e) is ValueError else ""}


def observe(f, args, n_parts, *, counted=True):
    """Call ``f`` once, and return a description of the value or the exception.

    :param f: The student's function, or the callable from `driven`. It is called with the
        values of ``args`` in order.
    :param args: Names and values of the arguments; ``f`` receives copies.
    :param counted: Whether to count executed lines, which slows Python down.
    :return: ``parts`` (a list of at most ``n_parts + 1`` descriptions, see `describe`) or
        ``error`` ([names of the exception's classes], message, [line, name of the function] or
        None); ``changed``, the names of the arguments that ``f`` has changed; ``steps``, the
        number of executed lines of Python as `Steps` counts them, 0 if a driver makes the call
        or ``counted`` is false; ``held``, the peak of the bytes that the call allocates, 0 if
        a driver makes the call or the arguments are small; ``seconds``.
    """
    copies = _copied(f, args)
    counter = Steps()
    counting = counter if counted and type(f) is not Driven else contextlib.nullcontext()
    held = Held(type(f) is not Driven and _bytes_of(args) >= LARGE)
    parts = error = None
    start = time.perf_counter()
    try:
        with np.errstate(all="ignore"), CALLS, held, counting:
            value = f(*copies.values())
        parts = parts_of(value, n_parts, f)
    except KeyboardInterrupt:
        raise
    except BaseException as e:
        error = _error(e, f)
    changed = [name for name in args if not _same(args[name], copies[name])]
    seconds = time.perf_counter() - start
    return {
        "parts": parts,
        "error": error,
        "changed": changed,
        "steps": counter.steps,
        "held": held.most,
        "seconds": seconds,
    }


def _copied(f, args):
    """Return copies of the arguments.

    If the previous call was of the same function with arrays of the same shapes, its arrays get
    the new numbers. Therefore a function that remembers results by the identity of its
    arguments returns the previous result, on every computer.
    """
    copies, before = copy.deepcopy(args), PREVIOUS["args"] if PREVIOUS["f"] is f else {}
    if all(_fits_into(value, before.get(name)) for name, value in copies.items()):
        for name, value in copies.items():
            if type(value) is np.ndarray:
                np.copyto(before[name], value)
                copies[name] = before[name]
    if CALLS.depth == 0:
        PREVIOUS.update(f=f, args=dict(copies))
    return copies


def _fits_into(value, array):
    """Return whether a value isn't an array, or whether another array has room for it."""
    return type(value) is not np.ndarray or (
        type(array) is np.ndarray
        and (array.shape, array.dtype, array.strides)
        == (value.shape, value.dtype, value.strides)
        and array.flags.writeable
    )


PREVIOUS = {"f": None, "args": {}}  # of the previous call of `observe`


class Calls:
    """Counts the nested calls of `observe` that are running, in ``depth``."""

    def __init__(self):
        self.depth = 0

    def __enter__(self):
        self.depth += 1

    def __exit__(self, *_):
        self.depth -= 1


CALLS = Calls()


class Steps:
    """Counts executed lines of Python in ``steps``, as a context manager.

    Each call, return and exception of a Python function counts as a line too. Lines of a NumPy
    function count if code outside NumPy calls it, because it may loop. Calls
    inside NumPy, for example when an array is printed, don't count. Callbacks and finalisers
    that the garbage collector calls don't count either, because they can run at any time.
    """

    def __init__(self):
        self.steps = 0
        self.collecting = False
        self.callbacks = (self._before_collecting, self._after_collecting)

    def __enter__(self):
        self.before = sys.gettrace()
        gc.callbacks.insert(0, self.callbacks[0])
        gc.callbacks.append(self.callbacks[1])
        sys.settrace(self._trace)

    def __exit__(self, *_):
        sys.settrace(self.before)
        gc.callbacks[:] = [f for f in gc.callbacks if not any(f is c for c in self.callbacks)]

    def _before_collecting(self, phase, _):
        if phase == "start":
            self.collecting = True

    def _after_collecting(self, phase, _):
        if phase == "stop":
            self.collecting = False

    def _trace(self, frame, event, arg):
        if self.collecting or frame.f_code is self.callbacks[0].__code__:
            return None
        if _in_numpy(frame) and _in_numpy(frame.f_back):
            return None
        self.steps += 1
        return self._trace


class Held:
    """Stores the peak of the bytes allocated in a block in ``most``, as a context manager.

    This includes the bytes of NumPy's arrays. If ``wanted`` is false, nothing is measured.
    """

    def __init__(self, wanted=True):
        self.wanted, self.most = wanted, 0

    def __enter__(self):
        if self.wanted:
            self.ours = not tracemalloc.is_tracing()
            if self.ours:
                tracemalloc.start()
            tracemalloc.reset_peak()
            self.before = tracemalloc.get_traced_memory()[0]

    def __exit__(self, *_):
        if self.wanted and tracemalloc.is_tracing():
            self.most = max(0, tracemalloc.get_traced_memory()[1] - self.before)
            if self.ours:
                tracemalloc.stop()


LENT = {c.__name__: c for c in (Steps, Held, Failed, Tensor)}  # drivers needn't import them


def _bytes_of(args):
    """Return the number of bytes of the arrays among the arguments."""
    return sum(v.nbytes for v in args.values() if type(v) is np.ndarray)


def _in_numpy(frame):
    """Return whether a frame runs code of NumPy."""
    return frame is not None and frame.f_code.co_filename.startswith(NUMPY)


def parts_of(value, n_parts, f=None):
    """Return descriptions of the values of an answer, at most one more than expected."""
    return [describe(v, f) for v in _split(value, n_parts)]


def _split(value, n_parts):
    """Return the values of an answer; a tuple or list is split if several are expected."""
    if n_parts > 1:
        for kind in (tuple, list):
            if issubclass(type(value), kind):
                return [v for v, _ in zip(kind.__iter__(value), range(n_parts + 1))]  # noqa: B905
    return [value]


def describe(value, f=None):
    """Return a description of one returned value as plain data.

    :param value: The value, which may be hostile.
    :return: ``kind``: array, number, list, tuple, one of `KINDS` or `NAMED`, large, or object;
        ``values``: an array of numbers, or None; ``dtype`` and ``shape`` of the returned value
        (shape None if it has none); ``masked``: the number of masked entries. A `Failed` has
        the kind failed, with ``error`` (as in `observe`) and ``who``; a `Tensor` has the kind
        tensor, and values.
    """
    try:
        with np.errstate(all="ignore"):
            return _described(value, f)
    except KeyboardInterrupt:
        raise
    except BaseException:
        return _as_dict("object")


def _described(value, f):
    """Return a description of a value; a hostile value can make this raise any exception."""
    kind = type(value)
    if kind is Failed:
        return _as_dict("failed") | {"error": _error(value.error, f), "who": str(value.who)}
    if kind is Tensor:
        return _array(value.numbers) | {"kind": "tensor"}
    if issubclass(kind, np.ndarray):
        return _array(value)
    if issubclass(kind, NUMBERS):
        return _number(value)
    for name, sequence in (("list", list), ("tuple", tuple)):
        if issubclass(kind, sequence):
            return _sequence(name, value)
    if kind is range and len(value) <= MOST_NODES:
        return _sequence("list", list(value))
    known = [n for n, k in KINDS.items() if issubclass(kind, k)]
    known += [NAMED[n] for c in type.mro(kind) if (n := _class_name(c)) in NAMED]
    return _as_dict([*known, "object"][0])


def _as_dict(kind, values=None, dtype="", shape=None, masked=0):
    """Return a description as a dict."""
    return {"kind": kind, "values": values, "dtype": dtype, "shape": shape, "masked": masked}


def _array(value):
    """Return a description of an array of any class and dtype."""
    masked = 0
    if issubclass(type(value), np.ma.MaskedArray):
        masked = int(np.ma.getmaskarray(value).sum())
    base = np.ndarray.view(value, np.ndarray)
    about = {"dtype": dtype_name(base.dtype), "shape": list(base.shape), "masked": masked}
    large = base.size > MOST_ENTRIES and base.dtype.kind in "biufc"
    return _as_dict("large" if large else "array", _values(base), **about)


@functools.lru_cache(64)
def dtype_name(dtype):
    """Return a type's name, which NumPy builds again each time."""
    return dtype.name


def _values(base):
    """Return a copy of an array, or None if it is too large or has non-numeric entries."""
    if base.dtype.kind == "O" and base.size <= MOST_NODES:
        numbers = [_leaf(v) for v in base.ravel().tolist()]
        return np.array(numbers).reshape(base.shape) if None not in numbers else None
    if base.dtype.kind not in "biufc" or base.size > MOST_ENTRIES:
        return None
    wide = base.dtype.kind in "fc" and base.dtype.itemsize > 8 * (1 + (base.dtype.kind == "c"))
    plain = base.astype(float if base.dtype.kind == "f" else complex) if wide else base
    native = plain.dtype.newbyteorder("=")
    return np.array(plain, dtype=native, order="C", copy=True)


def _leaf(v):
    """Return a number as a built-in type of Python, None for anything else."""
    if not issubclass(type(v), NUMBERS):
        return None
    if issubclass(type(v), np.generic):
        return v.item() if type(v).__module__ == "numpy" else None
    for kind, exact in EXACTLY.items():
        if issubclass(type(v), kind):
            return _whole(exact(v)) if kind is int else exact(v)
    return None


def _whole(v):
    """Return an integer, as a float or as infinity if it is too large for 64 bits."""
    try:
        return v if -(2**63) <= v < 2**63 else float(v)
    except OverflowError:
        return float("inf") if v > 0 else float("-inf")


def _number(value):
    """Return a description of a single number."""
    v = _leaf(value)
    if v is None:
        return _as_dict("object")
    values = np.array(v)
    kind = type(value)
    name = kind.__name__ if issubclass(kind, np.generic) else dtype_name(values.dtype)
    return _as_dict("number", values, name, [])


def _sequence(name, value):
    """Return a description of a list or tuple of numbers, of lists, or of arrays."""
    try:
        values = np.array(_nested(value, [MOST_NODES], 0))
    except TooLarge:
        return _as_dict("large")
    except ValueError:  # rows of different lengths, or anything but numbers
        return _as_dict(name)
    return _as_dict(name, values, values.dtype.name, list(values.shape))


def _nested(value, budget, depth):
    """Return a sequence as nested lists of numbers; raise ValueError for anything else."""
    budget[0] -= 1
    if budget[0] < 0:
        raise TooLarge
    if depth > MOST_DEPTH:
        raise ValueError("too deep")
    for kind in (list, tuple):
        if issubclass(type(value), kind):
            return [_nested(v, budget, depth + 1) for v in kind.__iter__(value)]
    if issubclass(type(value), np.ndarray):
        return _entries(value, budget)
    if (number := _leaf(value)) is None:
        raise ValueError("not a number")
    return number


def _entries(value, budget):
    """Return an array that is an element of a list as nested lists."""
    base = np.ndarray.view(value, np.ndarray)
    budget[0] -= base.size
    if base.dtype.kind not in "biufc":
        raise ValueError("not numbers")
    if budget[0] < 0:
        raise TooLarge
    return base.tolist()


def _names(kind):
    """Return the names of an exception's classes, with the most specific one first."""
    return [_class_name(c) for c in type.mro(kind)[:-2]][:8]


def _class_name(c):
    """Return the true name of a class, even if its metaclass reports another."""
    return str(type.__getattribute__(c, "__name__"))[:80]


def _error(e, f):
    """Return the names of an exception's classes, its text, and the place that raised it.

    The place is a line of the student's function, counted from its first decorator or `def`,
    and the function's name; or None if the exception was raised elsewhere.
    """
    return [_names(type(e)), _message(e), _method(e, f.f) if type(f) is Driven else _line(e, f)]


def _message(e):
    """Return an exception's text."""
    try:
        # If a power of a float overflows, args is (34, "Numerical result out of range").
        words = str(e.args[1] if isinstance(e, OverflowError) and e.args[1:] else e)
        return words if len(words) <= 300 else f"{words[:299].rpartition(' ')[0]} …"
    except BaseException:
        return ""


def _line(e, f):
    """Return the line at which the exception left the function, and the function's name."""
    where, codes = None, _codes(f)
    for frame, number in _frames(e):
        if frame.f_code in codes:
            where = [number - frame.f_code.co_firstlineno + 1, frame.f_code.co_name[:80]]
    return where


def _method(e, f):
    """Return the line and the name of the student's function that failed inside a driver."""
    files = {code.co_filename for code in _codes(f)}
    own = [(frame.f_code, n) for frame, n in _frames(e) if frame.f_code.co_filename in files]
    own = [one for one in own if not one[0].co_name.startswith("<")] or own  # no <listcomp>
    if not own:
        return None
    code, number = own[-1]
    name = code.co_qualname.rpartition("<locals>.")[2]  # may contain another class's name
    if issubclass(type(f), type):
        name = name.removeprefix(f"{_class_name(f)}.")
    return [number - code.co_firstlineno + 1, name[:80]]


def _codes(f):
    """Return the code of a function, or of a class's methods from the student's module.

    The methods of base classes from a library are not included.
    """
    inside = [f]
    if issubclass(type(f), type):
        about = [type.__getattribute__(c, "__dict__") for c in type.mro(f)]
        home = about[0].get("__module__")
        inside = [v for d in about if d.get("__module__") == home for v in d.values()]
    return [v.__code__ for v in map(_undecorated, inside) if type(v) is types.FunctionType]


def _undecorated(f):
    """Return the function below decorators such as `torch.no_grad()`."""
    for _ in range(MOST_DEPTH):
        if type(f) in (staticmethod, classmethod):
            f = f.__func__
        elif type(f) is property:
            f = f.fget
        elif type(f) is types.FunctionType and "__wrapped__" in f.__dict__:
            f = f.__dict__["__wrapped__"]
    return f


def _frames(e):
    """Yield each frame through which an exception passed, with its line number."""
    at = e.__traceback__
    while at is not None:
        yield at.tb_frame, at.tb_lineno
        at = at.tb_next


def _same(a, b):
    """Return whether an argument is unchanged, bit for bit."""
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and a.dtype == b.dtype and a.tobytes() == b.tobytes()
    if isinstance(a, dict):
        return list(a) == list(b) and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    return bool(a == b) or a != a
