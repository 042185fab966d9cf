"""What a page needs besides figures: numbers in prose, predictions, questions, moving figures.

In the built book the elements are drawn by the small scripts in ``chapters/_extra/_play``.
Where no script runs (a notebook, print) they show text.
"""

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .viz.html import Html

__all__ = ["numbers", "play", "predict", "quiz", "recall", "setup"]

_choices: dict[str, list[str]] = {}


def setup() -> None:
    """Print arrays of a page with four digits and NumPy's numbers as plain numbers."""
    np.set_printoptions(precision=4, suppress=True, legacy="1.25")


class _Plain(str):
    """A text that is glued without its quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _plain(name: str, value: Any) -> Any:
    """Return a value as glue should write it: a Python number or a text without quotes."""
    if isinstance(value, str):
        return _Plain(value)
    if np.ndim(value) == 0 and np.issubdtype(np.asarray(value).dtype, np.number):
        if not np.isfinite(value):
            raise ValueError(f"numbers: expected a finite number for {name}, got {value}")
        return np.asarray(value).item()
    raise TypeError(f"numbers: expected a number or a text for {name}, got {value!r}")


def numbers(**values) -> None:
    """Make numbers and texts available to the prose as ``{glue:text}`name:.1%```.

    Parameters
    ----------
    **values : number or str
        Each under its own name, used once on a page.

    Raises
    ------
    TypeError
        If a value is neither a number nor a text.
    ValueError
        If a number is not finite.

    Without MyST-NB nothing happens: the prose of a notebook already has its numbers.
    """
    plain = {name: _plain(name, value) for name, value in values.items()}
    try:
        from myst_nb import glue
    except ImportError:
        return
    for name, value in plain.items():
        glue(name, value, display=False)


def _element(tag: str, data: Mapping, fallback: str) -> str:
    """Return an element of ours with its data inline and what is shown without script."""
    body = json.dumps(data, ensure_ascii=False, allow_nan=False).replace("</", "<\\/")
    return (
        f'<nn-{tag} class="tex2jax_ignore"><script type="application/json">{body}</script>'
        f'<div class="nn-fallback">{fallback}</div></nn-{tag}>'
    )


def _list(items: Sequence[str]) -> str:
    """Return texts as an HTML list."""
    return "<ul>" + "".join(f"<li>{html.escape(item)}</li>" for item in items) + "</ul>"


def predict(name: str, question: str, choices: Sequence[str]) -> Html:
    """Ask for a prediction, right before what settles it; ``recall`` answers.

    Parameters
    ----------
    name : str
        Links the prediction to its ``recall``.
    question : str
        In plain text.
    choices : sequence of str
        At least two.

    Raises
    ------
    ValueError
        If there are fewer than two choices or the name was used before.
    """
    choices = list(choices)
    if len(choices) < 2 or _choices.get(name, choices) != choices:
        raise ValueError(f"predict: expected two choices or more and a new name, got {name!r}")
    _choices[name] = choices
    data = {"name": name, "question": question, "choices": choices}
    fallback = f"<p>Predict: {html.escape(question)}</p>{_list(choices)}"
    return Html(_element("predict", data, fallback), f"{question} ({' / '.join(choices)})")


def recall(name: str, right: int, text: str) -> Html:
    """Answer the prediction ``name``, once the reader has committed or asks to be shown.

    Parameters
    ----------
    name : str
        That of the ``predict`` above on the page.
    right : int
        Index of the choice that came out.
    text : str
        What was found, in one or two sentences.

    Raises
    ------
    ValueError
        If there was no such prediction or no such choice.
    """
    choices = _choices.get(name, [])
    if not 0 <= int(right) < len(choices):
        raise ValueError(f"recall: no choice {right} of a prediction {name!r}")
    data = {"name": name, "right": int(right), "text": text, "choices": choices}
    fallback = f"<details><summary>What came out</summary><p>{html.escape(text)}</p></details>"
    return Html(_element("recall", data, fallback), text)


def quiz(questions: Sequence[tuple[str, Sequence[tuple[str, bool, str]]]]) -> Html:
    """Ask questions with one right choice each; every choice is told its reason at once.

    Parameters
    ----------
    questions : sequence of (text, choices)
        ``choices`` is a sequence of (text, is_right, reason).

    Raises
    ------
    ValueError
        If a question has not exactly one right choice, or a choice has no reason.
    """
    data = {"questions": [_single(text, choices) for text, choices in questions]}
    fallback = "".join(
        f"<p>{k}. {html.escape(text)}</p>{_list([choice[0] for choice in choices])}"
        for k, (text, choices) in enumerate(questions, start=1)
    )
    plain = "\n".join(f"{k}. {text}" for k, (text, _) in enumerate(questions, start=1))
    return Html(_element("quiz", data, fallback), plain)


def _single(text: str, choices: Sequence[tuple[str, bool, str]]) -> dict:
    """Return a question with one right choice as the script reads it."""
    if len(choices) < 2 or sum(right for _, right, _ in choices) != 1:
        raise ValueError(f"quiz: expected one right choice of two or more in {text!r}")
    if not all(reason.strip() for _, _, reason in choices):
        raise ValueError(f"quiz: expected a reason for each choice in {text!r}")
    keys = ("text", "right", "reason")
    rows = [dict(zip(keys, choice, strict=True)) for choice in choices]
    return {"kind": "single", "text": text, "choices": rows}


def play(element: str, data: Mapping, *, caption: str, alt: str, still=None) -> Html:
    """Show a figure that moves: element ``nn-ELEMENT`` with its data, caption and text.

    Parameters
    ----------
    element : str
        Name of the script in ``chapters/_extra/_play``, without ``.js``.
    data : mapping
        What the script draws; numbers must be finite.
    caption : str
        What stands below.
    alt : str
        What the figure shows and in which state it starts, for readers who do not see it.
    still : object
        A picture of one state, shown where no script runs; by default the text ``alt``.

    Raises
    ------
    ValueError
        If caption or text is missing.
    """
    if not caption.strip() or not alt.strip():
        raise ValueError(f"play: the figure {element!r} needs a caption and a text `alt`")
    words = html.escape(alt)
    picture = f"<p>{words}</p>" if still is None else still._repr_html_()
    body = _element(element, data, picture)
    return Html(
        f'<figure class="nn-play" role="group" aria-label="{words}">{body}'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>",
        f"{caption} {alt}",
    )
