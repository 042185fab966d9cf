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
    r"""A rule of matrix calculus, with inputs to test it.

    Attributes
    ----------
    name : str
        Name of the function to differentiate.
    of, by : str
        The function and the variable, in LaTeX.
    numerator, denominator : str
        The derivative in both layouts, in LaTeX.
    inputs : function
        Uses a Generator to draw random inputs: first the variable, then the constants.
    function : function
        The function to differentiate. It takes the inputs.
    in_numerator, in_denominator : function
        Take the inputs and return the derivative according to the rule. Vectors are arrays with
        one axis, so a row and a column have the same shape.
    where : str
        Definitions and conditions for the formula, in LaTeX.

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
        """Return the rule in LaTeX, in "numerator" or "denominator" layout."""
        checks.one_of("Identity.latex", "layout", layout, LAYOUTS)
        derivative = {"numerator": self.numerator, "denominator": self.denominator}[layout]
        where = rf" \quad ({self.where})" if self.where else ""
        return rf"\frac{{\partial {self.of}}}{{\partial {self.by}}} = {derivative}{where}"

    def derivative(self, *inputs: Array, layout: str = "denominator") -> Array:
        """Compute the derivative according to the rule."""
        checks.one_of("Identity.derivative", "layout", layout, LAYOUTS)
        rules = {"numerator": self.in_numerator, "denominator": self.in_denominator}
        return np.asarray(rules[layout](*inputs))

    def numerical(
        self, *inputs: Array, layout: str = "denominator", method: str = "complex"
    ) -> Array:
        """Compute the derivative numerically, from values of the function."""
        checks.one_of("Identity.numerical", "layout", layout, LAYOUTS)
        checks.one_of("Identity.numerical", "method", method, POWERS)
        x, *constants = inputs
        y = self.function(*inputs)
        difference = numerical_gradient if np.ndim(y) == 0 else numerical_jacobian
        return difference(
            lambda x: self.function(x, *constants), x, layout=layout, method=method
        )

    def check(self, *, rng: np.random.Generator, method: str = "complex") -> float:
        """Compare the rule with numerical derivatives at random inputs, in both layouts.

        Parameters
        ----------
        rng : Generator
            Draws the inputs.
        method : str
            The method of ``numerical_gradient``. "complex" agrees up to rounding errors,
            "central" to about 1e-9.

        Returns
        -------
        float
            The larger ``relative_error`` of the two layouts, or 1 if a shape is wrong.
        """
        checks.one_of("Identity.check", "method", method, POWERS)
        inputs = self.inputs(checks.generator("Identity.check", rng))
        errors = []
        for layout in ("numerator", "denominator"):
            rule = self.derivative(*inputs, layout=layout)
            numerical = self.numerical(*inputs, layout=layout, method=method)
            fits = rule.shape == numerical.shape
            errors.append(relative_error(rule, numerical) if fits else 1.0)
        return max(errors)
