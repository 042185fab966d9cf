"""Interactive figures."""

import html
from collections.abc import Mapping

from ..viz.html import Html
from .elements import element as tagged

__all__ = ["play"]


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
    body = tagged(element, data, picture)
    return Html(
        f'<figure class="nn-play" role="group" aria-label="{words}">{body}'
        f"<figcaption>{html.escape(caption)}</figcaption></figure>",
        f"{caption} {alt}",
    )
