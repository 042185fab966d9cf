"""Random tensors.

All random numbers come from ``default_generator``, unless you pass a ``generator``. float32
numbers are drawn as float64 numbers and then rounded.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from .checks import expect
from .creation import known, like, made, shape_of
from .default_dtype import PYTHON
from .generator import (
    Generator,
    default_generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    seed,
    set_rng_state,
)
from .generator import fork_rng as fork_rng
from .generator import generator as _rng
from .generator import generator as generator
from .graph import change_
from .ops.promotion import check_fits
from .quiet import silent
from .tensor import Tensor, raw, wrap

__all__ = [
    "Generator",
    "bernoulli",
    "default_generator",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "multinomial",
    "normal",
    "rand",
    "rand_like",
    "randint",
    "randn",
    "randn_like",
    "randperm",
    "seed",
    "set_rng_state",
]

_expect = functools.partial(expect, error=RuntimeError)


def _floating(name: str, dtype: Any) -> np.dtype:
    """Return a floating-point dtype; raise RuntimeError for any other."""
    if known(name, dtype).kind != "f":
        raise RuntimeError(f"{name}: expected a floating-point dtype, got {dtype}")
    return np.dtype(dtype)


def _uniform(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return random numbers, uniform in [0, 1), and never rounded up to 1."""
    return np.asarray(rng.random(shape), dtype).clip(
        max=np.nextafter(dtype.type(1), dtype.type(0))
    )


def _bounds(low: Any, high: Any) -> tuple[Any, Any]:
    """Return the lower and the upper bound; a single number is the upper bound."""
    low, high = (low, high) if high is not None else (0, low)
    return 0 if low is None else low, high


def _integers(
    name: str, rng: np.random.Generator, low: int, high: int, shape: tuple, dtype: Any
) -> np.ndarray:
    """Return random integers in [low, high), after checking that they fit the dtype."""
    dtype = known(name, dtype)
    if not all(isinstance(n, (int, np.integer)) for n in (low, high)):
        raise TypeError(f"{name}: expected integers as bounds, got {low!r} and {high!r}")
    _expect(name, low < high, "low < high", f"{low} and {high}")
    least, most = (-(2**63), 2**63 - 1) if dtype.kind == "f" else (0, 1)
    if dtype.kind in "iu":
        least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    _expect(
        name, least <= low and high - 1 <= most, f"bounds that fit {dtype}", f"[{low}, {high})"
    )
    return np.asarray(rng.integers(low, high, shape), dtype)


