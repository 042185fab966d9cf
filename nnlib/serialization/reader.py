"""Read data from pickle's second protocol, opcode by opcode, without ``pickle``.

A pickle is a program for a machine with a stack and a memo. This machine has only the
instructions that data needs. Of the five that could reach code, ``GLOBAL`` looks names up in a
table and imports nothing; ``REDUCE`` calls the makers of that table, which check what they
get; ``NEWOBJ`` makes an empty module; ``BUILD`` sets its attributes, but no method;
``BINPERSID`` reads a storage. What the program itself has named by ``safe_globals`` is called
as the file says.
"""

from __future__ import annotations

import pickle
import pickletools
import struct
from collections import OrderedDict
from collections.abc import Callable
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

__all__ = ["Reader"]


class Reader:
    """The machine that makes the data of one pickle.

    Parameters
    ----------
    data : bytes
        The pickle.
    storage : function
        Gives the storage for a persistent id.
    """

    def __init__(self, data: bytes, storage: Callable[[Any], Any]):
        self.data, self.at, self.storage = data, 0, storage
        self.stack: list[Any] = []
        self.marked: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.empty: dict[int, Any] = {}  # modules that were made and not yet filled
        self.filled: dict[int, Any] = {}
        self.copied = 0  # characters and items that makers have copied
        self.outside = False  # whether what runs is the program's own
        self.own, self.names = added(), known()
        self.trusted = {id(x) for x in self.own.values()}

    def load(self) -> Any:
        """Run to the end, and give what lies on the stack there."""
        try:
            check(self.data[:2] == b"\x80\x02", "data.pkl is no pickle of protocol 2")
            while (opcode := self.take(1)) != pickle.STOP:
                if opcode not in INSTRUCTIONS:
                    name = pickletools.code2op.get(opcode.decode("latin1"))
                    name = name.name if name else repr(opcode)
                    raise refuse(f"instruction {name} is not one that data needs")
                INSTRUCTIONS[opcode](self)
            check(not self.empty, "a module was left without attributes")
            check_parts(self.filled)
            return self.stack.pop()
        except FAULTS as error:
            if self.outside:
                raise
            raise refuse(f"data.pkl is damaged at byte {self.at}: {error!r}") from error

    def take(self, n: int) -> bytes:
        """The next n bytes."""
        check(n <= len(self.data) - self.at, "data.pkl ends too early")
        self.at += n
        return self.data[self.at - n : self.at]

    def ask(self, function: Callable, *args: Any) -> Any:
        """Call what the program has given, whose errors are its own affair."""
        self.outside = True
        found = function(*args)
        self.outside = False
        return found

    def number(self, n: int, signed: bool = False) -> int:
        """The next n bytes as an integer."""
        return int.from_bytes(self.take(n), "little", signed=signed)

    def line(self) -> str:
        """The text up to the end of the line."""
        end = self.data.index(b"\n", self.at)
        return self.take(end + 1 - self.at)[:-1].decode()

    def push(self, value: Any) -> None:
        """Put a value on the stack."""
        self.stack.append(value)

    def top(self, kind: type) -> Any:
        """Return the top of the stack, which must be of one type or a trusted one."""
        found = self.stack[-1]
        right = isinstance(found, kind) or id(type(found)) in self.trusted
        check(right, f"a {type(found).__name__} lies where a {kind.__name__} should")
        return found

    def mark(self) -> None:
        """Begin a new stack."""
        self.marked.append(self.stack)
        self.stack = []

    def since_mark(self) -> list[Any]:
        """All values of this stack, and back to the one before."""
        found, self.stack = self.stack, self.marked.pop()
        return found

    def tuple_of(self, n: int) -> None:
        """Put the last n values into a tuple."""
        check(len(self.stack) >= n, "a tuple lacks values")
        self.stack[-n:] = [tuple(self.stack[-n:])]

    def extend(self, values: list[Any]) -> None:
        """Add values to a list."""
        self.top(list).extend(values)

    def update(self, values: list[Any]) -> None:
        """Add keys and values, in turn, to a dict."""
        target = self.top(dict)
        check(len(values) % 2 == 0, "a key has no value")
        for key, value in zip(values[::2], values[1::2], strict=True):
            target[checked_key(key)] = value

    # What could reach code

    def look_up(self) -> None:
        """GLOBAL: the class or function of a name, if it is in the table."""
        module, name = self.line(), self.line()
        path = f"{'builtins' if module == '__builtin__' else module}.{name}"
        if path in self.names:
            return self.push(self.names[path])
        if path in self.own:
            return self.push(self.own[path])
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

    def call(self) -> None:
        """REDUCE: what a maker makes, or a function that the program trusts."""
        args, what = self.stack.pop(), self.stack.pop()
        check(type(args) is tuple, "arguments are no tuple")
        trusted = id(what) in self.trusted
        may = trusted or (callable(what) and what in MAKERS)
        check(may, f"a {said(what)} may not be called")
        if not trusted:  # a list in the file may be copied, but not again and again
            sized = (str, bytes, list, tuple, dict)
            self.copied += sum(len(x) for x in args if isinstance(x, sized))
            check(self.copied <= 8 * len(self.data), "the same values are copied over and over")
        self.push(self.ask(what, *args) if trusted else MAKERS[what](*args))

    def new(self) -> None:
        """NEWOBJ: an empty module, or an object of a class that the program trusts."""
        args, kind = self.stack.pop(), self.stack.pop()
        check(type(args) is tuple, "arguments are no tuple")
        check(isinstance(kind, type), f"a {said(kind)} is no class")
        trusted = id(kind) in self.trusted
        check(
            trusted or (issubclass(kind, Registry) and not args),
            f"no object of {kind.__name__} may be made so",
        )
        made = self.ask(kind.__new__, kind, *args)
        if not trusted:
            self.empty[id(made)] = made
        self.push(made)

    def build(self) -> None:
        """BUILD: give an object its attributes."""
        state, target = self.stack.pop(), self.stack[-1]
        kind = type(target)
        if id(kind) in self.trusted:
            self.ask(set_state, target, state)
        elif kind is OrderedDict:
            fill_ordered(target, state)
        else:
            check(isinstance(target, Registry), f"a {kind.__name__} takes no attributes")
            fill_module(target, state)
            self.empty.pop(id(target), None)
            self.filled[id(target)] = target


