r"""The singular value decomposition step by step, starting from AᵀA, with exact roots."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..steps import Step, Steps
from .by_hand import reduced, solve_by_hand
from .exact import exact, identity, simplified, zeros
from .exact_vectors import orthogonal, plain_root, rounded, scaled, unit
from .polynomial import Name
from .subspaces import special_solutions
from .writing import indexed, tex, text

__all__: list[str] = []

Array = np.ndarray


def svd_steps(A: Any, result: Any, full_matrices: bool) -> Steps:
    """Return the steps of ``svd``, with its result."""
    A = exact(A, function="svd")
    m, n = A.shape
    gram = A.T @ A if m else zeros((n, n), like=A)
    steps = [
        Step(
            f"Multiply: AᵀA = {text(gram)}, which is symmetric with no negative eigenvalues.",
            rf"A^\top A = {tex(gram)}",
        )
    ]
    eigen_steps, spaces = solve_by_hand(gram, Name("AᵀA", r"A^\top A"))
    steps += eigen_steps
    V: list[Array] = []
    sigma: list[Any] = []
    for space in sorted(spaces, key=lambda s: -float(s.eigenvalue)):
        for x in orthogonal(space.basis).T:
            length, v = unit(x)
            steps.append(_right(len(V), x, length, v))
            V.append(v)
        sigma += [plain_root(space.eigenvalue)] * space.geometric
    k = min(m, n)
    steps.append(_values(sigma[:k]))
    U: list[Array] = []
    for s, v in zip(sigma[:k], V, strict=False):
        if s != 0:
            U.append(simplified(A @ v / s))
            steps.append(_left(len(U) - 1, s, A @ v, U[-1]))
    steps += _completion(U, m if full_matrices else k, m)
    V = V if full_matrices else V[:k]
    return Steps([*steps, *_product(A, U, sigma[:k], V)], result)


def _right(k: int, x: Array, length: Any, v: Array) -> Step:
    """Return the step that computes a right singular vector, a unit eigenvector of AᵀA."""
    name = indexed("v", k)
    return Step(
        f"Divide {text(x)} by its length {text(length)}: {name} = {text(v)}.",
        rf"v_{{{k + 1}}} = \frac{{1}}{{{tex(length)}}} {tex(x)}",
    )


def _values(sigma: list) -> Step:
    """Return the step that takes the square roots of the eigenvalues of AᵀA."""
    words = ", ".join(f"{indexed('σ', i)} = {text(s)}" for i, s in enumerate(sigma))
    formula = r",\quad ".join(rf"\sigma_{{{i}}} = {tex(s)}" for i, s in enumerate(sigma, 1))
    return Step(f"Take the square roots of the eigenvalues: {words or 'none'}.", formula)


def _left(k: int, s: Any, image: Array, u: Array) -> Step:
    """Return the step that computes a left singular vector Av / σ."""
    return Step(
        f"{indexed('u', k)} = A{indexed('v', k)} / {indexed('σ', k)} = {text(u)}.",
        rf"u_{{{k + 1}}} = \frac{{1}}{{{tex(s)}}} A v_{{{k + 1}}} "
        rf"= \frac{{1}}{{{tex(s)}}} {tex(simplified(image))} = {tex(u)}",
    )


def _completion(U: list[Array], size: int, m: int) -> list[Step]:
    """Append orthonormal vectors to U until it contains ``size`` vectors; return the steps."""
    if len(U) == size:
        return []
    rows = np.array(U, dtype=object).reshape(len(U), m)
    basis = identity(m, like=rows)
    if U:
        R, pivots, _ = reduced(rows, m)
        free = tuple(j for j in range(m) if j not in pivots)
        basis = special_solutions(R, pivots, free)
    steps = []
    for x in orthogonal(basis).T[: size - len(U)]:
        u = unit(scaled(x))[1]
        steps.append(
            Step(
                "No nonzero singular value remains, so choose a unit vector orthogonal to the "
                f"previous columns of U: {indexed('u', len(U))} = {text(u)}.",
                rf"u_{{{len(U) + 1}}} = {tex(u)}",
            )
        )
        U.append(u)
    return steps


def _product(A: Array, U: list[Array], sigma: list, V: list[Array]) -> list[Step]:
    """Return the steps that list the three factors and check that their product is A."""
    m, n = A.shape
    S = zeros((len(U), len(V)), like=A)
    S[range(len(sigma)), range(len(sigma))] = sigma
    left = np.array(U, dtype=object).reshape(len(U), m).T
    right = np.array(V, dtype=object).reshape(len(V), n)
    shapes = " times ".join(f"{r}x{c}" for r, c in (left.shape, S.shape, right.shape))
    product = rounded(simplified(simplified(left @ S) @ right)) if S.size else A
    return [
        Step(
            f"The factors are U = {text(left)}, Σ = {text(S)}, Vᵀ = {text(right)} ({shapes}).",
            rf"U = {tex(left)},\quad \Sigma = {tex(S)},\quad V^\top = {tex(right)}",
        ),
        Step(f"Check: UΣVᵀ = {text(product)}.", rf"U \Sigma V^\top = {tex(product)}"),
    ]
