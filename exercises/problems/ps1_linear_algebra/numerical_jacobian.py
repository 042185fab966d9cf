"""numerical_jacobian: all partial derivatives of a function, from its values alone."""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE


def differentiate(numerical_jacobian, formula, x, A, h=1e-5):
    f = eval(f"lambda x: np.array({formula})", {"np": np, "A": A})
    return numerical_jacobian(f, x) if h == 1e-5 else numerical_jacobian(f, x, h)


jacobian = problem(
    "numerical_jacobian",
    driver=differentiate,
    returns={"jacobian": "value"},
    points={
        "shape": (1, "an (m, n) array of `float64`"),
        "value": (5, "smooth functions, with an $h$ between 0.05 and 0.2 that is given"),
        "default": (
            2,
            "$h$ left out, with a function that goes up and down so fast that another step "
            "would show",
        ),
        "integers": (1, "an `x` of type `int64`, with $h$ = 0.1"),
        "inputs-unchanged": (1, "`x` stays as it is, or comes back to what it was"),
    },
    forbidden={"all": ELSEWHERE},
)


@jacobian.reference
def numerical_jacobian(f, x, h=1e-5):
    """Partial derivatives of f at x by two-sided differences.

    J[i, j] = (f_i(x + h e_j) - f_i(x - h e_j)) / (2 h), where e_j is 1 in place j, else 0

    f : function that takes an (n,) array and returns an (m,) array
    x : (n,) array of numbers, float64 or integers
    h : float above 0; 1e-5 where it is left out
    Returns J : (m, n) array, float64. x stays as it is.
    """
    steps = h * np.eye(len(x))
    return np.stack([(f(x + step) - f(x - step)) / (2 * h) for step in steps], axis=1)


jacobian.example(
    "[x[0] * x[1], x[0] ** 3, x[1] ** 2]", np.array([1.0, 2.0]), np.zeros((0, 2)), 0.5
)

SMOOTH = (
    "np.tanh(A @ x + 0.5) * (1 + x[0])",
    "np.exp(0.3 * A @ x) + x[-1] ** 3",
    "np.sin(A @ x - 0.5) + x.sum() ** 2",
)
FAST = "np.sin(10000 * A @ x + 1)"  # so that steps of other lengths are seen


@jacobian.case("value", visible=2)
def given_step(rng, M, N):
    """A smooth function and a step that is given."""
    formula, h = SMOOTH[int(rng.integers(len(SMOOTH)))], float(rng.uniform(0.05, 0.2))
    return formula, rng.normal(size=N), rng.normal(size=(M, N)) / np.sqrt(N), h


@jacobian.case("default")
def step_left_out(rng, M, N):
    """The step left out, and a function that goes up and down fast."""
    x = rng.uniform(0.5, 2, size=N) * rng.choice([-1, 1], size=N)
    return FAST, x, rng.normal(size=(M, N)) / np.sqrt(N)


@jacobian.case("integers")
def whole_numbers(rng, M, N):
    """A point of whole numbers, of type int64."""
    return SMOOTH[0], rng.integers(1, 4, size=N), rng.normal(size=(M, N)) / N, 0.1


@jacobian.alternative
def column_by_column(f, x, h=1e-5):
    J = np.zeros((len(f(x * 1.0)), len(x)))
    for j in range(len(x)):
        up, down = x.astype(float), x.astype(float)
        up[j] += h
        down[j] -= h
        J[:, j] = (f(up) - f(down)) / (2 * h)
    return J


@jacobian.alternative
def in_place_and_back(f, x, h=1e-5):
    columns, work = [], np.array(x, dtype=float)
    for j, keep in enumerate(x):
        work[j] = keep + h
        above = f(work)
        work[j] = keep - h
        columns.append((above - f(work)) / h / 2)
        work[j] = keep
    return np.array(columns).T


@jacobian.alternative
def row_by_row(f, x, h=1e-5):
    moves = [np.where(np.arange(len(x)) == j, h, 0.0) for j in range(len(x))]
    m = len(f(np.asarray(x, float)))
    return np.array([[(f(x + e)[i] - f(x - e)[i]) / (h + h) for e in moves] for i in range(m)])


@jacobian.alternative
def by_a_generator(f, x, h=1e-5):
    x = np.float64(x)
    columns = (0.5 / h * (f(x + h * e) - f(x - h * e)) for e in np.identity(x.size))
    return np.column_stack(list(columns))


