"""Module: parameters, buffers and other modules by name."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..tensor import Tensor, counter, raw

__all__ = ["Module", "Parameter"]


class Parameter(Tensor):
    """A tensor that a module counts among its parameters."""

    __slots__ = ()

    def __init__(self, data: Any, requires_grad: bool = True):
        super().__init__(raw(data), requires_grad)

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"


class Keys(NamedTuple):
    """What ``load_state_dict`` could not place."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not any(self):
            return "<All keys matched successfully>"
        return f"Keys(missing_keys={self[0]}, unexpected_keys={self[1]})"


class Module:
    """Base of all layers: attributes that are Parameters or Modules are found by name.

    A layer calls ``super().__init__()``, sets its parameters as attributes, and computes in
    ``forward``.

    Attributes
    ----------
    training : bool
        Whether layers that behave differently while training do so.

    >>> class Scale(Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = Parameter([2.0])
    ...
    ...     def forward(self, x):
    ...         return x * self.factor
    >>> [name for name, _ in Scale().named_parameters()]
    ['factor']
    """

    training: bool

    def __init__(self) -> None:
        self.__dict__.update(_parameters={}, _buffers={}, _modules={}, training=True)

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if "_parameters" not in own:
            raise AttributeError(
                f"{type(self).__name__}: call super().__init__() before setting {name}"
            )
        for kind, store in ((Parameter, "_parameters"), (Module, "_modules")):
            if isinstance(value, kind):
                self._put(store, name, value)
                return
            if name in own[store]:
                self._replace(store, kind, name, value)
                return
        if name in own["_buffers"]:
            own["_buffers"][name] = value
        else:
            own[name] = value

    def _replace(self, store: str, kind: type, name: str, value: Any) -> None:
        """Set a parameter or module to None; anything else is a mistake."""
        if value is not None:
            raise TypeError(
                f"{type(self).__name__}.{name}: expected {kind.__name__} or None, "
                f"got {type(value).__name__}"
            )
        self.__dict__[store][name] = None

    def _put(self, store: str, name: str, value: Any) -> None:
        """Keep a value in one store, and drop its name from the others."""
        self._forget(name, keep=store)
        self.__dict__[store][name] = value

    def _forget(self, name: str, keep: str = "") -> None:
        """Drop a name wherever it stands, but for one store."""
        self.__dict__.pop(name, None)
        for store in ("_parameters", "_buffers", "_modules"):
            if store != keep:
                self.__dict__[store].pop(name, None)

    def __getattr__(self, name: str) -> Any:
        for store in ("_parameters", "_buffers", "_modules"):
            if name in self.__dict__.get(store, ()):
                return self.__dict__[store][name]
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __delattr__(self, name: str) -> None:
        getattr(self, name)
        self._forget(name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Compute the output by ``forward``."""
        return self.forward(*args, **kwargs)

    def forward(self, *args: Any) -> Any:
        """Compute the output; each layer has its own."""
        raise NotImplementedError(f"{type(self).__name__}: define forward()")

    # What is in it

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter, or None in the place of one."""
        self._put("_parameters", name, param)

    def register_buffer(self, name: str, tensor: Tensor | None) -> None:
        """Add a tensor that is saved with the module but not trained."""
        self._put("_buffers", name, tensor)

    def add_module(self, name: str, module: Module | None) -> None:
        """Add a module under a name."""
        self._put("_modules", name, module)

    def named_children(self) -> Iterator[tuple[str, Module]]:
        """Direct parts, with names."""
        return ((name, m) for name, m in self._modules.items() if m is not None)

    def children(self) -> Iterator[Module]:
        """Direct parts."""
        return (m for _, m in self.named_children())

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Module]]:
        """Give this module and all parts of parts, each once, with dotted names."""
        seen: set[Module] = set()
        for name, m in self._walk(prefix):
            if m not in seen:
                seen.add(m)
                yield name, m

    def _walk(self, prefix: str) -> Iterator[tuple[str, Module]]:
        """Give this module and all parts of parts, as often as they occur."""
        yield prefix, self
        for name, m in self.named_children():
            yield from m._walk(f"{prefix}.{name}" if prefix else name)

    def modules(self) -> Iterator[Module]:
        """Give this module and all parts of parts."""
        return (m for _, m in self.named_modules())

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """All parameters, each once, with dotted names."""
        return self._named_once("_parameters")

    def named_buffers(self) -> Iterator[tuple[str, Tensor]]:
        """All buffers, each once, with dotted names."""
        return self._named_once("_buffers")

    def _named_once(self, *stores: str) -> Iterator[tuple[str, Tensor]]:
        """The tensors of some kinds, each once."""
        seen: set[Tensor] = set()
        for name, tensor in self._named(self.named_modules(), *stores):
            if tensor not in seen:
                seen.add(tensor)
                yield name, tensor

    @staticmethod
    def _named(modules: Iterator, *stores: str) -> Iterator[tuple[str, Tensor]]:
        """The tensors of some kinds, with dotted names."""
        for prefix, m in modules:
            for store in stores:
                for name, tensor in m.__dict__[store].items():
                    if tensor is not None:
                        yield f"{prefix}.{name}" if prefix else name, tensor

    def parameters(self) -> Iterator[Parameter]:
        """All parameters."""
        return (p for _, p in self.named_parameters())

    def buffers(self) -> Iterator[Tensor]:
        """All buffers."""
        return (b for _, b in self.named_buffers())

    # Saving and loading

    def state_dict(self) -> OrderedDict[str, Tensor]:
        """Give parameters and buffers by dotted name; they share the module's memory."""
        named = self._named(self._walk(""), "_parameters", "_buffers")
        return OrderedDict((name, tensor.detach()) for name, tensor in named)

    def load_state_dict(self, state_dict: Mapping[str, Any], strict: bool = True) -> Keys:
        """Copy values into parameters and buffers.

        Parameters
        ----------
        state_dict : mapping of str to Tensor or array
            As ``state_dict`` gives it; torch's, turned into arrays, fits too.
        strict : bool
            Whether missing and unexpected names are an error.

        Returns
        -------
        Keys
            The missing and the unexpected names.

        Raises
        ------
        RuntimeError
            If a shape differs, or a name with ``strict``; nothing is copied then.
        """
        own = self.state_dict()
        keys = Keys(
            [k for k in own if k not in state_dict], [k for k in state_dict if k not in own]
        )
        new = {k: np.asarray(raw(state_dict[k])) for k in own if k in state_dict}
        problems = _key_problems(keys) if strict else []
        problems += [
            f"size mismatch for {k}: copying a param with shape {v.shape} from checkpoint, "
            f"the shape in current model is {own[k].shape}."
            for k, v in new.items()
            if v.shape != own[k].shape
        ]
        if problems:
            lines = "".join(f"\n\t{problem}" for problem in problems)
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:{lines}"
            )
        for k, v in new.items():
            own[k].array[...] = v
            counter(own[k])[0] += 1
        return keys

    # Changing all parts at once

    def apply(self, fn: Callable[[Module], Any]) -> Module:
        """Call fn with every part, then with this module."""
        for m in self.children():
            m.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Module:
        """Set ``training`` here and in all parts."""
        for m in self.modules():
            m.training = mode
        return self

    def eval(self) -> Module:
        """Set ``training`` to False here and in all parts."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        """Ask for gradients of all parameters, or stop asking."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or set them to 0."""
        zero_grad(self.parameters(), set_to_none)

    def to(self, dtype: Any) -> Module:
        """Change the dtype of all floating-point parameters and buffers."""
        for t in (*self.parameters(), *self.buffers()):
            if t.dtype.kind == "f":
                t.data = t.array.astype(dtype)
                t.grad = None if t.grad is None else t.grad.to(dtype)
        return self

    def float(self) -> Module:
        """Change to float32."""
        return self.to(np.float32)

    def double(self) -> Module:
        """Change to float64."""
        return self.to(np.float64)

    def extra_repr(self) -> str:
        """Describe the options, for printing."""
        return ""

    def __repr__(self) -> str:
        head, extra = type(self).__name__, self.extra_repr()
        parts = [f"({name}): {m!r}" for name, m in self._modules.items()]
        if not parts:
            return f"{head}({extra})"
        lines = [*extra.splitlines(), *parts]
        body = "".join("\n  " + line.replace("\n", "\n  ") for line in lines)
        return f"{head}({body}\n)"


def zero_grad(params: Iterator[Tensor], set_to_none: bool = True) -> None:
    """Forget gradients, or set them to 0."""
    for p in params:
        if set_to_none:
            p.grad = None
        elif p.grad is not None:
            p.grad = Tensor(np.zeros_like(p.grad.array))


def _key_problems(keys: Keys) -> list[str]:
    """What to say about names that do not match."""
    said = (("Missing", keys.missing_keys), ("Unexpected", keys.unexpected_keys))
    return [
        f"{kind} key(s) in state_dict: {', '.join(f'{k!r}' for k in names)}. ".replace("'", '"')
        for kind, names in said
        if names
    ]
