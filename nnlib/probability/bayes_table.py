"""Bayes' rule as a table: one row for each hypothesis."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..linalg.exact import exact as exactly
from ..linalg.exact import tex, text
from ..linalg.writing import quotient
from ..steps import Step, Steps

__all__ = ["BayesTable", "bayes", "diagnostic_test"]

COLUMNS = ("prior", "likelihood", "joint", "posterior")


@dataclass(frozen=True, eq=False, repr=False)
class BayesTable:
    r"""Hypotheses with prior, likelihood of what was seen, joint, and posterior.

    .. math:: p(h \mid D) = \frac{p(D \mid h) \, p(h)}{\sum_{h'} p(D \mid h') \, p(h')}

    Made by ``bayes`` and ``diagnostic_test``, which check the numbers.

    Attributes
    ----------
    hypotheses : tuple of str
        Their names.
    prior, likelihood : (H,) float or Fraction
        p(h) before anything was seen, and p(D | h), which need not sum to 1.
    joint, posterior : (H,) float or Fraction
        p(D | h) p(h), and p(h | D) after it was seen.
    evidence : float or Fraction
        p(D), the sum of the joint.

    Source: Bishop (2006), equation (1.12); chapter "Probability".
    """

    hypotheses: tuple[str, ...]
    prior: np.ndarray
    likelihood: np.ndarray

    @property
    def joint(self) -> np.ndarray:
        """The product rule: p(D, h) = p(D | h) p(h)."""
        return self.likelihood * self.prior

    @property
    def evidence(self):
        """The sum rule: p(D) = Σ p(D, h)."""
        return self.joint.sum()

    @property
    def posterior(self) -> np.ndarray:
        """Bayes' rule: p(h | D) = p(D, h) / p(D)."""
        return self.joint / self.evidence

    @property
    def map_estimate(self) -> str:
        """The hypothesis of the largest posterior, the first where there are several."""
        return self.hypotheses[int(self.posterior.argmax())]

    def __getitem__(self, hypothesis: str):
        """Return the posterior of one hypothesis."""
        if hypothesis not in self.hypotheses:
            raise KeyError(
                f"BayesTable: expected one of {list(self.hypotheses)}, got {hypothesis!r}"
            )
        return self.posterior[self.hypotheses.index(hypothesis)]

    def update(self, likelihood: np.ndarray) -> BayesTable:
        """See more: the posterior becomes the prior of a new table.

        Parameters
        ----------
        likelihood : (H,) float
            p(D' | h) of what is seen now, independent of D where h is known.
        """
        exact = self.prior.dtype == object
        known = self.hypotheses, exact, False
        return _table("BayesTable.update", self.posterior, likelihood, *known)

    def _rows(self) -> list[list[str]]:
        """Return the rows of the table as texts, with headings first and sums last."""
        columns = [getattr(self, name) for name in COLUMNS]
        rows = [[h, *map(text, row)] for h, *row in zip(self.hypotheses, *columns, strict=True)]
        sums = ["sum", text(self.prior.sum()), "", text(self.evidence)]
        return [["", *COLUMNS], *rows, [*sums, text(self.posterior.sum())]]

    def __repr__(self) -> str:
        rows = self._rows()
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ("  ".join(map(str.rjust, row, widths)).rstrip() for row in rows)
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """Return the table as HTML for a notebook."""
        head, *body = (
            "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for tag, cell in _tagged(row, k == 0))
            for k, row in enumerate(self._rows())
        )
        rows = "".join(f"<tr>{row}</tr>" for row in body)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _tagged(row: list[str], heading: bool) -> list[tuple[str, str]]:
    """Return the cells of a row with their HTML tags, th or td."""
    return [("th" if heading or k == 0 else "td", cell) for k, cell in enumerate(row)]


def bayes(
    prior: np.ndarray,
    likelihood: np.ndarray,
    *,
    hypotheses: Sequence[str] | None = None,
    exact: bool = False,
    steps: bool = False,
) -> BayesTable | Steps:
    r"""Turn prior and likelihood into posterior.

    .. math:: p(h \mid D) = \frac{p(D \mid h) \, p(h)}{p(D)}, \quad
        p(D) = \sum_h p(D \mid h) \, p(h)

    Parameters
    ----------
    prior : (H,) float or Fraction
        p(h), which sum to 1.
    likelihood : (H,) float or Fraction
        p(D | h): how probable (or dense) what was seen is under each hypothesis.
    hypotheses : sequence of str, optional
        Their names; h1, h2, … by default.
    exact : bool
        Whether to compute in fractions, 0.1 being one tenth.
    steps : bool
        Whether to show the computation, in fractions.

    Returns
    -------
    BayesTable, or Steps that lead to it

    Raises
    ------
    ValueError
        If the shapes disagree, a number is negative, the prior does not sum to 1, or what
        was seen is impossible under every hypothesis.
    TypeError
        If something is not a number.

    Source: Bishop (2006), equation (1.12); chapter "Probability".

    >>> bayes([0.5, 0.5], [1 / 256, 81 / 65536], hypotheses=["p = 1/2", "p = 3/4"])
             prior  likelihood        joint  posterior
    p = 1/2    0.5  0.00390625   0.00195312   0.759644
    p = 3/4    0.5  0.00123596  0.000617981   0.240356
        sum      1               0.00257111          1
    """
    return _table("bayes", prior, likelihood, hypotheses, exact, steps)


def _table(
    name: str,
    prior: np.ndarray,
    likelihood: np.ndarray,
    hypotheses: Sequence[str] | None,
    exact: bool,
    steps: bool,
) -> BayesTable | Steps:
    """Return the table after checking the arguments; ``name`` is the caller's, for errors."""
    p = checks.probabilities(name, "prior", prior)
    L = checks.floats(name, "likelihood", likelihood)
    if p.ndim != 1 or L.shape != p.shape:
        raise ValueError(
            f"{name}: expected prior (H,) and likelihood (H,), got {p.shape} and {L.shape}"
        )
    if not (np.isfinite(L) & (L >= 0)).all():
        raise ValueError(f"{name}: expected finite likelihood >= 0, got {L}")
    if not (p * L).any():
        raise ValueError(
            f"{name}: expected a likelihood above 0 where the prior is, but what was seen is "
            "impossible under every hypothesis"
        )
    names = _names(hypotheses, len(p))
    fractions = BayesTable(names, exactly(prior), exactly(likelihood))
    table = fractions if exact else BayesTable(names, p, L)
    return _steps(fractions, table) if steps else table


def _names(hypotheses: Sequence[str] | None, H: int) -> tuple[str, ...]:
    """Return a name for each of H hypotheses."""
    if hypotheses is None:
        return tuple(f"h{k}" for k in range(1, H + 1))
    if not isinstance(hypotheses, Sequence) or len(hypotheses) != H:
        raise ValueError(f"bayes: expected {H} hypotheses in a list, got {hypotheses!r}")
    return tuple(map(str, hypotheses))


def _steps(exact: BayesTable, result: BayesTable) -> Steps:
    """Return the steps: the product rule for each row, the sum rule, and the division."""
    steps = []
    joint, evidence = exact.joint, exact.evidence
    for h, p, L, both in zip(
        exact.hypotheses, exact.prior, exact.likelihood, joint, strict=True
    ):
        sentence = f"Prior times likelihood of {h}: {text(p)} · {text(L)} = {text(both)}."
        name = _named(h)
        formula = rf"p(D, {name}) = {tex(p)} \cdot {tex(L)} = {tex(both)}"
        steps.append(Step(sentence, formula))
    terms, written = (" + ".join(f(e) for e in joint) for f in (text, tex))
    sentence = f"The evidence is their sum: {terms} = {text(evidence)}."
    steps.append(Step(sentence, rf"p(D) = {written} = {tex(evidence)}"))
    for h, both, q in zip(exact.hypotheses, joint, exact.posterior, strict=True):
        about = "" if q.denominator == 1 else f", about {float(q):.4g}"
        sentence = f"The posterior of {h} is its share: {_divided(both, evidence)}{about}."
        formula = rf"p({_named(h)} \mid D) = {tex(both)} \Big/ {tex(evidence)} = {tex(q)}"
        steps.append(Step(sentence, formula))
    return Steps(steps, result)


def _named(hypothesis: str) -> str:
    """Return a hypothesis as upright text for a formula."""
    return rf"\text{{{_escaped(hypothesis)}}}"


def diagnostic_test(
    prior: float,
    sensitivity: float,
    specificity: float,
    *,
    positive: bool = True,
    exact: bool = False,
    steps: bool = False,
) -> BayesTable | Steps:
    """Say how a medical test's result changes the probability of being ill.

    Parameters
    ----------
    prior : float
        The share of ill people among those tested: p(ill).
    sensitivity : float
        p(positive | ill).
    specificity : float
        p(negative | well).
    positive : bool
        What the test said.
    exact, steps : bool
        As for ``bayes``.

    Returns
    -------
    BayesTable of "ill" and "well", or Steps that lead to it

    Raises
    ------
    ValueError
        If a number is not in [0, 1], or the result cannot occur.

    Source: Murphy (2012), section 2.2.3.1; chapter "Probability".

    >>> table = diagnostic_test(0.01, 0.9, 0.91, exact=True)
    >>> table["ill"]
    Fraction(10, 109)
    """
    given = {"prior": prior, "sensitivity": sensitivity, "specificity": specificity}
    for argument, value in given.items():
        checks.number("diagnostic_test", argument, value, low=0, high=1)
    p, r, s = exactly(list(given.values()))
    likelihood = [r, 1 - s] if positive else [1 - r, s]
    names = ("ill", "well")
    return bayes([p, 1 - p], likelihood, hypotheses=names, exact=exact, steps=steps)


def _escaped(words: str) -> str:
    """Return words for use in a formula, with the special characters of LaTeX replaced."""
    for sign, alike in zip("\\^~", "∖ˆ˜", strict=True):
        words = words.replace(sign, alike)
    return "".join(rf"\{c}" if c in "#$%&_{}" else c for c in words)


def _divided(p: Any, q: Any) -> str:
    """Return a quotient as a text such as "1/2 / 3/4 = 2/3", or only its value if equal."""
    written, found = quotient(text(p), text(q)), text(p / q)
    return found if found == written.replace(" ", "") else f"{written} = {found}"
