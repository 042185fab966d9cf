"""The check of gradients against finite differences."""

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

    for each element of each result and of each input; the error names the worst of them.

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
        What is allowed: \|error\| <= atol + rtol · \|finite difference\|.
    raise_exception : bool
        Whether a disagreement is an error or gives False.

    Returns
    -------
    bool
        Whether all agree. Within h of a corner, such as ReLU's at 0, they may disagree without
        being wrong.

    Raises
    ------
    ValueError
        If no input requires grad, or one that does is not float64: float32 has too few
        digits for differences.
    TypeError
        If func gives anything but Tensors.
    RuntimeError
        If a derivative disagrees: of which result, with respect to which input, at which
        element.

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
        f"gradgradcheck: the derivative of the gradient of input {differentiable[k]}, by {by}, "
        f"is wrong {difference}"
    )


def _listed(x: Any) -> list:
    """Return one Tensor or several as a list."""
    return [x] if isinstance(x, Tensor) else list(x)


def _floats(name: str, y: Any) -> list[Tensor]:
    """Return the results of floating-point dtype, which can have a derivative."""
    several = list(y) if isinstance(y, (tuple, list)) else [y]
    for t in several:
        if not isinstance(t, Tensor):
            raise TypeError(
                f"{name}: expected func to give a Tensor or a tuple of them, "
                f"got {type(t).__name__}"
            )
    return [t for t in several if t.dtype.kind == "f"]


def _random(y: list[Tensor], seed: int) -> list[Tensor]:
    """Return a random upstream gradient of the shape of each result."""
    rng = np.random.default_rng(seed)
    return [wrap(rng.standard_normal(t.shape).astype(t.dtype)) for t in y]


def _check_inputs(name: str, inputs: list) -> list[int]:
    """Return the indices of inputs that require grad; raise unless they are float64."""
    differentiable = _differentiable(inputs)
    if not differentiable:
        raise ValueError(f"{name}: expected at least one input that requires grad")
    for i in differentiable:
        if inputs[i].dtype != np.float64:
            raise ValueError(f"{name}: expected float64 inputs, got {inputs[i].dtype}")
    return differentiable


def _differentiable(inputs: list) -> list[int]:
    """Return the indices of the inputs that require grad."""
    return [i for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]


def _first_wrong(
    name: str, func: Callable, inputs: list, eps: float, atol: float, rtol: float
) -> tuple[int, int, str] | None:
    """Return the indices of result and input of the first wrong Jacobian, and what is wrong."""
    differentiable = _differentiable(inputs)

    def results(*x: Tensor) -> tuple[Tensor, ...]:
        """Return the floating-point results of func with x in place of the checked inputs."""
        filled = dict(enumerate(inputs)) | dict(zip(differentiable, x, strict=True))
        return tuple(_floats(name, func(*filled.values())))

    x = tuple(inputs[i] for i in differentiable)
    walked = jacobian(results, x)
    for j, i in enumerate(differentiable):
        for k, expected in enumerate(_differences(results, x, j, eps)):
            found = walked[k][j].array
            if not np.allclose(found, expected, rtol, atol, equal_nan=True):
                right = np.isclose(found, expected, rtol, atol, equal_nan=True)
                return k, i, _described(found, expected, right, x[j].ndim)
    return None


def _differences(
    f: Callable[..., tuple[Tensor, ...]], x: tuple[Tensor, ...], j: int, eps: float
) -> list[np.ndarray]:
    """Return the Jacobian of each result for the j-th input, by central differences."""
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


def _described(found: np.ndarray, expected: np.ndarray, right: np.ndarray, ndim: int) -> str:
    """Return a text that says where a Jacobian is wrong; its last ndim axes are the input's."""
    with np.errstate(invalid="ignore"):  # infinities subtract to nan
        error = np.where(right, -1, np.nan_to_num(np.abs(found - expected), nan=np.inf))
        factor = np.sum(found * expected) / (np.sum(expected**2) or 1)
    worst = tuple(int(n) for n in np.unravel_index(error.argmax(), error.shape))
    split = len(worst) - ndim
    of, by = (list(part) or "" for part in (worst[:split], worst[split:]))
    difference = (
        f"in {np.sum(~right)} of {right.size} elements, most at dy{of}/dx{by}: "
        f"expected {expected[worst]:.6g} (finite differences), got {found[worst]:.6g}"
    )
    if np.isfinite(factor) and np.allclose(found, factor * expected, 1e-4, 1e-6):
        difference += f"; all are {factor:.3g} times what they should be"
    return difference