@jacobian.mistake(
    "this is twice too large. How far apart are the two points, h or 2h?", loses="value"
)
def divided_by_h(f, x, h=1e-5):
    return 2 * numerical_jacobian(f, x, h)


@jacobian.mistake(
    "the difference is taken between x + h e and x itself. Between which two is it asked?",
    loses="value default",
)
def one_sided(f, x, h=1e-5):
    return np.stack([(f(x + s) - f(x)) / h for s in h * np.eye(len(x))], axis=1)


@jacobian.mistake(
    "the difference is taken between x and x - h e. Between which two is it asked?",
    loses="value default",
)
def backwards(f, x, h=1e-5):
    return np.stack([(f(x) - f(x - s)) / h for s in h * np.eye(len(x))], axis=1)


@jacobian.mistake(
    "the difference is turned round. Which of the two values is subtracted from which?",
    loses="value",
)
def turned_round(f, x, h=1e-5):
    return -numerical_jacobian(f, x, h)


@jacobian.mistake(
    "all entries of x move at once, so that all columns are equal. Which entry moves for "
    "column j?",
    loses="value",
)
def all_move(f, x, h=1e-5):
    return np.stack([(f(x + h) - f(x - h)) / (2 * h)] * len(x), axis=1)


@jacobian.mistake(
    "an entry that was moved stays where it is while the next one moves. When does it go back?",
    loses="value",
)
def moved_and_left(f, x, h=1e-5):
    columns, up, down = [], np.array(x, float), np.array(x, float)
    for j in range(len(x)):
        up[j] += h
        down[j] -= h
        columns.append((f(up) - f(down)) / (2 * h))
    return np.array(columns).T


@jacobian.mistake(
    "after column j the entry j of x stays at x - h. When does it go back to x?", loses="value"
)
def left_below(f, x, h=1e-5):
    columns, work = [], np.array(x, float)
    for j in range(len(x)):
        work[j] += h
        above = f(work)
        work[j] -= 2 * h
        columns.append((above - f(work)) / (2 * h))
    return np.array(columns).T


@jacobian.mistake(
    "the points lie h / 2 on either side, and the formula is for another distance. Where do "
    "they lie there?",
    loses="value default",
)
def half_steps(f, x, h=1e-5):
    return numerical_jacobian(f, x, h / 2)


@jacobian.mistake(
    "only the differences are here. By what does the formula divide them?", loses="value"
)
def not_divided(f, x, h=1e-5):
    return 2 * h * numerical_jacobian(f, x, h)


@jacobian.mistake(
    "the difference is halved, and then multiplied by h. In which order does Python read "
    "a / 2 * h?",
    loses="value",
)
def multiplied_by_h(f, x, h=1e-5):
    return h**2 * numerical_jacobian(f, x, h)


@jacobian.mistake(
    "each step is h times the entry that moves. Does the formula make the step depend on x?",
    loses="value",
)
def relative_steps(f, x, h=1e-5):
    x = np.asarray(x, float)
    steps = np.diag(h * np.where(x == 0, 1, x))
    return np.stack([(f(x + s) - f(x - s)) / (2 * s.sum()) for s in steps], axis=1)


@jacobian.mistake(
    "nothing moves where x holds whole numbers. What is 3 + 0.1 in an array of integers?",
    loses="integers",
)
def copied_as_it_came(f, x, h=1e-5):
    columns = []
    for j in range(len(x)):
        up, down = x.copy(), x.copy()
        up[j] = up[j] + h
        down[j] = down[j] - h
        columns.append((f(up) - f(down)) / (2 * h))
    return np.array(columns).T


@jacobian.mistake(
    "the quotients were put into an array of integers. Of which type is an array made like x?",
    loses="integers",
)
def made_like_x(f, x, h=1e-5):
    J = numerical_jacobian(f, x, h)
    return J if x.dtype.kind == "f" else np.trunc(J)


@jacobian.mistake(
    "whole numbers are moved in place, and stay whole. What is 3 + 0.1 among integers?",
    loses="integers",
)
def moved_in_place(f, x, h=1e-5):
    columns, work = [], x.copy()
    for j in range(len(x)):
        work[j] = work[j] + h
        above = f(work)
        work[j] = work[j] - 2 * h
        columns.append((above - f(work)) / (2 * h))
        work[j] = work[j] + h
    return np.array(columns).T
