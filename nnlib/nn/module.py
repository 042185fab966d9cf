"""Module, the base class of all layers and networks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ..device import check_device
from ..device import device as Device
from ..grad_mode import mode, observed
from ..tensor import Tensor, counter, raw, wrap
from .hooks import Handle, call_with_hooks
from .parameter import Buffer, Parameter
from .registry import Registry, joined

__all__ = ["Buffer", "Module", "Parameter"]


class IncompatibleKeys(NamedTuple):
    """The keys that ``load_state_dict`` could not match."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not any(self):
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self[0]}, unexpected_keys={self[1]})"


class Module(Registry):
    """Base class for all layers and networks; it registers their parameters and submodules.

    A layer calls ``super().__init__()``, assigns its parameters to attributes, and defines
    ``forward``.

    Attributes
    ----------
    training : bool
        True in training mode, False in evaluation mode.

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
    _hooks: dict[str, list[Callable]] | None = None  # created with the first hook
    _printed = ""  # the names of the options that extra_repr shows

    def __init__(self) -> None:
        super().__init__()
        self.training = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return the output of ``forward``; hooks are called before and after."""
        if mode.observer:
            return observed(self, lambda *a, **k: call_with_hooks(self, a, k), args, kwargs)
        if self._hooks is None:
            return self.forward(*args, **kwargs)
        return call_with_hooks(self, args, kwargs)

    def forward(self, *args: Any) -> Any:
        """Return the output; each module must define this method."""
        raise NotImplementedError(
            f"{type(self).__name__}: define forward(); check its spelling and indentation"
        )

    def register_forward_pre_hook(self, hook: Callable, *, prepend: bool = False) -> Handle:
        """Call ``hook(module, args)`` before ``forward``; its result, if any, replaces args."""
        return self._hook("before", hook, prepend)

    def register_forward_hook(self, hook: Callable, *, prepend: bool = False) -> Handle:
        """Call ``hook(module, args, output)`` after ``forward``; any result replaces output."""
        return self._hook("after", hook, prepend)

    def register_full_backward_hook(self, hook: Callable, prepend: bool = False) -> Handle:
        """Call ``hook(module, grad_input, grad_output)`` as soon as both gradients are known.

        The gradients are tuples with one entry per positional argument or output, respectively;
        an entry is None if there is no gradient. If the hook returns a tuple, it replaces
        ``grad_input``.
        """
        return self._hook("backward", hook, prepend)

    def _hook(self, when: str, hook: Callable, prepend: bool) -> Handle:
        """Register a hook as the last or the first one, and return its handle."""
        if self._hooks is None:
            self._hooks = dict(before=[], after=[], backward=[])
        hooks = self._hooks[when]
        hooks.insert(0 if prepend else len(hooks), hook)
        return Handle(hooks, hook)

    def state_dict(
        self,
        *,
        destination: dict[str, Tensor] | None = None,
        prefix: str = "",
        keep_vars: bool = False,
    ) -> dict[str, Tensor]:
        """Return parameters and persistent buffers by their dotted names.

        Parameters
        ----------
        destination : dict, optional
            Dictionary to add them to. Default: a new OrderedDict.
        prefix : str
            Prefix for all names, including the dot.
        keep_vars : bool
            If True, return the tensors themselves. Otherwise, return tensors that share their
            memory but have no history.
        """
        state = OrderedDict() if destination is None else destination
        for path, m in self._walk(""):
            saved = [(k, t) for k, t in m._buffers.items() if k not in m._unsaved]
            for name, tensor in (*m._parameters.items(), *saved):
                if tensor is not None:
                    state[prefix + joined(path, name)] = (
                        tensor if keep_vars else tensor.detach()
                    )
        return state

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True
    ) -> IncompatibleKeys:
        """Copy values into parameters and buffers; return missing and unexpected names.

        Parameters
        ----------
        state_dict : mapping of str to Tensor or array
            Result of ``state_dict``, or a state dict of torch converted to arrays.
        strict : bool
            If True, missing and unexpected names are errors.

        Raises
        ------
        TypeError
            If state_dict isn't a mapping.
        RuntimeError
            If a shape differs, a value isn't a tensor or an array, or, with ``strict``, a name
            is missing or unexpected. Unlike in torch, nothing is copied in this case.
        """
        if not isinstance(state_dict, Mapping):
            kind = type(state_dict).__name__
            remedy = "pass model.state_dict(), or the result of load(path)"
            raise TypeError(
                f"load_state_dict: expected state_dict to be dict-like, got {kind}; {remedy}"
            )
        targets = self.state_dict()
        keys = IncompatibleKeys(
            [k for k in targets if k not in state_dict],
            [k for k in state_dict if k not in targets],
        )
        values = {k: state_dict[k] for k in targets if k in state_dict}
        problems = _key_problems(keys) if strict else []
        for k, v in values.items():
            problem = _copy_problem(k, v, targets[k].shape)
            problems += [problem] if problem else []
        if problems:
            lines = "".join(f"\n\t{problem}" for problem in problems)
            raise RuntimeError(
                f"Error(s) in loading state_dict for {type(self).__name__}:{lines}"
            )
        for k, v in values.items():
            targets[k].array[...] = raw(v)
            counter(targets[k])[0] += 1
        return keys

    def apply(self, fn: Callable[[Module], Any]) -> Module:
        """Call fn on every submodule and then on this module, and return this module."""
        for m in self.children():
            m.apply(fn)
        fn(self)
        return self

    def train(self, mode: bool = True) -> Module:
        """Set ``training`` of this module and all submodules to ``mode``."""
        if not isinstance(mode, bool):
            raise ValueError(f"train: expected True or False, got {mode!r}")
        self.training = mode
        for m in self.children():
            m.train(mode)
        return self

    def eval(self) -> Module:
        """Set ``training`` of this module and all submodules to False."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        """Set ``requires_grad`` of all parameters."""
        for p in self.parameters():
            p.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Set all gradients to None, or to 0."""
        zero_grad(self.parameters(), set_to_none)

    def to(self, *args: Any, **kwargs: Any) -> Module:
        """Convert all floating-point parameters and buffers to a dtype.

        The arguments are ``to(dtype)``, ``to(device)``, ``to(device, dtype)`` or
        ``to(tensor)``. The only device is the CPU.
        """
        device, dtype = _place_and_dtype(*args, **kwargs)
        check_device("to", device)
        if dtype is None:
            return self
        if np.dtype(dtype).kind != "f":
            raise TypeError(f"to: expected a floating-point dtype, got {np.dtype(dtype)}")
        return self._cast(dtype, "f")

    def _cast(self, dtype: Any, kinds: str) -> Module:
        """Convert the parameters and buffers whose dtype is of one of these kinds."""
        dtype = np.dtype(dtype)
        for t in (*self.parameters(), *self.buffers()):
            if t.dtype.kind in kinds:
                t.data = t.array.astype(dtype, copy=False)
                t.grad = None if t.grad is None else t.grad.to(dtype)
        return self

    def type(self, dst_type: Any) -> Module:
        """Convert all parameters and buffers, including integers and booleans, to a dtype."""
        return self._cast(np.dtype(dst_type), "fiub")

    def float(self) -> Module:
        """Convert all floating-point parameters and buffers to float32."""
        return self._cast(np.float32, "f")

    def double(self) -> Module:
        """Convert all floating-point parameters and buffers to float64."""
        return self._cast(np.float64, "f")

    def cpu(self) -> Module:
        """Return the module itself, because it is on the CPU."""
        return self

    def cuda(self, device: Any = None) -> None:
        """Raise an error, because nnlib only supports the CPU."""
        raise RuntimeError("cuda: nnlib uses only the CPU; remove this call")

    def extra_repr(self) -> str:
        """Return a description of the options, for printing."""
        return ", ".join(f"{name}={getattr(self, name)}" for name in self._printed.split())

    def __repr__(self) -> str:
        parts = [f"({name}): {m!r}" for name, m in self._modules.items()]
        return framed(type(self).__name__, self.extra_repr(), parts)


