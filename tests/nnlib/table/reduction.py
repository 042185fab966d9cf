"""Cases of ops/reduction.py."""

import numpy as np

from tests.nnlib.harness import Bad, Case, apart, fraction, integers, positive, truths

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


def small(rng, shape):
    return rng.integers(0, 3, shape)


def bytes_(rng, shape):
    return rng.integers(0, 3, shape).astype(np.uint8)


CASES = [
    Case("amax", lambda L, x: L.amax(x, (0, 2)), ((3, 5, 2),)),
    Case("amax", lambda L, x: L.amax(x, 1, keepdim=True), ((3, 5),), note="keepdim"),
    Case("amax", lambda L, x: L.amax(x), ((3, 5),), note="all"),
    Case("amax", lambda L, x: L.amax(x, -1), ((0, 3),), note="empty"),
    Case("amin", lambda L, x: L.amin(x, 1), ((3, 5),)),
    Case("amin", lambda L, x: L.amin(x, (0, -1), True), ((3, 5, 2),), note="keepdim"),
    Case("amin", lambda L, x: L.amin(x, 0), ((),), note="single"),
    Case("aminmax", lambda L, x: L.aminmax(x).min, ((3, 5),), note="all"),
    Case("aminmax", lambda L, x: L.aminmax(x, dim=0).max, ((3, 5),)),
    Case("aminmax", lambda L, x: L.aminmax(x, dim=-1, keepdim=True).min, ((3, 5),)),
    Case("cummax", lambda L, x: L.cummax(x, 1).values, ((3, 5),)),
    Case("cummax", lambda L, x: L.cummax(x, 0)[0], ((),), note="single"),
    Case("cummin", lambda L, x: L.cummin(x, -2).values, ((3, 5),)),
    Case("cumprod", lambda L, x: L.cumprod(x, 1), ((3, 5, 2),)),
    Case("cumprod", lambda L, x: L.cumprod(x, -1), ((3, 5),), with_zeros, "zeros"),
    Case("cumprod", lambda L, x: L.cumprod(x, 0), ((1, 3),), note="one"),
    Case("cumprod", lambda L, x: L.cumprod(x, 0, dtype=L.float64), ((3, 2),), note="dtype"),
    Case("cumprod", lambda L, x: L.cumprod(x, 0), ((0, 3),), note="empty"),
    Case("cumprod", lambda L, x: L.cumprod(x, 0), ((),), note="single"),
    Case("cumsum", lambda L, x: L.cumsum(x, 1), ((3, 5, 2),)),
    Case("cumsum", lambda L, x: L.cumsum(x, -2, dtype=L.float64), ((3, 5),), note="dtype"),
    Case("cumsum", lambda L, x: L.cumsum(x, 1), ((2, 0),), note="empty"),
    Case("cumsum", lambda L, x: L.cumsum(x, -1), ((),), note="single"),
    Case("dist", lambda L, a, b: L.dist(a, b), ((3, 5), (5,))),
    Case("dist", lambda L, a, b: L.dist(a, b, 3), ((3, 5), (3, 1)), note="cubes"),
    Case("dist", lambda L, a, b: L.dist(a, b, inf), ((3, 5), (3, 5)), apart, "largest"),
    Case("log_softmax", lambda L, x: L.log_softmax(x, 1), ((3, 5),)),
    Case("log_softmax", lambda L, x: L.log_softmax(x, -2), ((3, 5, 2),), note="middle"),
    Case("log_softmax", lambda L, x: L.log_softmax(x, 1, dtype=L.float64), ((3, 5),)),
    Case("log_softmax", lambda L, x: L.log_softmax(x, 0), ((),), note="single"),
    Case("log_softmax", lambda L, x: L.log_softmax(x, 1), ((0, 3),), note="empty"),
    Case("logsumexp", lambda L, x: L.logsumexp(x, (0, 2)), ((3, 5, 2),)),
    Case("logsumexp", lambda L, x: L.logsumexp(x, 1, keepdim=True), ((3, 5),), note="keepdim"),
    Case("logsumexp", lambda L, x: L.logsumexp(x, -1), ((),), note="single"),
    Case("logsumexp", lambda L, x: L.logsumexp(x, 1), ((0, 3),), note="empty"),
    Case("max", lambda L, x: L.max(x, 1)[0], ((3, 5),)),
    Case("max", lambda L, x: L.max(x, 0, keepdim=True)[0], ((3, 5),), note="keepdim"),
    Case("max", lambda L, x: L.max(x), ((3, 5),), note="all"),
    Case("max", lambda L, a, b: L.max(a, b), ((3, 5), (5,)), note="two"),
    Case("max", lambda L, a, b: L.max(a, other=b), ((3, 1), (5,)), note="other"),
    Case("max", lambda L, x: L.max(x, -1).values, ((),), note="single"),
    Case("max", lambda L, x: L.max(x, 1).values, ((0, 3),), note="empty"),
    Case("mean", lambda L, x: L.mean(x, (0, 2)), ((3, 5, 2),)),
    Case("mean", lambda L, x: L.mean(x), ((3, 5),), note="all"),
    Case("mean", lambda L, x: L.mean(x, -1, True, dtype=L.float64), ((3, 5),), note="dtype"),
    Case("mean", lambda L, x: L.mean(x, 1), ((0, 3),), note="empty"),
    Case("mean", lambda L, x: L.mean(x, 0), ((),), note="single"),
    Case("median", lambda L, x: L.median(x), ((3, 4),), apart, "all"),
    Case("median", lambda L, x: L.median(x, 1).values, ((3, 5),), apart),
    Case("median", lambda L, x: L.median(x, -2, True).values, ((4, 3),), apart, "keepdim"),
    Case("median", lambda L, x: L.median(x, 1).values, ((0, 3),), note="empty"),
    Case("median", lambda L, x: L.median(x, 0).values, ((),), note="single"),
    Case("min", lambda L, x: L.min(x, 1)[0], ((3, 5),)),
    Case("min", lambda L, x: L.min(x), ((3, 5),), note="all"),
    Case("min", lambda L, a, b: L.min(a, b), ((3, 5), (5,)), note="two"),
    Case("min", lambda L, x: L.min(x, -2, True)[0], ((3, 5),), note="keepdim"),
    Case("nanmean", lambda L, x: L.nanmean(x, -1), ((3, 5),)),
    Case("nanmean", lambda L, x: L.nanmean(x / x * x, (0, 2), True), ((3, 5, 2),), note="keep"),
    Case("nansum", lambda L, x: L.nansum(x), ((3, 5),), note="all"),
    Case("nansum", lambda L, x: L.nansum(x, (0, -1), True), ((3, 5, 2),), note="keepdim"),
    Case("norm", lambda L, x: L.norm(x), ((3, 5),)),
    Case("norm", lambda L, x: L.norm(x, "fro", (0, 2)), ((3, 5, 2),), note="fro"),
    Case("norm", lambda L, x: L.norm(x, 2, -1, True), ((3, 5),), with_zeros, "keepdim"),
    Case("norm", lambda L, x: L.norm(x, 1, 0), ((3, 5),), fraction, "sum"),
    Case("norm", lambda L, x: L.norm(x, p=3, dim=1), ((3, 5),), note="cubes"),
    Case("norm", lambda L, x: L.norm(x, 0.5), ((3, 5),), fraction, "roots"),
    Case("norm", lambda L, x: L.norm(x, -1.5, 1), ((3, 5),), fraction, "negative"),
    Case("norm", lambda L, x: L.norm(x, inf, (0, 1)), ((3, 5),), note="largest"),
    Case("norm", lambda L, x: L.norm(x, -inf, 1), ((3, 5),), note="smallest"),
    Case("norm", lambda L, x: L.norm(x, 2, dtype=L.float64), ((3, 5),), note="dtype"),
    Case("norm", lambda L, x: L.norm(x, inf, dtype=L.float64), ((3, 5),), note="largest dtype"),
    Case("norm", lambda L, x: L.norm(x, dim=1), ((0, 3),), note="empty"),
    Case("norm", lambda L, x: L.norm(x, 2, 0), ((),), note="single"),
    Case("prod", lambda L, x: L.prod(x), ((3, 4),), positive, "all"),
    Case("prod", lambda L, x: L.prod(x, 1), ((3, 5, 2),)),
    Case("prod", lambda L, x: L.prod(x, -1, True), ((4, 5),), with_zeros, "zeros"),
    Case("prod", lambda L, x: L.prod(x, 0, dtype=L.float64), ((3, 1),), note="dtype"),
    Case("prod", lambda L, x: L.prod(x, 0), ((0, 3),), note="empty"),
    Case("prod", lambda L, x: L.prod(x, -1), ((),), note="single"),
    Case("softmax", lambda L, x: L.softmax(x, 0), ((3, 5),)),
    Case("softmax", lambda L, x: L.softmax(x, -1), ((3, 1, 5),), note="last"),
    Case("softmax", lambda L, x: L.softmax(x, 1, dtype=L.float64), ((3, 5),), note="dtype"),
    Case("softmax", lambda L, x: L.softmax(x, -1), ((),), note="single"),
    Case("softmax", lambda L, x: L.softmax(x, 0), ((0, 3),), note="empty"),
    Case("std", lambda L, x: L.std(x, 1), ((3, 5),)),
    Case("std", lambda L, x: L.std(x, False), ((3, 5),), note="biased"),
    Case("std", lambda L, x: L.std(x, -1, True, True), ((3, 5),), note="keepdim"),
    Case("std_mean", lambda L, x: L.std_mean(x, (0, 2))[0], ((3, 5, 2),)),
    Case("std_mean", lambda L, x: L.std_mean(x, correction=2)[1], ((3, 5),), note="mean"),
    Case("sum", lambda L, x: L.sum(x, (0, 2)), ((3, 5, 2),)),
    Case("sum", lambda L, x: L.sum(x, -1, keepdim=True), ((3, 5),), note="keepdim"),
    Case("sum", lambda L, x: L.sum(x, 0), ((7, 5),), note="rows"),
    Case("sum", lambda L, x: L.sum(x, 0), ((0, 3),), note="empty"),
    Case("sum", lambda L, x: L.sum(x, 0, dtype=L.float64), ((3, 5),), note="dtype"),
    Case("sum", lambda L, x: L.sum(x, -1), ((),), note="single"),
    Case("var", lambda L, x: L.var(x, (0, 2), correction=0), ((3, 5, 2),)),
    Case("var", lambda L, x: L.var(x), ((3, 5),), note="all"),
    Case("var", lambda L, x: L.var(x, unbiased=False), ((3, 5),), note="biased"),
    Case("var", lambda L, x: L.var(x, -1, False, True), ((3, 5),), note="keepdim"),
    Case("var", lambda L, x: L.var(x, 0, correction=1.5), ((3, 5),), note="correction"),
    Case("var_mean", lambda L, x: L.var_mean(x, False)[0], ((3, 5),), note="biased"),
    Case("var_mean", lambda L, x: L.var_mean(x, -1, keepdim=True)[1], ((3, 5),), note="mean"),
]

