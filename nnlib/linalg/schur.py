r"""The QR algorithm: the Schur form of a matrix, with its eigenvalues on the diagonal.

A step A' = RQ, where A = QR, is the similarity A' = Q'AQ: the eigenvalues stay, and what
stands below the diagonal shrinks. Three ideas make this fast: begin with zeros below the first
subdiagonal (``hessenberg``), subtract shifts near eigenvalues first, and split the matrix
where a subdiagonal entry has vanished.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from ..steps import Step, Steps
from .inputs import square
from .scale import EPS, expect_count, exponent
from .writing import tex, text

__all__ = ["Hessenberg", "Schur", "hessenberg", "qr_algorithm"]

Array = np.ndarray


class Hessenberg(NamedTuple):
    """H (n, n), zero below the first subdiagonal, and orthogonal Q (n, n): A = Q H Q'."""

    H: Array
    Q: Array


class Schur(NamedTuple):
    """T (n, n), triangular but for 2x2 blocks, orthogonal Q (n, n): A = Q T Q'; iterations."""

    T: Array
    Q: Array
    iterations: int


def hessenberg(A: Any) -> Hessenberg:
    r"""Bring a square matrix to Hessenberg form by Householder reflections.

    .. math:: A = Q H Q^\top, \qquad h_{ij} = 0 \text{ for } i > j + 1

    Parameters
    ----------
    A : (n, n) real numbers

    Returns
    -------
    Hessenberg

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers; LinAlgError if it is not square.

    Source: Golub and Van Loan (2013), algorithm 7.4.2; chapter "Eigenvalues and eigenvectors".

    >>> H, Q = hessenberg([[1, 2, 3], [3, 1, 2], [4, 3, 1]])
    >>> H[:, 0].round(10)
    array([ 1., -5.,  0.])
    """
    H = square(A, "hessenberg")
    e = exponent(H)
    H, Q = np.ldexp(H, -e), np.eye(len(H))
    for k in range(len(H) - 2):
        v = householder(H[k + 1 :, k])
        _reflect(H, Q, v, k + 1)
        H[k + 2 :, k] = 0
    return Hessenberg(np.ldexp(H, e), Q)


def householder(x: Array) -> Array:
    """Return the unit v with (I - 2vv')x along the first axis; 0 if x is 0."""
    v = x.copy()
    v[0] += np.copysign(np.linalg.norm(x), x[0])  # the sign that avoids cancellation
    length = np.linalg.norm(v)
    return v / length if length else v


def _reflect(H: Array, Q: Array, v: Array, k: int) -> None:
    """Replace H by PHP and Q by QP in place, with the reflection P = I - 2vv' from row k on."""
    part = slice(k, k + len(v))
    H[part] -= 2 * np.outer(v, v @ H[part])
    H[:, part] -= 2 * np.outer(H[:, part] @ v, v)
    Q[:, part] -= 2 * np.outer(Q[:, part] @ v, v)


def qr_algorithm(
    A: Any, *, max_iterations: int | None = None, steps: bool = False
) -> Schur | Steps:
    r"""Return the real Schur form by the QR algorithm with double shifts (Francis, 1961).

    .. math:: A = Q T Q^\top

    T is triangular but for a 2x2 block for each pair of complex eigenvalues. The two shifts of
    an iteration are the eigenvalues of the last 2x2 block, both at once, so that complex pairs
    need no complex numbers.

    Parameters
    ----------
    A : (n, n) real numbers
    max_iterations : int, optional
        At most so many in all; 30 for each row, but at least 300, if not given. Two or three
        for each row are usual.
    steps : bool
        Whether to tell of each iteration what stands on the subdiagonal.

    Returns
    -------
    Schur or Steps

    Raises
    ------
    TypeError, ValueError
        If A is not a matrix of finite real numbers; LinAlgError if it is not square.
    numpy.linalg.LinAlgError
        If no subdiagonal entry vanishes in time; it says how many eigenvalues were found and
        how large the smallest entry still is.

    Source: Golub and Van Loan (2013), section 7.5; chapter "Eigenvalues and eigenvectors".

    >>> T, Q, iterations = qr_algorithm([[6, 2], [2, 3]])
    >>> np.diag(T).round(10)
    array([7., 2.])
    >>> T, Q, iterations = qr_algorithm([[0, -1, 0], [1, 0, 0], [0, 0, 2]])
    >>> np.allclose(Q @ T @ Q.T, [[0, -1, 0], [1, 0, 0], [0, 0, 2]])
    True
    """
    given = square(A, "qr_algorithm")
    most = 30 * max(10, len(given)) if max_iterations is None else max_iterations
    expect_count(most, "qr_algorithm", "max_iterations")
    e = exponent(given)
    H, Q = hessenberg(np.ldexp(given, -e))
    shown = [_first_step(np.ldexp(H, e))] if steps else []
    iterations = 0
    for iterations, below in enumerate(_iterates(H, Q, most), start=1):
        if steps:
            shown.append(_step(iterations, np.ldexp(below, e)))
    T = np.ldexp(np.where(_blocks(H), H, 0), e)
    result = Schur(T, Q, iterations)
    return Steps([*shown, _last_step(T)], result) if steps else result


