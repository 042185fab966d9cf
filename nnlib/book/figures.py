"""Interactive figures."""

import html
from collections.abc import Mapping

from ..viz.html import Html
from .elements import curly
from .elements import element as tagged

__all__ = ["play"]


def play(element: str, data: Mapping, *, caption: str, alt: str, still=None) -> Html:
    """Show the interactive figure ``nn-ELEMENT`` with its data, caption and description.

    Parameters
    ----------
    element : str
        Name of the script in ``chapters/_extra/_play``, without ``.js``.
    data : mapping
        Data for the script to draw. Numbers must be finite.
    caption : str
        Caption below the figure.
    alt : str
        Description of the figure and its initial state, for readers who can't see it.
    still : object
        Image of one state, with an HTML representation, to show if no script runs. Default:
        ``alt`` as text.

    Raises
    ------
    ValueError
        If the caption or the description is missing, or a number is not finite.
    """
    if not caption.strip() or not alt.strip():
        raise ValueError(
            f"play: expected a caption and a description `alt` for the figure {element!r}"
        )
    words = html.escape(alt)
    picture = f"<p>{words}</p>" if still is None else still._repr_html_()
    body = tagged(element, data, picture)
    return Html(
        f'<figure class="nn-play" role="group" aria-label="{words}">{body}'
        f"<figcaption>{html.escape(curly(caption))}</figcaption></figure>",
        f"{caption} {alt}",
    )
