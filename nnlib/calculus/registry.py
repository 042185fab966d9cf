"""The identities of matrix calculus: a table, roughly from simple to difficult.

Each row contains the name; the function and the variable in LaTeX; the derivative in numerator
and in denominator layout in LaTeX; the inputs; the function; and the derivative in both layouts
as code. Dimensions differ whenever the rule allows it, so that a transposed derivative has the
wrong shape.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.linalg import det, inv

from .identity import Identity

__all__ = ["identities"]

Array = np.ndarray


def drawn(*shapes: tuple[int, ...]) -> Callable[[np.random.Generator], tuple[Array, ...]]:
    """Return a function that draws standard normal arrays of the given shapes."""
    return lambda rng: tuple(rng.standard_normal(shape) for shape in shapes)


def definite(rng: np.random.Generator, n: int) -> Array:
    """Return a random, well-conditioned symmetric positive definite matrix (n, n)."""
    A = rng.standard_normal((n, n))
    return A @ A.T + n * np.eye(n)


def softmax(z: Array) -> Array:
    """Return the exponentials of z (n,), divided by their sum."""
    return np.exp(z) / np.exp(z).sum()


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + e^-z)."""
    return 1 / (1 + np.exp(-z))


def slope(z: Array) -> Array:
    """Return the Jacobian of tanh at z, which is a diagonal matrix."""
    return np.diag(1 - np.tanh(z) ** 2)


def residual(w: Array, X: Array, a: Array, b: Array) -> Array:
    """Return the residuals a - wX - b as a row."""
    return a - w @ X - b


