"""Bayes' rule as a table: one row for each hypothesis."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .. import checks
from ..linalg.exact import exact as exactly
from ..linalg.exact import text

__all__ = ["BayesTable", "bayes", "diagnostic_test"]

COLUMNS = ("prior", "likelihood", "joint", "posterior")


@dataclass(frozen=True, eq=False, repr=False)
class BayesTable:
    r"""A table of hypotheses with prior, likelihood, joint and posterior probabilities.

    .. math:: p(h \mid D) = \frac{p(D \mid h) \, p(h)}{\sum_{h'} p(D \mid h') \, p(h')}

    Create it with ``bayes`` or ``diagnostic_test``, which check the numbers.

    Attributes
    ----------
    hypotheses : tuple of str
        Names of the hypotheses.
    prior, likelihood : (H,) float or Fraction
        The probabilities p(h) before the observation D, and p(D | h). The likelihoods don't
        have to sum to 1.
    joint, posterior : (H,) float or Fraction
        The probabilities p(D, h) = p(D | h) p(h), and p(h | D) after the observation.
    evidence : float or Fraction
        p(D), the sum of the joint probabilities.

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
        """The hypothesis with the largest posterior; if several tie, the first."""
        return self.hypotheses[int(self.posterior.argmax())]

    def __getitem__(self, hypothesis: str):
        """Return the posterior of one hypothesis."""
        if hypothesis not in self.hypotheses:
            raise KeyError(
                f"BayesTable: expected one of {list(self.hypotheses)}, got {hypothesis!r}"
            )
        return self.posterior[self.hypotheses.index(hypothesis)]

    def update(self, likelihood: np.ndarray) -> BayesTable:
        """Use a further observation D': the posterior becomes the prior of a new table.

        Parameters
        ----------
        likelihood : (H,) float
            p(D' | h), where D and D' are independent given h.
        """
        exact = self.prior.dtype == object
        return _table("BayesTable.update", self.posterior, likelihood, self.hypotheses, exact)

    def _rows(self) -> list[list[str]]:
        """Return the rows of the table as text, with the headings first and the sums last."""
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
) -> BayesTable:
    r"""Compute the posterior from the prior and the likelihood.

    .. math:: p(h \mid D) = \frac{p(D \mid h) \, p(h)}{p(D)}, \quad
        p(D) = \sum_h p(D \mid h) \, p(h)

    Parameters
    ----------
    prior : (H,) float or Fraction
        The probabilities p(h), which sum to 1.
    likelihood : (H,) float or Fraction
        The probability (or density) p(D | h) of the observation under each hypothesis.
    hypotheses : sequence of str, optional
        Names of the hypotheses. Default: h1, h2, …
    exact : bool
        Whether to compute with fractions, so that 0.1 is exactly one tenth.

    Raises
    ------
    ValueError
        If the shapes disagree, a number is negative, the prior does not sum to 1, or the
        observation is impossible under every hypothesis.
    TypeError
        If an entry is not a number.

    Source: Bishop (2006), equation (1.12); chapter "Probability".

    >>> bayes([0.5, 0.5], [1 / 256, 81 / 65536], hypotheses=["p = 1/2", "p = 3/4"])
             prior  likelihood        joint  posterior
    p = 1/2    0.5  0.00390625   0.00195312   0.759644
    p = 3/4    0.5  0.00123596  0.000617981   0.240356
        sum      1               0.00257111          1
    """
    return _table("bayes", prior, likelihood, hypotheses, exact)


def _table(
    name: str,
    prior: np.ndarray,
    likelihood: np.ndarray,
    hypotheses: Sequence[str] | None,
    exact: bool,
) -> BayesTable:
    """Check the arguments and return the table; ``name`` is the caller's name, for errors."""
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
            f"{name}: expected a hypothesis with positive prior and likelihood, but the "
            "observation is impossible under every hypothesis"
        )
    if exact:
        p, L = exactly(prior), exactly(likelihood)
    return BayesTable(_names(hypotheses, len(p)), p, L)


def _names(hypotheses: Sequence[str] | None, H: int) -> tuple[str, ...]:
    """Return a name for each of H hypotheses."""
    if hypotheses is None:
        return tuple(f"h{k}" for k in range(1, H + 1))
    if not isinstance(hypotheses, Sequence) or len(hypotheses) != H:
        raise ValueError(f"bayes: expected a list of {H} hypotheses, got {hypotheses!r}")
    return tuple(map(str, hypotheses))


def diagnostic_test(
    prior: float,
    sensitivity: float,
    specificity: float,
    *,
    positive: bool = True,
    exact: bool = False,
) -> BayesTable:
    """Compute the probability of an illness after a medical test.

    Parameters
    ----------
    prior : float
        The fraction of ill people among those tested, p(ill).
    sensitivity : float
        p(positive | ill).
    specificity : float
        p(negative | well).
    positive : bool
        The result of the test.
    exact : bool
        As in ``bayes``.

    Returns
    -------
    BayesTable
        The table has the hypotheses "ill" and "well".

    Raises
    ------
    ValueError
        If a number is not in [0, 1], or the result cannot occur.

    Source: Murphy (2012), section 2.2.3.1; chapter "Probability".

    >>> table = diagnostic_test(0.01, 0.9, 0.91, exact=True)
    >>> table["ill"]
    Fraction(10, 109)
    """
    arguments = {"prior": prior, "sensitivity": sensitivity, "specificity": specificity}
    for argument, value in arguments.items():
        checks.number("diagnostic_test", argument, value, low=0, high=1)
    p, r, s = exactly(list(arguments.values()))
    likelihood = [r, 1 - s] if positive else [1 - r, s]
    names = ("ill", "well")
    return bayes([p, 1 - p], likelihood, hypotheses=names, exact=exact)
