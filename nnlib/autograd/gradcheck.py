"""Gradient checks, which compare gradients with finite differences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..tensor import Tensor, wrap
from ..walk import grad
from .functional import jacobian

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
    r"""Compare the derivatives of a function with central finite differences.

    .. math:: \frac{\partial y_i}{\partial x_j} \approx
        \frac{y_i(x + h e_j) - y_i(x - h e_j)}{2h}

    The comparison includes each element of each result and of each input.

    Parameters
    ----------
    func : function
        Takes the inputs and returns a Tensor or a tuple of Tensors.
    inputs : Tensor or sequence
        The point at which to compare. Only derivatives with respect to Tensors that require a
        gradient are checked; these Tensors must be float64.
    eps : float
        The step h.
    atol, rtol : float
        The tolerances: \|error\| <= atol + rtol · \|finite difference\|.
    raise_exception : bool
        Whether to raise an error if a derivative disagrees, instead of returning False.

    Returns
    -------
    bool
        Whether all derivatives agree. At a point closer than h to a corner, such as 0 for ReLU,
        even a correct derivative can disagree.

    Raises
    ------
    ValueError
        If no input requires a gradient, or an input that requires one isn't float64, because
        finite differences in float32 are too inaccurate.
    TypeError
        If func returns anything other than Tensors.
    RuntimeError
        If a derivative disagrees. The message names the result, the input and the element with
        the largest error.

    Source: Goodfellow et al. (2016), section 11.5; chapter "Gradient checking".

    >>> gradcheck(lambda x: x * x, wrap(np.array([1.0, 2.0]), True))
    True
    """
    inputs = _listed(inputs)
    _check_inputs("gradcheck", inputs)
    wrong = _first_wrong("gradcheck", func, inputs, eps, atol, rtol)
    if wrong is None or not raise_exception:
        return wrong is None
    k, i, difference = wrong
    raise RuntimeError(
        f"gradcheck: the derivative of result {k} with respect to input {i} is wrong "
        f"{difference}"
    )


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
    """Return whether second derivatives agree with finite differences of first derivatives.

    Parameters
    ----------
    func, inputs, eps, atol, rtol, raise_exception
        See ``gradcheck``, which also lists the errors.
    grad_outputs : Tensor or sequence of Tensor, shaped like the results that require a gradient
        Upstream gradients; derivatives with respect to them are also checked. Default: random.

    Source: Goodfellow et al. (2016), section 11.5; chapter "Gradient checking".

    >>> gradgradcheck(lambda x: x**3, wrap(np.array([1.0, 2.0]), True))
    True
    """
    inputs = _listed(inputs)
    differentiable, n = _check_inputs("gradgradcheck", inputs), len(inputs)
    y = [t for t in _floats("gradgradcheck", func(*inputs)) if t.requires_grad]
    ups = _random(y, seed=1) if grad_outputs is None else _listed(grad_outputs)
    ups = [wrap(up.array, requires_grad=True) for up in ups]

    def gradient(*both: Any) -> tuple[Tensor, ...]:
        y = [t for t in _floats("gradgradcheck", func(*both[:n])) if t.requires_grad]
        x = [both[i] for i in differentiable]
        return grad(y, x, both[n:], create_graph=True, materialize_grads=True)

    wrong = _first_wrong("gradgradcheck", gradient, [*inputs, *ups], eps, atol, rtol)
    if wrong is None or not raise_exception:
        return wrong is None
    k, i, difference = wrong
    by = f"input {i}" if i < n else f"upstream gradient {i - n}"
    raise RuntimeError(
        f"gradgradcheck: the derivative of the gradient of input {differentiable[k]} with "
        f"respect to {by} is wrong {difference}"
    )


def _listed(x: Any) -> list:
    """Convert a Tensor or a sequence to a list."""
    return [x] if isinstance(x, Tensor) else list(x)


def _floats(name: str, y: Any) -> list[Tensor]:
    """Return the floating-point results, which can have a derivative."""
    results = list(y) if isinstance(y, (tuple, list)) else [y]
    for t in results:
        if not isinstance(t, Tensor):
            raise TypeError(
                f"{name}: expected func to return a Tensor or a tuple of Tensors, "
                f"got {type(t).__name__}"
            )
    return [t for t in results if t.dtype.kind == "f"]


def _random(y: list[Tensor], seed: int) -> list[Tensor]:
    """Return a random upstream gradient for each result."""
    rng = np.random.default_rng(seed)
    return [wrap(rng.standard_normal(t.shape).astype(t.dtype)) for t in y]


def _check_inputs(name: str, inputs: list) -> list[int]:
    """Return the indices of inputs that require a gradient, which must be float64."""
    differentiable = _differentiable(inputs)
    if not differentiable:
        raise ValueError(f"{name}: expected at least one input that requires grad")
    for i in differentiable:
        if inputs[i].dtype != np.float64:
            raise ValueError(f"{name}: expected float64 inputs, got {inputs[i].dtype}")
    return differentiable


def _differentiable(inputs: list) -> list[int]:
    """Return the indices of the inputs that require a gradient."""
    return [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]


def _first_wrong(
    name: str, func: Callable, inputs: list, eps: float, atol: float, rtol: float
) -> tuple[int, int, str] | None:
    """Return the indices (result, input) of the first wrong Jacobian, and a description."""
    differentiable = _differentiable(inputs)

    def results(*x: Tensor) -> tuple[Tensor, ...]:
        """Return the floating-point results of func, with x instead of the checked inputs."""
        filled = dict(enumerate(inputs)) | dict(zip(differentiable, x, strict=True))
        return tuple(_floats(name, func(*filled.values())))

    x = tuple(inputs[i] for i in differentiable)
    jacobians = jacobian(results, x)
    for j, i in enumerate(differentiable):
        for k, expected in enumerate(_differences(results, x, j, eps)):
            computed = jacobians[k][j].array
            if not np.allclose(computed, expected, rtol, atol, equal_nan=True):
                agrees = np.isclose(computed, expected, rtol, atol, equal_nan=True)
                return k, i, _described(computed, expected, agrees, x[j].ndim)
    return None


def _differences(
    f: Callable[..., tuple[Tensor, ...]], x: tuple[Tensor, ...], j: int, eps: float
) -> list[np.ndarray]:
    """Return the Jacobian of each result with respect to input j, by central differences."""
    array = x[j].array
    out = [np.empty((*y.shape, *array.shape)) for y in f(*x)]
    for e in np.ndindex(array.shape):
        middle, sides = array[e], []
        for step in (eps, -eps):
            array[e] = middle + step
            sides.append([np.array(y.array) for y in f(*x)])
        array[e] = middle
        for J, above, below in zip(out, *sides, strict=True):
            J[(..., *e)] = (above - below) / (2 * eps)
    return out


def _described(
    computed: np.ndarray, expected: np.ndarray, agrees: np.ndarray, ndim: int
) -> str:
    """Describe where a Jacobian is wrong; the last ndim axes are the axes of the input."""
    with np.errstate(invalid="ignore"):  # inf - inf is nan
        error = np.where(agrees, -1, np.nan_to_num(np.abs(computed - expected), nan=np.inf))
        factor = np.sum(computed * expected) / (np.sum(expected**2) or 1)
    worst = tuple(int(n) for n in np.unravel_index(error.argmax(), error.shape))
    split = len(worst) - ndim
    of, by = (list(part) or "" for part in (worst[:split], worst[split:]))
    difference = (
        f"in {np.sum(~agrees)} of {agrees.size} elements; the largest error is in "
        f"dy{of}/dx{by}: expected {expected[worst]:.6g} (finite differences), got "
        f"{computed[worst]:.6g}"
    )
    if np.isfinite(factor) and np.allclose(computed, factor * expected, 1e-4, 1e-6):
        difference += f"; all elements are {factor:.3g} times the expected values"
    return difference