ROWS = (
    Identity(
        *("linear form", r"a^\top x", "x", r"a^\top", "a"),
        inputs=drawn((3,), (3,)),
        function=lambda x, a: a @ x,
        in_numerator=lambda x, a: a.T,
        in_denominator=lambda x, a: a,
    ),
    Identity(
        *("quadratic form", r"x^\top A x", "x", r"x^\top (A + A^\top)", r"(A + A^\top) x"),
        inputs=drawn((3,), (3, 3)),
        function=lambda x, A: x @ A @ x,
        in_numerator=lambda x, A: x.T @ (A + A.T),
        in_denominator=lambda x, A: (A + A.T) @ x,
    ),
    Identity(
        *("quadratic form, symmetric", r"x^\top S x", "x", r"2 x^\top S", "2 S x"),
        inputs=lambda rng: (rng.standard_normal(3), definite(rng, 3)),
        function=lambda x, S: x @ S @ x,
        in_numerator=lambda x, S: 2 * x.T @ S,
        in_denominator=lambda x, S: 2 * S @ x,
    ),
    Identity(
        *("quadratic form by its matrix", r"x^\top A y", "A", r"y x^\top", r"x y^\top"),
        inputs=drawn((3, 5), (3,), (5,)),
        function=lambda A, x, y: x @ A @ y,
        in_numerator=lambda A, x, y: np.outer(y, x),
        in_denominator=lambda A, x, y: np.outer(x, y),
    ),
    Identity(
        *("squared length", r"\|x\|^2", "x", r"2 x^\top", "2 x"),
        inputs=drawn((5,)),
        function=lambda x: x @ x,
        in_numerator=lambda x: 2 * x.T,
        in_denominator=lambda x: 2 * x,
    ),
    Identity(
        *("length", r"\|x\|", "x", r"x^\top / \|x\|", r"x / \|x\|"),
        where=r"x \ne 0",
        inputs=drawn((5,)),
        function=lambda x: np.sqrt(x @ x),
        in_numerator=lambda x: x.T / np.sqrt(x @ x),
        in_denominator=lambda x: x / np.sqrt(x @ x),
    ),
    Identity(
        *("least squares", r"\|A x - b\|^2", "x"),
        *(r"2 (A x - b)^\top A", r"2 A^\top (A x - b)"),
        inputs=drawn((3,), (5, 3), (5,)),
        function=lambda x, A, b: (A @ x - b) @ (A @ x - b),
        in_numerator=lambda x, A, b: 2 * (A @ x - b).T @ A,
        in_denominator=lambda x, A, b: 2 * A.T @ (A @ x - b),
    ),
    Identity(
        *("Gaussian exponent", r"(x - z)^\top S^{-1} (x - z)", "z"),
        *(r"-2 (x - z)^\top S^{-1}", r"-2 S^{-1} (x - z)"),
        inputs=lambda rng: (*rng.standard_normal((2, 3)), definite(rng, 3)),
        function=lambda z, x, S: (x - z) @ inv(S) @ (x - z),
        in_numerator=lambda z, x, S: -2 * (x - z).T @ inv(S),
        in_denominator=lambda z, x, S: -2 * inv(S) @ (x - z),
    ),
    Identity(
        *("linear map", "A x", "x", "A", r"A^\top"),
        inputs=drawn((3,), (5, 3)),
        function=lambda x, A: A @ x,
        in_numerator=lambda x, A: A,
        in_denominator=lambda x, A: A.T,
    ),
    Identity(
        *("vector chain rule", "z", "x"),
        *(r"J_{z,y} \, J_{y,x}", r"\nabla_x y \; \nabla_y z"),
        where=r"y = \tanh(x), \; z = W y",
        inputs=drawn((3,), (5, 3)),
        function=lambda x, W: W @ np.tanh(x),
        in_numerator=lambda x, W: W @ slope(x),
        in_denominator=lambda x, W: slope(x).T @ W.T,
    ),
    Identity(
        *("sigmoid, elementwise", r"\sigma(z)", "z"),
        *(r"\mathrm{diag}(\sigma (1 - \sigma))",) * 2,
        inputs=drawn((5,)),
        function=sigmoid,
        in_numerator=lambda z: np.diag(sigmoid(z) * (1 - sigmoid(z))),
        in_denominator=lambda z: np.diag(sigmoid(z) * (1 - sigmoid(z))),
    ),
    Identity(
        *("softmax", "p", "z"),
        *(r"\mathrm{diag}(p) - p p^\top",) * 2,
        where=r"p = \mathrm{softmax}(z)",
        inputs=drawn((5,)),
        function=softmax,
        in_numerator=lambda z: np.diag(softmax(z)) - np.outer(softmax(z), softmax(z)),
        in_denominator=lambda z: np.diag(softmax(z)) - np.outer(softmax(z), softmax(z)),
    ),
    Identity(
        *("log of summed exponentials", r"\ln \sum_c e^{z_c}", "z"),
        *(r"\mathrm{softmax}(z)^\top", r"\mathrm{softmax}(z)"),
        inputs=drawn((5,)),
        function=lambda z: np.log(np.exp(z).sum()),
        in_numerator=lambda z: softmax(z).T,
        in_denominator=softmax,
    ),
    Identity(
        *("softmax and cross-entropy", r"(-y^\top \ln p)", "z"),
        *(r"(p - y)^\top", "p - y"),
        where=r"p = \mathrm{softmax}(z), \; \textstyle\sum_c y_c = 1",
        inputs=lambda rng: (rng.standard_normal(5), rng.dirichlet(np.ones(5))),
        function=lambda z, y: -y @ np.log(softmax(z)),
        in_numerator=lambda z, y: (softmax(z) - y).T,
        in_denominator=lambda z, y: softmax(z) - y,
    ),
    Identity(
        *("trace", r"\mathrm{tr}(A)", "A", "I", "I"),
        inputs=drawn((3, 3)),
        function=np.trace,
        in_numerator=lambda A: np.eye(3),
        in_denominator=lambda A: np.eye(3),
    ),
    Identity(
        *("trace of a product", r"\mathrm{tr}(A B)", "A", "B", r"B^\top"),
        inputs=drawn((3, 5), (5, 3)),
        function=lambda A, B: np.trace(A @ B),
        in_numerator=lambda A, B: B,
        in_denominator=lambda A, B: B.T,
    ),
    Identity(
        *("inner product of matrices", r"\mathrm{tr}(A^\top B)", "A", r"B^\top", "B"),
        inputs=drawn((3, 5), (3, 5)),
        function=lambda A, B: np.trace(A.T @ B),
        in_numerator=lambda A, B: B.T,
        in_denominator=lambda A, B: B,
    ),
    Identity(
        *("squared Frobenius norm", r"\|A\|_F^2", "A", r"2 A^\top", "2 A"),
        inputs=drawn((3, 5)),
        function=lambda A: (A * A).sum(),
        in_numerator=lambda A: 2 * A.T,
        in_denominator=lambda A: 2 * A,
    ),
    Identity(
        *("squared length of a product", r"\|W x\|^2", "W"),
        *(r"2 x (W x)^\top", r"2 W x \, x^\top"),
        inputs=drawn((3, 5), (5,)),
        function=lambda W, x: (W @ x) @ (W @ x),
        in_numerator=lambda W, x: 2 * np.outer(x, W @ x),
        in_denominator=lambda W, x: 2 * np.outer(W @ x, x),
    ),
    Identity(
        *("squared loss by the weights", r"\tfrac{1}{2} \|y - W x\|^2", "W"),
        *(r"-x (y - W x)^\top", r"-(y - W x) x^\top"),
        inputs=drawn((3, 5), (5,), (3,)),
        function=lambda W, x, y: (y - W @ x) @ (y - W @ x) / 2,
        in_numerator=lambda W, x, y: -np.outer(x, y - W @ x),
        in_denominator=lambda W, x, y: -np.outer(y - W @ x, x),
    ),
    Identity(
        *("mean squared error", r"\tfrac{1}{m} R R^\top", "w"),
        *(r"-\tfrac{2}{m} X R^\top", r"-\tfrac{2}{m} R X^\top"),
        where="R = a - w X - b",
        inputs=drawn((3,), (3, 5), (5,), ()),
        function=lambda w, X, a, b: residual(w, X, a, b) @ residual(w, X, a, b) / 5,
        in_numerator=lambda w, X, a, b: -2 / 5 * X @ residual(w, X, a, b).T,
        in_denominator=lambda w, X, a, b: -2 / 5 * residual(w, X, a, b) @ X.T,
    ),
    Identity(
        *("determinant", r"\det A", "A"),
        *(r"\det(A) \, A^{-1}", r"\det(A) \, A^{-\top}"),
        where=r"\det A \ne 0",
        inputs=lambda rng: (definite(rng, 3) + rng.standard_normal((3, 3)),),
        function=det,
        in_numerator=lambda A: det(A) * inv(A),
        in_denominator=lambda A: det(A) * inv(A).T,
    ),
    Identity(
        *("logarithm of the determinant", r"\ln \det A", "A", "A^{-1}", r"A^{-\top}"),
        where=r"\det A > 0",
        inputs=lambda rng: (definite(rng, 3) + rng.standard_normal((3, 3)) / 3,),
        function=lambda A: np.log(det(A)),
        in_numerator=inv,
        in_denominator=lambda A: inv(A).T,
    ),
    Identity(
        *("form of the inverse", r"a^\top A^{-1} b", "A"),
        *(r"-A^{-1} b \, a^\top A^{-1}", r"-A^{-\top} a \, b^\top A^{-\top}"),
        inputs=lambda rng: (
            definite(rng, 3) + rng.standard_normal((3, 3)),
            *rng.standard_normal((2, 3)),
        ),
        function=lambda A, a, b: a @ inv(A) @ b,
        in_numerator=lambda A, a, b: -np.outer(inv(A) @ b, a @ inv(A)),
        in_denominator=lambda A, a, b: -np.outer(inv(A).T @ a, b @ inv(A).T),
    ),
    Identity(
        *("inverse", "(A^{-1})_{ij}", "A_{kl}"),
        *(r"-(A^{-1})_{ik} (A^{-1})_{lj}",) * 2,
        inputs=lambda rng: (definite(rng, 3) + rng.standard_normal((3, 3)),),
        function=inv,
        in_numerator=lambda A: -np.einsum("ik,lj->ijkl", inv(A), inv(A)),
        in_denominator=lambda A: -np.einsum("ik,lj->klij", inv(A), inv(A)),
    ),
    Identity(
        *("vector by matrix", "(W x)_k", "W_{ij}", r"\delta_{ki} x_j", r"\delta_{ki} x_j"),
        inputs=drawn((3, 5), (5,)),
        function=lambda W, x: W @ x,
        in_numerator=lambda W, x: np.einsum("ki,j->kij", np.eye(len(W)), x),
        in_denominator=lambda W, x: np.einsum("ki,j->ijk", np.eye(len(W)), x),
    ),
    Identity(
        *("matrix by matrix", "(A X)_{ij}", "X_{kl}", *(r"A_{ik} \delta_{jl}",) * 2),
        inputs=drawn((3, 2), (5, 3)),
        function=lambda X, A: A @ X,
        in_numerator=lambda X, A: np.einsum("ik,jl->ijkl", A, np.eye(X.shape[1])),
        in_denominator=lambda X, A: np.einsum("ik,jl->klij", A, np.eye(X.shape[1])),
    ),
)


def identities(name: str | None = None) -> tuple[Identity, ...] | Identity:
    """Return all identities, or the identity with a given name.

    Parameters
    ----------
    name : str, optional
        Name of an identity.

    Raises
    ------
    ValueError
        If no identity has this name.

    Source: Petersen and Pedersen, The Matrix Cookbook (2012), chapter 2; chapter "Matrix
    calculus".

    >>> [rule.name for rule in identities()][:3]
    ['linear form', 'quadratic form', 'quadratic form, symmetric']
    """
    if name is None:
        return ROWS
    named = {rule.name: rule for rule in ROWS}
    if not isinstance(name, str) or name not in named:
        raise ValueError(f"identities: expected one of {list(named)}, got {name!r}")
    return named[name]