def _iterates(H: Array, Q: Array, most: int) -> Iterator[Array]:
    """Yield the subdiagonal after each QR iteration, which changes H and Q in place."""
    end, tried, done = len(H), 0, 0  # rows from `end` on have converged
    _forget_small(H, end, patient=True)
    while end > 1:
        start = end - 1
        while start > 0 and H[start, start - 1] != 0:
            start -= 1
        size = end - start
        if size == 2:
            _split(H, Q, start)
        if size <= 2:
            end, tried = start, 0
            continue
        if done == most:
            raise np.linalg.LinAlgError(_stuck(H, start, end, done))
        tried, done = tried + 1, done + 1
        _francis(H, Q, start, end, *_shifts(H, end, tried))
        _forget_small(H, end, patient=tried < 10)
        yield np.diag(H, -1)


def _forget_small(H: Array, end: int, patient: bool) -> None:
    """Set subdiagonal entries to 0 if they are no larger than rounding errors.

    Beside small diagonal entries only smaller ones are, which keeps small eigenvalues right;
    but where many eigenvalues are 0 nothing else may remain, and patience ends.
    """
    d = np.abs(np.diag(H)[:end])
    around = d[:-1] + d[1:]
    around = np.where((around == 0) | (not patient), len(H) * np.abs(H).max(initial=0), around)
    k = np.flatnonzero(np.abs(np.diag(H, -1)[: end - 1]) <= EPS * around)
    H[k + 1, k] = 0


def _shifts(H: Array, end: int, tried: int) -> tuple[float, float]:
    """Return the shifts p ± √apart of the next QR step, as p and apart."""
    (a, b), (c, d) = H[end - 2 : end, end - 2 : end]
    if tried % 10 == 0:  # the usual shifts leave some matrices, such as permutations, unchanged
        apart = abs(H[end - 1, end - 2]) + abs(H[end - 2, end - 3])
        return d + 0.75 * apart, -0.4375 * apart**2
    half = (a - d) / 2
    under_root = half**2 + b * c
    if under_root < 0:
        return (a + d) / 2, under_root
    # Of two real eigenvalues the one nearer to the last entry is taken twice.
    z = half + np.copysign(np.sqrt(under_root), half)
    return d - (b * c / z if z else 0.0), 0.0


def _francis(H: Array, Q: Array, start: int, end: int, p: float, apart: float) -> None:
    """Make a double QR step on rows start to end, in place, with shifts p ± √apart.

    Only the first column of (H - pI)² - apart I is formed. A reflection that turns it to the
    first axis raises a bulge below the subdiagonal; more of them chase it out.
    """
    h = H[start : start + 3, start : start + 3]
    column = np.array(
        [
            (h[0, 0] - p) ** 2 - apart + h[0, 1] * h[1, 0],
            h[1, 0] * ((h[0, 0] - p) + (h[1, 1] - p)),
            h[1, 0] * h[2, 1],
        ]
    )
    for k in range(start, end - 1):
        _reflect(H, Q, householder(column), k)
        if k > start:
            H[k + 1 : k + 3, k - 1] = 0
        column = H[k + 1 : min(k + 4, end), k].copy()


def _split(H: Array, Q: Array, k: int) -> None:
    """Make the 2x2 block at k triangular, in place, if its eigenvalues are real."""
    (a, b), (c, d) = H[k : k + 2, k : k + 2]
    half = (a - d) / 2
    under_root = half**2 + b * c
    if under_root < 0:
        return
    z = half + np.copysign(np.sqrt(under_root), half)
    eigenvector = np.array([z, c])  # eigenvector of d + z; it is reflected onto the first axis
    _reflect(H, Q, householder(eigenvector), k)
    H[k + 1, k] = 0


def _blocks(T: Array) -> Array:
    """Return a mask of the entries on and above the diagonal, and in the 2x2 blocks."""
    return np.triu(np.ones(T.shape, dtype=bool)) | np.diag(np.diag(T, -1) != 0, -1)


def _stuck(H: Array, start: int, end: int, done: int) -> str:
    """Return the error message if eigenvalues are missing after all iterations."""
    smallest = np.abs(np.diag(H, -1)[start : end - 1]).min()
    return (
        f"qr_algorithm: did not converge in {done} iterations; {len(H) - end} of {len(H)} "
        "eigenvalues are found, and of the subdiagonal entries in rows "
        f"{start + 1} to {end} the smallest is {smallest / np.abs(H).max():.1e} of the largest "
        "entry"
    )


def _first_step(H: Array) -> Step:
    """Return the step with the Hessenberg matrix from which the iterations begin."""
    return Step(
        "Reflect until only zeros stand below the first subdiagonal; eigenvalues stay.",
        f"H = {tex(H)}",
    )


def _step(k: int, below: Array) -> Step:
    """Return the step with the subdiagonal after one iteration."""
    sizes = np.abs(below)
    return Step(
        f"Iteration {k} leaves {text(sizes)} on the subdiagonal.",
        rf"\left| h_{{i+1,\,i}}^{{({k})}} \right| = {tex(sizes)}",
    )


def _last_step(T: Array) -> Step:
    """Return the step with the Schur form, and how its eigenvalues are read off."""
    pairs = np.count_nonzero(np.diag(T, -1))
    blocks = (
        f", and {pairs} 2x2 block{'s' if pairs > 1 else ''} for complex pairs" if pairs else ""
    )
    words = "A rotation makes each block of two rows with real eigenvalues a triangle: then the"
    return Step(f"{words} eigenvalues stand on the diagonal{blocks}.", f"T = {tex(T)}")
