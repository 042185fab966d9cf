"""Products of two vectors, and the angle between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..steps import Step, Steps, run
from .elimination import StepGenerator
from .exact import simplified
from .inputs import vector
from .norms import length, scaled
from .writing import factor, tex, tex_factor, text

__all__ = ["angle", "cosine", "cross", "normalize"]

Array = np.ndarray


def _pair(x: Any, y: Any, function: str, exact: bool) -> tuple[Array, Array]:
    """Return two vectors of equal length."""
    x = vector(x, function, "x", exact=exact)
    y = vector(y, function, "y", exact=exact)
    if x.shape != y.shape:
        raise ValueError(
            f"{function}: expected x and y of equal length, got {len(x)} and {len(y)}"
        )
    return x, y


def normalize(x: Any, *, exact: bool = False) -> Array:
    r"""Return x divided by its Euclidean norm, a vector of length 1.

    .. math:: \frac{x}{\lVert x \rVert}

    Parameters
    ----------
    x : (n,) array_like
        Nonzero.
    exact : bool
        Whether to compute with fractions and roots.

    Raises
    ------
    TypeError, ValueError
        If x is not a vector of finite real numbers, or x is 0.

    Source: Strang (2016), section 1.2; chapter "Vectors".

    >>> print(text(normalize([3, 4], exact=True)))
    (3/5, 4/5)
    """
    x = vector(x, "normalize", exact=exact)
    if not x.any():
        raise ValueError("normalize: expected a nonzero x, got zeros")
    return simplified(x / length(x))


def _products(x: Array, y: Array, d: Any) -> Step:
    """Return the step that writes a dot product as a sum of products."""
    words = [f"{factor(a)} · {factor(b)}" for a, b in zip(x, y, strict=True)]
    signs = [rf"{tex_factor(a)} \cdot {tex_factor(b)}" for a, b in zip(x, y, strict=True)]
    sentence = f"Multiply entry by entry and add: {' + '.join(words)} = {text(d)}."
    return Step(sentence, rf"x^\top y = {' + '.join(signs)} = {tex(d)}")


def cosine(x: Any, y: Any, *, steps: bool = False) -> float | Steps:
    r"""Return the cosine of the angle between two vectors, a measure of their similarity.

    .. math:: \cos \theta = \frac{x^\top y}{\lVert x \rVert \lVert y \rVert}

    Parameters
    ----------
    x, y : (n,) array_like
        Nonzero vectors of equal length.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Returns
    -------
    float or Steps
        In [-1, 1].

    Raises
    ------
    TypeError, ValueError
        If x or y is not a vector of finite real numbers or is 0, or the lengths differ.

    Source: Strang (2016), section 1.2; chapter "Vectors".

    >>> cosine([1, 0], [1, 1], steps=True)
    1. Multiply entry by entry and add: 1 · 1 + 0 · 1 = 1.
    2. The lengths are 1 and √2.
    3. Divide by both: 1 / (1 · √2) = √2/2.
    """
    return run(_cosine(*_nonzero_pair(x, y, "cosine", steps)), steps=steps)


def _nonzero_pair(x: Any, y: Any, function: str, exact: bool) -> tuple[Array, Array]:
    """Return two nonzero vectors of equal length."""
    x, y = _pair(x, y, function, exact)
    for name, v in (("x", x), ("y", y)):
        if not v.any():
            raise ValueError(f"{function}: expected a nonzero {name}, got zeros")
    return x, y


def _cosine(x: Array, y: Array) -> StepGenerator:
    """Yield the steps that divide the dot product by both lengths; return the cosine."""
    x, y = scaled(x), scaled(y)  # this doesn't change the angle
    d = x @ y
    yield lambda: _products(x, y, d)
    a, b = length(x), length(y)
    yield lambda: Step(
        f"The lengths are {text(a)} and {text(b)}.",
        rf"\lVert x \rVert = {tex(a)}, \quad \lVert y \rVert = {tex(b)}",
    )
    c = simplified(d / (a * b))
    yield lambda: Step(
        f"Divide by both: {text(d)} / ({factor(a)} · {factor(b)}) = {text(c)}.",
        rf"\cos \theta = \frac{{{tex(d)}}}{{{tex(a)} \cdot {tex(b)}}} = {tex(c)}",
    )
    return c if x.dtype == object else min(1.0, max(-1.0, float(c)))


def angle(x: Any, y: Any) -> float:
    r"""Return the angle between two vectors.

    .. math:: \theta = 2 \arctan \frac{\lVert u - v \rVert}{\lVert u + v \rVert},
              \quad u = \frac{x}{\lVert x \rVert}, \quad v = \frac{y}{\lVert y \rVert}

    This is the arccosine of ``cosine(x, y)``, but it is also accurate for nearly parallel
    vectors, whose cosine rounds to 1.

    Parameters
    ----------
    x, y : (n,) array_like
        Nonzero vectors of equal length.

    Returns
    -------
    float
        The angle in radians, in [0, π].

    Raises
    ------
    TypeError, ValueError
        As in ``cosine``.

    Source: Kahan (2006), "How futile are mindless assessments of roundoff in floating-point
    computation?", section 12; chapter "Vectors".

    >>> round(angle([1, 0], [1, 1]), 4)
    0.7854
    """
    x, y = _nonzero_pair(x, y, "angle", exact=False)
    u, v = (w / length(w) for w in (scaled(x), scaled(y)))
    return float(2 * np.arctan2(length(u - v), length(u + v)))


def cross(x: Any, y: Any, *, steps: bool = False) -> Array | Steps:
    r"""Return the cross product of two vectors (3,), which is orthogonal to both.

    .. math:: x \times y = (x_2 y_3 - x_3 y_2,\; x_3 y_1 - x_1 y_3,\; x_1 y_2 - x_2 y_1)

    Parameters
    ----------
    x, y : (3,) array_like
        Two vectors. The length of the result is the area of the parallelogram that they span.
    steps : bool
        Whether to return the `Steps`, in exact numbers, instead of the result.

    Raises
    ------
    TypeError, ValueError
        If x or y is not a vector of three finite real numbers.

    Source: Strang (2016), section 5.3; chapter "Vectors".

    >>> cross([1, 2, 3], [4, 5, 6], steps=True)
    1. Entry 1: 2 · 6 − 3 · 5 = −3.
    2. Entry 2: 3 · 4 − 1 · 6 = 6.
    3. Entry 3: 1 · 5 − 2 · 4 = −3.
    """
    x, y = _pair(x, y, "cross", steps)
    if len(x) != 3:
        raise ValueError(f"cross: expected vectors of 3 entries, got {len(x)}")
    return run(_cross(x, y), steps=steps)


def _cross(x: Array, y: Array) -> StepGenerator:
    """Yield one step for each entry of the cross product, and return it."""
    z = x - x
    for k, i, j in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        z[k] = x[i] * y[j] - x[j] * y[i]
        yield lambda k=k, i=i, j=j: _crossed(k, (x[i], y[j], x[j], y[i]), z[k])
    return z


def _crossed(k: int, factors: tuple, z: Any) -> Step:
    """Return the step that computes one entry of a cross product."""
    a, b, c, d = (factor(f) for f in factors)
    e, f, g, h = (tex_factor(f) for f in factors)
    formula = rf"z_{k + 1} = {e} \cdot {f} - {g} \cdot {h} = {tex(z)}"
    return Step(f"Entry {k + 1}: {a} · {b} − {c} · {d} = {text(z)}.", formula)
