"""gradient_check: how far a gradient is from the central difference.

One rule covers both zeros and corners: a value between the slopes on the two sides, or outside
them by no more than rounding explains, has no error. Therefore 0 compared with 0 has no error.
At a corner, every allowed slope has no error, also if the corner is closer to the point than h.
"""

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
        "value": (6, "smooth functions of a one-dimensional `x`, with a given `h`"),
        "edge": (
            2,
            "half for an `x` with two or three axes, the default `h`, and entries that don't "
            "affect $f$; half, an extra, for entries at a corner or closer to it than `h`",
        ),
        "inputs-unchanged": (1, "your function doesn't change `x` or `grad`"),
    },
    forbidden={"all": ELSEWHERE},
)

NOISE = 1e-8  # allowance for rounding in a difference divided by h


@checker.reference
def gradient_check(f, x, grad, h=1e-5):
    """Return the largest relative error of a gradient, measured with central differences.

    n = (f(x + h e_i) - f(x - h e_i)) / (2 h),  g = grad[i],  e_i is 1 at i and 0 elsewhere
    error_i = |n - g| / max(|n|, |g|), but 0 if |n - g| <= 1e-8
    extra: error_i is also 0 if min(left, right) - 1e-8 <= g <= max(left, right) + 1e-8,
    with right = (f(x + h e_i) - f(x)) / h and left = (f(x) - f(x - h e_i)) / h

    f : function that takes an array with the shape of x and returns a number
    x : float64 array of any shape
    grad : array of the same shape, the claimed gradient of f at x
    h : float above 0, 1e-5 by default
    Returns error : the largest error_i, a number.
    """
    middle, worst = f(x), 0.0
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        slopes = [(f(up) - middle) / h, (middle - f(down)) / h]
        n, g = sum(slopes) / 2, grad[i]
        if max([g - max(slopes), min(slopes) - g]) > 1e-8:
            worst = max([worst, abs(n - g) / max([abs(n), abs(g)])])
    return worst


checker.example(
    "np.sum(x ** 2) + x[0] * x[1] * x[2]",
    np.array([1.0, 2.0, 0.0]),
    np.zeros(0),
    np.array([2.0, 5.0, 2.0]),
    0.5,
)

