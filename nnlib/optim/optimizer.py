"""Optimizer: parameters in groups, each with its options, and what is remembered of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ..grad_mode import enable_grad, no_grad
from ..nn.module import zero_grad
from ..tensor import Tensor, raw

__all__ = ["Optimizer"]


class Optimizer:
    """Base of the optimisers: ``update`` changes one parameter, the rest is here.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to train; a dict is a group, with its parameters under "params" and options
        of its own.
    defaults : dict
        The options of a group that does not name them.

    Attributes
    ----------
    param_groups : list of dict
        The groups; options may be changed between steps.
    state : dict of Tensor to dict
        What is remembered of each parameter.
    """

    def __init__(self, params: Iterable, defaults: dict[str, Any]):
        self.defaults = defaults
        self.state: dict[Tensor, dict[str, Any]] = {}
        self.param_groups: list[dict[str, Any]] = []
        if isinstance(params, Tensor):
            raise TypeError("optimizer: expected an iterable of Tensors, got one Tensor")
        params = list(params)
        if not params:
            raise ValueError("optimizer: expected at least one parameter, got none")
        groups = params if isinstance(params[0], dict) else [dict(params=params)]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with options of their own."""
        given = param_group["params"]
        params = [given] if isinstance(given, Tensor) else list(given)
        known = {p for group in self.param_groups for p in group["params"]}
        for p in params:
            if not isinstance(p, Tensor):
                raise TypeError(f"optimizer: expected Tensors, got {type(p).__name__}")
            if not p.is_leaf:
                raise ValueError("optimizer: expected leaves, got the result of an operation")
            if p in known:
                raise ValueError("optimizer: a parameter stands in more than one group")
        self.param_groups.append({**self.defaults, **param_group, "params": params})

    def update(self, p: Tensor, group: dict[str, Any]) -> None:
        """Change one parameter by its gradient; each optimiser has its own."""
        raise NotImplementedError(f"{type(self).__name__}: define update()")

    def step(self, closure: Callable[[], Tensor] | None = None) -> Tensor | None:
        """Change every parameter that has a gradient; a closure first computes the loss."""
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for group in self.param_groups:
                for p in group["params"]:
                    if p.grad is not None:
                        self.update(p, group)
        return loss

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or set them to 0."""
        zero_grad((p for group in self.param_groups for p in group["params"]), set_to_none)

    def state_dict(self) -> dict[str, Any]:
        """Give options and what is remembered, with parameters named by number."""
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
        """Take over options and what is remembered; the arrays are copied."""
        groups = state_dict["param_groups"]
        sizes = [[len(g["params"]) for g in gs] for gs in (self.param_groups, groups)]
        if sizes[0] != sizes[1]:
            raise ValueError(
                f"load_state_dict: expected groups of {sizes[0]} parameters, got {sizes[1]}"
            )
        for own, group in zip(self.param_groups, groups, strict=True):
            own.update({k: v for k, v in group.items() if k != "params"})
        params = self._params()
        self.state = {
            params[int(i)]: {k: _copied(v) for k, v in memory.items()}
            for i, memory in state_dict["state"].items()
        }

    def _params(self) -> list[Tensor]:
        """All parameters, in the order of the groups."""
        return [p for group in self.param_groups for p in group["params"]]

    def __repr__(self) -> str:
        options = [
            {k: v for k, v in group.items() if k != "params"} for group in self.param_groups
        ]
        return f"{type(self).__name__}({', '.join(map(str, options))})"


def _copied(value: Any) -> Any:
    """A tensor with memory of its own; anything else as it is."""
    return Tensor(raw(value).copy()) if isinstance(value, Tensor) else value