def rand(
    *sizes: int,
    size: Sequence[int] | None = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return random numbers, uniform in [0, 1)."""
    dtype = _floating("rand", dtype or PYTHON[float])
    array = _uniform(_rng(generator, "rand"), shape_of("rand", sizes, size), dtype)
    return made("rand", array, device, requires_grad)


def randn(
    *sizes: int,
    size: Sequence[int] | None = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return random numbers from the normal distribution with mean 0 and variance 1."""
    dtype, shape = _floating("randn", dtype or PYTHON[float]), shape_of("randn", sizes, size)
    array = np.asarray(_rng(generator, "randn").standard_normal(shape), dtype)
    return made("randn", array, device, requires_grad)


def randint(
    low: int | None = None,
    high: int | Sequence[int] | None = None,
    size: Sequence[int] | None = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return random integers in [low, high); the default of low is 0.

    As in torch, both ``randint(high, size)`` and ``randint(low, high, size)`` are possible.

    >>> randint(3, (2, 4)).shape, randint(3, 5, (2, 4)).max().item() < 5
    ((2, 4), True)
    """
    if size is None:
        high, size = None, high
    low, high = _bounds(low, high)
    if not isinstance(size, (tuple, list)):
        raise TypeError(f"randint: expected a tuple of sizes, got {size!r}")
    rng, shape = _rng(generator, "randint"), shape_of("randint", (size,))
    array = _integers("randint", rng, low, high, shape, dtype or np.int64)
    return made("randint", array, device, requires_grad)


def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return a random permutation of 0 to n - 1."""
    (n,), dtype = shape_of("randperm", (n,)), known("randperm", dtype or np.int64)
    most = np.iinfo(dtype).max if dtype.kind in "iu" else n
    _expect("randperm", n - 1 <= most and dtype.kind != "b", f"n that fits {dtype}", n)
    array = _rng(generator, "randperm").permutation(n).astype(dtype)
    return made("randperm", array, device, requires_grad)


def rand_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return random numbers, uniform in [0, 1), with the shape and dtype of another tensor."""
    shape, dtype = like("rand_like", input, dtype)
    array = _uniform(_rng(generator, "rand_like"), shape, _floating("rand_like", dtype))
    return made("rand_like", array, device, requires_grad)


def randn_like(
    input: Tensor,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Return standard normal numbers with the shape and dtype of another tensor."""
    shape, dtype = like("randn_like", input, dtype)
    array = _rng(generator, "randn_like").standard_normal(shape)
    array = np.asarray(array, _floating("randn_like", dtype))
    return made("randn_like", array, device, requires_grad)


def normal(
    mean: float | Tensor = 0.0,
    std: float | Tensor = 1.0,
    size: Sequence[int] | None = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Draw from normal distributions; mean and std are Tensors, or numbers with a size.

    Gradients don't flow back to mean and std, even if they require a gradient.
    """
    arrays = [raw(x) for x in (mean, std) if isinstance(x, (Tensor, np.ndarray))]
    if bool(arrays) == (size is not None):
        raise TypeError(f"normal: expected numbers with a size or Tensors without, got {size=}")
    shape = (
        np.broadcast_shapes(*(a.shape for a in arrays))
        if arrays
        else shape_of("normal", (size,))
    )
    dtype = _floating("normal", dtype or (np.result_type(*arrays) if arrays else PYTHON[float]))
    _expect("normal", (np.asarray(raw(std)) >= 0).all(), "std >= 0", std)
    draw = _rng(generator, "normal").standard_normal(shape)
    return made("normal", np.asarray(raw(mean) + raw(std) * draw, dtype), device, requires_grad)


def bernoulli(
    input: Tensor, p: float | None = None, *, generator: Generator | None = None
) -> Tensor:
    """Return random zeros and ones; the probability of a one is p, by default the input."""
    shape, dtype = like("bernoulli", input)
    if p is None:
        p, dtype = raw(input), _floating("bernoulli", dtype)
    return wrap(_trials("bernoulli", _rng(generator, "bernoulli"), p, shape, dtype))


def _trials(
    name: str, rng: np.random.Generator, p: Any, shape: tuple[int, ...], dtype: Any
) -> np.ndarray:
    """Return an array whose elements are 1 with probability p, and 0 otherwise."""
    valid = (np.asarray(p) >= 0) & (np.asarray(p) <= 1)
    _expect(name, valid.all(), "probabilities in [0, 1]", p)
    return np.asarray(rng.random(shape) < p, dtype)


def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    r"""Draw random categories with given weights, separately for each row.

    .. math:: p_c = w_c / \sum_k w_k

    Parameters
    ----------
    input : (C,) or (N, C) float
        The weights w, which don't have to sum to 1.
    num_samples : int
        Number of draws for each row.
    replacement : bool
        If True, a category can be drawn more than once; if False, only once. Default: False.
    generator : Generator
        Random number generator. Default: ``default_generator``.

    Returns
    -------
    (num_samples,) or (N, num_samples) int64
        The categories, in the order in which they were drawn.

    Raises
    ------
    RuntimeError
        If a weight is negative or not finite, a row sums to 0, num_samples is below 1, or
        ``replacement`` is False and a row has fewer than num_samples weights above 0.

    Source: Efraimidis and Spirakis (2006), "Weighted random sampling with a reservoir".

    >>> multinomial(Tensor([0.0, 3.0, 0.0]), 2, replacement=True)
    tensor([1, 1])
    """
    shape, dtype = like("multinomial", input)
    w, _ = raw(input).astype(np.float64), _floating("multinomial", dtype)
    _expect("multinomial", len(shape) in (1, 2), "one or two axes", shape)
    _expect("multinomial", num_samples > 0, "num_samples > 0", num_samples)
    _expect("multinomial", (np.isfinite(w) & (w >= 0)).all(), "finite weights >= 0", input)
    _expect("multinomial", (w.sum(-1) > 0).all(), "rows with a sum above 0", input)
    rng = _rng(generator, "multinomial")
    if replacement:
        steps = w.cumsum(-1)
        draws = rng.random((*shape[:-1], num_samples))
        pairs = zip(steps.reshape(-1, shape[-1]), draws.reshape(-1, num_samples), strict=True)
        drawn = [np.searchsorted(row / row[-1], u, side="right") for row, u in pairs]
        return wrap(np.reshape(drawn, draws.shape).astype(np.int64))
    nonzero, wanted = (w > 0).sum(-1), f"at least {num_samples} weights above 0 in each row"
    _expect("multinomial", (nonzero >= num_samples).all(), wanted, nonzero)
    # The categories with the shortest exponential waiting times (rate w) are a weighted sample.
    times = rng.standard_exponential(shape) / np.where(w > 0, w, np.nan)
    return wrap(np.argsort(times, -1)[..., :num_samples])


# Methods that overwrite a tensor


@silent
def _fill(x: Tensor, array: np.ndarray) -> Tensor:
    """Overwrite x with an array, and return x; the gradient of its old values is 0."""
    return change_(x, wrap(np.asarray(array, x.dtype)))


def uniform_(
    self: Tensor, from_: float = 0.0, to: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with uniform random numbers between two bounds; torch names the first ``from``."""
    dtype = _floating("uniform_", self.dtype)
    for bound in (from_, to):
        check_fits("uniform_", bound, dtype)
    _expect("uniform_", from_ <= to, "from <= to", f"{from_} and {to}")
    draw = _uniform(_rng(generator, "uniform_"), self.shape, dtype)
    return _fill(self, from_ + (to - from_) * draw)


def normal_(
    self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Fill with random numbers from a normal distribution."""
    _floating("normal_", self.dtype)
    _expect("normal_", std >= 0, "std >= 0", std)
    return _fill(self, _rng(generator, "normal_").normal(mean, std, self.shape))


def bernoulli_(
    self: Tensor, p: float | Tensor = 0.5, *, generator: Generator | None = None
) -> Tensor:
    """Set each element to 1 with probability p, and to 0 otherwise."""
    rng = _rng(generator, "bernoulli_")
    return _fill(self, _trials("bernoulli_", rng, raw(p), self.shape, self.dtype))


for method in (uniform_, normal_, bernoulli_, bernoulli, multinomial):
    setattr(Tensor, method.__name__, method)
