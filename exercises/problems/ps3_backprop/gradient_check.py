"""gradient_check: how far a gradient is from the central difference."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE


def with_formula(gradient_check, formula, x, A, grad, h=1e-5):
    code = compile(formula, "formula", "eval")

    def f(point):
        given = np.array(point, dtype=float)
        if given.shape != x.shape:
            raise ValueError(
                "your function called f with an array that doesn't have the shape of x"
            )
        return float(eval(code, {"np": np}, {"A": A, "x": given}))

    return gradient_check(f, x, grad) if h == 1e-5 else gradient_check(f, x, grad, h)


checker = problem(
    "gradient_check",
    driver=with_formula,
    rtol=1e-6,
    returns={"error": "value"},
    points={
        "shape": (1, "one number"),
        "value": (7, "smooth functions of a one-dimensional `x`, with a given `h`"),
        "edge": (
            1,
            "an `x` with two or three axes, the default `h`, and entries with $|n - g| \\leq "
            "10^{-8}$",
        ),
        "inputs-unchanged": (1, "your function doesn't change `x` or `grad`"),
    },
    forbidden={"all": ELSEWHERE},
)


@checker.reference
def gradient_check(f, x, grad, h=1e-5):
    """Return the largest relative error of a gradient, measured with central differences.

    n = (f(x + h e_i) - f(x - h e_i)) / (2 h),  g = grad[i],  e_i is 1 at i and 0 elsewhere
    error_i = |n - g| / max(|n|, |g|), but 0 if |n - g| <= 1e-8

    f : function that takes an array with the shape of x and returns a number
    x : float64 array of any shape
    grad : array of the same shape, the claimed gradient of f at x
    h : float above 0, 1e-5 by default
    Returns error : the largest error_i, a number.
    """
    worst = 0.0
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        n, g = (f(up) - f(down)) / (2 * h), grad[i]
        if abs(n - g) > 1e-8:
            worst = max([worst, abs(n - g) / max([abs(n), abs(g)])])
    return worst


POINT, CLAIM = np.array([1.0, 2.0, 0.0]), np.array([2.0, 5.0, 2.0])
checker.example("np.sum(x ** 2) + x[0] * x[1] * x[2]", POINT, np.zeros(0), CLAIM, 0.5)

TOGETHER = " + np.sum(A * x) ** 2 / 999"
SMOOTH = ("np.sum(np.tanh(A * x + 0.2))" + TOGETHER, "np.sum(np.exp(A * x))" + TOGETHER)
FAST = "np.sum(np.sin(10000 * A * x + 1)) / 1000"  # curved enough to show a different step


def slopes(formula, x, A, h=1e-6):
    """Return the gradient of a smooth formula by fourth-order finite differences."""
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        f = [eval(formula, {"np": np}, {"A": A, "x": x + k * e}) for k in (-2, -1, 1, 2)]
        grad[i] = (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h)
    return grad


def spoilt(rng, grad, sign):
    """Return a gradient in which four entries are changed, two of each sign.

    The divisor of the relative error decides which entry has the largest error. Of the entries
    whose gradient has the sign ``-sign``, two get the two largest errors. Of those with the
    sign ``sign``, one gets a small error and is changed in the direction opposite to the other
    three.
    """
    grad, more = grad.copy(), float(rng.uniform(0.5, 0.7))
    small = 1 - 1 / (1 + more)  # the error of an entry that was multiplied by 1 + more
    less = float(rng.uniform(small + 0.05, more - 0.03))
    between = float(rng.uniform(small + 0.01, less - 0.02))
    flat = grad.reshape(-1)
    one, other = rng.choice(np.flatnonzero(sign * flat > 0), 2, replace=False)
    flat[one] *= 1 + more
    flat[other] *= 1 - float(rng.uniform(0.1, 0.2))
    worst, second = rng.choice(np.flatnonzero(sign * flat < 0), 2, replace=False)
    flat[worst] *= 1 - less
    flat[second] *= 1 - between
    return grad


def both_signs(rng, shape):
    """Return numbers of magnitude 0.5 to 1, as many negative as positive, in random order."""
    A = rng.uniform(0.5, 1, size=shape)
    A.reshape(-1)[rng.permutation(A.size)[: A.size // 2]] *= -1
    return A


def with_errors(rng, N, last):
    """Return a case with N + 2 entries whose largest error is at the end or in the middle."""
    n = N + 2
    place = n - 1 if last else n // 2
    formula = SMOOTH[int(rng.integers(len(SMOOTH)))]
    x, A = rng.uniform(0.5, 1.5, size=n), both_signs(rng, n)
    right = slopes(formula, x, A, h=1e-3)
    grad = spoilt(rng, right, 1)
    error = np.abs(grad - right) / np.maximum(np.abs(grad), np.abs(right))
    third, second, worst = np.argsort(error)[-3:]
    order = np.setdiff1d(np.arange(n), [third, second, worst])
    order = np.insert(order, [1, 1] if last else [0, 0], [second, third])
    order = np.insert(order, place, worst)
    step = float(rng.uniform(0.02, 0.06))
    right, grad = right[order], grad[order]
    return formula, x[order], A[order], grad, step


@checker.case("value", visible=2)
def given_step(rng, N):
    """A smooth function of a one-dimensional x, a given step, a gradient with errors."""
    return with_errors(rng, N, last=False)


@checker.case("value", visible=2)
def error_at_the_end(rng, N):
    """A given step, and the largest error in the last entry."""
    return with_errors(rng, N, last=True)


@checker.case("edge")
def more_axes(rng, N):
    """An x with two or three axes, the default step, entries with a slope near 0."""
    shape = (N, 3) if rng.integers(2) else (2, 2, N)
    A, phase = rng.uniform(0.5, 1, size=shape), rng.uniform(-0.9, 0.9, size=shape)
    x = (phase - 1 + 2 * np.pi * rng.integers(-999, 999, size=shape)) / (10000 * A)
    grad = 10 * A * np.cos(phase) * rng.uniform(1.1, 1.5, size=shape)
    free = rng.permutation(A.size)[: A.size // 3]
    A.reshape(-1)[free] = grad.reshape(-1)[free] = 0
    grad.reshape(-1)[free[::3]] = 9e-9  # near enough to 0
    A.reshape(-1)[free[1::3]], grad.reshape(-1)[free[1::3]] = 2e-9, 2e-8  # the slope is 1.1e-8
    return FAST, x, A, grad


@checker.alternative
def all_entries_at_once(f, x, grad, h=1e-5):
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    up = np.array([f(x + step) for step in steps])
    down = np.array([f(x - step) for step in steps])
    n, g = 0.5 * (up - down) / h, grad.ravel()
    fits = np.abs(n - g) <= 1e-8
    size = np.where(fits, 1, np.maximum(np.abs(n), np.abs(g)))
    return np.where(fits, 0, np.abs(n - g) / size).max()


@checker.alternative
def in_place_and_back(f, x, grad, h=1e-5):
    x, flat, errors = x.copy(), grad.reshape(-1), [0.0]
    moved = x.reshape(-1)
    for i, keep in enumerate(moved.tolist()):
        moved[i] = keep + h
        above = f(x)
        moved[i] = keep - h
        below = f(x)
        moved[i] = keep
        n = (above - below) / (2 * h)
        if not np.isclose(n, flat[i], rtol=0, atol=1e-8):
            errors.append(abs(n - flat[i]) / max(abs(n), abs(flat[i])))
    return max(errors)


checker.known(where="given_step error_at_the_end more_axes")["value edge"] = {
    "Your finite difference uses only f(x + h) and f(x). Which two values of f does the "
    "formula for n use?": {"one_sided": {"(f(up) - f(down)) / (2 * h)": "(f(up) - f(x)) / h"}}
}

checker.known["value"] = {
    "Your n is twice as large as it should be. How far apart are x + h and x - h?": {
        "divided_by_h": {"/ (2 * h)": "/ h"}
    },
    "Your code divides the difference by 2 and then multiplies it by h. How does Python "
    "evaluate a / 2 * h?": {"multiplied_by_h": {"/ (2 * h)": "/ 2 * h"}},
    "Your function returns the mean of the errors. Which error should it return?": {
        "mean_error": {"max([worst": "sum([worst", "return worst": "return worst / x.size"},
    },
    "Your error is just |n - g|, without a division. What does the formula divide by?": {
        "absolute": {" / max([abs(n), abs(g)])": ""}
    },
    "Your code divides by |n| + |g|. What does the formula divide by?": {
        "by_the_sum": {"max([abs(n), abs(g)])": "(abs(n) + abs(g))"}
    },
    "Your code divides by |n| even if |g| is larger. What does the formula divide by?": {
        "by_the_quotient": {"max([abs(n), abs(g)])": "abs(n)"}
    },
    "Your code divides by |g| even if |n| is larger. What does the formula divide by?": {
        "by_the_claim": {"max([abs(n), abs(g)])": "abs(g)"}
    },
    "Your code divides by the larger of the signed values n and g. What do the bars in |n| "
    "mean?": {"by_the_larger_signed": {"max([abs(n), abs(g)])": "max([n, g])"}},
    "Your code ignores every entry for which n - g is negative. What do the bars in |n - g| "
    "mean?": {"sign_kept": {"abs(n - g) / ": "(n - g) / "}},
    "Your code changes the next entry of `x` before it restores the previous one. When "
    "should an entry get its old value back?": {
        "moved_and_left": {
            "worst = 0.0": "x, worst = x.copy(), 0.0",
            "up, down = x.copy(), x.copy()": "up, down = x.copy(), x",
        }
    },
    "Your function returns the error of the first entry, even if another error is larger. Is "
    "the `return` inside the "
    "loop?": {"first_alone": {"np.ndindex(x.shape)": "list(np.ndindex(x.shape))[:1]"}},
    "Your code moves all entries of `x` at the same time. Which entry should move when you "
    "check `grad[i]`?": {"all_move": {"up[i] += h": "up += h", "down[i] -= h": "down -= h"}},
}
checker.known(where="more_axes")["edge"] = {
    "Your code divides 0 by 0. What is the error if g is 0 and f doesn't change?": {
        "zero_by_zero": {"if abs(n - g) > 1e-8": "if True", "max([worst": "np.max([worst"}
    },
    "Your code returns an error although n and g differ by at most 1e-8. Which error does "
    "the problem statement give to such an entry?": {
        "zero_only_if_equal": {"if abs(n - g) > 1e-8": "if n != g"},
        "something_small_in_the_divisor": {
            "if abs(n - g) > 1e-8": "if True",
            "max([abs(n), abs(g)])": "(max([abs(n), abs(g)]) + 1e-8)",
        },
    },
    "Your code checks only the first `len(x)` entries. How many entries does an array with two "
    "or three axes have?": {
        "first_axis_alone": {"np.ndindex(x.shape)": "list(np.ndindex(x.shape))[: len(x)]"}
    },
}

checker.known(of=all_entries_at_once)["value"] = {
    "Your error compares the norms of whole vectors. How many errors does the formula define, "
    "and which one of them should you return?": {
        "of_norms": {
            "np.where(fits, 0, np.abs(n - g) / size).max()": (
                "np.linalg.norm(n - g) / max(map(np.linalg.norm, (n, g)))"
            )
        }
    }
}
checker.known(where="error_at_the_end")["value"] = {
    "Your code never checks the last entry. Where does your loop or slice end?": {
        "last_left_out": {"np.ndindex(x.shape)": "list(np.ndindex(x.shape))[:-1]"}
    }
}
checker.known(where="given_step")["value"] = {
    "Your function returns the error of the last entry, even if another error is larger. Which "
    "error should it "
    "return?": {"last_alone": {"np.ndindex(x.shape)": "list(np.ndindex(x.shape))[-1:]"}}
}
