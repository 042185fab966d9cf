"""Naive wrong answers to gradient_check, each written as a student would, from the start.

Most know nothing of corners and lose that extra as well; what they are told is of the rest.
"""

import numpy as np

from tests.exercises.wrong_answers.register import wrong


@wrong("gradient_check", "the difference is taken between x + h and x alone")
def one_sided_difference(f, x, grad, h=1e-5):
    fx, worst = f(x), 0.0
    for i in np.ndindex(*x.shape):
        moved = x.copy()
        moved[i] += h
        n, g = (f(moved) - fx) / h, grad[i]
        if abs(n - g) > 1e-8:
            worst = max(worst, abs(n - g) / max(abs(n), abs(g)))
    return worst


@wrong("gradient_check", "this is a difference, and no share of anything")
def compares_absolute_error(f, x, grad, h=1e-5):
    numeric = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        e = np.zeros_like(x)
        e[i] = h
        numeric[i] = (f(x + e) - f(x - e)) / (2 * h)
    return np.max(np.abs(numeric - grad))


@wrong("gradient_check", "your n is twice too large")
def forgets_the_two(f, x, grad, h=1e-5):
    errors = []
    for i in np.ndindex(*x.shape):
        plus, minus = x.copy(), x.copy()
        plus[i], minus[i] = x[i] + h, x[i] - h
        n = (f(plus) - f(minus)) / h
        same = abs(n - grad[i]) <= 1e-8
        errors.append(0.0 if same else abs(n - grad[i]) / max(abs(n), abs(grad[i])))
    return max(errors)


@wrong("gradient_check", "you divide by |n| + |g|")
def divides_by_the_sum(f, x, grad, h=1e-5):
    """Take the divisor that many lecture notes have."""
    n = np.zeros(x.shape)
    for i in np.ndindex(*x.shape):
        e = np.zeros(x.shape)
        e[i] = h
        n[i] = (f(x + e) - f(x - e)) / (2 * h)
    return np.max(np.abs(n - grad) / np.maximum(np.abs(n) + np.abs(grad), 1e-8))


@wrong("gradient_check", "the error is that of whole vectors")
def compares_norms(f, x, grad, h=1e-5):
    n = np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in unit_arrays(x)])
    g = grad.ravel()
    return np.linalg.norm(n - g) / max(np.linalg.norm(n), np.linalg.norm(g))


def unit_arrays(x):
    return np.eye(x.size).reshape(-1, *x.shape)


@wrong("gradient_check", "the errors are added up or averaged")
def takes_the_mean(f, x, grad, h=1e-5):
    total = 0.0
    for e, g in zip(unit_arrays(x), grad.ravel(), strict=True):
        n = (f(x + h * e) - f(x - h * e)) / 2 / h
        if abs(n - g) > 1e-8:
            total += abs(n - g) / max(abs(n), abs(g))
    return total / x.size


@wrong("gradient_check", "is True or False, expected a number")
def says_whether_it_fits(f, x, grad, h=1e-5):
    n = [(f(x + h * e) - f(x - h * e)) / (2 * h) for e in unit_arrays(x)]
    return np.allclose(n, grad.ravel(), rtol=1e-4)


@wrong("gradient_check", "an axis is left over")
def an_error_for_each_entry(f, x, grad, h=1e-5):
    n = np.reshape([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in unit_arrays(x)], x.shape)
    size = np.maximum(np.maximum(np.abs(n), np.abs(grad)), 1e-300)
    return np.where(np.abs(n - grad) <= 1e-8, 0, np.abs(n - grad) / size)


@wrong("gradient_check", "an entry that was moved stays where it is")
def never_puts_x_back(f, x, grad, h=1e-5):
    x, worst = x.copy(), 0.0
    for i in np.ndindex(*x.shape):
        x[i] += h
        up = f(x)
        x[i] -= 2 * h
        down = f(x)
        n = (up - down) / (2 * h)
        if abs(n - grad[i]) > 1e-8:
            worst = max(worst, abs(n - grad[i]) / max(abs(n), abs(grad[i])))
    return worst


@wrong("gradient_check", "Where does your code use h?")
def step_of_its_own(f, x, grad, h=1e-5):
    h, worst = 1e-4, 0.0
    for i in np.ndindex(*x.shape):
        e = np.zeros_like(x)
        e[i] = h
        n = (f(x + e) - f(x - e)) / (2 * h)
        if abs(n - grad[i]) > 1e-8:
            worst = max(worst, abs(n - grad[i]) / max(abs(n), abs(grad[i])))
    return worst


@wrong("gradient_check", "all entries of a row move at once")
def rows_of_x_alone(f, x, grad, h=1e-5):
    worst = 0.0
    for i in range(len(x)):
        e = np.zeros_like(x)
        e[i] = h
        n, g = (f(x + e) - f(x - e)) / (2 * h), np.sum(grad[i])
        if abs(n - g) > 1e-8:
            worst = max(worst, abs(n - g) / max(abs(n), abs(g)))
    return worst


@wrong("gradient_check", "0 is divided by 0")
def nan_where_nothing_counts(f, x, grad, h=1e-5):
    n = np.reshape([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in unit_arrays(x)], x.shape)
    return np.max(np.abs(n - grad) / np.maximum(np.abs(n), np.abs(grad)))


@wrong("gradient_check", "changes its caller's x")
def moves_the_callers_x(f, x, grad, h=1e-5):
    worst, flat = 0.0, x.reshape(-1)
    for i in range(x.size):
        flat[i] += h
        up = f(x)
        flat[i] -= 2 * h
        n, g = (up - f(x)) / (2 * h), grad.reshape(-1)[i]
        flat[i] = round(flat[i] + h, 10)
        if abs(n - g) > 1e-8:
            worst = max(worst, abs(n - g) / max(abs(n), abs(g)))
    return worst


@wrong("gradient_check", "errors below 0 count as none")
def forgets_the_absolute_value(f, x, grad, h=1e-5):
    worst = 0.0
    for e, g in zip(unit_arrays(x), grad.ravel(), strict=True):
        n = (f(x + h * e) - f(x - h * e)) / (2 * h)
        if n - g > 1e-8:
            worst = max(worst, (n - g) / max(abs(n), abs(g)))
    return worst


@wrong("gradient_check", "the last entry is never tried")
def one_too_few(f, x, grad, h=1e-5):
    errors = []
    for i in list(np.ndindex(x.shape))[:-1]:
        step = np.zeros(x.shape)
        step[i] = h
        n = (f(x + step) - f(x - step)) / (2 * h)
        far = abs(n - grad[i])
        errors.append(0.0 if far <= 1e-8 else far / max(abs(n), abs(grad[i])))
    return max(errors)


@wrong("gradient_check", "you divide by the larger of n and g, whatever their signs")
def divisor_without_bars(f, x, grad, h=1e-5):
    worst, flat, g = 0.0, x.copy().ravel(), grad.ravel()
    for i in range(flat.size):
        up, down = flat.copy(), flat.copy()
        up[i] += h
        down[i] -= h
        n = (f(up.reshape(x.shape)) - f(down.reshape(x.shape))) / (2 * h)
        if abs(n - g[i]) > 1e-8:
            worst = max(worst, abs(n - g[i]) / max(n, g[i]))
    return worst
