"""Definiteness: the signs of the quadratic form of a symmetric matrix."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from ..steps import Step, Steps, run
from .determinant import by_elimination
from .elimination import StepGenerator, listed, rounding
from .inputs import one_of, symmetric
from .jacobi import eigvalsh
from .writing import tex, tex_matrix, text

__all__ = ["definiteness"]

Array = np.ndarray
LARGEST = 12  # rows; there are 2^n - 1 principal minors


def definiteness(
    A: Any, *, method: str = "pivots", exact: bool = False, steps: bool = False
) -> str | Steps:
    r"""Whether x'Ax is positive for all x but 0, never negative, or of both signs.

    .. math:: x^\top A x > 0 \;\text{for all}\; x \ne 0
              \iff \text{all pivots, leading minors, eigenvalues} > 0

    Parameters
    ----------
    A : (n, n) array_like
        Symmetric; x'Ax is the same for A and (A + A')/2.
    method : str
        "pivots" completes squares: symmetric elimination. "minors" takes the leading principal
        minors, and where one of them is 0 all principal minors of up to 12 rows.
        "eigenvalues" takes their signs.
    exact : bool
        Whether to compute with fractions; not with "eigenvalues". Floats so small that only
        rounding may have left them count as 0.
    steps : bool
        Whether to return the `Steps`, exact; not with "eigenvalues".

    Returns
    -------
    str or Steps
        "positive definite", "positive semidefinite", "negative definite", "negative
        semidefinite" or "indefinite". A matrix of zeros is called positive semidefinite (it
        is negative semidefinite as well), one without rows positive definite.

    Raises
    ------
    numpy.linalg.LinAlgError
        If A is not square.
    TypeError, ValueError
        If A is no symmetric matrix of finite real numbers, there is no such method, or too
        many minors or exact eigenvalues are asked for.

    Source: Strang (2016), section 6.5; chapter "Matrices".

    >>> definiteness([[2, -1], [-1, 2]], steps=True)
    1. The pivot of row 1 is 2.
    2. Eliminate with it; its row and column are done. The pivot of row 2 is 3/2.
    3. Pivots are positive: the matrix is positive definite.
    >>> definiteness([[1, 2], [2, 1]], method="minors")
    'indefinite'
    """
    one_of(method, ("pivots", "minors", "eigenvalues"), "definiteness", "method")
    A = symmetric(A, "definiteness", exact=exact or steps)
    if method == "eigenvalues":
        if exact or steps:
            raise ValueError(
                "definiteness: expected method 'pivots' or 'minors' for exact numbers"
            )
        return run(_verdict(_signs(eigvalsh(A), rounding(A)), "Eigenvalues"))
    return run((_by_pivots if method == "pivots" else _by_minors)(A), steps=steps)


def _signs(values: Any, negligible: float) -> set[int]:
    """Return the set of signs (-1, 0, 1) that occur among values."""
    return {0 if abs(x) <= negligible else 1 if x > 0 else -1 for x in values}


def _verdict(signs: set[int], what: str) -> StepGenerator:
    """Yield the conclusion from the signs of pivots or eigenvalues, and return it."""
    if {1, -1} <= signs:
        found, signs_in_words = "indefinite", "of both signs"
    else:
        side = "negative" if -1 in signs else "positive"
        found = f"{side} {'semidefinite' if 0 in signs else 'definite'}"
        signs_in_words = f"{side} or 0" if 0 in signs else side
    yield lambda: Step(f"{what} are {signs_in_words}: the matrix is {found}.")
    return found


def _by_pivots(A: Array) -> StepGenerator:
    """Yield the steps of symmetric elimination, and return the verdict."""
    S, rows, pivots, negligible = A, list(range(len(A))), [], rounding(A)
    while (abs(S) > negligible).any():
        size = abs(S.diagonal())
        k = int(np.flatnonzero(size)[0] if A.dtype == object and size.any() else size.argmax())
        d = S[k, k]
        if abs(d) <= negligible:
            i, j = (rows[int(index)] for index in np.argwhere(abs(S) > negligible)[0])
            words = (
                f"The diagonal is 0, but the entry of row {i + 1}, column {j + 1} is not: it "
                "adds to x'Ax with either sign, as one chooses those of x."
            )
            yield lambda S=S, words=words: Step(words, tex_matrix(S))
            return (yield from _verdict({1, -1}, "Values of x'Ax"))
        pivots.append(d)
        left = "Eliminate with it; its row and column are done. " if pivots[1:] else ""
        yield lambda S=S, k=k, d=d, r=rows[k], left=left: Step(
            f"{left}The pivot of row {r + 1} is {text(d)}.", tex_matrix(S, [(k, k)])
        )
        S = np.delete(np.delete(S - np.outer(S[:, k] / d, S[k]), k, axis=0), k, axis=1)
        del rows[k]
    signs = _signs(pivots, 0) | ({0} if rows else set())
    return (yield from _verdict(signs, "Pivots"))


def _by_minors(A: Array) -> StepGenerator:
    """Yield the leading minors (Sylvester's criterion), or all of them; return the verdict."""
    n = len(A)
    signs = []
    for k in range(1, n + 1):
        signs.append((yield from _minor(A, range(k))))
    if 0 not in signs:
        alternate = [(-1) ** k for k in range(1, n + 1)]
        found = (
            "positive definite"
            if all(s > 0 for s in signs)
            else "negative definite"
            if signs == alternate
            else "indefinite"
        )
        yield lambda: Step(f"The signs of the leading minors say: {found}.")
        return found
    if n > LARGEST:
        raise ValueError(
            f"definiteness: expected at most {LARGEST} rows where a leading minor is 0, "
            f"got {n}; take method='pivots'"
        )
    yield lambda: Step(
        "A leading minor is 0, so all principal minors count, of any rows and the same columns."
    )
    return (yield from _by_all_minors(A))


def _by_all_minors(A: Array) -> StepGenerator:
    """Yield all principal minors, and return the verdict: semidefinite if no sign is wrong."""
    positive = negative = True
    for k in range(1, len(A) + 1):
        for rows in combinations(range(len(A)), k):
            sign = yield from _minor(A, rows)
            positive &= sign >= 0
            negative &= sign * (-1) ** k >= 0
    found = "indefinite"
    if positive or negative:
        found = f"{'positive' if positive else 'negative'} semidefinite"
    yield lambda: Step(f"The signs of all principal minors say: {found}.")
    return found


def _minor(A: Array, rows: Any) -> StepGenerator:
    """Yield the value of one principal minor, and return its sign."""
    part = A[np.ix_(rows, rows)]
    d = run(by_elimination(part.copy(), rounding(A)))
    words = f"The minor of {listed('row', rows)} is {text(d)}."
    yield lambda: Step(words, rf"\det {tex_matrix(part)} = {tex(d)}")
    return 0 if d == 0 else 1 if d > 0 else -1
