"""power_iteration: the dominant eigenvalue by repeated multiplication.

The matrices aren't symmetric, so neither `eigh` nor the singular values, which later problems
allow, solve this problem. The dominant eigenvalue exceeds the next one by at least a ninth, and
its magnitude is at least 1. Therefore every reasonable stopping rule (for the vector, the
residual or the eigenvalue) leaves an error below our tolerance.
"""

import numpy as np
from nngrader.engine import problem

from .common import ELSEWHERE

powers = problem(
    "power_iteration",
    rtol=1e-5,
    returns={"eigenvalue": "value", "eigenvector": "value"},
    points={
        "shape": (1, "a number and an (n,) array, in this order"),
        "value": (
            8,
            "a positive eigenvalue and its eigenvector, half each, with the default `tol` and "
            "`max_iter`; the second largest eigenvalue is 0.9 times the largest",
        ),
        "negative": (
            3,
            "the same for a negative eigenvalue whose magnitude is at least 2.5 times the "
            "next largest magnitude, half each",
        ),
        "stopping": (
            2,
            "the eigenvalue and the eigenvector, half each, correct to 5%, for `tol = 1e-4` "
            "and `max_iter = 18`; 18 steps aren't enough for the default `tol`. Sometimes "
            "`v` has no part along the eigenvector of the largest eigenvalue. Then the "
            "iteration can't find this eigenvalue, and the correct result is the largest "
            "eigenvalue whose eigenvector contributes to `v`",
        ),
        "errors": (
            1.5,
            "a `RuntimeError` when the vector rotates forever, when two eigenvalues of "
            "opposite sign have the same magnitude, and when `max_iter` steps aren't enough",
        ),
        "inputs-unchanged": (0.5, "your function doesn't change `A` or `v`"),
    },
    forbidden={"all": (*ELSEWHERE, "numpy.linalg.eig", "numpy.linalg.eigvals")},
)


