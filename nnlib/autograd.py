"""Derivatives as functions: ``grad``, and the check of a rule against finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from .grad_mode import enable_grad, no_grad
from .tensor import Tensor
from .walk import grad

__all__ = ["enable_grad", "grad", "gradcheck", "no_grad"]


def gradcheck(
    func: Callable[..., Tensor],
    inputs: Tensor | Sequence[Tensor],
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
        Takes the inputs and gives one Tensor.
    inputs : Tensor or sequence of Tensor, float64
        Where to compare; those that require grad are checked.
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
        If a checked input is not float64: float32 has too few digits for differences.
    RuntimeError
        If a gradient disagrees.

    Source: Goodfellow et al. (2016), section 11.5; chapter "Gradient checking".

    >>> gradcheck(lambda x: x * x, Tensor(np.array([1.0, 2.0]), requires_grad=True))
    True
    """
    inputs = [inputs] if isinstance(inputs, Tensor) else list(inputs)
    checked = [x for x in inputs if x.requires_grad]
    for x in checked:
        if x.dtype != np.float64:
            raise ValueError(f"gradcheck: expected float64 inputs, got {x.dtype}")
    y = func(*inputs)
    v = np.random.default_rng(0).standard_normal(y.shape)
    got = grad(y, checked, Tensor(v), allow_unused=True)
    for x, g in zip(checked, got, strict=True):
        expected = _differences(lambda: func(*inputs).array, x, v, eps)
        found = np.zeros(x.shape) if g is None else g.array
        if not np.allclose(found, expected, rtol, atol):
            if raise_exception:
                raise RuntimeError(
                    f"gradcheck: expected the gradient\n{expected}\n(finite differences), "
                    f"got\n{found}"
                )
            return False
    return True


def _differences(
    value: Callable[[], np.ndarray], x: Tensor, v: np.ndarray, eps: float
) -> np.ndarray:
    """Central differences of sum(v * value()) by each element of x."""
    out = np.empty(x.shape)
    with no_grad():
        for i in np.ndindex(x.shape):
            middle, sides = x.array[i], []
            for step in (eps, -eps):
                x.array[i] = middle + step
                sides.append(np.sum(v * value()))
            x.array[i] = middle
            out[i] = (sides[0] - sides[1]) / (2 * eps)
    return out
