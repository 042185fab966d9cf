"""An algorithm's steps: each a sentence and a formula, printed, typeset, or stepped through."""

from __future__ import annotations

import html
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

__all__ = ["Step", "Steps"]


@dataclass(frozen=True)
class Step:
    """One step of an algorithm.

    Attributes
    ----------
    text : str
        What is done, as a sentence with its numbers.
    latex : str
        What comes of it, as a formula without delimiters; empty where the sentence says all.
    """

    text: str
    latex: str = ""

    def __str__(self) -> str:
        return self.text


def _aligned(formula: str) -> str:
    """A formula with & before its first equals sign outside brackets, where rows align."""
    depth = 0
    for k, c in enumerate(formula):
        depth += (c in "{[(") - (c in "}])")
        if c == "=" and depth == 0:
            return f"{formula[:k]}&{formula[k:]}"
    return formula


class Steps(list):
    r"""Steps in order, and what they lead to.

    Parameters
    ----------
    steps : iterable of Step
        In the order in which they are done.
    result : object
        What the algorithm gives without ``steps=True``.

    >>> steps = Steps([Step("Halve 6.", r"\frac{6}{2} = 3")], result=3)
    >>> steps
    1. Halve 6.
    >>> steps.result
    3
    """

    def __init__(self, steps: Iterable[Step] = (), result: Any = None):
        super().__init__(steps)
        self.result = result

    def __getitem__(self, k):
        part = super().__getitem__(k)
        return type(self)(part, self.result) if isinstance(k, slice) else part

    def __repr__(self) -> str:
        return "\n".join(f"{k}. {step}" for k, step in enumerate(self, start=1))

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{_item(step)}</li>" for step in self)
        style = "justify-content:flex-start"
        return f'<div class="nn-panels" style="{style}"><ol>{items}</ol></div>'

    @property
    def latex(self) -> str:
        """All formulas, one below the other, as one display."""
        formulas = (step.latex for step in self if step.latex)
        rows = r" \\ ".join(map(_aligned, formulas))
        return rf"\begin{{aligned}} {rows} \end{{aligned}}"


def _item(step: Step) -> str:
    """One step as HTML, its formula typeset by the page's MathJax."""
    formula = f"<div>\\[{html.escape(step.latex)}\\]</div>" if step.latex else ""
    return html.escape(step.text) + formula
