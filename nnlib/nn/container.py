"""Containers for modules and parameters."""

from __future__ import annotations

import operator
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from itertools import groupby
from typing import Any

from ..tensor import Tensor
from .module import Module, Parameter, framed

__all__ = ["Identity", "ModuleDict", "ModuleList", "ParameterList", "Sequential"]


class Identity(Module):
    """Return the input unchanged; the constructor ignores its arguments."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__()

    def forward(self, input: Any) -> Any:
        """Return the input."""
        return input


class Series(Module):
    """Base class for Sequential and ModuleList: a series of modules named 0, 1, 2 ..."""

    def append(self, module: Module) -> Series:
        """Add a module at the end."""
        self.add_module(str(len(self)), self._checked(module))
        return self

    def extend(self, modules: Iterable[Module]) -> Series:
        """Add several modules at the end."""
        if not isinstance(modules, Iterable):
            name, kind = type(self).__name__, type(modules).__name__
            raise TypeError(f"{name}.extend: expected an iterable of modules, got {kind}")
        for module in list(modules):
            self.append(module)
        return self

    def insert(self, index: int, module: Module) -> Series:
        """Insert a module before the module at an index."""
        if not -len(self) <= index <= len(self):
            self._refuse(index, len(self))
        modules = list(self)
        modules.insert(index, self._checked(module))
        self._number(modules)
        return self

    def pop(self, key: int | slice) -> Module:
        """Remove the module at an index, and return it."""
        module = self[key]
        del self[key]
        return module

    def _checked(self, module: Any) -> Module:
        """Return the argument if it is a module; otherwise, raise TypeError."""
        if not isinstance(module, Module):
            name, kind = type(self).__name__, type(module).__name__
            if isinstance(module, type):
                kind = f"the class {module.__name__}; write {module.__name__}(...)"
            elif isinstance(module, (list, tuple)):
                kind = f"{kind}; unpack it with *"
            raise TypeError(f"{name}: expected modules, got {kind}")
        return module

    def _number(self, modules: list[Module]) -> None:
        """Register modules, named by their indices."""
        self._modules = {str(i): m for i, m in enumerate(modules)}

    def _name(self, index: int) -> str:
        """Return the name of the module at an index."""
        if not -len(self) <= operator.index(index) < len(self):
            self._refuse(index, len(self) - 1)
        return list(self._modules)[index]

    def _refuse(self, index: int, last: int) -> None:
        """Raise IndexError for an index out of range; ``last`` is the largest valid index."""
        name, first = type(self).__name__, -len(self)
        raise IndexError(f"{name}: expected an index in [{first}, {last}], got {index}")

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return self._part(index)
        return self._modules[self._name(index)]

    def __setitem__(self, index: int, module: Module) -> None:
        self._modules[self._name(index)] = self._checked(module)

    def __delitem__(self, index: int | slice) -> None:
        names = list(self._modules)[index] if isinstance(index, slice) else [self._name(index)]
        self._number([m for name, m in self._modules.items() if name not in names])

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Module]:
        return iter(self._modules.values())

    def __iadd__(self, other: Iterable[Module]) -> Series:
        return self.extend(other)


class Sequential(Series):
    """Apply modules in sequence.

    Parameters
    ----------
    *args : Module, or one OrderedDict of str to Module
        The modules, named by their positions or by the keys of the OrderedDict.

    >>> from nnlib.nn import Linear, ReLU
    >>> Sequential(Linear(4, 3), ReLU())
    Sequential(
      (0): Linear(in_features=4, out_features=3, bias=True)
      (1): ReLU()
    )
    """

    def __init__(self, *args: Module | OrderedDict[str, Module]):
        super().__init__()
        if len(args) == 1 and isinstance(args[0], OrderedDict):
            for name, module in args[0].items():
                self.add_module(name, self._checked(module))
        else:
            self.extend(args)

    def forward(self, input: Any) -> Any:
        """Apply all modules in order."""
        for module in self._modules.values():
            input = module(input)
        return input

    def _part(self, index: slice) -> Sequential:
        """Return a Sequential with a slice of the modules, which keep their names."""
        return type(self)(OrderedDict(list(self._modules.items())[index]))

    def __add__(self, other: Sequential) -> Sequential:
        if not isinstance(other, Sequential):
            kind = type(other).__name__
            raise ValueError(f"Sequential: expected a Sequential after +, got {kind}")
        return Sequential(*self, *other)

    def __mul__(self, times: int) -> Sequential:
        if not isinstance(times, int):
            return NotImplemented
        if times <= 0:
            raise ValueError(f"Sequential: expected a positive number after *, got {times}")
        return Sequential(*list(self) * times)

    def __rmul__(self, times: int) -> Sequential:
        return self * times

    def __imul__(self, times: int) -> Sequential:
        self._number(list(self * times))
        return self


class ModuleList(Series):
    """A list of modules, to be used as an attribute of a module.

    >>> from nnlib.nn import ReLU
    >>> ModuleList(ReLU() for _ in range(3))
    ModuleList(
      (0-2): 3 x ReLU()
    )
    """

    def __init__(self, modules: Iterable[Module] | None = None):
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def _part(self, index: slice) -> ModuleList:
        """Return a ModuleList with a slice of the modules."""
        return type(self)(list(self)[index])

    def forward(self, *args: Any) -> Any:
        """Raise an error, because a ModuleList only stores modules."""
        raise NotImplementedError(
            "ModuleList can't be called, because it only stores modules; loop over them in "
            "forward(), or use Sequential"
        )

    def __add__(self, other: Iterable[Module]) -> ModuleList:
        return ModuleList(self).extend(other)

    def __repr__(self) -> str:
        parts, start = [], 0
        for text, group in groupby(map(repr, self)):
            n = len(list(group))
            span, times = (f"{start}-{start + n - 1}", f"{n} x ") if n > 1 else (start, "")
            parts.append(f"({span}): {times}{text}")
            start += n
        return framed(type(self).__name__, "", parts)


class ModuleDict(Module, MutableMapping):
    """An ordered dictionary of modules, to be used as an attribute of a module.

    >>> from nnlib.nn import ReLU, Tanh
    >>> list(ModuleDict({"relu": ReLU(), "tanh": Tanh()}))
    ['relu', 'tanh']
    """

    __eq__, __hash__ = object.__eq__, object.__hash__  # compare by identity, unlike a mapping

    def __init__(self, modules: Mapping[str, Module] | Iterable | None = None):
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Module:
        return self._modules[key]

    def __setitem__(self, key: str, module: Module) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)


def _shown(value: Any) -> str:
    """Return the type of a value, and the dtype and shape of a Tensor, for printing."""
    if not isinstance(value, Tensor):
        return f"Object of type: {type(value).__name__}"
    size = "x".join(map(str, value.shape))
    kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
    return f"{kind} containing: [{value.dtype} of size {size}]"


class ParameterList(Module):
    """A list of parameters, to be used as an attribute of a module.

    Tensors become parameters. Any other value is stored unchanged.

    >>> [p.shape for p in ParameterList([Tensor([1.0, 2.0])]).parameters()]
    [(2,)]
    """

    def __init__(self, values: Iterable[Any] | None = None):
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def _names(self) -> list[str]:
        """Return the names of the values."""
        return [str(i) for i in range(self._size)]

    def _store(self, name: str, value: Any) -> None:
        """Store a value under a name; a Tensor becomes a Parameter."""
        if isinstance(value, Tensor) and not isinstance(value, Parameter):
            value = Parameter(value)
        setattr(self, name, value)

    def extra_repr(self) -> str:
        """Return a description of the values, one per line, for printing."""
        return "\n".join(f"  ({name}): {_shown(getattr(self, name))}" for name in self._names())

    def append(self, value: Any) -> ParameterList:
        """Add a value at the end."""
        self._store(str(self._size), value)
        self._size += 1
        return self

    def extend(self, values: Iterable[Any]) -> ParameterList:
        """Add several values at the end."""
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            kind = type(values).__name__
            raise TypeError(f"ParameterList.extend: expected an iterable of values, got {kind}")
        for value in list(values):
            self.append(value)
        return self

    def _name(self, index: int) -> str:
        """Return the name of the value at an index."""
        n = self._size
        if not -n <= operator.index(index) < n:
            raise IndexError(f"ParameterList: expected index in [{-n}, {n - 1}], got {index}")
        return str(index % n)

    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            return type(self)(list(self)[index])
        return getattr(self, self._name(index))

    def __setitem__(self, index: int, value: Any) -> None:
        self._store(self._name(index), value)

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[Any]:
        return (getattr(self, name) for name in self._names())

    def __iadd__(self, values: Iterable[Any]) -> ParameterList:
        return self.extend(values)
