"""An unpickler for files of ``save`` and torch, which cannot run code from the file.

Five instructions of a pickle could reach code. Here ``GLOBAL`` looks names up in a table and
imports nothing; ``REDUCE`` calls functions of that table, which check their arguments;
``NEWOBJ`` makes an empty module; ``BUILD`` sets its attributes, but no method; ``BINPERSID``
reads a storage. Only what the program itself allows by ``safe_globals`` is called as the file
says.
"""

from __future__ import annotations

import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable
from functools import partialmethod
from typing import Any

from ..nn.registry import Registry
from .allowed import NEVER, added
from .rebuild import (
    MAKERS,
    check,
    check_parts,
    checked_key,
    fill_module,
    fill_ordered,
    known,
    refuse,
)
from .unpickler import DataUnpickler

__all__ = ["Reader"]

FAULTS = (
    *(IndexError, KeyError, TypeError, ValueError, AttributeError, pickle.UnpicklingError),
    *(OverflowError, MemoryError, EOFError, struct.error),
)


class Reader(DataUnpickler):
    """The machine that makes the data of one pickle.

    Parameters
    ----------
    data : bytes
        The pickle.
    storage : function
        Gives the storage for a persistent id.
    """

    def __init__(self, data: bytes, storage: Callable[[Any], Any]):
        super().__init__(data)
        self.data, self.storage = data, storage
        self.empty: dict[int, Any] = {}  # modules that are created but have no attributes yet
        self.filled: dict[int, Any] = {}
        self.copied = 0  # characters and items copied so far
        self.outside = False  # whether the program's own code is running
        self.own, self.names = added(), known()
        self.trusted = {id(x) for x in self.own.values()}

    def load(self) -> Any:
        """Return the object that the pickle describes."""
        try:
            check(self.data[:2] == b"\x80\x02", "data.pkl is no pickle of protocol 2")
            found = super().load()
            check(not self.empty, "a module was left without attributes")
            check_parts(self.filled)
            return found
        except FAULTS as error:
            if self.outside or str(error).startswith("load: "):
                raise
            reason = error if isinstance(error, pickle.UnpicklingError) else repr(error)
            at = self.source.tell()
            raise refuse(f"data.pkl is damaged at byte {at}: {reason}") from error

    def ask(self, function: Callable, *args: Any) -> Any:
        """Return what a function of the program returns; its errors are passed on unchanged."""
        self.outside = True
        found = function(*args)
        self.outside = False
        return found

    def top(self, kind: type) -> Any:
        """Return the top of the stack, after checking that it is of a type or trusted."""
        found = self.stack[-1]
        right = isinstance(found, kind) or id(type(found)) in self.trusted
        check(right, f"a {type(found).__name__} lies where a {kind.__name__} should")
        return found

    def load_proto(self) -> None:
        """Raise an error unless the pickle has protocol 2."""
        check(self.read(1) == b"\2", "data.pkl is no pickle of protocol 2")

    def load_tuple1(self, n: int = 1) -> None:
        """Replace the n topmost values of the stack by a tuple of them."""
        check(len(self.stack) >= n, "a tuple lacks values")
        self.stack[-n:] = [tuple(self.stack[-n:])]

    load_tuple2 = partialmethod(load_tuple1, 2)
    load_tuple3 = partialmethod(load_tuple1, 3)

    def load_append(self) -> None:
        """Append a value to a list."""
        value = self.stack.pop()
        self.top(list).append(value)

    def load_appends(self) -> None:
        """Append values to a list."""
        values = self.pop_mark()
        self.top(list).extend(values)

    def load_setitem(self) -> None:
        """Set one item of a dict."""
        value, key = self.stack.pop(), self.stack.pop()
        self.top(dict)[checked_key(key)] = value

    def load_setitems(self) -> None:
        """Set several items of a dict."""
        values = self.pop_mark()
        target = self.top(dict)
        check(len(values) % 2 == 0, "a key has no value")
        for key, value in zip(values[::2], values[1::2], strict=True):
            target[checked_key(key)] = value

    # Instructions that could reach code

    def persistent_load(self, pid: Any) -> Any:
        """Return the storage for a persistent id."""
        return self.ask(self.storage, pid)

    def find_class(self, module: str, name: str) -> Any:
        """Return the class or function of a name; raise an error if it is not allowed."""
        path = f"{'builtins' if module == '__builtin__' else module}.{name}"
        if path in self.names:
            return self.names[path]
        if path in self.own:
            return self.own[path]
        path, hint = path if path.isprintable() else ascii(path), ""
        if module.partition(".")[0] not in (*NEVER, "__builtin__", "builtins"):
            hint = (
                "; if you trust it however the file calls it, allow it by "
                f"nnlib.serialization.add_safe_globals([{name}]) or safe_globals"
            )
        if module.startswith("nnlib."):
            hint = "; if it is a module of this library, import what holds it before"
        if module.startswith("torch.nn."):
            hint = "; save model.state_dict() in the place of a whole model of torch"
        raise refuse(f"the file asks for {path}, which is not allowed{hint}")

    def load_reduce(self) -> None:
        """Push the result of calling an allowed function on the stack."""
        args, what = self.stack.pop(), self.stack.pop()
        check(type(args) is tuple, "arguments are no tuple")
        trusted = id(what) in self.trusted
        may = trusted or (callable(what) and what in MAKERS)
        check(may, f"a {type_name(what)} may not be called")
        if not trusted:  # a list in the file may be copied, but not again and again
            sized = (str, bytes, list, tuple, dict)
            self.copied += sum(len(x) for x in args if isinstance(x, sized))
            check(self.copied <= 8 * len(self.data), "the same values are copied over and over")
        self.append(self.ask(what, *args) if trusted else MAKERS[what](*args))

    def load_newobj(self) -> None:
        """Push an empty module, or an object of an allowed class, on the stack."""
        args, kind = self.stack.pop(), self.stack.pop()
        check(type(args) is tuple, "arguments are no tuple")
        check(isinstance(kind, type), f"a {type_name(kind)} is no class")
        trusted = id(kind) in self.trusted
        check(
            trusted or (issubclass(kind, Registry) and not args),
            f"no object of {kind.__name__} may be made so",
        )
        made = self.ask(kind.__new__, kind, *args)
        if not trusted:
            self.empty[id(made)] = made
        self.append(made)

    def load_build(self) -> None:
        """Set the attributes of the object on top of the stack."""
        state, target = self.stack[-1], self.stack[-2]
        kind = type(target)
        if id(kind) in self.trusted:
            plain = state[0] if type(state) is tuple and len(state) == 2 else state or {}
            right = type(plain) in (dict, type(None)) or hasattr(target, "__setstate__")
            check(right, f"the state of {kind.__name__} is no dict")
            return self.ask(super().load_build)
        self.stack.pop()
        if kind is OrderedDict:
            fill_ordered(target, state)
        else:
            check(isinstance(target, Registry), f"a {kind.__name__} takes no attributes")
            fill_module(target, state)
            self.empty.pop(id(target), None)
            self.filled[id(target)] = target


def type_name(x: Any) -> str:
    """Return the name of a value's type, without calling any code of the value."""
    return f"class {x.__qualname__}" if isinstance(x, type) else type(x).__name__
