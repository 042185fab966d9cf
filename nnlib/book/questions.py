"""Questions with instant feedback: five kinds, with a reason for each wrong answer."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ..viz.html import Html
from .elements import element, finite, key, listing, markup, words

__all__ = ["Question", "bug", "multiple", "numeric", "order", "quiz", "single"]

SHORT = 50  # largest number of characters of a question that an error message quotes


@dataclass(frozen=True)
class Question:
    """One question: the data for the script, and the texts to show if no script runs."""

    data: dict
    still: str
    answer: str
    text: str
    solution: str


def quiz(*questions: Question) -> Html:
    """Ask questions; the feedback shows immediately whether an answer is correct, and why.

    Parameters
    ----------
    *questions : Question
        Questions from ``single``, ``multiple``, ``numeric``, ``order`` and ``bug``. Or pass a
        single list of pairs ``(text, choices)``, for questions of the kind ``single``.

    Raises
    ------
    TypeError
        If an argument is anything else.
    ValueError
        If there is no question, or the same question occurs twice.
    """
    if len(questions) == 1 and isinstance(questions[0], list):
        questions = questions[0]
    questions = [single(*q) if isinstance(q, tuple) else q for q in questions]
    for question in questions:
        if not isinstance(question, Question):
            raise TypeError(f"quiz: expected book.single(…) or similar, got {question!r}")
    if not questions:
        raise ValueError("quiz: expected at least one question, got none")
    if len({q.data["id"] for q in questions}) < len(questions):
        raise ValueError("quiz: expected different questions, got the same one twice")
    still = listing((q.still for q in questions), "ol")
    answers = listing((q.answer for q in questions), "ol")
    fallback = f"{still}<details><summary>Answers</summary>{answers}</details>"
    rows = [f"{k}. {q.text}" for k, q in enumerate(questions, start=1)]
    solved = "; ".join(f"{k}: {q.solution}" for k, q in enumerate(questions, start=1))
    plain = "\n".join([*rows, f"Answers: {solved}"])
    return Html(element("quiz", {"questions": [q.data for q in questions]}, fallback), plain)


def single(text: str, choices: Sequence[tuple[str, bool, str]]) -> Question:
    """Make a question with exactly one correct choice.

    Parameters
    ----------
    text : str
        The question, which may contain ``$formulas$``, ```code``` and ``*emphasis*``.
    choices : sequence of (text, is_correct, reason)
        Two or more choices, in the order shown. Readers who pick a choice see its reason.

    Raises
    ------
    ValueError
        If the number of correct choices is not 1, two choices are equal, or one has no reason.
    """
    rows = _choices("single", text, choices)
    if sum(row["right"] for row in rows) != 1:
        raise ValueError(f"single: expected exactly one correct choice in {_cut(text)}")
    return _chosen("single", text, choices, rows)


def multiple(text: str, choices: Sequence[tuple[str, bool, str]]) -> Question:
    """Make a question with boxes to tick, in which any number of choices may be correct.

    Parameters
    ----------
    text : str
        The question, which may contain ``$formulas$``, ```code``` and ``*emphasis*``.
    choices : sequence of (text, is_correct, reason)
        Two or more choices. The reason explains why the box should be ticked or left empty.

    Raises
    ------
    ValueError
        If there are fewer than two choices, two choices are equal, or one has no reason.
    """
    rows = _choices("multiple", text, choices)
    return _chosen("multiple", text, choices, rows)


def _choices(kind: str, text: str, choices: Sequence[tuple[str, bool, str]]) -> list[dict]:
    """Return choices as data for the script, after checking texts and reasons."""
    words(kind, "the question", text)
    if len(choices) < 2:
        raise ValueError(
            f"{kind}: expected at least two choices in {_cut(text)}, got {len(choices)}"
        )
    for choice in choices:
        if len(choice) != 3 or not isinstance(choice[1], bool):
            raise ValueError(f"{kind}: expected (text, True or False, reason), got {choice!r}")
        words(kind, f"each choice of {_cut(text)}", choice[0])
        words(kind, f"the reason for each choice of {_cut(text)}", choice[2])
    if len({choice[0] for choice in choices}) < len(choices):
        raise ValueError(f"{kind}: expected different choices in {_cut(text)}")
    return [{"text": markup(t), "right": r, "reason": markup(why)} for t, r, why in choices]


def _chosen(kind: str, text: str, choices: Sequence, rows: list[dict]) -> Question:
    """Return a question whose answer is one choice or several choices."""
    letters = [chr(ord("a") + k) for k in range(len(rows))]
    correct = [letter for letter, row in zip(letters, rows, strict=True) if row["right"]]
    reasons = [f"{'✓' if row['right'] else '✗'} {row['reason']}" for row in rows]
    return Question(
        {"id": key(kind, text, [c[:2] for c in choices]), "kind": kind, "text": markup(text)}
        | {"choices": rows},
        f"<p>{markup(text)}</p>" + listing((row["text"] for row in rows), 'ol type="a"'),
        listing(reasons, 'ol type="a"'),
        "\n   ".join([text, *(f"{a}) {c[0]}" for a, c in zip(letters, choices, strict=True))]),
        " ".join(correct) or "none",
    )


def numeric(
    text: str,
    answer: float,
    *,
    why: str,
    wrong: Mapping[float, str],
    tolerance: float | None = None,
    unit: str = "",
) -> Question:
    """Make a question whose answer is a typed number, such as 0.75, 3/4, 75% or 7.5e-1.

    Parameters
    ----------
    text : str
        The question, which may contain ``$formulas$``, ```code``` and ``*emphasis*``. It should
        state the required number of digits.
    answer : float
        The correct number.
    why : str
        How to get the answer; shown after a correct answer.
    wrong : mapping of float to str
        Common wrong numbers, and for each the mistake that leads to it. For any other wrong
        number, the feedback comments on its sign, its decimal point or its size.
    tolerance : float
        Largest distance from the answer that counts as correct. Default: 1% of the answer.
    unit : str
        Unit to show after the input box.

    Raises
    ------
    TypeError
        If the answer, a wrong number or the tolerance is not a number.
    ValueError
        If one of them is not finite, if there is no wrong number, if the tolerance is not
        positive or accepts a wrong number, if two wrong numbers are too close together, or if a
        reason is missing.
    """
    words("numeric", "the question", text)
    words("numeric", f"`why` of {_cut(text)}", why)
    correct = finite("numeric", f"the answer to {_cut(text)}", answer)
    margin = 0.01 * abs(correct)
    if tolerance is not None:
        margin = finite("numeric", "the tolerance", tolerance)
    if margin <= 0:
        raise ValueError(f"numeric: expected tolerance above 0 in {_cut(text)}, got {margin:g}")
    if not wrong:
        raise ValueError(f"numeric: expected `wrong` with at least one number in {_cut(text)}")
    mistakes = [_mistake(text, number, reason, margin) for number, reason in wrong.items()]
    _check_distances(text, correct, margin, sorted(mistake["value"] for mistake in mistakes))
    return Question(
        {
            "id": key("numeric", text, _number(correct), unit),
            "kind": "numeric",
            "text": markup(text),
        }
        | {"answer": correct, "tolerance": margin, "unit": unit, "why": markup(why)}
        | {"wrong": mistakes},
        f"<p>{markup(text)}</p>",
        f"<p>{_number(correct)}{' ' + markup(unit) if unit else ''}: {markup(why)}</p>",
        text,
        _number(correct),
    )


def _mistake(text: str, number: float, reason: str, margin: float) -> dict:
    """Return a common wrong number, its tolerance, and the reason why it is wrong."""
    value = finite("numeric", f"each wrong number of {_cut(text)}", number)
    reason_html = markup(words("numeric", f"the reason for {number}", reason))
    return {"value": value, "room": _room(margin, value), "reason": reason_html}


def _room(margin: float, value: float) -> float:
    """Return the tolerance of a wrong number, which is at most the tolerance of the answer."""
    return min(margin, 0.02 * abs(value))


def _check_distances(text: str, correct: float, margin: float, wrong: list[float]) -> None:
    """Raise ValueError if the tolerances of the answer and the wrong numbers overlap."""
    for value in wrong:
        if abs(value - correct) <= margin + _room(margin, value):
            raise ValueError(
                f"numeric: the wrong number {value:g} is too close to the answer {correct:g} "
                f"in {_cut(text)}"
            )
    for low, high in pairwise(wrong):
        if high - low <= _room(margin, low) + _room(margin, high):
            raise ValueError(
                f"numeric: the wrong numbers {low:g} and {high:g} are too close together in "
                f"{_cut(text)}"
            )


def _number(value: float) -> str:
    """Return a number as text, the way a reader would write it."""
    is_whole = value == round(value) and abs(value) < 1e9
    return (f"{value:,.0f}" if is_whole else f"{value:.4g}").replace("-", "−")


def order(
    text: str, steps: Sequence[tuple[str, str]], *, why: str, also: Sequence[Sequence[int]] = ()
) -> Question:
    """Make a question whose answer is the order of some steps.

    Parameters
    ----------
    text : str
        The question, which may contain ``$formulas$``, ```code``` and ``*emphasis*``.
    steps : sequence of (step, reason)
        Three or more steps in a correct order. The reason explains why the step cannot come
        earlier. The first step needs a reason only if another order starts with a different
        step.
    why : str
        Explanation to show after a correct order.
    also : sequence of sequences of int
        Other correct orders, each as a sequence of the indices of all steps.

    Raises
    ------
    ValueError
        If there are fewer than three steps, two steps are equal, a reason is missing, or
        another order does not contain each step exactly once.
    """
    words("order", "the question", text)
    words("order", f"`why` of {_cut(text)}", why)
    if len(steps) < 3 or any(len(step) != 2 for step in steps):
        raise ValueError(f"order: expected at least three steps (step, reason) in {_cut(text)}")
    first_can_be_early = any(list(other)[:1] != [0] for other in also)
    for k, (step, reason) in enumerate(steps):
        words("order", f"each step of {_cut(text)}", step)
        if k or first_can_be_early:
            words("order", f"the reason for each step of {_cut(text)}", reason)
    if len({step for step, _ in steps}) < len(steps):
        raise ValueError(f"order: expected different steps in {_cut(text)}")
    orders = [list(range(len(steps))), *map(list, also)]
    for other in orders:
        if sorted(other) != orders[0]:
            raise ValueError(f"order: expected each step once in {_cut(text)}, got {other}")
    start = _mixed(text, orders)
    rows = [{"text": markup(step), "reason": markup(reason)} for step, reason in steps]
    named = [rows[k]["text"] for k in start]
    return Question(
        {"id": key("order", text, [s for s, _ in steps]), "kind": "order", "text": markup(text)}
        | {"steps": rows, "orders": orders, "start": start, "why": markup(why)},
        f"<p>{markup(text)}</p>" + listing(named),
        f"{listing((row['text'] for row in rows), 'ol')}<p>{markup(why)}</p>",
        "\n   ".join([text, *(f"- {steps[k][0]}" for k in start)]),
        " → ".join(step for step, _ in steps),
    )


def _mixed(text: str, orders: list[list[int]]) -> list[int]:
    """Return the initial order of the steps: an incorrect one, and the same in each build."""
    ranked = sorted(orders[0], key=lambda step: key(text, step))
    turns = (ranked[k:] + ranked[:k] for k in range(len(ranked)))
    mixed = next((turn for turn in turns if turn not in orders), None)
    if mixed is None:
        raise ValueError(f"order: expected at least one incorrect order in {_cut(text)}")
    return mixed


def bug(text: str, lines: Sequence[tuple[str, str]], *, line: int) -> Question:
    """Make a question whose answer is the line of code that contains a bug.

    Parameters
    ----------
    text : str
        The purpose of the code; may contain ``$formulas$``, ```code``` and ``*emphasis*``.
    lines : sequence of (code, reason)
        The program. The reason explains why the line is correct, or what the bug is and how to
        fix it. An empty line has no reason and cannot be chosen.
    line : int
        Number of the line with the bug, counted from 1.

    Raises
    ------
    ValueError
        If there are fewer than two lines of code, the line with the bug does not exist or is
        empty, or a line of code has no reason.
    """
    words("bug", "the question", text)
    count = sum(bool(code.strip()) for code, _ in lines)
    if count < 2:
        raise ValueError(f"bug: expected at least 2 lines of code in {_cut(text)}, got {count}")
    if not 1 <= line <= len(lines) or not lines[line - 1][0].strip():
        raise ValueError(
            f"bug: expected a nonempty line from 1 to {len(lines)} in {_cut(text)}, got {line}"
        )
    for k, (code, reason) in enumerate(lines, start=1):
        if code.strip():
            words("bug", f"the reason for line {k} of {_cut(text)}", reason)
    rows = [{"code": code, "reason": markup(reason)} for code, reason in lines]
    program = [f"{k:2}  {code}" for k, (code, _) in enumerate(lines, start=1)]
    code = html.escape("\n".join(program), quote=False)
    return Question(
        {"id": key("bug", text, line, [c for c, _ in lines]), "kind": "bug"}
        | {"text": markup(text), "lines": rows, "line": line},
        f"<p>{markup(text)}</p><pre>{code}</pre>",
        f"<p>Line {line}: {rows[line - 1]['reason']}</p>",
        "\n   ".join([text, *program]),
        f"line {line}",
    )


def _cut(text: str) -> str:
    """Return the beginning of a question in quotes, to name it in an error message."""
    return repr(text if len(text) <= SHORT else text[: SHORT - 1] + "…")
