"""Line search for the strong Wolfe conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

__all__ = ["Point", "strong_wolfe"]


class Point(NamedTuple):
    """A step length t, and the loss f, the gradient g and the directional derivative there."""

    t: float
    f: float
    g: np.ndarray
    slope: float


def strong_wolfe(
    at: Callable[[float], Point],
    start: Point,
    t: float,
    size: float,
    *,
    c1: float = 1e-4,
    c2: float = 0.9,
    tolerance: float = 1e-9,
    max_ls: int = 25,
) -> Point:
    r"""Find a step that is long enough and decreases the loss enough.

    .. math::
        f(t) \le f(0) + c_1 t\, f'(0), \qquad |f'(t)| \le c_2\, |f'(0)|

    First, t grows until a point that meets both conditions is bracketed. Then cubic
    interpolation narrows the bracket. The rules and the points are the same as in torch.

    Parameters
    ----------
    at : function
        Function that returns the point at a step length.
    start : Point
        Point at 0, with a negative slope.
    t : float
        First step length to try.
    size : float
        Largest absolute value of the elements of the direction.
    c1, c2 : float
        Constants of the two conditions above.
    tolerance : float
        Stop narrowing the bracket if no element would change by more than this.
    max_ls : int
        Maximum number of evaluations after the first one.

    Returns
    -------
    Point
        The lowest point of the bracket. It meets the conditions unless the search stopped early
        because of ``tolerance`` or ``max_ls``.

    Source: Nocedal and Wright (2006), algorithms 3.5 and 3.6; chapter "Line search and
    conjugate gradients".

    >>> def at(t):
    ...     return Point(t, (t - 3.0) ** 2, None, 2 * (t - 3.0))
    >>> strong_wolfe(at, at(0.0), 1.0, 1.0, c2=0.1)
    Point(t=3.0, f=0.0, g=None, slope=0.0)
    """

    def falls(point: Point) -> bool:
        return not point.f > start.f + c1 * point.t * start.slope

    def is_flat(point: Point) -> bool:
        return abs(point.slope) <= -c2 * start.slope

    pair, left = _bracket(at, start, at(t), falls, is_flat, max_ls)
    low = 0 if pair[0].f <= pair[-1].f else len(pair) - 1
    stuck, flat = False, len(pair) == 1
    while left > 0 and not flat and abs(pair[1].t - pair[0].t) * size >= tolerance:
        t, stuck = _inside(*pair, stuck)
        new, left = at(t), left - 1
        if not falls(new) or new.f >= pair[low].f:
            pair[1 - low] = new
            low = 0 if pair[0].f <= pair[1].f else 1
            continue
        flat = is_flat(new)
        if not flat and new.slope * (pair[1 - low].t - pair[low].t) >= 0:
            pair[1 - low] = pair[low]
        pair[low] = new
    return pair[low]


def _bracket(
    at: Callable[[float], Point],
    start: Point,
    point: Point,
    falls: Callable[[Point], bool],
    is_flat: Callable[[Point], bool],
    max_ls: int,
) -> tuple[list[Point], int]:
    """Return an acceptable point or two points around one, and how many evaluations remain."""
    last = start
    for n in range(max_ls):
        if not falls(point) or (n > 1 and point.f >= last.f):
            return [last, point], max_ls - n
        if is_flat(point):
            return [point], max_ls - n
        if point.slope >= 0:
            return [last, point], max_ls - n
        t = _cubic(last, point, point.t + 0.01 * (point.t - last.t), 10 * point.t)
        last, point = point, at(t)
    return [start, point], 0


def _inside(a: Point, b: Point, stuck: bool) -> tuple[float, bool]:
    """Return a step length between two points, and whether it is close to one of them.

    A length at an end moves inwards. So does a length close to an end, if the previous length
    was also close to an end.
    """
    lower, upper = min(a.t, b.t), max(a.t, b.t)
    t, margin = _cubic(a, b, lower, upper), 0.1 * (upper - lower)
    close = min(upper - t, t - lower) < margin
    if close and (stuck or not lower < t < upper):
        return (upper - margin if upper - t < t - lower else lower + margin), False
    return t, close


@np.errstate(all="ignore")
def _cubic(a: Point, b: Point, lower: float, upper: float) -> float:
    """Return the minimum of the cubic through a and b, clipped, or the middle of the limits."""
    a, b = (a, b) if a.t <= b.t else (b, a)
    d1 = a.slope + b.slope - np.float64(3 * (a.f - b.f)) / (a.t - b.t)
    square = d1 * d1 - a.slope * b.slope
    if not square >= 0:  # no minimum
        return (lower + upper) / 2
    d2 = np.sqrt(square)
    t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return float(min(max(t, lower), upper))
