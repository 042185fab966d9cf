"""Search spaces: distributions to draw from, grids, and how to narrow them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

__all__ = ["Choice", "Integers", "LogUniform", "Uniform", "coverage", "grid_points", "narrow"]


@dataclass(frozen=True)
class Uniform:
    """Numbers between low and high, all equally probable.

    >>> 0.5 <= Uniform(0.5, 0.9).sample(np.random.default_rng(0)) <= 0.9
    True
    """

    low: float
    high: float

    def __post_init__(self):
        _check_range(self)

    def sample(self, rng: np.random.Generator) -> float:
        """Return a random number from the range."""
        return float(rng.uniform(self.low, self.high))

    def around(self, values: Sequence[float], margin: float) -> Uniform:
        """Return the part that holds the values and a margin, which is a share of the range."""
        more = margin * (self.high - self.low)
        return Uniform(max(self.low, min(values) - more), min(self.high, max(values) + more))


@dataclass(frozen=True)
class LogUniform:
    """Positive numbers of which all orders of magnitude are equally probable.

    >>> rng = np.random.default_rng(0)
    >>> [f"{LogUniform(1e-5, 1e-1).sample(rng):.0e}" for _ in range(4)]
    ['4e-03', '1e-04', '1e-05', '1e-05']
    """

    low: float
    high: float

    def __post_init__(self):
        _check_range(self, above=0)

    def sample(self, rng: np.random.Generator) -> float:
        """Return a random number whose logarithm is uniform in the range."""
        x = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        return min(max(x, self.low), self.high)  # which rounding may have exceeded

    def around(self, values: Sequence[float], margin: float) -> LogUniform:
        """Return the part that holds the values and a margin: a share of the whole, in logs."""
        more = (self.high / self.low) ** margin
        return LogUniform(max(self.low, min(values) / more), min(self.high, max(values) * more))


@dataclass(frozen=True)
class Integers:
    """Whole numbers from low to high, both included, all equally probable.

    >>> sorted({Integers(1, 3).sample(np.random.default_rng(s)) for s in range(20)})
    [1, 2, 3]
    """

    low: int
    high: int

    def __post_init__(self):
        if not all(isinstance(end, int) for end in (self.low, self.high)):
            raise TypeError(f"{self}: expected whole numbers")
        _check_range(self)

    def sample(self, rng: np.random.Generator) -> int:
        """Return a random integer from the range."""
        return int(rng.integers(self.low, self.high, endpoint=True))

    def around(self, values: Sequence[int], margin: float) -> Integers:
        """Return the part that holds the values and a margin: a share, rounded up."""
        more = math.ceil(margin * (self.high - self.low))
        return Integers(max(self.low, min(values) - more), min(self.high, max(values) + more))


@dataclass(frozen=True)
class Choice:
    """A choice of one of several options, all equally probable.

    >>> Choice(["uniform", "distance"]).around(["distance", "distance"], 0.1)
    Choice(options=['distance'])
    """

    options: Sequence[Any]

    def __post_init__(self):
        if isinstance(self.options, str) or not len(self.options):
            raise ValueError(f"Choice: expected a list of one or more, got {self.options!r}")

    def sample(self, rng: np.random.Generator) -> Any:
        """Return one of the options at random."""
        return self.options[rng.integers(len(self.options))]

    def around(self, values: Sequence[Any], margin: float) -> Choice:
        """Return the choice among those options that are in the values."""
        return Choice([o for o in self.options if any(_same(o, v) for v in values)])


def grid_points(grid: Mapping[str, Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """Combine each value of each option with each of all others.

    Parameters
    ----------
    grid : dict of lists
        Options and their values.

    Yields
    ------
    dict
        One value for each option; the last option, in the order of the alphabet, changes first.

    >>> list(grid_points({"b": [1, 2], "a": ["x"]}))
    [{'a': 'x', 'b': 1}, {'a': 'x', 'b': 2}]
    """
    names = sorted(grid)
    for values in itertools.product(*(grid[name] for name in names)):
        yield dict(zip(names, values, strict=True))


def narrow(
    space: Mapping[str, Any], results: Any, *, keep: float = 0.25, margin: float = 0.1
) -> dict[str, Any]:
    """Shrink a space to where the best candidates lie: from coarse to fine.

    Parameters
    ----------
    space : dict
        The ranges that were searched: ``Uniform``, ``LogUniform``, ``Integers``, ``Choice``
        or lists.
    results : RandomSearch or dict
        The search, fitted, or its ``cv_results_``.
    keep : float
        Share of the candidates, the best ones, that the new space holds; one at least.
        Candidates that failed are never among them.
    margin : float
        How far the new range reaches beyond them, as a share of the old one; never beyond
        that.

    Returns
    -------
    dict
        The new ranges, for the same options.

    Raises
    ------
    ValueError
        If a share is not in (0, 1], or every candidate failed.

    Source: Bergstra and Bengio (2012), "Random Search for Hyper-Parameter Optimization";
    chapter "Hyperparameter search".

    >>> results = {"params": [{"lr": 0.1}, {"lr": 0.01}], "mean_test_score": [0.2, 0.9]}
    >>> narrow({"lr": LogUniform(1e-4, 1)}, results, keep=0.5, margin=0.25)
    {'lr': LogUniform(low=0.001, high=0.1)}
    """
    for name, share in {"keep": keep, "margin": margin}.items():
        if not 0 < share <= 1:
            raise ValueError(f"narrow: expected {name} in (0, 1], got {share}")
    results = getattr(results, "cv_results_", results)
    scores = np.asarray(results["mean_test_score"], dtype=float)
    known = np.flatnonzero(~np.isnan(scores))
    if not len(known):
        raise ValueError("narrow: expected a candidate that did not fail")
    best = known[np.argsort(-scores[known], kind="stable")][: math.ceil(keep * len(scores))]
    kept = [results["params"][i] for i in best]
    return {
        name: _shrunk(part, [p[name] for p in kept], margin) for name, part in space.items()
    }


def coverage(
    values: Sequence[float], *, bins: int, low: float = 0, high: float = 1
) -> Fraction:
    """Return the fraction of equal bins of a range in which one of the values lies.

    Parameters
    ----------
    values : (n,) float
        What was tried of one option.
    bins : int
        Bins of the range from low to high; an edge belongs to the upper one.

    Returns
    -------
    Fraction
        From 0 to 1. Of n random values one expects :math:`1 - (1 - 1/b)^n` in b bins.

    Raises
    ------
    ValueError
        If a value lies outside the range.

    Source: Bergstra and Bengio (2012), figure 1; chapter "Hyperparameter search".

    >>> coverage([0.1, 0.15, 0.9], bins=4)
    Fraction(1, 2)
    """
    values = np.asarray(values, dtype=float)
    if not ((values >= low) & (values <= high)).all():
        raise ValueError(f"coverage: expected values from {low} to {high}")
    hit = np.minimum(((values - low) / (high - low) * bins).astype(int), bins - 1)
    return Fraction(len(np.unique(hit)), bins)


def draw_points(space: Mapping[str, Any], n: int, rng: np.random.Generator) -> list[dict]:
    """Return n different random points of a space, or fewer if they are hard to find."""
    points: list[dict] = []
    for _ in range(100 * n):
        point = {name: _drawn(space[name], rng) for name in sorted(space)}
        if not any(all(_same(p[name], point[name]) for name in space) for p in points):
            points.append(point)
        if len(points) == n:
            break
    return points


def check_space(owner: str, space: Any, *, lists_only: bool) -> None:
    """Raise an error unless each option has a list or, if allowed, a distribution."""
    if not isinstance(space, Mapping):
        raise TypeError(f"{owner}: expected a dict of options, got {space!r}")
    for name, part in space.items():
        listed = isinstance(part, list | tuple | np.ndarray)
        drawn = hasattr(part, "sample") or hasattr(part, "rvs")
        if not listed and (lists_only or not drawn):
            kinds = "a list" if lists_only else "a list or a range to draw from"
            raise TypeError(f"{owner}: expected {kinds} for {name!r}, got {part!r}")
        if listed and not len(part):
            raise ValueError(f"{owner}: expected one value or more for {name!r}, got none")


def _drawn(part: Any, rng: np.random.Generator) -> Any:
    """Return a random value from a list, one of our ranges or one of SciPy's distributions."""
    if hasattr(part, "sample"):
        return part.sample(rng)
    return part.rvs(random_state=rng) if hasattr(part, "rvs") else Choice(part).sample(rng)


def _shrunk(part: Any, values: list[Any], margin: float) -> Any:
    """Return a range narrowed to some of its values and a margin."""
    if hasattr(part, "around"):
        return part.around(values, margin)
    if hasattr(part, "rvs"):
        raise TypeError(f"narrow: cannot narrow {part!r}; use Uniform, LogUniform or Integers")
    return Choice(part).around(values, margin).options


def _same(a: Any, b: Any) -> bool:
    """Return whether two options are equal, arrays included."""
    return a is b or bool(np.all(a == b))


def _check_range(part: Any, above: float = -math.inf) -> None:
    """Raise ValueError for a range that is empty, infinite, or not above a bound."""
    if not above < part.low <= part.high < math.inf:
        bound = "" if above == -math.inf else f"{above} < "
        raise ValueError(f"{part}: expected {bound}low <= high, both finite")