VALUES: list[Case] = [
    Case("all", lambda L, x: L.all(x), ((3, 5),), truths),
    Case("all", lambda L, x: L.all(x, 1, True), ((3, 5),), small, "keepdim"),
    Case("all", lambda L, x: L.all(x, (0, -1)), ((2, 5, 1),), bytes_, "bytes"),
    Case("all", lambda L, x: L.all(x, dim=()), ((3, 5),), small, "no axis"),
    Case("all", lambda L, x: L.all(x, 0), ((0, 3),), note="empty"),
    Case("any", lambda L, x: L.any(x), ((3, 5),), bytes_, "bytes"),
    Case("any", lambda L, x: L.any(x, -1), ((5, 2),), truths),
    Case("any", lambda L, x: L.any(x, 1, keepdim=True), ((3, 0),), note="empty"),
    Case("any", lambda L, x: L.any(x, 0), ((),), note="single"),
    Case("argmax", lambda L, x: L.argmax(x), ((3, 5),)),
    Case("argmax", lambda L, x: L.argmax(x, -1), ((3, 5),), small, "equal"),
    Case("argmax", lambda L, x: L.argmax(x, 0, True), ((3, 5),), with_nan, "nan"),
    Case("argmax", lambda L, x: L.argmax(x, None, True), ((3, 5),), note="keepdim"),
    Case("argmax", lambda L, x: L.argmax(x, 1), ((0, 3),), note="empty"),
    Case("argmax", lambda L, x: L.argmax(x, -1), ((),), note="single"),
    Case("argmin", lambda L, x: L.argmin(x), ((3, 5),), small),
    Case("argmin", lambda L, x: L.argmin(x, 1, keepdim=True), ((3, 5),), with_nan, "nan"),
    Case("aminmax", lambda L, x: L.aminmax(x, dim=1), ((3, 5),), with_nan, "nan"),
    Case("amax", lambda L, x: L.amax(x, 1), ((3, 5),), truths, "truths"),
    Case("count_nonzero", lambda L, x: L.count_nonzero(x), ((3, 5),), small),
    Case("count_nonzero", lambda L, x: L.count_nonzero(x, (0, -1)), ((3, 5, 2),), truths),
    Case("count_nonzero", lambda L, x: L.count_nonzero(x, dim=1), ((3, 5),), with_nan, "nan"),
    Case("count_nonzero", lambda L, x: L.count_nonzero(x, 0), ((0, 3),), note="empty"),
    Case("cummax", lambda L, x: L.cummax(x, 0), ((5, 3),), small, "equal"),
    Case("cummax", lambda L, x: L.cummax(x, 1), ((3, 5),), with_nan, "nan"),
    Case("cummax", lambda L, x: L.cummax(x, 0), ((0, 3),), note="empty"),
    Case("cummin", lambda L, x: L.cummin(x, -1), ((3, 5),), small, "equal"),
    Case("cummin", lambda L, x: L.cummin(x, 0), ((5, 3),), with_nan, "nan"),
    Case("cumprod", lambda L, x: L.cumprod(x, 0), ((3, 5),), integers, "integers"),
    Case("cumsum", lambda L, x: L.cumsum(x, 1), ((3, 5),), truths, "truths"),
    Case("cumsum", lambda L, x: L.cumsum(x, 1, dtype=L.int32), ((3, 5),), bytes_, "dtype"),
    Case("max", lambda L, x: L.max(x, 1), ((3, 5),), small, "equal"),
    Case("max", lambda L, x: L.max(x, 0), ((5, 3),), with_nan, "nan"),
    Case("mean", lambda L, x: L.mean(x, 0, dtype=L.float64), ((3, 5),), integers, "integers"),
    Case("mean", lambda L, x: L.mean(x, 0), ((0, 3),), note="of nothing"),
    Case("median", lambda L, x: L.median(x), ((3, 4),), small, "integers"),
    Case("median", lambda L, x: L.median(x, 1), ((3, 5),), with_nan, "nan"),
    Case("median", lambda L, x: L.median(x), ((3, 5),), with_nan, "nan in all"),
    Case("min", lambda L, x: L.min(x, 1, True), ((3, 5),), small, "equal"),
    Case("nanmean", lambda L, x: L.nanmean(x), ((3, 5),), with_nan, "all"),
    Case("nanmean", lambda L, x: L.nanmean(x * nan, 1), ((3, 5),), note="none known"),
    Case("nanmean", lambda L, x: L.nanmean(x, 0, dtype=L.float32), ((3, 5),), with_nan),
    Case("nansum", lambda L, x: L.nansum(x, 1), ((3, 5),), with_nan),
    Case("nansum", lambda L, x: L.nansum(x, 0, dtype=L.float32), ((3, 5),), with_nan, "dtype"),
    Case("nansum", lambda L, x: L.nansum(x, 0), ((3, 5),), bytes_, "bytes"),
    Case("norm", lambda L, x: L.norm(x, 0, 1), ((3, 5),), with_zeros, "how many"),
    Case("norm", lambda L, x: L.norm(x, 0), ((3, 5),), with_nan, "how many with nan"),
    Case("norm", lambda L, x: L.norm(x), ((0, 3),), note="of nothing"),
    Case("norm", lambda L, x: L.norm(x, None), ((3, 5),), note="none"),
    Case("prod", lambda L, x: L.prod(x), ((2, 3),), integers, "integers"),
    Case("prod", lambda L, x: L.prod(x, 1), ((3, 5),), truths, "truths"),
    Case("prod", lambda L, x: L.prod(x, 0, dtype=L.int32), ((3, 5),), bytes_, "dtype"),
    Case("softmax", lambda L, x: L.softmax(x, 1, L.float64), ((3, 5),), integers, "integers"),
    Case("sum", lambda L, x: L.sum(x), ((3, 5),), truths, "truths"),
    Case("sum", lambda L, x: L.sum(x, 1), ((3, 5),), bytes_, "bytes"),
    Case("sum", lambda L, x: L.sum(x, 1, dtype=L.int32), ((3, 5),), with_zeros, "rounded"),
    Case("sum", lambda L, x: L.sum(x, 0, dtype=L.float32), ((3, 5),), integers, "to float"),
    Case("sum", lambda L, x: L.sum(x, ()), ((3, 5),), integers, "all axes"),
    Case("var_mean", lambda L, x: L.var_mean(x, 0), ((3, 5),), note="both"),
    Case("std_mean", lambda L, x: L.std_mean(x, 0, False, True), ((3, 5),), note="both"),
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
        """all amax amin aminmax any argmax argmin count_nonzero cummax cummin cumprod cumsum
        log_softmax logsumexp max mean median min nanmean nansum norm prod softmax std std_mean
        sum var var_mean""".split(),
    ),
    *map(integers_in, "mean nanmean norm std std_mean var var_mean".split()),
    *map(nothing_in, "amax amin aminmax max min".split()),
    nothing_in("argmax", torch=IndexError),
    nothing_in("argmin", torch=IndexError),
    nothing_in("median", torch=None),
    *(
        nothing_in(name, dim=0)
        for name in "amax amin aminmax argmax argmin max median min".split()
    ),
    *(
        Bad(name, lambda L, name=name: getattr(L, name)(L.ones(2, 3), dim=(0, 0)))
        for name in "sum nansum mean nanmean var std amax all any logsumexp norm".split()
    ),
    Bad("max", lambda L: L.max(L.ones(2, 3), L.ones(2))),
    Bad("min", lambda L: L.min(L.ones(2, 3), (0, 1)), TypeError),
    Bad("norm", lambda L: L.norm(L.ones(3), "abc")),
    Bad("norm", lambda L: L.norm(L.zeros(0), inf)),
    Bad("dist", lambda L: L.dist(L.arange(3), L.arange(3))),
    Bad("dist", lambda L: L.dist(L.ones(3), L.ones(2))),
]
