"""The dominant eigenvalue by multiplying again and again.

The matrices are not symmetric, so that neither an eigenvalue routine for symmetric matrices nor
singular values, which later problems may use, answer this one. The eigenvalue that dominates is
larger than the next by at least a ninth, and at least 1: every sound rule for stopping (the
vector, the residual, the eigenvalue) then leaves an error far below what is compared.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE

powers = problem(
    "power_iteration",
    returns={"eigenvalue": "value", "eigenvector": "value"},
    points={
        "shape": (1, "one number and an (n,) array, in this order"),
        "value": (
            8,
            "a positive eigenvalue and its eigenvector, half each, where `tol` and `max_iter` "
            "are left out; the next eigenvalue is nine tenths of it",
        ),
        "negative": (
            3,
            "the same where the eigenvalue is negative and at least 2.5 times as large as the "
            "next, half each",
        ),
        "stopping": (
            2,
            "a rough answer, right to a twentieth, for `tol = 1e-4` and `max_iter = 18`; "
            "half each. For the default `tol` 18 steps would not suffice. Once `v` has no part "
            "along the eigenvector of the largest eigenvalue: asked is the largest of those "
            "along which it has one",
        ),
        "errors": (
            2,
            "a `RuntimeError` where the vector turns for ever, where two eigenvalues of "
            "opposite sign are equally large, and where `max_iter` steps are too few",
        ),
    },
    forbidden={"all": (*ELSEWHERE, "numpy.linalg.eig", "numpy.linalg.eigvals")},
)


@powers.reference
def power_iteration(A, v, tol=1e-10, max_iter=10_000):
    """The eigenvalue of A of largest magnitude and its eigenvector, by power iteration.

    A step multiplies the vector by A and divides it by its length. The iteration has converged
    when a step moves the vector by a length of at most tol, a change of its sign aside.

    A : (n, n) array, float64
    v : (n,) array, float64, where to start; of any length but 0
    tol : float, above 0
    max_iter : int, how many steps are made at most
    Returns (eigenvalue, eigenvector): a number, negative ones with their sign, and an (n,)
    array, float64, of length 1, whose entry of largest magnitude is positive.
    Raises RuntimeError if max_iter steps do not suffice.
    """
    for _ in range(max_iter):
        before, v = v, A @ v
        if not (length := np.linalg.norm(v)):
            break
        v = v / length * np.sign(v @ before)
        if np.linalg.norm(v - before) <= tol:
            v = v * np.sign(v[np.abs(v).argmax()])
            return v @ A @ v, v
    raise RuntimeError("no convergence")


powers.example(np.array([[5.0, 4.0], [1.0, 2.0]]), np.array([1.0, 0.0]), 1e-10, 10_000)


def matrix(rng, values):
    """Return a matrix with these eigenvalues, and its eigenvectors, not orthogonal."""
    n = len(values)
    basis = np.linalg.qr(rng.normal(size=(n, n)))[0]
    basis = basis + 0.3 * rng.uniform(-1, 1, size=(n, n)) / n**0.5
    return basis @ np.diag(values) @ np.linalg.inv(basis), basis


def spread(rng, n, first, second=0.4):
    """Return eigenvalues: a dominant one, one of a given share of it, and smaller ones."""
    others = first * rng.uniform(-0.3, 0.3, size=max(n - 2, 0))
    return np.array([first, second * first, *others][:n])


def fair(rng, basis):
    """Return a start vector with enough of the first two eigenvectors, and the wrong sign."""
    first = basis[:, 0] * np.sign(basis[np.abs(basis[:, 0]).argmax(), 0])
    while True:
        v = rng.normal(size=len(basis)) * 2
        shares = np.linalg.solve(basis, v) / np.linalg.norm(v)
        if np.abs(shares[:2]).min() > 0.2:
            return -v if shares[0] * (first @ basis[:, 0]) > 0 else v


def clear(basis):
    """Return whether one entry of the first eigenvector is clearly the largest."""
    first = basis[:, 0]
    sizes = np.sort(np.abs(first))
    turned = first[0] * first[np.abs(first).argmax()] < 0  # of who makes the first one positive
    return len(sizes) == 1 or (turned and sizes[-1] > 1.05 * sizes[-2])


def drawn(rng, n, first, second=0.4):
    """Return a matrix with a dominant eigenvalue, and a start vector."""
    while True:
        A, basis = matrix(rng, spread(rng, n, first, second))
        if clear(basis):
            return A, fair(rng, basis)


@powers.case("value", visible=2)
def positive(rng, N):
    """A positive eigenvalue found after more than 200 steps, tol and max_iter left out."""
    return drawn(rng, N, rng.uniform(2, 5), 0.9)


@powers.case("negative")
def negative(rng, N):
    """A negative eigenvalue that dominates."""
    return *drawn(rng, N, -rng.uniform(2, 5)), 1e-10, 1000


@powers.case("stopping", rtol=0.05)
def few_steps(rng, N):
    """Rough answers for tol = 0.0001, in at most 18 steps."""
    return *drawn(rng, N, rng.uniform(20, 30)), 1e-4, 18


@powers.case("stopping", rtol=0.05)
def apart(rng, N):
    """A start without a part along the eigenvector of the largest eigenvalue."""
    # Two matrices that do not meet: from a start in the one the other is never seen.
    n = max(N, 4)
    first, v = drawn(rng, n // 2 + 1, rng.uniform(20, 30))
    A, start, order = np.zeros((n, n)), np.zeros(n), rng.permutation(n)
    A[: len(v), : len(v)], start[: len(v)] = first, v
    A[len(v) :, len(v) :] = drawn(rng, n - len(v), rng.uniform(50, 60))[0]
    return A[np.ix_(order, order)], start[order], 1e-4, 18


@powers.case("errors", hidden=1)
def rotation(rng, N):
    """A matrix that turns the plane of its largest eigenvalues by an angle."""
    n, angle = max(N, 2), rng.uniform(0.5, 1.2)
    _, basis = matrix(rng, np.ones(n))
    D = np.diag(rng.uniform(-1, 1, size=n))
    D[:2, :2] = 3 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return basis @ D @ np.linalg.inv(basis), fair(rng, basis), 1e-10, 60


@powers.case("errors", hidden=1)
def opposite(rng, N):
    """Two eigenvalues of opposite sign and the same size."""
    n = max(N, 2)
    A, basis = matrix(rng, spread(rng, n, 3.0, -1.0))
    return A, fair(rng, basis), 1e-10, 60


@powers.case("errors", hidden=1)
def too_few_steps(rng, N):
    """Fewer steps than it needs."""
    return *drawn(rng, max(N, 2), rng.uniform(2, 5), 0.6), 1e-10, 15


@powers.alternative
def by_the_residual(A, v, tol=1e-10, max_iter=10_000):
    x = np.array(v) / np.sqrt(v @ v)
    for _ in range(max_iter):
        y = A.dot(x)
        x = y / np.sqrt(y.dot(y))
        value = x.dot(A.dot(x))
        if np.linalg.norm(A.dot(x) - value * x) <= tol:
            largest = np.argmax(np.abs(x))
            return float(value), x if x[largest] > 0 else -x
    raise RuntimeError(f"not converged after {max_iter} steps")


@powers.alternative
def scaled_by_the_largest_entry(A, v, tol=1e-10, max_iter=10_000):
    def scaled(x):
        return x / x[np.argmax(np.abs(x))]

    new = scaled(v)
    for _ in range(max_iter):
        x, new = new, scaled(A @ new)
        if np.abs(new - x).max() <= tol:
            break
    else:
        raise RuntimeError
    x = new / np.linalg.norm(new)
    return (A @ x)[np.argmax(x)] / x.max(), x


@powers.alternative
def on_lists(A, v, tol=1e-10, max_iter=10_000):
    rows, x = A.tolist(), v.tolist()
    size = sum(a * a for a in x) ** 0.5
    x = [a / size for a in x]
    for _ in range(max_iter):
        y = [sum(a * b for a, b in zip(row, x, strict=True)) for row in rows]
        value = sum(a * b for a, b in zip(x, y, strict=True))
        size = sum(a * a for a in y) ** 0.5
        y = [a / size for a in y]
        same = sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) ** 0.5
        other = sum((a + b) ** 2 for a, b in zip(x, y, strict=True)) ** 0.5
        x = y
        if min(same, other) < tol:
            sign = 1 if max(x, key=abs) > 0 else -1
            return value, np.array([sign * a for a in x])
    raise RuntimeError("the vector still moves")


@powers.mistake(
    "this is by how much a step stretches the vector. Can a length be negative?",
    loses="negative",
)
def length_for_the_eigenvalue(A, v, tol=1e-10, max_iter=10_000):
    value, vector = power_iteration(A, v, tol, max_iter)
    return abs(value), vector


@powers.mistake(
    "the largest entry is 1 here. What should the length of the vector be?", loses="value"
)
def largest_entry_one(A, v, tol=1e-10, max_iter=10_000):
    value, vector = power_iteration(A, v, tol, max_iter)
    return value, vector / vector.max()


@powers.mistake(
    "the entries add up to 1 here. Which length is asked, and how is it computed?",
    loses="value",
)
def sum_one(A, v, tol=1e-10, max_iter=10_000):
    value, vector = power_iteration(A, v, tol, max_iter)
    return value, vector / np.abs(vector).sum()


@powers.mistake("the largest entry is negative here. Which sign is asked?", loses="value")
def largest_entry_negative(A, v, tol=1e-10, max_iter=10_000):
    value, vector = power_iteration(A, v, tol, max_iter)
    return value, -vector


@powers.mistake(
    "this is the eigenvector of the transposed matrix. Does v stand on the right of A, or on "
    "its left?",
    loses="value",
)
def from_the_left(A, v, tol=1e-10, max_iter=10_000):
    return power_iteration(A.T, v, tol, max_iter)


@powers.mistake(
    "this is vᵀAv of a vector that is not of length 1. By what must it be divided?",
    loses="value",
)
def quotient_not_divided(A, v, tol=1e-10, max_iter=10_000):
    value, vector = power_iteration(A, v, tol, max_iter)
    return value / vector.max() ** 2, vector


@powers.mistake(
    "one step stretches the vector by the eigenvalue. This is by how much two steps do. How "
    "often does A stand in your quotient?",
    loses="value",
)
def two_steps(A, v, tol=1e-10, max_iter=10_000):
    value, vector = power_iteration(A, v, tol, max_iter)
    return value**2, vector


@powers.mistake(
    "it stops where the squared length of a step is below tol, and not its length. What is the "
    "root of 1e-10?",
    loses="value",
)
def squared_length_compared(A, v, tol=1e-10, max_iter=10_000):
    return power_iteration(A, v, np.sqrt(tol), max_iter)


@powers.mistake(
    "where tol is left out, the vector still moves when it ends. Does something stop too "
    "early? Which tol does the text give?",
    loses="value",
)
def a_rough_default(A, v, tol=1e-3, max_iter=10_000):
    return power_iteration(A, v, tol, max_iter)


@powers.mistake(
    "this is what another start leads to. Where does the text say to begin?",
    loses="stopping",
    where="apart",
)
def another_start(A, v, tol=1e-10, max_iter=10_000):
    # more steps where tol is rough: from there it may take longer
    return power_iteration(A, np.ones(len(A)), tol, max_iter if tol < 1e-6 else 1000)