def said(x: Any) -> str:
    """Return what to call a value of which nothing may be asked, not even its repr."""
    return f"class {x.__qualname__}" if isinstance(x, type) else type(x).__name__


def set_state(target: Any, state: Any) -> None:
    """Set the attributes of an object that the program trusts, as ``pickle`` does."""
    if hasattr(target, "__setstate__"):
        target.__setstate__(state)
        return
    slots = {}
    if type(state) is tuple and len(state) == 2:
        state, slots = state
    if state:
        check(type(state) is dict, f"the state of {type(target).__name__} is no dict")
        target.__dict__.update(state)
    for name, value in (slots or {}).items():
        setattr(target, name, value)


FAULTS = (
    *(IndexError, KeyError, TypeError, ValueError, AttributeError),
    *(OverflowError, MemoryError, struct.error),
)
INSTRUCTIONS: dict[bytes, Callable[[Reader], None]] = {
    pickle.PROTO: lambda r: check(r.number(1) == 2, "data.pkl is no pickle of protocol 2"),
    pickle.NONE: lambda r: r.push(None),
    pickle.NEWTRUE: lambda r: r.push(True),
    pickle.NEWFALSE: lambda r: r.push(False),
    pickle.BININT: lambda r: r.push(r.number(4, signed=True)),
    pickle.BININT1: lambda r: r.push(r.number(1)),
    pickle.BININT2: lambda r: r.push(r.number(2)),
    pickle.LONG1: lambda r: r.push(r.number(r.number(1), signed=True)),
    pickle.LONG4: lambda r: r.push(r.number(r.number(4), signed=True)),
    pickle.BINFLOAT: lambda r: r.push(*struct.unpack(">d", r.take(8))),
    pickle.BINUNICODE: lambda r: r.push(str(r.take(r.number(4)), "utf-8", "surrogatepass")),
    pickle.EMPTY_TUPLE: lambda r: r.push(()),
    pickle.EMPTY_LIST: lambda r: r.push([]),
    pickle.EMPTY_DICT: lambda r: r.push({}),
    pickle.MARK: Reader.mark,
    pickle.POP_MARK: Reader.since_mark,
    pickle.TUPLE: lambda r: r.push(tuple(r.since_mark())),
    pickle.TUPLE1: lambda r: r.tuple_of(1),
    pickle.TUPLE2: lambda r: r.tuple_of(2),
    pickle.TUPLE3: lambda r: r.tuple_of(3),
    pickle.APPEND: lambda r: r.extend([r.stack.pop()]),
    pickle.APPENDS: lambda r: r.extend(r.since_mark()),
    pickle.SETITEM: lambda r: r.update([r.stack.pop(-2), r.stack.pop()]),
    pickle.SETITEMS: lambda r: r.update(r.since_mark()),
    pickle.BINGET: lambda r: r.push(r.memo[r.number(1)]),
    pickle.LONG_BINGET: lambda r: r.push(r.memo[r.number(4)]),
    pickle.BINPUT: lambda r: r.memo.update({r.number(1): r.stack[-1]}),
    pickle.LONG_BINPUT: lambda r: r.memo.update({r.number(4): r.stack[-1]}),
    pickle.BINPERSID: lambda r: r.push(r.ask(r.storage, r.stack.pop())),
    pickle.GLOBAL: Reader.look_up,
    pickle.REDUCE: Reader.call,
    pickle.NEWOBJ: Reader.new,
    pickle.BUILD: Reader.build,
}
