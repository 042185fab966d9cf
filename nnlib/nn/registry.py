"""Registry, the base class of Module, which stores parameters, buffers and modules by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..left_out import why
from ..tensor import Tensor
from .parameter import Buffer, Parameter

__all__ = ["Registry", "joined"]

Named = Iterator[tuple[str, Any]]
STORES = ("_parameters", "_buffers", "_modules")


class Registry:
    """Base class that stores parameters, buffers and modules in separate dictionaries.

    ``_parameters``, ``_buffers`` and ``_modules`` map names to them, and ``_unsaved`` contains
    the names of buffers that aren't saved.
    """

    def __init__(self) -> None:
        self.__dict__.update(_parameters={}, _buffers={}, _modules={}, _unsaved=set())

    def __setattr__(self, name: str, value: Any) -> None:
        attributes = self.__dict__
        if "_modules" not in attributes:
            if isinstance(value, (Tensor, Registry)):
                raise AttributeError(
                    f"{type(self).__name__}: call super().__init__() before setting {name}"
                )
            super().__setattr__(name, value)
        elif isinstance(value, Parameter):
            self._put("_parameters", name, value)
        elif name in attributes["_parameters"]:
            self._replace("_parameters", Parameter, name, value)
        elif isinstance(value, Registry):
            self._put("_modules", name, value)
        elif name in attributes["_modules"]:
            self._replace("_modules", Registry, name, value)
        elif isinstance(value, Buffer):
            self._put("_buffers", name, value)
            (set.discard if value.persistent else set.add)(self._unsaved, name)
        elif name in attributes["_buffers"]:
            self._replace("_buffers", Tensor, name, value)
        else:
            super().__setattr__(name, value)  # this also sets properties

    def _replace(self, store: str, kind: type, name: str, value: Any) -> None:
        """Replace a parameter, buffer or module; raise TypeError if the type is wrong."""
        if value is not None and not isinstance(value, kind):
            raise TypeError(
                f"{type(self).__name__}.{name}: expected {_word(kind)} or None, "
                f"got {type(value).__name__}"
                + "; use Parameter(...), or copy_() inside no_grad()"
                * (kind is Parameter)
            )
        self.__dict__[store][name] = value

    def _put(self, store: str, name: str, value: Any) -> None:
        """Add a value to one of the three dictionaries, and remove its name from the others."""
        if store != "_modules" and hasattr(type(self), name):
            raise KeyError(f"{type(self).__name__}: attribute {name!r} already exists")
        self._forget(name, keep=store)
        self.__dict__[store][name] = value

    def _forget(self, name: str, keep: str = "") -> None:
        """Remove a name from the attributes and from all three dictionaries except ``keep``."""
        self.__dict__.pop(name, None)
        for store in STORES:
            if store != keep:
                self.__dict__[store].pop(name, None)

    def __getattr__(self, name: str) -> Any:
        for store in STORES:
            if name in self.__dict__.get(store, ()):
                return self.__dict__[store][name]
        reason = why("Module", name)
        raise AttributeError(
            f"{type(self).__name__!r} object has no attribute {name!r}{reason}"
        )

    def __delattr__(self, name: str) -> None:
        if any(name in self.__dict__[store] for store in STORES):
            self._forget(name)
        else:
            super().__delattr__(name)

    def __dir__(self) -> list[str]:
        names = {*super().__dir__(), *self._parameters, *self._buffers, *self._modules}
        return sorted(name for name in names if not name[0].isdigit())

    def _register(self, function: str, store: str, name: str, value: Any, kind: type) -> None:
        """Register a value under a new name, after checking both."""
        if not isinstance(name, str):
            kind = type(name).__name__
            raise TypeError(f"{function}: expected name to be a string, got {kind}")
        if "." in name or not name:
            raise KeyError(f"{function}: expected a non-empty name without dots, got {name!r}")
        if hasattr(self, name) and name not in self.__dict__[store]:
            raise KeyError(f"{function}: attribute {name!r} already exists")
        if not (value is None or isinstance(value, kind)):
            raise TypeError(
                f"{function}: expected {_word(kind)} or None, got {type(value).__name__}"
            )
        self.__dict__[store][name] = value

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter, or None as a placeholder."""
        self._register("register_parameter", "_parameters", name, param, Parameter)

    def register_buffer(
        self, name: str, tensor: Tensor | None, persistent: bool = True
    ) -> None:
        """Add a tensor that isn't trained; if ``persistent``, the state dict contains it."""
        self._register("register_buffer", "_buffers", name, tensor, Tensor)
        (set.discard if persistent else set.add)(self._unsaved, name)

    def add_module(self, name: str, module: Registry | None) -> None:
        """Add a module under a name."""
        self._register("add_module", "_modules", name, module, Registry)

    def register_module(self, name: str, module: Registry | None) -> None:
        """Add a module under a name; the same as ``add_module``."""
        self.add_module(name, module)

    def named_children(self) -> Iterator[tuple[str, Registry]]:
        """Yield the direct submodules, each once, with their names."""
        return _once((name, m) for name, m in self._modules.items() if m is not None)

    def children(self) -> Iterator[Registry]:
        """Yield the direct submodules, each once."""
        return (m for _, m in self.named_children())

    def named_modules(
        self, memo: set | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Registry]]:
        """Yield this module and all submodules with their dotted names.

        Parameters
        ----------
        memo : set, optional
            Modules to skip if ``remove_duplicate`` is True; those yielded are added to the set.
        prefix : str
            Prefix for all names.
        remove_duplicate : bool
            If True, yield each module only once.
        """
        named = self._walk(prefix)
        return _once(named, set() if memo is None else memo) if remove_duplicate else named

    def _walk(self, prefix: str) -> Iterator[tuple[str, Registry]]:
        """Yield this module and all submodules with dotted names, including repetitions."""
        yield prefix, self
        for name, m in self._modules.items():
            if m is not None:
                yield from m._walk(joined(prefix, name))

    def modules(self, remove_duplicate: bool = True) -> Iterator[Registry]:
        """Yield this module and all submodules, by default each once."""
        return (m for _, m in self.named_modules(remove_duplicate=remove_duplicate))

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """Yield parameters with dotted names; ``recurse`` includes submodules."""
        return self._tensors("_parameters", prefix, recurse, remove_duplicate)

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """Yield buffers with dotted names; ``recurse`` includes submodules."""
        return self._tensors("_buffers", prefix, recurse, remove_duplicate)

    def _tensors(self, store: str, prefix: str, recurse: bool, once: bool) -> Named:
        """Return an iterator over the parameters or the buffers, with dotted names."""
        modules = self.named_modules(None, prefix, once) if recurse else [(prefix, self)]
        named = (
            (joined(path, name), tensor)
            for path, m in modules
            for name, tensor in m.__dict__[store].items()
            if tensor is not None
        )
        return _once(named) if once else named

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """Yield all parameters, each once."""
        return (p for _, p in self.named_parameters(recurse=recurse))

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Yield all buffers, each once."""
        return (b for _, b in self.named_buffers(recurse=recurse))

    def get_submodule(self, target: str) -> Registry:
        """Return the submodule with a dotted name; for "", return this module."""
        module = self
        for name in target.split(".") if target else ():
            module = _attribute("get_submodule", module, name, Registry)
        return module

    def get_parameter(self, target: str) -> Parameter:
        """Return the parameter with a dotted name."""
        path, _, name = target.rpartition(".")
        return _attribute("get_parameter", self.get_submodule(path), name, Parameter)

    def get_buffer(self, target: str) -> Tensor:
        """Return the buffer with a dotted name."""
        path, _, name = target.rpartition(".")
        owner = self.get_submodule(path)
        buffer = _attribute("get_buffer", owner, name, Tensor)
        if name not in owner._buffers:
            raise AttributeError(f"get_buffer: {name!r} is not a buffer")
        return buffer


def _word(kind: type) -> str:
    """Return the word that error messages use for a type of attribute."""
    return "Module" if kind is Registry else kind.__name__


def joined(path: str, name: str) -> str:
    """Return two names joined by a dot, or only the name if the path is empty."""
    return f"{path}.{name}" if path else name


def _once(named: Named, yielded: set | None = None) -> Named:
    """Yield each value once, with its first name."""
    yielded = set() if yielded is None else yielded
    for name, x in named:
        if x not in yielded:
            yielded.add(x)
            yield name, x


def _attribute(function: str, owner: Registry, name: str, kind: type) -> Any:
    """Return an attribute; raise AttributeError if it is missing or has a different type."""
    value = getattr(owner, name, owner)
    if value is owner:
        raise AttributeError(f"{function}: {type(owner).__name__} has no attribute {name!r}")
    if not isinstance(value, kind):
        raise AttributeError(f"{function}: {name!r} is not a {_word(kind)}")
    return value
