"""A table of joint probabilities, with the rules of probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .. import checks
from ..linalg.exact import exact as exactly
from ..linalg.exact import text
from .bayes_table import BayesTable, bayes

__all__ = ["JointTable"]


class JointTable:
    r"""The probability of each combination of outcomes of a few variables.

    .. math:: p(x) = \sum_y p(x, y), \quad p(x, y) = p(y \mid x) \, p(x)

    Parameters
    ----------
    probs : array with one axis for each variable
        The probabilities p(x, y, …), which sum to 1.
    variables : mapping of str to sequence
        The name and the outcomes of each axis's variable, in order. The outcomes must be
        numbers if you want to compute means.
    exact : bool
        Whether to compute with fractions, so that 0.1 is exactly one tenth.

    Raises
    ------
    ValueError
        If the shape disagrees with the numbers of outcomes, a probability is negative, or the
        probabilities do not sum to 1.
    TypeError
        If probs contains anything other than numbers, or variables is not a mapping of
        sequences.

    Source: Bishop (2006), section 1.2; chapter "Probability".

    >>> table = JointTable([[0.3, 0.1], [0.2, 0.4]], {"x": [0, 1], "y": [1, 3]}, exact=True)
    >>> table.marginal("x")
    x   p
    0 2/5
    1 3/5
    >>> table.conditional("y", given={"x": 1}).probs
    array([Fraction(1, 3), Fraction(2, 3)], dtype=object)
    >>> table.mean("y"), table.covariance("x", "y")
    (Fraction(2, 1), Fraction(1, 5))
    """

    def __init__(
        self, probs: np.ndarray, variables: Mapping[str, Sequence], *, exact: bool = False
    ):
        p = checks.floats("JointTable", "probs", probs)
        if not isinstance(variables, Mapping):
            kind = type(variables).__name__
            raise TypeError(f"JointTable: expected variables to be a mapping, got {kind}")
        for name, outcomes in variables.items():
            if not isinstance(outcomes, Sequence | np.ndarray):
                raise TypeError(
                    f"JointTable: expected a list of outcomes for {name}, got {outcomes!r}"
                )
        self.variables = {name: list(outcomes) for name, outcomes in variables.items()}
        shape = tuple(map(len, self.variables.values()))
        if p.shape != shape:
            raise ValueError(f"JointTable: expected probs of shape {shape}, got {p.shape}")
        checks.probabilities("JointTable", "probs", p.ravel())
        self.probs = exactly(probs) if exact else p

    def _axes(self, names: Sequence[str]) -> list[int]:
        """Return the axes of the named variables."""
        known = list(self.variables)
        for name in names:
            if name not in known:
                raise ValueError(f"JointTable: expected a variable in {known}, got {name!r}")
        if len(set(names)) < len(names):
            raise ValueError(f"JointTable: expected each variable once, got {list(names)}")
        return [known.index(name) for name in names]

    def _of(self, probs: np.ndarray, names: Sequence[str]) -> JointTable:
        """Return a table with the given probabilities of the named variables."""
        exact = self.probs.dtype == object
        return JointTable(probs, {name: self.variables[name] for name in names}, exact=exact)

    def __repr__(self) -> str:
        outcomes = list(self.variables.values())
        rows = [[*self.variables, "p"]]
        for index in np.ndindex(self.probs.shape):
            named = [str(values[k]) for values, k in zip(outcomes, index, strict=True)]
            rows.append([*named, text(self.probs[index])])
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(" ".join(map(str.rjust, row, widths)) for row in rows)

    def marginal(self, *names: str) -> JointTable:
        r"""Return the probabilities of some variables, using the sum rule.

        .. math:: p(x) = \sum_y p(x, y)

        Parameters
        ----------
        *names : str
            The variables of the new table, in the order of its axes.
        """
        return self._of(self._summed(self._axes(names)), names)

    def _summed(self, axes: list[int]) -> np.ndarray:
        """Return the marginal probabilities of the given axes, in the given order."""
        return np.einsum(self.probs, list(range(self.probs.ndim)), axes)

    def conditional(self, *names: str, given: Mapping[str, Any]) -> JointTable:
        r"""Return the probabilities of some variables, given the outcomes of others.

        .. math:: p(x \mid y) = \frac{p(x, y)}{p(y)}

        Parameters
        ----------
        *names : str
            The variables of the new table, in the order of its axes.
        given : mapping of str to outcome
            The known outcomes, by variable.

        Raises
        ------
        TypeError
            If ``given`` is not a mapping.
        ValueError
            If a variable or outcome does not exist, or the known outcomes have probability 0.
        """
        _mapping("conditional", given)
        self._axes([*names, *given])
        known = tuple(self._index(name, outcome) for name, outcome in given.items())
        p = self._summed(self._axes([*given, *names]))[known]
        if p.sum() == 0:
            raise ValueError(f"JointTable: expected outcomes with probability > 0, got {given}")
        return self._of(p / p.sum(), names)

    def _index(self, name: str, outcome: Any) -> int:
        """Return the index of an outcome of a variable."""
        if outcome not in self.variables[name]:
            raise ValueError(
                f"JointTable: expected {name} to be one of {self.variables[name]}, "
                f"got {outcome!r}"
            )
        return self.variables[name].index(outcome)

    def mean(self, name: str) -> Any:
        """Return the mean E[x] of one variable, whose outcomes must be numbers."""
        p, x = self._numbers(name)
        return (p * x).sum()

    def variance(self, name: str) -> Any:
        """Return the variance Var[x] = E[(x - E[x])²] of one variable."""
        p, x = self._numbers(name)
        return (p * (x - self.mean(name)) ** 2).sum()

    def covariance(self, a: str, b: str) -> Any:
        r"""Return the mean product of two variables' deviations from their means.

        .. math:: \mathrm{Cov}[a, b] = \mathrm{E}[(a - \mathrm{E}[a]) (b - \mathrm{E}[b])]

        The covariance of independent variables is 0, but a covariance of 0 does not imply that
        variables are independent.

        Parameters
        ----------
        a, b : str
            Two variables whose outcomes are numbers. If they are the same, the result is the
            variance.

        Returns
        -------
        float or Fraction
        """
        (_, x), (_, y) = self._numbers(a), self._numbers(b)
        if a == b:
            return self.variance(a)
        p = self._summed(self._axes([a, b]))
        return (p * np.outer(x - self.mean(a), y - self.mean(b))).sum()

    def _numbers(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the marginal of a variable, and its outcomes as numbers."""
        p, outcomes = self._summed(self._axes([name])), self.variables[name]
        if p.dtype == object:
            return p, exactly(outcomes, function="JointTable", argument=name)
        return p, checks.floats("JointTable", f"the outcomes of {name}", outcomes)

    def bayes(self, hypothesis: str, *, given: Mapping[str, Any]) -> BayesTable:
        """Apply Bayes' rule to one variable, given the outcomes of others.

        Parameters
        ----------
        hypothesis : str
            The variable whose outcomes are the hypotheses.
        given : mapping of str to outcome
            The observed outcomes, by variable.

        Raises
        ------
        TypeError
            If ``given`` is not a mapping.
        ValueError
            If a variable or outcome does not exist, or the observed outcomes have
            probability 0.
        """
        _mapping("bayes", given)
        self._axes([hypothesis, *given])
        known = tuple(self._index(name, outcome) for name, outcome in given.items())
        prior = self._summed(self._axes([hypothesis]))
        joint = self._summed(self._axes([*given, hypothesis]))[known]
        likelihood = joint / np.where(prior == 0, 1, prior)
        return bayes(
            prior,
            likelihood,
            hypotheses=list(map(str, self.variables[hypothesis])),
            exact=self.probs.dtype == object,
        )


def _mapping(method: str, given: Any) -> None:
    """Raise TypeError unless ``given`` is a mapping of variables to outcomes."""
    if not isinstance(given, Mapping):
        raise TypeError(
            f"JointTable.{method}: expected given to be a dict from variables to outcomes, "
            f"got {given!r}"
        )
