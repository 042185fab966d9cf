"""Base class for optimizers with a closure and a line search, such as L-BFGS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from ..grad_mode import enable_grad, no_grad
from ..tensor import Tensor, counter, wrap
from .line_search import Point, strong_wolfe
from .optimizer import Optimizer, check_not_negative

__all__ = ["ClosureOptimizer"]

Closure = Callable[[], Tensor]


class ClosureOptimizer(Optimizer):
    r"""Base class for optimizers whose ``step`` calls the closure several times.

    .. math:: x \leftarrow x + t\, d

    A subclass defines ``propose``, which returns a direction d and a step length t to try. The
    state is stored with the first parameter, as in torch's LBFGS. For the parameters, see
    ``LBFGS``.
    """

    c2 = 0.9  # constant c2 of the Wolfe conditions
    downhill = True  # if True, a direction that isn't downhill ends the step

    def __init__(
        self, params: Iterable, *, max_iter: int, max_eval: int | None, **options: Any
    ):
        check_not_negative(type(self).__name__, lr=options["lr"])
        max_eval = max_iter * 5 // 4 if max_eval is None else max_eval
        super().__init__(params, dict(max_iter=max_iter, max_eval=max_eval, **options))

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add the only parameter group; raise ValueError for a second one."""
        if self.param_groups:
            raise ValueError(
                f"{type(self).__name__}: expected a single parameter group, got a second one"
            )
        super().add_param_group(param_group)

    def propose(
        self, g: np.ndarray, memory: dict[str, Any], group: dict[str, Any], closure: Closure
    ) -> tuple[np.ndarray, float]:
        """Return a direction and a step length; each subclass must define this method."""
        raise NotImplementedError(f"{type(self).__name__}: define propose()")

    def step(self, closure: Closure) -> Tensor:
        """Run up to ``max_iter`` iterations; the closure computes the loss and its gradient.

        Return the loss of the first call. Raise TypeError if closure isn't callable, and
        RuntimeError if ``line_search_fn`` is unknown.
        """
        name, (group,) = type(self).__name__, self.param_groups
        if not callable(closure):
            raise TypeError(f"{name}: expected a closure, got {type(closure).__name__}")
        if group["line_search_fn"] not in (None, "strong_wolfe"):
            raise RuntimeError(
                f"{name}: expected line_search_fn 'strong_wolfe' or None, "
                f"got {group['line_search_fn']!r}"
            )
        memory = self.state.setdefault(group["params"][0], {})
        start = memory.setdefault("func_evals", 0)
        memory.setdefault("n_iter", 0)
        with no_grad(), np.errstate(all="ignore"):
            loss, g = self.evaluate(closure, memory)
            point = Point(0.0, float(loss), g, 0.0)
            for n in range(1, group["max_iter"] + 1):
                if np.abs(point.g).max() <= group["tolerance_grad"]:
                    break
                point, ended = self._advance(point, memory, group, closure, n, start)
                if ended:
                    break
        return loss

    def _advance(
        self,
        point: Point,
        memory: dict[str, Any],
        group: dict[str, Any],
        closure: Closure,
        n: int,
        start: int,
    ) -> tuple[Point, bool]:
        """Run one iteration; return the new point, and whether to stop."""
        memory["n_iter"] += 1
        d, t = self.propose(point.g, memory, group, closure)
        memory.update(d=wrap(d), t=t, prev_flat_grad=wrap(point.g), prev_loss=point.f)
        current = point._replace(t=0.0, slope=float(point.g @ d))
        small = group["tolerance_change"]
        if (current.slope if self.downhill else -abs(current.slope)) > -small:
            return current, True
        left = group["max_eval"] - (memory["func_evals"] - start)
        last = n == group["max_iter"]
        reached = self._move(current, d, t, closure, memory, left, last)
        memory["t"] = reached.t
        spent = memory["func_evals"] - start >= group["max_eval"]
        stalled = np.abs(d * reached.t).max() <= small or abs(reached.f - current.f) < small
        return reached, bool(spent or stalled)

    def _move(
        self,
        current: Point,
        d: np.ndarray,
        t: float,
        closure: Closure,
        memory: dict[str, Any],
        left: int,
        last: bool,
    ) -> Point:
        """Move along d, by t or by a length from the line search; return the new point."""
        x = np.concatenate([p.array.ravel() for p in self._params()])

        def at(t: float) -> Point:
            self._write_parameters(x + t * d)
            loss, g = self.evaluate(closure, memory)
            return Point(t, float(loss), g, float(g @ d))

        if self.param_groups[0]["line_search_fn"] is not None:
            reached = strong_wolfe(at, current, t, np.abs(d).max(), c2=self.c2, max_ls=left)
            self._write_parameters(x + reached.t * d)
            return reached
        if last:  # the next step evaluates this point anyway
            self._write_parameters(x + t * d)
            return current._replace(t=t)
        return at(t)

    def evaluate(self, closure: Closure, memory: dict[str, Any]) -> tuple[Tensor, np.ndarray]:
        """Return the loss, and the gradient as a vector."""
        memory["func_evals"] += 1
        with enable_grad():
            loss = closure()
        return loss, flat(self._params(), [p.grad for p in self._params()])

    def _write_parameters(self, x: np.ndarray) -> None:
        """Overwrite the parameters with the elements of a vector."""
        done = 0
        for p in self._params():
            p.array[...] = x[done : done + p.numel()].reshape(p.shape)
            counter(p)[0] += 1
            done += p.numel()


def flat(params: list[Tensor], grads: Iterable[Tensor | None]) -> np.ndarray:
    """Return gradients as a new vector, with zeros for gradients that are None."""
    return np.concatenate(
        [
            np.zeros_like(p.array).ravel() if g is None else g.array.ravel()
            for p, g in zip(params, grads, strict=True)
        ]
    )


def first_step_size(g: np.ndarray, memory: dict[str, Any], lr: float) -> float:
    """Return lr; in the first iteration, divide it by the 1-norm of g if that is above 1."""
    return float(lr) / max(1.0, float(np.abs(g).sum())) if memory["n_iter"] == 1 else float(lr)


def change(g: np.ndarray, memory: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Return the last change s of the parameters, and the change y of the gradient."""
    return memory["d"].array * float(memory["t"]), g - memory["prev_flat_grad"].array
