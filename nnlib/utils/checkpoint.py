"""Checkpointing, which saves memory: the backward pass recomputes intermediate results."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from typing import Any

from ..creation import from_numpy
from ..generator import fork_rng, get_rng_state, set_rng_state
from ..grad_mode import Recording, mode
from ..graph import Node, clock, record_fused
from ..tensor import Tensor
from ..walk import grad

__all__ = ["checkpoint"]


def checkpoint(
    function: Callable,
    *args: Any,
    use_reentrant: bool | None = None,
    preserve_rng_state: bool = True,
    **kwargs: Any,
) -> Any:
    """Return ``function(*args, **kwargs)`` without storing values for the backward pass.

    The backward pass calls the function again, with the same random numbers unless
    ``preserve_rng_state=False``. Parameters that the function uses get gradients as usual. As
    with ``use_reentrant=False`` in PyTorch, the inputs don't need to require a gradient; the
    option itself has no effect here.

    Raises TypeError if the function returns neither a Tensor nor a tuple of Tensors, and
    RuntimeError if the function uses the result of an earlier operation that isn't an argument.

    Source: Chen et al. (2016), "Training deep nets with sublinear memory cost".

    >>> from nnlib import tensor
    >>> x = tensor([2.0], requires_grad=True)
    >>> checkpoint(lambda x: (x * x).exp(), x).backward()
    >>> x.grad
    tensor([218.3926])
    """
    if not mode.enabled:
        return function(*args, **kwargs)
    state, start = get_rng_state(), next(clock)
    inputs = {k: x for k, x in [*enumerate(args), *kwargs.items()] if _needs(x)}
    copies = {k: x.detach().requires_grad_() for k, x in inputs.items()}

    def compute() -> Any:
        arguments = [copies.get(i, x) for i, x in enumerate(args)]
        return function(*arguments, **{k: copies.get(k, x) for k, x in kwargs.items()})

    y = compute()
    several = isinstance(y, tuple)
    outs = y if several else (y,)
    if not all(isinstance(out, Tensor) for out in outs):
        raise TypeError(f"checkpoint: expected function to return Tensors, got {y!r}")
    copied = dict.fromkeys(copies.values())
    others = [x for x in _leaves(outs, start) if x not in copied]
    leaves = [*copied, *others]

    def checkpoint(g):
        hooks = [x.hooks for x in leaves]
        try:
            for x in leaves:
                x.hooks = None  # the enclosing backward pass calls them
            with fork_rng() if preserve_rng_state else nullcontext(), Recording(True):
                if preserve_rng_state:
                    set_rng_state(state)
                recomputed = compute()
            pairs = zip(recomputed, g, strict=True) if several else [(recomputed, g)]
            ys, upstream = zip(
                *[(y, from_numpy(h)) for y, h in pairs if _needs(y)], strict=True
            )
            gradients = grad(ys, leaves, upstream, allow_unused=True, materialize_grads=True)
        finally:
            for x, saved in zip(leaves, hooks, strict=True):
                x.hooks = saved
        return {f"x{k}": h.array for k, h in enumerate(gradients)}

    if not leaves:
        return y
    recorded = {f"x{k}": x for k, x in enumerate([*inputs.values(), *others])}
    new = record_fused(
        tuple(x.array for x in outs) if several else y.array, recorded, checkpoint
    )
    return tuple(b if _needs(a) else a for a, b in zip(y, new, strict=True)) if several else new


def _needs(x: Any) -> bool:
    """Return whether x is a Tensor that requires a gradient."""
    return isinstance(x, Tensor) and x.requires_grad


def _leaves(outs: Iterable[Tensor], start: int) -> list[Tensor]:
    """Return the leaves that the results depend on through operations since ``start``."""
    to_do = [x if x.node is None else x.node for x in outs if x.requires_grad]
    sources = dict.fromkeys(to_do)
    while to_do:
        source = to_do.pop()
        if not isinstance(source, Node):
            continue
        if source.time < start:
            raise RuntimeError(
                f"checkpoint: expected every tensor that the function uses to be an argument, "
                f"but it uses the result of {source.name} from outside"
            )
        targets = dict.fromkeys(target for target, *_ in source.edges)
        to_do += targets.keys() - sources.keys()
        sources |= targets
    return [x for x in sources if isinstance(x, Tensor)]