@powers.reference
def power_iteration(A, v, tol=1e-10, max_iter=10_000):
    """Find the eigenvalue of largest magnitude and its eigenvector by power iteration.

    Each step multiplies the vector by A and divides it by its length. The iteration has
    converged when a step moves the vector by a distance of at most tol, ignoring a change of
    its sign.

    A : (n, n) array, float64
    v : (n,) array, float64, the start vector, of any length except 0
    tol : float, above 0
    max_iter : int, the maximum number of steps
    Returns (eigenvalue, eigenvector): a number, which may be negative, and an (n,) array,
    float64, of length 1, whose entry of largest magnitude is positive.
    Raises RuntimeError if the iteration hasn't converged after max_iter steps.
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
    """Return a matrix with these eigenvalues, and its eigenvectors (not orthogonal)."""
    n = len(values)
    basis = np.linalg.qr(rng.normal(size=(n, n)))[0]
    basis = basis + 0.3 * rng.uniform(-1, 1, size=(n, n)) / n**0.5
    return basis @ np.diag(values) @ np.linalg.inv(basis), basis


def spread(rng, n, first, second=0.4):
    """Return eigenvalues: the dominant one, ``second`` times this value, and smaller ones."""
    others = first * rng.uniform(-0.3, 0.3, size=max(n - 2, 0))
    return np.array([first, second * first, *others][:n])


def fair(rng, basis):
    """Return a start vector with the wrong sign and large components along two eigenvectors."""
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
    # the sign of the largest entry isn't the sign of the first, of the last, or of the sum
    others = np.array([first[0], first[-1], first.sum()])
    turned = (others * first[np.abs(first).argmax()] < 0).all()
    return len(sizes) < 3 or (turned and sizes[-1] > 1.05 * sizes[-2])


def drawn(rng, n, first, second=0.4):
    """Return a matrix with a dominant eigenvalue, and a start vector."""
    while True:
        A, basis = matrix(rng, spread(rng, n, first, second))
        if clear(basis):
            return A, fair(rng, basis)


@powers.case("value", visible=2)
def positive(rng, N):
    """A positive eigenvalue, found after more than 200 steps with the default arguments."""
    return drawn(rng, N, rng.uniform(2, 5), 0.9)


@powers.case("negative")
def negative(rng, N):
    """A negative dominant eigenvalue."""
    first = -rng.uniform(2, 5)
    while True:  # the others are positive, and their sum is larger
        values = [first, *(-0.4 * first * rng.uniform(0.75, 1, size=N - 1))]
        A, basis = matrix(rng, np.array(values))
        if clear(basis):
            return A, fair(rng, basis), 1e-10, 1000


@powers.case("stopping", rtol=0.05)
def few_steps(rng, N):
    """Rough results for tol = 0.0001, in at most 18 steps."""
    return *drawn(rng, N, rng.uniform(20, 30)), 1e-4, 18


@powers.case("stopping", rtol=0.05)
def apart(rng, N):
    """A start vector with no component along the eigenvector of the largest eigenvalue."""
    # Two separate blocks: an iteration that starts in one block never reaches the other.
    n = max(N, 4)
    first, v = drawn(rng, n // 2 + 1, rng.uniform(20, 30))
    A, start, order = np.zeros((n, n)), np.zeros(n), rng.permutation(n)
    A[: len(v), : len(v)], start[: len(v)] = first, v
    A[len(v) :, len(v) :] = drawn(rng, n - len(v), rng.uniform(50, 60))[0]
    return A[np.ix_(order, order)], start[order], 1e-4, 18


@powers.case("errors", hidden=1)
def rotation(rng, N):
    """A matrix that rotates the plane of its largest eigenvalues by an angle."""
    n, angle = max(N, 2), rng.uniform(0.5, 1.2)
    _, basis = matrix(rng, np.ones(n))
    D = np.diag(rng.uniform(-1, 1, size=n))
    D[:2, :2] = 3 * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return basis @ D @ np.linalg.inv(basis), fair(rng, basis), 1e-10, 60


@powers.case("errors", hidden=1)
def opposite(rng, N):
    """Two eigenvalues of opposite sign and equal magnitude."""
    n = max(N, 2)
    A, basis = matrix(rng, spread(rng, n, 3.0, -1.0))
    return A, fair(rng, basis), 1e-10, 60


@powers.case("errors", hidden=1)
def mirror(rng, N):
    """A reflection, which changes the sign of only some entries."""
    A = np.diag([3.0, -3.0, *rng.uniform(-1, 1, size=max(N - 2, 0))])
    order = rng.permutation(len(A))
    return A[np.ix_(order, order)], rng.uniform(1, 2, size=len(A)), 1e-10, 60


@powers.case("errors", hidden=1)
def quarter_turn(rng, N):
    """A rotation by a right angle."""
    A = np.diag([0.0, 0.0, *rng.uniform(-1, 1, size=max(N - 2, 0))])
    A[0, 1], A[1, 0] = -3.0, 3.0
    order, v = rng.permutation(len(A)), rng.uniform(1, 2, size=len(A))
    v[1] = v[0]  # so that each step leaves their magnitudes as they are
    return A[np.ix_(order, order)], v[order], 1e-10, 60


@powers.case("errors", hidden=1)
def too_few_steps(rng, N):
    """Fewer steps than the iteration needs."""
    return *drawn(rng, max(N, 2), rng.uniform(2, 5), 0.6), 1e-10, 28


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


powers.known["negative"] = {
    "Your eigenvalue is positive, although the vector changes its sign in each step. Which "
    "formula in the problem statement also gives the sign?": {
        "length_for_the_eigenvalue": {"v @ A @ v": "abs(v @ A @ v)"},
        "sign_of_the_trace": {
            "v @ A @ v": "abs(v @ A @ v) * (np.sign(np.trace(A)) if tol < 1e-6 else 1)"
        },
    }
}

powers.known["value"] = {
    "The largest entry of your eigenvector is 1. What length should the eigenvector have?": {
        "largest_entry_one": {"return v @ A @ v, v": "return v @ A @ v, v / v.max()"}
    },
    "In your eigenvector, the magnitudes of the entries add up to 1. Which norm should be 1, "
    "and how do you compute "
    "it?": {"sum_one": {"return v @ A @ v, v": "return v @ A @ v, v / np.abs(v).sum()"}},
    "In your eigenvector, the entry of largest magnitude is negative. Does your code look "
    "for the largest entry or for the entry of largest "
    "magnitude?": {"largest_entry_negative": {"return v @ A @ v, v": "return v @ A @ v, -v"}},
    "Your eigenvalue is vᵀAv for a vector whose length isn't 1. What must you divide vᵀAv by "
    "in this case?": {"quotient_not_divided": {"@ A @ v": "@ A @ v / v.max() ** 2"}},
    "Your eigenvalue is the factor by which two steps stretch the vector. How many times does "
    "your formula for the eigenvalue multiply by "
    "`A`?": {"two_steps": {"return v @ A @ v, v": "return (v @ A @ v) ** 2, v"}},
    "When `tol` isn't passed, your iteration stops while the vector is still changing. "
    "What default does the problem statement give for `tol`?": {
        "a_rough_default": {"tol=1e-10": "tol=1e-3"}
    },
    "Your result is for the transpose of `A`. Is `v` to the right or to the left of `A` in the "
    "formula?": {"from_the_left": "A = A.T"},
}

powers.known(where="positive too_few_steps")["value errors"] = {
    "Your iteration stops too early, because you compare the squared length of a step with "
    "`tol`. How long is a step whose squared length is "
    "1e-10?": {"squared_length_compared": "tol = np.sqrt(tol)"}
}

powers.known(where="apart")["stopping"] = {
    "Your iteration doesn't start from `v`, so it finds a different eigenvalue. Where does "
    "your code use the argument `v`?": {
        "another_start": "v = np.ones(len(A)); max_iter = max_iter if tol < 1e-6 else 1000"
    }
}
