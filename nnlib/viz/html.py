"""A piece of HTML as the output of a cell, with a plain text for other formats."""

from dataclasses import dataclass

__all__ = ["Html"]


@dataclass(frozen=True)
class Html:
    """An output that a notebook shows as HTML and a terminal as text.

    Parameters
    ----------
    html : str
        The piece of a page.
    text : str
        What is printed where there is no page.

    >>> Html("<b>two</b>", "two")
    two
    """

    html: str
    text: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text
