"""The steps of an algorithm: sentences and formulas to print or to step through."""

from __future__ import annotations

import html
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .viz.html import Html

__all__ = ["Step", "Steps", "run"]


@dataclass(frozen=True)
class Step:
    """One step of an algorithm.

    Attributes
    ----------
    text : str
        Description of the step, as a sentence that includes the numbers.
    latex : str
        Result of the step, as a formula without delimiters; can be empty.
    """

    text: str
    latex: str = ""

    def __str__(self) -> str:
        return self.text


def _aligned(formula: str) -> str:
    """Return a formula with & before its first equals sign outside brackets, for alignment."""
    depth = 0
    for k, c in enumerate(formula):
        depth += (c in "{[(") - (c in "}])")
        if c == "=" and depth == 0:
            return f"{formula[:k]}&{formula[k:]}"
    return formula


class Steps(list):
    r"""The steps of an algorithm in order, and its result.

    Parameters
    ----------
    steps : iterable of Step
        The steps in order.
    result : object
        The result, which ``run`` returns if its argument ``steps`` is False.

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
        style = "justify-content:flex-start"
        return f'<div class="nn-panels" style="{style}">{self._items()}</div>'

    def _items(self) -> str:
        """Return the steps as a numbered list."""
        items = "".join(f"<li>{_item(step)}</li>" for step in self)
        # A wide formula scrolls inside its step, so that the page doesn't scroll.
        return f'<ol style="min-width:0;overflow-wrap:anywhere">{items}</ol>'

    def play(self, *, caption: str, alt: str) -> Html:
        """Return the steps as a figure: a list that can be shown one step at a time.

        If there are more than 20 steps, the figure shows only the first one initially.

        Parameters
        ----------
        caption : str
            The text below the figure.
        alt : str
            A description of the steps for readers who can't see the figure.

        Raises
        ------
        ValueError
            If there is no step, or ``caption`` or ``alt`` is empty.

        >>> Steps([Step("Halve 6.")]).play(caption="Halving.", alt="One step.")
        Halving. One step.
        1. Halve 6.
        """
        from .viz.html import Html  # here, because it imports all of nnlib.viz

        if not self:
            raise ValueError("Steps.play: expected at least one step, got none")
        if not caption.strip() or not alt.strip():
            raise ValueError("Steps.play: expected a caption and a description `alt`")
        data = '<script type="application/json">{}</script>'
        return Html(
            f'<figure class="nn-play" role="group" aria-label="{html.escape(alt)}">'
            f'<nn-steps>{data}<div class="nn-walk">{self._items()}</div></nn-steps>'
            f"<figcaption>{html.escape(caption)}</figcaption></figure>",
            f"{caption} {alt}\n{self!r}",
        )

    @property
    def latex(self) -> str:
        """All formulas, aligned in one display."""
        formulas = (step.latex for step in self if step.latex)
        rows = r" \\ ".join(map(_aligned, formulas))
        return rf"\begin{{aligned}} {rows} \end{{aligned}}"


def _item(step: Step) -> str:
    """Return one step as HTML; the book or JupyterLab typesets the formula, which is TeX."""
    wide = 'class="math" style="overflow-x:auto"'
    formula = f"<div {wide}>\\[{html.escape(step.latex)}\\]</div>" if step.latex else ""
    return f"<p>{html.escape(step.text)}</p>{formula}"


def run(algorithm: Generator[Callable[[], Step], None, Any], *, steps: bool = False) -> Any:
    r"""Return the result of an algorithm, or its steps if ``steps`` is True.

    An algorithm is a generator. After each step it yields a function that describes the step,
    and at the end it returns its result. The same code therefore computes the result and
    explains each step. If ``steps`` is False, these functions aren't called and cost nothing.

    Parameters
    ----------
    algorithm : generator of functions without arguments that return a `Step`
        The algorithm.
    steps : bool
        If True, return the steps. Default: False.

    Returns
    -------
    object or Steps
        The result of the generator. If ``steps`` is True, the steps, with this ``result``.

    >>> def halve(x):
    ...     while x % 2 == 0:
    ...         x //= 2
    ...         yield lambda: Step(f"Halve: {x} remains.")
    ...     return x
    >>> run(halve(12))
    3
    >>> run(halve(12), steps=True)
    1. Halve: 6 remains.
    2. Halve: 3 remains.
    """
    recorded = []
    while True:
        try:
            describe = next(algorithm)
        except StopIteration as end:
            return Steps(recorded, end.value) if steps else end.value
        if steps:
            recorded.append(describe())