def framed(head: str, extra: str, parts: list[str]) -> str:
    """Return the text of a module: its name, its options, and its submodules, indented."""
    if not parts and "\n" not in extra:
        return f"{head}({extra})"
    lines = [*extra.splitlines(), *parts]
    body = "".join("\n  " + line.replace("\n", "\n  ") for line in lines)
    return f"{head}({body}\n)"


def parameter_list(name: str, params: Any) -> list:
    """Return parameters as a list; raise TypeError if they aren't iterable."""
    try:
        iter(params)
    except TypeError:
        kind = type(params).__name__
        remedy = "write model.parameters()" if callable(params) else "pass a list"
        if isinstance(params, Module):
            remedy = "pass model.parameters()"
        expected = "expected an iterable of parameters"
        raise TypeError(f"{name}: {expected}, got {kind}; {remedy}") from None
    return list(params)


def zero_grad(params: Iterator[Tensor], set_to_none: bool = True) -> None:
    """Set gradients to None, or to 0."""
    for p in params:
        if set_to_none:
            p.grad = None
        elif p.grad is not None:
            p.grad = wrap(np.zeros_like(p.grad.array))


def _place_and_dtype(
    first: Any = None,
    second: Any = None,
    non_blocking: bool = False,
    *,
    device: Any = None,
    dtype: Any = None,
) -> tuple[Any, Any]:
    """Return the device and the dtype among the arguments of ``Module.to``."""
    if isinstance(first, Tensor):
        return None, first.dtype
    if first is None or isinstance(first, (str, Device)):
        return first if device is None else device, second if dtype is None else dtype
    return device, first


def _key_problems(keys: IncompatibleKeys) -> list[str]:
    """Return messages about missing and unexpected names."""
    differences = (("Missing", keys.missing_keys), ("Unexpected", keys.unexpected_keys))
    return [
        f"{kind} key(s) in state_dict: {', '.join(f'{k!r}' for k in names)}. ".replace("'", '"')
        for kind, names in differences
        if names
    ]


def _copy_problem(name: str, value: Any, shape: tuple[int, ...]) -> str:
    """Return a message that explains why a value can't be copied into a tensor, or ""."""
    if not hasattr(value, "shape"):
        return (
            f'While copying the parameter named "{name}", expected Tensor or Tensor-like '
            f"object from checkpoint but received {type(value)}"
        )
    if tuple(value.shape) == shape:
        return ""
    return (
        f"size mismatch for {name}: copying a param with shape {tuple(value.shape)} from "
        f"checkpoint, the shape in current model is {shape}."
    )
