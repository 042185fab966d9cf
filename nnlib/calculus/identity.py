"""An identity of matrix calculus, with a check by finite differences."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .. import checks
from .differences import LAYOUTS, POWERS, numerical_gradient, numerical_jacobian, relative_error

__all__ = ["Identity"]

Array = np.ndarray


@dataclass(frozen=True, repr=False)
class Identity:
    r"""A rule of matrix calculus, with inputs to try it on.

    Attributes
    ----------
    name : str
        What it is the derivative of.
    of, by : str
        The function and the variable, in LaTeX.
    numerator, denominator : str
        The derivative in both layouts, in LaTeX.
    inputs : function
        Makes random inputs from a Generator: the variable first, then constants.
    function : function
        Takes the inputs.
    in_numerator, in_denominator : function
        Take the inputs and give the derivative that is claimed. Vectors are arrays of one
        axis, so that a row and a column look alike.
    where : str
        What else the formula needs, in LaTeX.

    >>> from nnlib.calculus import identities
    >>> rule = identities("quadratic form")
    >>> rule
    Identity('quadratic form')
    >>> print(rule.latex())
    \frac{\partial x^\top A x}{\partial x} = (A + A^\top) x
    >>> rule.check(rng=np.random.default_rng(0)) < 1e-12
    True
    """

    name: str
    of: str
    by: str
    numerator: str
    denominator: str
    inputs: Callable[[np.random.Generator], tuple[Array, ...]]
    function: Callable[..., Array]
    in_numerator: Callable[..., Array]
    in_denominator: Callable[..., Array]
    where: str = ""

    def __repr__(self) -> str:
        return f"Identity({self.name!r})"

    def _repr_latex_(self) -> str:
        """Return the formula for a notebook."""
        return f"$\\displaystyle {self.latex()}$"

    def latex(self, layout: str = "denominator") -> str:
        """Write the rule as a formula, in "numerator" or "denominator" layout."""
        checks.one_of("Identity.latex", "layout", layout, LAYOUTS)
        derivative = {"numerator": self.numerator, "denominator": self.denominator}[layout]
        where = rf" \quad ({self.where})" if self.where else ""
        return rf"\frac{{\partial {self.of}}}{{\partial {self.by}}} = {derivative}{where}"

    def derivative(self, *inputs: Array, layout: str = "denominator") -> Array:
        """Compute what the rule claims."""
        checks.one_of("Identity.derivative", "layout", layout, LAYOUTS)
        claims = {"numerator": self.in_numerator, "denominator": self.in_denominator}
        return np.asarray(claims[layout](*inputs))

    def numerical(
        self, *inputs: Array, layout: str = "denominator", method: str = "complex"
    ) -> Array:
        """Compute the derivative from values of the function alone."""
        checks.one_of("Identity.numerical", "layout", layout, LAYOUTS)
        checks.one_of("Identity.numerical", "method", method, POWERS)
        x, *constants = inputs
        y = self.function(*inputs)
        difference = numerical_gradient if np.ndim(y) == 0 else numerical_jacobian
        return difference(
            lambda x: self.function(x, *constants), x, layout=layout, method=method
        )

    def check(self, *, rng: np.random.Generator, method: str = "complex") -> float:
        """Compare claim and differences on random inputs, in both layouts.

        Parameters
        ----------
        rng : Generator
            Draws the inputs.
        method : str
            Of ``numerical_gradient``: "complex" agrees to rounding, "central" to about 1e-9.

        Returns
        -------
        float
            The larger ``relative_error`` of the two; 1 if a shape is wrong.
        """
        checks.one_of("Identity.check", "method", method, POWERS)
        inputs = self.inputs(checks.generator("Identity.check", rng))
        errors = []
        for layout in ("numerator", "denominator"):
            claim = self.derivative(*inputs, layout=layout)
            found = self.numerical(*inputs, layout=layout, method=method)
            errors.append(relative_error(claim, found) if claim.shape == found.shape else 1.0)
        return max(errors)
