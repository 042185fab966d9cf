"""An unpickler that executes only listed instructions and finds only listed names.

A pickle is a program for a machine with a stack and a memo. ``pickle.Unpickler`` can restrict
the names that a file uses, but it still sets attributes (``BUILD``) on any object, and
allocates as large a memo as the file says. The standard library also has this machine in
Python (``pickle._Unpickler``), and there each instruction can be left out or replaced.
"""

from __future__ import annotations

import pickle
import pickletools
from collections.abc import Callable
from io import BytesIO
from typing import Any, ClassVar

__all__ = ["DataUnpickler"]

PROTOCOL_2 = (
    "PROTO NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT BINUNICODE "
    "EMPTY_TUPLE EMPTY_LIST EMPTY_DICT MARK POP_MARK TUPLE TUPLE1 TUPLE2 TUPLE3 APPEND APPENDS "
    "SETITEM SETITEMS BINGET LONG_BINGET BINPUT LONG_BINPUT BINPERSID GLOBAL REDUCE NEWOBJ "
    "BUILD STOP"
)


class DataUnpickler(pickle._Unpickler):
    """An unpickler that executes only listed instructions, with names that subclasses allow.

    ``instructions`` lists those that are carried out; a subclass replaces one by a method of
    the name that the standard library gives to it.
    """

    instructions: ClassVar[str] = PROTOCOL_2

    def __init_subclass__(cls) -> None:
        codes = [getattr(pickle, name)[0] for name in cls.instructions.split()]
        methods = {code: pickle._Unpickler.dispatch[code].__name__ for code in codes}
        cls.dispatch = Instructions({k: getattr(cls, name) for k, name in methods.items()})

    def __init__(self, data: bytes, **options: Any):
        self.source = Source(data)
        super().__init__(self.source, **options)


class Source(BytesIO):
    """The bytes of a pickle; reading beyond their end is an error."""

    def read(self, n: int) -> bytes:
        """Return the next n bytes."""
        data = super().read(n)
        if len(data) < n:
            raise EOFError("it ends too early")
        return data

    def readline(self) -> bytes:
        """Return the bytes up to and including the end of the line."""
        line = super().readline()
        if not line.endswith(b"\n"):
            raise EOFError("it ends within a name")
        return line


class Instructions(dict[int, Callable]):
    """The methods that execute the instructions of a pickle, by their codes."""

    def __missing__(self, code: int) -> Callable:
        opcode = pickletools.code2op.get(chr(code))
        name = opcode.name if opcode else bytes([code])
        raise pickle.UnpicklingError(f"instruction {name} is not one that data needs")
