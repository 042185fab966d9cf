"""The rules of probability on a table, each number of the result with its sum or quotient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..linalg.exact import tex, text
from ..steps import Step, Steps

if TYPE_CHECKING:
    from .joint import JointTable

__all__ = ["bracketed", "conditional_steps", "marginal_steps", "moment_steps"]


def marginal_steps(table: JointTable, found: JointTable) -> Steps:
    """For each entry of the marginal the sum that it is."""
    steps = []
    for place, p in np.ndenumerate(found.probs):
        at = dict(zip(found.variables, place, strict=True))
        taken = table.probs[tuple(at.get(name, slice(None)) for name in table.variables)]
        name, terms = _event(_outcomes(found, place)), np.ravel(taken)
        said = f"p({name}) = {' + '.join(map(text, terms))} = {text(p)}."
        steps.append(Step(said, f"{_tex(name)} = {' + '.join(map(tex, terms))} = {tex(p)}"))
    return Steps(steps, found)


def conditional_steps(found: JointTable, given: Mapping[str, Any], joint: np.ndarray) -> Steps:
    """The probability of what is given, and each quotient by it."""
    known, evidence = _event(given), joint.sum()
    terms = np.ravel(joint)
    said = f"p({known}) = {' + '.join(map(text, terms))} = {text(evidence)}."
    written = f"{_tex(known)} = {' + '.join(map(tex, terms))} = {tex(evidence)}"
    steps = [Step(said, written)]
    for place, p in np.ndenumerate(joint):
        name, q = _event(_outcomes(found, place)), found.probs[place]
        said = f"p({name} | {known}) = {text(p)} / ({text(evidence)}) = {text(q)}."
        name = _tex(name, known)
        steps.append(Step(said, rf"{name} = {tex(p)} \Big/ {tex(evidence)} = {tex(q)}"))
    return Steps(steps, found)


def moment_steps(table: JointTable, a: str, b: str) -> Steps:
    """Means, and the sum of products of distances from them: a covariance, or a variance."""
    names = [a] if a == b else [a, b]
    steps = [_mean_step(table, name) for name in names]
    marginal, terms = table.marginal(*names), []
    for place, p in np.ndenumerate(marginal.probs):
        x = list(_outcomes(marginal, place).values())
        terms.append((p, x[0] - table.mean(a), x[-1] - table.mean(b)))
    found = table.covariance(a, b)
    said, written = (
        " + ".join(" · ".join(bracketed(f, e) for e in term) for term in terms)
        for f in (text, tex)
    )
    written, head = written.replace("·", r"\cdot"), "Var" if a == b else "Cov"
    said = f"{head}[{', '.join(names)}] = {said} = {text(found)}."
    name = rf"\mathrm{{{head}}}[{', '.join(names)}]"
    return Steps([*steps, Step(said, f"{name} = {written} = {tex(found)}")], found)


def _mean_step(table: JointTable, name: str) -> Step:
    """The mean of one variable as a sum."""
    p, mean = table.marginal(name).probs, table.mean(name)
    pairs = list(zip(p, table.variables[name], strict=True))
    said = " + ".join(f"{text(q)} · {bracketed(text, x)}" for q, x in pairs)
    written = " + ".join(rf"{tex(q)} \cdot {bracketed(tex, x)}" for q, x in pairs)
    return Step(
        f"E[{name}] = {said} = {text(mean)}.",
        rf"\mathrm{{E}}[{name}] = {written} = {tex(mean)}",
    )


def _outcomes(table: JointTable, place: Sequence[int]) -> dict[str, Any]:
    """The outcomes at a place of a table."""
    return {
        name: outcomes[k]
        for (name, outcomes), k in zip(table.variables.items(), place, strict=True)
    }


def _event(outcomes: Mapping[str, Any]) -> str:
    """Variables with their outcomes, such as x = 0, y = 1."""
    return ", ".join(f"{name} = {outcome}" for name, outcome in outcomes.items())


def _tex(event: str, given: str = "") -> str:
    """The probability of an event as a formula."""
    escaped = "".join(rf"\{c}" if c in "#$%&_{}" else c for c in event)
    return (
        rf"p(\text{{{escaped}}})"
        if not given
        else rf"{_tex(event)[:-1]} \mid {_tex(given)[2:]}"
    )


def bracketed(write: Callable[[Any], str], x: Any) -> str:
    """Write a number by ``text`` or ``tex``, a negative one in brackets."""
    if x >= 0:
        return write(x)
    return f"({write(x)})" if write is text else rf"\left({write(x)}\right)"
