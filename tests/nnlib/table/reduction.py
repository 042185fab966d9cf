"""Cases of ops/reduction.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, apart, integers, truths

inf, nan = np.inf, np.nan


def with_zeros(rng, shape):
    """Return random numbers of which about a third are exactly 0."""
    return rng.uniform(0.5, 1.5, shape) * (rng.random(shape) < 0.7)


def with_nan(rng, shape):
    """Return random numbers of which about a third are NaN, never the first."""
    x = rng.standard_normal(shape)
    x[rng.random(shape) < 0.3] = nan
    x.flat[0] = 1.0
    return x


def fraction_of_all(rng, shape):
    return rng.uniform(0.1, 0.9, shape)


def small(rng, shape):
    return rng.integers(0, 3, shape)


def bytes_(rng, shape):
    return rng.integers(0, 3, shape).astype(np.uint8)


CASES = [
    Case("amax", lambda L, x: L.amax(x, (0, 2)), ((3, 5, 2),)),
    Case("amin", lambda L, x: L.amin(x, 1), ((3, 5),)),
    Case("amin", lambda L, x: L.amin(x, (0, -1), True), ((3, 5, 2),), note="keepdim"),
    Case("cumprod", lambda L, x: L.cumprod(x, 1), ((3, 5, 2),)),
    Case("cumprod", lambda L, x: L.cumprod(x, -1), ((3, 5),), with_zeros, "zeros"),
    Case("cumsum", lambda L, x: L.cumsum(x, 1), ((3, 5, 2),)),
    Case("cumsum", lambda L, x: L.cumsum(x, -2, dtype=L.float64), ((3, 5),), note="dtype"),
    Case("log_softmax", lambda L, x: L.log_softmax(x, 1), ((3, 5),)),
    Case("logsumexp", lambda L, x: L.logsumexp(x, (0, 2)), ((3, 5, 2),)),
    Case("max", lambda L, x: L.max(x, 1)[0], ((3, 5),)),
    Case("max", lambda L, a, b: L.max(a, b), ((3, 5), (5,)), note="two"),
    Case("mean", lambda L, x: L.mean(x, (0, 2)), ((3, 5, 2),)),
    Case("mean", lambda L, x: L.mean(x, -1, True, dtype=L.float64), ((3, 5),), note="dtype"),
    Case("diff", lambda L, x: L.diff(x), ((3, 5),)),
    Case("diff", lambda L, x: L.diff(x, 2, 0), ((4, 2),), note="twice"),
    Case("diff", lambda L, x: L.diff(x, 7), ((4,),), note="nothing", second=None),
    Case("diff", lambda L, *x: L.diff(x[0], 1, 1, x[1], x[2]), ((3, 2), (3, 1), (3, 2))),
    Case("median", lambda L, x: L.median(x, 1).values, ((3, 5),), apart),
    *[
        Case(
            "quantile",
            lambda L, x, kind=kind: L.quantile(
                x, L.tensor([0.3, 0.0, 0.625, 1.0], dtype=x.dtype), 1, interpolation=kind
            ),
            ((3, 5),),
            apart,
            kind,
            arrays=False,
        )
        for kind in ("linear", "lower", "higher", "midpoint", "nearest")
    ],
    Case("quantile", lambda L, x: L.quantile(x, 0.4), ((3, 4),), apart),
    Case("quantile", lambda L, x: L.quantile(x, 0.4, keepdim=True), ((3, 4),), apart),
    Case("quantile", lambda L, x: L.quantile(x, 0.4, 0, True), ((3, 4, 2),), apart),
    Case("quantile", lambda L, x, q: L.quantile(x, q), ((4,), (2,)), fraction_of_all, "q"),
    Case("min", lambda L, x: L.min(x, 1)[0], ((3, 5),)),
    Case("min", lambda L, a, b: L.min(a, b), ((3, 5), (5,)), note="two"),
    Case("nanmean", lambda L, x: L.nanmean(x, -1), ((3, 5),)),
    Case("norm", lambda L, x: L.norm(x), ((3, 5),)),
    Case("prod", lambda L, x: L.prod(x, 1), ((3, 5, 2),)),
    Case("prod", lambda L, x: L.prod(x, -1, True), ((4, 5),), with_zeros, "zeros"),
    Case("softmax", lambda L, x: L.softmax(x, 0), ((3, 5),)),
    Case("softmax", lambda L, x: L.softmax(x, 1, dtype=L.float64), ((3, 5),), note="dtype"),
    Case("std", lambda L, x: L.std(x, 1), ((3, 5),)),
    Case("sum", lambda L, x: L.sum(x, (0, 2)), ((3, 5, 2),)),
    Case("sum", lambda L, x: L.sum(x, 0), ((7, 5),), note="rows"),
    Case("var", lambda L, x: L.var(x, (0, 2), correction=0), ((3, 5, 2),)),
]

VALUES: list[Case] = [
    Case("all", lambda L, x: L.all(x), ((3, 5),), truths),
    Case("all", lambda L, x: L.all(x, dim=()), ((3, 5),), small, "no axis"),
    Case("any", lambda L, x: L.any(x), ((3, 5),), bytes_, "bytes"),
    Case("any", lambda L, x: L.any(x, -1), ((5, 2),), truths),
    Case("argmax", lambda L, x: L.argmax(x), ((3, 5),)),
    Case("argmax", lambda L, x: L.argmax(x, -1), ((3, 5),), small, "equal"),
    Case("argmin", lambda L, x: L.argmin(x), ((3, 5),), small),
    Case("argmin", lambda L, x: L.argmin(x, 1, keepdim=True), ((3, 5),), with_nan, "nan"),
    Case("count_nonzero", lambda L, x: L.count_nonzero(x), ((3, 5),), small),
    Case("count_nonzero", lambda L, x: L.count_nonzero(x, (0, -1)), ((3, 5, 2),), truths),
    Case("cumsum", lambda L, x: L.cumsum(x, 1, dtype=L.int32), ((3, 5),), bytes_, "dtype"),
    Case("median", lambda L, x: L.median(x), ((3, 5),), with_nan, "nan in all"),
    Case("quantile", lambda L, x: L.quantile(x, 0.5, 1), ((3, 5),), with_nan, "nan"),
    Case("diff", lambda L, x: L.diff(x, 2), ((3, 5),), truths, "truths"),
    Case("nanmean", lambda L, x: L.nanmean(x * nan, 1), ((3, 5),), note="none known"),
    Case("nanmean", lambda L, x: L.nanmean(x, 0, dtype=L.float32), ((3, 5),), with_nan),
    Case("norm", lambda L, x: L.norm(x, 0, 1), ((3, 5),), with_zeros, "how many"),
    Case("norm", lambda L, x: L.norm(x, 0), ((3, 5),), with_nan, "how many with nan"),
    Case("norm", lambda L, x: L.norm(x, None), ((3, 5),), note="none"),
    Case("prod", lambda L, x: L.prod(x, 0, dtype=L.int32), ((3, 5),), bytes_, "dtype"),
    Case("sum", lambda L, x: L.sum(x, 1, dtype=L.int32), ((3, 5),), with_zeros, "rounded"),
    Case("sum", lambda L, x: L.sum(x, 0, dtype=L.float32), ((3, 5),), integers, "to float"),
    Case("sum", lambda L, x: L.sum(x, ()), ((3, 5),), integers, "all axes"),
]


def past_the_end(name, error=IndexError, **options):
    """Return a call that reduces a matrix along dimension 2, which it lacks."""
    return Bad(name, lambda L: getattr(L, name)(L.ones(2, 3), dim=2, **options), error)


def integers_in(name):
    """Return a call with integers of an operation that needs floats."""
    return Bad(name, lambda L: getattr(L, name)(L.arange(3)))


def nothing_in(name, torch="same", **options):
    """Return a call that takes the extreme of an empty tensor."""
    return Bad(
        name,
        lambda L: getattr(L, name)(L.zeros(0, 3), **options),
        IndexError if options else RuntimeError,
        torch,
    )


BAD: list[Bad] = [
    *map(
        past_the_end,
        """all amax amin any argmax argmin count_nonzero cumprod cumsum log_softmax logsumexp
        max mean median min nanmean norm prod softmax std sum var""".split(),
    ),
    *map(integers_in, "mean nanmean norm std var".split()),
    *map(nothing_in, "amax amin max min".split()),
    nothing_in("argmax", torch=IndexError),
    nothing_in("argmin", torch=IndexError),
    nothing_in("median", torch=None),
    *(nothing_in(name, dim=0) for name in "amax amin argmax argmin max median min".split()),
    *(
        Bad(name, lambda L, name=name: getattr(L, name)(L.ones(2, 3), dim=(0, 0)))
        for name in "sum mean nanmean var std amax all any logsumexp norm".split()
    ),
    Bad("max", lambda L: L.max(L.ones(2, 3), L.ones(2))),
    Bad("min", lambda L: L.min(L.ones(2, 3), (0, 1)), TypeError),
    Bad("norm", lambda L: L.norm(L.ones(3), "abc")),
    Bad("norm", lambda L: L.norm(L.zeros(0), inf)),
    Bad("diff", lambda L: L.diff(L.ones(3), -1)),
    Bad("diff", lambda L: L.diff(L.ones(3), dim=1), IndexError),
    Bad("diff", lambda L: L.diff(L.tensor(1.0))),
    Bad("diff", lambda L: L.diff(L.ones(3, 2), prepend=L.ones(2, 2))),
    Bad("quantile", lambda L: L.quantile(L.ones(3).long(), 0.5)),
    Bad("quantile", lambda L: L.quantile(L.ones(3), 1.5)),
    Bad("quantile", lambda L: L.quantile(L.ones(3), L.ones(1).double())),
    Bad("quantile", lambda L: L.quantile(L.ones(3), L.ones(1, 1))),
    Bad("quantile", lambda L: L.quantile(L.ones(3), 0.5, interpolation="mean")),
    Bad("quantile", lambda L: L.quantile(L.ones(3), 0.5, 1), IndexError),
    Bad("quantile", lambda L: L.quantile(L.ones(0), 0.5)),
]
