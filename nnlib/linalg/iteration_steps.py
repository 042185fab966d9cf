"""How power iteration is shown: exact iterates, their quotients, their rate."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from ..steps import Step
from .eigen import eig
from .exact import exact
from .writing import tex, text

if TYPE_CHECKING:
    from .iteration import Eigenpair

__all__: list[str] = []

Array = np.ndarray


def power_steps(A: Any, x: Any, found: Eigenpair) -> list[Step]:
    """Show exact iterates while their numbers are short, with what they are worth."""
    A, x = exact(A), _shortened(exact(x, argument="x"))
    values, vectors = eig(A.astype(np.float64))
    ratio = abs(values[1] / values[0]) if len(values) > 1 and values[0] else 0.0
    told = [
        Step(
            f"Begin with x = {text(x)}. In the end each step is to multiply the sine of its "
            f"angle to the eigenvector by |λ₂/λ₁| = {text(float(ratio))}.",
            rf"x_0 = {tex(x)}, \quad "
            rf"\left|\frac{{\lambda_2}}{{\lambda_1}}\right| = {tex(float(ratio))}",
        )
    ]
    before = _sine(x, vectors[:, 0])
    for k in range(1, min(found.iterations, 12) + 1):
        x = _shortened(A @ x)
        after = _sine(x, vectors[:, 0])
        told.append(_power_step(k, A, x, after, before))
        before = after
    told.append(
        Step(
            f"After {found.iterations} iterations λ = {text(found.eigenvalue)} and "
            f"x = {text(found.eigenvector)}; the residual is {found.residual:.1e} of the norm.",
            rf"\lambda = {tex(found.eigenvalue)}, \quad x = {tex(found.eigenvector)}",
        )
    )
    return told


def _power_step(k: int, A: Array, x: Array, after: float, before: float) -> Step:
    """Describe one iterate, its Rayleigh quotient, and how much nearer it is."""
    quotient = (x @ A @ x) / (x @ x)
    decimal = f"{float(quotient):.10g}".replace("-", "−")
    same = x.dtype == float or Fraction(f"{float(quotient):.10g}") == quotient
    sign = "=" if same else "≈"
    exactly = (
        "" if x.dtype == float or text(quotient) == decimal else f"{text(quotient)} {sign} "
    )
    nearer = f", the sine {after / before:.4f} times that before" if before else ""
    return Step(
        f"Multiply: x = {text(x)}, Rayleigh quotient {exactly}{decimal}{nearer}.",
        rf"x_{{{k}}} = {tex(x)}, \quad "
        rf"\frac{{x_{{{k}}}^\top A x_{{{k}}}}}{{x_{{{k}}}^\top x_{{{k}}}}} = {tex(quotient)}",
    )


def _shortened(x: Array) -> Array:
    """Return exact numbers while they are short, then floats of length 1."""
    if x.dtype == object and max(len(str(entry)) for entry in x) <= 10:
        return x
    return _unit(x)


def _unit(x: Array) -> Array:
    """Return the vector as floats of length 1."""
    floats = x.astype(np.float64)
    return floats / np.linalg.norm(floats)


def _sine(x: Array, u: Array) -> float:
    """Return the sine of the angle between two lines."""
    x = _unit(x)
    return float(np.linalg.norm(x - u * (u.conj() @ x)))
