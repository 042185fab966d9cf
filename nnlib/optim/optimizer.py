"""The base class Optimizer, with groups of parameters and a state for each parameter."""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..default_dtype import PYTHON
from ..grad_mode import enable_grad, no_grad
from ..nn.hooks import Handle
from ..nn.module import parameter_list, zero_grad
from ..tensor import Tensor, counter, raw, wrap

__all__ = ["Optimizer"]


def _with_hooks(step: Callable) -> Callable:
    """Wrap the ``step`` of a class so that it also sets ``has_stepped`` and calls the hooks."""

    @functools.wraps(step)
    def call(self: Optimizer, *args: Any, **kwargs: Any) -> Any:
        if getattr(type(self).step, "__wrapped__", step) is not step:
            return step(self, *args, **kwargs)  # called by the step of a subclass
        self.has_stepped = True
        args = self, *args
        for hook in tuple(self._before_step):
            new = hook(self, args, kwargs)
            args, kwargs = (args, kwargs) if new is None else new
        loss = step(*args, **kwargs)
        for hook in tuple(self._after_step):
            hook(self, args, kwargs)
        return loss

    return call


class Optimizer:
    """Base class for optimizers; a subclass defines ``update``, which updates one parameter.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        Parameters to train. A dict is a group, with its parameters under "params" and its own
        options.
    defaults : dict
        Options for groups that don't set their own.

    Attributes
    ----------
    param_groups : list of dict
        Groups; you can change their options between steps.
    state : dict of Tensor to dict
        State of each parameter.
    """

    def __init__(self, params: Iterable, defaults: dict[str, Any]):
        if defaults.get("foreach") and defaults.get("fused"):
            name = type(self).__name__
            raise RuntimeError(
                f"{name}: expected at most one of foreach and fused to be True, got both"
            )
        self.defaults = defaults
        self._before_step: list[Callable] = []
        self._after_step: list[Callable] = []
        self.state: dict[Tensor, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        if isinstance(params, Tensor):
            raise TypeError("optimizer: expected an iterable of Tensors, got one Tensor")
        params = parameter_list("optimizer", params)
        if not params:
            raise ValueError(
                "optimizer: expected at least one parameter, got none; check that the model "
                "has parameters, and that an iterator wasn't already used up"
            )
        groups = params if isinstance(params[0], dict) else [dict(params=params)]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add a parameter group with its own options."""
        if not isinstance(param_group, dict):
            raise TypeError(f"optimizer: expected a dict, got {type(param_group).__name__}")
        params = param_group["params"]
        if isinstance(params, set):
            raise TypeError("optimizer: expected parameters in a fixed order, got a set")
        params = [params] if isinstance(params, Tensor) else list(params)
        known = set(self._params())
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(f"optimizer: expected Tensors, got {type(p).__name__}")
            if not p.is_leaf:
                raise ValueError(
                    f"optimizer: expected leaf tensors, got a tensor of shape {p.shape} that "
                    "an operation computed; use detach().requires_grad_()"
                )
            if p in known:
                raise ValueError(
                    "optimizer: expected each parameter once, got the same parameter twice"
                )
            known.add(p)
        self.param_groups.append({**self.defaults, **param_group, "params": params})

    has_stepped = False  # a scheduler warns if it is stepped first

    def __init_subclass__(cls) -> None:
        if "step" in vars(cls):
            cls.step = _with_hooks(cls.step)

    def register_step_pre_hook(self, hook: Callable) -> Handle:
        """Call ``hook(optimizer, args, kwargs)`` before each step.

        The hook can return a pair (args, kwargs), which replaces both.
        """
        self._before_step.append(hook)
        return Handle(self._before_step, hook)

    def register_step_post_hook(self, hook: Callable) -> Handle:
        """Call ``hook(optimizer, args, kwargs)`` after each step."""
        self._after_step.append(hook)
        return Handle(self._after_step, hook)

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Update one parameter with its gradient; each optimizer must define this method."""
        raise NotImplementedError(f"{type(self).__name__}: define update()")

    @_with_hooks
    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """Update each parameter that has a gradient; a closure first computes the loss."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad(), np.errstate(all="ignore"):
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self.update(p, group)
                        counter(p)[0] += 1
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Set all gradients to None, or to 0."""
        zero_grad((p for group in self.param_groups for p in group["params"]), set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """Return the options, and the state of each parameter by its index."""
        number = {p: i for i, p in enumerate(self._params())}
        groups = [
            {**group, "params": [number[p] for p in group["params"]]}
            for group in self.param_groups
        ]
        return dict(
            state={number[p]: dict(memory) for p, memory in self.state.items()},
            param_groups=groups,
        )

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Restore options and states from ``state_dict``; arrays are copied.

        All arrays except the number of steps are converted to the dtype of their parameter. A
        state dict of torch, with its tensors converted to arrays, works as well.
        """
        groups = state_dict["param_groups"]
        sizes = [[len(g["params"]) for g in gs] for gs in (self.param_groups, groups)]
        if sizes[0] != sizes[1]:
            raise ValueError(
                f"load_state_dict: expected groups with {sizes[0]} parameters, got {sizes[1]}"
            )
        names = [i for group in groups for i in group["params"]]
        known = dict(zip(names, self._params(), strict=True))
        state = defaultdict(dict)
        for i, memory in state_dict["state"].items():
            if i not in known:
                raise KeyError(
                    f"load_state_dict: expected states only for parameters {names}, got {i!r}"
                )
            state[known[i]] = {
                k: _copied(v, None if k == "step" else known[i].dtype)
                for k, v in memory.items()
            }
        for own, group in zip(self.param_groups, groups, strict=True):
            own.update({k: v for k, v in group.items() if k != "params"})
        self.state = state

    def _params(self) -> list[Tensor]:
        """Return all parameters, in the order of the groups."""
        return [p for group in self.param_groups for p in group["params"]]

    def __repr__(self) -> str:
        blocks = [
            [f"Parameter Group {i}"]
            + [f"    {k}: {v}" for k, v in sorted(group.items()) if k != "params"]
            for i, group in enumerate(self.param_groups)
        ]
        body = "\n\n".join("\n".join(block) for block in blocks)
        return f"{type(self).__name__} (\n{body}\n)"


def gradient(p: Tensor, group: dict[str, Any]) -> np.ndarray:
    """Return the gradient, negated for ``maximize``, plus weight decay."""
    g = p.grad.array
    if group["maximize"]:
        g = -g
    if group["weight_decay"]:
        g = g + group["weight_decay"] * p.array
    return g


def remembered(state: dict[Tensor, Any], p: Tensor, *names: str) -> dict[str, Any]:
    """Return the state of a parameter, which starts with zeros, and count the step."""
    memory = state.setdefault(p, {})
    if not memory:
        memory["step"] = wrap(np.zeros((), PYTHON[float]))
        memory.update({name: wrap(np.zeros_like(p.array)) for name in names})
    memory["step"].array += 1
    return memory


def check_not_negative(name: str, **options: float) -> None:
    """Raise an error unless each option is a single number >= 0."""
    for option, value in options.items():
        if isinstance(value, Tensor) and value.numel() != 1:
            raise ValueError(
                f"{name}: expected {option} to have one element, got shape {value.shape}"
            )
        try:
            valid = value >= 0
        except TypeError:
            raise TypeError(
                f"{name}: expected {option} to be a number, got {value!r}"
            ) from None
        if not valid:
            raise ValueError(f"{name}: expected {option} >= 0, got {value}")


def check_betas(name: str, betas: tuple[float, float]) -> None:
    """Raise ValueError unless both betas are in [0, 1)."""
    if not isinstance(betas, (tuple, list)) or len(betas) != 2:
        raise ValueError(f"{name}: expected two betas, got {betas}")
    for beta in betas:
        if not 0 <= beta < 1:
            raise ValueError(f"{name}: expected betas in [0, 1), got {beta}")


def _copied(value: Any, dtype: Any) -> Any:
    """Return copies of tensors and arrays, also in a list; return other values unchanged."""
    if isinstance(value, list):
        return [_copied(v, dtype) for v in value]
    array = raw(value)
    if isinstance(array, np.ndarray):
        return wrap(array.astype(dtype or array.dtype))
    return value
