r"""Exact eigenvalues and eigenvectors: characteristic polynomial, roots, null spaces."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ..steps import Step, Steps
from .elimination import Operation, Scale, Swap, eliminate, first
from .exact import identity, simplified
from .exact_vectors import scaled, unit
from .inputs import square
from .polynomial import (
    PLAIN,
    Name,
    characteristic_polynomial,
    poly_tex,
    poly_text,
    polynomial_steps,
    raised,
)
from .root_finding import Root, roots
from .subspaces import special_solutions
from .writing import bracketed, indexed, tex, text

__all__: list[str] = []

Array = np.ndarray
# The largest number of rows: after one rational root, a quadratic equation remains.
LARGEST = 3


class Eigenspace(NamedTuple):
    """An eigenvalue with its multiplicity and its eigenvectors.

    Attributes
    ----------
    eigenvalue : Fraction or SymPy expression
    algebraic : int
        Multiplicity of the eigenvalue as a root of the characteristic polynomial.
    basis : (n, geometric) object array
        Independent eigenvectors as columns, without fractions if possible.
    """

    eigenvalue: Any
    algebraic: int
    basis: Array

    @property
    def geometric(self) -> int:
        """The number of independent eigenvectors."""
        return self.basis.shape[1]


def solve_by_hand(A: Array, name: Name = PLAIN) -> tuple[list[Step], list[Eigenspace]]:
    """Return the steps that find the eigenspaces of a matrix of fractions, and those spaces."""
    if len(A) > LARGEST:
        expected = f"expected {name.text} with at most {LARGEST} rows"
        raise ValueError(f"eigenvalue steps: {expected}, got {len(A)}")
    p = characteristic_polynomial(A)
    eigenvalues = roots(p)
    steps = polynomial_steps(A, name)
    if eigenvalues:
        steps.append(_factored(p, eigenvalues))
    spaces = []
    for value, multiplicity in eigenvalues:
        eigenspace_steps, basis = eigenspace(A, value, name)
        steps += eigenspace_steps
        spaces.append(Eigenspace(value, multiplicity, basis))
    return steps, spaces


def _factored(p: Array, eigenvalues: list[Root]) -> Step:
    """Return the step that factors the polynomial and lists its roots."""
    factors = [_factor(value, times, text, "λ", "−") for value, times in eigenvalues]
    formulas = [_factor(value, times, tex, r"\lambda", "-") for value, times in eigenvalues]
    values = _listed(text(value) for value, _ in eigenvalues)
    noun = "root is" if len(eigenvalues) == 1 else "roots are"
    polynomial, product = poly_text(p), "".join(factors)
    rational = all(isinstance(value, Fraction) for value, _ in eigenvalues)
    begin = (
        "Factor" if rational else "Factor, with the quadratic formula for the last two roots"
    )
    factor = f"{begin}: {polynomial} = {product}; the" if product != polynomial else "The"
    return Step(f"{factor} {noun} {values}.", rf"{poly_tex(p)} = {''.join(formulas)} = 0")


def _factor(value: Any, times: int, write: Any, letter: str, minus: str) -> str:
    """Return one factor (λ - value) with its exponent as text or LaTeX."""
    base = f"({letter} {minus} {bracketed(write(value))})" if value != 0 else letter
    if times == 1:
        return base
    return base + (f"^{{{times}}}" if write is tex else raised(times))


def _listed(words: Iterable[str]) -> str:
    """Return words joined by commas, with "and" before the last."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def eigenspace(A: Array, value: Any, name: Name) -> tuple[list[Step], Array]:
    """Return the steps that find a basis of the null space of A - λI, and the basis."""
    shifted = simplified(A - value * identity(len(A), like=A))
    R, pivots, reduction = reduced(shifted, len(A))
    free = tuple(j for j in range(len(A)) if j not in pivots)
    solutions = special_solutions(R, pivots, free)
    basis = np.array([scaled(x) for x in solutions.T], dtype=object).T
    begin = f"For λ = {text(value)}, reduce {_shifted(value, name, text)}."
    steps = [Step(begin, f"{_shifted(value, name, tex)} = {tex(shifted)}"), *reduction]
    for k, f in enumerate(free):
        steps += [
            _read_off(_choice(f, free), solutions[:, k], basis[:, k]),
            _check(A, value, basis[:, k], name),
        ]
    return steps, basis


def _choice(f: int, free: tuple[int, ...]) -> str:
    """Return the sentence that lists the free variables and the values we choose for them."""
    verb = "is" if len(free) == 1 else "are"
    values = _listed(f"{indexed('x', k)} = {k == f:d}" for k in free)
    return f"{_listed(indexed('x', k) for k in free)} {verb} free; with {values}"


