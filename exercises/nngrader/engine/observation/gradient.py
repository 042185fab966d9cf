"""The numerical gradient that students use to check their own gradients.

Besides NumPy, this file needs only `observe.py`. It goes into the sandbox, because grading runs
the cells that use it too.
"""

import numpy as np

if __package__:
    from .observe import CALLS
else:
    from observe import CALLS

STEP = 1e-5  # the formula has an error of about STEP**2, and rounding adds 1e-16 / STEP


def numerical_gradient(f, x, h=STEP):
    """Approximate the gradient of a function that returns one number, by central differences.

    For each entry ``x[i]``, it calls ``f`` with the entry moved up and down by ``h``, and
    divides the difference by ``2 * h``. Where the third derivatives are moderate, about nine
    digits are correct. Compare your own gradient with it in one of your cells; a function
    that you submit can't call it.

    Parameters
    ----------
    f : callable
        Takes an array with the shape of ``x`` and returns one number.
    x : (...) float
        The point; it isn't changed.
    h : float, optional
        The step.

    Returns
    -------
    (...) float64
        The gradient, with the shape of ``x``.

    Raises
    ------
    ValueError
        If ``f`` returns anything other than one number.
    RuntimeError
        If it is called by a function that is being checked or graded.

    >>> numerical_gradient(lambda x: (x**2).sum(), np.array([1.0, -2.0])).round(6)
    array([ 2., -4.])
    """
    if CALLS.depth:
        raise RuntimeError("numerical_gradient is for trying things out, not for your answers")
    x = np.array(x, dtype=float)
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        gradient[i] = (_number(f(up)) - _number(f(down))) / (2 * h)
    return gradient


def _number(value):
    """Return, as a float, the one number that a function has returned."""
    if np.size(value) != 1:
        shape = np.shape(value)
        raise ValueError(f"f returned an array of shape {shape}, expected one number")
    try:
        return float(np.reshape(value, ()))
    except (TypeError, ValueError):
        kind = "None" if value is None else f"an object of type {type(value).__name__}"
        raise ValueError(f"f returned {kind}, expected one real number") from None
