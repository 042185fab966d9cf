r"""The QR algorithm: a matrix becomes triangular, its eigenvalues on the diagonal.

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

    Source: Golub and Van Loan (2013), algorithm 7.4.2.

    >>> H, Q = hessenberg([[1, 2, 3], [3, 1, 2], [4, 3, 1]])
    >>> H[:, 0].round(10)
    array([ 1., -5.,  0.])
    """
    H = square(A, "hessenberg")
    Q = np.eye(len(H))
    for k in range(len(H) - 2):
        v = householder(H[k + 1 :, k])
        _reflect(H, Q, v, k + 1)
        H[k + 2 :, k] = 0
    return Hessenberg(H, Q)


def householder(x: Array) -> Array:
    """The unit vector v for which (I - 2vv')x is a multiple of the first axis; 0 if x is 0."""
    v = x.copy()
    v[0] += np.copysign(np.linalg.norm(x), x[0])  # the sign that cannot cancel
    length = np.linalg.norm(v)
    return v / length if length else v


def _reflect(H: Array, Q: Array, v: Array, k: int) -> None:
    """Replace H by PHP and Q by QP, in place, where P = I - 2vv' acts from coordinate k on."""
    part = slice(k, k + len(v))
    H[part] -= 2 * np.outer(v, v @ H[part])
    H[:, part] -= 2 * np.outer(H[:, part] @ v, v)
    Q[:, part] -= 2 * np.outer(Q[:, part] @ v, v)


def qr_algorithm(A: Any, *, max_iterations: int = 30, steps: bool = False) -> Schur | Steps:
    r"""Real Schur form by the QR algorithm with double shifts (Francis, 1961).

    .. math:: A = Q T Q^\top

    T is triangular but for a 2x2 block for each pair of complex eigenvalues. The two shifts of
    an iteration are the eigenvalues of the last 2x2 block, both at once, so that complex pairs
    need no complex numbers.

    Parameters
    ----------
    A : (n, n) real numbers
    max_iterations : int
        At most so many for each eigenvalue; 2 or 3 are usual.
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
    expect_count(max_iterations, "qr_algorithm", "max_iterations")
    e = exponent(given)
    H, Q = hessenberg(np.ldexp(given, -e))
    told = [_first_step(np.ldexp(H, e))] if steps else []
    iterations = 0
    for iterations, found in enumerate(_iterates(H, Q, max_iterations), start=1):
        if steps:
            told.append(_step(iterations, np.ldexp(np.diag(H, -1), e), found))
    T = np.ldexp(np.where(_blocks(H), H, 0), e)
    result = Schur(T, Q, iterations)
    return Steps([*told, _last_step(T)], result) if steps else result


def _iterates(H: Array, Q: Array, most: int) -> Iterator[int]:
    """Reduce H in place; after each iteration give how many eigenvalues are still coupled."""
    end, tried = len(H), 0  # what follows row `end` is done
    while end > 1:
        _forget_small(H, end)
        start = end - 1
        while start > 0 and H[start, start - 1] != 0:
            start -= 1
        size = end - start
        if size == 2:
            _split(H, Q, start)
        if size <= 2:
            end, tried = start, 0
            continue
        if tried == most:
            raise np.linalg.LinAlgError(_stuck(H, start, end, tried))
        tried += 1
        _francis(H, Q, start, end, *_shifts(H, end, tried))
        _forget_small(H, end)
        yield end


def _forget_small(H: Array, end: int) -> None:
    """Set subdiagonal entries to zero that rounding errors could have made."""
    d = np.abs(np.diag(H)[:end])
    around = d[:-1] + d[1:]
    around = np.where(around == 0, np.abs(H).max(), around)
    k = np.flatnonzero(np.abs(np.diag(H, -1)[: end - 1]) <= EPS * around)
    H[k + 1, k] = 0


def _shifts(H: Array, end: int, tried: int) -> tuple[float, float]:
    """Sum and product of the two shifts, the eigenvalues of the last 2x2 block."""
    if tried % 10 == 0:  # some matrices, such as permutations, stand still under those
        s = 1.5 * (abs(H[end - 1, end - 2]) + abs(H[end - 2, end - 3]))
        return s, s**2
    (a, b), (c, d) = H[end - 2 : end, end - 2 : end]
    return a + d, a * d - b * c


def _francis(H: Array, Q: Array, start: int, end: int, s: float, t: float) -> None:
    """One double step on rows start to end: two QR steps, with shifts of sum s and product t.

    Only the first column of (H - aI)(H - bI) = H² - sH + tI is formed. A reflection that turns
    it to the first axis raises a bulge below the subdiagonal; more of them chase it out.
    """
    h = H[start : start + 3, start : start + 3]
    column = np.array(
        [
            h[0, 0] ** 2 + h[0, 1] * h[1, 0] - s * h[0, 0] + t,
            h[1, 0] * (h[0, 0] + h[1, 1] - s),
            h[1, 0] * h[2, 1],
        ]
    )
    for k in range(start, end - 1):
        _reflect(H, Q, householder(column), k)
        if k > start:
            H[k + 1 : k + 3, k - 1] = 0
        column = H[k + 1 : min(k + 4, end), k].copy()


def _split(H: Array, Q: Array, k: int) -> None:
    """Make the 2x2 block at k triangular by a reflection, if its eigenvalues are real."""
    (a, b), (c, d) = H[k : k + 2, k : k + 2]
    half = (a - d) / 2
    under_root = half**2 + b * c
    if c == 0 or under_root < 0:
        return
    z = half + np.copysign(np.sqrt(under_root), half)  # the eigenvalue is d + z, its vector:
    x = np.array([z, c])
    # A reflection that turns x to the first axis is one whose v is the householder of x.
    _reflect(H, Q, householder(x), k)
    H[k + 1, k] = 0


def _blocks(T: Array) -> Array:
    """Where T may hold numbers: on and above the diagonal, and in its 2x2 blocks."""
    return np.triu(np.ones(T.shape, dtype=bool)) | np.diag(np.diag(T, -1) != 0, -1)


def _stuck(H: Array, start: int, end: int, tried: int) -> str:
    """What to say when an eigenvalue is not found."""
    smallest = np.abs(np.diag(H, -1)[start : end - 1]).min()
    return (
        f"qr_algorithm: {tried} iterations did not separate another eigenvalue; "
        f"{len(H) - end} of {len(H)} are found, and of the subdiagonal entries in rows "
        f"{start + 1} to {end} the smallest is {smallest / np.abs(H).max():.1e} of the largest "
        "entry"
    )


def _first_step(H: Array) -> Step:
    """The matrix with which the iterations begin."""
    return Step(
        "Reflect until only zeros stand below the first subdiagonal; eigenvalues stay.",
        f"H = {tex(H)}",
    )


def _step(k: int, below: Array, end: int) -> Step:
    """One iteration: what it left on the subdiagonal."""
    sizes = text(np.abs(below))
    still = f"; rows 1 to {end} are still to be done" if end > 2 else ""
    return Step(
        f"Iteration {k}: on the subdiagonal stand {sizes}{still}.",
        rf"|h_{{i+1,\,i}}|^{{({k})}} = " + sizes.replace("−", "-"),
    )


def _last_step(T: Array) -> Step:
    """The triangular matrix, and how to read it."""
    pairs = np.count_nonzero(np.diag(T, -1))
    blocks = (
        f", and {pairs} 2x2 block{'s' if pairs > 1 else ''} for complex pairs" if pairs else ""
    )
    return Step(f"The eigenvalues stand on the diagonal{blocks}.", f"T = {tex(T)}")