def _read_off(choice: str, x: Array, v: Array) -> Step:
    """Return the step that reads off a solution x and its multiple v without fractions."""
    if (v == x).all():
        return Step(f"{choice}, x = {text(x)}.", f"x = {tex(x)}")
    return Step(
        f"{choice}, x = {text(x)}; a multiple of it is {text(v)}.",
        rf"x = {tex(x)} \quad\text{{or}}\quad {tex(v)}",
    )


def _shifted(value: Any, name: Name, write: Any) -> str:
    """Return A - λI as text or LaTeX."""
    matrix, minus = (name.text, "−") if write is text else (name.tex, "-")
    if value == 0:
        return matrix
    negative = isinstance(value, Fraction) and value < 0
    size = bracketed(write(-value if negative else value))
    factor = "" if size == "1" else f"{size} " if size[-1].isdigit() and "/" in size else size
    return f"{matrix} {'+' if negative else minus} {factor}I"


def _check(A: Array, value: Any, x: Array, name: Name) -> Step:
    """Return the step that checks that Ax = λx."""
    product = simplified(A @ x)
    multiple = bracketed(text(value))
    return Step(
        f"Check: {name.text} {text(x)} = {text(product)} = {multiple} {text(x)}.",
        rf"{name.tex} {tex(x)} = {tex(product)} = {bracketed(tex(value))} {tex(x)}",
    )


def reduced(A: Array, columns: int) -> tuple[Array, tuple[int, ...], list[Step]]:
    """Return the reduced echelon form of an exact matrix, its pivot columns, and the steps."""
    R, steps = A.copy(), []
    algorithm = eliminate(R, columns, reduced=True, choose=first)
    while True:
        try:
            operation = next(algorithm)
        except StopIteration as end:
            return R, end.value, steps
        R[:] = simplified(R)  # so that a root minus itself becomes 0
        arrow = rf"\xrightarrow{{{_over_arrow(operation)}}} {tex(R)}"
        steps.append(Step(_sentence(operation), arrow))


def _sentence(done: Operation) -> str:
    """Return a row operation in words; its factor may contain roots or complex numbers."""
    if isinstance(done, Swap):
        return str(done)
    c = simplified(done.c)
    if isinstance(done, Scale) or isinstance(c, Fraction):
        return str(done._replace(c=c))
    return (
        f"Subtract {bracketed(text(c))} times row {done.k + 1} from row {done.i + 1}, so that "
        f"its entry in column {done.j + 1} is 0."
    )


def _over_arrow(done: Operation) -> str:
    """Return a row operation in LaTeX."""
    row = f"R_{{{done.i + 1}}}"
    if isinstance(done, Swap):
        return rf"{row} \leftrightarrow R_{{{done.k + 1}}}"
    c = simplified(done.c)
    if isinstance(done, Scale):
        return rf"{row} \leftarrow {row} / {bracketed(tex(c))}"
    sign, c = ("+", -c) if isinstance(c, Fraction) and c < 0 else ("-", c)
    times = "" if c == 1 else bracketed(tex(c)) + r"\,"
    return rf"{row} \leftarrow {row} {sign} {times}R_{{{done.k + 1}}}"


def eig_steps(A: Any, result: Any) -> Steps:
    """Return the steps of ``eig``: eigenspaces, unit eigenvectors and checks."""
    M = square(A, "eig", exact=True)
    steps, spaces = solve_by_hand(M)
    count = sum(space.geometric for space in spaces)
    for space in spaces:
        steps += [unit_step(x) for x in space.basis.T]
    if spaces:
        steps.append(_trace_and_determinant(M, spaces))
    if count < len(M):
        steps.append(
            Step(
                f"Count: {count} independent eigenvector{'s' * (count > 1)} for {len(M)} "
                "dimensions, so the matrix is defective."
            )
        )
    return Steps(steps, result)


def unit_step(x: Array) -> Step:
    """Return the step that divides an eigenvector by its length."""
    length, u = unit(x)
    return Step(
        f"Divide {text(x)} by its length {text(length)}: u = {text(u)}.",
        rf"u = \frac{{1}}{{{tex(length)}}} {tex(x)}",
    )


def _trace_and_determinant(A: Array, spaces: list[Eigenspace]) -> Step:
    """Return the step that compares the trace and the determinant with the eigenvalues."""
    p = characteristic_polynomial(A)
    trace, det = -p[1], (-1) ** len(A) * p[-1]
    terms = [bracketed(text(s.eigenvalue)) for s in spaces for _ in range(s.algebraic)]
    return Step(
        f"Check: {' + '.join(terms)} = {text(trace)} is the trace of A, and "
        f"{' · '.join(terms)} = {text(det)} is its determinant.",
        rf"\textstyle\sum_i \lambda_i = {tex(trace)}, \quad \prod_i \lambda_i = {tex(det)}",
    )