TOGETHER = " + np.sum(A * x) ** 2 / 999"
SMOOTH = ("np.sum(np.tanh(A * x + 0.2))" + TOGETHER, "np.sum(np.exp(A * x))" + TOGETHER)
FAST = "np.sum(np.sin(10000 * A * x + 1)) / 1000"  # curved enough to show a different step
BENT = "np.sum(A * np.abs(x)) + np.sum(A * np.maximum(x - 1, 0)) + np.sum(x)"


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

    The divisor of the relative error decides which entry has the largest error. Two entries
    with the opposite sign have the two largest errors. One entry with this sign has a small
    error and is changed in the opposite direction.
    """
    grad, more = grad.copy(), float(rng.uniform(0.5, 0.7))
    small = 1 - 1 / (1 + more)  # the error of an entry that is 1 + more times too large
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
    end = 0 if last else -1
    if grad[end] == right[end]:  # its error must not be 0, so we move it outside both slopes
        grad[end] *= 1.15
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
    """An x with two or three axes, the default step, entries that don't affect f."""
    shape = (N, 3) if rng.integers(2) else (2, 2, N)
    A, phase = rng.uniform(0.5, 1, size=shape), rng.uniform(-0.9, 0.9, size=shape)
    x = (phase - 1 + 2 * np.pi * rng.integers(-999, 999, size=shape)) / (10000 * A)
    grad = 10 * A * np.cos(phase) * rng.uniform(1.1, 2, size=shape)
    free = rng.permutation(A.size)[: A.size // 3]
    A.reshape(-1)[free] = grad.reshape(-1)[free] = 0
    return FAST, x, A, grad


@checker.case("edge")
def on_a_corner(rng, N):
    """Entries at a corner or closer to it than h, each with a slope that is allowed there."""
    x, A = rng.uniform(2, 3, size=N), rng.uniform(1, 2, size=N)
    wrong, near = 0, 1 + rng.permutation(N - 1)  # a solution must not skip the first entry
    A[near[::2]] *= -1  # f turns down here, so the slope on the left is the larger one
    grad = 1 + 2 * A
    places = np.arange(N - 1) % 3  # at a corner; right of it; left of the other corner
    x[near] = np.array([0.0, 3e-6, 1 - 4e-6])[places]
    between = rng.uniform(-0.9, -0.5, size=N - 1)
    grad[near] = 1 + A[near] * np.where(places == 0, between, 1)
    grad[wrong] += rng.uniform(0.03, 0.3)
    return BENT, x, A, grad


@checker.alternative
def in_place_and_back(f, x, grad, h=1e-5):
    x, flat, errors, now = x.copy(), grad.reshape(-1), [0.0], f(x)
    moved = x.reshape(-1)
    for i, keep in enumerate(moved.tolist()):
        moved[i] = keep + h
        above = f(x)
        moved[i] = keep - h
        below = f(x)
        moved[i] = keep
        sides = sorted([(above - now) / h, (now - below) / h])
        n = (above - below) / (2 * h)
        if flat[i] < sides[0] - 1e-8 or flat[i] > sides[1] + 1e-8:
            errors.append(abs(n - flat[i]) / max(abs(n), abs(flat[i])))
    return max(errors)


@checker.alternative
def all_entries_at_once(f, x, grad, h=1e-5):
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    up = np.array([f(x + step) for step in steps])
    down = np.array([f(x - step) for step in steps])
    right, left, g = (up - f(x)) / h, (f(x) - down) / h, grad.ravel()
    n = 0.5 * (up - down) / h
    fits = (np.minimum(left, right) - 1e-8 <= g) & (g <= np.maximum(left, right) + 1e-8)
    size = np.where(fits, 1, np.maximum(np.abs(n), np.abs(g)))
    return np.where(fits, 0, np.abs(n - g) / size).max()


@checker.alternative
def by_the_distance_to_the_slopes(f, x, grad, h=1e-5):
    worst, here = np.float64(0), f(x.copy())
    for i in range(x.size):
        where = np.unravel_index(i, x.shape)
        e = np.zeros_like(x)
        e[where] = h
        above, below, g = f(x + e), f(x - e), grad[where]
        low, high = np.sort([(above - here) / h, (here - below) / h])
        beyond = max(low - g, g - high, 0)
        if beyond > 1e-8:
            n = (above - below) / h / 2
            worst = np.maximum(worst, np.abs(g - n) / np.max(np.abs([g, n])))
    return worst.item()


@checker.alternative
def by_generators(f, x, grad, h=1e-5):
    def moved(i, by):
        point = np.array(x)
        point.flat[i] += by
        return f(point)

    def error(g, left, right):
        n = (left + right) / 2
        low, high = sorted((left, right))
        between = g - low >= -1e-8 and high - g >= -1e-8
        return 0 if between else abs(g - n) / max(abs(g), abs(n))

    now, values = f(x), [(moved(i, h), moved(i, -h)) for i in range(x.size)]
    return max(
        error(g, (now - below) / h, (above - now) / h)
        for g, (above, below) in zip(grad.flat, values, strict=True)
    )


def checked(n_of=None, error_of=None, between=None, noise=NOISE):
    """Return a gradient check with a different quotient, error, or rule at corners."""

    def changed(f, x, grad, h=1e-5):
        middle, errors = f(x), [0.0]
        for i in np.ndindex(x.shape):
            up, down = x.copy(), x.copy()
            up[i] += h
            down[i] -= h
            above, below, g = f(up), f(down), grad[i]
            right, left = (above - middle) / h, (middle - below) / h
            n = n_of(above, middle, below, h) if n_of else (right + left) / 2
            inside = min(left, right) - noise <= g <= max(left, right) + noise
            if not (between(left, right, n, g) if between else inside):
                error = error_of or (lambda n, g: abs(n - g) / max(abs(n), abs(g)))
                errors.append(error(n, g))
        return float(np.max(errors))

    return changed


@checker.mistake(
    "Your difference uses only f(x + h) and f(x). Which two values of f does the formula for "
    "n use?",
    loses="value edge",
    where="given_step error_at_the_end more_axes",
)
def one_sided(f, x, grad, h=1e-5):
    return checked(lambda up, here, down, h: (up - here) / h)(f, x, grad, h)


@checker.mistake(
    "Your n is twice as large as it should be. How far apart are x + h and x - h?",
    loses="value",
)
def divided_by_h(f, x, grad, h=1e-5):
    return checked(lambda up, here, down, h: (up - down) / h)(f, x, grad, h)


@checker.mistake(
    "Your code divides the difference by 2 and then multiplies it by h. How does Python "
    "evaluate a / 2 * h?",
    loses="value",
)
def multiplied_by_h(f, x, grad, h=1e-5):
    return checked(lambda up, here, down, h: (up - down) / 2 * h)(f, x, grad, h)


@checker.mistake(
    "Your function adds up or averages the errors. Which one of the errors should it return?",
    loses="value",
)
def mean_error(f, x, grad, h=1e-5):
    found = []
    checked(error_of=lambda n, g: found.append(abs(n - g) / max(abs(n), abs(g))) or 0.0)(
        f, x, grad, h
    )
    return sum(found) / x.size


@checker.mistake(
    "Your function adds up or averages the errors. Which one of the errors should it return?",
    loses="value",
)
def mean_error_of_all(f, x, grad, h=1e-5):
    """Include the errors between the slopes on the two sides: this code ignores corners."""
    found = []
    checked(
        error_of=lambda n, g: found.append(abs(n - g) / max(abs(n), abs(g))) or 0.0,
        between=lambda left, right, n, g: abs(n - g) <= NOISE,
    )(f, x, grad, h)
    return sum(found) / x.size


@checker.mistake(
    "Your error is the difference |n - g|, without a division. What does the formula divide "
    "by?",
    loses="value",
)
def absolute(f, x, grad, h=1e-5):
    return checked(error_of=lambda n, g: abs(n - g))(f, x, grad, h)


@checker.mistake(
    "Your code divides by |n| + |g|. What does the formula divide by?", loses="value"
)
def by_the_sum(f, x, grad, h=1e-5):
    return checked(error_of=lambda n, g: abs(n - g) / (abs(n) + abs(g)))(f, x, grad, h)


@checker.mistake(
    "Your code divides by |n| even if |g| is larger. What does the formula divide by?",
    loses="value",
)
def by_the_quotient(f, x, grad, h=1e-5):
    return checked(error_of=lambda n, g: abs(n - g) / abs(n))(f, x, grad, h)


@checker.mistake(
    "Your code divides by |g| even if |n| is larger. What does the formula divide by?",
    loses="value",
)
def by_the_claim(f, x, grad, h=1e-5):
    return checked(error_of=lambda n, g: abs(n - g) / abs(g))(f, x, grad, h)


@checker.mistake(
    "Your code divides by the larger of n and g, including their signs. What do the bars in "
    "|n| mean?",
    loses="value",
)
def by_the_larger_signed(f, x, grad, h=1e-5):
    return checked(error_of=lambda n, g: abs(n - g) / max(n, g))(f, x, grad, h)


@checker.mistake(
    "Your code multiplies the difference by the larger of |n| and |g|. What does the formula "
    "do with these two?",
    loses="value",
)
def times_the_larger(f, x, grad, h=1e-5):
    return checked(error_of=lambda n, g: abs(n - g) * max(abs(n), abs(g)))(f, x, grad, h)


@checker.mistake(
    "Your code ignores every entry for which n - g is negative. What do the bars in |n - g| "
    "mean?",
    loses="value",
)
def sign_kept(f, x, grad, h=1e-5):
    return checked(error_of=lambda n, g: (n - g) / max(abs(n), abs(g)))(f, x, grad, h)


@checker.mistake(
    "Your error compares the norms of whole vectors. How many errors does the formula define, "
    "and which one of them should you return?",
    loses="value",
)
def of_norms(f, x, grad, h=1e-5):
    pairs = []
    checked(error_of=lambda n, g: pairs.append((n, g)) or 0.0, between=lambda *_: False)(
        f, x, grad, h
    )
    n, g = np.array(pairs).T
    return np.linalg.norm(n - g) / max(np.linalg.norm(n), np.linalg.norm(g))


@checker.mistake(
    "At a corner, your n is the mean of two slopes, and your code compares g only with this "
    "mean. Which other values of g are allowed there?",
    loses="edge",
    where="on_a_corner",
)
def corners_forgotten(f, x, grad, h=1e-5):
    return checked(between=lambda left, right, n, g: abs(n - g) <= 1e-8)(f, x, grad, h)


@checker.mistake(
    "Your code assumes that the slope on the left is the smaller one. Which values of g are "
    "allowed where f turns down, so that the left slope is larger?",
    loses="edge",
    where="on_a_corner",
)
def left_taken_for_the_smaller(f, x, grad, h=1e-5):
    return checked(between=lambda left, right, n, g: left - NOISE <= g <= right + NOISE)(
        f, x, grad, h
    )


@checker.mistake(
    "Your code reports an error when only rounding moves g outside the two slopes. How far "
    "outside them may g be, according to the text?",
    loses="edge",
    where="on_a_corner",
)
def no_room_for_rounding(f, x, grad, h=1e-5):
    return checked(noise=0)(f, x, grad, h)


@checker.mistake(
    "Your code divides 0 by 0. What is the error if g is 0 and f doesn't change?",
    loses="edge",
    where="more_axes",
)
def zero_by_zero(f, x, grad, h=1e-5):
    def error(n, g):
        return np.float64(abs(n - g)) / max(abs(n), abs(g))

    return checked(
        error_of=error, between=lambda left, right, n, g: n != g and _inside(left, right, g)
    )(f, x, grad, h)


def _inside(left, right, g):
    return min(left, right) - NOISE <= g <= max(left, right) + NOISE


@checker.mistake(
    "Your code moves the next entry while the previous one is still changed. When should an "
    "entry get its old value back?",
    loses="value",
)
def moved_and_left(f, x, grad, h=1e-5):
    x, errors = x.copy(), [0.0]
    for i in np.ndindex(x.shape):
        middle = f(x)
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        below = f(x)
        right, left = (above - middle) / h, (middle - below) / h
        n, g = (right + left) / 2, grad[i]
        if not _inside(left, right, g):
            errors.append(abs(n - g) / max(abs(n), abs(g)))
    return max(errors)


@checker.mistake(
    "Your code never checks the last entry. What is the last number in `range(n - 1)`?",
    loses="value",
    where="error_at_the_end",
)
def last_left_out(f, x, grad, h=1e-5):
    tried = np.arange(x.size).reshape(x.shape) < x.size - 1
    return _of_these(tried, f, x, grad, h)


@checker.mistake(
    "Your function returns the error of the last entry, even if another error is larger. "
    "Which one of the errors should it return?",
    loses="value",
    where="given_step",
)
def last_alone(f, x, grad, h=1e-5):
    return _of_these(np.arange(x.size).reshape(x.shape) == x.size - 1, f, x, grad, h)


@checker.mistake(
    "Your function returns only the error of the first entry. Is the `return` inside the "
    "loop, and does `x` have its old values again before the next entry moves?",
    loses="value",
)
def first_alone(f, x, grad, h=1e-5):
    return _of_these(np.arange(x.size).reshape(x.shape) == 0, f, x, grad, h)


def _of_these(tried, f, x, grad, h):
    middle, worst = f(x), 0.0
    for i in np.argwhere(tried).tolist():
        e = np.zeros(x.shape)
        e[tuple(i)] = h
        right, left = (f(x + e) - middle) / h, (middle - f(x - e)) / h
        n, g = (right + left) / 2, grad[tuple(i)]
        if not _inside(left, right, g):
            worst = max(worst, abs(n - g) / max(abs(n), abs(g)))
    return worst


@checker.mistake(
    "Your code moves all entries of `x` at the same time. Which entry should move when you "
    "check g[i]?",
    loses="value",
)
def all_move(f, x, grad, h=1e-5):
    above, below = f(x + h), f(x - h)
    n = (above - below) / (2 * h)
    return float(np.max(np.abs(n - grad) / np.maximum(np.abs(n), np.abs(grad))))


@checker.mistake(
    "Your code checks only `len(x)` entries. How many entries does an array with two or three "
    "axes have?",
    loses="edge",
    where="more_axes",
)
def first_axis_alone(f, x, grad, h=1e-5):
    worst = 0.0
    for i in range(len(x)):
        e = np.zeros_like(x)
        e.flat[i] = h
        right, left = (f(x + e) - f(x)) / h, (f(x) - f(x - e)) / h
        m, g = (right + left) / 2, grad.flat[i]
        if not _inside(left, right, g):
            worst = max(worst, abs(m - g) / max(abs(m), abs(g)))
    return worst


@checker.mistake(
    "Your code moves all entries of a row at the same time. Which single entry should move "
    "when you check grad[i, j]?",
    loses="edge",
    where="more_axes",
)
def whole_rows_move(f, x, grad, h=1e-5):
    worst = 0.0
    for i in range(len(x)):
        e = np.zeros_like(x)
        e[i] = h
        right, left, g = (f(x + e) - f(x)) / h, (f(x) - f(x - e)) / h, np.sum(grad[i])
        n = (right + left) / 2
        if abs(n - g) > NOISE and (x.ndim > 1 or not _inside(left, right, g)):
            worst = max(worst, abs(n - g) / max(abs(n), abs(g)))
    return worst
