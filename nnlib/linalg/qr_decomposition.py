"""QR decomposition by Gram-Schmidt, by Householder reflections, by Givens rotations."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..steps import Step, Steps, run
from .elimination import StepGenerator, listed
from .exact import identity, simplified, zeros
from .inputs import matrix, one_of
from .norms import length, scaled
from .orthogonal import normalized, orthogonalized, refuse_dependent
from .writing import tex, tex_matrix, text

__all__ = ["QR", "qr"]

Array = np.ndarray


class QR(NamedTuple):
    """A = Q R: orthonormal columns and an upper triangular matrix."""

    Q: Array
    R: Array


def qr(
    A: Any, *, method: str = "householder", exact: bool = False, steps: bool = False
) -> QR | Steps:
    r"""Find the QR decomposition of a matrix.

    .. math:: A = Q R, \qquad Q^\top Q = I, \qquad
              H = I - 2 \frac{v v^\top}{v^\top v}, \quad v = x \pm \lVert x \rVert e_1

    Parameters
    ----------
    A : (m, n) array_like
        k = min(m, n).
    method : str
        "householder" reflects each column onto an axis, away from where it points, as LAPACK
        does; "givens" rotates one entry after the other to 0; "gram-schmidt" subtracts from
        each column its parts along those before, which must be independent.
    exact : bool
        Whether to compute with fractions and roots.
    steps : bool
        Whether to return the `Steps`, exact.

    Returns
    -------
    QR or Steps
        Q (m, k), R (k, n). The signs of R's diagonal depend on the method.

    Raises
    ------
    numpy.linalg.LinAlgError
        If by Gram-Schmidt a column depends on those before it.
    TypeError, ValueError
        If A is no matrix of finite real numbers, or there is no such method.

    Source: Golub and Van Loan (2013), sections 5.1 and 5.2; chapter "Systems of linear
    equations".

    >>> qr([[3, 1], [4, 2]], steps=True)
    1. Start with A.
    2. Reflect rows 1 and 2 along v, column 1 less what it becomes: −5 over zeros.
    3. The reflections together are Q.
    >>> print(text(qr([[3, 1], [4, 2]], exact=True).R))
    [[−5, −11/5], [0, 2/5]]
    """
    one_of(method, ("householder", "givens", "gram-schmidt"), "qr", "method")
    return run(qr_steps(matrix(A, "qr", exact=exact or steps), method, "qr"), steps=steps)


def qr_steps(A: Array, method: str, function: str) -> StepGenerator:
    """Yield the steps of one method, and return the QR decomposition."""
    if method == "householder":
        return (yield from _householder(A))
    if method == "givens":
        return (yield from _givens(A))
    return (yield from _gram_schmidt(A, function))


def _householder(A: Array) -> StepGenerator:
    """Yield one step for each Householder reflection, and return Q and R."""
    yield lambda: Step("Start with A.", tex_matrix(A))
    (m, n), R, Q, count = A.shape, A.copy(), identity(len(A), like=A), 0
    for k in range(min(m, n)):
        x = R[k:, k]
        if not x[1:].any():
            continue
        v = x.copy()
        v[0] += length(x) if x[0] >= 0 else -length(x)  # equal signs: no cancellation
        v = scaled(v)
        for part in (R[k:], Q[:, k:].T):
            part[:] = simplified(part - np.outer(2 * v / simplified(v @ v), v @ part))
        R[k + 1 :, k] = zeros(m - k - 1, like=A)
        count += 1
        yield lambda k=k, v=v: _reflected(R, k, v)
    words = "The reflections together are Q." if count else "No reflection is needed: Q is I."
    yield lambda: Step(words, f"Q = {tex_matrix(Q[:, :n])}")
    return QR(Q[:, : min(m, n)], R[: min(m, n)])


def _reflected(R: Array, k: int, v: Array) -> Step:
    """Return the step with the matrix after one reflection."""
    rows = listed("row", range(k, len(R)))
    along = f"along v, column {k + 1} less what it becomes"
    words = f"Reflect {rows} {along}: {text(R[k, k])} over zeros."
    mirror = rf"v = {tex(simplified(v))}, \quad I - \frac{{2 v v^\top}}{{v^\top v}}"
    after = tex_matrix(R, [(k, k)])
    return Step(words, rf"\begin{{gathered}} {mirror} \\ {after} \end{{gathered}}")


def _givens(A: Array) -> StepGenerator:
    """Yield one step for each Givens rotation, and return Q and R."""
    yield lambda: Step("Start with A.", tex_matrix(A))
    (m, n), R, Q = A.shape, A.copy(), identity(len(A), like=A)
    for k in range(min(m, n)):
        for i in range(k + 1, m):
            if R[i, k] == 0:
                continue
            r = length(R[[k, i], k])
            c, s = simplified(R[k, k] / r), simplified(R[i, k] / r)
            for part in (R, Q.T):
                upper, lower = part[k].copy(), part[i].copy()
                part[k] = simplified(c * upper + s * lower)
                part[i] = simplified(c * lower - s * upper)
            R[i, k] -= R[i, k]
            yield lambda i=i, k=k, c=c, s=s: _rotated(R, i, k, c, s)
    yield lambda: Step("The rotations together are Q.", f"Q = {tex_matrix(Q[:, :n])}")
    return QR(Q[:, : min(m, n)], R[: min(m, n)])


def _rotated(R: Array, i: int, k: int, c: Any, s: Any) -> Step:
    """Return the step with the matrix after one rotation."""
    turn = f"by the angle with cosine {text(c)} and sine {text(s)}"
    words = f"Rotate rows {k + 1} and {i + 1} {turn}, so that row {i + 1}, column {k + 1} is 0."
    return Step(words, tex_matrix(R, [(k, k)]))


def _gram_schmidt(A: Array, function: str) -> StepGenerator:
    """Yield the steps of Gram-Schmidt and of the normalization; return Q and R."""
    U, C = yield from orthogonalized(A)
    refuse_dependent(U, function)
    Q, lengths = yield from normalized(U)
    R = simplified(lengths[:, None] * C)
    words = (
        "In A = QR column j of R says how much of each q is in aⱼ: the length of u times how "
        "often u was subtracted, and on the diagonal the length of uⱼ."
    )
    yield lambda: Step(words, f"R = {tex_matrix(R)}")
    return QR(Q, R)
