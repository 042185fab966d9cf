"""Find equivalent mutants by comparing reference and mutant on many inputs."""

import copy

import numpy as np
from nngrader.engine.declaration.cases import PRIMES
from nngrader.engine.observation.observe import describe, driven

from tests.exercises.declared_problems import time_limit

SMALL = (1, 2, 3, 4)
RTOL = 1e-9
ALLOWED = {  # where sound answers differ by more than rounding
    "power_iteration": 1e-8,  # another tol stops at another step
    "evaluate": 1e-7,  # an accuracy may be a tensor of float32
}
LONG, SELDOM = ("chain", "paths", "large"), 10  # what takes long is drawn more rarely
AS_THEY_ARE = 6  # of so many inputs, the others get an edge


def repeated(v):
    """Return an array whose rows are all equal to the first."""
    return np.repeat(v[:1], len(v), axis=0)


EDGES = (  # of all float arrays among the arguments; none makes two numbers equal that count
    np.zeros_like,
    repeated,
    lambda v: v * 1e-3,
    lambda v: v * 1e3,
    np.negative,
    np.asfortranarray,
    lambda v: np.repeat(v, 2, axis=0)[::2],
)


def inputs(problem, n, seed=0):
    """Return arguments drawn by the problem's cases, of all sizes, some made edge cases."""
    rng, drawn = np.random.default_rng(seed), []
    tries = 0
    while len(drawn) < n and tries < 20 * n:
        tries += 1
        case = problem.cases[tries % len(problem.cases)]
        if case.aspect in LONG and rng.integers(SELDOM):
            continue
        pool = SMALL if rng.random() < 0.5 else PRIMES
        try:
            args = case.make(rng, *map(int, rng.choice(pool, len(case.letters))))
        except (ValueError, IndexError):  # too small for what it makes
            continue
        args = args if isinstance(args, tuple) else (args,)
        edge = rng.integers(AS_THEY_ARE + len(EDGES)) - AS_THEY_ARE
        drawn.append(args if edge < 0 else tuple(_edged(v, EDGES[edge]) for v in args))
    return drawn


def _edged(v, edge):
    """Return an array of floats turned into an edge case, anything else as it is."""
    is_array = isinstance(v, np.ndarray) and v.ndim and v.dtype.kind == "f"
    return edge(v) if is_array else v


def outcome(f, args):
    """Return what a call returned and its arguments afterwards, or the type of its error."""
    given = copy.deepcopy(args)
    try:
        with np.errstate(all="ignore"), time_limit():
            whole = f(*given)
    except Exception as e:
        return [type(e).__name__]
    parts = whole if isinstance(whole, tuple) else (whole,)
    return [describe(p) for p in parts], [_bytes(v) for v in given]


def _bytes(v):
    """Return an argument as bytes or text, which can be compared."""
    return v.tobytes() if isinstance(v, np.ndarray) else repr(v)


def same(one, other, rtol):
    """Return whether two outcomes are equal up to rounding, or what is allowed besides."""
    if isinstance(one[0], list) != isinstance(other[0], list) or not isinstance(one[0], list):
        return one == other
    return (
        one[1] == other[1]
        and len(one[0]) == len(other[0])
        and all(_alike(a, b, rtol) for a, b in zip(one[0], other[0], strict=True))
    )


def _alike(a, b, rtol):
    """Return whether two returned parts have the same kind, shape, dtype and values."""
    if a["values"] is None or b["values"] is None:
        return a["kind"] == b["kind"] and a["values"] is b["values"]
    v, w = a["values"], b["values"]
    if v.shape != w.shape or a["dtype"] != b["dtype"]:
        return False
    if v.dtype.kind in "fc" and np.array_equal(v, w, equal_nan=True):
        return True
    near = rtol * np.abs(w[np.isfinite(w)]).max(initial=0)
    with np.errstate(all="ignore"):
        return bool(np.isclose(v, w, rtol=0, atol=near, equal_nan=v.dtype.kind in "fc").all())


def differing(problem, changed, n, seed=0):
    """Return the titles of those functions that differ from the reference on some input."""
    driver, rtol = problem.moving.get("driver"), ALLOWED.get(problem.name, RTOL)
    left = {title: driven(f, driver) for title, f in changed.items()}
    reference, differ = driven(problem.solve, driver), []
    for args in inputs(problem, n, seed) if left else ():
        right = outcome(reference, args)
        differ += [t for t, f in left.items() if not same(outcome(f, args), right, rtol)]
        left = {t: f for t, f in left.items() if t not in differ}
        if not left:
            break
    return differ
