"""A table of joint probabilities, and the rules of probability on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import checks
from ..checks import function
from ..linalg.exact import exact as exactly
from ..linalg.exact import text
from ..steps import Steps
from .bayes_table import BayesTable, bayes
from .shown import conditional_steps, marginal_steps, moment_steps

__all__ = ["JointTable"]


class JointTable:
    r"""The probability of every combination of outcomes of a few variables.

    .. math:: p(x) = \sum_y p(x, y), \quad p(x, y) = p(y \mid x) \, p(x)

    Parameters
    ----------
    probs : array with one axis for each variable
        p(x, y, …), which sum to 1.
    variables : mapping of str to sequence
        For each axis, in order, the variable's name and its outcomes; numbers where a mean
        is to be asked for.
    exact : bool
        Whether to compute in fractions, 0.1 being one tenth.

    Raises
    ------
    ValueError
        If the shape is not that of the outcomes, a probability is negative, or they do not
        sum to 1.
    TypeError
        If probs are no numbers, or variables no mapping.

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
                    "JointTable: expected the outcomes of variables as lists, got "
                    f"{outcomes!r} for {name}"
                )
        self.variables = {name: list(outcomes) for name, outcomes in variables.items()}
        shape = tuple(map(len, self.variables.values()))
        if p.shape != shape:
            raise ValueError(
                f"JointTable: expected probs {shape}, the numbers of outcomes, got {p.shape}"
            )
        checks.probabilities("JointTable", "probs", p.ravel())
        self.probs = exactly(probs) if exact else p

    def _axes(self, names: Sequence[str]) -> list[int]:
        """Return the axes of the named variables."""
        known = list(self.variables)
        for name in names:
            if name not in known:
                raise ValueError(f"JointTable: expected a variable of {known}, got {name!r}")
        if len(set(names)) < len(names):
            raise ValueError(f"JointTable: expected each variable once, got {list(names)}")
        return [known.index(name) for name in names]

    def _of(self, probs: np.ndarray, names: Sequence[str]) -> JointTable:
        """Return a table with these probabilities of the named variables."""
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

    def marginal(self, *names: str, steps: bool = False) -> JointTable | Steps:
        r"""Return the probabilities of some variables, whatever the others are: the sum rule.

        .. math:: p(x) = \sum_y p(x, y)

        Parameters
        ----------
        *names : str
            The variables to keep, in the order of the axes to come.
        steps : bool
            Whether to show each sum.

        Returns
        -------
        JointTable, or Steps that lead to it
        """
        p = self._summed(self._axes(names))
        found = self._of(p, names)
        if not steps:
            return found
        return Steps(marginal_steps(self.variables, self.probs, names, p), found)

    def _summed(self, axes: list[int]) -> np.ndarray:
        """Return the marginal probabilities on these axes, in this order."""
        return np.einsum(self.probs, list(range(self.probs.ndim)), axes)

    def conditional(
        self, *names: str, given: Mapping[str, Any], steps: bool = False
    ) -> JointTable | Steps:
        r"""Return the probabilities of some variables where others are known.

        .. math:: p(x \mid y) = \frac{p(x, y)}{p(y)}

        Parameters
        ----------
        *names : str
            The variables whose probabilities are asked.
        given : mapping of str to outcome
            What is known.
        steps : bool
            Whether to show each quotient.

        Returns
        -------
        JointTable, or Steps that lead to it

        Raises
        ------
        ValueError
            If a variable or outcome does not occur, or what is given has probability 0.
        """
        _mapping("conditional", given)
        self._axes([*names, *given])
        known = tuple(self._index(name, outcome) for name, outcome in given.items())
        p = self._summed(self._axes([*given, *names]))[known]
        if p.sum() == 0:
            raise ValueError(f"JointTable: expected given of probability > 0, got {given}")
        found = self._of(p / p.sum(), names)
        return Steps(conditional_steps(found.variables, given, p), found) if steps else found

    def _index(self, name: str, outcome: Any) -> int:
        """Return the index of an outcome of a variable."""
        if outcome not in self.variables[name]:
            raise ValueError(
                f"JointTable: expected {name} to be one of {self.variables[name]}, "
                f"got {outcome!r}"
            )
        return self.variables[name].index(outcome)

    def chain(self, *names: str) -> list[np.ndarray]:
        r"""Return the factors of the chain rule, p(a), p(b | a), p(c | a, b), and so on.

        .. math:: p(x_1, \dots, x_n) = p(x_1) \prod_{i \ge 2} p(x_i \mid x_1, \dots, x_{i-1})

        A variable that stands before the bar in one factor stands behind it in all later
        ones. Where the condition has probability 0 the factor is 0.

        Parameters
        ----------
        *names : str
            All variables, in any order.

        Returns
        -------
        list of arrays
            Factor k has k axes, in the order of names.
        """
        if sorted(map(repr, names)) != sorted(map(repr, self.variables)):
            raise ValueError(
                f"JointTable.chain: expected all of {list(self.variables)}, got {list(names)}"
            )
        factors, before = [], self.probs.sum()
        for k in range(1, len(names) + 1):
            p = self._summed(self._axes(names[:k]))
            condition = np.broadcast_to(np.asarray(before)[..., None], p.shape)
            factors.append(p / np.where(condition == 0, 1, condition))
            before = p
        return factors

    def independent(self, a: str, b: str, *, given: Sequence[str] = ()) -> bool:
        """Return whether p(a, b | given) = p(a | given) p(b | given), to rounding.

        Parameters
        ----------
        a, b : str
            Two variables.
        given : sequence of str
            Variables that are known, whatever their outcomes.
        """
        if isinstance(given, str) or not isinstance(given, Sequence):
            raise TypeError(f"JointTable.independent: expected given as a list, got {given!r}")
        g = self._axes(list(given))
        i, j = self._axes([a, b])
        p, p_g = self._summed([*g, i, j]), self._summed(g)
        p_a, p_b = self._summed([*g, i])[..., :, None], self._summed([*g, j])[..., None, :]
        gap = p * np.asarray(p_g)[..., None, None] - p_a * p_b  # without a division by 0
        return bool((np.abs(gap) <= (0 if p.dtype == object else 1e-12)).all())

    def expectation(self, f: Callable[..., Any]) -> Any:
        r"""Average a function of the outcomes, weighted by their probabilities.

        .. math:: \mathrm{E}[f(x, y)] = \sum_{x, y} p(x, y) \, f(x, y)

        Parameters
        ----------
        f : function
            Takes one outcome of each variable, in their order.
        """
        function("JointTable.expectation", "f", f)
        outcomes = list(self.variables.values())
        indices = np.ndindex(self.probs.shape)
        return sum(
            self.probs[index] * f(*(o[k] for o, k in zip(outcomes, index, strict=True)))
            for index in indices
        )

    def mean(self, name: str) -> Any:
        """Return E[x] of one variable, whose outcomes are numbers."""
        p, x = self._numbers(name)
        return (p * x).sum()

    def variance(self, name: str) -> Any:
        """Return Var[x] = E[(x - E[x])²], the second moment less the squared mean."""
        p, x = self._numbers(name)
        return (p * (x - self.mean(name)) ** 2).sum()

    def covariance(self, a: str, b: str, *, steps: bool = False) -> Any:
        r"""Average the product of two variables' distances from their means.

        .. math:: \mathrm{Cov}[a, b] = \mathrm{E}[(a - \mathrm{E}[a]) (b - \mathrm{E}[b])]

        It is 0 if they are independent, but not only then.

        Parameters
        ----------
        a, b : str
            Two variables whose outcomes are numbers, or one twice: its variance.
        steps : bool
            Whether to show both means and the sum.

        Returns
        -------
        float or Fraction, or Steps that lead to it
        """
        (p, x), (_, y) = self._numbers(a), self._numbers(b)
        if a == b:
            found = self.variance(a)
        else:
            p = self._summed(self._axes([a, b]))
            found = (p * np.outer(x - self.mean(a), y - self.mean(b))).sum()
        return moment_steps({a: x, b: y}, p, found) if steps else found

    def _numbers(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the marginal of a variable, and its outcomes as numbers."""
        p, outcomes = self._summed(self._axes([name])), self.variables[name]
        if p.dtype == object:
            return p, exactly(outcomes, function="JointTable", argument=name)
        return p, checks.floats("JointTable", f"the outcomes of {name}", outcomes)

    def bayes(self, hypothesis: str, *, given: Mapping[str, Any]) -> BayesTable:
        """Return, by Bayes' rule, a table of one variable's outcomes where others are known.

        Parameters
        ----------
        hypothesis : str
            The variable whose outcomes are the hypotheses.
        given : mapping of str to outcome
            What was seen.

        Raises
        ------
        ValueError
            If a variable or outcome does not occur, or what was seen has probability 0.
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
    """Raise an error unless each variable is given with its outcome, as a dict."""
    if not isinstance(given, Mapping):
        raise TypeError(
            f"JointTable.{method}: expected given as a dict of variables and outcomes, "
            f"got {given!r}"
        )
