"""The check of gradients against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..tensor import Tensor
from ..walk import grad

__all__ = ["gradcheck", "gradgradcheck"]

Outputs = Tensor | tuple[Tensor, ...]


def gradcheck(
    func: Callable[..., Outputs],
    inputs: Tensor | Sequence[Any],
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    r"""Compare the gradients of a function with central finite differences.

    .. math:: \frac{\partial L}{\partial x_i} \approx \frac{L(x + h e_i) - L(x - h e_i)}{2h},
        \quad L = \sum_k v_k f_k(x)

    with a random upstream gradient v, so that no error in one component hides in another.

    Parameters
    ----------
    func : function
        Takes the inputs and gives a Tensor or a tuple of them.
    inputs : Tensor or sequence
        Where to compare; the Tensors among them that require grad are checked, and have to
        be float64.
    eps : float
        The step h.
    atol, rtol : float
        What is allowed: \|difference\| <= atol + rtol · \|finite difference\|.
    raise_exception : bool
        Whether a disagreement is an error or gives False.

    Returns
    -------
    bool
        Whether all agree. Kinks within h of an input disagree without being wrong.

    Raises
    ------
    ValueError
        If no input requires grad, or one that does is not float64: float32 has too few
        digits for differences.
    RuntimeError
        If a gradient disagrees.

    Source: Goodfellow et al. (2016), section 11.5; chapter "Gradient checking".

    >>> gradcheck(lambda x: x * x, Tensor(np.array([1.0, 2.0]), requires_grad=True))
    True
    """
    inputs = _listed(inputs)
    checked = _checked("gradcheck", inputs)
    y = _floats(func(*inputs))
    v = _random(y, seed=0)
    pairs = [(y_k, v_k) for y_k, v_k in zip(y, v, strict=True) if y_k.requires_grad]
    got: Sequence[Tensor | None] = [None] * len(checked)
    if pairs:
        got = grad([y for y, _ in pairs], checked, [v for _, v in pairs], allow_unused=True)

    def value() -> float:
        pairs = zip(_floats(func(*inputs)), v, strict=True)
        return sum(float(np.sum(v_k.array * y_k.array)) for y_k, v_k in pairs)

    for i, (x, g) in enumerate(zip(checked, got, strict=True)):
        expected = _differences(value, x, eps)
        found = np.zeros(x.shape) if g is None else g.array
        if not np.allclose(found, expected, rtol, atol, equal_nan=True):
            if raise_exception:
                raise RuntimeError(
                    f"gradcheck: expected, for input {i} of those checked, the gradient\n"
                    f"{expected}\n(finite differences), got\n{found}"
                )
            return False
    return True


def gradgradcheck(
    func: Callable[..., Outputs],
    inputs: Tensor | Sequence[Any],
    grad_outputs: Tensor | Sequence[Tensor] | None = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
) -> bool:
    """Compare second derivatives with central finite differences of first ones.

    Parameters
    ----------
    func, inputs, eps, atol, rtol, raise_exception
        As in ``gradcheck``.
    grad_outputs : Tensor or sequence of Tensor, shapes of the results
        Upstream gradients, which count as inputs too; random ones by default.

    Returns
    -------
    bool
        Whether all agree.

    Raises
    ------
    ValueError, RuntimeError
        As ``gradcheck``.

    Source: Goodfellow et al. (2016), section 11.5; chapter "Gradient checking".

    >>> gradgradcheck(lambda x: x**3, Tensor(np.array([1.0, 2.0]), requires_grad=True))
    True
    """
    inputs = _listed(inputs)
    checked = _checked("gradgradcheck", inputs)
    y = [t for t in _floats(func(*inputs)) if t.requires_grad]
    ups = _random(y, seed=1) if grad_outputs is None else _listed(grad_outputs)
    ups = [Tensor(up.array, requires_grad=True) for up in ups]

    def gradient(*both: Tensor) -> tuple[Tensor, ...]:
        y = [t for t in _floats(func(*both[: len(inputs)])) if t.requires_grad]
        found = grad(y, checked, both[len(inputs) :], create_graph=True, allow_unused=True)
        return tuple(g for g in found if g is not None)

    options: dict[str, Any] = dict(eps=eps, atol=atol, rtol=rtol)
    return gradcheck(gradient, [*inputs, *ups], raise_exception=raise_exception, **options)


def _listed(x: Any) -> list:
    """One Tensor or several, as a list."""
    return [x] if isinstance(x, Tensor) else list(x)


def _floats(y: Outputs) -> list[Tensor]:
    """Those results that can have a derivative."""
    return [t for t in _listed(y) if t.dtype.kind == "f"]


def _random(y: list[Tensor], seed: int) -> list[Tensor]:
    """A random upstream gradient for each result."""
    rng = np.random.default_rng(seed)
    return [Tensor(rng.standard_normal(t.shape).astype(t.dtype)) for t in y]


def _checked(name: str, inputs: list) -> list[Tensor]:
    """The inputs that require grad."""
    checked = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
    if not checked:
        raise ValueError(f"{name}: expected at least one input that requires grad")
    for x in checked:
        if x.dtype != np.float64:
            raise ValueError(f"{name}: expected float64 inputs, got {x.dtype}")
    return checked


def _differences(value: Callable[[], float], x: Tensor, eps: float) -> np.ndarray:
    """Central differences of a number by each element of x."""
    out = np.empty(x.shape)
    for i in np.ndindex(x.shape):
        middle, sides = x.array[i], []
        for step in (eps, -eps):
            x.array[i] = middle + step
            sides.append(value())
        x.array[i] = middle
        out[i] = (sides[0] - sides[1]) / (2 * eps)
    return out
