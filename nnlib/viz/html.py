"""HTML as the output of a cell, with plain text for other formats."""

from dataclasses import dataclass

__all__ = ["Html"]


@dataclass(frozen=True)
class Html:
    """An output that a notebook shows as HTML and a terminal as text.

    Parameters
    ----------
    html : str
        The HTML to display in a notebook or a page.
    text : str
        The text to print elsewhere.

    >>> Html("<b>two</b>", "two")
    two
    """

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text
