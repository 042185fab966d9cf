"""Predictions: readers guess the outcome of a figure or an experiment before they see it."""

from collections.abc import Mapping, Sequence

from ..viz.html import Html
from .elements import element, finite, key, listing, markup, words

__all__ = ["predict", "recall"]

_predictions: dict[str, dict] = {}  # the data of each prediction by name, for `recall`
_NONE: Mapping[int, str] = {}


def predict(
    name: str,
    question: str,
    choices: Sequence[str] = (),
    *,
    unit: str | None = None,
    try_it: bool = False,
) -> Html:
    """Ask for a prediction, directly before the experiment; ``recall`` reveals the answer.

    On the site, everything from the prediction to the next heading is hidden until the reader
    locks in a guess or chooses to see the result.

    Parameters
    ----------
    name : str
        Name that links the prediction to its ``recall``.
    question : str
        The question, which may contain ``$formulas$``, ```code``` and ``*emphasis*``.
    choices : sequence of str
        At least two choices. Omit them if the answer is a number.
    unit : str
        Unit, if the answer is a number; ``""`` for a number without a unit.
    try_it : bool
        If True, the next interactive figure stays visible, because the question asks readers to
        try it.

    Raises
    ------
    ValueError
        If there is only one choice, if there are neither choices nor a unit, or both, or if
        the name already belongs to a different prediction.
    """
    words("predict", "the name", name)
    words("predict", f"the question of {name!r}", question)
    options = [words("predict", f"each choice of {name!r}", choice) for choice in choices]
    if unit is None and len(options) < 2:
        raise ValueError(f"predict: expected at least two choices, or a unit, in {name!r}")
    if unit is not None and options:
        raise ValueError(f"predict: expected choices or a unit in {name!r}, got both")
    prediction = {"id": key("predict", question, options, unit), "name": name}
    prediction |= {"choices": [markup(o) for o in options]} if options else {"unit": unit}
    if try_it:
        prediction |= {"try_it": True}
    if _predictions.get(name, prediction) != prediction:
        raise ValueError(f"predict: expected a new name, but {name!r} is already used")
    _predictions[name] = prediction
    answers = listing(prediction["choices"]) if options else f"<p>A number{_in(unit)}.</p>"
    fallback = f"<p><strong>Predict:</strong> {markup(question)}</p>{answers}"
    data = prediction | {"question": markup(question)}
    plain = " / ".join(options) or f"a number{_in(unit)}"
    return Html(element("predict", data, fallback), f"Predict: {question} ({plain})")


def _in(unit: str) -> str:
    """Return a unit in parentheses for the label of a number, or "" if there is no unit."""
    return f" ({unit})" if unit else ""


def recall(name: str, right: float, text: str, wrong: Mapping[int, str] = _NONE) -> Html:
    """Reveal the answer to a prediction, once the reader has guessed or wants to see it.

    Parameters
    ----------
    name : str
        Name of the ``predict`` above on the page.
    right : int or float
        Index of the correct choice, or the correct number.
    text : str
        The result, in one or two sentences.
    wrong : mapping of int to str
        For each wrong choice, the reason why it is wrong. Readers who guessed this choice see
        the reason before the text. If the outcome differs between runs, give a reason for every
        choice. A prediction of a number needs no reasons, because the feedback shows whether it
        was too high or too low.

    Raises
    ------
    ValueError
        If there is no such prediction or choice, or if a wrong choice has no reason.
    """
    words("recall", f"the text of {name!r}", text)
    if name not in _predictions:
        raise ValueError(f"recall: expected the name of a prediction, got {name!r}")
    prediction = _predictions[name]
    answer = finite("recall", f"the outcome of {name!r}", right)
    if "choices" in prediction:
        if answer != int(answer) or not 0 <= answer < len(prediction["choices"]):
            raise ValueError(f"recall: expected the index of a choice of {name!r}, got {right}")
        answer = int(answer)
    reasons = _reasons(name, len(prediction.get("choices", [])), answer, wrong)
    data = prediction | {"right": answer, "text": markup(text), "wrong": reasons}
    fallback = f"<details><summary>The result</summary><p>{markup(text)}</p></details>"
    return Html(element("recall", data, fallback), text)


def _reasons(name: str, choices: int, right: float, wrong: Mapping[int, str]) -> list[dict]:
    """Return the reason for each wrong choice; raise ValueError if one is missing."""
    wrong_choices = [k for k in range(choices) if k != right]
    if not set(wrong_choices) <= set(wrong) <= set(range(choices)):
        raise ValueError(
            f"recall: expected a reason for each of the choices {wrong_choices} of {name!r}, "
            f"got {sorted(wrong)}"
        )
    reasons = {
        k: words("recall", f"the reason for choice {k} of {name!r}", wrong[k])
        for k in wrong_choices
    }
    return [{"choice": k, "reason": markup(reason)} for k, reason in reasons.items()]
