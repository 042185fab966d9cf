"""Steps of the rules of probability on a table, with the sum or quotient of each number."""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..linalg.exact import tex, text
from ..linalg.writing import quotient
from ..steps import Step, Steps

__all__ = [
    "bracketed",
    "conditional_steps",
    "divided",
    "escaped",
    "marginal_steps",
    "moment_steps",
]

_WIDTH = 40  # largest width of a line of terms, in characters


def marginal_steps(
    variables: Mapping[str, Sequence], probs: np.ndarray, names: Sequence[str], p: np.ndarray
) -> list[Step]:
    """Return one step for each entry of a marginal, with the sum that it is."""
    steps = []
    for index, total in np.ndenumerate(p):
        at = dict(zip(names, index, strict=True))
        terms = np.ravel(probs[tuple(at.get(name, slice(None)) for name in variables)])
        name = _event({name: variables[name][k] for name, k in at.items()})
        sentence = f"p({name}) = {' + '.join(map(text, terms))} = {text(total)}."
        written = f"{_tex(name)} = {' + '.join(map(tex, terms))} = {tex(total)}"
        steps.append(Step(sentence, written))
    return steps


def conditional_steps(
    variables: Mapping[str, Sequence], given: Mapping[str, Any], joint: np.ndarray
) -> list[Step]:
    """Return the probability of the condition, and a quotient for each joint one."""
    known, evidence = _event(given), joint.sum()
    terms = np.ravel(joint)
    sentence = f"p({known}) = {' + '.join(map(text, terms))} = {text(evidence)}."
    written = f"{_tex(known)} = {' + '.join(map(tex, terms))} = {tex(evidence)}"
    steps = [Step(sentence, written)]
    for index, p in np.ndenumerate(joint):
        values_at = zip(variables.items(), index, strict=True)
        name = _event({name: outcomes[k] for (name, outcomes), k in values_at})
        sentence = f"p({name} | {known}) = {divided(p, evidence)}."
        name = _tex(name, known)
        written = rf"{name} = {tex(p)} \Big/ {tex(evidence)} = {tex(p / evidence)}"
        steps.append(Step(sentence, written))
    return steps


def moment_steps(values: Mapping[str, np.ndarray], p: np.ndarray, found: Any) -> Steps:
    """Return the steps to means, and to a variance or covariance."""
    steps, away = [], []
    for k, (name, x) in enumerate(values.items()):
        q = p.sum(axis=tuple(axis for axis in range(p.ndim) if axis != k))
        mean = (q * x).sum()
        steps.append(_sum_step("E", [name], list(zip(q, x, strict=True)), mean))
        away.append(x - mean)
    terms = [(q, away[0][index[0]], away[-1][index[-1]]) for index, q in np.ndenumerate(p)]
    head = "Var" if len(values) == 1 else "Cov"
    return Steps([*steps, _sum_step(head, list(values), terms, found)], found)


def _sum_step(
    head: str, names: Sequence[str], terms: Sequence[Sequence[Any]], found: Any
) -> Step:
    """Return the step with a sum of products, in several lines if it is wide."""
    plain_terms, written = (
        [times.join(bracketed(write, e) for e in term) for term in terms]
        for write, times in ((text, " · "), (tex, r" \cdot "))
    )
    name = rf"\mathrm{{{head}}}[{', '.join(map(_symbol, names))}]"
    formula = f"{name} = {' + '.join(written)} = {tex(found)}"
    if sum(map(len, plain_terms)) > _WIDTH:
        rows = [[written[0]]]
        room = _WIDTH - len(plain_terms[0])
        for plain, term in zip(plain_terms[1:], written[1:], strict=True):
            if len(plain) > room:
                rows.append([])
                room = _WIDTH
            rows[-1].append(term)
            room -= len(plain)
        lines = r" \\ &+ ".join(" + ".join(row) for row in rows)
        formula = rf"{name} = \begin{{aligned}}[t] &{lines} \\ &= {tex(found)} \end{{aligned}}"
    sentence = f"{head}[{', '.join(names)}] = {' + '.join(plain_terms)} = {text(found)}."
    return Step(sentence, formula)


def _symbol(name: str) -> str:
    """Return a variable's name for a formula: a letter in italics, a word upright."""
    return name if len(name) == 1 and name.isalpha() else rf"\text{{{escaped(name)}}}"


def _event(outcomes: Mapping[str, Any]) -> str:
    """Return an event as a text such as "x = 0, y = 1"."""
    return ", ".join(f"{name} = {_written(outcome)}" for name, outcome in outcomes.items())


def _written(outcome: Any) -> str:
    """Return an outcome, a number or a word, as a text."""
    return text(outcome) if isinstance(outcome, numbers.Real) else str(outcome)


def _tex(event: str, given: str = "") -> str:
    """Return the probability of an event, possibly conditional, as a formula."""
    if given:
        return rf"{_tex(event)[:-1]} \mid {_tex(given)[2:]}"
    return rf"p(\text{{{escaped(event)}}})"


def escaped(words: str) -> str:
    """Return words for use in a formula, with the special characters of LaTeX replaced."""
    for sign, alike in zip("\\^~", "∖ˆ˜", strict=True):
        words = words.replace(sign, alike)
    return "".join(rf"\{c}" if c in "#$%&_{}" else c for c in words)


def divided(p: Any, q: Any) -> str:
    """Return a quotient as a text such as "1/2 / 3/4 = 2/3", or only its value if equal."""
    written, found = quotient(text(p), text(q)), text(p / q)
    return found if found == written.replace(" ", "") else f"{written} = {found}"


def bracketed(write: Callable[[Any], str], x: Any) -> str:
    """Return a number written by ``text`` or ``tex``, in brackets if it is negative."""
    if x >= 0:
        return write(x)
    return f"({write(x)})" if write is text else rf"\left({write(x)}\right)"
